"""Shared goals: one target per figure, part of the bank and span of days, the same for every department that looks.

A goal is never changed. Who gives it up, or sets another in its place, adds its end with a reason; the goal stays.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import select

from metrics import CATALOGUE
from metrics.pace import adds_up, due
from metrics.scope import Period, Scope, parts_by_month
from metrics.words import figure
from warehouse.access import Reader
from warehouse.desk import goal_endings, goal_paths, goals

DIGITAL = ("affiliate", "display", "email", "paid_search", "social")
"""The channels of “digital”; branches, events and referrals are not."""

Filters = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A goal before it is set; `workflow.smart` judges it."""

    metric: str
    target: float
    span: Period
    owner: str
    filters: Filters = ()
    linked_to: str = ""
    note: str = ""
    baseline: float | None = None
    """The figure over the same days a year before."""
    path: tuple[float, ...] = ()
    """One target per month of the span, where it is a total."""


@dataclass(frozen=True, kw_only=True)
class Goal(Draft):
    """A goal that was set, with its end if it has one."""

    goal_id: int
    revision: int
    set_by: str
    set_at: datetime
    ended_at: datetime | None = None
    ended_by: str = ""
    why_ended: str = ""
    superseded_by: int | None = None

    @property
    def scope(self) -> Scope:
        return Scope(self.span, self.filters)

    def part_in_words(self) -> str:
        """Which part of the bank it is about."""
        return part_in_words(self.filters)

    def in_words(self) -> str:
        """`Qualified conversions, digital channels: 6,400 in 1 Jan – 31 Dec 2026`."""
        metric = CATALOGUE[self.metric]
        return (
            f"{metric.label}, {self.part_in_words()}: {figure(metric, self.target)} in {self.span.in_words()}"
        )


def part_in_words(filters: Filters) -> str:
    """`the whole bank`, `digital channels`, `segment affluent`."""
    said = []
    for dimension, values in filters:
        if dimension == "channel" and {v.casefold() for v in values} == set(DIGITAL):
            said.append("digital channels")
        else:
            said.append(f"{dimension} {' or '.join(v.replace('_', ' ') for v in values)}")
    return ", ".join(said) or "the whole bank"


def departments(goal: Draft) -> tuple[str, ...]:
    """Who shares it: its owner, and the department whose figure it is."""
    names = [goal.owner, CATALOGUE[goal.metric].owner]
    if goal.metric in ("qualified_conversions", "mql", "accepted", "acceptance_rate"):
        names += ["Marketing", "Sales"]
    parts = (part.removesuffix(" Operations") for name in names for part in name.split(" and "))
    return tuple(dict.fromkeys(parts))


def parts_of(draft: Draft) -> tuple[Period, ...]:
    """The months of a goal's span."""
    return parts_by_month(draft.span)


def every_goal(reader: Reader) -> tuple[Goal, ...]:
    """All goals, ended ones too, the latest span first."""
    ended = {row.goal_id: row for row in reader.rows(select(goal_endings))}
    paths: dict[int, list[float]] = {}
    for row in reader.rows(select(goal_paths).order_by(goal_paths.c.goal_id, goal_paths.c.starts_on)):
        paths.setdefault(row.goal_id, []).append(row.target)
    found = []
    for row in reader.rows(select(goals).order_by(goals.c.ends_on.desc(), goals.c.goal_id)):
        goal = Goal(
            metric=row.metric,
            target=row.target,
            span=Period(_day(row.starts_on), _day(row.ends_on)),
            owner=row.owner,
            filters=from_text(row.filters),
            linked_to=row.linked_to,
            note=row.note,
            baseline=None if row.baseline is None or row.baseline != row.baseline else row.baseline,
            path=tuple(paths.get(row.goal_id, ())),
            goal_id=row.goal_id,
            revision=row.revision,
            set_by=row.set_by,
            set_at=row.set_at,
        )
        if end := ended.get(row.goal_id):
            after = end.superseded_by
            goal = replace(
                goal,
                ended_at=end.ended_at,
                ended_by=end.ended_by,
                why_ended=end.why,
                superseded_by=None if after is None or after != after else int(after),
            )
        found.append(goal)
    return tuple(found)


def targets(reader: Reader, scope: Scope) -> dict[str, float]:
    """The target of each metric for a period of exactly this part of the bank.

    Of goals that cover the whole period the shortest, then the latest set, counts. Goals that only together cover it
    count together: totals by their paths, levels by days. A metric whose goals leave a day out has no target.
    """
    running = [g for g in every_goal(reader) if g.ended_at is None and g.filters == scope.filters]
    found: dict[str, float] = {}
    for metric in {g.metric for g in running}:
        chosen = _covering([g for g in running if g.metric == metric], scope.period)
        if chosen:
            found[metric] = sum(_share(g, scope.period) for g in chosen)
    return found


def _covering(found: list[Goal], period: Period) -> list[Goal]:
    whole = [g for g in found if g.span.start <= period.start and g.span.end >= period.end]
    if whole:
        return [min(whole, key=lambda g: (g.span.days, -g.set_at.timestamp(), -g.goal_id))]
    chosen: list[Goal] = []
    day = period.start
    for goal in sorted(found, key=lambda g: (g.span.start, g.goal_id)):
        # Only goals that follow each other without a gap or an overlap can be added.
        if goal.span.start <= day <= goal.span.end and (not chosen or goal.span.start == day):
            chosen.append(goal)
            if goal.span.end >= period.end:
                return chosen
            day = date.fromordinal(goal.span.end.toordinal() + 1)
    return []


def _share(goal: Goal, period: Period) -> float:
    """What a goal asks of the days of `period` that lie in it."""
    inside = Period(max(goal.span.start, period.start), min(goal.span.end, period.end))
    if not adds_up(CATALOGUE[goal.metric]):
        return goal.target * inside.days / period.days
    if not goal.path:
        return goal.target * inside.days / goal.span.days
    return due(parts_of(goal), goal.path, inside)


def as_text(filters: Filters) -> str:
    """Filters as they are kept; the same part of the bank always gives the same text."""
    kept = Scope(Period(date.min, date.min), filters).filters
    return json.dumps(kept) if kept else ""


def from_text(text: str) -> Filters:
    """The filters behind `as_text`."""
    return tuple((name, tuple(values)) for name, values in json.loads(text)) if text else ()


def current(found: Iterable[Goal], as_of: date) -> list[Goal]:
    """Goals that run on a day."""
    return [g for g in found if g.ended_at is None and g.span.start <= as_of <= g.span.end]


def _day(value: date) -> date:
    return date(value.year, value.month, value.day)
