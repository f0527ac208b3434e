"""Where a goal stands: its figure against its plan and against a year before, over the days that are delivered.

All goals of the same days and part of the bank are read by one question.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import Change, compare
from metrics.comparison.conclusion import Verdict
from metrics.comparison.goal_status import State, is_limit, is_met, standing, state_in_words
from metrics.comparison.plan_pace import adds_up
from metrics.comparison.words import change, figure
from metrics.definitions.measure import Metric, Ratio, measures_of
from metrics.definitions.scope import Filters, Period, Scope, parts_by_month, year_before
from metrics.query.query import Query, ask, figures
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader, may_see
from warehouse.access.roles import Access
from warehouse.errors import AccessRefused
from workflow.goals.goal_coverage import Covered, covered, data_reach_back
from workflow.goals.goal_records import Goal
from workflow.goals.goal_targets import plan_due

Row = dict[str, float]
"""What `metrics.comparison.compare` needs of a figure: value, and of a ratio top and bottom."""


@dataclass(frozen=True, kw_only=True)
class Progress:
    """A goal with its figures. NaN is not known, or not for the viewer's role, or about too few people."""

    goal: Goal
    covers: Covered
    actual: float = math.nan
    n: float = math.nan
    expected: float = math.nan
    standing: State = State.NOT_KNOWN
    months: tuple[float, ...] = ()
    """The figure of each month of the span so far, the running one as far as it goes."""
    met_on: date | None = None
    """For a total: the end of the month in which it was reached; for a level, the end of the span."""
    before: float = math.nan
    """The figure of the same days a year before; NaN where the bank's data do not reach back so far."""
    in_a_year: Change = field(default=Change(Verdict.NO_FIGURE_BEFORE))

    @property
    def elapsed(self) -> Period | None:
        """The days of the span that are over and delivered; None before there are any."""
        return self.covers.elapsed

    @property
    def is_over(self) -> bool:
        return self.covers.is_over

    @property
    def metric(self) -> Metric:
        return CATALOGUE[self.goal.metric]

    def state(self) -> State:
        """Where it stands."""
        if not self.covers.is_begun:
            return State.NOT_BEGUN
        if self.elapsed is None:
            return State.TOO_EARLY
        if math.isnan(self.actual):
            return State.NOT_KNOWN
        if self.is_over:
            return State.MET if is_met(self.metric, self.actual, self.goal.target) else State.MISSED
        return State.MET_EARLY if self.met_on else self.standing

    def state_in_words(self) -> str:
        """The state as people read it; a goal that was met says so when the year before was better."""
        words = state_in_words(self.metric, self.state())
        return f"{words}, but {but}" if (but := self.but()) else words

    def but(self) -> str:
        """What keeps a met goal from being celebrated: `below last year`; empty for all others."""
        if self.state() not in (State.MET, State.MET_EARLY):
            return ""
        below, last = ("above" if is_limit(self.metric) else "below"), "last year"
        if _falls_short(self.metric, self.actual, self.before):
            return f"{below} {last}"
        baseline = self.goal.baseline
        if baseline is not None and _falls_short(self.metric, self.goal.target, baseline):
            return f"the goal was {below} {last}"
        return ""

    def year_on_year(self) -> str:
        """`1,310 a year before, −8.1%, worse`, or that there are no data of it; empty while nothing is known."""
        if math.isnan(self.actual):
            return ""
        if math.isnan(self.before):
            return "no data of a year before"
        moved = change(self.metric, self.actual, self.before, self.in_a_year)
        return f"{figure(self.metric, self.before)} a year before, {moved}"


def _falls_short(metric: Metric, value: float, before: float) -> bool:
    """Whether a value is on the wrong side of another; what is not known is on none."""
    return value > before if is_limit(metric) else value < before


