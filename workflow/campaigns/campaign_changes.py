"""What of a campaign's leads Sales accepts before and after a change that Marketing wrote down; never what caused it.

Whole months are compared, so that everybody reads the same figures: as many before the month of the change as are over
after it, at most three. A lead belongs to the month in which it was handed over.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

from metrics.comparison.words import day, numeral, share
from metrics.comparison.words import points as in_points
from metrics.definitions.scope import Period, full_months, month
from models.experiments.lift import Counts

MONTHS = 3
MOST_WAITING = 0.1
"""With a larger share of the leads since the change still undecided it is too early: the quick decisions come first."""


@dataclass(frozen=True, kw_only=True)
class AcceptanceSide:
    """The leads handed over on one side of a change; None is about too few people, or was not given."""

    period: Period
    handed_over: float | None
    decided: float | None
    accepted: float | None


def spans(changed_on: date, as_of: date) -> tuple[Period, Period] | None:
    """The months before and after; None while no whole month after the change is over."""
    of_change = month(changed_on.year, changed_on.month)
    after = [m for m in full_months(as_of, 12 * 10) if m.start > of_change.end][:MONTHS]
    if not after:
        return None
    first = month(changed_on.year, changed_on.month - len(after))
    last = month(changed_on.year, changed_on.month - 1)
    return Period(first.start, last.end), Period(after[0].start, after[-1].end)


def first_reading(changed_on: date) -> date:
    """The last day of the first whole month after a change."""
    return month(changed_on.year, changed_on.month + 1).end


def before_and_after(before: AcceptanceSide, after: AcceptanceSide) -> str:
    """Both shares with their n, and the interval of the difference; or why that cannot be told yet."""
    sides = (before, after)
    if any(n is None or math.isnan(n) for s in sides for n in (s.handed_over, s.decided, s.accepted)):
        return "What Sales accepted is not shown: it would tell of few people, or was not given."
    if not before.decided or not after.decided:
        return f"Sales has decided on no lead of {(after if before.decided else before).period.in_words()}."
    words = f"{_in_words(before)}; {_in_words(after)}."
    waiting = (after.handed_over or 0) - after.decided
    if waiting > MOST_WAITING * (after.handed_over or 0):
        return (
            f"{words} Too early: {numeral(waiting)} of the {numeral(after.handed_over)} leads since the change are "
            "still undecided."
        )
    counts = Counts(
        treated=int(after.decided),
        treated_won=int(after.accepted or 0),
        held_out=int(before.decided),
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
    """`Jan to Mar 2026: 40.0% of 200 accepted`."""
    decided = side.decided or 0
    of = f"{numeral(decided)} decided {'lead' if decided == 1 else 'leads'}"
    return f"{side.period.in_words()}: {share((side.accepted or 0) / decided)} of {of} accepted"


def too_early(changed_on: date) -> str:
    """Why nothing is compared yet."""
    return f"Too early: the first whole month after the change ends on {day(first_reading(changed_on))}."
