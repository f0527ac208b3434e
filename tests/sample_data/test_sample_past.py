"""The sample bank's first morning: every state of an alert is there, in shares like those of a bank."""

from __future__ import annotations

import shutil
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
from sqlalchemy import select

from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alert_steps, alerts, record_entries
from warehouse.stores import sample_clock
from warehouse.stores.connect import Stores
from workflow.alerts import alert_queue, queue_changes
from workflow.collaboration.record_reading import records_of
from workflow.records.escalation import escalate
from workflow.sample_past import write_sample_past

AS_OF = date(2026, 6, 30)


def test_the_first_morning_has_every_state_of_an_alert(own_bank: Stores, after_a_night: Path) -> None:
    shutil.copytree(after_a_night / "models", own_bank.settings.data_dir / "models")
    write_sample_past(own_bank, lambda _step: None)
    escalate(own_bank, AS_OF)
    reader = Reader(own_bank, SYSTEM, own_bank.snapshot())
    rows = reader.frame(select(alerts))
    treated = rows[rows["arm"] == "treated"]
    still_open = treated[treated["status"] != "closed"]
    assert pd.to_datetime(rows["raised_on"]).dt.date.nunique() >= 4, "of real nights"
    assert 0.05 < (rows["arm"] == "held_out").mean() < 0.2
    assert 0.1 < len(still_open) / len(treated) < 0.6, "most of what is old is done"
    assert {"accepted", "declined", "wrong_alert"} <= set(treated["outcome"].dropna())
    queue = alert_queue.open_alerts(reader, today=AS_OF)
    people = alert_queue.by_customer(queue[queue["arm"] == "treated"])
    masks = alert_queue.kinds(people, AS_OF)
    for kind in ("due", "overdue", "new", "working", "escalated", "snoozed"):
        assert masks[kind].any(), kind
    assert masks["overdue"].mean() < 0.25, "a bank, and not a showcase"
    assert still_open["rm_id"].isna().any(), "some wait in the pool"
    assert queue_changes.changes(reader, people, AS_OF - timedelta(days=8)).worse is not None
    without_a_run = queue_changes.changes(reader, people, AS_OF - timedelta(days=7))
    assert without_a_run.worse is None, "nobody was scored on that day: not known, rather than nobody"
    taken = reader.frame(select(alert_steps))
    days = pd.to_datetime(taken["taken_at"]).dt.date
    assert days.max() <= AS_OF + timedelta(days=1)
    assert not records_of(reader) or reader.frame(select(record_entries))["due_on"].notna().all()


def test_the_sample_s_clock_stands_on_the_morning_after_its_last_day_and_goes_on(tmp_path: Path) -> None:
    built = date(2026, 12, 1)
    assert not sample_clock.behind(tmp_path), "a bank of one's own has the machine's clock"
    sample_clock.begin(tmp_path, built, AS_OF)
    assert built - sample_clock.behind(tmp_path) == date(2026, 7, 1)
    assert built + timedelta(days=3) - sample_clock.behind(tmp_path) == date(2026, 7, 4)
    sample_clock.end(tmp_path)
    assert not sample_clock.behind(tmp_path)
