"""Too few, too early, not clear, not comparable and not known are different words, and one type says them all."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import FEWEST, compare
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
    found = compare(metric, now, before)
    assert (found.verdict is Verdict.TOO_FEW) == (min(n, m) < FEWEST)
    if found.verdict is Verdict.TOO_FEW:
        assert f"(n = {min(n, m)})" in change(metric, now["value"], before["value"], found)


@given(now=some.integers(0, 200), before=some.integers(0, 200))
def test_a_count_is_judged_or_says_how_few_it_is(now: int, before: int) -> None:
    metric = CATALOGUE[COUNTS[0]]
    found = compare(metric, {"value": float(now)}, {"value": float(before)})
    assert found.verdict.is_judged == (min(now, before) >= FEWEST)


@pytest.mark.parametrize("now", [float("nan"), 5.0])
def test_what_is_not_known_is_neither_early_nor_few(now: float) -> None:
    found = compare(CATALOGUE[COUNTS[0]], {"value": now}, {"value": float("nan")})
    assert found.verdict is (Verdict.NOT_KNOWN if pd.isna(now) else Verdict.NO_FIGURE_BEFORE)


def test_no_page_says_one_word_for_all_of_them() -> None:
    """Where a sentence needs a verdict it takes it from the one type."""
    loose = re.compile(r"\"(?:too early to say|not enough data yet to say|no clear change|too few to say)\"")
    files = [
        f
        for room in ("metrics", "models", "workflow", "pages", "reports")
        for f in (ROOT / room).rglob("*.py")
    ]
    assert not [f.name for f in files if loose.search(f.read_text(encoding="utf-8"))]
