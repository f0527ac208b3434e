"""The clock of disputes: how long each has waited at its step, and who is told when its day has passed.

An overdue dispute is brought to Management by a line in its thread that names the department, once for each day it was
due. Whose turn it is does not change by it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from metrics.comparison.words import day
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader
from warehouse.stores.connect import Stores
from workflow.collaboration import record_reading, record_store
from workflow.collaboration.disputes import SETTLED
from workflow.collaboration.record_kind import MANAGEMENT, Record


@dataclass(frozen=True, kw_only=True)
class WaitingDispute:
    """An open dispute: days since it was opened and since it came to its step, and days past its day (0 in time)."""

    record: Record
    days_open: int
    days_in_step: int
    days_late: int
    brought_to_management: bool


def ageing(disputes: Iterable[Record], today: date) -> tuple[WaitingDispute, ...]:
    """The open disputes, those that are late the longest first, then the oldest."""
    rows = [_waiting(record, today) for record in disputes if record.state != SETTLED]
    return tuple(sorted(rows, key=lambda row: (-row.days_late, -row.days_open, row.record.record_id)))


def escalate(stores: Stores) -> int:
    """Bring every overdue dispute to Management that was not yet; gives how many there were."""
    today = stores.now().date()
    waiting = ageing(record_reading.records_of(Reader(stores, SYSTEM), "dispute"), today)
    late = [row.record for row in waiting if row.days_late and not row.brought_to_management]
    if not late:
        return 0
    with audit.entry(stores, SYSTEM.username, "dispute.escalate", "", f"as of {today:%Y-%m-%d}") as entry:
        for record in late:
            note = f"Brought to @{MANAGEMENT}: it waits for {record.owner}, who had until {_due(record)}."
            record_store.comment_within(entry, SYSTEM, record, note)
    return len(late)


def _due(record: Record) -> str:
    assert record.due_on is not None
    return day(record.due_on)


def _waiting(record: Record, today: date) -> WaitingDispute:
    state_began = next(
        e.entered_at.date()
        for before, e in reversed(list(zip((None, *record.entries), record.entries, strict=False)))
        if before is None or before.state != e.state
    )
    late = (today - record.due_on).days if record.is_overdue(today) and record.due_on else 0
    return WaitingDispute(
        record=record,
        days_open=(today - record.opened_at.date()).days,
        days_in_step=(today - state_began).days,
        days_late=late,
        brought_to_management=_was_brought(record),
    )


def _was_brought(record: Record) -> bool:
    """Whether the night has written since the day that counts now was set."""
    for entry in reversed(record.entries):
        if entry.entered_by == SYSTEM.username and record.due_on and entry.entered_at.date() > record.due_on:
            return True
        if entry.due_on != record.due_on:
            return False
    return False
