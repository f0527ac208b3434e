"""Where a goal stands: its figure by month against its path, and where it will end.

All goals of one span and part of the bank are read by one question.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics import CATALOGUE
from metrics.coverage import counted
from metrics.measure import Metric, Ratio, measures_of
from metrics.pace import (
    Standing,
    adds_up,
    due,
    is_met,
    standing,
)
from metrics.query import Question, ask
from metrics.scope import Period, Scope, parts_by_month
from metrics.words import figure
from warehouse import coverage
from warehouse.access import Reader, may_see
from warehouse.coverage import Coverage
from warehouse.errors import AccessRefused
from warehouse.roles import See
from workflow.goals import Filters, Goal, departments, parts_of

NEWS_DAYS = 92
"""A goal met is announced for a quarter."""

LESS_IS_BETTER = {"behind": "too high", "ahead": "below the path"}
"""State → its words for a figure that should fall."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A goal with its figures. NaN is not known, or not for the viewer's role, or about too few people."""

    goal: Goal
    elapsed: Period | None
    """The days of the span that are over; None before it begins."""
    actual: float = math.nan
    n: float = math.nan
    expected: float = math.nan
    standing: Standing = "not known"
    months: tuple[float, ...] = ()
    """The figure of each month of the span so far, the running one as far as it goes."""
    met_on: date | None = None
    """For a total: the end of the month in which it was reached; for a level, the end of the span."""

    @property
    def is_over(self) -> bool:
        return self.elapsed is not None and self.elapsed.end == self.goal.span.end

    def state(self) -> str:
        """Where it stands in a few words."""
        if self.elapsed is None:
            return "not begun"
        if math.isnan(self.actual):
            return "not known"
        if self.is_over:
            return "met" if is_met(CATALOGUE[self.goal.metric], self.actual, self.goal.target) else "missed"
        return "met early" if self.met_on else self.standing

    def state_in_words(self) -> str:
        """The state as people read it: a cost is not “behind” its path, it is too high."""
        state = self.state()
        return LESS_IS_BETTER.get(state, state) if CATALOGUE[self.goal.metric].better == "down" else state


def progress(
    goals: Sequence[Goal],
    reader: Reader,
    as_of: date,
    known: frozenset[str] | None = None,
    catalogue: Mapping[str, Metric] | None = None,
) -> list[Progress]:
    """Each goal with its figures as of a day, in the order given; by another `catalogue`, under another “qualified”."""
    together: dict[tuple[Period, Filters], list[Goal]] = defaultdict(list)
    for goal in goals:
        together[goal.span, goal.filters].append(goal)
    found: dict[int, Progress] = {}
    covered = coverage.of(reader)
    for (span, filters), some in together.items():
        elapsed = Period(span.start, min(span.end, as_of)) if span.start <= as_of else None
        answer = None
        if elapsed is not None:
            answer = _answer({g.metric for g in some}, elapsed, filters, reader, known, catalogue)
        for goal in some:
            found[goal.goal_id] = _progress(goal, elapsed, answer, covered)
    return [found[g.goal_id] for g in goals]


def _answer(
    names: set[str],
    elapsed: Period,
    filters: Filters,
    reader: Reader,
    known: frozenset[str] | None,
    catalogue: Mapping[str, Metric] | None,
) -> pd.DataFrame | None:
    wanted = sorted(n for n in names if sees_the_whole(reader, n))
    if not wanted:
        return None
    periods = [elapsed, *parts_by_month(elapsed)]
    try:
        question = Question.of(wanted, Scope(elapsed, filters), periods=periods)
        return ask(question, reader, known, catalogue).set_index("period")
    except AccessRefused:
        if len(wanted) == 1:
            return None
        parts = [_answer({n}, elapsed, filters, reader, known, catalogue) for n in wanted]
        seen = [p for p in parts if p is not None]
        joined = pd.concat(seen, axis=1) if seen else None
        return None if joined is None else joined.loc[:, ~joined.columns.duplicated()]


def sees_the_whole(reader: Reader, name: str) -> bool:
    """Whether the viewer's figure is the bank's: who sees her own customers only would judge the bank by them."""
    sees = [may_see(reader.viewer, m.fact) for m in measures_of(CATALOGUE[name])]
    return all(see not in (None, See.OWN) for see in sees)


def _progress(
    goal: Goal, elapsed: Period | None, answer: pd.DataFrame | None, covered: Coverage | None
) -> Progress:
    if elapsed is None or answer is None or goal.metric not in answer:
        return Progress(goal=goal, elapsed=elapsed)
    metric = CATALOGUE[goal.metric]
    actual = float(answer[goal.metric].loc[0])
    n = math.nan
    if isinstance(metric, Ratio):
        n = float(answer[next(k for k, m in CATALOGUE.items() if m is metric.bottom)].loc[0])
    months = tuple(float(v) for v in answer.loc[1:, goal.metric])
    # What was not delivered yet cannot be there: the path is due as far as the figure is known.
    known_part = counted(metric, elapsed, covered)
    expected = math.nan if known_part is None else _expected(goal, metric, known_part)
    return Progress(
        goal=goal,
        elapsed=elapsed,
        actual=actual,
        n=n,
        expected=expected,
        standing=standing(metric, actual, n, expected),
        months=months,
        met_on=_met_on(goal, metric, elapsed, months, actual),
    )


def _expected(goal: Goal, metric: Metric, elapsed: Period) -> float:
    if not adds_up(metric):
        return goal.target
    if not goal.path:
        return goal.target * elapsed.days / goal.span.days
    return due(parts_of(goal), goal.path, elapsed)


def _met_on(
    goal: Goal, metric: Metric, elapsed: Period, months: Sequence[float], actual: float
) -> date | None:
    if adds_up(metric) and metric.better == "up" and not isinstance(metric, Ratio):
        total = 0.0
        for part, value in zip(parts_by_month(elapsed), months, strict=True):
            total += 0.0 if math.isnan(value) else value
            if total >= goal.target:
                return part.end
        return None
    over = elapsed.end == goal.span.end
    return elapsed.end if over and not math.isnan(actual) and is_met(metric, actual, goal.target) else None


def wins(found: Sequence[Progress], as_of: date) -> list[Progress]:
    """Goals met within the last quarter: those whose span is over, and totals reached before it is."""
    return [
        p
        for p in found
        if p.state() in ("met", "met early") and p.met_on and 0 <= (as_of - p.met_on).days < NEWS_DAYS
    ]


def announcement(win: Progress) -> str:
    """`Marketing and Sales met a shared goal: …`, naming the departments."""
    who = departments(win.goal)
    named = " and ".join([", ".join(who[:-1]), who[-1]] if len(who) > 1 else who)
    shared = "a shared goal" if len(who) > 1 else "its goal"
    early = " before its time" if win.state() == "met early" else ""
    metric = CATALOGUE[win.goal.metric]
    return f"{named} met {shared}{early}: {win.goal.in_words()}. It is {figure(metric, win.actual)}."
