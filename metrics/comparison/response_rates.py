"""Who answers a survey, and what the score would be if every group answered as often as the others."""

from __future__ import annotations

import pandas as pd

from metrics.comparison.compare import share_interval


def response(parts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Per value of `by` the response rate: asked, answered, rate, low, high (95%, Wilson).

    `parts` has `by`, asked and answered; groups about too few people are blank and left out.
    """
    rated = parts[parts["asked"].gt(0) & parts["answered"].notna()].copy()
    rated["rate"] = rated["answered"] / rated["asked"]
    bounds = [share_interval(a, n) for a, n in zip(rated["answered"], rated["asked"], strict=True)]
    rated["low"], rated["high"] = [b[0] for b in bounds], [b[1] for b in bounds]
    return rated.sort_values("rate").reset_index(drop=True)[[by, "asked", "answered", "rate", "low", "high"]]


def reweighted(parts: pd.DataFrame) -> tuple[float, float] | None:
    """(score as answered, score if all groups answered alike) of top ÷ bottom. None without enough groups.

    Post-stratification: each group's own score, weighted by how many were asked instead of how many answered.
    `parts` has asked, top and bottom.
    """
    groups = parts[parts["denominator"].gt(0) & parts["asked"].gt(0) & parts["numerator"].notna()]
    if len(groups) < 2:
        return None
    level, invited = groups["numerator"] / groups["denominator"], groups["asked"]
    return float(groups["numerator"].sum() / groups["denominator"].sum()), float(
        (level * invited).sum() / invited.sum()
    )
