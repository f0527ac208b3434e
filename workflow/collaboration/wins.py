"""What went well between departments: an observation acted on, a dispute settled by a test, a decision that held.

Departments are named, never persons, and nothing that missed is listed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from workflow.collaboration.observations import ACTED
from workflow.collaboration.record_kind import Record, RecordEntry

AT_MOST = 5
_HOW = {
    "observation": ("act", "was acted on"),
    "dispute": ("settle", "was settled by a test"),
    "decision": ("look_again", "is recorded as having done what was expected"),
}
"""Kind → the step by which it is a win, and how it is called."""


@dataclass(frozen=True, kw_only=True)
class Win:
    """A record that came to something, the departments that wrote in it, and the observation it began with."""

    record: Record
    how: str
    won_on: date
    departments: tuple[str, ...]
    began_with: Record | None


def wins(records: Iterable[Record]) -> list[Win]:
    """The newest five; where one grew out of another, the one that came last."""
    by_number = {r.record_id: r for r in records}
    won = [w for r in by_number.values() if (w := _win(r, by_number)) is not None]
    before = {origin.record_id for w in won for origin in _origins(w.record, by_number)}
    newest = sorted(won, key=lambda w: (w.won_on, w.record.record_id), reverse=True)
    return [w for w in newest if w.record.record_id not in before][:AT_MOST]


def _win(record: Record, by_number: dict[int, Record]) -> Win | None:
    step, how = _HOW.get(record.kind, ("", ""))
    taken = record.steps_taken(step) if step else ()
    if not taken or not _came_off(record, taken[-1]):
        return None
    origins = _origins(record, by_number)
    return Win(
        record=record,
        how=how,
        won_on=taken[-1].entered_at.date(),
        departments=tuple(
            dict.fromkeys(e.department for r in (*reversed(origins), record) for e in r.entries)
        ),
        began_with=next((r for r in reversed(origins) if r.kind == "observation"), None),
    )


def _came_off(record: Record, entry: RecordEntry) -> bool:
    if record.kind == "decision":
        return entry.contents.get("held") == "yes"
    return record.kind == "dispute" or record.state == ACTED


def _origins(record: Record, by_number: dict[int, Record]) -> list[Record]:
    """The records it grew out of, the nearest first."""
    origins: list[Record] = []
    origin = by_number.get(record.came_from or 0)
    while origin is not None and origin not in origins:
        origins.append(origin)
        origin = by_number.get(origin.came_from or 0)
    return origins
