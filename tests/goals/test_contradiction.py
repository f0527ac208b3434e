"""Two figures that conflict with each other are flagged; two that have nothing to do with each other hardly ever."""

from __future__ import annotations

import math

import numpy as np
import pytest

from metrics.comparison.contradiction import detect

DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
STEPS = np.arange(12)


def _pair(
    rng: np.random.Generator, growth: float, slide: float, unrest: float = 0.0
) -> tuple[list[float], list[float], list[float]]:
    """A year of volumes around 300 a month, and of about 250 judged cases the good ones, around 70%."""
    volume = rng.poisson(300 * np.exp(growth * STEPS + rng.normal(0, unrest, 12)))
    judged = rng.poisson(250, 12)
    odds = np.log(0.7 / 0.3) + slide * STEPS + rng.normal(0, unrest, 12)
    good = rng.binomial(judged, 1 / (1 + np.exp(-odds)))
    return list(map(float, volume)), list(map(float, good)), list(map(float, judged))


def _flagged(tries: int, growth: float, slide: float, unrest: float = 0.0) -> float:
    rng = np.random.default_rng(2026)
    findings = [detect(*_pair(rng, growth, slide, unrest), DAYS) for _ in range(tries)]
    return findings.count("conflict") / tries


def test_more_qualified_leads_of_which_fewer_are_accepted_is_a_conflict() -> None:
    assert _flagged(100, growth=0.04, slide=-0.08) >= 0.95


def test_two_steady_figures_are_not_flagged() -> None:
    assert _flagged(300, growth=0.0, slide=0.0) <= 0.01


@pytest.mark.parametrize("unrest", [0.0, 0.1])
def test_growth_beside_a_steady_quality_is_flagged_at_most_as_often_as_stated(unrest: float) -> None:
    """Stated: 2.5% and, for the luck of 300 tries, up to 5%."""
    assert _flagged(300, growth=0.04, slide=0.0, unrest=unrest) <= 0.05


def test_growth_with_growing_quality_is_no_conflict() -> None:
    assert _flagged(100, growth=0.04, slide=0.05) == 0


def test_what_should_fall_is_turned_round() -> None:
    rng = np.random.default_rng(5)
    volume, lost, held = _pair(rng, 0.04, 0.08)
    assert detect(volume, lost, held, DAYS, quality_is_up=False) == "conflict"
    assert detect(volume, lost, held, DAYS, quality_is_up=True) == "none"


@pytest.mark.parametrize(
    ("volume", "judged", "why"),
    [
        ([300.0] * 5, [250.0] * 5, "too early"),
        ([19.0] * 12, [250.0] * 12, "not enough data yet"),
        ([300.0] * 11 + [math.nan], [250.0] * 12, "not enough data yet"),
    ],
)
def test_too_little_to_judge_is_said(volume: list[float], judged: list[float], why: str) -> None:
    good = [0.7 * j for j in judged]
    assert detect(volume, good, judged, DAYS[: len(volume)]) == why


def test_all_or_none_accepted_is_judged_without_an_error() -> None:
    assert detect([300.0] * 12, [250.0] * 12, [250.0] * 12, DAYS) == "none"
    assert detect([300.0] * 12, [0.0] * 12, [250.0] * 12, DAYS) == "none"
