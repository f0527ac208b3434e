"""An alert from night to end: snoozed, moved, taken from the pool, passed on, corrected; nothing is ever rewritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.workflow.alert_queue import AMY, BOB, LEAD, Clock, flagged_rows, holding_out
from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import alert_steps, alerts, audit_log
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.alerts import alert_queue, workload
from workflow.alerts.alert_steps import CLOSING, SNOOZED, STEPS, record_step, standing, take_back
from workflow.alerts.assignment import claim, covered
from workflow.alerts.raising import RuleRun, tonight
from workflow.records.escalation import RULE_REMOVED, close_without_rule, escalate
from workflow.rules.rule_drafts import rules

RULE = rules(Settings())[0]
DAY = date(2026, 6, 30)
A, B = "C1", "C2"
HELD_OUT = "C3"
EVERYBODY = frozenset(f"C{i}" for i in range(100))


def _raise(app_db: Stores, *customers: str, rm: str | None = "R1", **changed: object) -> str:
    for customer in customers or (A,):
        stores = holding_out(app_db, 1.0 if customer == HELD_OUT else 0.0)
        tonight(stores, RULE, _flagged_with_open(app_db, customer, rm=rm, **changed), DAY, EVERYBODY)
    return next(a["alert_id"] for a in _all(app_db, alerts) if a["customer_id"] == (customers or (A,))[-1])


def _flagged_with_open(
    app_db: Stores, customer: str, rm: str | None = "R1", **changed: object
) -> pd.DataFrame:
    """The customer, beside those who are open already: a night looks at all of them."""
    return flagged_rows(
        *dict.fromkeys([customer, *(a["customer_id"] for a in _all(app_db, alerts))]), rm=rm, **changed
    )


def _all(app_db: Stores, table) -> list[dict]:
    with app_db.app_db.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


def _alert(app_db: Stores, alert_id: str) -> dict:
    return next(row for row in _all(app_db, alerts) if row["alert_id"] == alert_id)


def _seen(app_db: Stores, viewer: Viewer) -> set[str]:
    return set(Reader(app_db, viewer).frame(select(alerts.c.alert_id))["alert_id"])


def test_a_snoozed_alert_waits_until_its_day_and_keeps_the_day_it_is_due(app_db: Stores) -> None:
    alert, until = _raise(app_db), DAY + timedelta(days=10)
    record_step(app_db, AMY, alert, SNOOZED, "On holiday until then", 1, until=until, today=DAY)
    row = _alert(app_db, alert)
    assert (row["snoozed_until"], row["status"]) == (until, "working")
    assert row["due_on"] == DAY + timedelta(days=2)
    assert _all(app_db, alert_steps)[0]["until"] == until
    record_step(app_db, AMY, alert, "contacted", "", 2)
    assert _alert(app_db, alert)["snoozed_until"] is None


@pytest.mark.parametrize(
    ("note", "days", "says"),
    [("", 5, "why the call must wait"), ("busy", 0, "after today"), ("busy", 61, "60 days at most")],
)
def test_a_snooze_without_reason_or_too_long_is_refused(
    app_db: Stores, note: str, days: int, says: str
) -> None:
    alert = _raise(app_db)
    with pytest.raises(ChangeRefused, match=says):
        record_step(app_db, AMY, alert, SNOOZED, note, 1, until=DAY + timedelta(days=days), today=DAY)
    assert _all(app_db, alert_steps) == []


def test_what_is_due_soon_overdue_snoozed_and_passed_on_is_told_apart() -> None:
    people = pd.DataFrame(
        {
            "due_on": pd.to_datetime(["2026-07-30", "2026-07-07", "2026-06-29", "2026-07-01", "2026-06-01"]),
            "status": ["open", "working", "open", "working", "working"],
            "snoozed": [False, False, False, True, True],
            "escalated_on": pd.to_datetime(["", "", "2026-06-30", "", ""]),
        }
    )
    assert alert_queue.counts(people, DAY) == {
        "open": 4,
        "due": 1,
        "overdue": 2,
        "new": 2,
        "working": 1,
        "escalated": 1,
        "snoozed": 1,
    }


def test_an_overdue_alert_is_passed_to_the_team_lead_once(app_db: Stores) -> None:
    alert = _raise(app_db)
    due = _alert(app_db, alert)["due_on"]
    assert escalate(app_db, due) == 0
    assert escalate(app_db, due + timedelta(days=1)) == 1
    assert escalate(app_db, due + timedelta(days=2)) == 0
    assert _alert(app_db, alert)["escalated_on"] == due + timedelta(days=1)
    assert [s["step"] for s in _all(app_db, alert_steps)] == ["escalated"]
    assert [r["action"] for r in _all(app_db, audit_log)].count("alert.escalate") == 1


def test_snoozing_does_not_keep_an_overdue_alert_from_the_team_lead(app_db: Stores) -> None:
    alert = _raise(app_db)
    record_step(app_db, AMY, alert, SNOOZED, "Abroad", 1, until=DAY + timedelta(days=60), today=DAY)
    assert escalate(app_db, DAY + timedelta(days=31)) == 1


def test_a_held_out_or_closed_alert_is_passed_to_nobody(app_db: Stores) -> None:
    _raise(app_db, HELD_OUT)
    record_step(app_db, AMY, _raise(app_db, A), "declined", "", 1)
    assert escalate(app_db, DAY + timedelta(days=90)) == 0


def test_a_removed_rule_closes_its_alerts_with_that_reason_and_deletes_none(app_db: Stores) -> None:
    _raise(app_db, A, B, HELD_OUT)
    record_step(app_db, AMY, _all(app_db, alerts)[0]["alert_id"], "contacted", "", 1)
    assert close_without_rule(app_db, ["another"]) == 3
    assert close_without_rule(app_db, ["another"]) == 0
    rows = _all(app_db, alerts)
    assert {(r["status"], r["outcome"]) for r in rows} == {("closed", RULE_REMOVED)}
    assert len(rows) == 3
    assert alert_queue.outcome_words(RULE_REMOVED) == "The rule behind it was removed"


@pytest.mark.parametrize("step", CLOSING)
def test_a_mis_clicked_end_is_taken_back_by_a_further_line(app_db: Stores, step: str) -> None:
    alert = _raise(app_db)
    record_step(app_db, AMY, alert, "contacted", "", 1)
    record_step(app_db, AMY, alert, step, "", 2)
    assert take_back(app_db, AMY, alert, "Wrong button", 3) == 4
    row = _alert(app_db, alert)
    assert (row["status"], row["outcome"], row["closed_at"]) == ("working", None, None)
    lines = _all(app_db, alert_steps)
    assert [s["step"] for s in lines] == ["contacted", step, "corrected"]
    assert lines[2]["corrects"] == lines[1]["step_id"]
    assert [s["step"] for s in standing(lines)] == ["contacted"]
    take_back(app_db, AMY, alert, "That neither", 4)
    assert _alert(app_db, alert)["status"] == "open"
    with pytest.raises(ChangeRefused, match="no step to undo"):
        take_back(app_db, AMY, alert, "More", 5)


def test_a_step_is_taken_back_by_who_took_it_or_by_the_team_lead(app_db: Stores) -> None:
    alert = _raise(app_db)
    record_step(app_db, LEAD, alert, "acknowledged", "", 1)
    with pytest.raises(ChangeRefused, match="lea recorded the latest step"):
        take_back(app_db, AMY, alert, "Not mine", 2)
    with pytest.raises(AccessRefused):
        take_back(app_db, BOB, alert, "Not mine", 2)
    assert take_back(app_db, LEAD, alert, "Mine", 2) == 3


def test_a_correction_needs_a_reason_and_the_version_on_screen(app_db: Stores) -> None:
    alert = _raise(app_db)
    record_step(app_db, AMY, alert, "declined", "", 1)
    with pytest.raises(ChangeRefused, match="what was wrong"):
        take_back(app_db, AMY, alert, "  ", 2)
    with pytest.raises(ChangeRefused):
        take_back(app_db, AMY, alert, "Wrong button", 1)


def test_what_the_night_closed_is_not_reopened_by_hand(app_db: Stores) -> None:
    alert = _raise(app_db)
    tonight(app_db, RULE, flagged_rows(), DAY + timedelta(days=1), EVERYBODY)
    with pytest.raises(ChangeRefused, match="no step to undo"):
        take_back(app_db, AMY, alert, "It does apply", 2)


def test_an_alert_with_a_newer_one_for_the_same_reason_stays_closed(app_db: Stores, clock: Clock) -> None:
    alert = _raise(app_db)
    record_step(app_db, AMY, alert, "declined", "", 1)
    assert tonight(app_db, RULE, flagged_rows(A), DAY + timedelta(days=40), EVERYBODY) == RuleRun(raised=1)
    with pytest.raises(ChangeRefused, match="new alert for the same reason"):
        take_back(app_db, AMY, alert, "Wrong button", 2)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.sampled_from([*STEPS, "take back"]), max_size=8), number=st.integers(0, 10**9))
def test_where_an_alert_stands_is_what_its_standing_steps_say(
    app_db: Stores, moves: list[str], number: int
) -> None:
    """Whatever is clicked, refused or taken back: status, end and snooze follow from the history alone."""
    customer = f"H{number}-{'-'.join(moves)}"
    frame = flagged_rows(customer)
    open_rule = replace(RULE, code=f"r{abs(hash(customer))}")
    tonight(holding_out(app_db, 0.0), open_rule, frame, DAY, frozenset({customer}))
    alert = next(a["alert_id"] for a in _all(app_db, alerts) if a["rule"] == open_rule.code)
    for move in moves:
        version = _alert(app_db, alert)["version"]
        try:
            if move == "take back":
                take_back(app_db, AMY, alert, "Wrong button", version)
            else:
                record_step(
                    app_db, AMY, alert, move, "why", version, until=DAY + timedelta(days=3), today=DAY
                )
        except ChangeRefused:
            continue
    lines = [s for s in _all(app_db, alert_steps) if s["alert_id"] == alert]
    row, taken = _alert(app_db, alert), standing(lines)
    expected = "open" if not taken else "closed" if taken[-1]["step"] in CLOSING else "working"
    assert row["status"] == expected
    assert row["outcome"] == (taken[-1]["step"] if expected == "closed" else None)
    assert row["snoozed_until"] == (taken[-1]["until"] if taken and taken[-1]["step"] == SNOOZED else None)


def test_an_alert_without_rm_waits_in_the_pool_and_is_taken_once(app_db: Stores) -> None:
    alert = _raise(app_db, rm=None, team=None)
    assert _seen(app_db, AMY) == {alert}
    claim(app_db, AMY, alert)
    assert (_alert(app_db, alert)["rm_id"], _alert(app_db, alert)["customer_rm_id"]) == ("R1", None)
    with pytest.raises(ChangeRefused, match="a moment before you"):
        claim(app_db, BOB, alert)
    assert [s["step"] for s in _all(app_db, alert_steps)] == ["claimed"]
    assert covered(app_db, AMY) == (A,)
    assert covered(app_db, BOB) == ()
    assert covered(app_db, LEAD) == (A,)


def test_a_taken_alert_stays_with_its_worker_on_later_nights(app_db: Stores) -> None:
    alert = _raise(app_db, rm=None, team=None)
    claim(app_db, AMY, alert)
    nobodys = flagged_rows(A, rm=None, team=None)
    assert tonight(app_db, RULE, nobodys, DAY + timedelta(days=1), EVERYBODY) == RuleRun()
    assert _alert(app_db, alert)["rm_id"] == "R1"
    assert tonight(app_db, RULE, flagged_rows(A, rm="R2"), DAY + timedelta(days=2), EVERYBODY) == RuleRun(
        moved=1
    )
    assert _alert(app_db, alert)["rm_id"] == "R2"
    assert covered(app_db, AMY) == ()


def test_another_teams_pool_is_nobodys_to_take_and_the_try_is_logged(app_db: Stores) -> None:
    alert = _raise(app_db, rm=None, team="West")
    for viewer in (AMY, LEAD, Viewer("x", "X", "service"), replace(AMY, rm_id=None)):
        with pytest.raises(AccessRefused):
            claim(app_db, viewer, alert)
    assert _seen(app_db, AMY) == set()
    refused = [r for r in _all(app_db, audit_log) if r["action"] == "alert.refused"]
    assert len(refused) == 4


def test_a_held_out_alert_is_in_no_pool(app_db: Stores) -> None:
    alert = _raise(app_db, HELD_OUT, rm=None, team=None)
    assert _seen(app_db, AMY) == set()
    with pytest.raises(AccessRefused):
        claim(app_db, AMY, alert)


def test_cover_ends_with_the_alert(app_db: Stores) -> None:
    alert = _raise(app_db, rm=None, team=None)
    claim(app_db, AMY, alert)
    record_step(app_db, AMY, alert, "declined", "", 2)
    assert covered(app_db, AMY) == ()


def test_every_line_of_an_alerts_life_stands_in_the_audit_log(app_db: Stores) -> None:
    alert = _raise(app_db, rm=None, team=None)
    claim(app_db, AMY, alert)
    record_step(app_db, AMY, alert, "declined", "", 2)
    take_back(app_db, AMY, alert, "Wrong button", 3)
    written = [(r["who"], r["action"]) for r in _all(app_db, audit_log) if r["subject"] == alert]
    assert written == [("amy", "alert.claim"), ("amy", "alert.step"), ("amy", "alert.correct")]
    with app_db.app_db.connect() as connection:
        assert audit.broken_line(app_db) is None
        assert connection.execute(select(func.count()).select_from(alert_steps)).scalar() == 3


def _load(*counts: tuple[str, int, int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows = [
        {
            "alert_id": f"{rm}-{n}",
            "version": 1,
            "customer_id": f"{rm}-{n}",
            "full_name": None,
            "title": "T",
            "rm_id": rm,
            "status": "open",
            "due_on": pd.Timestamp(DAY) + pd.Timedelta(days=n),
        }
        for rm, open_, _ in counts
        for n in range(open_)
    ]
    load = pd.DataFrame(
        [
            {"rm_id": rm, "name": rm, "weekly_capacity": capacity, "open": open_, "weeks": open_ / capacity}
            for rm, open_, capacity in counts
        ]
    )
    return pd.DataFrame(rows), load.sort_values("weeks", ascending=False).reset_index(drop=True)


def test_an_uneven_team_gets_suggestions_from_the_busiest_to_the_idlest() -> None:
    rows, load = _load(("R1", 20, 10), ("R2", 2, 10), ("R3", 10, 10))
    moves = workload.suggestions(rows, load)
    assert [(m.from_name, m.to_rm) for m in moves] == [("R1", "R2")] * 3
    assert moves[0].seen == {"R1-19": 1}  # the one due last
    assert workload.in_words(load) == "R1 has 2.0 weeks of calls open, R2 has 0.2."


def test_a_suggestion_moves_a_customer_with_all_reasons_and_none_whom_two_rms_call() -> None:
    rows, load = _load(("R1", 20, 10), ("R2", 2, 10))
    second = rows.assign(alert_id=rows["alert_id"] + "-b")
    shared = rows["customer_id"] == "R1-19"
    both = pd.concat([rows, second.assign(rm_id=second["rm_id"].mask(shared, "R2"))])
    moves = workload.suggestions(both, load)
    assert [m.customer_id for m in moves] == ["R1-18", "R1-17", "R1-16"]
    assert moves[0].seen == {"R1-18": 1, "R1-18-b": 1}


def test_an_even_team_is_left_alone() -> None:
    rows, load = _load(("R1", 10, 10), ("R2", 12, 10))
    assert workload.suggestions(rows, load) == []
    assert "spread evenly" in workload.in_words(load)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 20)), min_size=1, max_size=5),
)
def test_a_suggestion_never_makes_the_receiver_the_busiest(teams: list[tuple[int, int]]) -> None:
    rows, load = _load(*((f"R{n}", open_, capacity) for n, (open_, capacity) in enumerate(teams)))
    if rows.empty:
        return
    weeks = dict(zip(load["rm_id"], load["weeks"], strict=True))
    moves = workload.suggestions(rows, load)
    assert len({m.customer_id for m in moves}) == len(moves)
    for move in moves:
        assert weeks[move.to_rm] < max(weeks.values())
