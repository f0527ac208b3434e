"""Figures in words: what rounds to nothing goes no way."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import Change
from metrics.comparison.conclusion import Verdict
from metrics.comparison.currency import in_currency, use_currency
from metrics.comparison.words import (
    PLACES,
    as_typed,
    change,
    days,
    figure,
    hkd,
    numeral,
    points,
    rounded,
    share,
    signed,
    with_sign,
)

NUMBERS = some.floats(-1e9, 1e9)
OF_NOTHING = re.compile(r"[-−+]0(?:\.0+)?(?![\d.,])")
"""A nothing with a sign: `−0.0`, `+0`."""
METRICS = [
    next(m for m in CATALOGUE.values() if m.unit == u) for u in sorted({m.unit for m in CATALOGUE.values()})
]


@given(value=NUMBERS, places=some.integers(0, 2))
@example(value=-0.0, places=1)
@example(value=-0.04, places=1)
@example(value=0.0004, places=0)
def test_nothing_has_no_sign(value: float, places: int) -> None:
    for text in (
        with_sign(value, places),
        signed(value, places),
        points(value, places),
        hkd(value),
        share(value),
    ):
        assert not OF_NOTHING.search(text), text
        assert "-" not in text
    assert with_sign(value, places).startswith("−") == (rounded(value, places) < 0)
    assert with_sign(value, places).startswith("+") == (rounded(value, places) > 0)


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.unit)
@given(now=NUMBERS, moved=some.floats(-0.2, 0.2))
def test_no_figure_and_no_change_is_a_signed_nothing(metric, now, moved) -> None:
    still = Change(Verdict.NOT_CLEAR, None, None, moved)
    for text in (
        figure(metric, moved),
        change(metric, moved, 0.0, still),
        change(metric, now + moved, now, still),
    ):
        assert not OF_NOTHING.search(text), text


@given(tens_of_thousands=some.integers(-20_000, 20_000))
@example(tens_of_thousands=7045)
@example(tens_of_thousands=-7045)
@example(tens_of_thousands=5)
def test_a_half_goes_away_from_zero_in_every_word(tens_of_thousands: int) -> None:
    """However the float was worked out, each word says what is right of the decimal number."""
    exact = Decimal(tens_of_thousands) / 10_000
    half_up = (100 * exact).quantize(Decimal("0.1"), ROUND_HALF_UP) + 0
    in_tenths = f"{half_up:+}".replace("-", "−") if half_up else "0.0"
    for value in (float(exact), float(100 * exact) / 100, tens_of_thousands * 0.0001):
        assert share(value) == f"{half_up}%".replace("-", "−")
        assert points(value) == f"{in_tenths} points"
        assert signed(value) == f"{in_tenths}%"
        assert rounded(100 * value, 1) == float(half_up), "as a table's cell"
    assert hkd(float(exact)) == hkd(float(exact.quantize(Decimal(1), ROUND_HALF_UP)))
    millions = hkd(float(exact * 10_000_000_000))
    if abs(exact) >= Decimal("0.001"):
        assert millions == f"HKD {10_000 * exact:,.1f} m".replace("-", "−")


@given(value=NUMBERS, places=some.integers(0, 2))
def test_what_is_rounded_stays_as_it_is_when_it_is_shown(value: float, places: int) -> None:
    once = rounded(value, places)
    assert rounded(once, places) == once
    assert float(f"{once:.{places}f}") == once


def test_one_point_is_one():
    nps = CATALOGUE["nps"]
    texts = [figure(nps, v) for v in (1.2, -0.8, 2.0, 0.0)]
    assert texts == ["+1 point", "−1 point", "+2 points", "0 points"]


def test_numbers_without_a_unit_are_written_as_the_figures_are() -> None:
    assert [numeral(v) for v in (1234.5, -2.5, -0.2, None, float("nan"))] == [
        "1,235",
        "−3",
        "0",
        "not known",
        "not known",
    ]
    assert [numeral(v, 2) for v in (0.705, 1.005)] == ["0.71", "1.01"]
    assert [as_typed(v) for v in (24.0, 1.5, 500_000.0, 1_234_567.0, 100 * 0.145)] == [
        "24",
        "1.5",
        "500,000",
        "1,234,567",
        "14.5",
    ]
    assert [days(v) for v in (1.0, 0.0, 1204.0)] == ["1 day", "0 days", "1,204 days"]
    assert [share(v, 0) for v in (0.125, 0.995)] == ["13%", "100%"]


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.unit)
def test_a_column_has_as_many_places_as_the_figure_in_words(metric) -> None:
    value = 12.3456
    in_table = rounded(100 * value if metric.unit == "share" else value, PLACES[metric.unit])
    assert f"{in_table:,g}" in figure(metric, value)


def test_amounts_and_labels_are_written_in_the_currency_of_the_settings() -> None:
    try:
        use_currency("EUR")
        assert [hkd(v) for v in (1234.4, -5.0, 12_300_000.0)] == ["EUR 1,234", "EUR −5", "EUR 12.3 m"]
        assert in_currency("What may it cost, in HKD?") == "What may it cost, in EUR?"
    finally:
        use_currency("HKD")
    assert hkd(1234.4) == "HKD 1,234"
