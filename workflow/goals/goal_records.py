"""Goals: one target per figure, part of the bank and span of days, the same for every department that looks.

A goal is never changed. Who gives it up, or sets another in its place, adds its end with a reason; the goal stays. A
goal of several departments is a proposal until each of them has signed, as “qualified” is.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

import pandas as pd
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import figure
from metrics.definitions.scope import Filters, Period, Scope, parts_by_month
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import goal_endings, goal_paths, goal_signatures, goals
from warehouse.schema import plain
from warehouse.sql.moments import instant_of

DIGITAL = ("affiliate", "display", "email", "paid_search", "social")
"""The channels of “digital”; branches, events and referrals are not."""


@dataclass(frozen=True, kw_only=True)
class GoalDraft:
    """A goal before it is set; `workflow.goals.smart` judges it."""

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
class GoalSignature:
    """What one department said about a goal it shares."""

    department: str
    verdict: str
    """`signed` or `declined`."""
    note: str
    signed_by: str
    signed_at: datetime


@dataclass(frozen=True, kw_only=True)
class Goal(GoalDraft):
    """A goal that was set, with what its departments said about it, and its end if it has one."""

    goal_id: int
    revision: int
    set_by: str
    set_at: datetime
    signing: tuple[str, ...] = ()
    """The departments that must sign; none for a goal of one department, which is in force when it is set."""
    signatures: tuple[GoalSignature, ...] = ()
    supersedes: int | None = None
    replaces_why: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    why_ended: str = ""
    superseded_by: int | None = None

    @property
    def scope(self) -> Scope:
        return Scope(self.span, self.filters)

    @property
    def is_declined(self) -> bool:
        return any(s.verdict == "declined" for s in self.signatures)

    @property
    def waits_for(self) -> tuple[str, ...]:
        """The departments that have said nothing yet; nobody's word is missing once one declined."""
        if self.is_declined:
            return ()
        return tuple(d for d in self.signing if d not in {s.department for s in self.signatures})

    @property
    def in_force_since(self) -> datetime | None:
        """When it was set or, of a goal of several departments, when the last of them signed."""
        if self.is_declined or self.waits_for:
            return None
        return max([self.set_at, *(s.signed_at for s in self.signatures)], key=instant_of)

    def is_in_force(self, on: date) -> bool:
        """Whether it was in force on the evening of a day: agreed by then, and not ended."""
        since = self.in_force_since
        ended = self.ended_at is not None and self.ended_at.date() <= on
        return since is not None and since.date() <= on and not ended

    def agreement(self) -> str:
        """`signed by 1 of 2, waits for Sales to sign`, `declined by Sales`; empty for a goal that is in force or was."""
        if self.is_declined:
            return "declined by " + " and ".join(
                s.department for s in self.signatures if s.verdict == "declined"
            )
        if not self.waits_for:
            return ""
        signed = len(self.signing) - len(self.waits_for)
        return f"signed by {signed} of {len(self.signing)}, waits for {' and '.join(self.waits_for)} to sign"

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
    parts = []
    for dimension, values in filters:
        if dimension == "channel" and {v.casefold() for v in values} == set(DIGITAL):
            parts.append("digital channels")
        else:
            parts.append(f"{dimension} {' or '.join(plain(v) for v in values)}")
    return ", ".join(parts) or "the whole bank"


def departments(goal: GoalDraft) -> tuple[str, ...]:
    """Who shares it: its owner, and the department whose figure it is."""
    names = [goal.owner, CATALOGUE[goal.metric].owner]
    if goal.metric in ("qualified_conversions", "mql", "accepted", "acceptance_rate"):
        names += ["Marketing", "Sales"]
    parts = (part.removesuffix(" Operations") for name in names for part in name.split(" and "))
    return tuple(dict.fromkeys(parts))


def parts_of(draft: GoalDraft) -> tuple[Period, ...]:
    """The months of a goal's span."""
    return parts_by_month(draft.span)


def every_goal(reader: Reader) -> tuple[Goal, ...]:
    """All goals, ended ones too, the latest span first."""
    return reader.kept(_every_goal)


def _every_goal(reader: Reader) -> tuple[Goal, ...]:
    ended = {row.goal_id: row for row in reader.rows(select(goal_endings))}
    signed: dict[int, list[GoalSignature]] = {}
    for row in reader.rows(select(goal_signatures).order_by(goal_signatures.c.signed_at)):
        signed.setdefault(row.goal_id, []).append(
            GoalSignature(
                department=row.department,
                verdict=row.verdict,
                note=row.note,
                signed_by=row.signed_by,
                signed_at=row.signed_at,
            )
        )
    paths: dict[int, list[float]] = {}
    for row in reader.rows(select(goal_paths).order_by(goal_paths.c.goal_id, goal_paths.c.starts_on)):
        paths.setdefault(row.goal_id, []).append(row.target)
    every = []
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
            signing=tuple(row.signing),
            signatures=tuple(signed.get(row.goal_id, ())),
            supersedes=_number(row.supersedes),
            replaces_why=row.replaces_why,
        )
        if end := ended.get(row.goal_id):
            goal = replace(
                goal,
                ended_at=end.ended_at,
                ended_by=end.ended_by,
                why_ended=end.why,
                superseded_by=_number(end.superseded_by),
            )
        every.append(goal)
    return tuple(every)


def as_text(filters: Filters) -> str:
    """Filters as they are kept; the same part of the bank always gives the same text."""
    normalised = Scope(Period(date.min, date.min), filters).filters
    return json.dumps(normalised) if normalised else ""


def from_text(text: str) -> Filters:
    """The filters behind `as_text`."""
    return tuple((name, tuple(values)) for name, values in json.loads(text)) if text else ()


def current(among: Iterable[Goal], as_of: date) -> list[Goal]:
    """Goals in force whose span holds a day; one agreed since the last load runs too."""
    return [
        g
        for g in among
        if g.in_force_since is not None and g.ended_at is None and g.span.start <= as_of <= g.span.end
    ]


def proposed(among: Iterable[Goal]) -> list[Goal]:
    """Goals that wait for a department to sign."""
    return [g for g in among if g.waits_for and g.ended_at is None]


def _day(value: date) -> date:
    return date(value.year, value.month, value.day)


def _number(value: float | None) -> int | None:
    return None if value is None or pd.isna(value) else int(value)
