"""Lifetime value: what is known exactly comes out exactly, and a known hazard is found again."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest

from models.value import backtest, lifetime_value
from models.value.lifetime_value import LifetimeValueModel, Terms, tenths, value
from warehouse.errors import ModelRefused

LEAVES_MONTHLY = {"affiliate": 0.06, "event": 0.01}


def _people(count: int, seed: int = 0) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "customer_id": [f"C{i:05}" for i in range(count)],
            "channel": random.choice(list(LEAVES_MONTHLY), count),
            "tenure_days": random.integers(30, 3000, count),
            "products_held": random.integers(1, 4, count),
            "margin": random.lognormal(4, 1, count).round(2),
            "months_since_joining": random.integers(1, 20, count),
        }
    )


def _seen(people: pd.DataFrame, months: int = 12, seed: int = 1) -> pd.DataFrame:
    """The same people a year on, some of whom have left."""
    random = np.random.default_rng(seed)
    stay = random.geometric(people["channel"].map(LEAVES_MONTHLY))
    return people.assign(left=(stay <= months).astype(int), months_seen=np.minimum(stay, months))


def _growth(level: float = 0.0, rate: float = 0.0) -> pd.DataFrame:
    """The sums of customers whose net revenue moves each month by `level` and by `rate` times today's."""
    rows = []
    for ahead in range(1, 13):
        for new in (0, 1):
            today = np.array([10.0, 100.0, 1000.0])
            moved = ahead * (level + rate * today)
            sums = {
                "weight": 3.0,
                "today": today.sum(),
                "today_today": (today**2).sum(),
                "moved": moved.sum(),
                "today_moved": (today * moved).sum(),
            }
            rows.append({"ahead": ahead, "new": new, **sums})
    return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def fitted() -> LifetimeValueModel:
    return lifetime_value.fit(_seen(_people(6000)), _growth())


def test_a_known_hazard_is_found_again(fitted: LifetimeValueModel) -> None:
    people = _people(2000, seed=5)
    stay = lifetime_value.survival(fitted, people, 36)
    for channel, monthly in LEAVES_MONTHLY.items():
        mean = stay[(people["channel"] == channel).to_numpy()].mean(axis=0)
        assert mean[11] == pytest.approx((1 - monthly) ** 12, abs=0.04)
        # Beyond what was seen, the last month seen goes on.
        assert mean[35] == pytest.approx((1 - monthly) ** 36, abs=0.08)


def test_growth_is_found_again_for_small_and_large_customers() -> None:
    model = lifetime_value.fit(_seen(_people(3000)), _growth(level=5.0, rate=-0.01))
    assert model.growth[True] == pytest.approx((5.0, -0.01))
    earned = lifetime_value.margins(model, _people(3).assign(margin=[10.0, 100.0, math.nan]), 24)
    assert earned[0, 0] == pytest.approx(10 + 5 - 0.1)
    # What nobody has seen yet stays as in the last month seen, and an unknown margin is the mean of the others.
    assert earned[1, 23] == pytest.approx(100 + 12 * (5 - 1))
    assert earned[2, 0] == pytest.approx(model.typical * 0.99 + 5)


def test_with_nobody_leaving_value_is_an_annuity(fitted: LifetimeValueModel) -> None:
    immortal = replace(fitted, weights=np.r_[np.zeros(len(fitted.weights) - 1), -50.0])
    people = _people(4).assign(margin=[100.0, 0.0, -20.0, 100.0], months_since_joining=[1, 1, 1, 12])
    terms = Terms(horizon_months=36, discount_rate=0.08)
    valued = lifetime_value.value(immortal, people, terms)
    annuity = terms.discounts().sum()
    assert valued["value"].to_list() == pytest.approx([100 * annuity, 0, -20 * annuity, 100 * annuity])
    assert valued["stay_probability"].to_list() == pytest.approx([1, 1, 1, 1])
    # Until 36 months after joining there are 35 and 24 to come, discounted to the day of joining.
    waited = 1.08 ** (-np.arange(1, 37) / 12)
    assert valued["rest"].iloc[0] == pytest.approx(100 * waited[1:].sum())
    assert valued["rest"].iloc[3] == pytest.approx(100 * waited[12:].sum())


@settings(max_examples=25, deadline=None)
@given(
    rate=st.floats(0, 0.5),
    months=st.integers(1, 120),
    margin=st.floats(-1000, 10_000),
)
def test_the_interval_holds_the_value_and_a_shorter_horizon_never_keeps_more_customers(
    fitted: LifetimeValueModel, rate: float, months: int, margin: float
) -> None:
    people = _people(3).assign(margin=margin)
    valued = lifetime_value.value(fitted, people, Terms(horizon_months=months, discount_rate=rate))
    assert (valued["value_low"] <= valued["value"] + 1e-6).all()
    assert (valued["value"] <= valued["value_high"] + 1e-6).all()
    longer = lifetime_value.value(fitted, people, Terms(horizon_months=months + 1, discount_rate=rate))
    assert (longer["stay_probability"] <= valued["stay_probability"] + 1e-12).all()


