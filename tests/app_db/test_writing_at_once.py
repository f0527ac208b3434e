"""Many writers at once: the chain of the audit log stays whole, and one alert has one who took it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import func, insert, select

from sign_in import accounts, sessions
from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import alert_steps, alerts, audit_log
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.alerts.alert_steps import record_step
from workflow.alerts.assignment import claim

Opened = Callable[[], Stores]
WRITERS, LINES = 4, 60
CONTESTS = 25


def test_240_entries_by_two_processes_and_four_writers_keep_the_chain_whole(open_app_db: Opened) -> None:
    processes = [open_app_db(), open_app_db()]

    def writes(number: int) -> None:
        for line in range(LINES):
            audit.note(processes[number % 2], f"writer {number}", "test.line", str(line), "a\x00b")

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(writes, range(WRITERS)))
    with processes[0].app_db.connect() as app_db:
        assert audit.broken_line(processes[0]) is None
        assert app_db.execute(select(func.count()).select_from(audit_log)).scalar() == WRITERS * LINES


def test_two_relationship_managers_claiming_one_alert_at_once_one_wins(open_app_db: Opened) -> None:
    processes = [open_app_db(), open_app_db()]
    with processes[0].app_db.begin() as app_db:
        app_db.execute(insert(alerts), [_alert(n) for n in range(CONTESTS)])
    refused: list[str] = []
    won: list[str] = []

    def claims(stores: Stores, who: str, alert_id: str, start: threading.Barrier) -> None:
        viewer = Viewer(who, who, "team_lead", team="North")
        start.wait()
        try:
            record_step(stores, viewer, alert_id, "acknowledged", "", 1)
            won.append(alert_id)
        except ChangeRefused:
            refused.append(alert_id)

    for number in range(CONTESTS):
        start = threading.Barrier(2)
        rivals = [
            threading.Thread(target=claims, args=(stores, who, f"A{number}", start))
            for stores, who in zip(processes, ("mei", "kit"), strict=True)
        ]
        for rival in rivals:
            rival.start()
        for rival in rivals:
            rival.join()
    assert sorted(won) == sorted(refused) == sorted(f"A{n}" for n in range(CONTESTS))
    with processes[0].app_db.connect() as app_db:
        assert app_db.execute(select(func.count()).select_from(alert_steps)).scalar() == CONTESTS
        assert audit.broken_line(processes[0]) is None


def test_of_two_who_take_an_alert_from_the_pool_at_once_one_wins_and_the_other_is_told(
    open_app_db: Opened,
) -> None:
    processes = [open_app_db(), open_app_db()]
    with processes[0].app_db.begin() as app_db:
        waiting = [_alert(n) | {"rm_id": None, "customer_rm_id": None} for n in range(CONTESTS)]
        app_db.execute(insert(alerts), waiting)
    outcomes: list[str] = []

    def takes(stores: Stores, rm_id: str, alert_id: str, start: threading.Barrier) -> None:
        viewer = Viewer(rm_id.lower(), rm_id, "relationship_manager", rm_id=rm_id, team="North")
        start.wait()
        try:
            claim(stores, viewer, alert_id)
        except ChangeRefused as refused:
            outcomes.append(str(refused))

    rms = ["RM1", "RM2", "RM3", "RM4"]
    for number in range(CONTESTS):
        start = threading.Barrier(len(rms))
        rivals = [
            threading.Thread(target=takes, args=(processes[n % 2], rm, f"A{number}", start))
            for n, rm in enumerate(rms)
        ]
        for rival in rivals:
            rival.start()
        for rival in rivals:
            rival.join()
    assert len(outcomes) == CONTESTS * (len(rms) - 1)
    assert all("a moment before you" in sentence for sentence in outcomes)
    with processes[0].app_db.connect() as app_db:
        taken = app_db.execute(select(alerts.c.alert_id, alerts.c.rm_id, alerts.c.version)).all()
        lines = app_db.execute(select(alert_steps.c.alert_id, alert_steps.c.rm_id)).all()
        assert {version for _, _, version in taken} == {2}
        assert sorted((a, rm) for a, rm, _ in taken) == sorted(tuple(line) for line in lines)
        assert audit.broken_line(processes[0]) is None


def _alert(number: int) -> dict:
    return {
        "alert_id": f"A{number}",
        "customer_id": f"C{number}",
        "rule": "high_churn_risk",
        "rm_id": "RM1",
        "team": "North",
        "segment": "mass",
        "raised_on": date(2026, 6, 30),
        "due_on": date(2026, 7, 30),
        "arm": "treated",
        "reasons": [],
        "status": "open",
        "version": 1,
    }


def test_a_session_is_opened_read_and_ended(open_app_db: Opened) -> None:
    stores = open_app_db()
    accounts.create(stores, "amy", "correct horse battery 9", by="operator", full_name="Amy", role="analyst")
    who = accounts.listing(stores)[0]
    token = sessions.start(stores, who)
    person = sessions.person(open_app_db(), token)
    assert person is not None
    assert person.username == "amy"
    sessions.end(stores, token)
    assert sessions.person(stores, token) is None


def test_an_entry_that_fails_leaves_neither_change_nor_line(open_app_db: Opened) -> None:
    stores = open_app_db()

    def stops_half_way() -> None:
        with audit.entry(stores, "amy", "test.change") as entry:
            entry.app_db.execute(insert(alerts), [_alert(1)])
            raise RuntimeError("half-way")

    with pytest.raises(RuntimeError):
        stops_half_way()
    with stores.app_db.connect() as app_db:
        assert app_db.execute(select(func.count()).select_from(alerts)).scalar() == 0
        assert app_db.execute(select(func.count()).select_from(audit_log)).scalar() == 0
