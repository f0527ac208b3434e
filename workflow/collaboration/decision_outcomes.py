"""What a decision should do to its pinned figure, beside what the figure says on the day it is looked at again.

Like for like: the same metric, the same filters, as many days or whole months, ending where the data end. Within the
noise, or before the days after the decision are there, it cannot be told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import compare, count_interval, knows_its_noise, taken_apart
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import as_typed, day, figure, verdict_in_words
from metrics.definitions.measure import Metric, Ratio
from metrics.definitions.scope import Period, Scope, full_months, parts_by_month
from metrics.query.report_query import final_after
from metrics.query.time_coverage import delivered_until
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from workflow.collaboration.decision_records import CANNOT_BE_TOLD, NO, REVIEWED, YES, review_day
from workflow.collaboration.pinned_figures import (
    PinnedFigure,
    Reading,
    is_whole_months,
    pinned,
    slice_now,
)
from workflow.collaboration.record_kind import Record

Ask = Callable[[Reader, str, Scope], Reading | None]
"""What a slice says to the reader; None where her role could not ask it."""
UNLIKE = 7
"""Days by which one of two figures that still grow may be older than the other."""


@dataclass(frozen=True, kw_only=True)
class DecisionOutcome:
    """Expected against actual."""

    then: PinnedFigure
    direction: str
    expected: float | None
    """In the figure's own unit; a share as a part of 1."""
    scope: Scope
    """The slice that is compared with the pinned one."""
    now: Reading | None
    did: str
    """YES, NO or CANNOT_BE_TOLD."""
    why: str
    """A sentence."""

    def expected_in_words(self) -> str:
        """`rise to 12.0%`, `stay as it is`."""
        if self.expected is None:
            return self.direction
        to = "to" if self.direction in ("rise", "fall") else "at"
        return f"{self.direction} {to} {figure(CATALOGUE[self.then.metric], self.expected)}"


def is_due(record: Record, today: date) -> bool:
    """Whether a decision was taken about a pinned figure and its day has come."""
    on = review_day(record)
    return record.pin_id is not None and on is not None and on <= today


def outcome(reader: Reader, record: Record, today: date, ask: Ask = slice_now) -> DecisionOutcome | None:
    """What became of a decision; None before its day, without a pinned figure, or where it is not the reader's to see."""
    then = pinned(reader).get(record.pin_id or 0)
    if then is None or not is_due(record, today):
        return None
    taken = record.steps_taken("take")[-1]
    metric, scope = CATALOGUE[then.metric], slice_compared(reader, then)
    direction, expected = str(taken.contents["direction"]), taken.contents.get("expected")
    if expected is not None and metric.unit == "share":
        expected = float(expected) / 100
    early = too_early(reader, then, scope, taken.entered_at.date())
    now = None if scope.period.end < scope.period.start else ask(reader, then.metric, scope)
    if early:
        did, why = CANNOT_BE_TOLD, early
    elif now is None:
        did, why = CANNOT_BE_TOLD, "What it says now is not known, or not part of your role."
    else:
        did, why = judged(metric, then.reading, now, direction, expected)
    return DecisionOutcome(
        then=then,
        direction=direction,
        expected=expected,
        scope=scope,
        now=now,
        did=did,
        why=why,
    )


def slice_compared(reader: Reader, then: PinnedFigure, until: date | None = None) -> Scope:
    """As many days as were pinned, or as many whole months, ending with the last that were delivered, or by `until`."""
    covered = data_coverage.coverage(reader.stores, reader.snapshot)
    end = data_coverage.loaded_until(reader)
    if covered is not None:
        end = min(end, delivered_until(CATALOGUE[then.metric], covered))
    end = min(end, until) if until is not None else end
    period = Period(then.starts_on, then.ends_on)
    if is_whole_months(period):
        months = full_months(end, len(parts_by_month(period)))
        return then.scope.over(Period(months[0].start, months[-1].end))
    return then.scope.over(Period(end - timedelta(days=period.days - 1), end))


def too_early(reader: Reader, then: PinnedFigure, scope: Scope, taken: date) -> str:
    """Why what came after the day it was `taken` is not in the figure yet; "" where it is."""
    if scope.period.start <= max(taken, then.ends_on):
        after = (
            f"it was taken, on {day(taken)}"
            if taken >= then.ends_on
            else f"the pinned days, to {day(then.ends_on)}"
        )
        return (
            f"Too early: the last days that can be compared are {scope.period.in_words()}, and not all of them lie after "
            f"{after}."
        )
    grows, until = final_after(CATALOGUE[then.metric]), data_coverage.loaded_until(reader)
    old, fresh = (then.as_of - then.ends_on).days, (until - scope.period.end).days
    if grows != 0 and fresh + UNLIKE < min(old, grows if grows is not None else old):
        return "Too early: this figure goes on growing, and the pinned one had more days to grow."
    return ""


