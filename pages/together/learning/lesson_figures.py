"""What an exercise needs to know of the reader's own data, or why it cannot be asked of her."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metrics.catalogue import CATALOGUE
from metrics.definitions.scope import Scope
from metrics.query.query import absent
from metrics.query.report_query import SavedReport, may_ask, refusal, whose
from pages.components import data, export_button, links
from warehouse.access.reader import Viewer
from warehouse.errors import AccessRefused
from workflow.learning.exercises import Exercise, JudgementExercise, OwnerExercise
from workflow.learning.figure_exercises import (
    FigureExercise,
    HypothesisExercise,
    ReportExercise,
    Values,
    WorstStepExercise,
)
from workflow.reports import saved_reports

OfFigures = FigureExercise | WorstStepExercise | HypothesisExercise | ReportExercise


def of_exercise(viewer: Viewer, exercise: Exercise) -> tuple[Values, str]:
    """The reader's figures that an exercise needs, and why it is not for her, as a sentence; "" if it is."""
    if isinstance(exercise, OwnerExercise | JudgementExercise):
        return {}, ""
    label = CATALOGUE[exercise.metrics[0]].label
    mine = [name for name in exercise.metrics if may_ask(name, viewer)]
    if not mine:
        return {}, f"“{label}” is not part of your role."
    if isinstance(exercise, ReportExercise) and _not_hers(exercise, viewer):
        return {}, f"“{label}” by {exercise.breakdown} is not part of your role."
    values, why_not = _values(viewer, mine, exercise)
    if exercise.is_ready(values):
        return values, ""
    return {}, why_not or f"“{label}” does not tell enough in this bank."


def _not_hers(exercise: ReportExercise, viewer: Viewer) -> bool:
    return not links.has("reports") or bool(refusal(exercise.report, viewer))


def _values(viewer: Viewer, names: list[str], exercise: OfFigures) -> tuple[Values, str]:
    """What is known of some figures, and why the first of those that are not is missing."""
    available = data.available_columns(viewer)
    period = data.period_of(viewer, exercise.period)
    kept = [name for name in names if not absent(name, available)]
    try:
        row = data.ask(viewer, names, Scope(period), periods=[period]).iloc[0]
    except AccessRefused as refused:
        return {}, str(refused)
    values = {name: float(row[name]) for name in kept if not math.isnan(float(row[name]))}
    why_not = ""
    for name in names:
        missing = None if name in values else data.why_missing(viewer, name, period, row)
        if missing and not why_not:
            why_not = f"{CATALOGUE[name].label}: {missing.clause}."
    if isinstance(exercise, WorstStepExercise) and len(values) < len(kept):
        # A step beside a hidden one is another step than the page shows.
        return {}, why_not
    return values, why_not


def period_of(exercise: OfFigures) -> str:
    """The days that an exercise is about, in words."""
    return data.period_of(export_button.here().viewer, exercise.period).in_words()


def over(exercise: OfFigures) -> str:
    """Whose customers the reader's figure covers, as a further sentence; "" where it covers the bank."""
    theirs = whose(exercise.metrics[0], export_button.here().viewer)
    return f" It counts {theirs} only." if theirs else ""


QUARTER = "quarter"


def of_department(viewer: Viewer, names: Sequence[str]) -> dict[str, float | None]:
    """Metric → the reader's own figure of the last full quarter; None where she may not ask it or it is not there."""
    values: dict[str, float | None] = dict.fromkeys(names)
    mine = [n for n in names if may_ask(n, viewer) and not absent(n, data.available_columns(viewer))]
    if not mine:
        return values
    period = data.period_of(viewer, QUARTER)
    try:
        row = data.ask(viewer, mine, Scope(period), periods=[period]).iloc[0]
    except AccessRefused:
        return values
    return values | {n: float(row[n]) for n in mine if not math.isnan(float(row[n]))}


def last_quarter(viewer: Viewer) -> str:
    """Which days those figures are about, and why some have none."""
    days = data.period_of(viewer, QUARTER).in_words()
    return (
        f"Of {days}. A figure without a number is not part of your role, about too few people, or not given."
    )


def own_reports(viewer: Viewer) -> tuple[SavedReport, ...]:
    """The reports on the list that the reader has saved herself."""
    on_list = saved_reports.on_the_list(data.reader(viewer))
    return tuple(saved.report for saved in on_list if saved.saved_by == viewer.username)
