"""Value from purchases: known rates are found again, expectations are those of drawn customers, and too little is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import roots_jacobi

from models.value import backtest, repeat_purchases
from models.value.lifetime_value import Terms
from models.value.repeat_purchases import HISTORY, PurchaseModel, PurchaseRates, SpendRates
from warehouse.errors import ModelRefused

TRUE = PurchaseRates(r=0.8, alpha=8.0, a=0.9, b=3.0, log_likelihood=0.0)
SPEND = SpendRates(p=6.0, q=4.0, v=150.0, log_likelihood=0.0)
SEEN, AHEAD = 70.0, 52.0


def drawn(count: int, seed: int = 0) -> pd.DataFrame:
    """Customers as the model has them: their history up to a day, and how often they bought in the year after, `later`."""
    random = np.random.default_rng(seed)
    rate, done = random.gamma(TRUE.r, 1 / TRUE.alpha, count), random.beta(TRUE.a, TRUE.b, count)
    age = random.integers(70, int(SEEN * 7), count) / 7
    repeats, last, later = np.zeros(count, int), np.zeros(count), np.zeros(count, int)
    at, buying = np.zeros(count), np.ones(count, bool)
    while buying.any():
        at[buying] += random.exponential(1 / rate[buying])
        before, after = buying & (at <= age), buying & (at > age) & (at <= age + AHEAD)
        repeats[before] += 1
        last[before] = at[before]
        later[after] += 1
        buying = (before | after) & (random.random(count) > done)
    purchases = repeats + 1
    each = random.gamma(SPEND.q, 1 / SPEND.v, count)
    return pd.DataFrame(
        {
            "customer_id": [f"C{i:05}" for i in range(count)],
            "repeats": repeats,
            "last": np.minimum(np.ceil(last * 7) / 7, age),
            "age": age,
            "purchases": purchases,
            "spend": random.gamma(SPEND.p * purchases, 1 / (purchases * each)),
            "months_since_joining": np.floor(age / 4.35),
            "later": later,
            "paid_later": random.gamma(np.maximum(SPEND.p * later, 1e-9), 1 / each),
        }
    )


@pytest.fixture(scope="module")
def people() -> pd.DataFrame:
    return drawn(5_000)


@pytest.fixture(scope="module")
def fitted(people: pd.DataFrame) -> PurchaseModel:
    return repeat_purchases.fit(people, margin_share=0.3)


def test_known_rates_are_found_again(fitted: PurchaseModel) -> None:
    four = np.log([(getattr(fitted.rates, n), getattr(TRUE, n)) for n in ("r", "alpha", "a", "b")])
    error = np.sqrt(np.diag(np.array(fitted.rates.covariance)))
    # Within three standard errors, which the curvature gives.
    assert (np.abs(four[:, 0] - four[:, 1]) < 3 * error).all()
    assert error.max() < 0.2
    assert fitted.spend.p * fitted.spend.v / (fitted.spend.q - 1) == pytest.approx(300, rel=0.05)


def test_what_is_expected_is_what_drawn_customers_do(people: pd.DataFrame) -> None:
    expected = repeat_purchases.expected_purchases(TRUE, people, np.array([0.0, AHEAD]))
    assert expected[:, 0] == pytest.approx(0, abs=1e-9)
    again = repeat_purchases.buys_again(TRUE, people, AHEAD)
    for repeats in range(4):
        mine = (people["repeats"] == repeats).to_numpy()
        later = people["later"][mine]
        error = 4 * later.std() / np.sqrt(mine.sum())
        assert expected[mine, 1].mean() == pytest.approx(later.mean(), abs=error)
        assert again[mine].mean() == pytest.approx((later > 0).mean(), abs=2 / np.sqrt(mine.sum()))


def test_beside_a_of_one_nothing_jumps(people: pd.DataFrame) -> None:
    weeks = np.array([AHEAD])
    below, at, above = (
        repeat_purchases.expected_purchases(replace(TRUE, a=a), people.head(50), weeks)
        for a in (0.999, 1.0, 1.001)
    )
    assert at == pytest.approx((below + above) / 2, rel=1e-3)


@settings(max_examples=50, deadline=None)
@given(
    logs=st.tuples(*(st.floats(max(low, -3), high) for low, high in repeat_purchases.BOUNDS)),
    repeats=st.integers(0, 100),
    age=st.floats(10, 500),
    weeks=st.floats(1, 300),
)
def test_the_formula_is_the_mean_over_everybody_it_stands_for(
    logs: tuple[float, float, float, float], repeats: int, age: float, weeks: float
) -> None:
    """Added up in another way: over the chance to be done, by quadrature, with the rate taken out exactly."""
    r, alpha, a, b = np.exp(logs)
    rates = replace(TRUE, r=r, alpha=alpha, a=a, b=b)
    history = pd.DataFrame([(repeats, age, age)], columns=HISTORY)
    nodes, weights = roots_jacobi(200, b + repeats - 1, a - 1)
    done = (nodes + 1) / 2
    until = ((alpha + age) / (alpha + age + done * weeks)) ** (r + repeats)
    mean = ((1 - until) / done) @ weights / weights.sum()
    expected = repeat_purchases.expected_purchases(rates, history, np.array([weeks]))[0, 0]
    assert expected == pytest.approx(mean * repeat_purchases.alive(rates, history)[0], rel=1e-3, abs=1e-9)


def test_identical_histories_counted_once_are_the_same_as_each_on_its_own(people: pd.DataFrame) -> None:
    some = people.head(400).assign(last=lambda p: p["last"].round(), age=lambda p: p["age"].round() + 1)
    once = repeat_purchases.fitted_rates(some)
    twice = repeat_purchases.fitted_rates(pd.concat([some, some], ignore_index=True))
    assert (twice.r, twice.alpha, twice.a, twice.b) == pytest.approx(
        (once.r, once.alpha, once.a, once.b), rel=1e-3
    )
    assert twice.log_likelihood == pytest.approx(2 * once.log_likelihood)


def test_a_value_is_purchases_times_spend_times_what_remains_discounted(
    fitted: PurchaseModel, people: pd.DataFrame
) -> None:
    terms = Terms(horizon_months=24, discount_rate=0.0)
    valued = repeat_purchases.value(fitted, people, terms)
    purchases = repeat_purchases.expected_purchases(
        fitted.rates, people, np.array([24 * repeat_purchases.WEEKS_A_MONTH])
    )[:, 0]
    each = repeat_purchases.expected_spend(fitted.spend, people["purchases"], people["spend"])
    assert valued["value"].to_numpy() == pytest.approx(0.3 * purchases * each)
    assert (valued["value_low"] <= valued["value"]).all()
    assert (valued["value"] <= valued["value_high"]).all()
    assert (valued["rest"] <= valued["value"]).all()
    cheaper = repeat_purchases.value(fitted, people, Terms(horizon_months=24, discount_rate=0.08))
    assert (cheaper["value"] < valued["value"]).all()
    assert (cheaper["stay_probability"] == valued["stay_probability"]).all()


def test_the_swing_is_the_standard_error_that_four_rates_bring(people: pd.DataFrame) -> None:
    """Fitted anew on 8 other groups of 500, one customer's value moves as much as his swing says."""
    terms = Terms(horizon_months=36, discount_rate=0.08)
    one = people[people["repeats"] == 2].head(1)
    fits = [repeat_purchases.fit(people.iloc[i * 500 : (i + 1) * 500], 0.3) for i in range(8)]
    # What a purchase brings is held: the swing is about how often and how long alone.
    valued = [repeat_purchases.value(replace(f, spend=SPEND), one, terms).iloc[0] for f in fits]
    moved = np.std([v["value"] for v in valued], ddof=1)
    assert 0.5 < np.mean([v["swing"] for v in valued]) / moved < 2


