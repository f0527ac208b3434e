"""Fitting the churn model: chosen, judged and published in time order, or refused.

A model is always judged out of time: on the latest as-of day whose window has passed, by a fit that saw no day whose
window reaches beyond it. Classes are never balanced or resampled, which would spoil the probabilities.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from models.churn import drift, features, model_evaluation, reasons
from models.churn.churn_prediction import CHUNK, MODEL, WINDOW_DAYS, ChurnModel
from models.churn.features import BY_NAME, Matrix
from models.churn.recipes import Recipe, Vector, choose, probabilities
from models.evaluation import prediction_metrics
from models.evaluation.model_card import Card
from models.evaluation.model_checks import ModelCheck, without_small_groups
from models.evaluation.prediction_metrics import PredictionMetric
from warehouse.errors import ModelRefused

FEWEST_DEPARTURES, FEWEST_JUDGED = model_evaluation.FEWEST_DEPARTURES, 30
"""With fewer departures to learn from, or to judge by, a figure would be chance."""
ONE_FEATURE_LIMIT, TEST_LIMIT = 0.90, 0.95
"""No honest churn model of a bank comes near these ROC-AUCs: something after the as-of day has leaked in."""


def fit(
    examples: pd.DataFrame,
    *,
    source: str = "",
    seed: int = 0,
    recipe: Recipe | None = None,
    with_checks: bool = True,
    smallest: int = 1,
) -> ChurnModel:
    """A model from `examples`: one row per customer and as-of day.

    Columns: `customer_id`, `as_of`, `left_in_window` (1 if the customer left within 90 days, else 0) and the profile's
    columns. For comparison alone, and each may be absent: `rule_fired` (whether a rule would have raised an alert),
    `calls_a_week` (how many the customer's RM can make, of these rows), `birth_year`, `district`, `branch`, `segment`.
    Every as-of day's window must have passed. `recipe` is chosen on later days unless given. Without `with_checks`
    nothing beyond its own figures is asked, which takes half the time; checks about fewer than `smallest` people are kept
    without a number. Raises ModelRefused if there is too little to learn
    from, or if something leaked.
    """
    with threadpool_limits(limits=1):
        return _fit(examples, source, seed, recipe, smallest, with_checks=with_checks)


def _fit(
    examples: pd.DataFrame, source: str, seed: int, given: Recipe | None, smallest: int, *, with_checks: bool
) -> ChurnModel:
    day = pd.to_datetime(examples["as_of"]).dt.date.to_numpy()
    left = examples["left_in_window"].to_numpy(dtype=np.float64)
    judged_on, before = _split(day)
    test, train = day == judged_on, day <= before
    _enough(left[train], left[test])
    names = _usable(examples[train])
    x = features.matrix(examples, names)
    _no_single_feature_knows(x, left, names)
    recipe = given or _chosen(x, left, day, train, seed)
    judged = recipe.fit(x[train], left[train], seed)
    predicted = {"model": probabilities(judged, x[test])}
    if with_checks:
        predicted |= _baselines(examples, left, train, test)
    judgement_ = {who: prediction_metrics.judge(left[test], p, seed=seed) for who, p in predicted.items()}
    _not_too_good(judgement_["model"]["roc_auc"].value)
    checks: list[ModelCheck] = []
    if with_checks:
        people = dict.fromkeys(judgement_, int(test.sum()))
        judgement_["random_rows"], people["random_rows"] = _on_random_rows(recipe, x, left, seed)
        checks += model_evaluation.of_figures(judgement_, judged_on, people)
        checks += model_evaluation.on_the_day(examples[test], left[test], predicted, judged_on)
        checks += model_evaluation.by_month(recipe, x, left, day, WINDOW_DAYS, seed)
        checks += model_evaluation.value_of_sources(recipe, x, names, left, train, test, judged_on, seed)
    # What is published is the same recipe with the latest departures added; the figures are those of the judged fit.
    published = recipe.fit(x, left, seed)
    reference: dict[str, Any] = {}
    if with_checks:
        columns = dict(zip(names, x.T, strict=True)) | {drift.SCORE: _in_parts(published, x)}
        reference = drift.reference(columns)
        checks += model_evaluation.drift_by_month(reference, columns, day)
    card = Card(
        model=MODEL,
        version=f"{judged_on:%Y-%m-%d}-{recipe.kind}",
        kind=recipe.kind,
        features=names,
        window_days=WINDOW_DAYS,
        trained_from=min(day),
        trained_until=judged_on,
        judged_on=judged_on,
        examples=len(left),
        departures=int(left.sum()),
        base_rate=float(left.mean()),
        source=source,
        figures={w: {n: f.as_dict() for n, f in them.items()} for w, them in judgement_.items()},
        checks=without_small_groups(checks, smallest),
        reference=reference,
    )
    curves = recipe.kind == "curves"
    centres = reasons.centres_of(published, x[:CHUNK]) if curves else np.zeros(len(names))
    return ChurnModel(card=card, estimator=published, centres=centres)


def _in_parts(fitted: Any, x: Matrix) -> Vector:
    return np.concatenate([probabilities(fitted, x[n : n + CHUNK]) for n in range(0, len(x), CHUNK)])


def _chosen(x: Matrix, left: Vector, day: NDArray[Any], train: NDArray[np.bool_], seed: int) -> Recipe:
    """The better recipe on the last training day, each fitted on days whose window ends by then."""
    chosen_on = max(day[train])
    early, late = day <= chosen_on - timedelta(days=WINDOW_DAYS), day == chosen_on
    if not left[early].any() or not left[late].any():
        return choose(x, left, train, None, seed)
    return choose(x, left, early, late, seed)


def _baselines(
    examples: pd.DataFrame, left: Vector, train: NDArray[Any], test: NDArray[Any]
) -> dict[str, Vector]:
    """What a bank could do without a model: look at the last transaction alone, or at the rules alone."""
    predicted: dict[str, Vector] = {}
    recency = features.matrix(examples, ("days_since_customer_made_transaction",))
    if not np.isnan(recency[train]).all():
        filled = np.nan_to_num(recency, nan=float(np.nanmedian(recency[train])))
        line = LogisticRegression().fit(filled[train], left[train])
        predicted["recency_only"] = probabilities(line, filled[test])
    if "rule_fired" in examples:
        fired = examples["rule_fired"].fillna(0).to_numpy(dtype=np.float64) > 0
        share = {
            v: left[train & (fired == v)].mean() if (train & (fired == v)).any() else left[train].mean()
            for v in (True, False)
        }
        predicted["rules_only"] = np.where(fired[test], share[True], share[False])
    return predicted


def _on_random_rows(
    recipe: Recipe, x: Matrix, left: Vector, seed: int
) -> tuple[dict[str, PredictionMetric], int]:
    """The figures on a random fifth of the rows: shown beside the others as what a careless test would claim."""
    some = np.random.default_rng(seed).permutation(len(x))[: model_evaluation.ENOUGH_ROWS]
    x, left = x[some], left[some]
    fifth = np.arange(len(x)) < len(x) / 5
    probability = probabilities(recipe.fit(x[~fifth], left[~fifth], seed), x[fifth])
    return prediction_metrics.judge(left[fifth], probability, seed=seed), int(fifth.sum())


def _split(day: NDArray[Any]) -> tuple[date, date]:
    """The day to judge on, and the last day whose window ends by then."""
    judged_on: date = max(day)
    before = judged_on - timedelta(days=WINDOW_DAYS)
    if not (day <= before).any():
        raise ModelRefused(
            "It is too early for a churn model: the bank's history is too short to learn on one quarter and judge on a "
            "later one. The rules go on without it; load a longer history to get one."
        )
    return judged_on, before


def _enough(train: Vector, test: Vector) -> None:
    if train.sum() < FEWEST_DEPARTURES or test.sum() < FEWEST_JUDGED:
        raise ModelRefused(
            # Everybody reads this: how few they are would be a figure about few people.
            f"There is no churn model, because too few customers left: it needs at least {FEWEST_DEPARTURES} departures "
            f"to learn from and {FEWEST_JUDGED} to be judged by. The rules go on without it."
        )


def _usable(train: pd.DataFrame) -> tuple[str, ...]:
    """The features this bank has: known for somebody, and not the same for everybody."""
    plain = features.values(train)
    return tuple(name for name in features.NAMES if plain[name].nunique() > 1)


def _no_single_feature_knows(x: Matrix, left: Vector, names: tuple[str, ...]) -> None:
    for j, name in enumerate(names):
        column = x[:, j]
        for area in prediction_metrics.roc_auc_of_some(left, column):
            if max(area, 1 - area) > ONE_FEATURE_LIMIT:
                raise ModelRefused(
                    f"The churn model was not published: “{BY_NAME[name].label}” alone tells who left with a ROC-AUC of "
                    f"{max(area, 1 - area):.2f}, so it probably holds something recorded after the day asked about. "
                    f"Check the source of {name}. The rules go on without it."
                )


def _not_too_good(area: float) -> None:
    if area > TEST_LIMIT:
        raise ModelRefused(
            f"The churn model was not published: a ROC-AUC of {area:.2f} on later days is too good to be true, so "
            "something recorded after the day asked about has leaked in. Check what was loaded last. The rules go on "
            "without it."
        )