def judged(
    metric: Metric, then: Reading, now: Reading, direction: str, expected: float | None = None
) -> tuple[str, str]:
    """Whether a figure did what was expected of it: YES, NO or CANNOT_BE_TOLD, and why, as a sentence."""
    movement = compare(metric, _sides(metric, now), _sides(metric, then))
    if not movement.verdict.is_judged:
        return CANNOT_BE_TOLD, f"{_sentence(verdict_in_words(movement.verdict, movement.n))}."
    if movement.low is None:
        return (
            CANNOT_BE_TOLD,
            "This figure has no interval, so that what is chance and what is not cannot be told.",
        )
    rose = now.value > then.value
    if direction == "stay as it is":
        if movement.verdict is Verdict.NOT_CLEAR:
            return YES, "It stayed as it was: no significant change."
        return NO, f"It {'rose' if rose else 'fell'} by more than chance alone explains."
    as_expected = rose == (direction == "rise")
    if movement.verdict is not Verdict.NOT_CLEAR and not as_expected:
        return (
            NO,
            f"It was to {direction}, and it {'rose' if rose else 'fell'} by more than chance alone explains.",
        )
    if movement.verdict is Verdict.NOT_CLEAR:
        return CANNOT_BE_TOLD, "No significant change: what it moved lies within the noise."
    return _reached(metric, now, direction, expected)


def _reached(metric: Metric, now: Reading, direction: str, expected: float | None) -> tuple[str, str]:
    """It moved as it should, beyond the noise: as far as it should, too?"""
    moved = "rose" if direction == "rise" else "fell"
    if expected is None:
        return YES, f"It {moved} by more than chance alone explains."
    low, high = bounds(metric, now)
    there = now.value >= expected if direction == "rise" else now.value <= expected
    if there:
        return YES, f"It {moved} and reached {figure(metric, expected)}."
    if low <= expected <= high:
        return (
            CANNOT_BE_TOLD,
            f"It {moved}; whether it reached {figure(metric, expected)} lies within the noise.",
        )
    return NO, f"It {moved}, but not to {figure(metric, expected)}."


def bounds(metric: Metric, reading: Reading) -> tuple[float, float]:
    """The 95% interval of a reading; a value that has none is its own.

    Of a cost per person only the people vary, as in `compare`: it is spent, and was shared by more or fewer.
    """
    if reading.low is not None and reading.high is not None:
        return reading.low, reading.high
    if not isinstance(metric, Ratio):
        return count_interval(reading.value) if metric.total == "count" else (reading.value, reading.value)
    if reading.cases is None or metric.unit in ("share", "points") or not knows_its_noise(metric):
        return reading.value, reading.value
    few, many = count_interval(reading.cases)
    return reading.value * reading.cases / many, reading.value * reading.cases / few


def _sides(metric: Metric, reading: Reading) -> dict[str, float]:
    """A reading as `compare` wants it."""
    if not isinstance(metric, Ratio):
        return {"value": reading.value}
    return taken_apart(metric, reading.value, reading.cases if reading.cases is not None else 0.0)


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}"


def by_the_data(
    reader: Reader, decisions: Iterable[Record], today: date, ask: Ask = slice_now
) -> dict[int, str]:
    """Of the decisions that were looked at again: YES, NO or CANNOT_BE_TOLD by the figure, where the reader reads it."""
    each = {r.record_id: outcome(reader, r, today, ask) for r in decisions if r.state == REVIEWED}
    return {number: result.did for number, result in each.items() if result is not None}


def by_the_data_in_words(decisions: Iterable[Record], computed: Mapping[int, str]) -> str:
    """`By the data now, of 3 with a figure that you read, 1 did, …`, and how many read otherwise than recorded."""
    if not computed:
        return ""
    count = Counter(computed.values())
    unlike = sum(computed[r.record_id] != r.contents["held"] for r in decisions if r.record_id in computed)
    unlike_words = f"; {unlike} {'is' if unlike == 1 else 'are'} recorded otherwise" if unlike else ""
    return (
        f"By the data now, of {len(computed)} with a figure that you read, {count[YES]} did, {count[NO]} did not and "
        f"{count[CANNOT_BE_TOLD]} cannot be told{unlike_words}."
    )


def expected_as_typed(record: Record) -> str:
    """What was expected, for whom the figure is not: `rise`, `fall to 12`; "" where it rests on no figure."""
    contents = record.contents
    if "direction" not in contents:
        return ""
    value = contents.get("expected")
    return f"{contents['direction']}{'' if value is None else f' to {as_typed(value)}'}"
