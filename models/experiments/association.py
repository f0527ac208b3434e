"""Whether two things go together within groups of like people: an association, never a proof.

Mantel and Haenszel's risk ratio over strata, with the variance of Greenland and Robins (Biometrics 41, 1985, 55-68);
statsmodels pools odds ratios only. Holm's correction, from statsmodels, for asking about many features at once.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from statsmodels.stats.multitest import multipletests

FEWEST = 30
"""People with and without the feature, and cases in all, below which nothing is said."""


def links(strata: pd.DataFrame) -> pd.DataFrame:
    """Per feature the risk ratio of having a case. `strata` has feature, stratum, users, users_with_case, others,
    others_with_case (counts of customers).

    Gives a row per feature with the summed counts, `risk_ratio`, `low`, `high` (95%) and `p_adjusted` (Holm); the
    last four are NaN where there are too few people.
    """
    rows = [_link(str(feature), part) for feature, part in strata.groupby("feature", sort=True)]
    by_feature = pd.DataFrame(rows)
    if by_feature.empty:
        return by_feature
    tested = by_feature["p"].notna()
    by_feature["p_adjusted"] = np.nan
    if tested.any():
        by_feature.loc[tested, "p_adjusted"] = multipletests(by_feature.loc[tested, "p"], method="holm")[1]
    return by_feature.drop(columns="p")


def _link(feature: str, part: pd.DataFrame) -> dict[str, object]:
    a, n = part["users_with_case"].to_numpy(float), part["users"].to_numpy(float)
    c, m = part["others_with_case"].to_numpy(float), part["others"].to_numpy(float)
    counts: dict[str, object] = {
        "feature": feature,
        "users": int(n.sum()),
        "others": int(m.sum()),
        "users_with_case": int(a.sum()),
        "others_with_case": int(c.sum()),
        "risk_ratio": math.nan,
        "low": math.nan,
        "high": math.nan,
        "p": math.nan,
    }
    if min(n.sum(), m.sum(), a.sum() + c.sum()) < FEWEST or not a.sum() or not c.sum():
        return counts
    both = (n > 0) & (m > 0)
    a, n, c, m = a[both], n[both], c[both], m[both]
    t = n + m
    top, bottom = (a * m / t).sum(), (c * n / t).sum()
    if not top or not bottom:
        return counts
    # The variance of the logarithm of the pooled ratio.
    spread = ((n * m * (a + c) - a * c * t) / t**2).sum() / (top * bottom)
    middle, width = math.log(top / bottom), 1.959964 * math.sqrt(spread)
    z = abs(middle) / math.sqrt(spread)
    return counts | {
        "risk_ratio": math.exp(middle),
        "low": math.exp(middle - width),
        "high": math.exp(middle + width),
        "p": math.erfc(z / math.sqrt(2)),
    }
