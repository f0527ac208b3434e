"""Whether what customers brought is worth what they cost, decided by intervals and never by two point values.

Cost is known to the cent; how many customers it won varies like a Poisson count (exact interval). The interval of value
less cost is put together from both by MOVER (Zou and Donner, Stat. Med. 27, 2008), as Newcombe's intervals are.
Several groups are judged together, so that of many alike none is praised or blamed by chance (Holm).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm
from statsmodels.stats.multitest import multipletests

from models.value.lifetime_value import group_interval

FEWEST = 30
"""Fewer customers than this say nothing about a group."""
SURE = 0.05
WORTH, NOT_WORTH, NOT_CLEAR, TOO_FEW, NO_COST, NO_VALUE = (
    "worth it",
    "not worth it",
    "not clear",
    "not enough data yet",
    "no cost data",
    "no value yet",
)
"""Not clear: customers enough, and value less cost may lie on either side of 0. Too few: fewer than `FEWEST`."""
VERDICTS = (WORTH, NOT_WORTH, NOT_CLEAR, TOO_FEW, NO_VALUE, NO_COST)


def judged(groups: pd.DataFrame) -> pd.DataFrame:
    """`groups` with `cac`, `ltv`, their 95% bounds (`…_low`, `…_high`), those of the difference, and `verdict`.

    Needs per group `cost` (HKD, NaN if not known), `won` (customers), `left` (of them), `valued`, `value`,
    `value_squared`, `swing` (sums over those valued, HKD). NaN means not known or about too few people to show.
    """
    found = groups.copy()
    won, valued = found["won"].where(found["won"] > 0), found["valued"].where(found["valued"] > 1)
    found["cac"] = found["cost"] / won
    found["cac_low"] = found["cost"] / (chi2.ppf(0.975, 2 * (won + 1)) / 2)
    found["cac_high"] = found["cost"] / (chi2.ppf(0.025, 2 * won) / 2)
    found["ltv"] = found["value"] / valued
    spread = ((found["value_squared"] - valued * found["ltv"] ** 2) / (valued - 1)).clip(lower=0) ** 0.5
    found["ltv_low"], found["ltv_high"] = group_interval(
        found["ltv"].to_numpy(float),
        spread.to_numpy(float),
        (found["swing"] / valued).to_numpy(float),
        valued.to_numpy(float),
        found["left"].fillna(1).to_numpy(float),
    )
    gap = found["ltv"] - found["cac"]
    found["gain_low"] = gap - np.hypot(found["ltv"] - found["ltv_low"], found["cac_high"] - found["cac"])
    found["gain_high"] = gap + np.hypot(found["ltv_high"] - found["ltv"], found["cac"] - found["cac_low"])
    # Where nobody is valued, the values are not known: that says nothing of how many were won.
    few = ~(found["won"] >= FEWEST)
    if found["valued"].notna().any():
        few |= ~(found["valued"] >= FEWEST)
    asked = found["cost"].notna() & ~few & found["gain_low"].notna()
    sure = pd.Series(False, found.index)
    if asked.any():
        sure[asked] = multipletests(_chances(found[asked]), alpha=SURE, method="holm")[1] < SURE
    found["verdict"] = np.select(
        [
            found["cost"].isna(),
            few,
            found["ltv"].isna(),
            sure & (found["gain_low"] > 0),
            sure & (found["gain_high"] < 0),
        ],
        [NO_COST, TOO_FEW, NO_VALUE, WORTH, NOT_WORTH],
        NOT_CLEAR,
    )
    return found


def _chances(groups: pd.DataFrame) -> np.ndarray:
    """How likely a gain so far from 0 would be without any, from the half of its interval that lies towards 0."""
    gap = (groups["ltv"] - groups["cac"]).to_numpy(float)
    half = np.where(gap > 0, gap - groups["gain_low"], groups["gain_high"] - gap)
    with np.errstate(divide="ignore", invalid="ignore"):
        chances = 2 * norm.sf(1.959964 * np.abs(gap) / half)
    return np.where(gap == 0, 1.0, np.nan_to_num(chances, nan=1.0))


def paid_back(by_month: pd.Series, cac: float) -> int | None:
    """The month since joining (1 is the first) in which cumulative net revenue reaches `cac`; None if not yet.

    `by_month`: mean net revenue of each month since joining, indexed 1, 2, …
    """
    total = by_month.cumsum()
    reached = total.index[total >= cac]
    return int(reached[0]) if len(reached) else None
