"""What nobody need do any more ends with its reason, and what changes hands is found awake by whoever gets it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update

from metrics.customers.timeline import balance_by_month
from tests.workflow.alert_queue import AMY, BOB, LEAD, flagged_rows, holding_out
from warehouse.access import audit, data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.access.typed_rows import rows_of
from warehouse.app_db.app_schema import alert_steps, alerts
from warehouse.schema import customer_profiles, customers, relationship_managers, tickets
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.alerts import alert_queue
from workflow.alerts.alert_rows import ClosedAlert
from workflow.alerts.alert_steps import OFFERED, SNOOZED, STEPS, WORKING, record_step, take_back
from workflow.alerts.assignment import claim, reassign
from workflow.alerts.follow_up import follow_customers
from workflow.alerts.raising import CONDITION_ENDED, CUSTOMER_LEFT, tonight
from workflow.alerts.still_valid import ended_because, why_ended
from workflow.records.escalation import escalate
from workflow.rules import rule_definitions as every_rule
from workflow.rules.rule_drafts import RuleDraft, as_rule, rules

RULE = rules(Settings())[0]
DAY = date(2026, 6, 1)
NEXT = DAY + timedelta(days=1)
A, HELD_OUT = "C1", "C2"
BOTH = frozenset({A, HELD_OUT})
BY_THE_FORM = [step for step in WORKING if step != OFFERED]
"""Which offer was made is asked and checked elsewhere."""


def _raise(app_db: Stores, customer: str = A, *, share: float = 0.0) -> str:
    customers = [a["customer_id"] for a in _all(app_db, alerts)]
    tonight(holding_out(app_db, share), RULE, flagged_rows(*dict.fromkeys([*customers, customer])), DAY, BOTH)
    return next(a["alert_id"] for a in _all(app_db, alerts) if a["customer_id"] == customer)


def _all(app_db: Stores, table, *which) -> list[dict]:
    with app_db.app_db.connect() as connection:
        return [dict(row) for row in connection.execute(select(table).where(*which)).mappings()]


def _snooze(app_db: Stores, alert: str, version: int = 1) -> None:
    until = DAY + timedelta(days=54)
    record_step(app_db, AMY, alert, SNOOZED, "Abroad until then", version, until=until, today=DAY)


@pytest.mark.parametrize("step", [None, *BY_THE_FORM, SNOOZED])
@pytest.mark.parametrize(("present", "outcome"), [(BOTH, CONDITION_ENDED), (frozenset(), CUSTOMER_LEFT)])
def test_an_alert_ends_with_its_cause_whoever_has_started_on_it(
    app_db: Stores, step: str | None, present: frozenset[str], outcome: str
) -> None:
    alert = _raise(app_db)
    if step == SNOOZED:
        _snooze(app_db, alert)
    elif step:
        record_step(app_db, AMY, alert, step, "", 1)
    tonight(
        app_db,
        RULE,
        flagged_rows(),
        NEXT,
        present,
        lambda ended: {a["alert_id"]: "So it was." for a in ended},
    )
    (row,) = _all(app_db, alerts)
    assert (row["status"], row["outcome"], row["snoozed_until"]) == ("closed", outcome, None)
    last = _all(app_db, alert_steps)[-1]
    assert (last["step"], last["note"], last["taken_by"]) == ("ended", "So it was.", "nightly")
    assert escalate(app_db, DAY + timedelta(days=60)) == 0, "what has ended is not overdue"


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(worked=st.lists(st.sampled_from(BY_THE_FORM), max_size=3))
def test_both_arms_end_by_the_same_rule(app_db: Stores, worked: list[str]) -> None:
    """Whatever people did with the shown one, it ends on the night the held-out one ends, for the same reason."""
    number = len(_all(app_db, alerts))
    rule = replace(RULE, code=f"r{number}")
    treated, kept_back = f"S{number}", f"H{number}"
    both = frozenset({treated, kept_back})
    tonight(holding_out(app_db, 0.0), rule, flagged_rows(treated), DAY, both)
    tonight(holding_out(app_db, 1.0), rule, flagged_rows(treated, kept_back), DAY, both)
    mine = next(a for a in _all(app_db, alerts, alerts.c.rule == rule.code) if a["arm"] == "treated")
    for version, step in enumerate(worked, start=1):
        record_step(app_db, AMY, mine["alert_id"], step, "", version)
    tonight(app_db, rule, flagged_rows(), NEXT, both)
    rows = _all(app_db, alerts, alerts.c.rule == rule.code)
    assert {r["arm"] for r in rows} == {"treated", "held_out"}
    assert len({(r["status"], r["outcome"], r["closed_at"]) for r in rows}) == 1
    hidden = next(r["alert_id"] for r in rows if r["arm"] == "held_out")
    assert not _all(app_db, alert_steps, alert_steps.c.alert_id == hidden), (
        "nobody is told of a held-out alert"
    )


def test_a_snoozed_alert_that_follows_its_customer_is_awake_for_the_new_rm(app_db: Stores) -> None:
    alert = _raise(app_db)
    _snooze(app_db, alert)
    tonight(app_db, RULE, flagged_rows(A, rm="R2"), NEXT, BOTH)
    (row,) = _all(app_db, alerts)
    assert (row["rm_id"], row["snoozed_until"]) == ("R2", None)
    last = _all(app_db, alert_steps)[-1]
    assert last["step"] == "followed"
    assert "snoozed until 25 Jul 2026" in last["note"]
    assert last["rm_id"] == "R2", "she finds the line in her own history"


def test_a_snoozed_alert_that_a_lead_moves_or_a_colleague_takes_is_awake(
    app_db: Stores, loaded_app_db
) -> None:
    for move in ("pool", "claim"):
        alert = _raise(loaded_app_db)
        version = _all(loaded_app_db, alerts)[0]["version"]
        if move == "pool":
            _snooze(loaded_app_db, alert, version)
            reassign(loaded_app_db, LEAD, alert, None, "On leave", version + 1)
        else:
            claim(loaded_app_db, BOB, alert)
        row = _all(loaded_app_db, alerts)[0]
        assert row["snoozed_until"] is None
    assert "snoozed until 25 Jul 2026" in _all(loaded_app_db, alert_steps)[1]["note"]


def test_taking_a_step_back_does_not_bring_a_colleagues_snooze_back(app_db: Stores) -> None:
    alert = _raise(app_db)
    _snooze(app_db, alert)
    tonight(app_db, RULE, flagged_rows(A, rm="R2"), NEXT, BOTH)
    version = _all(app_db, alerts)[0]["version"]
    record_step(app_db, BOB, alert, "acknowledged", "", version)
    take_back(app_db, BOB, alert, "Wrong button", version + 1)
    assert _all(app_db, alerts)[0]["snoozed_until"] is None


@pytest.fixture
def loaded_app_db(copied, loaded) -> Stores:
    """A bank whose RMs R1 and R2 the tests' people are not: moving to the pool needs a team only."""
    return holding_out(copied(loaded), 0.0)


