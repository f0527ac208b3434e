"""A small invented history with known causes of leaving: enough to fit a model in a second."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.churn import fitting
from models.churn.churn_prediction import ChurnModel
from models.churn.recipes import Recipe

DAYS = [d.date() for d in pd.date_range("2025-01-31", periods=9, freq="ME")]


def history(customers: int = 2500, seed: int = 0) -> pd.DataFrame:
    """One row per customer and month end. Complaints, silence and a falling balance drive the departures."""
    random = np.random.default_rng(seed)
    parts = []
    for day in DAYS:
        complaints = random.poisson(0.1, customers)
        silent = random.exponential(40, customers).round()
        change = np.where(random.random(customers) < 0.2, np.nan, random.normal(0, 0.3, customers))
        odds = -4.2 + 1.3 * complaints + 0.5 * np.log1p(silent / 30) - 2.0 * np.nan_to_num(change)
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": [f"C{i:05}" for i in range(customers)],
                    "as_of": day,
                    "tenure_days": random.integers(30, 4000, customers),
                    "total_balance": random.lognormal(10, 2, customers).round(2),
                    "balance_change_90d": change,
                    "days_since_customer_made_transaction": silent,
                    "complaints_90d": complaints,
                    "last_nps": np.where(
                        random.random(customers) < 0.6, np.nan, random.integers(0, 11, customers)
                    ),
                    "app_sessions_30d": np.nan,
                    "rule_fired": (complaints > 1).astype(int),
                    "left_in_window": (random.random(customers) < 1 / (1 + np.exp(-odds))).astype(int),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="session")
def examples() -> pd.DataFrame:
    return history()


@pytest.fixture(scope="session")
def model(examples: pd.DataFrame) -> ChurnModel:
    return fitting.fit(examples, source="test")


@pytest.fixture(scope="session", params=["boosting", "curves"])
def model_of_each_kind(request: pytest.FixtureRequest, examples: pd.DataFrame) -> ChurnModel:
    """A model of each kind, whichever of the two a fit on this history would have chosen."""
    return fitting.fit(examples, source="test", recipe=Recipe(kind=request.param, rounds=60))
