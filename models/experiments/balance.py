"""Whether two arms were alike before anything was done: standardised mean differences."""

from __future__ import annotations

import math

import pandas as pd

from models.evaluation.prediction_metrics import PredictionMetric

ALIKE = 0.1
"""Up to this difference, in standard deviations, arms count as alike (Austin, Statistics in Medicine 28, 2009)."""


def standardised_difference(treated: pd.Series, held_out: pd.Series) -> PredictionMetric | None:
    """How far the mean of the treated lies above that of the held-out, in standard deviations, with a 95% interval.

    The deviation is the root of the mean of both variances (Austin 2009, p. 3087), the standard error that of Hedges
    and Olkin (1985, p. 86). None where an arm has fewer than two numbers, or all are the same.
    """
    a, b = treated.dropna().astype(float), held_out.dropna().astype(float)
    n, m = len(a), len(b)
    spread = math.sqrt((a.var() + b.var()) / 2) if min(n, m) > 1 else 0.0
    if not spread > 0:
        return None
    d = float((a.mean() - b.mean()) / spread)
    error = math.sqrt((n + m) / (n * m) + d * d / (2 * (n + m)))
    return PredictionMetric(value=d, low=d - 1.959964 * error, high=d + 1.959964 * error)
