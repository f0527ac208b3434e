"""What an experiment shows: treated against held out, with intervals that allow for looking more than once.

Nothing here knows where the arms came from. Everybody drawn is compared as drawn, whether or not the plan was followed
(intention to treat). Tests, intervals and power are those of statsmodels and scipy.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.optimize import brentq
from scipy.stats import chisquare, multivariate_normal, norm
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_effectsize

from models.evaluation.prediction_metrics import PredictionMetric

ALPHA, POWER = 0.05, 0.80
FEWEST_FOR_AN_INTERVAL = 10
"""With fewer who did it, or fewer who did not, in either arm, no interval is given: it would be chance."""
WRONG_RATIO = 0.001
"""Below this chance of the arms' sizes being luck, something went wrong with the draw and no effect is believed."""


@cache
def bounds(looks: int) -> tuple[float, ...]:
    """How many standard errors an effect must have at each of `looks` equally spaced looks to be believed.

    O'Brien and Fleming (Biometrics 35, 1979, 549-556): the bound at look k of K is c × √(K / k). With this c and
    without any effect, all looks together give a false alarm with probability ALPHA (two-sided).
    """
    if looks == 1:
        return (float(norm.isf(ALPHA / 2)),)
    at = np.arange(1, looks + 1) / looks
    correlation = np.sqrt(np.minimum.outer(at, at) / np.maximum.outer(at, at))

    def false_alarm(c: float) -> float:
        edge = c / np.sqrt(at)
        quiet = multivariate_normal.cdf(
            edge, mean=np.zeros(looks), cov=correlation, lower_limit=-edge, rng=np.random.default_rng(0)
        )
        return float(1 - quiet - ALPHA)

    c = brentq(false_alarm, norm.isf(ALPHA / 2), 5.0, xtol=1e-4)
    return tuple(float(c / math.sqrt(t)) for t in at)


def sample_ratio(treated: int, held_out: int, treated_share: float) -> float:
    """The probability of arms at least this far from the planned share, if the draw was right (chi-square, 1 df)."""
    n = treated + held_out
    expected = [n * treated_share, n * (1 - treated_share)]
    if min(expected) == 0:
        return float(treated * (1 - treated_share) + held_out * treated_share == 0)
    return float(chisquare([treated, held_out], expected).pvalue)


def effect(rows: pd.DataFrame, z: float = 1.959964) -> dict[str, PredictionMetric]:
    """The effect of being treated on how often something happened; empty if too few to say.

    `rows`: one per customer, with `treated` (bool), `happened` (0 or 1), and `chance` (a prediction made before the
    draw, NaN where there is none). `z` is the bound of the look, 1.96 for a single one.

    `points` (difference of the shares, Newcombe 1998) and `relative` (their ratio - 1, Koopman 1984) compare the arms
    as they are. `points_adjusted` and `relative_adjusted` take out what `chance` had foreseen (CUPED: Deng et al.,
    WSDM 2013; here Lin's regression with interactions, Ann. Appl. Stat. 7, 2013, robust HC2 errors); `variance_cut`
    is the share of the variance that this takes away. Without any `chance` they are left out.
    """
    treated, happened = rows["treated"].to_numpy(bool), rows["happened"].to_numpy(float)
    n, m = int(treated.sum()), int((~treated).sum())
    a, b = int(happened[treated].sum()), int(happened[~treated].sum())
    if min(a, b, n - a, m - b) < FEWEST_FOR_AN_INTERVAL:
        return {}
    alpha = 2 * float(norm.sf(z))
    of = {"count1": a, "nobs1": n, "count2": b, "nobs2": m, "alpha": alpha}
    low, high = confint_proportions_2indep(**of, method="newcomb", compare="diff")
    ratio_low, ratio_high = confint_proportions_2indep(**of, method="score", compare="ratio")
    figures = {
        "points": PredictionMetric(value=a / n - b / m, low=float(low), high=float(high)),
        "relative": PredictionMetric(
            value=a / n / (b / m) - 1, low=float(ratio_low) - 1, high=float(ratio_high) - 1
        ),
    }
    chance = rows["chance"].to_numpy(float)
    if np.isfinite(chance).any():
        figures |= _adjusted(treated, happened, chance, z)
    return figures


def _adjusted(
    treated: np.ndarray, happened: np.ndarray, chance: np.ndarray, z: float
) -> dict[str, PredictionMetric]:
    # An unscored customer gets the mean: known before the draw, so it favours neither arm.
    filled = np.where(np.isfinite(chance), chance, np.nanmean(chance))
    centred = filled - filled.mean()
    arm = treated.astype(float)
    plain = sm.OLS(happened, np.column_stack([np.ones_like(arm), arm])).fit(cov_type="HC2")
    design = np.column_stack([np.ones_like(arm), arm, centred, arm * centred])
    fitted = sm.OLS(happened, design).fit(cov_type="HC2")
    base, gain = fitted.params[:2]
    cov = fitted.cov_params()[:2, :2]
    cut = 1 - cov[1, 1] / plain.cov_params()[1, 1]
    points = PredictionMetric(
        value=float(gain), low=float(gain - z * cov[1, 1] ** 0.5), high=float(gain + z * cov[1, 1] ** 0.5)
    )
    figures = {
        "points_adjusted": points,
        "variance_cut": PredictionMetric(value=float(cut), low=float(cut), high=float(cut)),
    }
    if min(base, base + gain) > 0:
        # Delta method on the logarithm of the ratio, so that the interval cannot pass below -100%.
        slope = np.array([1 / (base + gain) - 1 / base, 1 / (base + gain)])
        spread = z * math.sqrt(float(slope @ cov @ slope))
        middle = math.log((base + gain) / base)
        low, value, high = (math.exp(x) - 1 for x in (middle - spread, middle, middle + spread))
        figures["relative_adjusted"] = PredictionMetric(value=value, low=low, high=high)
    return figures


def needed(share: float, relative: float, treated_share: float, z: float = 1.959964, cut: float = 0.0) -> int:
    """How many customers in both arms together show a change of `relative` with 80% power.

    `share` of the held-out do it, `treated_share` of all are treated, `z` is the bound, and `cut` the share of the
    variance that the prediction takes away. Normal approximation of statsmodels on Cohen's arcsine scale.
    """
    size = proportion_effectsize(share * (1 + relative), share)
    ratio = (1 - treated_share) / treated_share
    treated = NormalIndPower().solve_power(
        abs(size), alpha=2 * float(norm.sf(z)), power=POWER, ratio=ratio, alternative="two-sided"
    )
    return math.ceil(float(np.squeeze(treated)) * (1 + ratio) * (1 - cut))


def worth(points: PredictionMetric, treated: int, yearly: float) -> PredictionMetric:
    """What the customers kept bring in a year, in HKD: `points` (of churn) × `treated` × `yearly` net revenue each."""
    low, value, high = sorted(-p * treated * yearly for p in (points.low, points.value, points.high))
    return PredictionMetric(value=value, low=low, high=high)


def best(figures: dict[str, PredictionMetric], name: str) -> PredictionMetric | None:
    """The adjusted figure if there is one, else the plain one; None if there were too few for either."""
    return figures.get(f"{name}_adjusted") or figures.get(name)


def verdict(points: PredictionMetric | None, good: str) -> str:
    """`helped`, `harmed`, `not clear` (the interval includes none) or `too few` (no interval can be given).

    `good` says whether `fewer` or `more` is wanted.
    """
    if points is None:
        return "too few"
    if points.low <= 0 <= points.high:
        return "not clear"
    return "helped" if (good == "fewer") == (points.high < 0) else "harmed"
