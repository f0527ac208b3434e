"""Alerts: one open per customer and rule, held out by lot, settled once settled, and bounded by capacity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from sqlalchemy import func, select

from tests.workflow.alert_queue import AMY, Clock, flagged_rows, holding_out
from warehouse.app_db.app_schema import alert_steps, alerts, audit_log
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.alerts.alert_steps import record_step
from workflow.alerts.raising import CONDITION_ENDED, CUSTOMER_LEFT, RuleRun, tonight
from workflow.rules.rule_definitions import AlertRule
from workflow.rules.rule_drafts import rules

COMPLAINT, CHURN = rules(Settings())
DAY = date(2026, 6, 30)
SHOWN = [f"C{i}" for i in range(54)]
EVERYBODY = frozenset(f"C{i}" for i in range(10_000))
A = SHOWN[0]


def _night(
    app_db: Stores, frame: pd.DataFrame, day: date = DAY, rule: AlertRule = COMPLAINT, present=EVERYBODY
) -> RuleRun:
    return tonight(app_db, rule, frame, day, present)


def _all(app_db: Stores) -> list[dict]:
    with app_db.app_db.connect() as connection:
        return [dict(row) for row in connection.execute(select(alerts)).mappings()]


def _step(app_db: Stores, step: str) -> None:
    (alert,) = [a for a in _all(app_db) if a["status"] != "closed"]
    record_step(app_db, AMY, alert["alert_id"], step, "", alert["version"])


def test_an_alert_has_an_owner_a_due_day_what_is_at_stake_and_why(app_db: Stores) -> None:
    assert _night(app_db, flagged_rows(A)) == RuleRun(raised=1)
    (alert,) = _all(app_db)
    assert (alert["rm_id"], alert["team"], alert["status"]) == ("R1", "East", "open")
    assert alert["due_on"] == DAY + timedelta(days=2)  # the rule says: call within two days
    assert alert["value_at_stake"] == 900_000
    reasons = alert["reasons"]
    assert [fact["name"] for fact in reasons] == list(COMPLAINT.because)
    assert reasons[0]["sentence"] == "One complaint of the last 90 days is not settled."
    assert reasons[1]["sentence"] == "HKD 800,000 in savings."
    assert reasons[2]["sentence"] == "The customer has not moved money for 200 days."


def test_the_same_night_again_changes_nothing(app_db: Stores) -> None:
    _night(app_db, flagged_rows(*SHOWN))
    before, lines = _all(app_db), _lines(app_db)
    assert _night(app_db, flagged_rows(*SHOWN)) == RuleRun()
    assert (_all(app_db), _lines(app_db)) == (before, lines)


def _lines(app_db: Stores) -> int:
    with app_db.app_db.connect() as connection:
        return connection.execute(select(func.count()).select_from(audit_log)).scalar_one()


def test_an_open_alert_is_not_raised_again_on_later_nights(app_db: Stores) -> None:
    _night(app_db, flagged_rows(A))
    assert _night(app_db, flagged_rows(A), DAY + timedelta(days=1)) == RuleRun()
    assert len(_all(app_db)) == 1


@pytest.mark.parametrize("step", ["accepted", "declined", "wrong_alert", "handed_to_service"])
def test_a_settled_alert_stays_settled(app_db: Stores, clock: Clock, step: str) -> None:
    _night(app_db, flagged_rows(A))
    _step(app_db, step)
    for days in (0, 1, 15, 31):
        assert _night(app_db, flagged_rows(A), DAY + timedelta(days=days)) == RuleRun(), days
    assert _night(app_db, flagged_rows(A), DAY + timedelta(days=32)) == RuleRun(raised=1)


def test_an_alert_settled_long_after_its_data_ended_stays_settled(app_db: Stores, clock: Clock) -> None:
    """A bank that is not loaded every day: people work on days the data does not know yet."""
    _night(app_db, flagged_rows(A))
    clock.pass_days(200)
    _step(app_db, "declined")
    assert _night(app_db, flagged_rows(A), DAY + timedelta(days=100)) == RuleRun()
    assert _night(app_db, flagged_rows(A), DAY + timedelta(days=229)) == RuleRun()


def test_an_alert_nobody_started_on_ends_with_its_condition(app_db: Stores) -> None:
    _night(app_db, flagged_rows(A))
    assert _night(app_db, flagged_rows(), DAY + timedelta(days=1)) == RuleRun(ended=1)
    (alert,) = _all(app_db)
    assert (alert["status"], alert["outcome"], alert["version"]) == ("closed", CONDITION_ENDED, 2)


def test_an_alert_somebody_started_on_ends_with_its_condition_too(app_db: Stores) -> None:
    """It used to stay: a settled complaint was then called about, and escalated as overdue."""
    _night(app_db, flagged_rows(A))
    _step(app_db, "contacted")
    assert _night(app_db, flagged_rows(), DAY + timedelta(days=1)) == RuleRun(ended=1)
    assert (_all(app_db)[0]["status"], _all(app_db)[0]["outcome"]) == ("closed", CONDITION_ENDED)


def test_an_alert_of_a_customer_who_left_says_so(app_db: Stores) -> None:
    _night(app_db, flagged_rows(A))
    _night(app_db, flagged_rows(), DAY + timedelta(days=1), present=frozenset())
    assert _all(app_db)[0]["outcome"] == CUSTOMER_LEFT


def test_a_condition_that_returns_raises_a_new_alert_but_not_on_the_same_day(
    app_db: Stores,
) -> None:
    _night(app_db, flagged_rows(A))
    _night(app_db, flagged_rows())
    assert _night(app_db, flagged_rows(A)) == RuleRun()
    assert _night(app_db, flagged_rows(A), DAY + timedelta(days=3)) == RuleRun(raised=1)


def test_an_alert_stays_while_the_wider_condition_holds_but_none_is_raised_for_it(
    app_db: Stores,
) -> None:
    _night(app_db, flagged_rows(A))
    assert _night(app_db, flagged_rows(A, SHOWN[1], fires=False), DAY + timedelta(days=1)) == RuleRun()
    assert len(_all(app_db)) == 1


def test_an_open_alert_follows_its_customer_to_a_new_rm(app_db: Stores) -> None:
    _night(app_db, flagged_rows(A))
    assert _night(app_db, flagged_rows(A, rm="R2"), DAY + timedelta(days=1)) == RuleRun(moved=1)
    assert _all(app_db)[0]["rm_id"] == "R2"


def test_two_rules_may_raise_an_alert_for_the_same_customer(app_db: Stores) -> None:
    _night(app_db, flagged_rows(A))
    _night(app_db, flagged_rows(A, probability=0.4), rule=CHURN)
    assert {alert["rule"] for alert in _all(app_db)} == {COMPLAINT.code, CHURN.code}


def test_a_held_out_alert_is_raised_like_any_other(app_db: Stores) -> None:
    assert _night(holding_out(app_db, 1.0), flagged_rows(*SHOWN)) == RuleRun(held_out=len(SHOWN))
    assert {alert["arm"] for alert in _all(app_db)} == {"held_out"}
    assert {alert["stratum"] for alert in _all(app_db)} == {"affluent | not scored | East"}
    assert {alert["held_out_share"] for alert in _all(app_db)} == {1.0}


def test_an_rm_gets_no_more_alerts_in_a_week_than_her_capacity(app_db: Stores) -> None:
    rule = replace(COMPLAINT, within_capacity=True)
    many = flagged_rows(*SHOWN)
    assert _night(app_db, many, rule=rule).raised == 5
    assert [a["customer_id"] for a in _all(app_db)] == SHOWN[:5]  # those with the most at stake
    assert _night(app_db, many, DAY + timedelta(days=6), rule).raised == 0
    assert _night(app_db, many, DAY + timedelta(days=7), rule).raised == 5


def test_capacity_is_each_rms_own(app_db: Stores) -> None:
    rule = replace(COMPLAINT, within_capacity=True)
    frame = pd.concat([flagged_rows(*SHOWN[:20]), flagged_rows(*SHOWN[20:40], rm="R2", weekly_capacity=2)])
    _night(app_db, frame, rule=rule)
    counts = pd.Series([alert["rm_id"] for alert in _all(app_db)]).value_counts()
    assert counts.to_dict() == {"R1": 5, "R2": 2}


def test_held_out_alerts_take_no_capacity_and_come_from_the_same_top_of_the_list(
    app_db: Stores,
) -> None:
    rule = replace(COMPLAINT, within_capacity=True)
    night = _night(holding_out(app_db, 0.5), flagged_rows(*SHOWN, segment="mass"), rule=rule)
    assert night.raised == 5
    raised = _all(app_db)
    assert night.held_out == len(raised) - 5 > 0
    assert [alert["customer_id"] for alert in raised] == SHOWN[: len(raised)]
    assert raised[-1]["arm"] == "treated"


def test_no_step_is_recorded_by_the_night_itself(app_db: Stores) -> None:
    _night(app_db, flagged_rows(A))
    with app_db.app_db.connect() as connection:
        assert connection.execute(select(alert_steps)).all() == []
