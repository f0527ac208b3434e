"""A goal on the page, slide and handout of the review: its name, where it stands, its card, row and bar."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from metrics.catalogue import CATALOGUE
from metrics.comparison.conclusion import Verdict
from metrics.comparison.goal_status import BAD, GOOD, State, is_limit
from metrics.comparison.plan_pace import adds_up
from metrics.comparison.words import change, figure, numeral, share
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
    """Each goal as a share of its plan, where it has one."""
    shares = [(_in_the_chart(g.goal), r) for g in goals if (r := reached(g)) is not None]
    if not shares:
        return None
    return Chart(
        shape="bars",
        says="Each goal's figure as a share of its plan: "
        + ", ".join(f"{n} {share(r, 0)}" for n, r in shares),
        unit="share",
        categories=tuple(n for n, _ in shares),
        series=(Series(name="Share of the plan to date", values=tuple(r for _, r in shares)),),
        mark=1.0,
        mark_label="plan",
    )


def _in_the_chart(goal: Goal) -> str:
    """Its name; the plan of a figure that should stay below it is a limit, and the name says so."""
    limit = is_limit(CATALOGUE[goal.metric])
    return f"{name_of(goal)}{', a limit' if limit else ''}"


def reached(goal: Progress) -> float | None:
    """A goal's figure as a share of its plan to date, or of its target; above 1 is over a limit. None if not known."""
    expected = goal.goal.target if goal.is_over else goal.expected
    if math.isnan(goal.actual) or math.isnan(expected) or goal.actual < 0 or expected <= 0:
        return None
    return goal.actual / expected


def shortfall(goal: Progress) -> float:
    """How far a goal is off its plan, as a share of it: what is missing, or what is over a limit."""
    share = reached(goal)
    if share is None:
        return 0.0
    return share - 1 if is_limit(CATALOGUE[goal.goal.metric]) else 1 - share


def table(goals: Sequence[Progress]) -> Table:
    """Every goal as a row."""
    rows = []
    for goal in goals:
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
    title = f"All {len(goals)} goals: target, where each stands, the year before, and whose it is"
    return Table(columns=columns, rows=tuple(rows), title=title)


def _before(goal: Progress) -> str:
    if math.isnan(goal.before):
        return goal.year_on_year()
    moved = change(goal.metric, goal.actual, goal.before, goal.in_a_year)
    return f"{figure(goal.metric, goal.before)} ({moved})"