def test_the_swing_is_the_slope_of_the_value_in_the_hazard(fitted: LifetimeValueModel) -> None:
    people, terms = _people(50).assign(margin=100.0), Terms(horizon_months=36, discount_rate=0.08)
    valued = lifetime_value.value(fitted, people, terms)
    step = 1e-4
    lower = replace(fitted, weights=fitted.weights - np.r_[np.zeros(len(fitted.weights) - 1), step])
    gained = (lifetime_value.value(lower, people, terms)["value"] - valued["value"]) / step
    # The odds' logarithm stands for the hazard's here, which it nearly is for a small monthly chance.
    assert valued["swing"].to_list() == pytest.approx(gained.to_list(), rel=0.08)


def test_a_groups_interval_covers_its_mean_nine_times_in_ten_and_more() -> None:
    """Drawn 400 times: groups of 300 whose true mean is known, with the hazard known from 40 departures."""
    random = np.random.default_rng(3)
    truth, sd, swing, departures = 1000.0, 800.0, 300.0, 40
    drawn = random.normal(truth, sd, (400, 300))
    missed_hazard = random.normal(0, 1 / np.sqrt(departures), 400) * swing
    low, high = lifetime_value.group_interval(
        drawn.mean(axis=1) + missed_hazard,
        drawn.std(axis=1, ddof=1),
        np.full(400, swing),
        np.full(400, 300),
        np.full(400, departures),
    )
    assert 0.92 < ((low <= truth) & (truth <= high)).mean() < 0.98


def test_too_few_departures_are_refused_in_a_sentence() -> None:
    with pytest.raises(ModelRefused, match="too few customers left: fewer than"):
        lifetime_value.fit(_people(500).assign(left=0, months_seen=12), _growth())


def test_a_right_model_is_right_in_hindsight_and_four_of_five_are_within_their_interval(
    fitted: LifetimeValueModel,
) -> None:
    people = _people(5000, seed=9).assign(months_since_joining=5)
    later = _seen(people, seed=10)
    months = np.where(later["left"] == 1, later["months_seen"] - 1, later["months_seen"])
    realised = later[["customer_id"]].assign(net=months * later["margin"])
    table, widening = backtest.judge(value(fitted, people, backtest.TERMS), realised, fewest=10)
    assert list(table["tenth"]) == list(range(1, 11))
    assert table["people"].sum() == 5000
    # Nine of ten 95% intervals may be expected to hold; seven is what chance alone does not undercut.
    assert table["predicted"].between(table["realised_low"], table["realised_high"]).sum() >= 7
    weighed = (table["within"] * table["people"]).sum() / 5000
    assert weighed == pytest.approx(0.8, abs=0.03)
    assert len(widening) == 10
    assert max(down for down, _ in widening) < 1


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_interval_holds_in_the_top_tenth_as_elsewhere(fitted: LifetimeValueModel, seed: int) -> None:
    """Where errors grow faster than values, one widening for all misses most where it matters most."""
    people = _people(6000, seed=seed).assign(months_since_joining=5)
    later = _seen(people, seed=seed + 100)
    months = np.where(later["left"] == 1, later["months_seen"] - 1, later["months_seen"])
    random = np.random.default_rng(seed)
    paid = later["margin"].to_numpy(float)
    noise = random.lognormal(0, 0.2 + 0.8 * (paid > np.quantile(paid, 0.9)))
    realised = later[["customer_id"]].assign(net=months * paid * noise)
    table, widening = backtest.judge(value(fitted, people, backtest.TERMS), realised, fewest=10)
    top = table.iloc[-1]
    assert binomtest(round(top["within"] * top["people"]), int(top["people"]), 0.8).pvalue > 0.01
    # The widths are those of the tenth: the top reaches farther up than the middle.
    assert widening[-1][1] > widening[4][1]
    wide = value(replace(fitted, widening=widening), people, backtest.TERMS)
    held = (wide["value_low"] <= realised["net"]) & (realised["net"] <= wide["value_high"])
    largest = tenths(wide["value"].to_numpy(float), 10) == 10
    assert held[largest].mean() == pytest.approx(0.8, abs=0.05)


def test_a_small_bank_gets_fewer_groups_rather_than_groups_of_few(fitted: LifetimeValueModel) -> None:
    people = _people(45)
    valued, came = value(fitted, people, backtest.TERMS), people[["customer_id"]].assign(net=10.0)
    table, _ = backtest.judge(valued, came, fewest=10)
    assert len(table) == 4
    assert table["people"].min() >= 10
