"""What somebody said a figure would do, checked on its day: the same figure over as many days, like for like.

It is checked against the pinned figure, and only outside the noise it held or did not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import compare
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import day
from metrics.definitions.measure import Metric, Ratio
from metrics.definitions.scope import Period, Scope, full_months, parts_by_month
from workflow.collaboration.pinned_figures import PinnedFigure, Reading, in_words, is_whole_months

DIRECTIONS = ("rise", "fall", "stay as it is")


class PredictionOutcome(StrEnum):
    """What came of a prediction; the value is the word on screen."""

    HELD = "held"
    DID_NOT_HOLD = "did not hold"
    TOO_EARLY = "too early"
    OPEN = "cannot be told"


@dataclass(frozen=True)
class PredictionCheck:
    """What came of it, and the sentence that says by which figures."""

    outcome: PredictionOutcome
    sentence: str


def days_compared(pin: PinnedFigure, checked_on: date, as_of: date) -> Period:
    """As many days as were pinned, the last that are over and loaded on the day of the check; of whole months months."""
    last = min(checked_on - timedelta(days=1), as_of)
    pinned = pin.scope.period
    if not is_whole_months(pinned):
        return Period(last - timedelta(days=pinned.days - 1), last)
    months = full_months(last, len(parts_by_month(pinned)))
    return Period(months[0].start, months[-1].end)


def scope_compared(pin: PinnedFigure, checked_on: date, as_of: date) -> Scope:
    """The slice that is read on the day of the check."""
    return pin.scope.over(days_compared(pin, checked_on, as_of))


def check_prediction(
    pin: PinnedFigure, direction: str, checked_on: date, today: date, as_of: date, now: Reading | None
) -> PredictionCheck:
    """Whether a figure did what was predicted; `now` is what `scope_compared` reads."""
    metric, days = CATALOGUE[pin.metric], days_compared(pin, checked_on, as_of)
    if today < checked_on:
        return PredictionCheck(PredictionOutcome.TOO_EARLY, f"It is checked on {day(checked_on)}.")
    if days.start <= pin.ends_on:
        return PredictionCheck(
            PredictionOutcome.TOO_EARLY,
            f"The data reach {day(as_of)}: as many days as were pinned have not passed since {day(pin.ends_on)}.",
        )
    if now is None:
        return PredictionCheck(PredictionOutcome.OPEN, "The figure is not known for these days.")
    change = compare(metric, _figures(metric, now), _figures(metric, pin.reading))
    sentence = f"{in_words(metric, pin.reading)} then, {in_words(metric, now)} over {days.in_words()}."
    return PredictionCheck(_outcome(direction, change.verdict, now.value - pin.value), sentence)


def _outcome(direction: str, verdict: Verdict, difference: float) -> PredictionOutcome:
    if verdict is Verdict.NOT_CLEAR:
        return PredictionOutcome.HELD if direction == DIRECTIONS[2] else PredictionOutcome.OPEN
    if not verdict.is_a_finding:
        return PredictionOutcome.OPEN
    moved = DIRECTIONS[0] if difference > 0 else DIRECTIONS[1]
    return PredictionOutcome.HELD if direction == moved else PredictionOutcome.DID_NOT_HOLD


def _figures(metric: Metric, reading: Reading) -> dict[str, float]:
    if not isinstance(metric, Ratio) or reading.cases is None:
        return {"value": reading.value}
    numerator = reading.value * reading.cases / metric.scale
    return {"value": reading.value, "numerator": numerator, "denominator": reading.cases}
