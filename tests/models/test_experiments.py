"""Experiments: no effect is not called one, a true one is inside its interval, and looking often does not help."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.evaluation.prediction_metrics import PredictionMetric
from models.experiments import sequential_analysis as ex
from models.experiments.balance import standardised_difference


def drawn(seed: int, relative: float = 0.0, n: int = 3000, treated_share: float = 0.5) -> pd.DataFrame:
    """An experiment in which treatment changes each one's chance by `relative`; about 14% do it untreated."""
    random = np.random.default_rng(seed)
    chance = 1 / (1 + np.exp(2.2 - random.normal(size=n)))
    treated = random.random(n) < treated_share
    happened = random.random(n) < chance * np.where(treated, 1 + relative, 1)
    return pd.DataFrame({"treated": treated, "happened": happened.astype(int), "chance": chance})


@pytest.mark.parametrize(("looks", "last"), [(1, 1.960), (2, 1.977), (3, 2.004), (4, 2.024), (5, 2.040)])
def test_the_bounds_are_those_of_the_published_table(looks: int, last: float) -> None:
    """Jennison and Turnbull, Group Sequential Methods (2000), table 2.3, α = .05."""
    bounds = ex.bounds(looks)
    assert bounds[-1] == pytest.approx(last, abs=0.003)
    assert bounds[0] == pytest.approx(last * looks**0.5, abs=0.006)


def test_planned_looks_keep_false_alarms_at_one_in_twenty_and_unplanned_ones_do_not() -> None:
    steps = np.random.default_rng(3).normal(size=(40_000, 4))
    z = np.cumsum(steps, axis=1) / np.sqrt(np.arange(1, 5))
    planned = (np.abs(z) > np.array(ex.bounds(4))).any(axis=1).mean()
    peeked = (np.abs(z) > 1.96).any(axis=1).mean()
    assert planned == pytest.approx(0.05, abs=0.004)
    assert peeked > 0.12


@pytest.mark.parametrize("relative", [0.0, -0.18])
def test_nineteen_of_twenty_intervals_contain_the_truth(relative: float) -> None:
    untreated = drawn(0, n=400_000)["chance"].mean()
    truth = {"points": relative * untreated, "relative": relative}
    hits: dict[str, list[bool]] = {}
    for seed in range(400):
        for name, figure in ex.effect(drawn(seed, relative)).items():
            if name != "variance_cut":
                hits.setdefault(name, []).append(
                    figure.low <= truth[name.removesuffix("_adjusted")] <= figure.high
                )
    assert set(hits) == {"points", "relative", "points_adjusted", "relative_adjusted"}
    for name, inside in hits.items():
        assert len(inside) == 400, name
        assert 0.92 <= np.mean(inside) <= 0.98, (name, np.mean(inside))  # three standard errors


def test_a_prediction_made_before_the_draw_makes_the_interval_narrower_and_moves_nothing() -> None:
    effects = [ex.effect(drawn(seed, -0.3)) for seed in range(100)]
    cut = np.array([f["variance_cut"].value for f in effects])
    assert (cut > 0.05).all()
    plain, adjusted = (np.mean([f[n].value for f in effects]) for n in ("points", "points_adjusted"))
    assert plain == pytest.approx(adjusted, abs=0.002)


def test_without_a_prediction_the_arms_are_compared_as_they_are() -> None:
    rows = drawn(1)
    assert set(ex.effect(rows.assign(chance=np.nan))) == {"points", "relative"}
    half = rows["chance"].where(rows.index % 2 == 0)
    assert "points_adjusted" in ex.effect(rows.assign(chance=half))


def test_a_stricter_bound_makes_a_wider_interval() -> None:
    rows = drawn(2, -0.3)
    once, first_of_four = ex.effect(rows), ex.effect(rows, ex.bounds(4)[0])
    for name in ("points", "relative", "points_adjusted", "relative_adjusted"):
        assert first_of_four[name].low < once[name].low
        assert first_of_four[name].high > once[name].high


@pytest.mark.parametrize("n", [0, 20, 60])
def test_of_too_few_nothing_is_said(n: int) -> None:
    rows = drawn(4, n=n)
    assert ex.effect(rows) == {}
    assert ex.best({}, "points") is None
    assert ex.verdict(None, "fewer") == "too few"


@pytest.mark.parametrize(
    ("share", "relative", "per_arm"),
    [(0.10, -0.18, 4004), (0.125, -0.18, 3123), (0.02, 0.32, 8682), (0.05, 0.32, 3347)],
)
def test_the_number_needed_is_that_of_the_books(share: float, relative: float, per_arm: int) -> None:
    assert ex.needed(share, relative, 0.5) / 2 == pytest.approx(per_arm, rel=0.02)
    assert ex.needed(share, relative, 0.9) > ex.needed(share, relative, 0.5)
    assert ex.needed(share, relative, 0.5, cut=0.3) == pytest.approx(
        0.7 * ex.needed(share, relative, 0.5), rel=0.01
    )


def test_arms_that_are_not_of_the_planned_size_are_found_and_luck_is_not() -> None:
    random = np.random.default_rng(5)
    lucky = [ex.sample_ratio(t, 2000 - t, 0.9) for t in random.binomial(2000, 0.9, 500)]
    assert np.mean(np.array(lucky) < ex.WRONG_RATIO) <= 0.01
    assert ex.sample_ratio(1700, 300, 0.9) < ex.WRONG_RATIO
    assert ex.sample_ratio(10, 0, 1.0) == 1.0
    assert ex.sample_ratio(9, 1, 1.0) == 0.0


def test_a_verdict_knows_which_way_is_good() -> None:
    fewer, more, unclear = (PredictionMetric(value=v, low=v - 1, high=v + 1) for v in (-2.0, 2.0, 0.5))
    assert [ex.verdict(f, "fewer") for f in (fewer, more, unclear)] == [
        "helped",
        "harmed",
        "not clear",
    ]
    assert [ex.verdict(f, "more") for f in (fewer, more)] == ["harmed", "helped"]


def test_what_is_kept_is_worth_its_revenue() -> None:
    worth = ex.worth(PredictionMetric(value=-0.02, low=-0.03, high=0.01), 1000, 500.0)
    assert (worth.low, worth.value, worth.high) == pytest.approx((-5000, 10_000, 15_000))


def test_arms_are_compared_before_the_draw_in_standard_deviations() -> None:
    random = np.random.default_rng(0)
    arm, other = pd.Series(random.normal(10, 2, 4000)), pd.Series(random.normal(10.6, 2, 4000))
    apart = standardised_difference(arm, other)
    assert apart is not None
    assert apart.low < -0.3 < apart.high  # 0.6 lower, of a deviation of 2
    # Two of three, against one of three: 1/3 over the root of the mean of both variances, 1/3.
    exact = standardised_difference(pd.Series([1.0, 1.0, 0.0]), pd.Series([1.0, 0.0, 0.0, None]))
    assert exact is not None
    assert exact.value == pytest.approx(3**-0.5)
    assert standardised_difference(pd.Series([1.0, 1.0]), pd.Series([1.0, 1.0])) is None
