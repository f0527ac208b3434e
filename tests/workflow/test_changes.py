"""What changed since Monday, as an RM reads it before the meeting: what was worked since is still new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from tests.workflow.alert_queue import AMY, BOB, LEAD, Clock, flagged_rows, holding_out
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import alerts
from warehouse.load.loading import load
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores
from workflow.alerts import alert_queue
from workflow.alerts.alert_steps import record_step
from workflow.alerts.queue_changes import Changes, changes
from workflow.alerts.raising import tonight
from workflow.rules.rule_drafts import rules

RULE = rules(Settings())[0]
MONDAY, TODAY = date(2026, 6, 29), date(2026, 6, 30)
EVERYBODY = frozenset(f"C{n}" for n in range(9))


@pytest.fixture
def week(tmp_path: Path, clock: Clock) -> Iterator[Stores]:
    """A bank of nine customers of two RMs; last week one alert was raised about C0, since Monday about C1 to C4.

    C4 is held out by lot, and C3 is another RM's.
    """
    extracts = tmp_path / "extracts"
    extracts.mkdir()
    rows = (f"C{n},N{n},2024-01-05,{'R2' if n == 3 else 'R1'}\n" for n in range(9))
    (extracts / "customers.csv").write_text("customer_id,full_name,joined_on,rm_id\n" + "".join(rows))
    (extracts / "relationship_managers.csv").write_text("rm_id,name,team\nR1,Amy,East\nR2,Bob,East\n")
    stores = open_stores(Settings(data_dir=tmp_path / "data"), clock)
    load(stores, extracts, as_of=TODAY)
    before = ["C0"]
    for day, flagged, share in (
        (MONDAY - timedelta(days=4), before, 0.0),
        (MONDAY, [*before, "C1", "C2"], 0.0),
        (TODAY, [*before, "C1", "C2", "C3"], 0.0),
        (TODAY, [*before, "C1", "C2", "C3", "C4"], 1.0),
    ):
        flags = pd.concat(
            [flagged_rows(c, rm="R2" if c == "C3" else "R1") for c in flagged], ignore_index=True
        )
        tonight(holding_out(stores, share), RULE, flags, day, EVERYBODY)
    yield stores
    stores.app_db.dispose()


def since_monday(stores: Stores, viewer: Viewer) -> Changes:
    reader = Reader(stores, viewer, stores.snapshot())
    return changes(reader, alert_queue.by_customer(alert_queue.open_alerts(reader, today=TODAY)), TODAY)


def work(stores: Stores, customer: str, *steps: str) -> None:
    with stores.app_db.connect() as app_db:
        row = app_db.execute(select(alerts).where(alerts.c.customer_id == customer)).one()
    for seen, step in enumerate(steps, row.version):
        record_step(stores, AMY if row.rm_id == "R1" else BOB, row.alert_id, step, "", seen, today=TODAY)


def test_new_since_monday_does_not_shrink_as_one_works(week: Stores) -> None:
    before = since_monday(week, AMY)
    assert (before.new, before.closed) == (frozenset({"C1", "C2"}), 0)
    work(week, "C1", "contacted")
    assert since_monday(week, AMY).new == before.new
    work(week, "C2", "contacted", "accepted")
    after = since_monday(week, AMY)
    assert after.new == before.new, "an alert that was closed was raised since Monday all the same"
    assert (after.closed, after.accepted) == (1, frozenset({"C2"}))


def test_new_are_one_s_own_and_the_team_s_and_never_those_held_back_by_lot(week: Stores) -> None:
    assert since_monday(week, BOB).new == {"C3"}
    assert since_monday(week, LEAD).new == {"C1", "C2", "C3"}
    work(week, "C3", "declined")
    assert since_monday(week, LEAD).new == {"C1", "C2", "C3"}
