"""An alert's history: a line for whatever happens to it, by people or by the nightly run; appended, never changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, update

from metrics.comparison.words import day
from warehouse.access.audit import AuditEntry
from warehouse.app_db.app_schema import alert_steps, alerts
from workflow.records.edit_conflicts import NIGHTLY as BY_NIGHT

__all__ = ["BY_NIGHT", "append_line", "change_by_night", "end_by_night", "move_by_night", "snooze_ended"]


def change_by_night(app_db: Connection, alert: Mapping[str, Any], **values: Any) -> None:
    """Change an alert; whoever has it open at that moment is told, because its version moves on."""
    changed = update(alerts).where(alerts.c.alert_id == alert["alert_id"])
    app_db.execute(changed.values(version=alerts.c.version + 1, **values))


def end_by_night(entry: AuditEntry, alert: Mapping[str, Any], outcome: str, why: str) -> None:
    """Close an alert, whoever has started on it; of one that people see, its history says why."""
    change_by_night(
        entry.app_db, alert, status="closed", closed_at=entry.at, outcome=outcome, snoozed_until=None
    )
    if alert["arm"] == "treated":
        append_line(entry, alert, "ended", why, BY_NIGHT)


def move_by_night(entry: AuditEntry, alert: Mapping[str, Any], step: str, why: str, **owner: Any) -> None:
    """Give an alert to whom it belongs now; she finds it awake, and its history says who had snoozed it."""
    change_by_night(entry.app_db, alert, snoozed_until=None, **owner)
    if alert["arm"] == "treated":
        note = f"{why} {snooze_ended(alert)}".strip()
        append_line(entry, dict(alert) | owner, step, note, BY_NIGHT)


def snooze_ended(alert: Mapping[str, Any]) -> str:
    """What a new owner is told about a snooze that was not hers; empty if there was none."""
    until = alert["snoozed_until"]
    return "" if until is None else f"It was snoozed until {day(until)}, and is awake now."


def append_line(
    entry: AuditEntry, alert: Mapping[str, Any], step: str, note: str, taken_by: str, **more: Any
) -> None:
    """Add a line to an alert's history, with the keys by which its rows are narrowed."""
    copied = {key: alert[key] for key in ("alert_id", "customer_id", "rm_id", "customer_rm_id", "team")}
    values = copied | {"step": step, "note": note, "taken_by": taken_by, "taken_at": entry.at} | more
    entry.append(alert_steps, **values)
