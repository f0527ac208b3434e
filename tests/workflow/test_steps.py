"""Steps: only on one's own alerts, never over somebody else's, and every refusal leaves a line."""

from __future__ import annotations

import threading
from datetime import date

import pytest
from sqlalchemy import select

from tests.workflow.alert_queue import AMY, BOB, LEAD, flagged_rows, holding_out
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import alert_steps, alerts, audit_log
from warehouse.errors import AccessRefused, ChangeRefused, Problem
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.alerts.alert_steps import CLOSING, OFFERED, WORKING, record_step
from workflow.alerts.raising import tonight
from workflow.rules.rule_drafts import rules

RULE = rules(Settings())[0]
SHOWN, HELD_OUT = "C1", "C2"
BY_THE_FORM = tuple(step for step in WORKING if step != OFFERED)
"""Which offer was made is asked and checked elsewhere."""


def _raise(app_db: Stores, customer: str = SHOWN, rm: str | None = "R1") -> str:
    tonight(app_db, RULE, flagged_rows(customer, rm=rm), date(2026, 6, 30), frozenset({customer}))
    return _all(app_db, alerts)[-1]["alert_id"]


def _all(app_db: Stores, table) -> list[dict]:
    with app_db.app_db.connect() as connection:
        return [dict(row) for row in connection.execute(select(table)).mappings()]


@pytest.mark.parametrize("step", BY_THE_FORM)
def test_a_working_step_is_appended_and_the_alert_is_being_worked(app_db: Stores, step: str) -> None:
    alert = _raise(app_db)
    assert record_step(app_db, AMY, alert, step, "  called at noon ", 1) == 2
    (row,) = _all(app_db, alerts)
    assert (row["status"], row["version"], row["outcome"]) == ("working", 2, None)
    (taken,) = _all(app_db, alert_steps)
    assert (taken["step"], taken["note"], taken["taken_by"]) == (step, "called at noon", "amy")
    assert taken["taken_at"] == app_db.now()
    assert (taken["customer_id"], taken["rm_id"]) == (SHOWN, "R1")


@pytest.mark.parametrize("step", CLOSING)
def test_a_closing_step_is_the_outcome(app_db: Stores, step: str) -> None:
    record_step(app_db, AMY, _raise(app_db), step, "", 1)
    (row,) = _all(app_db, alerts)
    assert (row["status"], row["outcome"], row["closed_at"]) == ("closed", step, app_db.now())


def test_steps_follow_each_other_with_the_version_seen(app_db: Stores) -> None:
    alert, version = _raise(app_db), 1
    for step in ("acknowledged", "contacted", "accepted"):
        version = record_step(app_db, AMY, alert, step, "", version)
    assert version == 4
    assert [row["step"] for row in _all(app_db, alert_steps)][-1] == "accepted"


def test_of_two_who_step_at_once_one_wins_and_the_other_is_told(app_db: Stores) -> None:
    for round_ in range(10):
        alert = _raise(app_db, f"W{round_}")
        results: dict[str, object] = {}
        together = threading.Barrier(2)

        def go(viewer: Viewer, alert=alert, results=results, together=together) -> None:
            together.wait()
            try:
                results[viewer.username] = record_step(app_db, viewer, alert, "contacted", "", 1)
            except Problem as problem:
                results[viewer.username] = problem

        both = [threading.Thread(target=go, args=(viewer,)) for viewer in (AMY, LEAD)]
        for thread in both:
            thread.start()
        for thread in both:
            thread.join()
        assert sorted(type(r).__name__ for r in results.values()) == ["ChangeRefused", "int"]
        (refused,) = [r for r in results.values() if isinstance(r, ChangeRefused)]
        assert "Somebody else recorded a step" in str(refused)
        assert len([s for s in _all(app_db, alert_steps) if s["alert_id"] == alert]) == 1


def test_a_closed_alert_takes_no_further_step(app_db: Stores) -> None:
    alert = _raise(app_db)
    record_step(app_db, AMY, alert, "declined", "", 1)
    with pytest.raises(ChangeRefused, match="was closed"):
        record_step(app_db, LEAD, alert, "contacted", "", 2)


def test_an_rm_cannot_step_another_rms_alert_and_the_try_is_logged(app_db: Stores) -> None:
    alert = _raise(app_db)
    with pytest.raises(AccessRefused, match="not in your queue"):
        record_step(app_db, BOB, alert, "contacted", "", 1)
    assert _all(app_db, alert_steps) == []
    assert _all(app_db, alerts)[0]["version"] == 1
    last = _all(app_db, audit_log)[-1]
    assert (last["who"], last["action"], last["subject"]) == ("bob", "alert.refused", alert)


def test_a_team_lead_steps_her_teams_alerts_and_no_other_teams(app_db: Stores) -> None:
    alert = _raise(app_db)
    with pytest.raises(AccessRefused):
        record_step(
            app_db,
            Viewer(username="wes", full_name="Wes", role="team_lead", team="West"),
            alert,
            "contacted",
            "",
            1,
        )
    assert record_step(app_db, LEAD, alert, "contacted", "", 1) == 2


@pytest.mark.parametrize("role", [r for r in ROLES if r not in ("relationship_manager", "team_lead")])
def test_no_other_role_steps_an_alert_whatever_its_account_carries(app_db: Stores, role: str) -> None:
    alert = _raise(app_db)
    odd = Viewer(username="o", full_name="O", role=role, rm_id="R1", team="East")
    with pytest.raises(AccessRefused):
        record_step(app_db, odd, alert, "contacted", "", 1)


def test_nobody_works_a_held_out_alert_or_learns_that_it_exists(app_db: Stores) -> None:
    alert, refusals = _raise(holding_out(app_db, 1.0), HELD_OUT), set()
    for viewer in (AMY, LEAD, SYSTEM):
        for target in (alert, "A000000000000000"):
            with pytest.raises(AccessRefused) as refused:
                record_step(app_db, viewer, target, "contacted", "", 1)
            refusals.add(str(refused.value))
    assert len(refusals) == 1


def test_an_account_without_rm_number_owns_no_alert_without_owner(app_db: Stores) -> None:
    alert = _raise(app_db, rm=None)
    nobody = Viewer(username="n", full_name="N", role="relationship_manager")
    with pytest.raises(AccessRefused):
        record_step(app_db, nobody, alert, "contacted", "", 1)


def test_what_is_no_step_and_a_note_too_long_are_refused_in_a_sentence(app_db: Stores) -> None:
    alert = _raise(app_db)
    with pytest.raises(ChangeRefused, match="Choose what you did"):
        record_step(app_db, AMY, alert, "deleted", "", 1)
    with pytest.raises(ChangeRefused, match="2,001 characters"):
        record_step(app_db, AMY, alert, "contacted", "x" * 2001, 1)


def test_every_step_stands_in_the_audit_log_whose_chain_is_whole(app_db: Stores) -> None:
    alert = _raise(app_db)
    for version, step in enumerate(BY_THE_FORM, 1):
        record_step(app_db, AMY, alert, step, "", version)
    lines = [row for row in _all(app_db, audit_log) if row["action"] == "alert.step"]
    assert [row["why"] for row in lines] == list(BY_THE_FORM)
    assert audit.broken_line(app_db) is None
