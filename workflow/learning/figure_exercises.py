"""Exercises whose answer is a figure of the reader's own data, or is worked out from one.

An exercise names the figures it needs; who draws it reads them with the reader's rights. One whose figures are not there
is not offered.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import PLACES, figure, hkd, in_a_sentence, rounded, share
from metrics.definitions.measure import Unit
from metrics.definitions.scope import PERIODS
from metrics.query.report_query import SavedReport
from workflow.experiments.planned_tests import people_needed

Values = Mapping[str, float]
"""Metric → what the reader's own figure says; one that is not known or hidden is left out."""
IN_WORDS: Mapping[Unit, str] = {
    "HKD": "HKD",
    "share": "percent",
    "points": "points",
    "days": "days",
    "hours": "hours",
}


@dataclass(frozen=True, kw_only=True)
class FigureExercise:
    """Read one figure over the last full month or quarter."""

    question: str
    metric: str
    period: str = "month"
    pages: tuple[str, ...] = ()
    """Where it stands, by address; the first that the reader has, else Reports."""

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.metric,)

    def is_ready(self, values: Values) -> bool:
        """Whether the reader's data have what it asks for."""
        return self.metric in values

    def fault(self, answer: Any, values: Values) -> str:
        """Why an answer is not right, as a sentence; "" if it is."""
        if answer is None:
            return "Type the figure first."
        if _as_read(self.metric, float(answer)) == _as_read(self.metric, values[self.metric], own=True):
            return ""
        return (
            f"That is not what the figure says. Check that the period is “{PERIODS[self.period]}”, that no filter is "
            f"set, and that you read “{CATALOGUE[self.metric].label}”."
        )


def _as_read(metric: str, value: float, *, own: bool = False) -> float:
    """A value as the screen shows it; of the reader's `own` figure a share in percent, as it is typed."""
    unit = CATALOGUE[metric].unit
    if unit == "share" and own:
        value = 100 * value
    if unit == "HKD" and hkd(value).endswith(" m"):
        return rounded(value / 1_000_000, 1)
    return rounded(value, PLACES[unit])


@dataclass(frozen=True, kw_only=True)
class WorstStepExercise:
    """Find the step with the lowest share among several, as the Funnel shows them."""

    question: str
    stages: tuple[tuple[str, str], ...]
    """Label and metric of each stage, the first one first."""
    period: str = "quarter"
    pages: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        return tuple(metric for _, metric in self.stages)

    def shares(self, values: Values) -> dict[str, float]:
        """Step → the share of the stage before that took it."""
        there = [(label, values[metric]) for label, metric in self.stages if metric in values]
        return {
            f"{above} to {label}": value / before
            for (above, before), (label, value) in pairwise(there)
            if before > 0
        }

    def is_ready(self, values: Values) -> bool:
        """Whether at least three steps are known, and one of them is the lowest as the screen shows them."""
        shares = sorted(share(value) for value in self.shares(values).values())
        lowest = min(self.shares(values).values(), default=math.nan)
        return len(shares) >= 3 and shares.count(share(lowest)) == 1

    def fault(self, answer: Any, values: Values) -> str:
        """Why an answer is not right, as a sentence; "" if it is."""
        shares = self.shares(values)
        if answer not in shares:
            return "Choose a step first."
        if shares[answer] == min(shares.values()):
            return ""
        return (
            f"{answer} keeps {share(shares[answer])}. Another step keeps less: compare “Of the stage before”."
        )


@dataclass(frozen=True, kw_only=True)
class ReportExercise:
    """Put a report together and save it; the saved report itself is the answer."""

    metric: str
    breakdown: str
    pages: tuple[str, ...] = ("reports",)

    @property
    def metrics(self) -> tuple[str, ...]:
        return (self.metric,)

    @property
    def report(self) -> SavedReport:
        return SavedReport(metric=self.metric, breakdown=self.breakdown)

    @property
    def question(self) -> str:
        label = CATALOGUE[self.metric].label
        return f"Build the report that shows “{label}” by {self.breakdown}, save it, and come back to check."

    @property
    def period(self) -> str:
        return "quarter"

    def is_ready(self, values: Values) -> bool:
        """Whether the reader's data have the figure."""
        return self.metric in values

    def fault(self, answer: Any, _values: Values) -> str:
        """Why an answer is not right, as a sentence; `answer` is the reports that the reader has saved herself."""
        if any(r.metric == self.metric and r.breakdown == self.breakdown for r in answer or ()):
            return ""
        label = CATALOGUE[self.metric].label
        return f"You have saved no report of “{label}” by {self.breakdown} yet. On Reports, press Save and share."


CHANGE = 0.2
"""The relative change that a hypothesis of the exercise looks for."""
ROOM = 0.25
"""How far the rule of thumb, worked out with rounded figures, may lie from the exact number of people."""


@dataclass(frozen=True, kw_only=True)
class HypothesisExercise:
    """Write a hypothesis: which metric, which direction, how many people per group."""

    choices: tuple[str, ...]
    """Metrics that are shares, of which the reader takes one that she may ask."""
    period: str = "quarter"
    pages: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        return self.choices

    @property
    def question(self) -> str:
        return (
            f"Write a hypothesis for one of these figures: it shall become better by a fifth ({share(CHANGE, 0)} of what "
            "it is). Which figure, in which direction, and how many people does each of the two groups need?"
        )

    def rates(self, values: Values) -> dict[str, float]:
        """Metric → its rate, for those whose change stays between 0% and 100%."""
        rates = {name: values[name] for name in self.choices if name in values}
        return {n: rate for n, rate in rates.items() if 0 < rate < 1 and 0 < rate * (1 + self.effect(n)) < 1}

    def effect(self, metric: str) -> float:
        """The relative change, in the direction that is better."""
        return CHANGE if CATALOGUE[metric].better == "up" else -CHANGE

    def is_ready(self, values: Values) -> bool:
        """Whether the reader has at least one such figure."""
        return bool(self.rates(values))

    def fault(self, answer: Any, values: Values) -> str:
        """Why an answer (figure, direction, people) is not right, as a sentence; "" if it is."""
        metric, direction, people = answer
        if metric not in self.rates(values) or not direction or people is None:
            return "Choose a figure and a direction, and type how many people each group needs."
        label, rate = in_a_sentence(CATALOGUE[metric].label), self.rates(values)[metric]
        if (direction == "rise") != (self.effect(metric) > 0):
            return f"For {label} better means that it shall {'rise' if direction == 'fall' else 'fall'}."
        needed = people_needed(rate, self.effect(metric))
        if abs(float(people) - needed) <= ROOM * needed:
            return ""
        return (
            f"{'Fewer' if people > needed else 'More'} people are needed. With p = {figure(CATALOGUE[metric], rate)}, d "
            f"is {share(abs(self.effect(metric)) * rate, 2)}: work out 16 × p × (1 − p) / d², with both as fractions."
        )