@pytest.fixture
def bank(copied, after_a_night) -> Stores:
    return copied(after_a_night)


def _of_the_bank(bank: Stores, customer_id: str, raised_on: date, rule: str = RULE.code, **more) -> str:
    """An alert raised on an earlier day, which its RM has acknowledged since."""
    row = {
        "alert_id": f"A{customer_id}",
        "customer_id": customer_id,
        "rule": rule,
        "rm_id": "RM01",
        "customer_rm_id": "RM01",
        "team": "Central",
        "raised_on": raised_on,
        "due_on": raised_on + timedelta(days=30),
        "arm": "treated",
        "value_at_stake": 900_000.0,
        "reasons": [
            {
                "name": "open_complaints_90d",
                "value": 1.0,
                "sentence": "One complaint of the last 90 days is not settled.",
            }
        ],
        "status": "working",
        "version": 2,
    } | more
    with audit.entry(bank, "test", "alert.raise") as entry:
        entry.app_db.execute(insert(alerts), [row])
    return str(row["alert_id"])


def _settled_complaint(night: Reader, as_of: date) -> tuple[str, date]:
    """A customer with us whose only complaint of the last months has been settled, and on which day."""
    rows = night.frame(
        select(tickets.c.customer_id, tickets.c.opened_at, tickets.c.resolved_at)
        .join(customer_profiles, customer_profiles.c.customer_id == tickets.c.customer_id)
        .where(tickets.c.complaint.is_(True), tickets.c.withdrawn.is_not(True))
        .where(customer_profiles.c.as_of == as_of, customer_profiles.c.open_complaints_90d == 0)
    )
    rows["settled"] = pd.to_datetime(rows["resolved_at"]).dt.normalize()
    rows["opened"] = pd.to_datetime(rows["opened_at"]).dt.normalize()
    alone = rows[~rows["customer_id"].duplicated(keep=False)]
    took = alone["settled"] - alone["opened"]
    some = alone[(took > pd.Timedelta(days=1)) & (alone["settled"] <= pd.Timestamp(as_of))]
    latest = some.sort_values("settled").iloc[-1]
    return str(latest["customer_id"]), latest["settled"].date()


