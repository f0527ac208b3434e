"""Where a figure stands against its goal, and the one place that knows what that is called.

A difference inside the noise is none. What should rise is behind its plan; a cost is over it; a rate that should fall is
above its limit.
"""

from __future__ import annotations

import math
from enum import Enum

from statsmodels.stats.rates import confint_poisson

from metrics.comparison.compare import FEWEST, share_interval
from metrics.comparison.conclusion import Verdict
from metrics.comparison.plan_pace import adds_up
from metrics.definitions.measure import Metric, Ratio

OF_MONEY = 0.02
"""A sum of money has no interval; within this share of its plan it is on it."""


class State(Enum):
    """Where a goal stands. It has no words of its own: what a cost over plan is called, only `state_in_words` knows."""

    NOT_BEGUN = 1
    NOT_KNOWN = 2
    TOO_EARLY = 3
    """Not one month of it is delivered yet."""
    TOO_FEW = 4
    AHEAD = 5
    ON_PLAN = 6
    BEHIND = 7
    MET = 8
    MET_EARLY = 9
    MISSED = 10


GOOD = frozenset({State.MET, State.MET_EARLY, State.AHEAD, State.ON_PLAN})
BAD = frozenset({State.MISSED, State.BEHIND})
_ALIKE = {
    State.NOT_BEGUN: "not begun",
    State.NOT_KNOWN: str(Verdict.NOT_KNOWN),
    State.TOO_EARLY: str(Verdict.TOO_EARLY),
    State.TOO_FEW: str(Verdict.TOO_FEW),
}
_WORDS = {
    "total": {
        State.AHEAD: "ahead of plan",
        State.ON_PLAN: "on plan",
        State.BEHIND: "behind plan",
        State.MET: "met",
        State.MET_EARLY: "met early",
        State.MISSED: "missed",
    },
    "level": {
        State.AHEAD: "above the goal",
        State.ON_PLAN: "no significant difference from the goal",
        State.BEHIND: "behind the goal",
        State.MET: "met",
        State.MET_EARLY: "met early",
        State.MISSED: "missed",
    },
    "cost": {
        State.AHEAD: "within plan",
        State.ON_PLAN: "on plan",
        State.BEHIND: "over plan",
        State.MET: "within plan",
        State.MET_EARLY: "within plan",
        State.MISSED: "over plan",
    },
    "limit": {
        State.AHEAD: "within the limit",
        State.ON_PLAN: "no significant difference from the limit",
        State.BEHIND: "above the limit",
        State.MET: "within the limit",
        State.MET_EARLY: "within the limit",
        State.MISSED: "above the limit",
    },
}
"""Kind of goal → its words: money spent is within plan or over it, a rate that should fall within its limit or above."""


def is_limit(metric: Metric) -> bool:
    """Whether a target is what the figure should stay below: what should fall, and money spent."""
    return metric.better != "up"


def may_be_below_zero(metric: Metric) -> bool:
    """Whether a figure, and so its target, may lie at or below zero: a score around it, and what is left of revenue."""
    return metric.unit == "points" or (metric.unit == "HKD" and not is_limit(metric))


def state_in_words(metric: Metric, state: State) -> str:
    """The state as people read it: a cost is over plan, never behind it."""
    if state in _ALIKE:
        return _ALIKE[state]
    kind = "level" if not adds_up(metric) else "total"
    if is_limit(metric):
        kind = "cost" if metric.unit == "HKD" else "limit"
    return _WORDS[kind][state]


def standing(metric: Metric, actual: float, n: float, expected: float) -> State:
    """Where a figure stands against its path; a difference inside the noise is none.

    `n` is what a rate divides by. Counts by the exact Poisson interval, shares by Wilson's, both at 95%.
    """
    if math.isnan(actual) or math.isnan(expected):
        return State.NOT_KNOWN
    if isinstance(metric, Ratio):
        if n < FEWEST:
            return State.TOO_FEW
        if metric.unit == "share":
            low, high = share_interval(min(actual * n, n), n)
        elif metric.unit == "points":
            spread = 1.96 * math.sqrt(max(0.0, metric.scale**2 - actual**2) / n)
            low, high = actual - spread, actual + spread
        else:
            low, high = (actual * f for f in (1 - 1.96 / math.sqrt(n), 1 + 1.96 / math.sqrt(n)))
    elif metric.total == "count":
        if max(actual, expected) < FEWEST:
            return State.TOO_FEW
        low, high = confint_poisson(actual, 1, method="exact-c")
    else:
        low, high = actual - OF_MONEY * abs(actual), actual + OF_MONEY * abs(actual)
    if low <= expected <= high:
        return State.ON_PLAN
    return State.AHEAD if (actual > expected) != is_limit(metric) else State.BEHIND


def beside_target(metric: Metric, actual: float, n: float, target: float) -> str:
    """`met`, `not met`, of a cost `over plan`, of a rate that should fall `above the limit`.

    Of a ratio whose interval holds the target: no significant difference. `n` is what it divides by.
    """
    if isinstance(metric, Ratio):
        stands = standing(metric, actual, n, target)
        if stands is State.ON_PLAN:
            return "no significant difference"
        if stands is State.TOO_FEW:
            return state_in_words(metric, stands)
    met = is_met(metric, actual, target)
    if is_limit(metric):
        return state_in_words(metric, State.MET if met else State.MISSED)
    return "met" if met else "not met"


def is_met(metric: Metric, actual: float, target: float) -> bool:
    """Whether the figure of a whole span reaches its target, in the metric's own direction."""
    return actual <= target if is_limit(metric) else actual >= target
