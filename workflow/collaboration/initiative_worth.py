"""Whether the figures of an initiative moved since it began, and by how much in HKD its decisions' figures did.

Before against after: that a figure moved does not say what moved it, so nothing here is called worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from metrics.catalogue import CATALOGUE
from metrics.comparison.goal_status import is_limit
from metrics.definitions.measure import Metric, Ratio
from metrics.definitions.scope import Period, Scope, full_months
from warehouse.access.reader import Reader
from workflow.collaboration import decision_outcomes
from workflow.collaboration.decision_outcomes import Ask, judged
from workflow.collaboration.decision_records import CANNOT_BE_TOLD, YES
from workflow.collaboration.pinned_figures import Reading, slice_now
from workflow.collaboration.record_kind import Record

MONTHS = 3
TOO_EARLY = "Too early to compare: three whole months after it began are not over yet."
NOTHING_SAYS = (
    "No decision that grew out of it was looked at again with an amount of money that did what was expected."
)


def spans(record: Record, as_of: date) -> tuple[Scope, Scope | None]:
    """The three whole months before it was opened, and the last three; None while these are not all after it."""
    first = record.opened_at.date()
    before = full_months(min(first, as_of), MONTHS)
    last = full_months(as_of, MONTHS)
    now = Scope(Period(last[0].start, last[-1].end)) if last[0].start > first else None
    return Scope(Period(before[0].start, before[-1].end)), now


def moved(metric: Metric, then: Reading | None, now: Reading | None) -> str:
    """`rose by more than chance alone explains`, or why that cannot be told."""
    if then is None or now is None:
        return "not known for both spans, or not part of your role"
    did, why = judged(metric, then, now, "rise" if now.value >= then.value else "fall")
    return why.rstrip(".") if did in (YES, CANNOT_BE_TOLD) else "no significant change"


def gained(reader: Reader, decisions: Iterable[Record], today: date, ask: Ask = slice_now) -> float | None:
    """HKD by which figures moved for the better, over the decisions that did what was expected; None without any.

    Of an amount per person it is the change times the people of the days after it: as many as those that were pinned.
    """
    moves = []
    for decision in decisions:
        outcome = decision_outcomes.outcome(reader, decision, today, ask)
        if outcome is None or outcome.did != YES or outcome.now is None:
            continue
        metric = CATALOGUE[outcome.then.metric]
        if metric.unit == "HKD":
            moves.append(gain(metric, outcome.then.reading, outcome.now))
    return sum(moves) if moves else None


def gain(metric: Metric, then: Reading, now: Reading) -> float:
    """HKD by which a figure moved, above 0 where that is for the better; of an amount per person over all people."""
    people = (now.cases or 0.0) if isinstance(metric, Ratio) else 1.0
    return (now.value - then.value) * people * (-1 if is_limit(metric) else 1)
