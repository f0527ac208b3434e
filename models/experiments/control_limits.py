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
    found = batches.copy()
    windows = max(1, found["window"].nunique())
    both = found["decided"].notna() & found["accepted"].notna()
    known = found[both].groupby("window")[["decided", "accepted"]].transform("sum")
    others = known["decided"] - found["decided"]
    usual = (known["accepted"] - found["accepted"]) / others.where(others > 0)
    able = both & (found["decided"] >= SMALLEST) & (others >= FEWEST_OTHERS)
    fewest = binom.ppf(
        FALSE_ALARM / windows, found["decided"].fillna(0), usual.reindex(found.index).fillna(0)
    )
    found["usual"] = usual.where(able)
    found["limit"] = (pd.Series(fewest, found.index) / found["decided"]).where(able)
    share = found["accepted"] / found["decided"].where(found["decided"] > 0)
    found["alarm"] = able & (share < found["limit"]) & (share < found["usual"] - MATTERS)
    return found


def alarms(batches: pd.DataFrame) -> pd.DataFrame:
    """One row per campaign that is below its limit: the shortest window in which it shows, worst first."""
    found = judged(batches)
    found = found[found["alarm"]].sort_values("window").drop_duplicates("campaign")
    worst = (found["accepted"] / found["decided"] - found["usual"]).to_numpy()
    return found.iloc[np.argsort(worst, kind="stable")].reset_index(drop=True)
