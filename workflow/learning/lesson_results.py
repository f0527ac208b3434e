"""Who has passed which lesson: each reader's own results, and counts by department; never those of another colleague."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def pass_lesson(stores: Stores, viewer: Viewer, lesson: Lesson) -> None:
    """Keep that the viewer has passed a lesson. Raises ChangeRefused where she had passed this version before."""
    with audit.entry(stores, viewer.username, PASSED, lesson.name, f"version {lesson.version}") as entry:
        mine = (t.c.username == viewer.username, t.c.lesson == lesson.name, t.c.version == lesson.version)
        if entry.app_db.execute(select(t.c.lesson).where(*mine)).first():
            raise ChangeRefused("You have passed this lesson already.")
        entry.append(
            t,
            username=viewer.username,
            lesson=lesson.name,
            version=lesson.version,
            department=department_of(viewer),
            passed_at=entry.at,
        )


def passed_by(stores: Stores, viewer: Viewer) -> frozenset[Result]:
    """The lessons that the viewer has passed, by name and version."""
    return _everybody(stores).get(viewer.username, frozenset())


def is_passed(lesson: Lesson, results: frozenset[Result]) -> bool:
    """Whether the version in force has been passed."""
    return (lesson.name, lesson.version) in results


def progress_by_department(stores: Stores, lessons: Sequence[Lesson]) -> tuple[DepartmentProgress, ...]:
    """How far each department is with some lessons, by its open accounts; small ones are put together.

    Where what is put together is small itself, the next smallest joins it. Empty for fewer than five colleagues in all.
    """
    results = _everybody(stores)
    members: dict[str, list[str]] = {}
    for colleague in colleagues(stores):
        if colleague.department:
            members.setdefault(colleague.department, []).append(colleague.username)
    return tuple(
        DepartmentProgress(
            department=department,
            colleagues=len(names),
            began=_unless_it_tells_of_each(
                sum(any(is_passed(x, results.get(n, frozenset())) for x in lessons) for n in names),
                len(names),
            ),
            finished=_unless_it_tells_of_each(
                sum(all(is_passed(x, results.get(n, frozenset())) for x in lessons) for n in names),
                len(names),
            ),
        )
        for department, names in together(members).items()
    )


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


def _everybody(stores: Stores) -> Mapping[str, frozenset[Result]]:
    return Reader(stores, SYSTEM).kept(_by_person)


def _by_person(reader: Reader) -> Mapping[str, frozenset[Result]]:
    results: dict[str, set[Result]] = {}
    for row in reader.rows(select(t.c.username, t.c.lesson, t.c.version)):
        results.setdefault(row.username, set()).add((row.lesson, int(row.version)))
    return {username: frozenset(passed) for username, passed in results.items()}
