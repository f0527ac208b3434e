"""Exercises of lessons that need no data, and all kinds of them together. A new exercise is one value in a lesson."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from metrics.catalogue import CATALOGUE
from warehouse.errors import ChangeRefused
from workflow.learning.figure_exercises import (
    FigureExercise,
    HypothesisExercise,
    ReportExercise,
    Values,
    WorstStepExercise,
)


@dataclass(frozen=True, kw_only=True)
class OwnerExercise:
    """Look up in the Dictionary which department owns a figure."""

    metric: str
    pages: tuple[str, ...] = ("dictionary",)

    @property
    def metrics(self) -> tuple[str, ...]:
        return ()

    @property
    def question(self) -> str:
        return f"Which department owns the figure “{CATALOGUE[self.metric].label}”? The Dictionary says it."

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(sorted({metric.owner for metric in CATALOGUE.values()}))

    def is_ready(self, _values: Values) -> bool:
        """Whether it can be asked: always, for a definition needs no data."""
        return True

    def fault(self, answer: Any, _values: Values) -> str:
        """Why an answer is not right, as a sentence; "" if it is."""
        if answer == CATALOGUE[self.metric].owner:
            return ""
        return f"Look up “{CATALOGUE[self.metric].label}” in the Dictionary: the owner stands below the definition."


@dataclass(frozen=True, kw_only=True)
class JudgementExercise:
    """Choose what can be concluded; the same for everybody, so that it needs no data."""

    question: str
    options: tuple[str, ...]
    right: str
    why: str
    """What a wrong answer overlooks."""
    pages: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        return ()

    def is_ready(self, _values: Values) -> bool:
        """Whether it can be asked: always."""
        return True

    def fault(self, answer: Any, _values: Values) -> str:
        """Why an answer is not right, as a sentence; "" if it is."""
        return "" if answer == self.right else self.why


Exercise = (
    FigureExercise
    | WorstStepExercise
    | OwnerExercise
    | JudgementExercise
    | ReportExercise
    | HypothesisExercise
)


def check_right(exercise: Exercise, answer: Any, values: Values) -> None:
    """Raise ChangeRefused, with a sentence that helps, unless the answer is right."""
    if not exercise.is_ready(values):
        raise ChangeRefused("The figure this asks for is not there any more. Open the lesson again.")
    if why := exercise.fault(answer, values):
        raise ChangeRefused(f"Not yet. {why}")
