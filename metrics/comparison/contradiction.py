"""Whether two departments' figures conflict with each other: more of something while less of it is any good.

Both must move over the last months by more than chance, each judged by its own trend with the month-to-month
unrest that the series itself shows. How often a pair that has nothing to do with each other is flagged all the same is
measured in `benchmarks/false_conflicts.py` and kept in decision 0013.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import statsmodels.api as sm
from scipy.stats import t as student

Finding = Literal["conflict", "none", "not enough data yet", "too early"]
MONTHS = 12
FEWEST_MONTHS = 6
FEWEST_CASES = 20


@dataclass(frozen=True, kw_only=True)
class MetricPair:
    """A volume one department is praised for, and the quality another one feels."""

    volume: str
    quality: str
    sentence: str


PAIRS = (
    MetricPair(
        volume="mql",
        quality="acceptance_rate",
        sentence="Marketing calls more leads qualified while Sales accepts a smaller share of them.",
    ),
    MetricPair(
        volume="opportunities",
        quality="win_rate",
        sentence="Sales opens more opportunities while a smaller share of them is won.",
    ),
    MetricPair(
        volume="customers_acquired",
        quality="churn_rate",
        sentence="More customers are won while a larger share of customers leaves.",
    ),
)


def detect(
    volume: Sequence[float],
    good: Sequence[float],
    judged: Sequence[float],
    days: Sequence[int],
    *,
    quality_is_up: bool = True,
) -> Finding:
    """Judge one pair by month: the volume, and of `judged` cases the `good` ones; `days` is each month's length.

    A conflict: the volume's trend is above 0 and the quality's on the wrong side of 0, each one-sided at 2.5%. The
    regressions are quasi-Poisson and quasi-binomial (McCullagh and Nelder, Generalized Linear Models, 1989, 4.5 and
    9.2).
    """
    series = np.array([volume, good, judged, days], dtype=float)
    if series.shape[1] < FEWEST_MONTHS:
        return "too early"
    if not np.isfinite(series).all() or min(series[0].min(), series[2].min()) < FEWEST_CASES:
        return "not enough data yet"
    trend = np.column_stack([np.ones(series.shape[1]), np.arange(series.shape[1])])
    growth, _ = _trend(sm.GLM(series[0], trend, family=sm.families.Poisson(), offset=np.log(series[3])))
    shares = np.column_stack([series[1], series[2] - series[1]])
    low, high = _trend(sm.GLM(shares, trend, family=sm.families.Binomial()))
    worse = high < 0 if quality_is_up else low > 0
    return "conflict" if growth > 0 and worse else "none"


def _trend(model: Any) -> tuple[float, float]:
    """The 95% interval of a slope; months are never taken to be calmer than chance alone would leave them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # shares of exactly 0 or 1 are fitted at the edge
        fitted = model.fit()
    degrees = len(model.endog) - 2
    unrest = max(1.0, fitted.pearson_chi2 / degrees)
    middle, spread = float(fitted.params[1]), float(fitted.bse[1]) * math.sqrt(unrest)
    wide = float(student.ppf(0.975, degrees)) * spread
    return middle - wide, middle + wide
