"""Goals against their plans, month by month: how a total adds up beside its plan, a level beside its goal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import accumulate

from metrics.catalogue import CATALOGUE
from metrics.comparison.goal_status import BAD
from metrics.comparison.plan_pace import adds_up
from metrics.comparison.words import figure, in_a_sentence
from reports.review.goal_texts import name_of, short
from reports.review.review_document import Chart, Exhibit, Series
from workflow.goals.goal_progress import Progress
from workflow.goals.goal_records import parts_of

MOST = 4
"""So many goals stand beside each other."""
FEWEST = 2
"""Months without which there is no pace to see."""


def exhibits(goals: Sequence[Progress]) -> tuple[Exhibit, ...]:
    """The paces of the first few of some goals; nothing where none has two months."""
    drawn = [(g, c) for g in goals if (c := chart(g)) is not None][:MOST]
    if not drawn:
        return ()
    first = drawn[0][0]
    return (
        Exhibit(
            title=f"{name_of(first.goal)}: {short(first)}, {first.state_in_words()}",
            recommendation=_recommendation([g for g, _ in drawn]),
            charts=tuple(c for _, c in drawn),
            sentences=("A total adds up from the first day of its goal; a level is that of each month.",),
            metrics=tuple(dict.fromkeys(g.goal.metric for g, _ in drawn)),
        ),
    )


def chart(goal: Progress) -> Chart | None:
    """A goal's figure and its plan by month; None before its second month."""
    metric, parts = CATALOGUE[goal.goal.metric], parts_of(goal.goal)
    values = [v if math.isfinite(v) else None for v in goal.months]
    if len(parts) < FEWEST or sum(v is not None for v in values) < FEWEST:
        return None
    plan = [goal.goal.target] * len(parts)
    actual: list[float | None] = values
    if adds_up(metric):
        plan = list(
            accumulate(goal.goal.path or [goal.goal.target * p.days / goal.goal.span.days for p in parts])
        )
        sums = list(accumulate(goal.months))
        # After a month about too few people only the total is known again.
        actual = [v if math.isfinite(v) else None for v in (*sums[:-1], goal.actual)]
    one_year = parts[0].end.year == parts[-1].end.year
    months = tuple(f"{p.end:%b}" if one_year else f"{p.end:%b %y}" for p in parts)
    if len(set(months)) < len(months):
        return None
    blank: list[float | None] = [None] * (len(parts) - len(actual))
    name = name_of(goal.goal)
    return Chart(
        shape="line",
        says=f"{name} by month: {figure(metric, goal.actual)}, {figure(metric, goal.expected)} planned to date, "
        f"{figure(metric, goal.goal.target)}{' in all' if adds_up(metric) else ''}",
        unit=metric.unit,
        categories=months,
        series=(Series(name=name, values=tuple([*actual, *blank][: len(parts)])),),
        lines=(Series(name="plan" if adds_up(metric) else "goal", values=tuple(plan)),),
    )


def _recommendation(goals: Sequence[Progress]) -> str:
    off = [g for g in goals if g.state() in BAD]
    if not off:
        return "Nothing to decide here: these goals are met or on plan."
    names = " and ".join(f"“{in_a_sentence(name_of(g.goal))}”" for g in off[:2])
    more = f" and {len(off) - 2} more" if len(off) > 2 else ""
    return f"Ask the owners of {names}{more} how they mean to reach the plan, or change it."
