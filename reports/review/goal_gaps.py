"""Why a goal cannot be judged, from what is really missing."""

from __future__ import annotations

import math

from metrics.catalogue import CATALOGUE
from metrics.comparison.goal_status import State
from metrics.definitions.measure import measures_of
from metrics.definitions.scope import Period
from metrics.query.missing_reasons import not_given_for, why
from reports.review.review_context import ReviewContext
from warehouse.access.reader import may_see
from workflow.goals.goal_progress import Progress


def why_not_judged(context: ReviewContext, goal: Progress) -> str:
    """Why a goal has no state, from what is really missing: not given, not for the role, too early, or too few."""
    name = goal.goal.metric
    if not all(may_see(context.reader.viewer, m.fact) is not None for m in measures_of(CATALOGUE[name])):
        return "not a figure for your role"
    if missing := not_given_for([name], context.covered):
        return missing.clause
    if goal.state() is State.TOO_EARLY:
        return "too early, not one month of it is delivered yet"
    if goal.state() is State.TOO_FEW:
        return "too few cases so far"
    whole = Period(goal.goal.span.start, min(goal.goal.span.end, context.end))
    none = {"value": math.nan, "numerator": math.nan, "denominator": math.nan}
    missing = why(name, whole, none, context.covered, context.hidden_below(name))
    return missing.clause if missing else "not known"
