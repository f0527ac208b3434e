"""Which touches won a lead: first, last and linear, each sharing one win out completely.

First and last give the whole win to the earliest or latest touch, linear an equal share to each (the usual heuristics;
Dalessandro et al. 2012, "Causally motivated attribution for online advertising", names their limits).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

MODELS = ("first", "last", "linear")
NO_TOUCH = "none"
"""The touch of a win that no touch led to. It keeps the win in every total; its channel is not known."""


def credits(wins: pd.DataFrame, touches: pd.DataFrame) -> pd.DataFrame:
    """Every touch's share of its win, by model: columns model, the columns of `wins`, the rest of `touches`, credit.

    `wins` has one row per won lead: `lead_id`, `won_at`, and whatever else should be carried along. `touches` has one
    row per touch: `touch_id`, `lead_id`, `touched_at`, and whatever else. A touch after the win does not count, nor
    one without a moment; at the same moment the smaller touch_id is the earlier. A win without a touch gets one row
    with the touch `none`, so that the credits of each model add up to 1 for every win.
    """
    journeys = wins.merge(touches, on="lead_id", how="inner", validate="one_to_many")
    journeys = journeys[journeys["touched_at"] <= journeys["won_at"]]
    journeys = journeys.sort_values(["lead_id", "touched_at", "touch_id"], kind="stable")
    lead = journeys["lead_id"]
    first, last = ~lead.duplicated(keep="first"), ~lead.duplicated(keep="last")
    length = lead.map(lead.value_counts()).astype("float64")
    share = {
        "first": first.astype("float64"),
        "last": last.astype("float64"),
        "linear": 1.0 / length,
    }
    untouched = wins[~wins["lead_id"].isin(lead)].assign(touch_id=NO_TOUCH, credit=1.0)
    parts = []
    for model in MODELS:
        given = journeys.assign(credit=share[model])
        both = pd.concat([given[given["credit"] > 0], untouched], ignore_index=True)
        parts.append(both.assign(model=model))
    result = pd.concat(parts, ignore_index=True)
    if not np.isclose(result["credit"].sum(), len(MODELS) * len(wins), rtol=1e-9, atol=1e-9):
        raise AssertionError("credits do not add up to the wins")
    return result
