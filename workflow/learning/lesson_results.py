"""Who has passed which lesson: each reader's own results, and counts by department.

Of another colleague no more leaves this area than that she is stuck, to her own team lead (`stuck`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import lesson_results as t
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration.department_groups import grouped
from workflow.collaboration.mentions import colleagues
from workflow.collaboration.record_kind import department_of
from workflow.learning.lesson import Lesson

FEWEST_COLLEAGUES = 5
"""Departments with fewer are put together, so that no count is about one person."""
PASSED = "lesson.pass"
"""What the audit log calls it."""

Result = tuple[str, int]
"""A lesson and its version."""


@dataclass(frozen=True, kw_only=True)
class DepartmentProgress:
    """How far the colleagues of a department are with some lessons."""

    department: str
    colleagues: int
    began: int | None
    """How many have passed one or more; None where that is all of them or nobody."""
    finished: int | None
    """How many have passed all; None in the same way."""
    each: tuple[int | None, ...]
    """How many have passed each of the lessons, in their order; None in the same way."""


@dataclass(frozen=True, kw_only=True)
class Passed:
    """A version of a lesson that somebody passed, on a day, for the first time or to renew a certificate."""

    lesson: str
    version: int
    round: int
    on: date


def pass_lesson(stores: Stores, viewer: Viewer, lesson: Lesson, number: int = 1) -> None:
    """Keep that the viewer has passed a lesson, for the `number`th time that she was to.

    Raises ChangeRefused where she had passed this version before.
    """
    with audit.entry(stores, viewer.username, PASSED, lesson.name, f"version {lesson.version}") as entry:
        mine = (
            t.c.username == viewer.username,
            t.c.lesson == lesson.name,
            t.c.version == lesson.version,
            t.c.round == number,
        )
        if entry.app_db.execute(select(t.c.lesson).where(*mine)).first():
            raise ChangeRefused("You have passed this lesson already.")
        entry.append(
            t,
            username=viewer.username,
            lesson=lesson.name,
            version=lesson.version,
            round=number,
            department=department_of(viewer),
            passed_at=entry.at,
        )


def passed_by(stores: Stores, viewer: Viewer, number: int = 1) -> frozenset[Result]:
    """The lessons that the viewer has passed, by name and version; from a time on where they are taken again."""
    mine = everybody(stores).get(viewer.username, ())
    return frozenset((p.lesson, p.version) for p in mine if p.round >= number)


def is_passed(lesson: Lesson, results: frozenset[Result]) -> bool:
    """Whether the version in force has been passed."""
    return (lesson.name, lesson.version) in results


def progress_by_department(stores: Stores, lessons: Sequence[Lesson]) -> tuple[DepartmentProgress, ...]:
    """How far each department is with some lessons, by its open accounts; small ones are put together.

    Where what is put together is small itself, the next smallest joins it. Empty for fewer than five colleagues in all.
    """
    results = everybody(stores)
    members: dict[str, list[str]] = {}
    for colleague in colleagues(stores):
        if colleague.department:
            members.setdefault(colleague.department, []).append(colleague.username)
    return tuple(
        _progress(d, [results.get(n, ()) for n in names], lessons) for d, names in together(members).items()
    )


def _progress(
    department: str, of_each: Sequence[Sequence[Passed]], lessons: Sequence[Lesson]
) -> DepartmentProgress:
    passed = [{(p.lesson, p.version) for p in mine} for mine in of_each]
    has = [[(x.name, x.version) in mine for x in lessons] for mine in passed]
    count = len(has)
    return DepartmentProgress(
        department=department,
        colleagues=count,
        began=_unless_it_tells_of_each(sum(map(any, has)), count),
        finished=_unless_it_tells_of_each(sum(map(all, has)), count),
        each=tuple(_unless_it_tells_of_each(sum(column), count) for column in zip(*has, strict=True)),
    )


def share_passed(stores: Stores, lessons: Sequence[Lesson], days: Sequence[date]) -> list[float | None]:
    """Of some lessons of everybody with an account, the share that was passed by the end of each day.

    None where it is nothing or all of it; the list is empty for fewer than five colleagues.
    """
    names = [c.username for c in colleagues(stores) if c.department]
    if len(names) < FEWEST_COLLEAGUES:
        return []
    results, all_of_them = everybody(stores), len(names) * len(lessons)
    versions = {(x.name, x.version) for x in lessons}
    first = [
        min(p.on for p in results.get(name, ()) if (p.lesson, p.version) == one)
        for name in names
        for one in versions & {(p.lesson, p.version) for p in results.get(name, ())}
    ]
    counts = [sum(on <= day for on in first) for day in days]
    return [None if n in (0, all_of_them) else n / all_of_them for n in counts]


def together(members: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Department → its colleagues, each group of five or more; SMALLER stands last."""
    sizes = {d: len(names) for d, names in sorted(members.items()) if names}
    groups = {
        name: [n for d in departments for n in members[d]]
        for name, departments in grouped(sizes, FEWEST_COLLEAGUES)
    }
    return {name: names for name, names in groups.items() if len(names) >= FEWEST_COLLEAGUES}


def _unless_it_tells_of_each(number: int, of: int) -> int | None:
    """A count, or None where it is nobody or everybody: then it says of each colleague what she did."""
    return None if number in (0, of) else number


def everybody(stores: Stores) -> Mapping[str, tuple[Passed, ...]]:
    """Who has passed what, name by name: for counting, and for no screen."""
    return Reader(stores, SYSTEM).kept(_by_person)


def _by_person(reader: Reader) -> Mapping[str, tuple[Passed, ...]]:
    results: dict[str, list[Passed]] = {}
    for row in reader.rows(select(t.c.username, t.c.lesson, t.c.version, t.c.round, t.c.passed_at)):
        results.setdefault(row.username, []).append(
            Passed(lesson=row.lesson, version=int(row.version), round=int(row.round), on=row.passed_at.date())
        )
    return {username: tuple(passed) for username, passed in results.items()}
