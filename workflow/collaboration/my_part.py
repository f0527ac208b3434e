"""A department's part: what waits for it, the figures it answers for, and the goal each of them serves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, numeral
from warehouse.access.reader import Reader
from workflow.collaboration import record_reading
from workflow.collaboration.record_kind import SALES, Record
from workflow.goals.goal_outlook import CONTRIBUTORS
from workflow.goals.goal_records import Goal, every_goal


@dataclass(frozen=True)
class OwnedFigure:
    """A figure with the numbers of the goals that are set on it."""

    label: str
    goals: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class MyPart:
    """Records whose turn a department is, the most urgent first, and its figures with a goal."""

    department: str
    actions: tuple[Record, ...]
    overdue: int
    figures: tuple[OwnedFigure, ...]


def of_department(reader: Reader, department: str, today: date) -> MyPart:
    """A department's part as the reader sees it; of its figures those alone that serve a goal that runs."""
    actions = [r for r in record_reading.records_of(reader) if department and r.owner == department]
    actions.sort(key=lambda r: (not r.is_overdue(today), r.due_on or date.max, -r.record_id))
    running = [g for g in every_goal(reader) if g.ended_at is None and g.span.start <= today <= g.span.end]
    figures = []
    for name, metric in CATALOGUE.items():
        if _DEPARTMENT_OF.get(metric.owner, metric.owner) != department:
            continue
        serves = [g for g in running if name == g.metric or name in CONTRIBUTORS.get(g.metric, ())]
        if serves:
            figures.append(OwnedFigure(metric.label, tuple(g.goal_id for g in serves)))
    return MyPart(
        department=department,
        actions=tuple(actions),
        overdue=sum(r.is_overdue(today) for r in actions),
        figures=tuple(figures),
    )


_DEPARTMENT_OF = {"Sales Operations": SALES}
"""Who answers for a definition, where that is a part of a department."""


def in_words(part: MyPart) -> str:
    """`My part: 3 records wait for Sales, 1 overdue; 8 of its figures serve a goal`."""
    count = len(part.actions)
    waits = f"{numeral(count)} {'record waits' if count == 1 else 'records wait'} for {part.department}"
    if part.overdue:
        waits += f", {numeral(part.overdue)} overdue"
    serve = len(part.figures)
    return f"My part: {waits}; {numeral(serve)} of its figures {'serves' if serve == 1 else 'serve'} a goal"


def goal_in_words(goal: Goal) -> str:
    """A goal by its figure and its owner."""
    return f"{CATALOGUE[goal.metric].label} by {day(goal.span.end)} ({goal.owner})"
