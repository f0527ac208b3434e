"""Several comparisons looked at together: who picks the worst of many finds one by chance, unless that is allowed for.

Holm (Scand. J. Stat. 6, 1979, 65-70): over all comparisons of one look the chance of calling any of them clear that
is not stays below 5%. Every sentence that names the worst, the weakest or the furthest of several asks here, and so
does the table beside it, so that both read the same verdicts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from metrics.comparison.compare import Change, compare
from metrics.comparison.conclusion import Verdict
from metrics.definitions.measure import Metric, Ratio

SURE = 0.05
_LEAST = 1e-9
"""A chance below this is given as this: no sentence depends on how far below."""


@dataclass(frozen=True, kw_only=True)
class ComparedPair:
    """One of several comparisons: a metric, and its `value`, `numerator` and `denominator` here and there."""

    metric: Metric
    now: dict[str, float]
    before: dict[str, float]


def together(pairs: Sequence[ComparedPair]) -> list[Change]:
    """The comparison of each pair, its verdict corrected for all the others that could be judged."""
    changes = [compare(p.metric, p.now, p.before) for p in pairs]
    tested = [i for i, change in enumerate(changes) if change.verdict.is_judged and change.low is not None]
    if not tested:
        return changes
    # What is not clear by itself is not made so; it only counts among those that were looked at.
    chances = [_chance(pairs[i]) if changes[i].verdict.is_a_finding else 1.0 for i in tested]
    for i, p in zip(tested, adjusted(chances), strict=True):
        if changes[i].verdict.is_a_finding and p >= SURE:
            changes[i] = replace(changes[i], verdict=Verdict.NOT_CLEAR)
    return changes


def adjusted(chances: Sequence[float]) -> list[float]:
    """Holm's p-values of several, in their order. statsmodels has them, too, and collects garbage at each call."""
    ordered = sorted(range(len(chances)), key=chances.__getitem__)
    largest, corrected = 0.0, [0.0] * len(chances)
    for rank, i in enumerate(ordered):
        largest = max(largest, min(1.0, (len(chances) - rank) * chances[i]))
        corrected[i] = largest
    return corrected


def apart(metric: Ratio, parts: Sequence[dict[str, float]], whole: dict[str, float]) -> list[Change]:
    """Each part against all others of the whole together, corrected for their number."""
    others = []
    for part in parts:
        top, bottom = whole["numerator"] - part["numerator"], whole["denominator"] - part["denominator"]
        value = metric.scale * top / bottom if bottom > 0 else math.nan
        others.append({"value": value, "numerator": top, "denominator": bottom})
    return together(
        [ComparedPair(metric=metric, now=p, before=o) for p, o in zip(parts, others, strict=True)]
    )


def worst(changes: Sequence[Change], losses: Sequence[float]) -> int | None:
    """The place of the clearly worse one with the largest loss; None if none is clearly worse."""
    worse = [i for i, change in enumerate(changes) if change.verdict is Verdict.WORSE]
    return max(worse, key=lambda i: losses[i], default=None)


def _chance(pair: ComparedPair) -> float:
    """The p-value that belongs to the interval of `compare`: the level at which it just leaves out no difference."""
    low, high = math.log(_LEAST), math.log(SURE)
    for _ in range(14):
        middle = (low + high) / 2
        if compare(pair.metric, pair.now, pair.before, alpha=math.exp(middle)).verdict.is_a_finding:
            high = middle
        else:
            low = middle
    return math.exp(high)
