"""What waits in a person's inbox, for a message: numbers, kinds and links, and never what a record says.

A channel has more readers than her, so no title, no comment, no name and no customer is in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from metrics.comparison.words import day
from warehouse.access.reader import Reader
from warehouse.stores.connect import Stores
from workflow.alerts.assignment import viewer_of
from workflow.collaboration import customer_tasks, record_reading
from workflow.collaboration.record_kind import Record, RecordEntry, department_of
from workflow.collaboration.record_kinds import KINDS
from workflow.messages.digest import AT_MOST, Message, link_to
from workflow.records import outbox


def waiting(reader: Reader, today: date) -> Message | None:
    """How many mentions, answers, overdue records of the department and tasks wait for the receiver; or None.

    With a link to each record.
    """
    both = record_reading.naming(reader)
    named = [record for record, _ in both]
    late = [r for r in record_reading.waiting_for_department(reader) if r.is_overdue(today)]
    tasks = customer_tasks.reminders(reader, today)
    if not named and not late and not tasks:
        return None
    parts = _mentions(both)
    if tasks:
        parts.append(f"{tasks} task{'' if tasks == 1 else 's'} for customers")
    if late:
        parts.append(f"{len(late)} overdue {_records(len(late))} of {department_of(reader.viewer)}")
    one = len(named) + len(late) + tasks == 1
    return Message(
        title=f"{_together(parts)} {'waits' if one else 'wait'} for you, {day(today)}",
        lines=tuple(_links(reader, [*named, *late])),
        link=link_to(reader, "inbox"),
    )


def line(reader: Reader) -> str:
    """What waits in the inbox, as a line of the weekly summary; "" for nothing."""
    both, mine = record_reading.naming(reader), len(record_reading.waiting_for_department(reader))
    named = len(both)
    if not named and not mine:
        return ""
    parts = _mentions(both)
    parts += [f"{mine} {_records(mine)}"] if mine else []
    return f"{_together(parts)} {'waits' if named + mine == 1 else 'wait'} for you."


def write_due(stores: Stores) -> int:
    """Write today's message for whoever has a destination for it and something that waits; gives how many."""
    today = stores.now().date()
    due = []
    for number, username in outbox.daily_not_written(stores).items():
        viewer = viewer_of(stores, username)
        if viewer is not None and waiting(Reader(stores, viewer), today) is not None:
            due.append(number)
    return outbox.write_daily(stores, due)


def _links(reader: Reader, records: Iterable[Record]) -> list[str]:
    """A line for each record with its link; none while nobody set the address of the app."""
    each = {r.record_id: r for r in records}
    links = [
        f"{KINDS[r.kind].singular} {r.record_id}: {link}"
        for r in list(each.values())[:AT_MOST]
        if (link := link_to(reader, KINDS[r.kind].url, record=str(r.record_id)))
    ]
    if links and len(each) > AT_MOST:
        links.append(f"… and {len(each) - AT_MOST} more.")
    return links


def _together(parts: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(parts[:-1]), parts[-1])))


def _mentions(both: Sequence[tuple[Record, RecordEntry]]) -> list[str]:
    """`2 mentions`, `1 answer`."""
    answers = sum(record_reading.is_answer(record, entry) for record, entry in both)
    counts = {"mention": len(both) - answers, "answer": answers}
    return [f"{count} {word}{'' if count == 1 else 's'}" for word, count in counts.items() if count]


def _records(number: int) -> str:
    return "record" if number == 1 else "records"
