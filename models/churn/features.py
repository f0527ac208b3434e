"""What the churn model may look at: columns of the customer profile, each with the words used in a reason.

Not among them, on purpose: anything about the person (name, age, sex, district), ids, the RM, and everything that is
only known once somebody has left. Nor the segment: it carries no date, so a later change would leak into an earlier
day.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True, kw_only=True)
class Feature:
    """One number about a customer. `unit` says how its value is written: HKD, days, count, score, share or yes.

    `table` is the source it comes from. `since` says from when on it holds: a date column of the profile, a number of
    days that end with the day asked about, or "value" if the number itself counts the days. `since_text` puts that
    date into words.
    """

    name: str
    label: str
    unit: str
    table: str
    since: str | int
    since_text: str


def _of(table: str, *rows: tuple[str, str, str, str | int, str]) -> tuple[Feature, ...]:
    return tuple(
        Feature(name=name, label=label, unit=unit, table=table, since=since, since_text=since_text)
        for name, label, unit, since, since_text in rows
    )


_SINCE, _LATEST, _AT = "since {}", "the latest on {}", "on {}"
_SAVED, _BEFORE = "balance_on", "balance_{}d_before_on"

FEATURES: tuple[Feature, ...] = (
    *_of("customers", ("tenure_days", "Time with the bank", "days", "value", _SINCE)),
    *_of(
        "accounts",
        ("products_held", "Open accounts", "count", "last_account_opened_on", _LATEST),
        ("product_kinds", "Different products held", "count", "last_account_opened_on", _LATEST),
        ("holds_wealth", "Holds an investment or insurance", "yes", "", ""),
        ("holds_credit", "Holds a mortgage or loan", "yes", "", ""),
        ("accounts_opened_90d", "Accounts opened in 90 days", "count", "last_account_opened_on", _LATEST),
        ("accounts_closed_90d", "Accounts closed in 90 days", "count", "last_account_closed_on", _LATEST),
    ),
    *_of(
        "balances",
        ("total_balance", "Deposits and investments", "HKD", _SAVED, _AT),
        ("savings_balance", "Savings", "HKD", _SAVED, _AT),
        ("balance_change_90d", "Change in balance over three months", "share", _BEFORE.format(90), _SINCE),
        ("balance_change_30d", "Change in balance over a month", "share", _BEFORE.format(30), _SINCE),
    ),
    *_of(
        "transactions",
        (
            "days_since_customer_made_transaction",
            "Time since the last transaction by the customer",
            "days",
            "value",
            _SINCE,
        ),
        ("customer_made_transactions_30d", "Transactions by the customer in 30 days", "count", 30, _SINCE),
        ("customer_made_transactions_90d", "Transactions by the customer in 90 days", "count", 90, _SINCE),
        (
            "customer_made_transactions_prev_90d",
            "Transactions by the customer in the 90 days before those",
            "count",
            180,
            _SINCE,
        ),
        ("transactions_change", "Change in transactions by the customer over 90 days", "share", 90, _SINCE),
        ("outflow_90d", "Money moved out over 90 days", "HKD", 90, _SINCE),
        ("inflow_90d", "Money moved in over 90 days", "HKD", 90, _SINCE),
        ("salaries_90d", "Salaries in 90 days", "count", 90, _SINCE),
        ("salaries_prev_90d", "Salaries in the 90 days before", "count", 180, _SINCE),
    ),
    *_of(
        "product_usage",
        ("app_sessions_30d", "App visits in 30 days", "count", "last_app_use_on", _LATEST),
        ("app_sessions_prev_90d", "App visits in the 90 days before", "count", 120, _SINCE),
        ("app_sessions_change", "Change in app visits", "share", "last_app_use_on", _LATEST),
        ("app_features_90d", "Different app features used in 90 days", "count", "last_app_use_on", _LATEST),
    ),
    *_of(
        "tickets",
        ("complaints_90d", "Complaints in 90 days", "count", "last_complaint_on", _LATEST),
        ("complaints_365d", "Complaints in a year", "count", "last_complaint_on", _LATEST),
        ("open_complaints_90d", "Complaints not yet settled", "count", "open_complaint_since", _SINCE),
        ("complaint_days_to_settle", "Longest wait for a settled complaint", "days", "", ""),
        ("tickets_90d", "Service cases in 90 days", "count", "last_ticket_on", _LATEST),
    ),
    *_of(
        "surveys",
        ("last_nps", "Latest answer to “would you recommend us”", "score", "last_nps_on", _AT),
        ("last_csat", "Latest answer to “were you satisfied”", "score", "last_csat_on", _AT),
    ),
    *_of(
        "touches",
        ("contacts_90d", "Calls, e-mails and meetings in 90 days", "count", "last_contact_on", _LATEST),
    ),
    *_of(
        "revenues",
        ("revenue_365d", "Revenue in a year", "HKD", 365, _SINCE),
        ("net_revenue_365d", "Revenue less cost to serve in a year", "HKD", 365, _SINCE),
    ),
)
BY_NAME = {feature.name: feature for feature in FEATURES}
NAMES = tuple(BY_NAME)
TABLES = tuple(dict.fromkeys(feature.table for feature in FEATURES))

_CHANGES = {
    # name: (now, before, how many times longer the period before is)
    "transactions_change": (
        "customer_made_transactions_90d",
        "customer_made_transactions_prev_90d",
        1.0,
    ),
    "app_sessions_change": ("app_sessions_30d", "app_sessions_prev_90d", 3.0),
}


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


def since(profiles: pd.DataFrame, names: tuple[str, ...] = NAMES) -> Days:
    """From which day on each feature's value holds (n × k days); NaT where nobody can say."""
    days = np.full((len(profiles), len(names)), np.datetime64("NaT", "D"))
    if "as_of" not in profiles:
        return days
    day = pd.to_datetime(profiles["as_of"]).to_numpy().astype("datetime64[D]")
    for j, name in enumerate(names):
        how = BY_NAME[name].since
        if isinstance(how, int):
            days[:, j] = day - np.timedelta64(how - 1, "D")
        elif how == "value":
            count = _number(profiles, name).to_numpy()
            counted = ~np.isnan(count)
            days[counted, j] = day[counted] - count[counted].astype("timedelta64[D]")
        elif how in profiles:
            days[:, j] = pd.to_datetime(profiles[how]).to_numpy().astype("datetime64[D]")
    return days


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
