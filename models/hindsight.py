"""Lifetime value judged by hindsight: predicted with what was known a year ago, against what the year brought."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.lifetime_value import COVERAGE, Model, Terms, sizes, value

MONTHS = 12
GROUPS = 10
TERMS = Terms(horizon_months=MONTHS, discount_rate=0.0)
"""A year's net revenue as the bank books it, not discounted."""


def judge(
    model: Model, profiles: pd.DataFrame, realised: pd.DataFrame, fewest: int
) -> tuple[pd.DataFrame, tuple[float, float]]:
    """Predicted against realised by tenths of the predicted, and by how much intervals have to be widened.

    `model` was fitted on what was known at the day of `profiles`; `realised` has `customer_id` and `net`, the HKD of
    the 12 months after it (no row: nothing came). A tenth has at least `fewest` people, or there are fewer groups.
    Columns out: `tenth` (1 is the lowest), `people`, `predicted`, `realised` (means, HKD), `realised_low`,
    `realised_high` (95 %), `within` (share of customers inside their own widened interval).
    """
    found = value(model, profiles, TERMS).merge(realised, on="customer_id", how="left", validate="one_to_one")
    came = found["net"].fillna(0.0)
    size = sizes(found["value"].to_numpy())
    below, above = (found["value_low"] - came) / size, (came - found["value_high"]) / size
    edge = 1 - (1 - COVERAGE) / 2
    widening = float(np.quantile(below, edge)), float(np.quantile(above, edge))
    within = (below <= widening[0]) & (above <= widening[1])
    groups = max(1, min(GROUPS, len(found) // max(fewest, 1)))
    order = found["value"].rank(method="first")
    tenth = np.ceil(order / len(found) * groups).astype(int)
    rows = pd.DataFrame(
        {"tenth": tenth, "predicted": found["value"], "realised": came, "within": within.astype(float)}
    ).groupby("tenth")
    table = rows.mean().reset_index()
    table["people"] = rows.size().to_numpy()
    error = 1.96 * rows["realised"].std(ddof=1).to_numpy() / np.sqrt(table["people"])
    table["realised_low"], table["realised_high"] = table["realised"] - error, table["realised"] + error
    columns = ["tenth", "people", "predicted", "realised", "realised_low", "realised_high", "within"]
    return table[columns], widening
