"""Who of a team is stuck in learning, for her own team lead alone: name and next lesson, by name, never ranked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import users
from warehouse.schema import relationship_managers
from warehouse.stores.connect import Stores
from workflow.learning.lesson import Lesson
from workflow.learning.lesson_results import everybody
from workflow.learning.lessons import meant_for

STUCK_DAYS = 14
"""Without a lesson passed for so long, and with lessons left, somebody is stuck."""
LEARNS = "relationship_manager"


@dataclass(frozen=True, kw_only=True)
class Stuck:
    """A colleague, and the lesson that comes next for her."""

    full_name: str
    following: Lesson


def stuck(stores: Stores, viewer: Viewer, today: date) -> tuple[Stuck, ...] | None:
    """The relationship managers of the viewer's own team who are stuck, by name; None for who leads no team."""
    if viewer.role != "team_lead" or not viewer.team:
        return None
    system, u, m = Reader(stores, SYSTEM, stores.snapshot()), users.c, relationship_managers.c
    team = {row.rm_id for row in system.rows(select(m.rm_id).where(m.team == viewer.team))}
    accounts = system.rows(
        select(u.username, u.full_name, u.rm_id, u.created_at)
        .where(u.role == LEARNS, u.disabled_at.is_(None))
        .order_by(u.full_name, u.username)
    )
    results, lessons = everybody(stores), meant_for(LEARNS)
    lines = []
    for account in (a for a in accounts if a.rm_id in team):
        mine = results.get(account.username, ())
        passed = {(p.lesson, p.version) for p in mine}
        left = [x for x in lessons if (x.name, x.version) not in passed]
        last = max([p.on for p in mine], default=account.created_at.date())
        if left and today - last >= timedelta(days=STUCK_DAYS):
            lines.append(Stuck(full_name=account.full_name, following=left[0]))
    return tuple(lines)
