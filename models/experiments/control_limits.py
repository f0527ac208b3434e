"""Whether Sales accepts a campaign's leads as often as other campaigns' leads, by a control limit that fits the batch.

A p-chart (Shewhart 1931; Montgomery, Introduction to Statistical Quality Control, ch. 7) with the exact binomial
instead of the normal limit, so that a small batch has a limit it can keep: the fewest accepted leads that a batch of
this size from the other campaigns would still have, but for one batch in `1 / FALSE_ALARM`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import binom

FALSE_ALARM = 0.00135
"""The chance of an alarm about a campaign like the others: one side of three standard deviations, all its batches."""
SMALLEST = 20
"""A batch of fewer decided leads raises no alarm."""
FEWEST_OTHERS = 100
"""With fewer decided leads of other campaigns there is nothing to compare with."""
MATTERS = 0.10
"""Campaigns differ a little, and with enough leads any difference shows: below the others by less raises no alarm."""


def judged(batches: pd.DataFrame) -> pd.DataFrame:
    """`batches` with the `usual` share of the other campaigns, the `limit` (a share) and whether it is an `alarm`.

    One row per campaign and `window`, with how many leads were `decided` and `accepted`. A campaign has as many batches
    as there are windows, and the chance of a false alarm is shared out among them. NaN where a batch cannot be judged.
    """
    frame = batches.copy()
    windows = max(1, frame["window"].nunique())
    both = frame["decided"].notna() & frame["accepted"].notna()
    sums = frame[both].groupby("window")[["decided", "accepted"]].transform("sum")
    others = sums["decided"] - frame["decided"]
    usual = (sums["accepted"] - frame["accepted"]) / others.where(others > 0)
    able = both & (frame["decided"] >= SMALLEST) & (others >= FEWEST_OTHERS)
    fewest = binom.ppf(
        FALSE_ALARM / windows, frame["decided"].fillna(0), usual.reindex(frame.index).fillna(0)
    )
    frame["usual"] = usual.where(able)
    frame["limit"] = (pd.Series(fewest, frame.index) / frame["decided"]).where(able)
    share = frame["accepted"] / frame["decided"].where(frame["decided"] > 0)
    frame["alarm"] = able & (share < frame["limit"]) & (share < frame["usual"] - MATTERS)
    return frame


def alarms(batches: pd.DataFrame) -> pd.DataFrame:
    """One row per campaign that is below its limit: the shortest window in which it shows, worst first."""
    below = judged(batches)
    below = below[below["alarm"]].sort_values("window").drop_duplicates("campaign")
    worst = (below["accepted"] / below["decided"] - below["usual"]).to_numpy()
    return below.iloc[np.argsort(worst, kind="stable")].reset_index(drop=True)
