"""Alerts: one open per customer and rule, held out by lot, settled once settled, and bounded by capacity."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from alert_queue import AMY, Clock, found, holding_out
from sqlalchemy import func, select

from warehouse.app_db.app_schema import alert_steps, alerts, audit_log
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.alerts.alert_steps import record_step
from workflow.alerts.raising import CONDITION_ENDED, CUSTOMER_LEFT, RuleRun, tonight
from workflow.rules.rule_definitions import AlertRule, rules

COMPLAINT, CHURN = rules(Settings())
DAY = date(2026, 6, 30)
SHOWN = [f"C{i}" for i in range(54)]
EVERYBODY = frozenset(f"C{i}" for i in range(10_000))
A = SHOWN[0]


def _night(
    desk: Stores, frame: pd.DataFrame, day: date = DAY, rule: AlertRule = COMPLAINT, present=EVERYBODY
) -> RuleRun:
    return tonight(desk, rule, frame, day, present)


def _all(desk: Stores) -> list[dict]:
    with desk.desk.connect() as connection:
        return [dict(row) for row in connection.execute(select(alerts)).mappings()]


def _step(desk: Stores, step: str) -> None:
    (alert,) = [a for a in _all(desk) if a["status"] != "closed"]
    record_step(desk, AMY, alert["alert_id"], step, "", alert["version"])


def test_an_alert_has_an_owner_a_due_day_what_is_at_stake_and_why(desk: Stores) -> None:
    assert _night(desk, found(A)) == RuleRun(raised=1)
    (alert,) = _all(desk)
    assert (alert["rm_id"], alert["team"], alert["status"]) == ("R1", "East", "open")
    assert alert["due_on"] == DAY + timedelta(days=30)
    assert alert["value_at_stake"] == 900_000
    told = alert["reasons"]
    assert [fact["name"] for fact in told] == list(COMPLAINT.because)
    assert told[0]["sentence"] == "One complaint of the last 90 days is not settled."
    assert told[1]["sentence"] == "HKD 800,000 in savings."
    assert told[2]["sentence"] == "The customer has not moved money for 200 days."


def test_the_same_night_again_changes_nothing(desk: Stores) -> None:
    _night(desk, found(*SHOWN))
    before, lines = _all(desk), _lines(desk)
    assert _night(desk, found(*SHOWN)) == RuleRun()
    assert (_all(desk), _lines(desk)) == (before, lines)


def _lines(desk: Stores) -> int:
    with desk.desk.connect() as connection:
        return connection.execute(select(func.count()).select_from(audit_log)).scalar_one()


def test_an_open_alert_is_not_raised_again_on_later_nights(desk: Stores) -> None:
    _night(desk, found(A))
    assert _night(desk, found(A), DAY + timedelta(days=1)) == RuleRun()
    assert len(_all(desk)) == 1


@pytest.mark.parametrize("step", ["accepted", "declined", "wrong_alert", "handed_to_service"])
def test_a_settled_alert_stays_settled(desk: Stores, clock: Clock, step: str) -> None:
    _night(desk, found(A))
    _step(desk, step)
    for days in (0, 1, 15, 31):
        assert _night(desk, found(A), DAY + timedelta(days=days)) == RuleRun(), days
    assert _night(desk, found(A), DAY + timedelta(days=32)) == RuleRun(raised=1)


def test_an_alert_settled_long_after_its_data_ended_stays_settled(desk: Stores, clock: Clock) -> None:
    """A bank that is not loaded every day: people work on days the data does not know yet."""
    _night(desk, found(A))
    clock.pass_days(200)
    _step(desk, "declined")
    assert _night(desk, found(A), DAY + timedelta(days=100)) == RuleRun()
    assert _night(desk, found(A), DAY + timedelta(days=229)) == RuleRun()


def test_an_alert_nobody_started_on_ends_with_its_condition(desk: Stores) -> None:
    _night(desk, found(A))
    assert _night(desk, found(), DAY + timedelta(days=1)) == RuleRun(ended=1)
    (alert,) = _all(desk)
    assert (alert["status"], alert["outcome"], alert["version"]) == ("closed", CONDITION_ENDED, 2)


def test_an_alert_somebody_started_on_ends_with_its_condition_too(desk: Stores) -> None:
    """It used to stay: a settled complaint was then called about, and escalated as overdue."""
    _night(desk, found(A))
    _step(desk, "contacted")
    assert _night(desk, found(), DAY + timedelta(days=1)) == RuleRun(ended=1)
    assert (_all(desk)[0]["status"], _all(desk)[0]["outcome"]) == ("closed", CONDITION_ENDED)


def test_an_alert_of_a_customer_who_left_says_so(desk: Stores) -> None:
    _night(desk, found(A))
    _night(desk, found(), DAY + timedelta(days=1), present=frozenset())
    assert _all(desk)[0]["outcome"] == CUSTOMER_LEFT


def test_a_condition_that_returns_raises_a_new_alert_but_not_on_the_same_day(
    desk: Stores,
) -> None:
    _night(desk, found(A))
    _night(desk, found())
    assert _night(desk, found(A)) == RuleRun()
    assert _night(desk, found(A), DAY + timedelta(days=3)) == RuleRun(raised=1)


def test_an_alert_stays_while_the_wider_condition_holds_but_none_is_raised_for_it(
    desk: Stores,
) -> None:
    _night(desk, found(A))
    assert _night(desk, found(A, SHOWN[1], fires=False), DAY + timedelta(days=1)) == RuleRun()
    assert len(_all(desk)) == 1


def test_an_open_alert_follows_its_customer_to_a_new_rm(desk: Stores) -> None:
    _night(desk, found(A))
    assert _night(desk, found(A, rm="R2"), DAY + timedelta(days=1)) == RuleRun(moved=1)
    assert _all(desk)[0]["rm_id"] == "R2"


def test_two_rules_may_raise_an_alert_for_the_same_customer(desk: Stores) -> None:
    _night(desk, found(A))
    _night(desk, found(A, probability=0.4), rule=CHURN)
    assert {alert["rule"] for alert in _all(desk)} == {COMPLAINT.code, CHURN.code}


def test_a_held_out_alert_is_raised_like_any_other(desk: Stores) -> None:
    assert _night(holding_out(desk, 1.0), found(*SHOWN)) == RuleRun(held_out=len(SHOWN))
    assert {alert["arm"] for alert in _all(desk)} == {"held_out"}
    assert {alert["stratum"] for alert in _all(desk)} == {"affluent | not scored | East"}
    assert {alert["held_out_share"] for alert in _all(desk)} == {1.0}


def test_an_rm_gets_no_more_alerts_in_a_week_than_her_capacity(desk: Stores) -> None:
    rule = replace(COMPLAINT, within_capacity=True)
    many = found(*SHOWN)
    assert _night(desk, many, rule=rule).raised == 5
    assert [a["customer_id"] for a in _all(desk)] == SHOWN[:5]  # those with the most at stake
    assert _night(desk, many, DAY + timedelta(days=6), rule).raised == 0
    assert _night(desk, many, DAY + timedelta(days=7), rule).raised == 5


def test_capacity_is_each_rms_own(desk: Stores) -> None:
    rule = replace(COMPLAINT, within_capacity=True)
    frame = pd.concat([found(*SHOWN[:20]), found(*SHOWN[20:40], rm="R2", weekly_capacity=2)])
    _night(desk, frame, rule=rule)
    counts = pd.Series([alert["rm_id"] for alert in _all(desk)]).value_counts()
    assert counts.to_dict() == {"R1": 5, "R2": 2}


def test_held_out_alerts_take_no_capacity_and_come_from_the_same_top_of_the_list(
    desk: Stores,
) -> None:
    rule = replace(COMPLAINT, within_capacity=True)
    night = _night(holding_out(desk, 0.5), found(*SHOWN, segment="mass"), rule=rule)
    assert night.raised == 5
    raised = _all(desk)
    assert night.held_out == len(raised) - 5 > 0
    assert [alert["customer_id"] for alert in raised] == SHOWN[: len(raised)]
    assert raised[-1]["arm"] == "treated"


def test_no_step_is_recorded_by_the_night_itself(desk: Stores) -> None:
    _night(desk, found(A))
    with desk.desk.connect() as connection:
        assert connection.execute(select(alert_steps)).all() == []
