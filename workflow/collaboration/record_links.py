"""What a record belongs to outside the records: the goal it is about or led to, the event that came of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import goals
from warehouse.app_db.app_schema import record_links as t
from warehouse.errors import ChangeRefused

EVENT, GOAL = "event", "goal"


@dataclass(frozen=True)
class RecordLink:
    """A record, and the event or goal of a number that belongs to it."""

    record_id: int
    about: str
    target: int


def link_within(entry: AuditEntry, record_id: int, kind: str, about: str, target: int) -> None:
    """Keep a link inside a change that is open."""
    entry.append(t, "linked", record_id=record_id, kind=kind, about=about, target=target)


def link_goal(entry: AuditEntry, record_id: int, kind: str, goal_id: int) -> None:
    """Link a record to a goal. Raises ChangeRefused for a goal that does not exist."""
    if entry.app_db.execute(select(goals.c.goal_id).where(goals.c.goal_id == goal_id)).first() is None:
        raise ChangeRefused("This goal does not exist. Nothing was saved.")
    link_within(entry, record_id, kind, GOAL, goal_id)


def links(reader: Reader) -> tuple[RecordLink, ...]:
    """Every link of records that the reader's role includes."""
    return reader.kept(_links)


def records_about(reader: Reader, about: str, target: int) -> frozenset[int]:
    """The numbers of the records that belong to an event or a goal."""
    return frozenset(link.record_id for link in links(reader) if (link.about, link.target) == (about, target))


def _links(reader: Reader) -> tuple[RecordLink, ...]:
    rows = reader.rows(select(t.c.record_id, t.c.about, t.c.target).order_by(t.c.link_id))
    return tuple(RecordLink(int(r.record_id), str(r.about), int(r.target)) for r in rows)
