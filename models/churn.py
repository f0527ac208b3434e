"""Who is about to leave: the probability that a customer's relationship ends within 90 days, with its reasons.

A model is always judged out of time: on the latest as-of day whose window has passed, by a fit that saw no day whose
window reaches beyond it. Classes are never balanced or resampled, which would spoil the probabilities.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from models import features, figures, reasons
from models.card import Card
from models.features import BY_NAME, Matrix
from models.recipes import Recipe, Vector, choose, probabilities
from warehouse.errors import ModelRefused

MODEL = "churn_90d"
WINDOW_DAYS = 90
FEWEST_DEPARTURES, FEWEST_JUDGED = 100, 30
"""With fewer departures to learn from, or to judge by, a figure would be chance."""
ONE_FEATURE_LIMIT, TEST_LIMIT = 0.90, 0.95
"""No honest churn model of a bank comes near these ROC-AUCs: something after the as-of day has leaked in."""
CHUNK = 100_000
"""Rows scored at a time: memory stays flat however many customers there are."""


@dataclass(frozen=True, kw_only=True)
class Model:
    """A fitted churn model. `centres` holds each feature's mean curve for a model of curves, else zeros."""

    card: Card
    estimator: Any
    centres: Vector


def fit(examples: pd.DataFrame, *, source: str = "", seed: int = 0, recipe: Recipe | None = None) -> Model:
    """A model from `examples`: one row per customer and as-of day.

    Columns: `customer_id`, `as_of`, `left_in_window` (1 if the customer left within 90 days, else 0), the profile's
    columns, and `rule_fired` (whether a rule would have raised an alert) for comparison. Every as-of day's window
    must have passed. `recipe` is chosen on later days unless given. Raises ModelRefused if there is too little to
    learn from, or if something leaked.
    """
    with threadpool_limits(limits=1):
        return _fit(examples, source, seed, recipe)


def _fit(examples: pd.DataFrame, source: str, seed: int, given: Recipe | None) -> Model:
    day = pd.to_datetime(examples["as_of"]).dt.date.to_numpy()
    left = examples["left_in_window"].to_numpy(dtype=np.float64)
    judged_on, before = _split(day)
    test, train = day == judged_on, day <= before
    _enough(left[train], left[test])
    names = _usable(examples[train])
    x = features.matrix(examples, names)
    _no_single_feature_knows(x, left, names)
    recipe = given or choose(x, left, day, train, WINDOW_DAYS, seed)
    judged = recipe.fit(x[train], left[train], seed)
    found = {"model": probabilities(judged, x[test])}
    found |= _baselines(examples, left, train, test)
    judgement = {
        who: {n: f.as_dict() for n, f in figures.judge(left[test], p, seed=seed).items()}
        for who, p in found.items()
    }
    _not_too_good(judgement["model"]["roc_auc"]["value"])
    judgement["random_rows"] = _on_random_rows(recipe, x, left, seed)
    # What is published is the same recipe with the latest departures added; the figures are those of the judged fit.
    published = recipe.fit(x, left, seed)
    curves = recipe.kind == "curves"
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
        figures=judgement,
    )
    centres = reasons.centres_of(published, x[:CHUNK]) if curves else np.zeros(len(names))
    return Model(card=card, estimator=published, centres=centres)


def score(
    model: Model, profiles: pd.DataFrame, *, week_ago: pd.DataFrame | None = None, explain: int = 3
) -> pd.DataFrame:
    """`customer_id`, `probability` and `reasons` for each profile, in the order given.

    `reasons` is JSON: the `explain` features with the largest shares, each with feature, label, value (NaN as null,
    in the profile's unit), contribution (log-odds; above 0 speaks for leaving), since (the day from which on it holds,
    or null) and week_ago (the value in the profiles of a week before, or null). `models.wording` says it in words.
    """
    earlier = None if week_ago is None else week_ago.set_index("customer_id")
    parts = [
        _score(model, profiles.iloc[start : start + CHUNK], earlier, explain)
        for start in range(0, max(len(profiles), 1), CHUNK)
    ]
    return pd.concat(parts, ignore_index=True)