def test_a_right_model_is_right_in_hindsight_and_four_of_five_are_within_their_interval(
    fitted: PurchaseModel, people: pd.DataFrame
) -> None:
    came = people[["customer_id"]].assign(net=0.3 * people["paid_later"])
    table, widening = backtest.judge(repeat_purchases.value(fitted, people, backtest.TERMS), came, fewest=10)
    assert table["people"].sum() == 5_000
    assert table["predicted"].between(table["realised_low"], table["realised_high"]).sum() >= 7
    assert (table["within"] * table["people"]).sum() / 5_000 == pytest.approx(0.8, abs=0.03)
    # Nobody brings less than nothing, so nothing has to be widened downwards where most bring nothing.
    assert widening[0][0] == 0


def test_who_bought_more_and_later_is_worth_more(fitted: PurchaseModel) -> None:
    history = pd.DataFrame([(3, 60.0, 65.0), (3, 20.0, 65.0), (0, 0.0, 65.0)], columns=HISTORY)
    alive = repeat_purchases.alive(fitted.rates, history)
    assert alive[0] > alive[1]
    assert alive[2] == 1
    again = repeat_purchases.buys_again(fitted.rates, history, 52)
    assert again[0] > again[1]
    assert again[0] > again[2], "who never bought again is less likely to, though the model calls him alive"


def test_too_few_who_bought_again_are_refused_in_a_sentence(people: pd.DataFrame) -> None:
    with pytest.raises(ModelRefused, match="too few customers bought again: fewer than 50"):
        repeat_purchases.fit(people.assign(repeats=0, last=0.0), 0.3)
    with pytest.raises(ModelRefused, match="revenue of too few customers"):
        repeat_purchases.fit(people.assign(purchases=0), 0.3)
