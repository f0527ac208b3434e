"""A goal on the page, slide and handout of the review: its name, where it stands, its card, row and bar."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from metrics.catalogue import CATALOGUE
from metrics.comparison.conclusion import Verdict
from metrics.comparison.goal_status import BAD, GOOD, State, is_limit
from metrics.comparison.plan_pace import adds_up
from metrics.comparison.words import change, figure, numeral, signed
from reports.review.review_document import Chart, Figure, Series, Table
from workflow.goals.goal_progress import Progress
from workflow.goals.goal_records import Goal, departments

VERDICTS: Mapping[State, Verdict] = {
    **dict.fromkeys(GOOD, Verdict.BETTER),
    **dict.fromkeys(BAD, Verdict.WORSE),
    State.ON_PLAN: Verdict.NOT_CLEAR,
    State.TOO_FEW: Verdict.TOO_FEW,
    State.TOO_EARLY: Verdict.TOO_EARLY,
    State.NOT_BEGUN: Verdict.TOO_EARLY,
}
A_YEAR = 360


def name_of(goal: Goal) -> str:
    """`Qualified conversions, digital channels`; neither the whole bank nor a year is said."""
    label = CATALOGUE[goal.metric].label
    part = f", {goal.part_in_words()}" if goal.filters else ""
    return f"{label}{part}" + (f", {goal.span.in_words()}" if goal.span.days < A_YEAR else "")


def off_plan(goals: Sequence[Progress]) -> str:
    """`9 of 15 goals off plan`, `none of 3 goals off plan`: off plan is behind, over or missed."""
    bad = sum(g.state() in BAD for g in goals)
    return f"{bad or 'none'} of {len(goals)} {'goal' if len(goals) == 1 else 'goals'} off plan"


def short(goal: Progress) -> str:
    """`5,100 of 6,000 due by now`; of a limit `HKD 1,100, over plan of HKD 1,000`."""
    metric = CATALOGUE[goal.goal.metric]
    due = goal.goal.target if goal.is_over or not adds_up(metric) else goal.expected
    if is_limit(metric):
        return f"{figure(metric, goal.actual)}, {goal.state_in_words()} of {figure(metric, due)}"
    now = " by now" if adds_up(metric) and not goal.is_over else ""
    return f"{figure(metric, goal.actual)} of {figure(metric, due)}{' due' if now else ''}{now}"


def against(goal: Progress) -> str:
    """`69.1% against 73.3%, behind the goal`; of a figure that is late, until when it is known."""
    metric = CATALOGUE[goal.goal.metric]
    actual = figure(metric, goal.actual)
    late = goal.covers.missing
    until = f" ({late.in_words()} not delivered)" if late is not None else ""
    if goal.is_over or not adds_up(metric):
        return f"{actual} against {figure(metric, goal.goal.target)}{until}, {goal.state_in_words()}"
    return f"{actual} so far, {figure(metric, goal.expected)} planned to date{until}, {goal.state_in_words()}"


def in_a_year(goal: Progress) -> str:
    """The year before in brackets, after a blank; empty where nothing is known."""
    year = goal.year_on_year()
    return f" ({year})" if year else ""


def so_far(goal: Progress) -> str:
    """`Leads 15,870 (18,356)`: a goal's figure and, in brackets, its plan to date or its target."""
    metric = CATALOGUE[goal.goal.metric]
    due = goal.goal.target if goal.is_over else goal.expected
    return f"{name_of(goal.goal)} {figure(metric, goal.actual)} ({figure(metric, due)})"


