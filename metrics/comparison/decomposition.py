"""Why a share moved: because its parts changed, or because the mix of the parts did.

Kitagawa (J. Am. Stat. Assoc. 50, 1955, 1168-1194): the parts have weights w and levels l. The sum of
(w1 - w0)(l0 + l1)/2 is the mix, that of (l1 - l0)(w0 + w1)/2 the level. Together they are the change of the whole,
without anything left over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, kw_only=True)
class Shift:
    """The change of a ratio between two periods, in its own unit, split up.

    `parts` has part, level_before, level_now, n_before, n_now, mix, level, total; largest movement first. `left_out` is
    what parts about too few people account for, which cannot be told apart.
    """

    total: float
    mix: float
    level: float
    left_out: float
    parts: pd.DataFrame


def shift(
    parts: pd.DataFrame, by: str, whole: tuple[tuple[float, float], tuple[float, float]]
) -> Shift | None:
    """Split the change of top ÷ bottom. `parts` has `by`, period (0 now, 1 before), top and bottom.

    `whole` is ((top, bottom) now, (top, bottom) before) over everything. None where a period has no cases.
    """
    (top, bottom), (top_before, bottom_before) = whole
    if not bottom > 0 or not bottom_before > 0:
        return None
    total = top / bottom - top_before / bottom_before
    named = parts.assign(**{by: parts[by].astype(object).where(parts[by].notna(), None)})
    # A part about too few people in either period is blank there, and left out of both.
    wide = named.pivot_table(
        index=named[by].fillna("").rename("part"),
        columns="period",
        values=["numerator", "denominator"],
        aggfunc="sum",
        dropna=False,
    )
    blank = named[named["numerator"].isna() | named["denominator"].isna()][by].fillna("")
    wide = wide[~wide.index.isin(set(blank))].reindex(
        columns=pd.MultiIndex.from_product([["numerator", "denominator"], [0, 1]]), fill_value=0
    )
    n, m = (wide["denominator"][i].fillna(0).to_numpy(float) for i in (0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        now = wide["numerator"][0].fillna(0).to_numpy(float) / n
        before = wide["numerator"][1].fillna(0).to_numpy(float) / m
    # A part that is new or gone has no level of its own in one period: all it does is change the mix.
    now, before = np.where(n > 0, now, before), np.where(m > 0, before, now)
    share, share_before = n / bottom, m / bottom_before
    middle = top_before / bottom_before
    mix = (share - share_before) * ((now + before) / 2 - middle)
    level = (now - before) * (share + share_before) / 2
    by_part = pd.DataFrame(
        {
            "part": [name or None for name in wide.index],
            "level_before": np.where(m > 0, before, np.nan),
            "level_now": np.where(n > 0, now, np.nan),
            "n_before": m,
            "n_now": n,
            "mix": np.nan_to_num(mix),
            "level": np.nan_to_num(level),
        }
    )
    by_part["total"] = by_part["mix"] + by_part["level"]
    order = by_part["total"].abs().sort_values(ascending=False, kind="stable").index
    largest_first = by_part.loc[order].reset_index(drop=True)
    return Shift(
        total=total,
        mix=float(largest_first["mix"].sum()),
        level=float(largest_first["level"].sum()),
        left_out=float(total - largest_first["total"].sum()),
        parts=largest_first,
    )
