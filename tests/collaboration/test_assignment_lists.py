"""The list of an agreed test: within consent and limits, balanced, drawn once, and read by who sees its customers."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from metrics.definitions.scope import Period, Scope
from tests.pages.staff import busy_rm, somebody
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import alerts, test_assignments
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import customers
from warehouse.stores.connect import Stores
from workflow.collaboration import record_reading, record_store
from workflow.collaboration.pinned_figures import pin_figure
from workflow.collaboration.record_kind import Record
from workflow.customers import assignment_lists
from workflow.customers.left_alone import left_alone

MARKETING, ANALYST, SALES = (somebody(r) for r in ("marketing", "analyst", "sales"))
QUARTER = Scope(Period(date(2026, 4, 1), date(2026, 6, 30)))
PLAN = {
    "question": "Do calls help?",
    "counted": "Recommends us",
    "base_percent": 30,
    "change_percent": 60,
    "per_week": 40,
    "rule": "More than chance decides for Marketing",
    "started_on": date(2026, 7, 10),
    "read_on": date(2026, 12, 1),
}


@pytest.fixture
def planned(bank: Stores) -> tuple[Stores, int]:
    """A dispute of Marketing with Analytics that has come to its planned test."""
    pin = pin_figure(bank, MARKETING, "leads", QUARTER)
    values = {"title": "Calls?", "against": "Sales", "reading": "They help"}
    number = record_store.open_record(bank, MARKETING, "dispute", values, pin_id=pin)
    steps: list[tuple[Viewer, str, dict[str, object]]] = [
        (SALES, "answer", {"other_reading": "They do not"}),
        (MARKETING, "facilitate", {"facilitator": "Analytics", "without": "Both are busy"}),
        (ANALYST, "discuss", {"met_on": date(2026, 7, 1), "attended": ["Sales"], "minutes": "A test"}),
        (MARKETING, "predict", {"direction": "rise", "checked_on": date(2026, 12, 1)}),
        (SALES, "predict", {"direction": "stay as it is", "checked_on": date(2026, 12, 1)}),
        (ANALYST, "plan_test", PLAN),
    ]
    for viewer, step, contents in steps:
        record_store.take_step(bank, viewer, number, _record(bank, number).version, step, contents)
    return bank, number


def _record(bank: Stores, number: int) -> Record:
    record = record_reading.one_record(Reader(bank, ANALYST), number)
    assert record is not None
    return record


def test_the_list_is_within_consent_and_limits_balanced_and_drawn_once(planned: tuple[Stores, int]) -> None:
    bank, number = planned
    night = Reader(bank, SYSTEM, bank.snapshot())
    version = _record(bank, number).version
    assignment_lists.draw(bank, ANALYST, number, version)
    rows = night.frame(select(test_assignments))
    assert len(rows) >= 20
    for _, stratum in rows.groupby("stratum"):
        assert (stratum["arm"] == "treated").sum() == (stratum["arm"] == "held_out").sum()
    c = customers
    agreed = night.frame(select(c.c.customer_id).where(c.c.marketing_consent.is_(True)))
    assert set(rows["customer_id"]) <= set(agreed["customer_id"])
    held = night.frame(select(alerts.c.customer_id).where(alerts.c.arm == "held_out"))
    assert set(rows["customer_id"]).isdisjoint(held["customer_id"])
    assert assignment_lists.follows_its_seed(bank, number)
    alone = left_alone(Reader(bank, busy_rm(bank)))
    assert set(alone) == set(rows.loc[rows["arm"] != "treated", "customer_id"])
    assert (rows["arm"] == "reserve").sum() >= (rows["arm"] == "held_out").sum() // 2
    contents = _record(bank, number).contents
    assert rows["seed"].iloc[0] not in str(contents), "who knew the seed could work out who is held out"
    with pytest.raises(ChangeRefused, match="drawn already"):
        assignment_lists.draw(bank, ANALYST, number, version + 1)
    other = assignment_lists.drawn_by(night, "another seed", 40)
    assert set(other.rows["customer_id"]).isdisjoint(rows["customer_id"]), "nobody is in two tests at once"


def test_the_same_seed_draws_the_same_and_another_another(planned: tuple[Stores, int]) -> None:
    night = Reader(planned[0], SYSTEM, planned[0].snapshot())
    one, same, other = (assignment_lists.drawn_by(night, seed, 60) for seed in ("a", "a", "b"))
    assert one.tested <= 60
    assert one.sha256 == same.sha256 != other.sha256


def test_each_role_reads_its_part_of_the_list_and_only_analysts_both_groups(
    planned: tuple[Stores, int],
) -> None:
    bank, number = planned
    with pytest.raises(AccessRefused):
        assignment_lists.draw(bank, somebody("service"), number, _record(bank, number).version)
    assignment_lists.draw(bank, MARKETING, number, _record(bank, number).version)
    everybody = Reader(bank, SYSTEM).frame(select(test_assignments))
    treated = set(everybody.loc[everybody["arm"] == "treated", "customer_id"])
    for role in ROLES:
        viewer = busy_rm(bank) if role == "relationship_manager" else somebody(role)
        reader = Reader(bank, viewer, bank.snapshot())
        if role not in assignment_lists.OPENS_TO:
            with pytest.raises(AccessRefused):
                assignment_lists.list_for(reader, number)
            continue
        part = assignment_lists.list_for(reader, number)
        if role == "analyst":
            assert len(part) == len(everybody)
        else:
            assert set(part["Customer"]) <= treated
            assert set(part["Group"]) <= {"with the change"}
        assert reader.frame(select(test_assignments.c.seed))["seed"].isna().all(), role
    stranger = Viewer("x", "X", "relationship_manager", "RM99")
    assert assignment_lists.list_for(Reader(bank, stranger), number).empty
