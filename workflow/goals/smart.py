"""SMART: a goal is specific, measurable, achievable, relevant and time-bound, or it says which letter fails and why."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from metrics.catalogue import CATALOGUE
from metrics.comparison.currency import currency
from metrics.comparison.goal_status import is_limit, may_be_below_zero
from metrics.comparison.plan_pace import Forecast
from metrics.comparison.words import as_typed, day, figure, in_a_sentence, numeral, rounded, signed
from metrics.definitions.measure import Metric, Ratio
from metrics.definitions.scope import Filters, Period, Scope
from metrics.query.query import Query, unanswerable
from workflow.goals.goal_records import GoalDraft

LETTERS = {
    "S": "Specific",
    "M": "Measurable",
    "A": "Achievable",
    "R": "Relevant",
    "T": "Time-bound",
}
LINKS = {"revenue": "Revenue", "cost": "Cost", "satisfaction": "Customer satisfaction"}
"""What a goal has to serve."""
FARTHEST = 10
"""A target so many times what was seen, or that part of it, has to be confirmed."""
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


def judge(
    draft: GoalDraft, evidence: Evidence, as_of: date, *, part_chosen: bool = True, meant: bool = False
) -> dict[str, str]:
    """The letters that fail, each with the sentence that says what to do; empty for a goal that is SMART.

    `part_chosen`: whether the form's question “which part of the bank” was answered, the whole of it included. `meant`:
    whether a target far from everything seen was confirmed.
    """
    failures: dict[str, str] = {}
    metric = CATALOGUE.get(draft.metric)
    if metric is None:
        failures["M"] = (
            "Choose a figure of the dictionary: what is not measured the same way by all cannot be shared."
        )
    elif wrong := wrong_target(metric, draft.target):
        failures["M"] = wrong
    elif not meant and (far := far_from_seen(metric, draft.target, evidence)):
        failures["M"] = far
    if not draft.owner.strip():
        failures["S"] = "Name the department that owns the goal."
    elif not part_chosen:
        failures["S"] = "Say which part of the bank it is about, or choose the whole bank."
    elif metric is not None:
        query = Query.of([draft.metric], Scope(draft.span, draft.filters))
        if unanswerable(draft.metric, query):
            failures["S"] = (
                f"{metric.label} is not kept by {unanswerable(draft.metric, query)}. Choose another part of the bank."
            )
    if draft.span.end <= draft.span.start:
        failures["T"] = "The last day lies before the first. Choose a span of days."
    elif draft.span.end <= as_of:
        failures["T"] = f"The span ended on {day(draft.span.end)}; a goal needs days that are still to come."
    elif not SHORTEST_SPAN <= draft.span.days <= LONGEST_SPAN:
        failures["T"] = (
            "Choose a span of four weeks to two years: long enough to act, short enough to be judged."
        )
    if draft.linked_to not in LINKS:
        failures["R"] = "Say what it serves: revenue, cost or customer satisfaction."
    if metric is not None and "M" not in failures and len(draft.note.strip()) < SHORTEST_NOTE:
        doubt = _doubt(metric, draft.target, evidence)
        if doubt:
            failures["A"] = (
                f"{doubt} Lower it, or write a note of at least {SHORTEST_NOTE} letters on what will be different."
            )
    return {letter: failures[letter] for letter in LETTERS if letter in failures}


def unit_of_target(metric: Metric) -> str:
    """In which unit a target is written: `in %`, `in HKD`, `in points`, `as a number`."""
    return {"share": "in %", "count": "as a number", "HKD": f"in {currency()}"}.get(
        metric.unit, f"in {metric.unit}"
    )


def written(metric: Metric, target: float) -> float:
    """A target as people write it: a share in percent."""
    return 100 * target if metric.unit == "share" else target


def read(metric: Metric, typed: float | None) -> float:
    """The target behind what was typed; NaN for nothing."""
    if typed is None:
        return math.nan
    return typed / 100 if metric.unit == "share" else float(typed)


def wrong_target(metric: Metric, target: float) -> str:
    """Why a number can be no target of this figure, with its unit; empty if it can."""
    unit = unit_of_target(metric)
    if not math.isfinite(target):
        return f"Write the target {unit}: the field is empty."
    typed = as_typed(written(metric, target))
    if metric.unit == "share":
        if 0 < target <= 1:
            return ""
        return f"{typed}% cannot be a target for {in_a_sentence(metric.label)}. Write it in %, above 0 and up to 100."
    if metric.unit == "points":
        most = metric.scale if isinstance(metric, Ratio) else 100
        if abs(target) <= most:
            return ""
        return (
            f"{typed} points lie outside the scale. Write the target in points, from −{numeral(most)} to "
            f"+{numeral(most)}."
        )
    if may_be_below_zero(metric) or target > 0:
        return ""
    return f"{typed} is not a valid target. Write it {unit}{'' if metric.unit == 'count' else ', a number'} above 0."


def far_from_seen(metric: Metric, target: float, evidence: Evidence) -> str:
    """Whether a target is over ten times, or under a tenth of, what was seen: most often a slip of the keyboard."""
    if metric.unit in ("share", "points"):
        return ""
    ends = [evidence.before, *((evidence.heading.low, evidence.heading.high) if evidence.heading else ())]
    seen = sorted(abs(v) for v in ends if v is not None and math.isfinite(v) and v != 0)
    if not seen or seen[0] / FARTHEST <= abs(target) <= seen[-1] * FARTHEST:
        return ""
    more = abs(target) > seen[-1]
    beside = figure(metric, seen[-1] if more else seen[0])
    return (
        f"{figure(metric, target)} is {'over ten times' if more else 'under a tenth of'} anything seen so far "
        f"({beside}). If it is correct, tick “This number is meant” and save again."
    )


def _doubt(metric: Metric, target: float, evidence: Evidence) -> str:
    """Why history and forecast speak against a target, or nothing."""
    up = not is_limit(metric)
    heading, before = evidence.heading, evidence.before
    if heading is not None:
        if target > heading.high if up else target < heading.low:
            return (
                f"{figure(metric, target)} is outside the forecast: "
                f"{figure(metric, heading.low)} to {figure(metric, heading.high)}."
            )
        return ""
    if before is None or math.isnan(before) or before == 0:
        return "There is no history to compare the target with."
    if before < 0 or metric.unit == "points":
        # A score has no percentage of itself: half its scale is far.
        far = FAR * (metric.scale if isinstance(metric, Ratio) else abs(before))
        step = target - before if up else before - target
        return (
            f"{figure(metric, target)} is far from {figure(metric, before)} a year before."
            if step > far
            else ""
        )
    change = target / before - 1
    if (change if up else -change) > FAR:
        moved = signed(change, 0)
        return (
            f"{figure(metric, target)} is {moved} against {figure(metric, before)} a year before, and "
            "there is no forecast for this figure."
        )
    return ""


def plus_a_quarter(year: Period, before: float | None, filters: Filters) -> GoalDraft:
    """The template “+25% qualified conversions, digital channels, this fiscal year”."""
    has_before = before is not None and math.isfinite(before)
    return GoalDraft(
        metric="qualified_conversions",
        target=rounded(1.25 * before) if has_before and before is not None else math.nan,
        span=year,
        owner="Marketing and Sales",
        filters=filters,
        linked_to="revenue",
        baseline=before if has_before else None,
    )
