"""Whether "1 in 10" happens to 1 in 10: the calibration of probabilities, to be checked on days a model has not seen.

Slope and intercept as Cox (1958) defined them: the departures' log-odds regressed on the predicted log-odds; the slope
is 1 for a model that exaggerates nothing, and the intercept, with the slope held at 1, is 0 for one right on average.
"""

from __future__ import annotations

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray

from models.evaluation.prediction_metrics import PredictionMetric

Vector = NDArray[np.float64]
_EDGE = 1e-6


def line(left: Vector, probability: Vector) -> dict[str, PredictionMetric]:
    """`slope` and `intercept` of `probability` (n) against `left` (n, 0 or 1), with Wald intervals."""
    inside = np.clip(probability, _EDGE, 1 - _EDGE)
    odds = np.log(inside / (1 - inside))
    ones, family = np.ones((len(odds), 1)), sm.families.Binomial()
    slope = sm.GLM(left, sm.add_constant(odds), family=family).fit()
    intercept = sm.GLM(left, ones, family=family, offset=odds).fit()
    return {
        "slope": _figure(slope.params[1], slope.conf_int()[1]),
        "intercept": _figure(intercept.params[0], intercept.conf_int()[0]),
    }


def tenths(probability: Vector) -> NDArray[np.intp]:
    """Which tenth of the list each customer is in, 0 the least likely to leave."""
    place: NDArray[np.intp] = np.argsort(np.argsort(probability, kind="stable"), kind="stable")
    return place * 10 // max(len(probability), 1)


def _figure(value: float, ends: Vector) -> PredictionMetric:
    return PredictionMetric(value=float(value), low=float(ends[0]), high=float(ends[1]))
