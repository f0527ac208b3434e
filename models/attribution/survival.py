"""How long leads stay in a stage: half have left after so many days, nine in ten after so many.

A lead that is still in the stage has not left yet: its time so far counts as “at least”, which is the Kaplan-Meier
estimate (Kaplan and Meier, JASA 53, 1958, 457-481), from statsmodels. Leaving out those who still wait would make every
slow stage look quick.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import SurvfuncRight


@dataclass(frozen=True, kw_only=True)
class Stay:
    """Days until half and nine in ten had left; None where so many have not left yet."""

    people: int
    still_there: int
    median: int | None
    low: int | None
    """With `high`, the 95% interval of the median (None: open to that side)."""
    high: int | None
    ninth: int | None


def stay(left: pd.DataFrame, waiting: pd.DataFrame) -> Stay | None:
    """The stay of those who left after so many `days` and those who have waited so many; both with `people`.

    None where nobody is known. Half have left on the first day on which the estimated share still there is at most one
    half.
    """
    left, waiting = _counted(left), _counted(waiting)
    both = pd.concat([left.assign(gone=1), waiting.assign(gone=0)], ignore_index=True)
    people, still = int(both["people"].sum()), int(waiting["people"].sum())
    if not people:
        return None
    if still == people:
        return Stay(people=people, still_there=still, median=None, low=None, high=None, ninth=None)
    # One by one: given weights, the library takes the spread of the hazard for that of the share (0.15), far too wide.
    each = both.loc[both.index.repeat(both["people"])]
    curve = SurvfuncRight(each["days"].to_numpy(), each["gone"].to_numpy())
    with np.errstate(all="ignore"):  # the interval takes the logarithm of a share of 0 at its end
        low, high = curve.quantile_ci(0.5)
    median = _when(curve, 0.5)
    if median is not None and math.isnan(low):
        # So many people that no day but the median itself could be it.
        low = high = median
    return Stay(
        people=people,
        still_there=still,
        median=median,
        low=_whole(low) if median is not None else None,
        high=_whole(high) if median is not None else None,
        ninth=_when(curve, 0.9),
    )


def _counted(frame: pd.DataFrame) -> pd.DataFrame:
    complete = frame[frame["days"].notna() & frame["people"].notna() & (frame["people"] > 0)]
    # A later stage dated before an earlier one is a mistake of the source; it took no time rather than less than none.
    return pd.DataFrame(
        {"days": complete["days"].clip(lower=0).astype(int), "people": complete["people"].astype(int)}
    )


def _when(curve: SurvfuncRight, share: float) -> int | None:
    # The estimate multiplies fractions: exactly one half may come out a hair above it.
    reached = np.flatnonzero(curve.surv_prob <= 1 - share + 1e-9)
    return int(curve.surv_times[reached[0]]) if len(reached) else None


def _whole(value: float) -> int | None:
    return int(value) if math.isfinite(value) else None
