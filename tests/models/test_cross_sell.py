"""Cross-sell: judged on later days, better than chance where there is something to know, and refused without openings."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.churn import churn_prediction, cross_sell_prediction
from warehouse.errors import ModelRefused


def history(effect: float, customers: int = 3000) -> pd.DataFrame:
    """Month ends a quarter apart; those with large balances open a wealth product more often."""
    random = np.random.default_rng(7)
    parts = []
    for day in pd.date_range("2025-03-31", periods=4, freq="QE"):
        rich = random.normal(size=customers)
        chance = 1 / (1 + np.exp(3.2 - effect * rich))
        parts.append(
            pd.DataFrame(
                {
                    "customer_id": [f"C{i}" for i in range(customers)],
                    "as_of": day.date(),
                    "total_balance": np.exp(11 + rich),
                    "tenure_days": random.integers(30, 5000, customers),
                    "opened_in_window": (random.random(customers) < chance).astype(int),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_it_finds_who_opens_and_its_chances_are_of_the_right_size() -> None:
    examples = history(1.2)
    model = cross_sell_prediction.fit(examples, source="test")
    area = model.card.figures["model"]["roc_auc"]
    assert area["low"] > 0.7
    assert str(model.card.judged_on) == "2025-12-31"
    scored = churn_prediction.score(model, examples)
    assert scored["probability"].mean() == pytest.approx(examples["opened_in_window"].mean(), rel=0.02)


def test_where_there_is_nothing_to_know_it_knows_nothing() -> None:
    area = cross_sell_prediction.fit(history(0.0)).card.figures["model"]["roc_auc"]
    assert area["low"] <= 0.5 <= area["high"]


@pytest.mark.parametrize("rows", [0, 500])
def test_with_too_few_openings_there_is_no_model(rows: int) -> None:
    with pytest.raises(ModelRefused, match="no cross-sell model: too few"):
        cross_sell_prediction.fit(history(1.0).head(rows))
