"""What is asked of a model: the figures are those of the textbook, and a group that is too small says nothing."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from models.churn import drift, fitting, model_evaluation
from models.churn.churn_prediction import ChurnModel
from models.churn.recipes import Recipe
from models.evaluation import calibration, prediction_metrics
from models.evaluation.model_checks import ModelCheck, share, without_small_groups

DAY = date(2026, 3, 31)


def _drawn(n: int = 20_000, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Probabilities, and departures that follow them."""
    random = np.random.default_rng(seed)
    probability = random.beta(1, 12, n)
    return (random.random(n) < probability).astype(float), probability


def test_right_chances_have_slope_one_and_intercept_zero() -> None:
    left, probability = _drawn()
    line = calibration.line(left, probability)
    assert line["slope"].low < 1 < line["slope"].high
    assert line["intercept"].low < 0 < line["intercept"].high


def test_exaggerated_chances_have_a_slope_below_one_and_too_high_ones_an_intercept_below_zero() -> None:
    left, probability = _drawn()
    odds = np.log(probability / (1 - probability))
    twice = 1 / (1 + np.exp(-2 * odds))
    assert calibration.line(left, twice)["slope"].value == pytest.approx(0.5, abs=0.05)
    higher = 1 / (1 + np.exp(-(odds + 1)))
    assert calibration.line(left, higher)["intercept"].value == pytest.approx(-1, abs=0.1)


def test_the_slope_is_that_of_scikit_learn() -> None:
    left, probability = _drawn(4000)
    odds = np.log(probability / (1 - probability))
    other = LogisticRegression(C=1e12, tol=1e-10).fit(odds[:, None], left).coef_[0, 0]
    assert calibration.line(left, probability)["slope"].value == pytest.approx(other, rel=1e-4)


def test_customers_like_those_of_training_have_not_moved_and_others_have() -> None:
    random = np.random.default_rng(0)
    then = {"a": random.normal(0, 1, 50_000), "b": random.poisson(0.2, 50_000).astype(float)}
    reference = drift.reference(then)
    same = {"a": random.normal(0, 1, 2000), "b": random.poisson(0.2, 2000).astype(float)}
    moved = {"a": random.normal(1, 1, 2000), "b": np.where(random.random(2000) < 0.5, np.nan, 0.0)}
    assert max(drift.psi(reference, same).values()) < 0.03
    assert min(drift.psi(reference, moved).values()) > drift.MOVED


@settings(max_examples=50, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), min_size=1, max_size=50))
def test_the_index_of_anything_against_itself_is_zero(values: list[float | None]) -> None:
    column = {"a": np.array([np.nan if v is None else v for v in values])}
    assert drift.psi(drift.reference(column), column)["a"] == pytest.approx(0, abs=1e-12)


def test_a_difference_is_paired() -> None:
    """Two equal predictions differ by nothing, with no interval round it, however few the customers."""
    left, probability = _drawn(500)
    none = prediction_metrics.difference(left, probability, probability)
    assert {(f.value, f.low, f.high) for f in none.values()} == {(0, 0, 0)}
    better = prediction_metrics.difference(left, probability, np.random.default_rng(1).random(500))
    assert better["roc_auc"].low > 0


def test_a_share_of_few_people_says_neither_the_figure_nor_how_few() -> None:
    name = ("fairness by district", "Tai Po", "recall", DAY)
    few, enough = without_small_groups([share(*name, 3, 9), share(*name, 3, 10)], 10)
    assert (few.n, few.value, few.low, few.high) == (None, None, None, None)
    assert enough.value == pytest.approx(0.3)
    assert enough.low is not None
    assert enough.high is not None
    assert enough.low < 0.3 < enough.high


