"""How good a prediction is: four figures with their intervals, all from one pass over the sorted scores.

ROC-AUC is the chance that somebody who left was ranked above somebody who stayed (Hanley and McNeil 1982). PR-AUC is
the average precision, Brier the mean squared error of the probability. Lift@10% is how many times more departures the
first tenth of the list holds than a random tenth. Ties count by their share, so the order of the rows never matters.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PredictionMetric:
    """A figure with its 95% interval."""

    value: float
    low: float
    high: float

    def as_dict(self) -> dict[str, float]:
        """value, low and high by name, as a model card keeps them."""
        return asdict(self)


def judge(
    left: Vector, probability: Vector, *, resamples: int = 300, seed: int = 0
) -> dict[str, PredictionMetric]:
    """roc_auc, pr_auc, brier and lift_10 of `probability` (n) against `left` (n, 0 or 1).

    The intervals are percentile bootstrap intervals over customers (Efron 1979); `resamples` without anybody who left
    or stayed are skipped. Raises ValueError if all left or all stayed.
    """
    if left.min() == left.max():
        raise ValueError("a figure needs both customers who left and customers who stayed")
    _, place = np.unique(-probability, return_inverse=True)
    size = int(place.max()) + 1
    error = (probability - left) ** 2
    whole = _four(left, place, size, error, np.ones_like(left))
    random = np.random.default_rng(seed)
    drawn = []
    for _ in range(resamples):
        # How often each customer is drawn, which is all that a resample is.
        drawn_rows = random.integers(0, len(left), len(left))
        weight = np.bincount(drawn_rows, minlength=len(left)).astype(np.float64)
        if 0 < (weight * left).sum() < weight.sum():
            drawn.append(_four(left, place, size, error, weight))
    low, high = np.percentile(np.array(drawn), [2.5, 97.5], axis=0)
    names = ("roc_auc", "pr_auc", "brier", "lift_10")
    return {
        n: PredictionMetric(value=float(v), low=float(a), high=float(b))
        for n, v, a, b in zip(names, whole, low, high, strict=True)
    }


def difference(
    left: Vector, one: Vector, other: Vector, *, resamples: int = 100, seed: int = 0
) -> dict[str, PredictionMetric]:
    """By how much the ROC-AUC and PR-AUC of `one` are above those of `other`, on the same customers.

    The interval is a percentile bootstrap of the difference: both are judged on the same customers of each resample.
    """
    ranks = [np.unique(-p, return_inverse=True)[1] for p in (one, other)]
    nothing = np.zeros_like(left)

    def differ(weight: Vector) -> Vector:
        a, b = (_four(left, r, int(r.max()) + 1, nothing, weight) for r in ranks)
        return np.array([a[0] - b[0], a[1] - b[1]])

    random, drawn = np.random.default_rng(seed), []
    for _ in range(resamples):
        weight = np.bincount(random.integers(0, len(left), len(left)), minlength=len(left)).astype(np.float64)
        if 0 < (weight * left).sum() < weight.sum():
            drawn.append(differ(weight))
    value = differ(np.ones_like(left))
    low, high = np.percentile(np.array(drawn), [2.5, 97.5], axis=0)
    return {
        name: PredictionMetric(value=float(value[i]), low=float(low[i]), high=float(high[i]))
        for i, name in enumerate(("roc_auc", "pr_auc"))
    }


def roc_auc(left: Vector, score: Vector) -> float:
    """The ROC-AUC alone."""
    _, place = np.unique(-score, return_inverse=True)
    return float(_four(left, place, int(place.max()) + 1, np.zeros_like(left), np.ones_like(left))[0])


def roc_auc_of_some(left: Vector, score: Vector) -> tuple[float, ...]:
    """The ROC-AUC of a score that is NaN for some: with those ranked below everybody else, and above."""
    scored = ~np.isnan(score)
    if scored.all():
        return (roc_auc(left, score),)
    # Sorted once for both.
    values, place = np.unique(-score[scored], return_inverse=True)
    ranks = np.zeros((2, len(score)), dtype=np.int64)
    ranks[0, scored], ranks[0, ~scored] = place, len(values)
    ranks[1, scored] = place + 1
    plain, nothing = np.ones_like(left), np.zeros_like(left)
    return tuple(float(_four(left, r, len(values) + 1, nothing, plain)[0]) for r in ranks)


def _four(
    left: Vector, place: NDArray[np.int64], size: int, error: Vector, weight: Vector
) -> tuple[float, float, float, float]:
    """The four figures of weighted rows; `place` is the rank of the row's score, 0 the highest."""
    gone = np.bincount(place, weight * left, minlength=size)
    every = np.bincount(place, weight, minlength=size)
    stayed = every - gone
    leavers, listed = np.cumsum(gone), np.cumsum(every)
    all_gone, total = leavers[-1], listed[-1]
    roc = float((stayed * (leavers - gone / 2)).sum() / (all_gone * (total - all_gone)))
    precision = np.divide(leavers, listed, out=np.zeros_like(leavers), where=listed > 0)
    pr = float((gone / all_gone * precision).sum())
    tenth = total / 10
    # The score in which the tenth ends counts by the share of it that still fits.
    share = np.clip(
        np.divide(tenth - (listed - every), every, out=np.zeros_like(every), where=every > 0), 0, 1
    )
    lift = float((gone * share).sum() / tenth / (all_gone / total))
    brier = float((weight * error).sum() / total)
    return roc, pr, brier, lift
