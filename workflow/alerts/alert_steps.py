"""Recording what was done about an alert: checked here, whoever asks, and never overwriting somebody else's step.

Nothing is rewritten. A step taken by mistake is answered by a further one that takes it back. Where the alert stands is
always what the steps that were not taken back say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.exc import IntegrityError

from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import alert_steps, alerts
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration import record_store, service_cases
from workflow.collaboration.record_kind import CustomerKeys
from workflow.records.alert_history import append_line
from workflow.records.edit_conflicts import AGAIN, changed_meanwhile, who, who_and_when

TO_SERVICE = "handed_to_service"
OFFERED = "offered"
WORKING = {
    "acknowledged": "Seen, I will call",
    "contacted": "Spoke to the customer",
    OFFERED: "Made an offer",
}
CLOSING = {
    "accepted": "Customer accepted",
    "declined": "Customer declined",
    "wrong_alert": "The alert was wrong",
    TO_SERVICE: "Handed to Service",
}
SNOOZED = "snoozed"
STEPS = WORKING | {SNOOZED: "Not now, remind me later"} | CLOSING
"""Every step with the words on its button; a closing step is also the alert's outcome."""
HISTORY = STEPS | {
    "claimed": "Took it from the pool",
    "reassigned": "Moved to another RM",
    "followed": "Moved with the customer",
    "woken": "Back in the queue",
    "escalated": "The day passed; the team lead was told",
    "ended": "Ended",
    "noted": "Added a note",
    "corrected": "Undid the step before",
}
"""Every kind of line in an alert's history."""
LONGEST_NOTE = 2000
LONGEST_SNOOZE_DAYS = 60


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An alert that a viewer may work, inside an open entry of the audit log."""

    entry: AuditEntry
    viewer: Viewer
    alert: RowMapping

    def change(self, seen_version: int, *, even_closed: bool = False, **values: Any) -> None:
        """Change the alert unless somebody else did since `seen_version`. Raises ChangeRefused then."""
        still = [alerts.c.alert_id == self.alert["alert_id"], alerts.c.version == seen_version]
        if not even_closed:
            still.append(alerts.c.status != "closed")
        changed = self.entry.app_db.execute(
            update(alerts).where(*still).values(version=seen_version + 1, **values)
        )
        if changed.rowcount != 1:
            raise ChangeRefused(_why_not(self))

    def append(self, step: str, note: str, **more: Any) -> None:
        """Add a line to the alert's history."""
        append_line(self.entry, dict(self.alert), step, note, self.viewer.username, **more)


@contextmanager
def opened(stores: Stores, viewer: Viewer, alert_id: str, action: str, what: str) -> Iterator[Opened]:
    """An alert to change, with its audit line `action`. Raises AccessRefused, and logs the attempt, if it is not hers."""
    with all_opened(stores, viewer, [alert_id], action, what) as (alert,):
        yield alert


@contextmanager
def all_opened(
    stores: Stores, viewer: Viewer, alert_ids: Iterable[str], action: str, what: str
) -> Iterator[list[Opened]]:
    """Several alerts to change in one transaction with one audit line; one that is not hers refuses them all."""
    ids = list(alert_ids)
    subject = " ".join(ids)
    try:
        with audit.entry(stores, viewer.username, action, subject, what) as entry:
            rows = {
                row["alert_id"]: row
                for row in entry.app_db.execute(select(alerts).where(alerts.c.alert_id.in_(ids))).mappings()
            }
            yield [
                Opened(entry=entry, viewer=viewer, alert=_workable(viewer, rows.get(number)))
                for number in ids
            ]
    except AccessRefused:
        audit.note(stores, viewer.username, "alert.refused", subject[:64], what)
        raise


def record_step(
    stores: Stores,
    viewer: Viewer,
    alert_id: str,
    step: str,
    note: str,
    seen_version: int,
    *,
    until: date | None = None,
    today: date | None = None,
) -> int:
    """Append `step` to an alert and give its new version; `seen_version` is the one the viewer had on screen.

    A snooze needs its reason as the note, the day `until` which the alert stays out of the queue, and `today`, the day
    the data stands at. Raises AccessRefused if the alert is not the viewer's to work (held-out alerts are nobody's; the
    attempt is logged). Raises ChangeRefused if the step is not one, the note is too long, the alert is closed, or
    somebody else changed it first. So it does if a snooze has no reason or lasts too long.
    """
    record_for_all(stores, viewer, {alert_id: seen_version}, step, note, until=until, today=today)
    return seen_version + 1


