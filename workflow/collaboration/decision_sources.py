"""Decisions put on their list from where they came up: from a meeting that noted them, from a review that asks for them.

Each is there once. Figures stay where they came from: a decision has more readers than the review that asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metrics.comparison.words import day
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration import record_reading, record_store
from workflow.collaboration.decision_records import KIND
from workflow.collaboration.meetings import held_on
from workflow.collaboration.record_kind import Record

AS_NOTED, OTHERWISE = "As noted in the meeting", "Leave it as it is"
"""The options of a decision that a meeting noted; who decides takes one of them."""


def noted(meeting: Record) -> tuple[str, ...]:
    """The decisions that were noted in a meeting, as they are called on the list of decisions."""
    return tuple(dict.fromkeys(_title(line) for line in meeting.contents.get("decided", [])))


def on_the_list(reader: Reader, came_from: int | None = None) -> Mapping[str, Record]:
    """The decisions that came from a record, or from none, by their titles."""
    return {r.title: r for r in record_reading.records_of(reader, "decision") if r.came_from == came_from}


def open_noted(stores: Stores, viewer: Viewer, meeting_id: int) -> tuple[int, ...]:
    """Make a decision record of each decision a meeting noted that is none yet; gives their numbers.

    Raises ChangeRefused where all of them are there, AccessRefused for a role that opens no decisions.
    """
    reader = Reader(stores, viewer)
    meeting = record_reading.one_record(reader, meeting_id)
    if meeting is None or meeting.kind != "meeting":
        raise ChangeRefused(record_store.GONE)
    there = on_the_list(reader, meeting_id)
    missing = [title for title in noted(meeting) if title not in there]
    if not missing:
        raise ChangeRefused("Every decision this meeting noted is on the list of decisions already.")
    evidence = f"Noted in “{meeting.title}” on {day(held_on(meeting))}."
    return tuple(
        record_store.open_record(
            stores,
            viewer,
            "decision",
            {
                "title": title,
                "options": f"{AS_NOTED}\n{OTHERWISE}",
                "evidence": evidence,
                "consulted": meeting.contents.get("attended", []),
            },
            came_from=meeting_id,
            only_once=True,
        )
        for title in missing
    )


def of_review(question: str, quarter: str) -> str:
    """How a question of a quarterly review is called on the list of decisions: `Stop the campaign “A”? (2026Q2)`."""
    return f"{_title(question, KIND.title.longest - len(quarter) - 3)} ({quarter})"


def open_asked(stores: Stores, viewer: Viewer, quarter: str, question: str, options: Sequence[str]) -> int:
    """Put a question of a quarterly review on the list of decisions and give its number; it is there once a quarter."""
    return record_store.open_record(
        stores,
        viewer,
        "decision",
        {
            "title": of_review(question, quarter),
            "options": "\n".join(options),
            "evidence": f"Asked by the quarterly review {quarter}; the figures that call for it stand there.",
        },
        only_once=True,
    )


def _title(line: str, longest: int = KIND.title.longest) -> str:
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"