def test_a_started_alert_says_that_its_complaint_was_settled_and_when(bank: Stores) -> None:
    night = Reader(bank, SYSTEM, bank.snapshot())
    as_of = data_coverage.as_of(night)
    customer, settled = _settled_complaint(night, as_of)
    alert = _of_the_bank(bank, customer, settled - timedelta(days=1))
    present = frozenset(night.frame(select(customer_profiles.c.customer_id))["customer_id"])
    why = partial(why_ended, night, RULE, as_of, present)
    tonight(bank, RULE, night.frame(every_rule.flagged_customers(RULE, as_of)), as_of, present, why)
    (row,) = _all(bank, alerts, alerts.c.alert_id == alert)
    assert (row["status"], row["outcome"]) == ("closed", CONDITION_ENDED)
    note = _all(bank, alert_steps, alert_steps.c.alert_id == alert)[-1]["note"]
    assert f"The complaint was settled on {settled.day} {settled:%b %Y}." in note
    closed = alert_queue.closed_alerts(
        Reader(bank, SYSTEM, bank.snapshot()), as_of - timedelta(days=60), customer
    )
    ending = alert_queue.ending_words(next(a for a in rows_of(closed, ClosedAlert) if a.alert_id == alert))
    assert ending.startswith("No longer applies: ")


def test_why_an_alert_was_raised_stands_beside_what_it_is_today(bank: Stores) -> None:
    night = Reader(bank, SYSTEM, bank.snapshot())
    as_of = data_coverage.as_of(night)
    customer, settled = _settled_complaint(night, as_of)
    alert = _of_the_bank(bank, customer, settled - timedelta(days=1))
    (row,) = [a for a in alert_queue.open_alerts(night, customer, as_of).itertuples() if a.alert_id == alert]
    assert row.facts == ["One complaint of the last 90 days is not settled."]
    assert row.facts_now == ["No complaint of the last 90 days is open."]


def test_what_is_at_stake_is_what_the_customers_page_shows_there_is_now(bank: Stores) -> None:
    night = Reader(bank, SYSTEM, bank.snapshot())
    as_of = data_coverage.as_of(night)
    customer, settled = _settled_complaint(night, as_of)
    alert = _of_the_bank(bank, customer, settled - timedelta(days=1))
    months = night.frame(balance_by_month(customer, as_of))
    (row,) = [a for a in alert_queue.open_alerts(night, customer, as_of).itertuples() if a.alert_id == alert]
    assert row.value_at_stake == pytest.approx(float(months["balance"].iloc[-1]))
    (kept,) = _all(bank, alerts, alerts.c.alert_id == alert)
    assert kept["value_at_stake"] == 900_000, "the record says what it was when it was raised"


