"""What of a campaign's leads Sales accepts before and after a change that Marketing wrote down; never what caused it.

Whole months are compared, so that everybody reads the same figures: as many before the month of the change as can be
read after it, at most three. A lead belongs to the month in which it was handed over, and is watched for two weeks.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.comparison.words import day, numeral, share
from metrics.comparison.words import points as in_points
from metrics.definitions.scope import Period, full_months, month
from metrics.leads.cohort_acceptance import WATCHED_DAYS
from models.experiments.lift import Counts

MONTHS = 3


@dataclass(frozen=True, kw_only=True)
class AcceptanceSide:
    """The leads handed over on one side of a change, and those accepted in time; None or NaN are too few to show."""

    period: Period
    handed_over: float | None
    accepted: float | None


def spans(changed_on: date, as_of: date) -> tuple[Period, Period] | None:
    """The months before and after; None while no whole month after the change has been watched to the end."""
    of_change = month(changed_on.year, changed_on.month)
    watched = as_of - timedelta(days=WATCHED_DAYS)
    after = [m for m in full_months(watched, 12 * 10) if m.start > of_change.end][:MONTHS]
    if not after:
        return None
    first = month(changed_on.year, changed_on.month - len(after))
    last = month(changed_on.year, changed_on.month - 1)
    return Period(first.start, last.end), Period(after[0].start, after[-1].end)


def first_reading(changed_on: date) -> date:
    """The day on which the first whole month after a change has been watched to the end."""
    return month(changed_on.year, changed_on.month + 1).end + timedelta(days=WATCHED_DAYS)


def before_and_after(before: AcceptanceSide, after: AcceptanceSide) -> str:
    """Both shares with their n, and the interval of the difference; or why that cannot be told yet."""
    if empty := next((s for s in (before, after) if s.handed_over == 0), None):
        return f"No lead of {empty.period.in_words()} was handed over to Sales."
    if any(n is None or math.isnan(n) for s in (before, after) for n in (s.handed_over, s.accepted)):
        return "Not shown to anybody: in these months too few of its leads were handed over, accepted or not accepted."
    words = f"{_in_words(before)}; {_in_words(after)}."
    counts = Counts(
        treated=int(after.handed_over or 0),
        treated_won=int(after.accepted or 0),
        held_out=int(before.handed_over or 0),
        held_out_won=int(before.accepted or 0),
    )
    if counts.are_too_few:
        return f"{words} Too few to tell a difference from chance."
    points = counts.points()
    clear = "" if points.low > 0 or points.high < 0 else " No significant change: the interval includes 0."
    return (
        f"{words} That is {in_points(points.value)} "
        f"({in_points(points.low)} to {in_points(points.high)}, 95% interval).{clear} "
        "Whether the change or something else of these months did it, this does not say."
    )


def _in_words(side: AcceptanceSide) -> str:
    """`Jan to Mar 2026: 40.0% of 200 leads accepted`."""
    all_of_them = side.handed_over or 0
    of = f"{numeral(all_of_them)} {'lead' if all_of_them == 1 else 'leads'}"
    return f"{side.period.in_words()}: {share((side.accepted or 0) / all_of_them)} of {of} accepted"


def too_early(changed_on: date) -> str:
    """Why nothing is compared yet."""
    return (
        f"Too early: the first whole month after the change can be read on {day(first_reading(changed_on))}, "
        f"{WATCHED_DAYS} days after it ends."
    )