def card(goal: Progress) -> Figure:
    """A goal with its plan to date, state and year before."""
    metric = CATALOGUE[goal.goal.metric]
    due = "plan to date" if adds_up(metric) and not goal.is_over else "limit" if is_limit(metric) else "goal"
    expected = goal.goal.target if goal.is_over else goal.expected
    has_before = not math.isnan(goal.before)
    return Figure(
        label=name_of(goal.goal),
        value=figure(metric, goal.actual),
        number=None if math.isnan(goal.actual) else goal.actual,
        scope="" if goal.elapsed is None else goal.goal.scope.over(goal.elapsed).in_words(),
        metric=goal.goal.metric,
        year_before=change(metric, goal.actual, goal.before, goal.in_a_year) if has_before else "",
        target=f"{figure(metric, expected)} ({due}), {goal.state_in_words()}",
        n="" if math.isnan(goal.n) else f"n = {numeral(goal.n)}",
        verdict=VERDICTS.get(goal.state(), Verdict.NOT_KNOWN),
    )


def chart(goals: Sequence[Progress]) -> Chart | None:
    """How far each goal is from its plan, as a share of it, the furthest off first.

    Below 0 is short of a plan or over a limit.
    """
    off = [(g, d) for g in goals if (d := distance(g)) is not None]
    if not off:
        return None
    off.sort(key=lambda one: one[1])
    named = [(f"{name_of(g.goal)}: {g.state_in_words()}", d, g.state() in BAD) for g, d in off]
    return Chart(
        shape="bars",
        says="How far each goal is from its plan, as a share of it; below 0 is short of a plan or over a limit: "
        + ", ".join(f"{name} {signed(d, 0)}" for name, d, _ in named),
        unit="share",
        categories=tuple(name for name, _, _ in named),
        series=(
            Series(
                name="Distance from the plan, below 0 short of it or over a limit",
                values=tuple(d for _, d, _ in named),
            ),
        ),
        exceptions=tuple(name for name, _, bad in named if bad),
    )


def distance(goal: Progress) -> float | None:
    """How far a goal is from its plan, as a share of it; below 0 is short of it, or over a limit. None if not known."""
    share_of_it = reached(goal)
    if share_of_it is None or CATALOGUE[goal.goal.metric].unit == "points":
        # A score may be below 0, so that no share of one means anything.
        return None
    return 1 - share_of_it if is_limit(CATALOGUE[goal.goal.metric]) else share_of_it - 1


def reached(goal: Progress) -> float | None:
    """A goal's figure as a share of its plan to date, or of its target; above 1 is over a limit. None if not known."""
    expected = goal.goal.target if goal.is_over else goal.expected
    if math.isnan(goal.actual) or math.isnan(expected) or goal.actual < 0 or expected <= 0:
        return None
    return goal.actual / expected


def shortfall(goal: Progress) -> float:
    """How far a goal is off its plan, as a share of it: what is missing, or what is over a limit."""
    return -(distance(goal) or 0.0)


def table(goals: Sequence[Progress]) -> Table:
    """Every goal as a row; where those are many, those off plan first and for a slide alone."""
    rows = []
    for goal in sorted(goals, key=lambda g: g.state() not in BAD):
        metric = CATALOGUE[goal.goal.metric]
        rows.append(
            (
                name_of(goal.goal),
                figure(metric, goal.goal.target),
                figure(metric, goal.actual),
                figure(metric, goal.expected),
                _before(goal),
                goal.state_in_words().capitalize(),
                " and ".join(departments(goal.goal)),
            )
        )
    columns = ("Goal", "Target", "So far", "Plan to date", "A year before", "State", "Departments")
    title = f"All {len(goals)} goals, those off plan first: target, where each stands, the year before, and whose it is"
    bad = sum(g.state() in BAD for g in goals)
    off_alone = None
    if 0 < bad < len(goals):
        off = f"The {bad} goals that are off plan" if bad > 1 else "The goal that is off plan"
        off_alone = Table(
            columns=columns, rows=tuple(rows[:bad]), title=f"{off}; all {len(goals)} stand in the handout"
        )
    return Table(columns=columns, rows=tuple(rows), title=title, short=off_alone)


def _before(goal: Progress) -> str:
    if math.isnan(goal.before):
        return goal.year_on_year()
    moved = change(goal.metric, goal.actual, goal.before, goal.in_a_year)
    return f"{figure(goal.metric, goal.before)} ({moved})"
