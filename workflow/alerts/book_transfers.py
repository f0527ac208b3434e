"""A whole book handed over: one RM's open alerts and tasks, and those to come, to a colleague until it is handed back.

The customers stay with their own RM in core banking; whoever has the book sees those she is to work on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import RowMapping, select, update

from metrics.comparison.words import day
from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import alerts, book_transfers, customer_tasks
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.alerts.alert_steps import LONGEST_NOTE
from workflow.alerts.assignment import members
from workflow.experiments.hold_out import TREATED
from workflow.records.alert_history import BY_NIGHT, append_line, change_by_night, snooze_ended

_ONLY_LEADS = "Only a team lead hands a book over, so nothing was changed. Ask yours to do it."


@dataclass(frozen=True, kw_only=True)
class BookTransfer:
    """A row of `standing`: `customer_rm_id` whose book it is, `rm_id` who has it."""

    transfer_id: int
    rm_id: str
    customer_rm_id: str
    starts_on: date
    why: str


def standing(reader: Reader) -> pd.DataFrame:
    """The books that are handed over and not handed back, as far as the reader sees them."""
    t = book_transfers
    return reader.frame(select(t).where(t.c.ended_at.is_(None)).order_by(t.c.starts_on, t.c.transfer_id))


def hand_over(
    stores: Stores, viewer: Viewer, from_rm: str | None, to_rm: str | None, starts_on: date | None, why: str
) -> int:
    """Hand a book over from a day on, at once if it has come; gives how many alerts moved.

    Raises AccessRefused, on record, unless the viewer leads a team. Raises ChangeRefused without a reason or a day from
    today on, if both are not different RMs of the team, or if the book is with somebody already.
    """
    audit.check_role(stores, viewer, ("team_lead",), "book.refused", _ONLY_LEADS)
    missing = "Say in a few words why the book is handed over; both colleagues read it. Then save again."
    why = audit.checked_text(why, LONGEST_NOTE, missing, "The reason has")
    team = set(members(Reader(stores, viewer, stores.snapshot()))["rm_id"])
    if from_rm not in team or to_rm not in team or from_rm == to_rm:
        raise ChangeRefused("Choose two different RMs of your team, and save again.")
    today = stores.now().date()
    if starts_on is None or starts_on < today:
        raise ChangeRefused("Choose from which day on, today or later, and save again.")
    t = book_transfers
    with audit.entry(stores, viewer.username, "book.hand_over", f"{from_rm} to {to_rm}", why) as entry:
        here = t.c.customer_rm_id.in_((from_rm, to_rm)) | (t.c.rm_id == from_rm)
        if entry.app_db.execute(select(t.c.transfer_id).where(here, t.c.ended_at.is_(None))).first():
            raise ChangeRefused("One of these books is handed over already. Hand it back first.")
        entry.append(
            t, "made", rm_id=to_rm, customer_rm_id=from_rm, team=viewer.team, starts_on=starts_on, why=why
        )
        return _move(entry, str(from_rm), str(to_rm), str(from_rm), why) if starts_on <= today else 0


def hand_back(stores: Stores, viewer: Viewer, transfer_id: int, why: str) -> int:
    """Hand a book back: what is still open of it goes to its own RM again; gives how many alerts moved.

    Raises AccessRefused, on record, unless the viewer leads its team, and ChangeRefused if it was handed back already.
    """
    audit.check_role(stores, viewer, ("team_lead",), "book.refused", _ONLY_LEADS)
    missing = "Say in a few words why the book goes back; both colleagues read it. Then save again."
    why = audit.checked_text(why, LONGEST_NOTE, missing, "The reason has")
    t = book_transfers
    with audit.entry(stores, viewer.username, "book.hand_back", str(transfer_id), why) as entry:
        mine = (t.c.transfer_id == transfer_id, t.c.team == viewer.team, t.c.ended_at.is_(None))
        row = entry.app_db.execute(select(t).where(*mine)).mappings().first()
        if row is None:
            raise ChangeRefused("This book was handed back already, or is not of your team.")
        ended = {"ended_at": entry.at, "ended_by": viewer.username, "ended_why": why}
        entry.app_db.execute(update(t).where(*mine).values(**ended))
        return _move(entry, row["rm_id"], row["customer_rm_id"], row["customer_rm_id"], why)


def move_due(stores: Stores) -> int:
    """Give what came since to whoever has the book: new alerts, and books whose day has come; gives how many moved."""
    t, today = book_transfers, stores.now().date()
    due = select(t).where(t.c.ended_at.is_(None), t.c.starts_on <= today)
    with stores.read_app_db() as app_db:
        books = [dict(row) for row in app_db.execute(due).mappings()]
        waiting = {b["transfer_id"] for b in books if app_db.execute(_open(b["customer_rm_id"], b)).first()}
    if not waiting:
        return 0
    moved = 0
    with audit.entry(stores, BY_NIGHT, "book.follow", "", f"{len(waiting)} books") as entry:
        for book in books:
            if book["transfer_id"] in waiting:
                why = f"The book was handed over on {day(book['starts_on'])}: {book['why']}"
                own = book["customer_rm_id"]
                moved += _move(entry, own, book["rm_id"], own, why)
    return moved


def _open(rm: str, book: RowMapping | dict[str, Any]) -> Any:
    """The open alerts of a book that an RM has."""
    return select(alerts).where(
        alerts.c.rm_id == rm, alerts.c.customer_rm_id == book["customer_rm_id"], alerts.c.status != "closed"
    )


def _move(entry: AuditEntry, from_rm: str, to_rm: str, whose: str, why: str) -> int:
    """Move the open alerts and tasks of `whose` customers; held-out alerts go along, unseen, so that arms stay alike."""
    moving = [dict(r) for r in entry.app_db.execute(_open(from_rm, {"customer_rm_id": whose})).mappings()]
    for alert in moving:
        change_by_night(entry.app_db, alert, rm_id=to_rm, snoozed_until=None)
        if alert["arm"] == TREATED:
            note = f"{why} {snooze_ended(alert)}".strip()
            append_line(entry, alert | {"rm_id": to_rm}, "reassigned", note, entry.who)
    t = customer_tasks
    open_ones = (t.c.rm_id == from_rm, t.c.customer_rm_id == whose, t.c.done_at.is_(None))
    entry.app_db.execute(update(t).where(*open_ones).values(rm_id=to_rm))
    return sum(alert["arm"] == TREATED for alert in moving)
