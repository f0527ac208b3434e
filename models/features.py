"""What the churn model may look at: columns of the customer profile, each with the words used in a reason.

Not among them, on purpose: anything about the person (name, age, sex, district), ids, the RM, the segment (it carries
no date, so a later change would leak into an earlier day), and everything that is only known once somebody has left.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One number about a customer. `unit` says how its value is written: HKD, days, count, score, share or yes."""

    name: str
    label: str
    unit: str


def _feature(name: str, label: str, unit: str = "count") -> Feature:
    return Feature(name=name, label=label, unit=unit)


FEATURES: tuple[Feature, ...] = (
    _feature("tenure_days", "Time with the bank", "days"),
    _feature("products_held", "Open accounts"),
    _feature("product_kinds", "Different products held"),
    _feature("holds_wealth", "Holds an investment or insurance", "yes"),
    _feature("holds_credit", "Holds a mortgage or loan", "yes"),
    _feature("total_balance", "Deposits and investments", "HKD"),
    _feature("savings_balance", "Savings", "HKD"),
    _feature("balance_change_90d", "Change of balance in three months", "share"),
    _feature("balance_change_30d", "Change of balance in a month", "share"),
    _feature("accounts_opened_90d", "Accounts opened in 90 days"),
    _feature("accounts_closed_90d", "Accounts closed in 90 days"),
    _feature("days_since_customer_made_transaction", "Time since the last own booking", "days"),
    _feature("customer_made_transactions_30d", "Own bookings in 30 days"),
    _feature("customer_made_transactions_90d", "Own bookings in 90 days"),
    _feature("customer_made_transactions_prev_90d", "Own bookings in the 90 days before"),
    _feature("transactions_change", "Change of own bookings in 90 days", "share"),
    _feature("outflow_90d", "Money moved out in 90 days", "HKD"),
    _feature("inflow_90d", "Money moved in in 90 days", "HKD"),
    _feature("salaries_90d", "Salaries in 90 days"),
    _feature("salaries_prev_90d", "Salaries in the 90 days before"),
    _feature("app_sessions_30d", "App visits in 30 days"),
    _feature("app_sessions_prev_90d", "App visits in the 90 days before"),
    _feature("app_sessions_change", "Change of app visits", "share"),
    _feature("app_features_90d", "Different app features used in 90 days"),
    _feature("complaints_90d", "Complaints in 90 days"),
    _feature("complaints_365d", "Complaints in a year"),
    _feature("open_complaints_90d", "Complaints not yet settled"),
    _feature("complaint_days_to_settle", "Longest wait for a complaint to be settled", "days"),
    _feature("tickets_90d", "Service cases in 90 days"),
    _feature("last_nps", "Latest answer to “would you recommend us”", "score"),
    _feature("last_csat", "Latest answer to “were you satisfied”", "score"),
    _feature("contacts_90d", "Calls, e-mails and meetings in 90 days"),
    _feature("revenue_365d", "Revenue in a year", "HKD"),
    _feature("net_revenue_365d", "Revenue less cost to serve in a year", "HKD"),
)
BY_NAME = {feature.name: feature for feature in FEATURES}
NAMES = tuple(BY_NAME)

_UNITS = {
    "HKD": "HKD {:,.0f}",
    "days": "{:,.0f} days",
    "count": "{:,.0f}",
    "score": "{:,.0f}",
    "share": "{:+.0%}",
}

_CHANGES = {
    # name: (now, before, how many times longer the period before is)
    "transactions_change": (
        "customer_made_transactions_90d",
        "customer_made_transactions_prev_90d",
        1.0,
    ),
    "app_sessions_change": ("app_sessions_30d", "app_sessions_prev_90d", 3.0),
}


def in_words(name: str, value: float | None) -> str:
    """A feature and its value for a person, such as “Savings: HKD 512,300”. Raises KeyError for another name."""
    feature = BY_NAME[name]
    if value is None:
        return f"{feature.label}: not known"
    if feature.unit == "yes":
        return f"{feature.label}: {'yes' if value else 'no'}"
    return f"{feature.label}: {_UNITS[feature.unit].format(value)}"


def values(profiles: pd.DataFrame, names: tuple[str, ...] = NAMES) -> pd.DataFrame:
    """The features of `profiles` in their own units, one float column each; not known is NaN.

    A column that is absent is not known. A change against a period without anything is not known either.
    """
    columns: dict[str, pd.Series] = {}
    for name in names:
        if name in _CHANGES:
            now, before, longer = _CHANGES[name]
            start = _number(profiles, before)
            columns[name] = (_number(profiles, now) * longer - start) / start.where(start > 0)
        else:
            columns[name] = _number(profiles, name)
    return pd.DataFrame(columns, index=profiles.index)


def matrix(profiles: pd.DataFrame, names: tuple[str, ...] = NAMES) -> Matrix:
    """The features as an n × k array on a signed log scale, NaN where not known.

    The scale keeps the order, so trees do not notice it; curves need it because money spans six powers of ten.
    """
    plain = values(profiles, names).to_numpy(dtype=np.float64)
    scaled: Matrix = np.sign(plain) * np.log1p(np.abs(plain))
    return scaled


def _number(profiles: pd.DataFrame, name: str) -> pd.Series:
    if name not in profiles:
        return pd.Series(np.nan, index=profiles.index)
    return pd.to_numeric(profiles[name], errors="coerce").astype("float64")
