"""Whether the figures of an initiative moved since it began, and what decisions that grew out of it brought in HKD."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import Metric
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
    "No decision that grew out of it was looked at again with a figure in HKD that did what was expected."
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


def worth(reader: Reader, decisions: Iterable[Record], today: date, ask: Ask = slice_now) -> float | None:
    """What the figures in HKD moved by, over the decisions that did what was expected of them; None without any."""
    brought = []
    for decision in decisions:
        outcome = decision_outcomes.outcome(reader, decision, today, ask)
        if outcome is None or outcome.did != YES or outcome.now is None:
            continue
        if CATALOGUE[outcome.then.metric].unit == "HKD":
            brought.append(outcome.now.value - outcome.then.value)
    return sum(brought) if brought else None
