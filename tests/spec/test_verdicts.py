"""Too few, too early, not clear, not comparable and not known are different words, and one type says them all."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some
from statsmodels.stats import rates

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import FEWEST, compare, rate_ratio_interval
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import change, verdict_in_words
from metrics.definitions.measure import Measure, Ratio

ROOT = Path(__file__).parents[2]
RATIOS = sorted(n for n, m in CATALOGUE.items() if isinstance(m, Ratio) and m.unit == "share")
COUNTS = sorted(n for n, m in CATALOGUE.items() if isinstance(m, Measure) and m.total == "count")


def test_every_verdict_has_a_word_of_its_own() -> None:
    assert len({v.value for v in Verdict}) == len(Verdict) == 9


def test_too_few_says_how_many_and_too_early_until_when() -> None:
    assert verdict_in_words(Verdict.TOO_FEW, 12) == "not enough data yet (n = 12)"
    assert verdict_in_words(Verdict.TOO_EARLY, None, date(2026, 9, 30)) == "too early, known from 30 Sep 2026"
    assert verdict_in_words(Verdict.NOT_CLEAR, 12) == "no significant change"


@given(n=some.integers(0, 60), m=some.integers(0, 60), share=some.floats(0, 1), then=some.floats(0, 1))
def test_a_share_of_too_few_is_too_few_and_of_enough_is_not(
    n: int, m: int, share: float, then: float
) -> None:
    metric = CATALOGUE[RATIOS[0]]
    now, before = (
        {
            "value": round(s * k) / k if k else float("nan"),
            "numerator": float(round(s * k)),
            "denominator": float(k),
        }
        for s, k in ((share, n), (then, m))
    )
    comparison = compare(metric, now, before)
    assert (comparison.verdict is Verdict.TOO_FEW) == (min(n, m) < FEWEST)
    if comparison.verdict is Verdict.TOO_FEW:
        assert f"(n = {min(n, m)})" in change(metric, now["value"], before["value"], comparison)


@given(now=some.integers(0, 200), before=some.integers(0, 200))
def test_a_count_is_judged_or_says_how_few_it_is(now: int, before: int) -> None:
    metric = CATALOGUE[COUNTS[0]]
    comparison = compare(metric, {"value": float(now)}, {"value": float(before)})
    assert comparison.verdict.is_judged == (min(now, before) >= FEWEST)


@pytest.mark.parametrize("now", [float("nan"), 5.0])
def test_what_is_not_known_is_neither_early_nor_few(now: float) -> None:
    comparison = compare(CATALOGUE[COUNTS[0]], {"value": now}, {"value": float("nan")})
    assert comparison.verdict is (Verdict.NOT_KNOWN if pd.isna(now) else Verdict.NO_FIGURE_BEFORE)


def test_no_page_says_one_word_for_all_of_them() -> None:
    """Where a sentence needs a verdict it takes it from the one type."""
    loose = re.compile(r"\"(?:too early to say|not enough data yet to say|no clear change|too few to say)\"")
    files = [
        f
        for room in ("metrics", "models", "workflow", "pages", "reports")
        for f in (ROOT / room).rglob("*.py")
    ]
    assert not [f.name for f in files if loose.search(f.read_text(encoding="utf-8"))]


@given(
    now=some.integers(20, 50_000), before=some.integers(20, 50_000), alpha=some.sampled_from([0.05, 0.001])
)
def test_the_interval_of_two_counts_ends_where_the_score_test_begins_to_tell_them_apart(
    now: int, before: int, alpha: float
) -> None:
    low, high = rate_ratio_interval(now, before, alpha)
    assert low < now / before < high
    for end in (low, high):
        tested = rates.test_poisson_2indep(now, 1, before, 1, value=end, method="score", compare="ratio")
        assert tested.pvalue == pytest.approx(alpha, rel=1e-6)


def test_two_large_counts_that_hardly_differ_are_not_called_different() -> None:
    # A search for the lower end that starts beside it can end at the upper one, 5% further on.
    metric = CATALOGUE[COUNTS[0]]
    assert compare(metric, {"value": 12_810.0}, {"value": 13_009.0}).verdict is Verdict.NOT_CLEAR
