"""One search: words in any order and with a slip are enough, and nobody finds what she could not open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pytest
from duckdb_engine import Dialect as DuckDB
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from metrics.customers.customer_search import customers_matching, search_alike
from metrics.query.report_query import SavedReport
from pages.together.search_page import menu_of
from tests.pages.staff import busy_rm, somebody
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.access.roles import ROLES
from warehouse.access.typed_rows import rows_of
from warehouse.app_db.app_schema import record_entries, records
from warehouse.schema import customers, relationship_managers
from warehouse.sql.closest_texts import closest
from warehouse.stores.connect import Stores
from workflow.collaboration.record_kinds import KINDS
from workflow.reports import saved_reports
from workflow.search import everything
from workflow.search.everything import HitGroup


def _groups(bank: Stores, viewer: Viewer, typed: str) -> dict[str, HitGroup]:
    reader = Reader(bank, viewer, bank.snapshot())
    return {g.group: g for g in everything.everything_matching(reader, typed, menu_of(viewer.role))}


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer, with who looks after her."""

    customer_id: str
    full_name: str
    email: str
    phone: str
    rm_id: str
    team: str


def _people(bank: Stores) -> list[Person]:
    c = customers.c
    managers = relationship_managers.c
    statement = (
        select(c.customer_id, c.full_name, c.email, c.phone, c.rm_id, managers.team)
        .join(relationship_managers, managers.rm_id == c.rm_id)
        .where(c.email.is_not(None), c.phone.is_not(None))
        .order_by(c.customer_id)
        .limit(80)
    )
    return rows_of(Reader(bank, SYSTEM, bank.snapshot()).frame(statement), Person)


def _visible(people: list[Person], viewer: Viewer) -> set[str]:
    return {
        p.customer_id
        for p in people
        if viewer.role == "service"
        or (viewer.role == "relationship_manager" and p.rm_id == viewer.rm_id)
        or (viewer.role == "team_lead" and p.team == viewer.team)
    }


def _slip(name: str) -> str:
    """The name with two letters the wrong way round, as fingers do it."""
    return f"{name[:1]}{name[2:3]}{name[1:2]}{name[3:]}"


@pytest.mark.parametrize("role", ROLES)
def test_no_customer_is_found_outside_the_rows_of_the_role(role: str, bank: Stores) -> None:
    viewer = busy_rm(bank) if role == "relationship_manager" else somebody(role)
    people = _people(bank)
    mine = _visible(people, viewer)
    all_mine = set(
        Reader(bank, viewer, bank.snapshot()).frame(select(customers.c.customer_id))["customer_id"]
        if mine
        else []
    )
    foreign = [p for p in people if p.customer_id not in all_mine][:4]
    own = [p for p in people if p.customer_id in mine][:2]
    assert (len(foreign) > 0) == (role != "service")
    assert (len(own) > 0) == (role in ("relationship_manager", "team_lead", "service"))
    for person in [*foreign, *own]:
        for typed in (
            *(person.customer_id, person.full_name, " ".join(reversed(person.full_name.split()))),
            *(person.email, person.email.upper(), person.phone, person.phone[-8:], _slip(person.full_name)),
        ):
            group = _groups(bank, viewer, typed).get("customers")
            hits = {c.customer_id for c in group.customers} if group else set()
            assert hits <= all_mine, (role, typed)
            if person.customer_id in mine and typed != _slip(person.full_name):
                assert person.customer_id in hits, typed


@pytest.mark.parametrize("role", ["relationship_manager", "team_lead"])
def test_a_foreign_customer_is_answered_like_one_that_does_not_exist(role: str, bank: Stores) -> None:
    viewer = busy_rm(bank) if role == "relationship_manager" else somebody(role)
    people = _people(bank)
    foreign = next(p for p in people if p.customer_id not in _visible(people, viewer))
    for typed in (foreign.customer_id, foreign.email, foreign.phone):
        assert _groups(bank, viewer, typed) == _groups(bank, viewer, "C99999999") == {}


def test_a_part_of_an_email_finds_nobody_so_that_no_address_can_be_guessed(bank: Stores) -> None:
    reader, person = Reader(bank, somebody("service"), bank.snapshot()), _people(bank)[0]
    assert customers_matching(reader, person.email).total == 1
    assert customers_matching(reader, person.email[:-1]).total == 0
    assert customers_matching(reader, "@").total == 0


def test_a_wildcard_is_a_sign_like_any_other(bank: Stores) -> None:
    reader = Reader(bank, somebody("service"), bank.snapshot())
    for typed in ("%%", "__", "\\%", "' or 1=1 --"):
        assert customers_matching(reader, typed).total == 0