def _score(model: Model, profiles: pd.DataFrame, week_ago: pd.DataFrame | None, explain: int) -> pd.DataFrame:
    names = model.card.features
    plain = features.values(profiles, names).to_numpy()
    if week_ago is None:
        before = np.full_like(plain, np.nan)
    else:
        before = features.values(week_ago.reindex(profiles["customer_id"]), names).to_numpy()
    with threadpool_limits(limits=1):
        probability = probabilities(model.estimator, features.matrix(profiles, names))
        _, shares = contributions(model, profiles)
    strongest = np.argsort(-np.abs(shares), axis=1, kind="stable")[:, :explain]
    rows = np.arange(len(plain))[:, None]
    told = [
        json.dumps([_reason(*one) for one in zip(map(names.__getitem__, which), *numbers, strict=True)])
        for which, *numbers in zip(
            strongest.tolist(),
            _or_none(plain[rows, strongest].round(4)),
            shares[rows, strongest].round(6).tolist(),
            features.since(profiles, names)[rows, strongest].astype(object).tolist(),
            _or_none(before[rows, strongest].round(4)),
            strict=True,
        )
    ]
    return pd.DataFrame(
        {
            "customer_id": profiles["customer_id"].to_numpy(),
            "probability": probability,
            "reasons": told,
        }
    )


def contributions(model: Model, profiles: pd.DataFrame) -> tuple[float, Matrix]:
    """The base and each feature's share (n × k, log-odds); base + shares is the log-odds of the probability."""
    x = features.matrix(profiles, model.card.features)
    if len(x) == 0:
        return 0.0, x
    if model.card.kind == "curves":
        return reasons.of_curves(model.estimator, model.centres, x)
    return reasons.of_trees(model.estimator, x)


def _reason(
    name: str, value: float | None, share: float, since: date | None, week_ago: float | None
) -> dict[str, Any]:
    return {
        "feature": name,
        "label": BY_NAME[name].label,
        "value": value,
        "contribution": share,
        "since": since and since.isoformat(),
        "week_ago": week_ago,
    }


def _or_none(numbers: Matrix) -> list[list[float | None]]:
    """The numbers as lists, with None for what is not known."""
    plain = numbers.astype(object)
    plain[np.isnan(numbers)] = None
    found: list[list[float | None]] = plain.tolist()
    return found


def _baselines(
    examples: pd.DataFrame, left: Vector, train: NDArray[Any], test: NDArray[Any]
) -> dict[str, Vector]:
    """What a bank could do without a model: look at the last booking alone, or at the rules alone."""
    found: dict[str, Vector] = {}
    recency = features.matrix(examples, ("days_since_customer_made_transaction",))
    if not np.isnan(recency[train]).all():
        filled = np.nan_to_num(recency, nan=float(np.nanmedian(recency[train])))
        line = LogisticRegression().fit(filled[train], left[train])
        found["recency_only"] = probabilities(line, filled[test])
    if "rule_fired" in examples:
        fired = examples["rule_fired"].fillna(0).to_numpy(dtype=np.float64) > 0
        share = {
            v: left[train & (fired == v)].mean() if (train & (fired == v)).any() else left[train].mean()
            for v in (True, False)
        }
        found["rules_only"] = np.where(fired[test], share[True], share[False])
    return found


def _on_random_rows(recipe: Recipe, x: Matrix, left: Vector, seed: int) -> dict[str, dict[str, float]]:
    """The figures on a random fifth of the rows: shown beside the others as what a careless test would claim."""
    fifth = np.random.default_rng(seed).random(len(x)) < 0.2
    probability = probabilities(recipe.fit(x[~fifth], left[~fifth], seed), x[fifth])
    return {n: f.as_dict() for n, f in figures.judge(left[fifth], probability, seed=seed).items()}


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
            f"It is too early for a churn model: it would learn from {int(train.sum())} departures and be judged by "
            f"{int(test.sum())}; at least {FEWEST_DEPARTURES} and {FEWEST_JUDGED} are needed. The rules go on "
            "without it."
        )


def _usable(train: pd.DataFrame) -> tuple[str, ...]:
    """The features this bank has: known for somebody, and not the same for everybody."""
    plain = features.values(train)
    return tuple(name for name in features.NAMES if plain[name].nunique() > 1)


def _no_single_feature_knows(x: Matrix, left: Vector, names: tuple[str, ...]) -> None:
    for j, name in enumerate(names):
        column = x[:, j]
        for fill in (-np.inf, np.inf):
            area = figures.roc_auc(left, np.where(np.isnan(column), fill, column))
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