def record_for_all(
    stores: Stores,
    viewer: Viewer,
    seen: Mapping[str, int],
    step: str,
    note: str,
    *,
    until: date | None = None,
    today: date | None = None,
) -> None:
    """Append one step to several alerts (alert id → the version seen) in one transaction: to all of them or to none.

    Raises as `record_step` does. That an offer was made `workflow.customers.offers` records. A customer handed to
    Service for two reasons becomes one case there.
    """
    if step not in STEPS:
        raise ChangeRefused("Choose what you did, and record it again.")
    if step == OFFERED:
        raise ChangeRefused("Say which offer you made, and record it again.")
    if not seen:
        raise ChangeRefused("Choose at least one reason to call, and record it again.")
    note = checked_note(note)
    if step == SNOOZED:
        _check_snooze(note, until, today)
    else:
        until = None
    with_case: set[str] = set()
    with all_opened(stores, viewer, seen, "alert.step", step) as several:
        for alert in several:
            alert.change(seen[alert.alert["alert_id"]], **_after(step, until, alert.entry.at))
            alert.append(step, note, until=until)
            customer = alert.alert["customer_id"]
            if step == TO_SERVICE and customer not in with_case:
                _open_case(alert, note)
                with_case.add(customer)


def _open_case(opened: Opened, note: str) -> None:
    """The case at Service that an alert handed over becomes; it is written with the step, or not at all."""
    alert = opened.alert
    keys = CustomerKeys(
        customer_id=alert["customer_id"],
        # Who only covers the customer reads it as long as she does.
        rm_id=alert["customer_rm_id"],
        customer_rm_id=alert["customer_rm_id"],
        team=alert["team"],
    )
    contents = {"details": note}
    record_store.open_within(
        opened.entry, opened.viewer, "service_case", service_cases.FROM_ALERT, contents, customer=keys
    )


def take_back(stores: Stores, viewer: Viewer, alert_id: str, why: str, seen_version: int) -> int:
    """Take back the latest step of an alert by a further line that says why; gives the alert's new version.

    An RM takes back her own steps, a team lead any of her team's. Raises as `record_step` does, and ChangeRefused if
    there is no step to take back, or if a newer alert for the same reason is open by now.
    """
    missing = "Say in a few words what was wrong, so that colleagues can follow. Then save again."
    why = audit.checked_text(why, LONGEST_NOTE, missing, "The note has")
    try:
        with opened(stores, viewer, alert_id, "alert.correct", why[:200]) as alert:
            taken = alert.entry.app_db.execute(
                select(alert_steps).where(alert_steps.c.alert_id == alert_id).order_by(alert_steps.c.step_id)
            )
            stand = standing([dict(row) for row in taken.mappings()])
            if not stand or alert.alert["outcome"] not in (None, *CLOSING):
                raise ChangeRefused("This alert has no step to undo, so nothing was changed.")
            last = stand.pop()
            if viewer.role == "relationship_manager" and last["taken_by"] != viewer.username:
                raise ChangeRefused(
                    f"{who(alert.entry.app_db, viewer, last['taken_by'])} recorded the latest step. Ask them, or your "
                    "team lead, to undo it."
                )
            before = stand[-1] if stand else None
            values = _UNTOUCHED
            if before:
                # A snooze was its RM's own: it does not send the alert away from a colleague who has it by now.
                until = before["until"] if before["rm_id"] == alert.alert["rm_id"] else None
                values = _after(before["step"], until, before["taken_at"])
            alert.change(seen_version, even_closed=True, **values)
            alert.append("corrected", why, corrects=last["step_id"])
            if last["step"] == OFFERED:
                note_offers(alert.entry, alert.alert["customer_id"])
            if last["step"] == TO_SERVICE:
                record_store.withdraw_within(
                    alert.entry, viewer, alert.alert["customer_id"], last["taken_at"], why
                )
    except IntegrityError:
        raise ChangeRefused(
            "Since that step, a new alert for the same reason was raised for this customer. Work on that one."
        ) from None
    return seen_version + 1


