"""Who answers a survey, and what the score would be if every group answered as often as the others."""

from __future__ import annotations

import pandas as pd

from metrics.comparison.compare import share_interval


def response(parts: pd.DataFrame, by: str) -> pd.DataFrame:
    """Per value of `by` the response rate: asked, answered, rate, low, high (95%, Wilson).

    `parts` has `by`, asked and answered; groups about too few people are blank and left out.
    """
    known = parts[parts["asked"].gt(0) & parts["answered"].notna()].copy()
    known["rate"] = known["answered"] / known["asked"]
    bounds = [share_interval(a, n) for a, n in zip(known["answered"], known["asked"], strict=True)]
    known["low"], known["high"] = [b[0] for b in bounds], [b[1] for b in bounds]
    return known.sort_values("rate").reset_index(drop=True)[[by, "asked", "answered", "rate", "low", "high"]]


def reweighted(parts: pd.DataFrame) -> tuple[float, float] | None:
    """(score as answered, score if all groups answered alike) of top ÷ bottom. None without enough groups.

    Post-stratification: each group's own score, weighted by how many were asked instead of how many answered.
    `parts` has asked, top and bottom.
    """
    known = parts[parts["denominator"].gt(0) & parts["asked"].gt(0) & parts["numerator"].notna()]
    if len(known) < 2:
        return None
    level, asked = known["numerator"] / known["denominator"], known["asked"]
    return float(known["numerator"].sum() / known["denominator"].sum()), float(
        (level * asked).sum() / asked.sum()
    )
