"""Recording what was done about an alert: checked here, whoever asks, and never overwriting somebody else's step."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping, insert, select, update

from warehouse import journal
from warehouse.access import Viewer
from warehouse.connect import Stores
from warehouse.desk import alert_steps, alerts
from warehouse.errors import AccessRefused, ChangeRefused

WORKING = {
    "acknowledged": "Seen, I will call",
    "contacted": "Spoke to the customer",
    "offered": "Made an offer",
}
CLOSING = {
    "accepted": "Customer accepted",
    "declined": "Customer declined",
    "wrong_alert": "The alert was wrong",
    "handed_to_service": "Handed to Service",
}
STEPS = WORKING | CLOSING
"""Every step with the words on its button; a closing step is also the alert's outcome."""
LONGEST_NOTE = 2000


def record_step(
    stores: Stores, viewer: Viewer, alert_id: str, step: str, note: str, seen_version: int
) -> int:
    """Append `step` to an alert and give its new version; `seen_version` is the one the viewer had on screen.

    Raises AccessRefused if the alert is not the viewer's to work (held-out alerts are nobody's; the attempt is
    logged), and ChangeRefused if the step is not one, the note is too long, the alert is closed, or somebody else
    changed it first.
    """
    if step not in STEPS:
        raise ChangeRefused(f"“{step}” is not a step. Steps are: {', '.join(STEPS)}.")
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise ChangeRefused(
            f"The note has {len(note):,} characters; {LONGEST_NOTE:,} fit. Shorten it and save again."
        )
    try:
        with journal.entry(stores, viewer.username, "alert.step", alert_id, step) as entry:
            row = entry.desk.execute(select(alerts).where(alerts.c.alert_id == alert_id)).mappings().first()
            alert = _workable(viewer, row)
            changed = entry.desk.execute(
                update(alerts)
                .where(
                    alerts.c.alert_id == alert_id,
                    alerts.c.version == seen_version,
                    alerts.c.status != "closed",
                )
                .values(**_after(step, entry.at), version=seen_version + 1)
            )
            if changed.rowcount != 1:
                raise ChangeRefused(_why_not(alert))
            entry.desk.execute(
                insert(alert_steps).values(
                    alert_id=alert_id,
                    customer_id=alert["customer_id"],
                    rm_id=alert["rm_id"],
                    team=alert["team"],
                    step=step,
                    note=note,
                    taken_by=viewer.username,
                    taken_at=entry.at,
                )
            )
    except AccessRefused:
        journal.note(stores, viewer.username, "alert.refused", alert_id[:64], step)
        raise
    return seen_version + 1


def _workable(viewer: Viewer, alert: RowMapping | None) -> RowMapping:
    """The alert, if the viewer may work it. One sentence for every other case: it must not tell what exists."""
    if alert is not None and alert["arm"] == "treated":
        own = viewer.role == "relationship_manager" and viewer.rm_id and alert["rm_id"] == viewer.rm_id
        team = viewer.role == "team_lead" and viewer.team and alert["team"] == viewer.team
        if own or team:
            return alert
    raise AccessRefused(
        "This alert is not in your queue, so nothing was recorded. Open Customer health to see your own alerts."
    )


def _after(step: str, at: Any) -> dict[str, Any]:
    if step in CLOSING:
        return {"status": "closed", "closed_at": at, "outcome": step}
    return {"status": "working"}


def _why_not(alert: RowMapping) -> str:
    if alert["status"] == "closed":
        return "This alert was closed while you had it open, so nothing was recorded. Reload to see how it ended."
    return (
        "Somebody else recorded a step on this alert while you had it open, so yours was not saved. Reload, read "
        "theirs, and record yours again if it still applies."
    )
