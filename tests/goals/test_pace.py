"""The way to a goal: the path adds up, the standing knows the noise, the forecast says what it cannot know."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.goal_status import State, is_met, standing
from metrics.comparison.incentive import Incentive, attainment, pays
from metrics.comparison.plan_pace import adds_up, due, forecast, path
from metrics.definitions.scope import Period, parts_by_month

SPANS = st.builds(
    lambda start, days: Period(start, start + timedelta(days=days)),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 730),
)


@given(SPANS, st.integers(0, 10_000_000), st.data())
def test_a_path_of_counts_is_whole_and_adds_up_to_its_target(
    span: Period, target: int, data: st.DataObject
) -> None:
    parts = parts_by_month(span)
    number = st.floats(0, 1e6) | st.just(math.nan)
    weights = data.draw(st.none() | st.lists(number, min_size=len(parts), max_size=len(parts)))
    steps = path(float(target), parts, weights, whole=True)
    assert sum(steps) == target
    assert all(s == round(s) and s >= 0 for s in steps)
    assert due(parts, steps, span) == pytest.approx(target)


@given(SPANS, st.floats(0.01, 1e9), st.data())
def test_a_path_of_amounts_adds_up_to_its_target(span: Period, target: float, data: st.DataObject) -> None:
    parts = parts_by_month(span)
    weights = data.draw(st.none() | st.lists(st.floats(0.1, 1e6), min_size=len(parts), max_size=len(parts)))
    assert sum(path(target, parts, weights)) == pytest.approx(target)


@given(SPANS, st.integers(1, 10_000), st.data())
def test_what_is_due_never_falls_and_ends_at_the_target(
    span: Period, target: int, data: st.DataObject
) -> None:
    parts = parts_by_month(span)
    steps = path(float(target), parts, whole=True)
    days = sorted(data.draw(st.lists(st.integers(0, span.days - 1), min_size=2, max_size=5)))
    values = [due(parts, steps, Period(span.start, span.start + timedelta(days=d))) for d in days]
    assert values == sorted(values)
    assert values[-1] <= target + 1e-6


def test_a_path_follows_the_seasons_of_the_year_before() -> None:
    parts = parts_by_month(Period(date(2026, 1, 1), date(2026, 3, 31)))
    assert path(100.0, parts, [10.0, 20.0, 20.0], whole=True) == [20.0, 40.0, 40.0]
    assert path(90.0, parts, None, whole=True) == [31.0, 28.0, 31.0]


def test_what_adds_up_over_months_and_what_is_a_level() -> None:
    assert all(adds_up(CATALOGUE[n]) for n in ("mql", "revenue", "churn_rate"))
    assert not any(adds_up(CATALOGUE[n]) for n in ("win_rate", "nps", "open_alerts", "cac"))


@pytest.mark.parametrize(
    ("name", "actual", "n", "expected", "state"),
    [
        ("mql", 1000, math.nan, 1020, State.ON_PLAN),
        ("mql", 900, math.nan, 1020, State.BEHIND),
        ("mql", 1200, math.nan, 1020, State.AHEAD),
        ("mql", 5, math.nan, 6, State.TOO_FEW),
        ("mql", math.nan, math.nan, 6, State.NOT_KNOWN),
        ("win_rate", 0.68, 1000, 0.70, State.ON_PLAN),
        ("win_rate", 0.60, 1000, 0.70, State.BEHIND),
        ("win_rate", 0.60, 15, 0.70, State.TOO_FEW),
        ("churn_rate", 0.05, 40_000, 0.04, State.BEHIND),
        ("churn_rate", 0.03, 40_000, 0.04, State.AHEAD),
        ("revenue", 1_010_000, math.nan, 1_000_000, State.ON_PLAN),
        ("revenue", 1_100_000, math.nan, 1_000_000, State.AHEAD),
    ],
)
def test_a_difference_inside_the_noise_is_none(
    name: str, actual: float, n: float, expected: float, state: State
) -> None:
    assert standing(CATALOGUE[name], actual, n, expected) is state


def test_a_goal_that_should_fall_is_met_below_its_target() -> None:
    assert is_met(CATALOGUE["churn_rate"], 0.07, 0.08)
    assert not is_met(CATALOGUE["mql"], 99, 100)


def test_too_short_a_history_gives_no_forecast() -> None:
    assert forecast([100.0] * 5, [1.0]) is None
    assert forecast([*[100.0] * 9, math.nan, *[100.0] * 5], [1.0]) is None
    assert forecast([math.nan] * 9, [1.0]) is None


def test_months_about_too_few_people_leave_a_forecast_from_those_known_in_a_row() -> None:
    counts = [float(v) for v in np.random.default_rng(7).poisson(100, 12)]
    whole, missed = (
        forecast(counts, [0.0, 1.0, 1.0]),
        forecast([3.0, math.nan, *counts, math.nan], [1.0, 1.0]),
    )
    assert whole is not None
    assert missed is not None
    assert (missed.low, missed.middle, missed.high) == (whole.low, whole.middle, whole.high)
    assert missed.method.startswith("It continues the last 13 full months, of which the last is not known")


def test_a_forecast_says_how_it_was_made_and_what_it_does_not_know() -> None:
    rng = np.random.default_rng(7)
    short = forecast([float(v) for v in rng.poisson(100, 24)], [1.0] * 6)
    assert short is not None
    assert 0 <= short.low < short.middle < short.high
    assert short.middle == pytest.approx(600, rel=0.1)
    assert "24 full months, without seasons" in short.method
    long = forecast([float(v) for v in rng.poisson(100, 36)], [1.0] * 6)
    assert long is not None
    assert "36 full months, with the seasons" in long.method


def test_the_same_history_gives_the_same_forecast() -> None:
    history = [float(v) for v in np.random.default_rng(1).poisson(50, 18)]
    assert forecast(history, [1.0, 0.5]) == forecast(history, [1.0, 0.5])


def test_a_forecast_interval_holds_about_as_often_as_it_says() -> None:
    """On steady series; `benchmarks/goal_forecasts.py` has more of them and other kinds."""
    rng, held = np.random.default_rng(11), 0
    for _ in range(30):
        series = rng.poisson(200, 30).astype(float)
        made = forecast(list(series[:24]), [1.0] * 6)
        assert made is not None
        held += made.low <= series[24:].sum() <= made.high
    assert held >= 25


@given(st.floats(0, 1e7), st.floats(0, 1), st.floats(0, 3), st.floats(0, 3))
def test_no_department_earns_more_than_its_half_at_the_cap(
    pot: float, weight: float, shared: float, own: float
) -> None:
    terms = Incentive(pot=pot, shared_weight=weight)
    assert 0 <= terms.half(shared, own) <= pot / 2 * 1.2 + 1e-6
    assert terms.half(shared, own) <= terms.half(shared + 0.1, own) + 1e-9


def test_the_shared_incentive_by_hand() -> None:
    """A pot of 100,000 with 60% on the shared goal: at 90% of it and 110% of her own, 27,000 + 22,000."""
    terms = Incentive(pot=100_000.0, shared_weight=0.6)
    assert terms.half(0.9, 1.1) == pytest.approx(49_000)
    assert terms.half(0.79, 0.79) == 0
    assert terms.half(2.0, 2.0) == pytest.approx(60_000)
    assert "60% of a half" in terms.in_words()


def test_a_limit_is_kept_or_it_is_not_and_has_no_share_reached() -> None:
    assert attainment(0.10, 0.08, up=False) == 0, "over a limit nothing of it is reached, least of all 80%"
    assert attainment(0.08, 0.08, up=False) == attainment(0.01, 0.08, up=False) == 1
    assert attainment(math.nan, 1.0) == 0
    assert [pays(v) for v in (0.79, 0.8, 1.0, 1.5)] == [0.0, 0.8, 1.0, 1.2]
