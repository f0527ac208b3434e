"""Whoever answers for the churn model finds in the inbox that its customers have moved, once for each version."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert

from models.churn.drift import MOVED
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import users
from warehouse.stores.connect import Stores
from workflow.collaboration.drift_alarm import raise_alarm
from workflow.collaboration.record_kind import ANALYTICS
from workflow.collaboration.record_reading import naming, records_of, waiting_for_department

DAY = date(2026, 6, 30)
ANA = Viewer(username="ana", full_name="Ana", role="analyst")
BEN = Viewer(username="ben", full_name="Ben", role="analyst")


@pytest.fixture
def staffed(app_db: Stores) -> Stores:
    with app_db.app_db.begin() as connection:
        for viewer in (ANA, BEN):
            connection.execute(
                insert(users).values(
                    username=viewer.username,
                    full_name=viewer.full_name,
                    role=viewer.role,
                    password_hash="",
                    created_at=app_db.now(),
                )
            )
    return app_db


def test_an_alarm_reaches_the_owner_and_waits_for_analytics(staffed: Stores) -> None:
    owned = replace(staffed, settings=replace(staffed.settings, churn_model_owner="ana"))
    assert raise_alarm(owned, "v1", {"score": 0.31, "app_sessions_30d": 0.4, "last_nps": 0.1}, DAY)
    ((record, entry),) = naming(Reader(owned, ANA))
    assert "churn model v1" in record.title
    assert "App visits in 30 days: 0.40; The score itself: 0.31" in str(entry.contents["details"])
    assert naming(Reader(owned, BEN)) == ()
    assert [r.record_id for r in waiting_for_department(Reader(owned, BEN))] == [record.record_id]
    assert record.owner == ANALYTICS


def test_one_version_alarms_once_and_without_an_owner_all_of_analytics(staffed: Stores) -> None:
    assert raise_alarm(staffed, "v1", {"score": 0.31}, DAY)
    assert not raise_alarm(staffed, "v1", {"score": 0.5}, DAY)
    assert raise_alarm(staffed, "v2", {"score": 0.31}, DAY)
    assert len(naming(Reader(staffed, BEN))) == 2


@pytest.mark.parametrize("index", [{}, {"score": MOVED}, {"tenure_days": 2.0}])
def test_what_has_not_moved_or_only_grows_is_no_alarm(app_db: Stores, index: dict[str, float]) -> None:
    assert not raise_alarm(app_db, "v1", index, DAY)
    assert records_of(Reader(app_db, SYSTEM)) == ()
