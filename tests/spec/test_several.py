"""Who looks at several figures and names the worst finds one by chance in one look of twenty, not in one of four."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as some
from statsmodels.stats.multitest import multipletests

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import compare
from metrics.comparison.conclusion import Verdict
from metrics.comparison.multiple_comparisons import ComparedPair, adjusted, apart, together, worst
from metrics.definitions.measure import Ratio

_win_rate = CATALOGUE["win_rate"]
assert isinstance(_win_rate, Ratio)
RATE: Ratio = _win_rate


def share(top: float, bottom: float) -> dict[str, float]:
    return {
        "value": top / bottom if bottom else float("nan"),
        "numerator": float(top),
        "denominator": float(bottom),
    }


def test_of_seven_steps_that_did_not_move_one_is_called_worse_in_at_most_one_look_of_twenty() -> None:
    random = np.random.default_rng(12)
    looks, steps, n = 300, 7, 400
    drawn = random.binomial(n, 0.4, size=(looks, steps, 2))
    alone = corrected = 0
    for look in drawn:
        pairs = [ComparedPair(metric=RATE, now=share(a, n), before=share(b, n)) for a, b in look]
        alone += any(compare(p.metric, p.now, p.before).verdict is Verdict.WORSE for p in pairs)
        corrected += worst(together(pairs), [0.0] * steps) is not None
    # One-sided of a two-sided 5%: 2.5% for each, about 16% for seven.
    assert alone / looks > 0.10
    assert corrected / looks <= 0.05


def test_a_real_fall_among_several_is_still_found() -> None:
    same, fell = share(400, 1000), share(300, 1000)
    pairs = [ComparedPair(metric=RATE, now=now, before=same) for now in (same, fell, same)]
    changes = together(pairs)
    assert [c.verdict for c in changes] == [Verdict.NOT_CLEAR, Verdict.WORSE, Verdict.NOT_CLEAR]
    assert worst(changes, [0.0, 0.1, 0.0]) == 1


@given(some.lists(some.floats(0, 1), min_size=1, max_size=12))
def test_several_chances_are_corrected_as_statsmodels_corrects_them(chances: list[float]) -> None:
    assert adjusted(chances) == list(multipletests(chances, method="holm")[1])


@settings(max_examples=20, deadline=None)
@given(some.lists(some.tuples(some.integers(0, 300), some.integers(0, 300)), min_size=1, max_size=5))
def test_looking_at_more_never_makes_anything_clear(tops: list[tuple[int, int]]) -> None:
    pairs = [ComparedPair(metric=RATE, now=share(a, 300), before=share(b, 300)) for a, b in tops]
    for pair, change in zip(pairs, together(pairs), strict=True):
        by_itself = compare(pair.metric, pair.now, pair.before)
        assert change.verdict in (by_itself.verdict, Verdict.NOT_CLEAR)
        assert len(pairs) > 1 or change == by_itself


def test_a_part_is_compared_with_the_others_and_not_with_a_whole_that_holds_it() -> None:
    parts = [
        share(300, 1000),
        share(500, 1000),
        share(3, 10),
        {k: float("nan") for k in ("value", "numerator", "denominator")},
    ]
    comparisons = apart(RATE, parts, share(803, 2010))
    assert [c.verdict for c in comparisons] == [
        Verdict.WORSE,
        Verdict.BETTER,
        Verdict.TOO_FEW,
        Verdict.NOT_KNOWN,
    ]
    assert comparisons[2].n == 10
    # A part that is all there is has no others.
    assert apart(RATE, [share(300, 1000)], share(300, 1000))[0].verdict is Verdict.TOO_FEW
