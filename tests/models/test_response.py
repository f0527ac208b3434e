"""Response curves: a known power is found again, more spend never wins fewer, and the unknown stays unknown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.attribution import spend_response

POWERS = {"display": 0.55, "event": 0.8}


def _weeks(count: int = 90, seed: int = 0, powers: dict[str, float] = POWERS) -> pd.DataFrame:
    """Each channel has a campaign all the time and another in the middle third, four times as large."""
    random = np.random.default_rng(seed)
    parts = []
    for channel, power in powers.items():
        for campaign, size, first, last in (("always", 1, 0, count), ("now", 4, count // 3, 2 * count // 3)):
            week = np.arange(first, last)
            factor = random.lognormal(0, 0.5, len(week))
            won = random.poisson(12 * size * factor**power)
            part = {"channel": channel, "campaign": f"{channel} {campaign}", "week": week}
            parts.append(pd.DataFrame(part | {"spend": 10_000.0 * size * factor, "won": won, "whole": True}))
    return pd.concat(parts, ignore_index=True)


@pytest.fixture(scope="module")
def curves() -> pd.DataFrame:
    return spend_response.curves(_weeks())


WORTH = pd.DataFrame(
    {
        "channel": ["display", "event"],
        "mean": [1000.0, 9000.0],
        "low": [800.0, 7000.0],
        "high": [1200.0, 11_000.0],
    }
)


def test_a_known_power_lies_in_its_interval(curves: pd.DataFrame) -> None:
    for row in curves.to_dict("records"):
        assert abs(row["power"] - POWERS[row["channel"]]) < 3 * row["power_error"]
        assert row["power_error"] < 0.1


def test_the_interval_holds_the_true_power_in_nineteen_of_twenty_histories() -> None:
    """Campaigns that come and go are not taken for more money in the same ones."""
    held = []
    for seed in range(100):
        row = spend_response.curves(_weeks(52, seed, {"social": 0.65})).iloc[0]
        held.append(abs(row["power"] - 0.65) < 1.96 * row["power_error"])
    assert sum(held) >= 90


def test_customers_without_a_campaign_raise_the_level_and_not_the_power(curves: pd.DataFrame) -> None:
    weeks = _weeks()
    nameless = weeks[["channel", "week"]].drop_duplicates()
    nameless = nameless.assign(campaign=None, spend=0.0, won=3, whole=False)
    more = spend_response.curves(pd.concat([weeks, nameless], ignore_index=True))
    assert more["power"].tolist() == curves["power"].tolist()
    assert (more["level"] > curves["level"]).all()


def test_a_short_history_has_no_curve_and_a_channel_of_it_wins_what_is_not_known() -> None:
    few = spend_response.curves(_weeks(20))
    assert few["level"].isna().all()
    assert (few["weeks"] == 20).all()
    assert not spend_response.enough(few["weeks"].max(), few["won"].max())


def test_even_spend_and_wide_chance_cannot_tell_and_are_known_from_a_short_history() -> None:
    even = spend_response.curves(_weeks().assign(spend=5000.0))
    nearly = _weeks(powers={"event": 0.8}).assign(won=lambda w: (w["week"] % 3 == 0).astype(int))
    random = np.random.default_rng(1)
    nearly["spend"] = 5000.0 * random.lognormal(0, 0.06, len(nearly))
    for fitted in (even, spend_response.curves(nearly)):
        assert fitted["level"].isna().all()
        assert all(map(spend_response.enough, fitted["weeks"], fitted["won"]))


def test_customers_and_value_stand_in_their_intervals_and_outside_the_seen_spend_is_said(
    curves: pd.DataFrame,
) -> None:
    outcome = spend_response.expected(curves, {"display": 10_000, "event": 10_000}, WORTH, more=1000)
    for middle, low, high in (outcome.customers, outcome.value):
        assert low < middle < high
    rows = outcome.by_channel.set_index("channel")
    assert outcome.value[0] == pytest.approx(
        rows["customers"]["display"] * 1000 + rows["customers"]["event"] * 9000, rel=0.1
    )
    assert not outcome.by_channel["outside"].any()
    far = spend_response.expected(curves, {"display": 1_000_000, "event": 10_000}, WORTH, more=1000)
    assert far.by_channel.set_index("channel")["outside"].to_dict() == {"display": True, "event": False}


def test_no_spend_wins_nothing_and_an_unknown_value_is_not_zero(curves: pd.DataFrame) -> None:
    outcome = spend_response.expected(curves, {"display": 0, "event": 10_000}, WORTH[:1], more=1000)
    rows = outcome.by_channel.set_index("channel")
    assert rows.loc["display", "customers"] == 0
    assert np.isnan(rows["value"]["event"])


@settings(max_examples=25, deadline=None)
@given(spend=st.floats(100, 1e6), more=st.floats(1, 1e5))
def test_more_spend_never_wins_fewer_and_never_more_than_in_proportion(
    curves: pd.DataFrame, spend: float, more: float
) -> None:
    one = spend_response.expected(curves, {"display": spend}, WORTH, more=more)
    two = spend_response.expected(curves, {"display": spend + more}, WORTH, more=more)
    won, later = (f.by_channel.set_index("channel")["customers"]["display"] for f in (one, two))
    assert won <= later <= won * (spend + more) / spend * (1 + 1e-9)
    assert later - won == pytest.approx(
        one.by_channel.set_index("channel").loc["display", "next_customers"], abs=1e-6
    )


def test_the_next_money_goes_where_it_leaves_most_and_never_beyond_what_was_seen(
    curves: pd.DataFrame,
) -> None:
    rows = spend_response.expected(curves, {"display": 20_000, "event": 20_000}, WORTH, more=1000).by_channel
    by_channel = rows.set_index("channel")
    assert (by_channel["next_low"] < by_channel["next_customers"]).all()
    assert (by_channel["next_customers"] < by_channel["next_high"]).all()
    assert by_channel["next_best"].sum() == pytest.approx(1)
    assert by_channel["next_best"]["event"] > 0.95
    far = spend_response.expected(curves, {"display": 20_000, "event": 1e7}, WORTH, more=1000).by_channel
    assert far.set_index("channel")["next_best"].to_dict() == {"display": 1, "event": 0}
