"""The way to a goal: its path by month, what of it is due, and where it will end if things go on as they did."""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

from metrics.definitions.measure import Measure, Metric, Ratio
from metrics.definitions.scope import Period

FEWEST_MONTHS = 6
"""A forecast needs this many full months."""
SEASONS_FROM = 36
"""From this many full months on a forecast knows the seasons: each month has then been seen three times."""
SIMULATED = 2_000


def adds_up(metric: Metric) -> bool:
    """Whether a year's figure is the sum of its months'; otherwise it is a level, such as a rate or a stock."""
    if isinstance(metric, Ratio):
        return metric.grows
    return metric.total in ("count", "sum") and metric.filter is None and not metric.is_stock


def path(
    target: float, parts: Sequence[Period], weights: Sequence[float] | None = None, *, whole: bool = False
) -> list[float]:
    """What each part contributes to `target`; the parts always add up to it.

    In the proportions of `weights` (the same months a year before) where every one is known and none is negative,
    otherwise by days. `whole` numbers, for counts, by largest remainder.
    """
    usable = (
        weights is not None
        and all(math.isfinite(w) and w >= 0 for w in weights)
        and 0 < sum(weights) < math.inf
    )
    shares = np.array(weights if usable else [p.days for p in parts], dtype=float)
    exact = target * (shares / shares.sum())
    if not whole or not float(target).is_integer():
        exact[-1] = target - exact[:-1].sum()
        return [float(v) for v in exact]
    floors = np.floor(exact)
    left = int(target - floors.sum())
    floors[np.argsort(floors - exact, kind="stable")[:left]] += 1
    return [float(v) for v in floors]


def due(
    parts: Sequence[Period], targets: Sequence[float], elapsed: Period, *, monthly: bool = False
) -> float:
    """How much of the path should be covered on the last day of `elapsed`; a running part by its days.

    A figure kept by month is booked on a month's last day: such a part is due whole or not at all.
    """
    total = 0.0
    for part, target in zip(parts, targets, strict=True):
        if monthly:
            total += target if elapsed.start <= part.end <= elapsed.end else 0.0
            continue
        days = (min(part.end, elapsed.end) - max(part.start, elapsed.start)).days + 1
        total += target * max(0, days) / part.days
    return total


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """A total still to come, with its 95% interval, and how it was made."""

    low: float
    middle: float
    high: float
    method: str
    """From how much it was made, in plain words."""
    how: str = ""
    """The method by name, for who wants to know."""


def known_in_a_row(history: Sequence[float]) -> tuple[Sequence[float], int]:
    """The last figures that follow each other, and how many of NaN come after them."""
    positions = [at for at, value in enumerate(history) if math.isfinite(value)]
    if not positions:
        return (), len(history)
    last = first = positions[-1]
    while first and math.isfinite(history[first - 1]):
        first -= 1
    return history[first : last + 1], len(history) - 1 - last


def forecast(history: Sequence[float], ahead: Sequence[float], *, counts: bool = False) -> Forecast | None:
    """The total of the months to come, from the full months so far; None if they are fewer than six or than are to come.

    Only what `counts` cannot fall below zero; an amount can.

    A month may be NaN: about too few people to show. Then the last months known in a row are continued, first over those
    that are not known after them.
    `ahead` says how much of each coming month counts (1 for a whole one). Exponential smoothing of the level with
    additive errors (Hyndman and others, Forecasting with Exponential Smoothing, 2008, ch. 5) from statsmodels, seasons
    only from three years on; the interval from 2,000 simulated futures, because months to come are not independent,
    widened by Student's t. How often it holds is measured in `benchmarks/goal_forecasts.py`.
    """
    history, missed = known_in_a_row(history)
    if len(history) < FEWEST_MONTHS:
        return None
    if len(ahead) + missed > len(history):
        # Nobody has seen how far the figure wanders over so many months.
        return None
    ahead = [0.0] * missed + list(ahead) if ahead else ()
    if not ahead:
        return Forecast(low=0.0, middle=0.0, high=0.0, method="Nothing is left to come.")
    seasonal = len(history) >= SEASONS_FROM
    series = np.asarray(history, dtype=float)
    with warnings.catch_warnings():
        # A level that does not move ends at the edge of its range; the fit is none the worse for it.
        warnings.simplefilter("ignore")
        model = ETSModel(
            series,
            error="add",
            seasonal="add" if seasonal else None,
            seasonal_periods=12 if seasonal else None,
        )
        fitted = model.fit(disp=False)
        futures = fitted.simulate(
            nsimulations=len(ahead),
            anchor="end",
            repetitions=SIMULATED,
            rng=np.random.default_rng(20_08),
        )
    coming = np.asarray(futures).reshape(len(ahead), -1)
    totals = np.asarray(ahead) @ (np.clip(coming, 0, None) if counts else coming)
    low, middle, high = np.quantile(totals, [0.025, 0.5, 0.975])
    # The simulated futures take what was fitted for known; a short history makes that too narrow.
    degrees = len(series) - (14 if seasonal else 2)
    wider = math.sqrt(len(series) / degrees) * float(student.ppf(0.975, degrees)) / 1.96
    low, high = middle - wider * (middle - low), middle + wider * (high - middle)
    low = max(0.0, low) if counts else low
    after = f", of which the last {missed} are not known" if missed > 1 else ""
    after = ", of which the last is not known" if missed == 1 else after
    seasons = "with the seasons of the year" if seasonal else "without seasons, which need three years"
    return Forecast(
        low=float(low),
        middle=float(middle),
        high=float(high),
        method=f"It continues the last {len(history) + missed} full months{after}, {seasons}.",
        how=f"Exponential smoothing of the monthly figures with additive errors; the interval holds 95 of 100 out of "
        f"{SIMULATED:,} futures drawn from it, widened for the length of the history.",
    )


def is_count(metric: Metric) -> bool:
    """Whether targets are whole numbers."""
    return isinstance(metric, Measure) and metric.total == "count"


def is_monthly(metric: Metric) -> bool:
    """Whether it is kept by whole months, such as revenue: a month without its last day has no figure yet."""
    parts = (metric.numerator, metric.denominator) if isinstance(metric, Ratio) else (metric,)
    return any(m.monthly for m in parts)