def note_offers(entry: AuditEntry, customer_id: str) -> None:
    """Keep on each alert of a customer when she was first offered something; an offer taken back was none."""
    s, a = alert_steps, alerts
    lines = entry.app_db.execute(select(s).where(s.c.customer_id == customer_id).order_by(s.c.step_id))
    stand = standing([dict(line) for line in lines.mappings()])
    days = [line["taken_at"].date() for line in stand if line["step"] == OFFERED]
    for alert in entry.app_db.execute(select(a).where(a.c.customer_id == customer_id)).mappings().all():
        first = min((day for day in days if day >= alert["raised_on"]), default=None)
        if first != alert["offered_on"]:
            entry.app_db.execute(update(a).where(a.c.alert_id == alert["alert_id"]).values(offered_on=first))


def add_note(stores: Stores, viewer: Viewer, alert_id: str, note: str) -> None:
    """Append a note to an alert's history, also of one that is closed; how it stands does not change.

    Raises AccessRefused as `record_step` does, and ChangeRefused if there is no note or it is too long.
    """
    missing = "There is no note to add. Type it and add it again."
    note = audit.checked_text(note, LONGEST_NOTE, missing, "The note has")
    with opened(stores, viewer, alert_id, "alert.note", "") as alert:
        alert.append("noted", note)


def standing(taken: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The steps people took and did not take back, of all lines of one alert in their order."""
    gone = {line["corrects"] for line in taken}
    return [line for line in taken if line["step"] in STEPS and line["step_id"] not in gone]


def checked_note(note: str) -> str:
    """The note without blanks around it. Raises ChangeRefused if it is too long."""
    return audit.checked_text(note, LONGEST_NOTE, "", "The note has") if note.strip() else ""


def _check_snooze(note: str, until: date | None, today: date | None) -> None:
    if not note:
        raise ChangeRefused("Say in the note why the call must wait, and save again.")
    if until is None or today is None or until <= today:
        raise ChangeRefused("Choose a day after today on which the alert should come back, and save again.")
    if (until - today).days > LONGEST_SNOOZE_DAYS:
        last = today + timedelta(days=LONGEST_SNOOZE_DAYS)
        raise ChangeRefused(
            f"An alert can wait {LONGEST_SNOOZE_DAYS} days at most, until {last.day} {last:%b %Y}. "
            "Choose an earlier day, or close the alert."
        )


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


_UNTOUCHED: dict[str, Any] = {
    "status": "open",
    "closed_at": None,
    "outcome": None,
    "snoozed_until": None,
}


def _after(step: str, until: date | None, at: Any) -> dict[str, Any]:
    """How an alert stands after a step."""
    if step in CLOSING:
        return _UNTOUCHED | {"status": "closed", "closed_at": at, "outcome": step}
    return _UNTOUCHED | {"status": "working", "snoozed_until": until}


def _why_not(opened: Opened) -> str:
    """What happened to the alert since it was drawn, by whom and when."""
    app_db, alert = opened.entry.app_db, opened.alert
    lines = select(alert_steps).where(alert_steps.c.alert_id == alert["alert_id"])
    last = app_db.execute(lines.order_by(alert_steps.c.step_id.desc()).limit(1)).mappings().first()
    words = None if last is None else HISTORY.get(last["step"], last["step"])
    if alert["status"] == "closed":
        how = ""
        if last is not None:
            line = who_and_when(app_db, opened.viewer, last["taken_by"], last["taken_at"], str(words))
            how = f": {line}"
            how += f" ({last['note']})" if last["step"] == "ended" and last["note"] else ""
        return f"This alert was closed while you had it open{how}. Nothing was recorded."
    if last is None:
        return f"Somebody else recorded a step on this alert while you had it open here. {AGAIN}"
    return changed_meanwhile(
        app_db, opened.viewer, last["taken_by"], last["taken_at"], str(words), "on this alert"
    )
