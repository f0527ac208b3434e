"""The rules of linking, for any input: spelling does not matter, and a record is at most one customer."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import identity, identity_keys
from warehouse.identity import Ruling
from warehouse.identity_persons import Persons, Step

PEOPLE = [
    ("Kelvin Chan Ka Ming", "kelvin.chan1234@mail.example", "+852 6123 4567"),
    ("Tam Kin Fai", "kinfai.tam8877@inbox.example", "52349916"),
    ("Queenie Cheng Tin Lok", "queenie.cheng5865@post.example", "56547282"),
]
COLUMNS = ["source", "record_id", "customer_id", "full_name", "email", "phone", "birth_year"]


def linked(*rows: tuple, rulings: tuple[Ruling, ...] = ()) -> pd.DataFrame:
    """The links of these records (source, record, number, name, e-mail, phone), by record."""
    given_rows = pd.DataFrame([(*row, None) for row in rows], columns=COLUMNS)
    kinds = {"customer_id": "str", "full_name": "str", "email": "str", "phone": "str", "birth_year": "Int64"}
    with duckdb.connect() as db:
        identity_keys.prepare(db, given_rows.astype(kinds))
        return identity.links_of(db, rulings).set_index("record_id")


CORE = [("Core", f"C{i}", f"C{i}", *person) for i, person in enumerate(PEOPLE)]


@pytest.mark.parametrize(
    "typed", ["+852 6123 4567", "61234567", "6123 4567", "852-61234567", "(852) 6123-4567"]
)
def test_a_phone_is_the_same_however_it_is_typed(typed: str):
    assert linked(*CORE, ("CRM", "L1", None, None, None, typed)).loc["L1", "customer_id"] == "C0"


@pytest.mark.parametrize("typed", [" KELVIN.CHAN1234@mail.example ", "kelvin.chan1234@MAIL.example"])
def test_an_address_is_the_same_in_capitals_and_with_blanks(typed: str):
    row = linked(*CORE, ("CRM", "L1", None, "K. Chan", typed, None)).loc["L1"]
    assert (row["customer_id"], row["how"]) == ("C0", "email")


@pytest.mark.parametrize(
    ("name", "email", "phone"),
    [
        ("Kelvin Chan Ka Ming", "kelvni.chan1234@mail.example", None),
        ("Kelvin Chan Ka Ming", "kelvin.chan1234@mail.exmaple", None),
        ("Chan Ka Ming Kelvin", "kelvin.chna1234@mail.example", None),
        ("Kelvin Chan Ka Ming", None, "61234568"),
        ("Chan Kelvin Ka Ming", None, "61324567"),
    ],
)
def test_a_slip_or_another_order_of_names_is_seen_through(name, email, phone):
    row = linked(*CORE, ("CRM", "L1", None, name, email, phone)).loc["L1"]
    assert (row["customer_id"], row["how"]) == ("C0", "likely")
    assert 0.95 <= row["score"] < 1


@pytest.mark.parametrize(
    ("name", "email", "phone"),
    [
        ("Kelvin Chan Ka Ming", "kelvin.chan1235@mail.example", "98765432"),
        ("Kelvin Chan Ka Ming", "someone.else@post.example", None),
        ("Kelvin Chan Ka Ming", None, None),
        (None, None, "61234568"),
    ],
)
def test_a_namesake_or_a_misdialled_phone_alone_is_nobody_we_know(name, email, phone):
    assert pd.isna(linked(*CORE, ("CRM", "L1", None, name, email, phone)).loc["L1", "customer_id"])


def test_a_family_phone_does_not_make_two_people_one():
    row = linked(*CORE, ("CRM", "L1", None, "Wong Siu Fong", None, "61234567")).loc["L1"]
    assert pd.isna(row["customer_id"])


def test_a_phone_of_two_customers_decides_nothing_by_itself():
    twin = ("Core", "C9", "C9", "Chan Siu Fong", "siufong@post.example", "61234567")
    assert pd.isna(
        linked(*CORE, twin, ("Service", "S1", None, None, None, "61234567")).loc["S1", "customer_id"]
    )


def test_of_two_keys_that_disagree_the_number_stands_then_the_address_then_the_phone():
    torn = ("CRM", "L1", None, "Tam Kin Fai", PEOPLE[1][1], PEOPLE[2][2])
    assert linked(*CORE, torn).loc["L1", "customer_id"] == "C1"
    numbered = ("CRM", "L1", "C2", "Tam Kin Fai", PEOPLE[1][1], None)
    assert linked(*CORE, numbered).loc["L1", "customer_id"] == "C2"


def test_a_ruling_wins_over_keys_and_the_latest_ruling_over_earlier_ones():
    lead = ("CRM", "L1", None, *PEOPLE[0])
    split = Ruling("split", "CRM", "L1", "C0")
    assert pd.isna(linked(*CORE, lead, rulings=(split,)).loc["L1", "customer_id"])
    join = Ruling("join", "CRM", "L1", "C1")
    assert linked(*CORE, lead, rulings=(split, join)).loc["L1", ["customer_id", "how"]].tolist() == [
        "C1",
        "hand",
    ]
    later = Ruling("join", "CRM", "L1", "C2")
    assert linked(*CORE, lead, rulings=(join, later)).loc["L1", "customer_id"] == "C2"


def test_a_ruling_about_a_record_that_is_gone_changes_nothing():
    assert linked(*CORE, rulings=(Ruling("join", "CRM", "gone", "C1"),)).loc["C0", "customer_id"] == "C0"


HOWS = st.sampled_from(["number", "email", "phone", "likely"])


@given(
    st.lists(st.tuples(st.integers(0, 14), st.integers(0, 14), HOWS, st.floats(0, 1)), max_size=60),
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 4)), max_size=8),
)
@settings(max_examples=400, deadline=None)
def test_whatever_is_linked_a_record_is_at_most_one_customer_and_never_one_it_was_split_from(steps, splits):
    customers = [f"C{i}" for i in range(5)]
    persons = Persons(10, customers)
    for record, customer in splits:
        persons.keep_apart(record, customers[customer])
    for a, b, how, score in steps:
        persons.same(a, b, Step(how, score, "drawn"))
    groups = [persons.group(10 + i) for i in range(5)]
    assert len(set(groups)) == 5, "two customers are never one person"
    explained = persons.explained()
    assert len(explained) == 10
    for record, (customer, first, step) in enumerate(explained):
        assert customer == persons.customer_of(record)
        assert persons.group(first) == persons.group(record)
        assert step is None or 0 <= step.score <= 1
        assert (record, customer) not in {(r, customers[c]) for r, c in splits}
