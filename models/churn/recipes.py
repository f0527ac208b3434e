"""The two ways a churn model is fitted, and how one of them is chosen: on later days, by PR-AUC.

Classes are never balanced or resampled: measured on bank data, that took the calibration error from .02 to .14.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import SplineTransformer

from models.churn.features import Matrix

Vector = NDArray[np.float64]
ENOUGH_FOR_CURVES = 100_000
PATIENCE = 20
"""Trees grown without any gain before growing stops."""


def probabilities(estimator: Any, x: Matrix) -> Vector:
    """The probability (n) of leaving for each row of `x` (n × k); n may be 0."""
    if len(x) == 0:
        return np.empty(0)
    probability: Vector = estimator.predict_proba(x)[:, 1]
    return probability


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A way to fit; `rounds` is how many trees the boosting takes."""

    kind: str
    rounds: int = 0

    def fit(self, x: Matrix, left: Vector, seed: int) -> Any:
        """A fitted classifier of `x` (n × features, NaN for not known) and `left` (n, 0 or 1)."""
        if self.kind == "curves":
            # Curves have few parameters: more rows than this change no figure, and need gigabytes.
            some = np.random.default_rng(seed).permutation(len(x))[:ENOUGH_FOR_CURVES]
            return _curves().fit(x[some], left[some])
        booster = _boosting(seed, early_stopping=False, max_iter=self.rounds).fit(_never_empty(x), left)
        # Only fitting needs the generator, and the file may hold nothing that is not needed.
        del booster._feature_subsample_rng
        return booster


def _boosting(seed: int, **changed: Any) -> HistGradientBoostingClassifier:
    """The regularised preset, which held from 5 thousand to 100 thousand rows."""
    preset: dict[str, Any] = {
        "learning_rate": 0.05,
        "max_iter": 1500,
        "max_leaf_nodes": 8,
        "min_samples_leaf": 40,
        "l2_regularization": 5,
        "max_features": 0.5,
        "early_stopping": True,
        "validation_fraction": 0.15,
        "n_iter_no_change": PATIENCE,
        "scoring": "loss",
        "random_state": seed,
    }
    return HistGradientBoostingClassifier(**(preset | changed))


def _never_empty(x: Matrix) -> Matrix:
    """`x` with 0 in the columns nobody has a value in, which the boosting cannot bin; no tree can split on them."""
    empty = np.isnan(x).all(axis=0)
    return np.where(empty, 0.0, x) if empty.any() else x


def _curves() -> Pipeline:
    """Logistic regression over a smooth curve per feature, and whether the feature is known."""
    curve = SplineTransformer(n_knots=4, degree=2, extrapolation="constant", include_bias=False)
    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    design = FeatureUnion(
        [
            ("curves", Pipeline([("fill", filled), ("curve", curve)])),
            ("unknown", MissingIndicator(features="all", error_on_new=False)),
        ]
    )
    return Pipeline([("design", design), ("logistic", LogisticRegression(C=1.0, max_iter=2000))])


def choose(
    x: Matrix, left: Vector, early: NDArray[np.bool_], late: NDArray[np.bool_] | None, seed: int
) -> Recipe:
    """The recipe with the higher PR-AUC on the rows `late`, fitted on the rows `early`, whose windows ended by then.

    The late rows also say how many trees to grow. Without them the preset stops by a random part of the early ones.
    """
    if late is None:
        booster = _boosting(seed).fit(_never_empty(x[early]), left[early])
        return Recipe(kind="boosting", rounds=booster.n_iter_)
    booster = _boosting(seed, validation_fraction=None).fit(
        _never_empty(x[early]), left[early], X_val=x[late], y_val=left[late]
    )
    curves = Recipe(kind="curves").fit(x[early], left[early], seed)
    reached = {
        kind: average_precision_score(left[late], probabilities(fitted, x[late]))
        for kind, fitted in (("boosting", booster), ("curves", curves))
    }
    if reached["curves"] > reached["boosting"]:
        return Recipe(kind="curves")
    # The last rounds before it stopped had not helped.
    return Recipe(kind="boosting", rounds=max(booster.n_iter_ - PATIENCE, 1))
