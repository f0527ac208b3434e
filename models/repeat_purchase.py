"""Customers without a contract, such as buyers of single products: how many still buy, and what they will spend.

BG/NBD (Fader, Hardie and Lee, Marketing Science 24, 2005) for how often, Gamma-Gamma (Fader and Hardie, 2013) for how
much, both by `lifetimes`. Customers with the same history count as one with a weight: the likelihood is the same, and a
million customers take seconds. A bank's accounts are contracts: for those see `lifetime_value`.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

with warnings.catch_warnings():
    # Its last release predates pandas 3; what it warns of does not touch what is used here.
    warnings.simplefilter("ignore")
    from lifetimes import BetaGeoFitter, GammaGammaFitter

HISTORY = ["frequency", "recency", "T"]


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """Both fitted models. `log_likelihood` is that of BG/NBD over all customers."""

    buying: Any
    spending: Any
    parameters: dict[str, float]
    log_likelihood: float


def fit(histories: pd.DataFrame) -> Fitted:
    """Fit `histories`: one row per customer with `frequency` (repeat purchases), `recency` and `T` (from the first
    purchase to the last, and to the end, in one unit of time) and `spent` (mean amount of a repeat purchase, HKD)."""
    alike = histories.groupby(HISTORY, as_index=False).size()
    buying = BetaGeoFitter()
    buying.fit(*(alike[c] for c in HISTORY), weights=alike["size"])
    bought = histories[(histories["frequency"] > 0) & (histories["spent"] > 0)]
    same = bought.groupby(["frequency", "spent"], as_index=False).size()
    spending = GammaGammaFitter()
    spending.fit(same["frequency"], same["spent"], weights=same["size"])
    parameters = {name: float(v) for name, v in (*buying.params_.items(), *spending.params_.items())}
    return Fitted(
        buying=buying,
        spending=spending,
        parameters=parameters,
        log_likelihood=_log_likelihood(buying, alike),
    )


def _log_likelihood(buying: Any, alike: pd.DataFrame) -> float:
    """Of all customers. What the library keeps is a mean, in its own unit of time."""
    found = [np.log(buying.params_[n]) for n in ("r", "alpha", "a", "b")]
    mean = buying._negative_log_likelihood(found, *(alike[c] for c in HISTORY), alike["size"], 0.0)
    return -float(mean) * float(alike["size"].sum())


def expected(fitted: Fitted, histories: pd.DataFrame, ahead: float) -> pd.DataFrame:
    """For each customer `purchases` in the next `ahead` units of time and `value`, their mean worth, undiscounted."""
    bought = fitted.buying.conditional_expected_number_of_purchases_up_to_time(
        ahead, *(histories[c] for c in HISTORY)
    )
    each = fitted.spending.conditional_expected_average_profit(
        histories["frequency"], histories["spent"].fillna(0)
    )
    return pd.DataFrame({"purchases": bought, "value": bought * each})