def test_all_that_fit_are_counted_though_some_are_listed(bank: Stores) -> None:
    reader = Reader(bank, somebody("service"), bank.snapshot())
    few = customers_matching(reader, "wing", limit=3)
    assert len(few.hits) == 3
    assert few.total == len(customers_matching(reader, "wing", limit=2_000).hits) > 3


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_record_is_found_by_who_reads_its_kind_and_by_nobody_else(kind: str, bank: Stores) -> None:
    at = datetime(2026, 7, 1)
    both = {"record_id": 7, "kind": kind, "department": "Sales"}
    entry = {"version": 1, "step": "opened", "state": KINDS[kind].first_state, "owner": ""}
    with bank.app_db.begin() as app_db:
        app_db.execute(records.insert().values(title="Zugspitze", opened_by="x", opened_at=at, **both))
        app_db.execute(
            record_entries.insert().values(
                contents={"reply": "Watzmann"},
                note="Hochkalter",
                entered_by="x",
                entered_at=at,
                **both,
                **entry,
            )
        )
    # Who sees which kind is tried for every role where records are read; here for two who do and two who do not.
    readers = [role for role in ROLES if role in RECORD_RIGHTS[kind].see]
    others = [role for role in ROLES if role not in readers]
    assert readers
    for role in (readers[0], readers[-1], *others[:1], *others[-1:]):
        for typed in ("Watzmann zugspitze", "hochkalter"):
            groups = _groups(bank, somebody(role), typed)
            assert set(groups) == ({"records"} if role in readers else set()), (role, typed)
        if role in readers:
            (hit,) = groups["records"].hits
            assert (hit.url, hit.address) == (KINDS[kind].url, (("record", "7"),))


def test_a_note_on_a_customer_is_found_by_who_sees_her_and_by_nobody_else(bank: Stores) -> None:
    at, rm = datetime(2026, 7, 1), busy_rm(bank)
    about = {"customer_id": "C1", "rm_id": "RM99", "customer_rm_id": "RM99", "team": "Elsewhere"}
    both = {"record_id": 8, "kind": "customer_note", "department": "Sales"}
    both |= {name: value for name, value in about.items() if name in records.c}
    entry = {"version": 1, "step": "opened", "state": KINDS["customer_note"].first_state, "owner": ""}
    with bank.app_db.begin() as app_db:
        app_db.execute(records.insert().values(title="Zugspitze", opened_by="x", opened_at=at, **both))
        app_db.execute(
            record_entries.insert().values(
                contents={}, note="", entered_by="x", entered_at=at, **both, **entry
            )
        )
    assert "records" in _groups(bank, somebody("service"), "zugspitze")
    for viewer in (rm, *(somebody(role) for role in ROLES if role != "service")):
        assert _groups(bank, viewer, "zugspitze") == _groups(bank, viewer, "zugsptize") == {}


def test_each_engine_compares_names_with_its_own_function() -> None:
    statement = search_alike("cahn")
    for dialect, function in (
        (DuckDB(), "jaro_winkler_similarity"),
        (postgresql.dialect(), "word_similarity"),
    ):
        assert function in str(statement.compile(dialect=dialect))


def test_a_definition_is_for_everybody_and_says_whose_figures_are_not(bank: Stores) -> None:
    not_theirs = set()
    for role in ROLES:
        (hit, *_) = _groups(bank, somebody(role), "rate win")["figures"].hits
        assert (hit.title, hit.url, hit.address) == ("Win rate", "dictionary", (("word", "win rate"),))
        not_theirs |= {role} if everything.NOT_YOURS in hit.note else set()
    assert (
        {"service", "administrator"}
        <= not_theirs
        <= set(ROLES) - {"analyst", "sales", "marketing", "executive"}
    )


def test_a_saved_report_is_found_by_its_title(bank: Stores) -> None:
    report = SavedReport(metric="leads", breakdown="channel")
    saved_reports.save(bank, somebody("analyst"), "Where the spring leads came from", report)
    for role in ROLES:
        group = _groups(bank, somebody(role), "spring laeds").get("reports")
        assert (group is None) == (role == "administrator"), "an administrator has no page of reports"
    assert everything.NOT_YOURS in _groups(bank, somebody("service"), "spring")["reports"].hits[0].note


def test_what_is_close_is_no_answer_beside_what_is_spelled_so(bank: Stores) -> None:
    assert set(_groups(bank, somebody("service"), "wing")) == {"customers"}, "and no figure about wins"
    assert {g.exact for g in _groups(bank, somebody("service"), "compliants").values()} == {False}


def test_only_pages_of_the_own_menu_are_found(bank: Stores) -> None:
    assert "pages" in _groups(bank, somebody("analyst"), "funnel")
    assert "pages" not in _groups(bank, somebody("service"), "funnel")


@pytest.mark.parametrize("typed", ["x" * 101, "x", " ", ""])
def test_what_is_too_long_or_too_short_is_not_searched_and_says_why(typed: str, bank: Stores) -> None:
    assert everything.misfit(typed)
    assert _groups(bank, somebody("analyst"), typed) == {}


TEXTS = [
    ("Leads", "first recorded"),
    ("Lead conversion", "of the leads, the share"),
    ("Churn rate", "who left"),
]


def test_words_are_found_in_any_order_in_parts_and_with_a_slip() -> None:
    def places(*typed: str) -> list[int]:
        return [m.place for m in closest(TEXTS, typed)]

    assert places("rate", "churn") == places("churn", "rate") == [2]
    assert places("versio") == [1], "a part of a word, from five letters on"
    assert places("vers") == []
    assert [m.place for m in closest([("投訴處理", ""), ("x", "")], ["處理"])] == [0]
    assert places("conv") == places("converison") == [1]
    assert places("leads") == [0, 1], "a heading goes before a body"
    assert places("churn", "leads") == []
    assert places("who") == [2]
    assert places("whp") == [], "a word of three letters has no room for a slip"


@given(
    st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), max_size=5),
    st.lists(st.text(), max_size=4),
)
def test_whatever_is_typed_each_text_comes_once_at_most(
    texts: list[tuple[str, str]], typed: list[str]
) -> None:
    places = [m.place for m in closest(texts, typed)]
    assert len(set(places)) == len(places)
    assert set(places) <= set(range(len(texts)))
