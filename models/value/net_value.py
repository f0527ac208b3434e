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
    frame = groups.copy()
    won, valued = frame["won"].where(frame["won"] > 0), frame["valued"].where(frame["valued"] > 1)
    frame["cac"] = frame["cost"] / won
    frame["cac_low"] = frame["cost"] / (chi2.ppf(0.975, 2 * (won + 1)) / 2)
    frame["cac_high"] = frame["cost"] / (chi2.ppf(0.025, 2 * won) / 2)
    frame["ltv"] = frame["value"] / valued
    spread = ((frame["value_squared"] - valued * frame["ltv"] ** 2) / (valued - 1)).clip(lower=0) ** 0.5
    frame["ltv_low"], frame["ltv_high"] = group_interval(
        frame["ltv"].to_numpy(float),
        spread.to_numpy(float),
        (frame["swing"] / valued).to_numpy(float),
        valued.to_numpy(float),
        frame["left"].fillna(1).to_numpy(float),
    )
    gap = frame["ltv"] - frame["cac"]
    frame["gain_low"] = gap - np.hypot(frame["ltv"] - frame["ltv_low"], frame["cac_high"] - frame["cac"])
    frame["gain_high"] = gap + np.hypot(frame["ltv_high"] - frame["ltv"], frame["cac"] - frame["cac_low"])
    # Where nobody is valued, the values are not known: that says nothing of how many were won.
    few = ~(frame["won"] >= FEWEST)
    if frame["valued"].notna().any():
        few |= ~(frame["valued"] >= FEWEST)
    tested = frame["cost"].notna() & ~few & frame["gain_low"].notna()
    sure = pd.Series(data=False, index=frame.index)
    if tested.any():
        sure[tested] = multipletests(_chances(frame[tested]), alpha=SURE, method="holm")[1] < SURE
    frame["verdict"] = np.select(
        [
            frame["cost"].isna(),
            few,
            frame["ltv"].isna(),
            sure & (frame["gain_low"] > 0),
            sure & (frame["gain_high"] < 0),
        ],
        [NO_COST, TOO_FEW, NO_VALUE, WORTH, NOT_WORTH],
        NOT_CLEAR,
    )
    return frame


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
