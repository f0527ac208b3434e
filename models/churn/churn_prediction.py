"""Who is about to leave: the probability that a customer leaves within 90 days, with its reasons.

What counts as leaving stands in `metrics.customers.departures`; `models.churn.fitting` makes the model.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from models.churn import features, reasons
from models.churn.features import BY_NAME, Matrix
from models.churn.recipes import Vector, probabilities
from models.evaluation.model_card import Card

MODEL = "churn_90d"
WINDOW_DAYS = 90
CHUNK = 100_000
EXPLAINED = 3
"""Rows scored at a time: memory stays flat however many customers there are."""


@dataclass(frozen=True, kw_only=True)
class ChurnModel:
    """A fitted churn model. `centres` holds each feature's mean curve for a model of curves, else zeros.

    `sha256` is the fingerprint of its file, once it has one.
    """

    card: Card
    estimator: Any
    centres: Vector
    sha256: str = ""


def score(model: ChurnModel, profiles: pd.DataFrame, *, week_ago: pd.DataFrame | None = None) -> pd.DataFrame:
    """`customer_id`, `probability` and `reasons` for each profile, in the order given.

    `reasons` is JSON: the EXPLAINED features with the largest shares, each with feature, label, value (NaN as null,
    in the profile's unit), contribution (log-odds; above 0 speaks for leaving), since (the day from which on it holds,
    or null) and week_ago (the value in the profiles of a week before, or null). `rules.reason_texts` says it in words.
    """
    earlier = None if week_ago is None else week_ago.set_index("customer_id")
    parts = [
        _score(model, profiles.iloc[start : start + CHUNK], earlier)
        for start in range(0, max(len(profiles), 1), CHUNK)
    ]
    return pd.concat(parts, ignore_index=True)


def _score(model: ChurnModel, profiles: pd.DataFrame, week_ago: pd.DataFrame | None) -> pd.DataFrame:
    names = model.card.features
    plain = features.values(profiles, names).to_numpy()
    if week_ago is None:
        before = np.full_like(plain, np.nan)
    else:
        before = features.values(week_ago.reindex(profiles["customer_id"]), names).to_numpy()
    with threadpool_limits(limits=1):
        probability = probabilities(model.estimator, features.matrix(profiles, names))
        _, shares = contributions(model, profiles)
    strongest = np.argsort(-np.abs(shares), axis=1, kind="stable")[:, :EXPLAINED]
    rows = np.arange(len(plain))[:, None]
    reasons = [
        json.dumps([_reason(*one) for one in zip(map(names.__getitem__, which), *numbers, strict=True)])
        for which, *numbers in zip(
            strongest.tolist(),
            _or_none(plain[rows, strongest]),
            shares[rows, strongest].round(6).tolist(),
            features.since(profiles, names)[rows, strongest].astype(object).tolist(),
            _or_none(before[rows, strongest]),
            strict=True,
        )
    ]
    return pd.DataFrame(
        {
            "customer_id": profiles["customer_id"].to_numpy(),
            "probability": probability,
            "reasons": reasons,
        }
    )


def contributions(model: ChurnModel, profiles: pd.DataFrame) -> tuple[float, Matrix]:
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
    rows: list[list[float | None]] = plain.tolist()
    return rows
