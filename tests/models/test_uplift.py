"""Who can be saved: told where treatment works on some and not on others, and not made up where it does not."""

from __future__ import annotations

import numpy as np
import pytest

from models.experiments import uplift
from tests import missing


def drawn(seed: int, effect: float, n: int = 6000) -> tuple[np.ndarray, ...]:
    """Features, arm, outcome. Treatment takes `effect` off the chance of leaving of those with a high second feature."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, 4))
    chance = 0.25 + 0.1 * (x[:, 0] > 0)
    treated = (random.random(n) < 0.5).astype(float)
    left = random.random(n) < chance - effect * treated * (x[:, 1] > 0)
    return x, treated, left.astype(float)


def test_where_treatment_keeps_some_they_are_found() -> None:
    x, treated, left = drawn(0, 0.20)
    score = uplift.foretold(x, treated, left)
    assert score[x[:, 1] > 0].mean() > score[x[:, 1] <= 0].mean() + 0.1
    qini = uplift.qini(score, treated, left)
    assert qini.low > 0
    # High risk is not a high chance to be kept.
    assert uplift.qini(x[:, 0], treated, left).low <= 0


def test_where_treatment_does_nothing_nobody_is_said_to_be_kept_by_it() -> None:
    proven = 0
    for seed in range(20):
        x, treated, left = drawn(seed, 0.0, n=3000)
        proven += uplift.qini(uplift.foretold(x, treated, left), treated, left, resamples=100).low > 0
    assert proven <= 3


def test_a_random_order_has_a_qini_of_nothing() -> None:
    _, treated, left = drawn(1, 0.2)
    qinis = [
        uplift.qini(np.random.default_rng(s).random(len(left)), treated, left, resamples=2).value
        for s in range(40)
    ]
    assert abs(np.mean(qinis)) < 0.003
    assert uplift.qini(np.zeros(len(left)), treated, left, resamples=2).value == pytest.approx(0, abs=1e-12)


def test_too_few_departures_are_not_learned_from() -> None:
    _, treated, left = drawn(2, 0.1, n=6000)
    assert uplift.enough(treated, left)
    assert not uplift.enough(treated[:300], left[:300])


def test_the_curve_is_that_of_another_library() -> None:
    metrics = missing.module("scikit-uplift", "sklift.metrics")
    x, treated, left = drawn(3, 0.2)
    score = np.round(x[:, 1], 2)
    k, gain = uplift.qini_curve(score, treated, 1 - left)
    theirs_k, theirs = metrics.qini_curve(1 - left, score, treated)
    assert np.allclose(np.interp(theirs_k, k, gain), theirs)
