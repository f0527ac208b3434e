"""What is asked of a model on the day it is judged by: is it right, for whom, with how many calls, and thanks to what.

Every answer is a `ModelCheck`. Nothing here chooses or changes a model. "Selected" are the tenth with the highest
chance of leaving; people are grouped by what the model itself may not look at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.churn import drift
from models.churn.features import BY_NAME, TABLES, Matrix
from models.churn.recipes import Recipe, Vector, probabilities
from models.evaluation import calibration, prediction_metrics
from models.evaluation.model_checks import ModelCheck, interval, mean, share
from models.evaluation.prediction_metrics import PredictionMetric

Rows = NDArray[np.bool_]
MONTHS, DRIFT_MONTHS = 6, 12
FEW_ROWS, ENOUGH_ROWS = 20_000, 100_000
"""Rows of a fit that is only compared with another, and of one that stands for the model."""
FEWEST_DEPARTURES = 100
AGE_BANDS = ((30, "under 30"), (45, "30 to 44"), (60, "45 to 59"), (200, "60 and over"))


def on_the_day(
    rows: pd.DataFrame, left: Vector, predicted: Mapping[str, Vector], day: date
) -> Iterator[ModelCheck]:
    """Calibration, capacity and fairness of the predictions `predicted` (by who made them) for the rows of a day."""
    probability = predicted["model"]
    for measure, figure in calibration.line(left, probability).items():
        yield interval("calibration", "model", measure, day, len(left), figure)
    tenth = calibration.tenths(probability)
    for number in range(10):
        mine = tenth == number
        part = f"{number + 1:02}"
        yield mean("calibration curve", part, "expected", day, probability[mine])
        yield share("calibration curve", part, "left", day, left[mine].sum(), mine.sum())
    yield from _at_capacity(rows, left, predicted, day)
    yield from _groups(rows, left, probability, day)


def of_figures(
    judged: Mapping[str, Mapping[str, PredictionMetric]], day: date, n: Mapping[str, int]
) -> Iterator[ModelCheck]:
    """The four figures of each of those compared; `n` people stand behind each."""
    for who, figures in judged.items():
        for measure, figure in figures.items():
            yield interval("figures", who, measure, day, n[who], figure)


def _at_capacity(
    rows: pd.DataFrame, left: Vector, predicted: Mapping[str, Vector], day: date
) -> Iterator[ModelCheck]:
    """If every RM called, in one week, as many as fit into it: how many of those called would have left."""
    if "calls_a_week" not in rows or not rows["calls_a_week"].fillna(0).gt(0).any():
        return
    base = left.mean()
    for who, probability in predicted.items():
        order = pd.DataFrame({"rm": rows["rm_id"].to_numpy(), "p": -probability})
        place = order.groupby("rm")["p"].rank(method="first")
        called = (place <= rows["calls_a_week"].fillna(0).round().to_numpy()).to_numpy()
        n, gone = called.sum(), left[called].sum()
        yield share("capacity", who, "left", day, gone, n)
        yield share("capacity", who, "lift", day, gone, n, per=base)
        yield share("capacity", who, "found", day, gone, left.sum())


def _groups(rows: pd.DataFrame, left: Vector, probability: Vector, day: date) -> Iterator[ModelCheck]:
    selected = probability >= np.quantile(probability, 0.9)
    for grouping, groups in _groupings(rows, day):
        for group in sorted(groups.dropna().unique()):
            mine = (groups == group).to_numpy(dtype=bool)
            gone, expected = left[mine].sum(), probability[mine].mean()
            name = f"fairness by {grouping}"
            yield share(name, group, "selected", day, selected[mine].sum(), mine.sum())
            yield share(name, group, "recall", day, (selected & (left == 1))[mine].sum(), gone)
            # Of a large group with few departures it would tell how few.
            yield share(name, group, "calibration", day, gone, mine.sum(), per=expected, fewest=gone)


def _groupings(rows: pd.DataFrame, day: date) -> Iterator[tuple[str, pd.Series[Any]]]:
    if "birth_year" in rows and rows["birth_year"].notna().any():
        age = day.year - pd.to_numeric(rows["birth_year"], errors="coerce").astype("float64")
        edges, labels = [-1, *(end - 1 for end, _ in AGE_BANDS)], [label for _, label in AGE_BANDS]
        yield "age band", pd.cut(age, edges, labels=labels).astype("object").fillna("not known")
    for name in ("district", "segment", "branch"):
        if name in rows and rows[name].notna().any():
            yield name, rows[name].astype("object").fillna("not known")


def by_month(
    recipe: Recipe, x: Matrix, left: Vector, day: NDArray[Any], window_days: int, seed: int
) -> Iterator[ModelCheck]:
    """How a model that learned until the first of the last months does in each of them: does it age?"""
    months = sorted(set(day))[-MONTHS:]
    while months and left[day <= months[0] - timedelta(days=window_days)].sum() < FEWEST_DEPARTURES:
        months = months[1:]
    if not months:
        return
    early = _some(day <= months[0] - timedelta(days=window_days), ENOUGH_ROWS, seed)
    fitted = recipe.fit(x[early], left[early], seed)
    for month in months:
        here = day == month
        gone, probability = left[here], probabilities(fitted, x[here])
        yield mean("by month", "model", "expected", month, probability)
        yield share("by month", "model", "left", month, gone.sum(), len(gone))
        if 0 < gone.sum() < len(gone):
            area = prediction_metrics.judge(gone, probability, resamples=100, seed=seed)["roc_auc"]
            yield interval("by month", "model", "roc_auc", month, len(gone), area, gone.sum())


def drift_by_month(
    bins: Mapping[str, Any], columns: Mapping[str, Vector], day: NDArray[Any]
) -> Iterator[ModelCheck]:
    """How far the customers of each of the last months were from all the examples together."""
    for month in sorted(set(day))[-DRIFT_MONTHS:]:
        here = day == month
        yield from drift_checks(drift.psi(bins, {n: v[here] for n, v in columns.items()}), month, here.sum())


def drift_checks(by_column: Mapping[str, float], day: date, n: int) -> Iterator[ModelCheck]:
    """One check per column of `models.churn.drift.psi`."""
    for part, value in by_column.items():
        yield ModelCheck(check_name="drift", part=part, measure="psi", day=day, n=int(n), value=value)


def value_of_sources(
    recipe: Recipe,
    x: Matrix,
    names: tuple[str, ...],
    left: Vector,
    train: Rows,
    test: Rows,
    day: date,
    seed: int,
) -> Iterator[ModelCheck]:
    """What is lost without the features of each source table, both fitted on the same rows and judged on the same day."""
    some = _some(train, FEW_ROWS, seed)
    quick = Recipe(kind=recipe.kind, rounds=min(recipe.rounds, 80))

    def without(table: str) -> Vector:
        columns = np.flatnonzero([BY_NAME[name].table != table for name in names])
        if not len(columns):
            return np.full(test.sum(), left[some].mean())
        fitted = quick.fit(x[some][:, columns], left[some], seed)
        return probabilities(fitted, x[test][:, columns])

    whole = without("")
    for table in TABLES:
        if any(BY_NAME[name].table == table for name in names):
            lost = prediction_metrics.difference(left[test], whole, without(table), seed=seed)
            for measure, figure in lost.items():
                yield interval("source", table, measure, day, int(test.sum()), figure)


def _some(rows: Rows, most: int, seed: int) -> NDArray[np.intp]:
    """At most `most` of the rows, drawn at random."""
    there = np.flatnonzero(rows)
    return np.sort(np.random.default_rng(seed).permutation(there)[:most])
