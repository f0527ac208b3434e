"""Which target a figure of a period is held against: that of the goals in force, by their paths."""

from __future__ import annotations

from datetime import date

from metrics.catalogue import CATALOGUE
from metrics.comparison.plan_pace import adds_up, due, is_monthly
from metrics.definitions.scope import Period, Scope
from warehouse.access.reader import Reader
from warehouse.sql.moments import instant_of
from workflow.goals.goal_records import Goal, every_goal, parts_of


def targets(reader: Reader, scope: Scope, *, as_of: date | None = None) -> dict[str, float]:
    """The target of each metric for a period of exactly this part of the bank.

    A goal counts if it was in force when the period ended: who agrees a goal afterwards does not judge what was. With
    `as_of`, the last day loaded, a period that reaches it is judged by what has been agreed since, too.

    Of goals that cover the whole period the shortest, then the latest set, counts. Goals that only together cover it
    count together: totals by their paths, levels by days. A metric whose goals leave a day out has no target.
    """
    runs_on = as_of is not None and scope.period.end >= as_of
    agreed = [
        g
        for g in every_goal(reader)
        if g.filters == scope.filters
        and (
            g.in_force_since is not None and g.ended_at is None
            if runs_on
            else g.is_in_force(scope.period.end)
        )
    ]
    by_metric: dict[str, float] = {}
    for metric in {g.metric for g in agreed}:
        chosen = _covering([g for g in agreed if g.metric == metric], scope.period)
        if chosen:
            by_metric[metric] = sum(_share(g, scope.period) for g in chosen)
    return by_metric


def _covering(of_metric: list[Goal], period: Period) -> list[Goal]:
    whole = [g for g in of_metric if g.span.start <= period.start and g.span.end >= period.end]
    if whole:
        return [min(whole, key=lambda g: (g.span.days, -instant_of(g.set_at), -g.goal_id))]
    chosen: list[Goal] = []
    day = period.start
    for goal in sorted(of_metric, key=lambda g: (g.span.start, g.goal_id)):
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
    return plan_due(goal, inside)


def plan_due(goal: Goal, elapsed: Period) -> float:
    """What the plan asks of some days of a goal's span; a level asks for the same every day."""
    metric, parts = CATALOGUE[goal.metric], parts_of(goal)
    if not adds_up(metric):
        return goal.target
    if not goal.path and not is_monthly(metric):
        return goal.target * elapsed.days / goal.span.days
    steps = goal.path or [goal.target * p.days / goal.span.days for p in parts]
    return due(parts, steps, elapsed, monthly=is_monthly(metric))
