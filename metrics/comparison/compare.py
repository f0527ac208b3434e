"""Whether a figure has really changed: an interval first, a verdict only outside the noise.

Shares by Newcombe's interval for two proportions (Stat. Med. 17, 1998, 873-890, method 10) from statsmodels, counts by
the score interval for the ratio of two Poisson rates; a score between -1 and 1 by its largest possible variance. A sum
of money, and an amount per person, has no interval here, so it gets no verdict.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from statistics import NormalDist

from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from statsmodels.stats.rates import confint_poisson

from metrics.comparison.conclusion import Verdict
from metrics.definitions.measure import Measure, Metric, Ratio

FEWEST = 20
"""Below this many cases on either side two figures are not compared."""


@dataclass(frozen=True)
class Change:
    """Now against before. `low` and `high` bound the difference (shares, points) or the ratio (counts), at 95%."""

    verdict: Verdict
    low: float | None = None
    high: float | None = None
    relative: float | None = None
    """now / before - 1, where before is not 0."""
    n: float | None = None
    """Cases on the side that has fewer, where those are too few."""
    known_on: date | None = None
    """From when on the figure will grow no more, where it is too early."""


def _have_values(*values: float | None) -> bool:
    return all(v is not None and not math.isnan(v) for v in values)


def taken_apart(metric: Ratio, value: float, cases: float) -> dict[str, float]:
    """A ratio that says `value` of so many `cases`, as `compare` wants it."""
    return {"value": value, "numerator": value * cases / metric.scale, "denominator": cases}


def compare(metric: Metric, now: dict[str, float], before: dict[str, float], alpha: float = 0.05) -> Change:
    """Compare two answers for a metric: `value`, and of a ratio `numerator`, `denominator`; interval at 1 - `alpha`."""
    if not _have_values(now["value"], before["value"]):
        counted = isinstance(metric, Ratio) and (
            now.get("denominator") == 0 or before.get("denominator") == 0
        )
        if counted:
            return Change(Verdict.TOO_FEW, n=0)
        return Change(Verdict.NO_FIGURE_BEFORE if _have_values(now["value"]) else Verdict.NOT_KNOWN)
    relative = now["value"] / before["value"] - 1 if before["value"] else None
    if isinstance(metric, Measure):
        if metric.total != "count":
            return Change(Verdict.CHANGED, relative=relative)
        return _counts(metric, now["value"], before["value"], relative, alpha)
    n, m = now["denominator"], before["denominator"]
    if min(n, m) < FEWEST:
        return Change(Verdict.TOO_FEW, relative=relative, n=min(n, m))
    if metric.unit == "share":
        low, high = _difference_interval(now["numerator"], n, before["numerator"], m, alpha)
    elif metric.unit == "points":
        spread = sum((1 - (f["numerator"] / f["denominator"]) ** 2) / f["denominator"] for f in (now, before))
        middle = now["numerator"] / n - before["numerator"] / m
        wide = _normal(alpha) * math.sqrt(spread)
        low, high = middle - wide, middle + wide
    elif not knows_its_noise(metric):
        return Change(Verdict.CHANGED, relative=relative)
    else:
        # A cost divided by a count: the cost is known to the cent, the count is what varies.
        bounds = rate_ratio_interval(m, n, alpha)
        spent = now["numerator"] / before["numerator"] if before["numerator"] else math.nan
        return _verdict(metric, spent * bounds[0], spent * bounds[1], 1.0, relative)
    return _verdict(metric, float(low), float(high), 0.0, relative)


@lru_cache(maxsize=20_000)
def _difference_interval(
    now: float, of: float, before: float, of_before: float, alpha: float
) -> tuple[float, float]:
    """Newcombe's interval of the difference of two shares."""
    low, high = confint_proportions_2indep(
        now, of, before, of_before, method="newcomb", compare="diff", alpha=alpha
    )
    return float(low), float(high)


def _counts(metric: Metric, now: float, before: float, relative: float | None, alpha: float) -> Change:
    if min(now, before) < FEWEST:
        return Change(Verdict.TOO_FEW, relative=relative, n=min(now, before))
    low, high = rate_ratio_interval(now, before, alpha)
    return _verdict(metric, low, high, 1.0, relative)


def rate_ratio_interval(now: float, before: float, alpha: float = 0.05) -> tuple[float, float]:
    """The score interval of the ratio of two Poisson rates over equal exposures; needs `before` > 0.

    The ratios r with (now - r before)^2 <= z^2 r (now + before): Graham, Mengersen & Morton, Stat. Med. 22, 2003,
    2071-2083. statsmodels searches for the same roots, slowly, and can take the upper for the lower one.
    """
    z2 = NormalDist().inv_cdf(1 - alpha / 2) ** 2
    both = now + before
    middle = now * before + z2 * both / 2
    wide = math.sqrt(z2 * both * (4 * now * before + z2 * both)) / 2
    return (middle - wide) / before**2, (middle + wide) / before**2


def _normal(alpha: float) -> float:
    return 1.96 if alpha == 0.05 else NormalDist().inv_cdf(1 - alpha / 2)


def _verdict(metric: Metric, low: float, high: float, none: float, relative: float | None) -> Change:
    if math.isnan(low) or low <= none <= high:
        return Change(Verdict.NOT_CLEAR, low, high, relative)
    if metric.better == "neither":
        return Change(Verdict.CHANGED, low, high, relative)
    rose = low > none
    good = rose == (metric.better == "up")
    return Change(Verdict.BETTER if good else Verdict.WORSE, low, high, relative)


def interval(metric: Ratio, top: float, bottom: float) -> tuple[float, float] | None:
    """The 95% interval of a share, or of a score whose cases lie between -1 and 1; None below `FEWEST` cases.

    None for every other unit, too: how much an amount varies from case to case is not in its two totals.
    """
    if metric.unit not in ("share", "points") or not bottom >= FEWEST or math.isnan(top):
        return None
    if metric.unit == "share":
        return share_interval(top, bottom)
    middle = top / bottom
    width = 1.96 * math.sqrt(max(0.0, 1 - middle**2) / bottom)
    return metric.scale * max(-1.0, middle - width), metric.scale * min(1.0, middle + width)


@lru_cache(maxsize=20_000)
def share_interval(top: float, bottom: float) -> tuple[float, float]:
    """Wilson's 95% interval of a share; needs `denominator` > 0."""
    low, high = proportion_confint(top, bottom, method="wilson")
    return float(low), float(high)


def knows_its_noise(metric: Metric) -> bool:
    """Whether what a figure moves can be held against chance: not a sum or a median, nor an amount per person.

    An amount varies from one person to the next, and by how much is not in its two totals; a cost is spent, and only the
    people it is divided by vary. What is spent stands in rows that are about no person.
    """
    if isinstance(metric, Measure):
        return metric.total == "count"
    return metric.unit in ("share", "points") or not metric.numerator.fact.info["person"]


def count_interval(count: float) -> tuple[float, float]:
    """The 95% score interval of a count."""
    low, high = confint_poisson(count, 1, method="score")
    return float(low), float(high)
