"""The step that brings the outbox to a desk in use: what was sent stays sent, and what was lost is due."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import insert, select, text

from warehouse.app_db.app_schema import alerts, deliveries, destinations, outbox, users
from warehouse.stores.connect import Stores

JUNE = datetime(2026, 6, 15, 8)


def _delivery(destination_id: int, what: str, for_day: date, delivered: bool) -> dict:
    return {
        "destination_id": destination_id,
        "what": what,
        "for_day": for_day,
        "tries": 1,
        "delivered": delivered,
        "said": "x",
        "at": JUNE,
    }


def _alert(number: int, **more: object) -> dict:
    usual = {
        "alert_id": f"A{number}",
        "customer_id": f"C{number}",
        "rule": "r",
        "rm_id": "RM1",
        "team": "North",
    }
    days = {"raised_on": date(2026, 6, 14), "due_on": date(2026, 7, 14), "arm": "treated", "status": "open"}
    return usual | days | {"reasons": "[]", "version": 1} | more


def test_what_was_sent_counts_and_what_nobody_was_told_of_is_due(open_desk: Callable[[], Stores]) -> None:
    old = open_desk()
    with old.desk.begin() as desk:
        person = {"username": "amy", "full_name": "Amy", "role": "relationship_manager", "rm_id": "RM1"}
        desk.execute(insert(users).values(password_hash="x", created_at=JUNE, **person))
        for what in ("weekly", "new_alerts"):
            where = {"username": "amy", "variable": "CONCORD_MESSAGES_X", "added_by": "operator"}
            desk.execute(insert(destinations).values(what=what, added_at=JUNE, **where))
        desk.execute(
            insert(alerts),
            [_alert(1), _alert(2, arm="held_out"), _alert(3, status="closed"), _alert(4, rm_id="RM2")],
        )
        desk.execute(
            insert(deliveries),
            [
                # Sent on the 15th about data to the 14th: the step counts the week it was sent in.
                _delivery(1, "weekly", date(2026, 6, 8), True),
                _delivery(2, "new_alerts", date(2026, 6, 14), False),
                _delivery(2, "new_alerts", date(2026, 6, 14), False),
            ],
        )
        desk.execute(text("DROP TABLE outbox"))
        desk.execute(text("ALTER TABLE deliveries DROP COLUMN letter"))
        desk.execute(text("UPDATE alembic_version SET version_num = '0011'"))
    with open_desk().desk.connect() as desk:
        rows = desk.execute(select(outbox).order_by(outbox.c.message_id)).all()
    assert [(row.what, row.about, row.sent_at is not None) for row in rows] == [
        ("weekly", "2026-06-15", True),
        ("new_alerts", "A1", False),
    ]
