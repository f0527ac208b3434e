"""Response curves: a known power is found again, more spend never wins fewer, and the unknown stays unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import response

POWERS = {"display": 0.55, "event": 0.8}


def _weeks(count: int = 90, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    parts = []
    for channel, power in POWERS.items():
        spend = 10_000 * random.lognormal(0, 0.5, count)
        won = random.poisson(12 * (spend / 10_000) ** power)
        parts.append(pd.DataFrame({"channel": channel, "spend": spend, "won": won}))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def curves() -> pd.DataFrame:
    return response.curves(_weeks())


WORTH = pd.DataFrame(
    {
        "channel": ["display", "event"],
        "mean": [1000.0, 9000.0],
        "low": [800.0, 7000.0],
        "high": [1200.0, 11_000.0],
    }
)


def test_a_known_power_lies_in_its_interval(curves: pd.DataFrame) -> None:
    for row in curves.itertuples():
        assert abs(row.power - POWERS[row.channel]) < 3 * row.power_error
        assert row.power_error < 0.1


def test_a_short_history_has_no_curve_and_a_channel_of_it_wins_what_is_not_known() -> None:
    few = response.curves(_weeks(20))
    assert few["level"].isna().all()
    assert (few["weeks"] == 20).all()
    constant = response.curves(_weeks().assign(spend=5000.0))
    assert constant["level"].isna().all()


def test_customers_and_value_stand_in_their_intervals_and_outside_the_seen_spend_is_said(
    curves: pd.DataFrame,
) -> None:
    found = response.expected(curves, {"display": 10_000, "event": 10_000}, WORTH, more=1000)
    for middle, low, high in (found.customers, found.value):
        assert low < middle < high
    assert found.customers[0] == pytest.approx(24, rel=0.1)
    assert found.value[0] == pytest.approx(12 * 1000 + 12 * 9000, rel=0.1)
    assert not found.by_channel["outside"].any()
    far = response.expected(curves, {"display": 1_000_000, "event": 10_000}, WORTH, more=1000)
    assert far.by_channel.set_index("channel")["outside"].to_dict() == {"display": True, "event": False}


def test_no_spend_wins_nothing_and_an_unknown_value_is_not_zero(curves: pd.DataFrame) -> None:
    found = response.expected(curves, {"display": 0, "event": 10_000}, WORTH[:1], more=1000)
    rows = found.by_channel.set_index("channel")
    assert rows.loc["display", "customers"] == 0
    assert np.isnan(rows.loc["event", "value"])


@settings(max_examples=25, deadline=None)
@given(spend=st.floats(100, 1e6), more=st.floats(1, 1e5))
def test_more_spend_never_wins_fewer_and_never_more_than_in_proportion(
    curves: pd.DataFrame, spend: float, more: float
) -> None:
    one = response.expected(curves, {"display": spend}, WORTH, more=more)
    two = response.expected(curves, {"display": spend + more}, WORTH, more=more)
    won, later = (f.by_channel.set_index("channel").loc["display", "customers"] for f in (one, two))
    assert won <= later <= won * (spend + more) / spend * (1 + 1e-9)
    assert later - won == pytest.approx(
        one.by_channel.set_index("channel").loc["display", "next_customers"], abs=1e-6
    )
