"""The rules of linking, for any input: spelling does not matter, and a record is at most one customer."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.identity import household_names, linking, match_keys
from warehouse.identity.clusters import LinkStep, Persons
from warehouse.identity.linking import Ruling

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
        match_keys.prepare(db, given_rows.astype(kinds))
        return linking.links_of(db, rulings).set_index("record_id")


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
    assert pd.isna(linked(*CORE, ("CRM", "L1", None, name, email, phone))["customer_id"]["L1"])


def test_a_family_phone_does_not_make_two_people_one():
    row = linked(*CORE, ("CRM", "L1", None, "Wong Siu Fong", None, "61234567")).loc["L1"]
    assert pd.isna(row["customer_id"])


def test_a_phone_of_two_customers_decides_nothing_by_itself():
    twin = ("Core", "C9", "C9", "Chan Siu Fong", "siufong@post.example", "61234567")
    assert pd.isna(linked(*CORE, twin, ("Service", "S1", None, None, None, "61234567"))["customer_id"]["S1"])


def test_of_two_keys_that_disagree_the_number_stands_then_the_address_then_the_phone():
    torn = ("CRM", "L1", None, "Tam Kin Fai", PEOPLE[1][1], PEOPLE[2][2])
    assert linked(*CORE, torn).loc["L1", "customer_id"] == "C1"
    numbered = ("CRM", "L1", "C2", "Tam Kin Fai", PEOPLE[1][1], None)
    assert linked(*CORE, numbered).loc["L1", "customer_id"] == "C2"


def test_a_ruling_wins_over_keys_and_the_latest_ruling_over_earlier_ones():
    lead = ("CRM", "L1", None, *PEOPLE[0])
    split = Ruling("split", "CRM", "L1", "C0")
    assert pd.isna(linked(*CORE, lead, rulings=(split,))["customer_id"]["L1"])
    join = Ruling("join", "CRM", "L1", "C1")
    link = linked(*CORE, lead, rulings=(split, join)).loc["L1"]
    assert (link["customer_id"], link["how"]) == ("C1", "hand")
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
        persons.same(a, b, LinkStep(how, score, "drawn"))
    groups = [persons.group(10 + i) for i in range(5)]
    assert len(set(groups)) == 5, "two customers are never one person"
    explained = persons.explained()
    assert len(explained) == 10
    for record, (customer, first, step) in enumerate(explained):
        assert customer == next(
            (c for c, group in zip(customers, groups, strict=True) if group == persons.group(record)), None
        )
        assert persons.group(first) == persons.group(record)
        assert step is None or 0 <= step.score <= 1
        assert (record, customer) not in {(r, customers[c]) for r, c in splits}


ANNA = ("Core", "A", "C1", "Anna Chan", "chan.family@x.hk", "91111111")
FAMILY = "chan.family@x.hk"


def who(*rows: tuple, record: str = "L1") -> object:
    customer = linked(*rows)["customer_id"][record]
    return None if pd.isna(customer) else customer


@pytest.mark.parametrize(
    ("name", "email", "phone", "customer"),
    [
        ("Ben Chan", FAMILY, "92222222", None),
        ("Ben Chan", FAMILY, None, None),
        ("Ben Chan", None, "91111111", None),
        ("B. Chan", FAMILY, "92222222", None),
        ("Chan Ben", FAMILY, "92222222", None),
        ("Anna Lee", FAMILY, "92222222", None),
        ("Anna Chan", FAMILY, "92222222", "C1"),
        ("CHAN, Anna", FAMILY, None, "C1"),
        ("Mrs A. Chan", FAMILY, None, "C1"),
        ("Anna Chna", FAMILY, None, "C1"),
        ("Anna Chan", None, "91111111", "C1"),
        ("Chan Siu Na", FAMILY, "91111111", "C1"),  # the number agrees
        (None, FAMILY, None, "C1"),
        ("陳安娜", FAMILY, None, "C1"),  # another script speaks for nobody and against nobody
    ],
)
def test_two_people_of_a_household_are_two_unless_name_or_number_agree(name, email, phone, customer):
    assert who(ANNA, ("CRM", "L1", None, name, email, phone)) == customer


def test_a_household_of_nobody_we_know_is_told_apart_whoever_wrote_first():
    family = [
        ("CRM", "L1", None, "Ben Chan", FAMILY, "92222222"),
        ("CRM", "L2", None, "Anna Chan", FAMILY, "91111111"),
        ("Web", "L3", None, "Anna Chan", FAMILY, None),
        ("Web", "L4", None, "Ben Chan", FAMILY, None),
    ]
    for rows in (family, family[::-1]):
        persons = linked(*rows)["person_id"]
        assert persons["L1"] == persons["L4"] != persons["L2"] == persons["L3"]


@pytest.mark.parametrize("name", [None, "Chan", "Mr Chan"])
def test_a_record_that_could_be_either_of_a_household_is_nobodys_and_makes_no_bridge(name):
    ben = ("CRM", "L1", None, "Ben Chan", FAMILY, "92222222")
    rows = (ANNA, ben, ("Web", "L0", None, name, FAMILY, None))
    assert who(*rows, record="L0") is None
    assert who(*rows) is None
    # With one of the phones beside it, it is that one's.
    assert who(ANNA, ben, ("Web", "L0", None, name, FAMILY, "91111111"), record="L0") == "C1"


def test_a_nameless_record_with_bens_phone_and_the_familys_address_brings_ben_not_to_anna():
    rows = (
        ANNA,
        ("CRM", "L1", None, "Ben Chan", None, "92222222"),
        ("Web", "L0", None, None, FAMILY, "92222222"),
    )
    assert who(*rows) is None


def test_when_both_are_customers_each_gets_his_own_records():
    ben = ("Core", "B", "C2", "Ben Chan", FAMILY, "92222222")
    rows = (
        ANNA,
        ben,
        ("CRM", "L1", None, "Ben Chan", FAMILY, None),
        ("CRM", "L2", None, "Anna Chan", FAMILY, None),
    )
    assert (who(*rows), who(*rows, record="L2")) == ("C2", "C1")


def test_brothers_whose_names_differ_by_a_letter_are_two():
    one = ("Core", "A", "C1", "Chan Tai Man", FAMILY, "91111111")
    assert who(one, ("CRM", "L1", None, "Chan Tai Ming", FAMILY, "92222222")) is None


NAMES = st.lists(
    st.sampled_from(["anna", "ben", "chan", "ka", "ming", "k", "wong", "peter"]), min_size=1, max_size=4
)


@given(NAMES, st.permutations(range(4)))
def test_a_name_agrees_with_itself_in_any_order_and_with_its_beginning_and_both_ways(words, order):
    name = " ".join(words)
    shuffled = " ".join(words[i] for i in order if i < len(words))
    assert household_names.agree(name, shuffled)
    assert household_names.agree(name, " ".join(words[: max(1, len(words) - 1)]))
    assert household_names.agree(None, name)


@given(NAMES, NAMES)
def test_whether_two_names_agree_does_not_depend_on_which_comes_first(one, other):
    assert household_names.agree(" ".join(one), " ".join(other)) == household_names.agree(
        " ".join(other), " ".join(one)
    )
