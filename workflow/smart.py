"""SMART: a goal is specific, measurable, achievable, relevant and time-bound, or it says which letter fails and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from metrics import CATALOGUE
from metrics.measure import Metric
from metrics.pace import Forecast
from metrics.query import Question, unanswerable
from metrics.scope import Period, Scope
from metrics.words import day, figure, signed
from workflow.goals import Draft

LETTERS = {
    "S": "Specific",
    "M": "Measurable",
    "A": "Achievable",
    "R": "Relevant",
    "T": "Time-bound",
}
LINKS = {"revenue": "Revenue", "cost": "Cost", "satisfaction": "Customer satisfaction"}
"""What a goal has to serve."""
FAR = 0.5
"""Where nothing can be forecast, a target further than this from the year before needs a note."""
SHORTEST_NOTE = 20
LONGEST_SPAN, SHORTEST_SPAN = 731, 28
"""Days."""


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a target is held against: the same days a year before, and where the figure is heading."""

    before: float | None = None
    heading: Forecast | None = None
    """For the whole span: what there is of it, and the forecast of the rest."""


def judge(draft: Draft, evidence: Evidence, as_of: date, *, part_chosen: bool = True) -> dict[str, str]:
    """The letters that fail, each with the sentence that says what to do; empty for a goal that is SMART.

    `part_chosen`: whether the form's question “which part of the bank” was answered, the whole of it included.
    """
    found: dict[str, str] = {}
    metric = CATALOGUE.get(draft.metric)
    if metric is None:
        found["M"] = (
            "Choose a figure of the dictionary: what is not measured the same way by all cannot be shared."
        )
    elif not math.isfinite(draft.target) or draft.target <= 0:
        found["M"] = "Write the target as a number above 0."
    if not draft.owner.strip():
        found["S"] = "Name the department that owns it: a goal of everybody is nobody's."
    elif not part_chosen:
        found["S"] = "Say which part of the bank it is about, or choose the whole bank."
    elif metric is not None:
        asked = Question.of([draft.metric], Scope(draft.span, draft.filters))
        if unanswerable(draft.metric, asked):
            found["S"] = (
                f"{metric.label} is not kept by {unanswerable(draft.metric, asked)}. Choose another part of the bank."
            )
    if draft.span.end <= draft.span.start:
        found["T"] = "The last day lies before the first. Choose a span of days."
    elif draft.span.end <= as_of:
        found["T"] = f"The span ended on {day(draft.span.end)}; a goal needs days that are still to come."
    elif not SHORTEST_SPAN <= draft.span.days <= LONGEST_SPAN:
        found["T"] = (
            "Choose a span of four weeks to two years: long enough to act, short enough to be judged."
        )
    if draft.linked_to not in LINKS:
        found["R"] = "Say what it serves: revenue, cost or customer satisfaction."
    if metric is not None and "M" not in found and len(draft.note.strip()) < SHORTEST_NOTE:
        doubt = _doubt(metric, draft.target, evidence)
        if doubt:
            found["A"] = (
                f"{doubt} Lower it, or write a note of at least {SHORTEST_NOTE} letters on what will be different."
            )
    return {letter: found[letter] for letter in LETTERS if letter in found}


def _doubt(metric: Metric, target: float, evidence: Evidence) -> str:
    """Why history and forecast speak against a target, or nothing."""
    up = metric.better != "down"
    heading, before = evidence.heading, evidence.before
    if heading is not None:
        if target > heading.high if up else target < heading.low:
            return (
                f"{figure(metric, target)} lies beyond where the figure is heading: "
                f"{figure(metric, heading.low)} to {figure(metric, heading.high)}."
            )
        return ""
    if before is None or math.isnan(before) or before <= 0:
        return "There is no history to hold the target against."
    change = target / before - 1
    if (change if up else -change) > FAR:
        moved = signed(change, 0)
        return (
            f"{figure(metric, target)} is {moved} against {figure(metric, before)} a year before, and "
            "there is no forecast for this figure."
        )
    return ""


def plus_a_quarter(
    year: Period, before: float | None, filters: tuple[tuple[str, tuple[str, ...]], ...]
) -> Draft:
    """The template “+25 % qualified conversions, digital channels, this fiscal year”."""
    known = before is not None and math.isfinite(before)
    return Draft(
        metric="qualified_conversions",
        target=float(round(1.25 * before)) if known and before is not None else 0.0,
        span=year,
        owner="Marketing and Sales",
        filters=filters,
        linked_to="revenue",
        baseline=before if known else None,
    )