def progress(
    goals: Sequence[Goal],
    reader: Reader,
    as_of: date,
    available: AvailableColumns | None = None,
    catalogue: Mapping[str, Metric] | None = None,
) -> list[Progress]:
    """Each goal with its figures as of a day, in the order given; by another `catalogue`, under another “qualified”."""
    covers = {g.goal_id: covered(g.metric, g.span, as_of, reader) for g in goals}
    together: dict[tuple[Period, Filters], list[Goal]] = defaultdict(list)
    for goal in goals:
        if (elapsed := covers[goal.goal_id].elapsed) is not None:
            together[elapsed, goal.filters].append(goal)
    by_goal = {g.goal_id: Progress(goal=g, covers=covers[g.goal_id]) for g in goals}
    for (elapsed, filters), some in together.items():
        names = {g.metric for g in some}
        now = _answer(names, [elapsed, *parts_by_month(elapsed)], filters, reader, available, catalogue)
        then = _answer(names, [year_before(elapsed)], filters, reader, available, catalogue)
        reaching = {n for n in names if data_reach_back(n, elapsed, reader)}
        for goal in some:
            if now is not None and goal.metric in now:
                before = (
                    figures(CATALOGUE[goal.metric], then.iloc[0])
                    if then is not None and goal.metric in then and goal.metric in reaching
                    else None
                )
                by_goal[goal.goal_id] = _progress(goal, covers[goal.goal_id], elapsed, now, before)
    return [by_goal[g.goal_id] for g in goals]


def _answer(
    names: set[str],
    periods: Sequence[Period],
    filters: Filters,
    reader: Reader,
    available: AvailableColumns | None,
    catalogue: Mapping[str, Metric] | None,
) -> pd.DataFrame | None:
    visible = sorted(n for n in names if sees_the_whole(reader, n))
    if not visible:
        return None
    try:
        query = Query.of(visible, Scope(periods[0], filters), periods=periods)
        return ask(query, reader, available, catalogue).set_index("period")
    except AccessRefused:
        if len(visible) == 1:
            return None
        parts = [_answer({n}, periods, filters, reader, available, catalogue) for n in visible]
        seen = [p for p in parts if p is not None]
        joined = pd.concat(seen, axis=1) if seen else None
        return None if joined is None else joined.loc[:, ~joined.columns.duplicated()]


def sees_the_whole(reader: Reader, name: str) -> bool:
    """Whether the viewer's figure is the bank's: who sees her own customers only would judge the bank by them."""
    sees = [may_see(reader.viewer, m.fact) for m in measures_of(CATALOGUE[name])]
    return all(see not in (None, Access.OWN_ROWS) for see in sees)


def _progress(
    goal: Goal, covers: Covered, elapsed: Period, answer: pd.DataFrame, before: Row | None
) -> Progress:
    metric = CATALOGUE[goal.metric]
    now = figures(metric, answer.iloc[0])
    actual, n = now["value"], now.get("denominator", math.nan)
    months = tuple(float(v) for v in answer.loc[1:, goal.metric])
    expected = plan_due(goal, elapsed)
    return Progress(
        goal=goal,
        covers=covers,
        actual=actual,
        n=n,
        expected=expected,
        standing=standing(metric, actual, n, expected),
        months=months,
        met_on=_met_on(goal, metric, covers, elapsed, months, actual),
        before=math.nan if before is None else before["value"],
        in_a_year=Change(Verdict.NO_FIGURE_BEFORE) if before is None else compare(metric, now, before),
    )


def _met_on(
    goal: Goal, metric: Metric, covers: Covered, elapsed: Period, months: Sequence[float], actual: float
) -> date | None:
    if adds_up(metric) and not is_limit(metric) and not isinstance(metric, Ratio):
        total = 0.0
        for part, value in zip(parts_by_month(elapsed), months, strict=True):
            total += 0.0 if math.isnan(value) else value
            if total >= goal.target:
                return part.end
        return None
    met = covers.is_over and not math.isnan(actual) and is_met(metric, actual, goal.target)
    return elapsed.end if met else None
