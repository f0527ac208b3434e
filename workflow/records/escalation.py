"""What the night does with alerts besides raising them: it tells team leads what is overdue, and closes what no rule
stands behind any more. Each happens once and leaves its lines; nothing is deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.app_db.app_schema import alerts
from warehouse.stores.connect import Stores
from workflow.records.alert_history import BY_NIGHT, append_line, change_by_night, end_by_night

RULE_REMOVED = "rule_removed"


def escalate(stores: Stores, as_of: date) -> int:
    """Tell the team leads of the alerts that passed their day, each once; gives how many there were."""
    late = [
        alerts.c.arm == "treated",
        alerts.c.status != "closed",
        alerts.c.due_on < as_of,
        alerts.c.escalated_on.is_(None),
    ]
    if not _there(stores, *late):
        return 0
    with audit.entry(stores, BY_NIGHT, "alert.escalate", "", f"as of {as_of:%Y-%m-%d}") as entry:
        rows = _rows(entry.app_db, *late)
        for alert in rows:
            change_by_night(entry.app_db, alert, escalated_on=as_of)
            append_line(entry, alert, "escalated", f"Due {alert['due_on']:%Y-%m-%d}", BY_NIGHT)
    return len(rows)


def close_without_rule(stores: Stores, in_force: Iterable[str]) -> int:
    """Close the open alerts of rules that are gone, with that as the reason; gives how many there were."""
    orphans = [alerts.c.status != "closed", alerts.c.rule.not_in(sorted(in_force))]
    if not _there(stores, *orphans):
        return 0
    with audit.entry(stores, BY_NIGHT, "alert.rule_removed") as entry:
        return close_in(entry, *orphans)


def close_in(entry: AuditEntry, *which: ColumnElement[bool]) -> int:
    """Close alerts whose rule is removed, inside a change that is open; held-out ones end like the others."""
    rows = _rows(entry.app_db, *which, alerts.c.status != "closed")
    for alert in rows:
        end_by_night(entry, alert, RULE_REMOVED, "The rule behind it was removed.")
    return len(rows)


def _there(stores: Stores, *which: ColumnElement[bool]) -> bool:
    with stores.read_app_db() as app_db:
        return app_db.execute(select(alerts.c.alert_id).where(*which).limit(1)).first() is not None


def _rows(app_db: Connection, *which: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [dict(row) for row in app_db.execute(select(alerts).where(*which)).mappings()]
