"""Who can be saved: by how much a call lowers a customer's chance of leaving, learned from randomised outcomes only.

High risk is not the same as a high chance to be kept: some leave whatever is done, some stay anyway. The learner is one
model with the arm among its features (an S-learner; Künzel et al., PNAS 116, 2019), which says little where the data
says little. It is judged on customers it did not see, by the Qini coefficient (Radcliffe, Direct Marketing Analytics
Journal, 2007), and used only if that is above chance with 95% confidence.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.model_selection import StratifiedKFold
from threadpoolctl import threadpool_limits

from models.churn.features import Matrix
from models.evaluation.prediction_metrics import PredictionMetric

Vector = NDArray[np.float64]
FEWEST_LEFT = 100
"""With fewer departures in an arm there is nothing to learn who can be kept from."""
FOLDS = 5


def enough(treated: Vector, left: Vector) -> bool:
    """Whether both arms hold departures enough to learn from; `treated` and `left` (n) are 0 or 1."""
    return bool(min(left[treated == arm].sum() for arm in (0, 1)) >= FEWEST_LEFT)


def fit(x: Matrix, treated: Vector, left: Vector, seed: int = 0) -> Any:
    """A learner of `left` from the features (n × k, NaN for not known) and the arm."""
    learner = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=120,
        max_leaf_nodes=6,
        min_samples_leaf=60,
        l2_regularization=5,
        random_state=seed,
    )
    # A column that nobody has a number of cannot be cut into bins; as a constant it is never asked about.
    x = np.where(np.isnan(x).all(axis=0), 0.0, x)
    with threadpool_limits(limits=1):
        return learner.fit(np.column_stack([x, treated]), left)


def saved(learner: Any, x: Matrix) -> Vector:
    """By how much being treated lowers each one's chance of leaving (n, -1 to 1)."""
    without, treated = _both(learner, x)
    lowered: Vector = without - treated
    return lowered


def _both(learner: Any, x: Matrix) -> tuple[Vector, Vector]:
    """The chance of leaving of each one, not treated and treated (n each)."""
    arms = [np.column_stack([x, np.full(len(x), arm)]) for arm in (0.0, 1.0)]
    with threadpool_limits(limits=1):
        without, treated = (learner.predict_proba(arm)[:, 1] for arm in arms)
    return without, treated


def out_of_sample(x: Matrix, treated: Vector, left: Vector, seed: int = 0) -> tuple[Vector, Vector]:
    """The chance of leaving, not treated and treated (n each), by a learner that did not see the row.

    Five folds, alike in arm and outcome.
    """
    without, with_call = np.zeros(len(x)), np.zeros(len(x))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    for train, test in folds.split(x, treated * 2 + left):
        learner = fit(x[train], treated[train], left[train], seed)
        without[test], with_call[test] = _both(learner, x[test])
    return without, with_call


def foretold(x: Matrix, treated: Vector, left: Vector, seed: int = 0) -> Vector:
    """`saved` for each row by a learner that did not see it."""
    without, with_call = out_of_sample(x, treated, left, seed)
    lowered: Vector = without - with_call
    return lowered


def groups(without: Vector, with_call: Vector, smallest_gain: float, usual: float) -> NDArray[np.str_]:
    """The group of each one (n): the four of uplift modelling (Radcliffe & Surry 1999), by predictions alone.

    A call that moves the chance of leaving by less than `smallest_gain` changes nothing; such a customer is a lost
    cause from the `usual` chance on, else a sure thing. What one person would have done otherwise nobody can observe.
    """
    lowered = without - with_call
    return np.select(
        [lowered >= smallest_gain, lowered <= -smallest_gain, without >= usual],
        ["persuadable", "sleeping_dog", "lost_cause"],
        "sure_thing",
    )


def qini_curve(
    score: Vector, treated: Vector, good: Vector, weight: Vector | None = None
) -> tuple[Vector, Vector]:
    """How many more good outcomes the treated of the first k had, for k = 0 to n by falling `score`.

    Gives k and treated good - control good × treated / control (Radcliffe 2007); customers of equal score count
    together. `weight` says how often each customer counts.
    """
    w = np.ones_like(good) if weight is None else weight
    _, place = np.unique(-score, return_inverse=True)
    size = int(place.max()) + 1

    def up_to(values: Vector) -> Vector:
        summed: Vector = np.cumsum(np.bincount(place, values, minlength=size))
        return summed

    n_treated, n_control = up_to(w * treated), up_to(w * (1 - treated))
    good_treated, good_control = up_to(w * treated * good), up_to(w * (1 - treated) * good)
    ratio = np.divide(n_treated, n_control, out=np.zeros(size), where=n_control > 0)
    gain = good_treated - good_control * ratio
    return np.r_[0.0, n_treated + n_control], np.r_[0.0, gain]


def qini(
    score: Vector, treated: Vector, left: Vector, *, resamples: int = 300, seed: int = 0
) -> PredictionMetric:
    """The Qini coefficient of `score`: customers kept per customer treated, beyond a list in random order.

    The area between the curve and the straight line to its end, with a percentile bootstrap interval over customers.
    """
    good = 1.0 - left
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(resamples):
        weight = np.bincount(random.integers(0, len(left), len(left)), minlength=len(left)).astype(float)
        drawn.append(_area(score, treated, good, weight))
    low, high = np.percentile(drawn, [2.5, 97.5])
    return PredictionMetric(
        value=_area(score, treated, good, np.ones_like(good)), low=float(low), high=float(high)
    )


def _area(score: Vector, treated: Vector, good: Vector, weight: Vector) -> float:
    k, gain = qini_curve(score, treated, good, weight)
    total = k[-1] * float((weight * treated).sum())
    return float((np.trapezoid(gain, k) - gain[-1] * k[-1] / 2) / total) if total else 0.0
