"""A change of a share is the sum of what its parts and their mix did, for all inputs; worked by hand once."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from metrics.comparison import decomposition, response_rates

GROUP = some.tuples(some.integers(0, 200), some.floats(0, 1))


def _rows(now: list[tuple[int, float]], before: list[tuple[int, float]]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {"group": f"g{i}", "period": period, "denominator": n, "numerator": n * level}
            for period, groups in ((0, now), (1, before))
            for i, (n, level) in enumerate(groups)
        ]
    )


Whole = tuple[tuple[float, float], tuple[float, float]]


def _whole(rows: pd.DataFrame) -> Whole:
    sums = rows.groupby("period")[["numerator", "denominator"]].sum()
    now, before = ((float(sums["numerator"][i]), float(sums["denominator"][i])) for i in (0, 1))
    return now, before


def _shift(rows: pd.DataFrame, whole: Whole | None = None) -> decomposition.Shift:
    shift = decomposition.shift(rows, "group", whole or _whole(rows))
    assert shift is not None
    return shift


@settings(deadline=None)
@given(some.lists(some.tuples(GROUP, GROUP), min_size=1, max_size=6))
def test_mix_and_level_add_up_to_the_change(drawn):
    rows = _rows([a for a, _ in drawn], [b for _, b in drawn])
    shift = decomposition.shift(rows, "group", _whole(rows))
    if not sum(a[0] for a, _ in drawn) or not sum(b[0] for _, b in drawn):
        assert shift is None
        return
    assert shift is not None
    assert shift.mix + shift.level == pytest.approx(shift.total, abs=1e-9)
    assert shift.left_out == pytest.approx(0, abs=1e-9)
    assert shift.parts["total"].sum() == pytest.approx(shift.total, abs=1e-9)


def test_by_hand():
    rows = _rows([(80, 0.9), (20, 0.5)], [(50, 0.9), (50, 0.5)])
    change = _shift(rows)
    assert change.total == pytest.approx(0.82 - 0.70)
    assert change.mix == pytest.approx(0.12)
    assert change.level == pytest.approx(0)
    rows = _rows([(50, 0.8), (50, 0.5)], [(50, 0.9), (50, 0.5)])
    change = _shift(rows)
    assert (change.mix, change.level) == pytest.approx((0, -0.05))
    assert change.parts["part"].iloc[0] == "g0"


def test_a_group_about_too_few_people_is_left_out_and_said_to_be():
    rows = _rows([(50, 0.9), (4, 0.5)], [(50, 0.5), (4, 0.5)])
    whole = _whole(rows)
    blank = rows["group"].eq("g1") & rows["period"].eq(0)
    rows.loc[blank, ["numerator", "denominator"]] = np.nan
    change = _shift(rows, whole)
    assert change.parts["part"].tolist() == ["g0"]
    assert change.left_out + change.parts["total"].sum() == pytest.approx(change.total)


def test_a_missing_group_name_is_a_group_of_its_own():
    rows = _rows([(50, 0.9), (40, 0.5)], [(50, 0.5), (40, 0.5)])
    rows["group"] = rows["group"].where(rows["group"] != "g1", None)
    change = _shift(rows)
    assert change.parts["part"].isna().sum() == 1


def test_if_every_group_answered_alike_by_hand():
    parts = pd.DataFrame({"asked": [100, 100], "denominator": [80, 20], "numerator": [72, 4]})
    both = response_rates.reweighted(parts)
    assert both is not None
    as_is, alike = both
    assert as_is == pytest.approx(0.76)
    assert alike == pytest.approx((0.9 + 0.2) / 2)
    assert response_rates.reweighted(parts.head(1)) is None


def test_response_rates_carry_their_interval_and_leave_blank_groups_out():
    parts = pd.DataFrame({"g": ["a", "b", "c"], "asked": [100, 50, np.nan], "answered": [40, 10, np.nan]})
    rates = response_rates.response(parts, "g")
    assert rates["g"].tolist() == ["b", "a"]
    assert ((rates["low"] < rates["rate"]) & (rates["rate"] < rates["high"])).all()