def test_whoever_left_is_called_no_more_even_when_the_rule_was_not_checked(bank: Stores) -> None:
    night = Reader(bank, SYSTEM, bank.snapshot())
    as_of = data_coverage.as_of(night)
    gone = night.frame(
        select(customers.c.customer_id, customers.c.left_on)
        .where(customers.c.left_on <= as_of)
        .order_by(customers.c.left_on.desc())
    ).iloc[0]
    left_on = pd.Timestamp(gone["left_on"]).date()
    alert = _of_the_bank(bank, gone["customer_id"], left_on - timedelta(days=2), rule="high_churn_risk")
    present = frozenset(night.frame(select(customer_profiles.c.customer_id))["customer_id"])
    follow_customers(bank, night, as_of, present)
    (row,) = _all(bank, alerts, alerts.c.alert_id == alert)
    assert (row["status"], row["outcome"]) == ("closed", CUSTOMER_LEFT)
    note = _all(bank, alert_steps, alert_steps.c.alert_id == alert)[-1]["note"]
    assert note == f"The customer left on {left_on.day} {left_on:%b %Y}."
    assert follow_customers(bank, night, as_of, present) == 0


def test_the_work_of_an_rm_who_is_no_longer_with_the_bank_waits_awake_in_the_pool(bank: Stores) -> None:
    night = Reader(bank, SYSTEM, bank.snapshot())
    as_of = data_coverage.as_of(night)
    first = _all(bank, alerts, alerts.c.arm == "treated", alerts.c.rm_id.is_not(None))[0]
    with audit.entry(bank, "test", "alert.cover") as entry:
        mine = update(alerts).where(alerts.c.alert_id == first["alert_id"])
        entry.app_db.execute(mine.values(rm_id="RM-GONE", snoozed_until=as_of + timedelta(days=20)))
    present = frozenset(night.frame(select(customer_profiles.c.customer_id))["customer_id"])
    assert follow_customers(bank, night, as_of, present) == 1
    (row,) = _all(bank, alerts, alerts.c.alert_id == first["alert_id"])
    assert (row["rm_id"], row["snoozed_until"]) == (None, None)
    teams = night.frame(select(relationship_managers.c.rm_id, relationship_managers.c.team))
    assert row["team"] in set(teams["team"])


def test_every_line_of_a_history_has_words() -> None:
    from workflow.alerts.alert_steps import HISTORY

    assert set(STEPS) | {"ended", "followed", "noted"} <= set(HISTORY)


def test_of_a_nested_rule_that_ended_only_what_failed_is_said(bank: Stores) -> None:
    night = Reader(bank, SYSTEM, bank.snapshot())
    as_of, t = data_coverage.as_of(night), customer_profiles.c
    (person,) = night.rows(
        select(t.customer_id, t.app_sessions_30d, t.products_held, t.savings_balance)
        .where(t.as_of == as_of, t.app_sessions_30d > 0, t.savings_balance.between(200_000, 900_000))
        .order_by(t.customer_id)
        .limit(1)
    )
    ended = [{"alert_id": "A1", "customer_id": person.customer_id, "raised_on": as_of - timedelta(days=7)}]
    held, richer, idle = {"savings_balance": 100_000}, {"savings_balance": 5_000_000}, {"app_sessions_30d": 0}
    draft = RuleDraft(code="nested", title="T", advice="A", groups=(held | idle, richer))

    def ending(draft: RuleDraft) -> str:
        return ended_because(night, as_rule(draft), ended, as_of)["A1"]

    balance = every_rule.sentence("savings_balance", person.savings_balance)
    visits = every_rule.sentence("app_sessions_30d", person.app_sessions_30d)
    assert ending(draft) == f"{visits} {balance}"
    assert (
        ending(replace(draft, groups=(held | idle, richer | idle), any_group=False)) == f"{balance} {visits}"
    )
    assert ending(replace(draft, groups=(held | idle, richer), any_group=False)) == balance
