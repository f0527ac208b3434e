"""The certificate of who has passed all lessons of analysts: its day, its score, and when it is to be renewed.

It holds for a year. In its last days, and after it, the lessons open again, and passing them all issues the next one.
Answers that were not right are kept for the score alone: lines of the audit log, counted for nobody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import audit_log
from warehouse.app_db.app_schema import certificates as t
from warehouse.stores.connect import Stores
from workflow.learning.lesson import Lesson, Tier
from workflow.learning.lesson_results import Result, pass_lesson, passed_by
from workflow.learning.lessons import of_tier

TIER: Tier = "analysts"
VALID = timedelta(days=365)
RENEW = timedelta(days=30)
"""So long before its last day the lessons open again."""
NOT_RIGHT = "lesson.not_right"
ISSUED = "certificate.issue"
"""What the audit log calls them."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """Of `lessons` lessons, `right_at_once` were answered rightly at the first answer."""

    round: int
    issued_on: date
    valid_until: date
    lessons: int
    right_at_once: int

    def is_due(self, today: date) -> bool:
        """Whether it can be renewed, or has run out."""
        return today > self.valid_until - RENEW

    def has_run_out(self, today: date) -> bool:
        """Whether its last day has passed."""
        return today > self.valid_until


def latest(stores: Stores, viewer: Viewer) -> Certificate | None:
    """The viewer's newest certificate."""
    mine = [c for username, c in Reader(stores, SYSTEM).kept(_everybody) if username == viewer.username]
    return max(mine, key=lambda c: c.round, default=None)


def _everybody(reader: Reader) -> tuple[tuple[str, Certificate], ...]:
    return tuple((row.username, _of(row)) for row in reader.rows(select(t)))


def _of(row: Any) -> Certificate:
    return Certificate(
        round=int(row.round),
        issued_on=row.issued_at.date(),
        valid_until=row.valid_until,
        lessons=int(row.lessons),
        right_at_once=int(row.right_at_once),
    )


def round_of(stores: Stores, viewer: Viewer, lesson: Lesson) -> int:
    """Which time she takes a lesson: of the certificate's the next once it is to be renewed, of others the first."""
    if lesson.tier != TIER:
        return 1
    before = latest(stores, viewer)
    if before is None:
        return 1
    return before.round + before.is_due(stores.now().date())


def standing(stores: Stores, viewer: Viewer) -> frozenset[Result]:
    """The lessons that need not be taken: those she has passed, of the certificate's those of this time."""
    first = of_tier(TIER)[0]
    this_time = passed_by(stores, viewer, round_of(stores, viewer, first))
    names = {lesson.name for lesson in of_tier(TIER)}
    return frozenset(r for r in passed_by(stores, viewer) if r[0] not in names or r in this_time)


def note_not_right(stores: Stores, viewer: Viewer, lesson: Lesson) -> None:
    """Keep that an answer was not right, of a lesson that the score counts."""
    if lesson.tier == TIER:
        audit.note(stores, viewer.username, NOT_RIGHT, lesson.name)


def passed(stores: Stores, viewer: Viewer, lesson: Lesson) -> Certificate | None:
    """Keep that she has passed a lesson; the certificate, where it was the last that was missing.

    Raises ChangeRefused where she had passed it before.
    """
    number = round_of(stores, viewer, lesson)
    pass_lesson(stores, viewer, lesson, number)
    if lesson.tier != TIER:
        return None
    lessons, stand, today = of_tier(TIER), standing(stores, viewer), stores.now().date()
    if any((x.name, x.version) not in stand for x in lessons):
        return None
    at_once = len(lessons) - len(_not_right_at_once(stores, viewer, {x.name for x in lessons}))
    with audit.entry(stores, viewer.username, ISSUED, TIER, f"{at_once} of {len(lessons)} at once") as entry:
        entry.append(
            t,
            username=viewer.username,
            tier=TIER,
            round=number,
            lessons=len(lessons),
            right_at_once=at_once,
            valid_until=today + VALID,
            issued_at=entry.at,
        )
    return latest(stores, viewer)


def _not_right_at_once(stores: Stores, viewer: Viewer, names: set[str]) -> set[str]:
    """The lessons that she answered wrongly since the certificate before."""
    before, log = latest(stores, viewer), audit_log.c
    statement = select(log.subject).where(log.who == viewer.username, log.action == NOT_RIGHT)
    if before is not None:
        since = select(t.c.issued_at).where(t.c.username == viewer.username, t.c.round == before.round)
        statement = statement.where(log.happened_at > since.scalar_subquery())
    return names & {row.subject for row in Reader(stores, SYSTEM).rows(statement.distinct())}
