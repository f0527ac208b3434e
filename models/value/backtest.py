"""Lifetime value judged by hindsight: predicted with what was known a year ago, against what the year brought."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from models.value.lifetime_value import COVERAGE, Terms, Widening, sizes, tenths

MONTHS = 12
GROUPS = 10
TERMS = Terms(horizon_months=MONTHS, discount_rate=0.0)
"""A year's net revenue as the bank books it, not discounted."""


PER_GROUP = 40
"""Intervals are widened apart for groups of so many, half of whom check what the other half says."""


def judge(valued: pd.DataFrame, realised: pd.DataFrame, fewest: int) -> tuple[pd.DataFrame, Widening]:
    """Predicted against realised by tenths of the predicted, and by how much the intervals of each have to be widened.

    `valued` is what a model says of the customers of a day over `TERMS`, fitted on what was known then; `realised` has
    `customer_id` and `net`, the HKD of the 12 months after it (no row: nothing came). A tenth has at least `fewest`
    people, or there are fewer groups.
    Columns out: `tenth` (1 is the lowest), `people`, `predicted`, `realised` (means, HKD), `realised_low`,
    `realised_high` (95%), `within` (share of customers inside an interval widened by what the *others* missed).

    Conformal by group (Mondrian; Vovk, Gammerman and Shafer, Algorithmic Learning in a Random World, 2005, 4.5): one
    widening for all holds on average and fails where value is largest, since errors grow faster than values there.
    """
    compared = valued.merge(realised, on="customer_id", how="left", validate="one_to_one")
    came = compared["net"].fillna(0.0)
    size = sizes(compared["value"].to_numpy())
    below, above = (compared["value_low"] - came) / size, (came - compared["value_high"]) / size
    groups = max(1, min(GROUPS, len(compared) // max(fewest, 1)))
    tenth = tenths(compared["value"].to_numpy(), groups)
    # A small bank has fewer intervals of their own than groups: a handful says nothing of how far one can miss.
    own = max(1, min(groups, len(compared) // PER_GROUP))
    part = tenths(compared["value"].to_numpy(), own)
    reach = [_reaches(below[part == p], above[part == p]) for p in range(1, own + 1)]
    widening = tuple(reach[math.ceil(t / groups * own) - 1] for t in range(1, groups + 1))
    # Every second customer in the order of value: who is checked did not say how wide the interval has to be.
    half = compared["value"].rank(method="first").to_numpy(np.int64) % 2
    within = np.zeros(len(compared))
    for p in range(1, own + 1):
        for side in (0, 1):
            here, others = (part == p) & (half == side), (part == p) & (half != side)
            down, up = _reaches(below[others], above[others])
            within[here] = ((below[here] <= down) & (above[here] <= up)).to_numpy(float)
    rows = pd.DataFrame(
        {"tenth": tenth, "predicted": compared["value"], "realised": came, "within": within}
    ).groupby("tenth")
    table = rows.mean().reset_index()
    table["people"] = rows.size().to_numpy()
    error = 1.96 * rows["realised"].std(ddof=1).to_numpy() / np.sqrt(table["people"])
    table["realised_low"], table["realised_high"] = table["realised"] - error, table["realised"] + error
    columns = ["tenth", "people", "predicted", "realised", "realised_low", "realised_high", "within"]
    return table[columns], widening


def _reaches(below: pd.Series, above: pd.Series) -> tuple[float, float]:
    """How far four in five of further such customers stay within, downwards and upwards; a tenth is missed on each side.

    Where fewer than a tenth can be missed below, as nobody brings less than nothing, more may be missed above.
    """
    tail = (1 - COVERAGE) / 2
    down = _reach(below, 1 - tail)
    missed = 1 - (below <= down).sum() / (len(below) + 1)
    return down, _reach(above, COVERAGE + missed)


def _reach(missed: pd.Series, share: float) -> float:
    """What such a share of further such customers stays within, by the rank that holds for small groups too."""
    n = len(missed)
    if not n:
        return 0.0
    # A share made of ranks is a rank again but for the last digit of its arithmetic.
    place = min(n, math.ceil((n + 1) * share - 1e-9))
    return float(np.sort(missed.to_numpy())[place - 1])
