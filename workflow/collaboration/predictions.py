"""What a side of a dispute said a figure would do, checked on its day as a decision is on the day it is looked at again.

It is checked over the days up to its own day, so that what came of it does not change with what is loaded later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from warehouse.access.reader import Reader
from workflow.collaboration.decision_outcomes import Ask, judged, slice_compared, too_early
from workflow.collaboration.decision_records import CANNOT_BE_TOLD, NO, YES
from workflow.collaboration.pinned_figures import PinnedFigure, in_words, slice_now
from workflow.collaboration.record_kind import RecordEntry


class PredictionOutcome(StrEnum):
    """What came of a prediction; the value is the word on screen."""

    HELD = "held"
    DID_NOT_HOLD = "did not hold"
    TOO_EARLY = "too early"
    OPEN = "cannot be told"


_CAME_OF_IT = {
    YES: PredictionOutcome.HELD,
    NO: PredictionOutcome.DID_NOT_HOLD,
    CANNOT_BE_TOLD: PredictionOutcome.OPEN,
}


@dataclass(frozen=True)
class PredictionCheck:
    """What came of it, and the sentence that says by which figures."""

    outcome: PredictionOutcome
    sentence: str


def check_prediction(
    reader: Reader, pin: PinnedFigure, prediction: RecordEntry, today: date, ask: Ask = slice_now
) -> PredictionCheck:
    """Whether a pinned figure did what a side predicted of it."""
    direction = str(prediction.contents["direction"])
    on = date.fromisoformat(prediction.contents["checked_on"])
    if today < on:
        return PredictionCheck(PredictionOutcome.TOO_EARLY, f"It is checked on {day(on)}.")
    scope = slice_compared(reader, pin, on - timedelta(days=1))
    if early := too_early(reader, pin, scope, pin.ends_on):
        return PredictionCheck(PredictionOutcome.TOO_EARLY, early)
    now, metric = ask(reader, pin.metric, scope), CATALOGUE[pin.metric]
    if now is None:
        return PredictionCheck(PredictionOutcome.OPEN, "The figure is not known for these days.")
    came_of_it, why = judged(metric, pin.reading, now, direction)
    both = f"{in_words(metric, pin.reading)} then, {in_words(metric, now)} over {scope.period.in_words()}"
    return PredictionCheck(_CAME_OF_IT[came_of_it], f"{both}. {why}")
