"""Worth it, not worth it, or too few to say: an interval decides, never two point values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.value import net_value


def _group(cost: float | None, won: int, mean: float, deviation: float, left: int = 5) -> dict[str, float]:
    squared = (won - 1) * deviation**2 + won * mean**2
    return {
        "cost": np.nan if cost is None else cost,
        "won": won,
        "left": left,
        "valued": won,
        "value": won * mean,
        "value_squared": squared,
        "swing": 0.1 * won * abs(mean),
    }


def _verdict(**group: float) -> str:
    return str(net_value.judged(pd.DataFrame([_group(**group)]))["verdict"].iloc[0])  # type: ignore[arg-type]


def test_a_dear_channel_whose_customers_are_worth_more_is_worth_it() -> None:
    assert _verdict(cost=6000 * 500, won=500, mean=30_000, deviation=50_000, left=40) == net_value.WORTH


def test_a_cheap_channel_whose_customers_bring_less_is_not() -> None:
    assert _verdict(cost=400 * 1000, won=1000, mean=150, deviation=1400, left=300) == net_value.NOT_WORTH


def test_an_interval_that_holds_nothing_gives_no_verdict_however_far_the_points_lie_apart() -> None:
    assert _verdict(cost=400 * 40, won=40, mean=1500, deviation=9000) == net_value.NOT_CLEAR
    assert _verdict(cost=10, won=29, mean=1e6, deviation=1) == net_value.TOO_FEW


def test_a_missing_cost_is_no_cost_data_and_never_nothing() -> None:
    judged = net_value.judged(pd.DataFrame([_group(None, 500, 1000, 10)]))
    assert judged["verdict"].iloc[0] == net_value.NO_COST
    assert judged["cac"].isna().all()


def test_deviation_is_found_again_from_the_sums() -> None:
    random = np.random.default_rng(0)
    values = random.lognormal(7, 1, 400)
    sums = {"value": values.sum(), "value_squared": (values**2).sum(), "swing": 0.0}
    judged = net_value.judged(pd.DataFrame([{"cost": 1000.0, "won": 400, "left": 0, "valued": 400, **sums}]))
    half = 1.96 * values.std(ddof=1) / 20
    assert judged["ltv_low"].iloc[0] == pytest.approx(values.mean() - half)


@settings(max_examples=100, deadline=None)
@given(
    cost=st.floats(1, 1e7),
    won=st.integers(30, 5000),
    mean=st.floats(-1e4, 1e5),
    deviation=st.floats(0, 1e5),
    left=st.integers(0, 1000),
)
def test_the_verdict_and_the_interval_never_contradict(
    cost: float, won: int, mean: float, deviation: float, left: int
) -> None:
    row = net_value.judged(pd.DataFrame([_group(cost, won, mean, deviation, left)])).iloc[0]
    assert row["cac_low"] <= row["cac"] <= row["cac_high"]
    assert row["gain_low"] <= row["ltv"] - row["cac"] <= row["gain_high"]
    assert (row["verdict"] == net_value.WORTH) == (row["gain_low"] > 0)
    assert (row["verdict"] == net_value.NOT_WORTH) == (row["gain_high"] < 0)


def test_a_cost_is_paid_back_in_the_month_its_sum_is_reached() -> None:
    months = pd.Series([10.0, -5.0, 20.0, 30.0], index=[1, 2, 3, 4])
    assert net_value.paid_back(months, 25) == 3
    assert net_value.paid_back(months, 10) == 1
    assert net_value.paid_back(months, 56) is None