def _rows(n: int) -> pd.DataFrame:
    random = np.random.default_rng(2)
    return pd.DataFrame(
        {
            "rm_id": random.choice(["R1", "R2"], n),
            "calls_a_week": 5.0,
            "birth_year": random.choice([1940, 1970, 1990, 2003, np.nan], n),
            "district": np.where(np.arange(n) < 4, "Tiny", "Large"),
            "segment": "mass",
        }
    )


def test_each_rm_calls_as_many_as_fit_into_a_week() -> None:
    left, probability = _drawn(3000)
    checks = list(model_evaluation.on_the_day(_rows(3000), left, {"model": probability}, DAY))
    (called,) = (c for c in checks if (c.check_name, c.measure) == ("capacity", "left"))
    (lift,) = (c for c in checks if (c.check_name, c.measure) == ("capacity", "lift"))
    assert called.n == 10
    assert lift.value == pytest.approx(called.value / left.mean())
    top = sum(
        left[mine][np.argsort(-probability[mine])[:5]].sum()
        for mine in (_rows(3000)["rm_id"] == "R1", _rows(3000)["rm_id"] == "R2")
    )
    assert called.value == pytest.approx(top / 10)


def test_groups_are_judged_and_small_ones_are_not() -> None:
    left, probability = _drawn(3000)
    every_check = model_evaluation.on_the_day(_rows(3000), left, {"model": probability}, DAY)
    checks = pd.DataFrame(vars(c) for c in without_small_groups(every_check, 10))
    ages = checks[checks["check_name"] == "fairness by age band"]
    assert set(ages["part"]) == {"under 30", "30 to 44", "45 to 59", "60 and over", "not known"}
    assert set(ages["measure"]) == {"selected", "recall", "calibration"}
    tiny = checks[checks["part"] == "Tiny"]
    assert len(tiny) == 3
    assert tiny[["n", "value", "low", "high"]].isna().all().all()
    large = checks[(checks["part"] == "Large") & (checks["measure"] == "calibration")]
    assert large["low"].iloc[0] < 1 < large["high"].iloc[0]


def test_a_fitted_model_brings_every_check_of_its_page(model: ChurnModel) -> None:
    names = {check.check_name for check in model.card.checks}
    assert names == {"figures", "calibration", "calibration curve", "by month", "source", "drift"}
    slopes = {c.measure: c for c in model.card.checks if c.check_name == "calibration"}
    low, high = slopes["slope"].low, slopes["slope"].high
    assert low is not None
    assert high is not None
    assert low < 1 < high
    sources = {c.part: c for c in model.card.checks if (c.check_name, c.measure) == ("source", "roc_auc")}
    tickets, surveys = sources["tickets"], sources["surveys"]
    assert tickets.low is not None
    assert tickets.low > 0, "complaints drive the invented departures"
    assert tickets.value is not None
    assert surveys.value is not None
    assert tickets.value > surveys.value


def test_months_are_judged_by_a_model_that_knew_nothing_of_them(
    examples: pd.DataFrame, model: ChurnModel
) -> None:
    """Spoiling the departures of all those months leaves what was predicted for them as it was."""
    months = {c.day for c in model.card.checks if c.check_name == "by month"}
    day = pd.to_datetime(examples["as_of"]).dt.date
    first = min(months)
    spoilt = examples.assign(
        left_in_window=examples["left_in_window"].mask(
            (day > first - pd.Timedelta(days=90)) & (day < max(day)),
            examples["left_in_window"].to_numpy()[::-1],
        )
    )
    recipe = Recipe(kind=model.card.kind, rounds=60)

    def expected(of: pd.DataFrame) -> list[float | None]:
        checks = fitting.fit(of, recipe=recipe).card.checks
        return [c.value for c in checks if (c.check_name, c.measure) == ("by month", "expected")]

    assert len(months) >= 3
    assert expected(spoilt) == expected(examples)


def test_a_card_keeps_its_checks() -> None:
    check = ModelCheck(check_name="drift", part="score", measure="psi", day=DAY, n=100, value=0.01)
    assert ModelCheck.from_dict(check.as_dict()) == check
