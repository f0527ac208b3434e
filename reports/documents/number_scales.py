"""How a chart writes its numbers: as text for paper, as number formats for charts that stay editable."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from metrics.comparison.currency import currency
from metrics.comparison.words import numeral, share, with_sign
from metrics.definitions.measure import Unit
from reports.documents.sanitise import one_line
from reports.review.review_document import Chart

_FORMATS: dict[Unit, str] = {
    "count": "#,##0;−#,##0;0",
    "HKD": '[>=10000000]#,##0.0,,"\u00a0m";[<=-10000000]−#,##0.0,,"\u00a0m";#,##0',
    "share": "0.0%;−0.0%;0.0%",
    "points": "[>=0.5]+0;[<=-0.5]−0;0",
    "days": "#,##0.0;−#,##0.0;0.0",
    "hours": "#,##0.0;−#,##0.0;0.0",
}
_UNITS: dict[Unit, str] = {"days": "days", "hours": "hours", "points": "points"}


def office(chart: Chart) -> str:
    """The number format of a chart for office programs."""
    return "#,##0.0;−#,##0.0;0.0" if _broken(chart) else _FORMATS[chart.unit]


def text(chart: Chart, value: float) -> str:
    """A value as a chart labels it; its unit stands in the chart's heading. The same as `office` gives."""
    unit = chart.unit
    if unit == "share":
        label = share(value).replace(" ", "\u00a0")
    elif unit == "HKD" and abs(value) >= 10_000_000:
        label = f"{numeral(value / 1_000_000, 1)}\u00a0m"
    elif unit in ("days", "hours") or _broken(chart):
        label = numeral(value, 1)
    else:
        label = with_sign(value, 0) if unit == "points" else numeral(value)
    return label.lstrip("−") if not any(c in "123456789" for c in label) else label


def _broken(chart: Chart) -> bool:
    """Whether it shows numbers such as a score of 3.4, which a whole number would not tell apart."""
    values = [v for s in chart.series for v in s.values if v is not None and math.isfinite(v)]
    return (
        chart.unit == "count"
        and not all(float(v).is_integer() for v in values)
        and max(map(abs, values)) < 100
    )


def _unit(chart: Chart) -> str:
    """The word of its unit, the currency's code of amounts; "" where the numbers need none."""
    return currency() if chart.unit == "HKD" else _UNITS.get(chart.unit, "")


def heading(chart: Chart, *, line: bool) -> str:
    """What stands above a chart: its one series, the unit, and its mark; `line` says whether that is drawn."""
    unit = _unit(chart)
    named = chart.series[0].name if len(chart.series) == 1 else ""
    title = f"{named}, {unit}" if named and unit and unit not in named else named or unit
    if chart.mark and math.isfinite(chart.mark):
        words = chart.mark_label or "mark"
        worth = "" if any(c.isdigit() for c in words) else f" {text(chart, chart.mark)}"
        title = f"{title} · {'dashed line: ' if line else ''}{words}{worth}".removeprefix(" · ")
    if len(chart.lines) == 1 and len(chart.series) == 1:
        title = f"{title} · dashed line: {chart.lines[0].name}"
    return title


def finite(value: float | None) -> float | None:
    """A value a chart can draw, else None."""
    return value if value is not None and math.isfinite(value) else None


def numbers(chart: Chart) -> list[float]:
    """Every number a chart draws, its mark among them."""
    drawn: list[float | None] = [chart.mark]
    for series in (*chart.series, *chart.lines):
        drawn += [*series.values, *series.low, *series.high]
    return [v for v in drawn if v is not None and math.isfinite(v)]


def drawable(chart: Chart | None) -> bool:
    """Whether there is anything to draw."""
    return chart is not None and any(
        v is not None and math.isfinite(v) for s in chart.series for v in s.values
    )


FAR = 3.0
"""An interval that reaches so many times as far as the others would flatten them."""


def without_the_far_one(chart: Chart) -> Chart:
    """A chart of intervals without the one that would flatten all others; its remark says what is not drawn."""
    (series,) = chart.series
    ends = zip(series.values, series.low, series.high, strict=True)
    reach = [max((abs(v) for v in row if v is not None and math.isfinite(v)), default=0.0) for row in ends]
    order = sorted(range(len(reach)), key=reach.__getitem__)
    if len(order) < 3 or reach[order[-1]] <= FAR * reach[order[-2]]:
        return chart
    far = order[-1]
    values = [
        text(chart, v) for v in (series.values[far], series.low[far], series.high[far]) if v is not None
    ]
    words = f"{_unit(chart)} {values[0]}".lstrip() + (
        f" ({values[1]} to {values[2]})" if len(values) == 3 else ""
    )

    def rest(of: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(v for i, v in enumerate(of) if i != far)

    return replace(
        chart,
        categories=rest(chart.categories),
        series=(replace(series, values=rest(series.values), low=rest(series.low), high=rest(series.high)),),
        remark=f"{chart.categories[far]} is not drawn: {words} would flatten the others.",
    )


def names(chart: Chart) -> list[str]:
    """The names of its categories, with the numbers of what was pinned to them: `Q1 26 [1]`."""
    pinned: dict[str, list[str]] = {}
    for number, (category, _) in enumerate(chart.events, start=1):
        pinned.setdefault(category, []).append(f"[{number}]")
    return [" ".join((one_line(c), *pinned.get(c, ()))) for c in chart.categories]


def pinned(chart: Chart) -> str:
    """What was pinned to its categories, by the numbers in `names`; "" for nothing."""
    return " ".join(f"[{n}] {one_line(what)}." for n, (_, what) in enumerate(chart.events, start=1))


def has_gaps(chart: Chart) -> bool:
    """Whether a value is missing, which a chart shows as nothing at all."""
    return any(v is None for s in chart.series for v in s.values)


def ticks(values: Iterable[float], *, zero: bool = True, whole: bool = False) -> tuple[float, ...]:
    """Round numbers from at most the lowest value to at least the highest, about four steps.

    0 is among them, unless `zero` is false and all values lie far from it. With `whole` every step is a whole number.
    """
    numbers = list(values) or [0.0]
    low, high = min(numbers), max(numbers)
    if zero or low <= 0 <= high or high - low > 0.7 * max(abs(low), abs(high)):
        low, high = min(low, 0.0), max(high, 0.0)
    if low == high:
        return (0.0, 1.0)
    rough = (high - low) / 4
    if not rough > abs(high) * 1e-9:
        return (low, high)
    power = 10.0 ** math.floor(math.log10(rough))
    round_ones = [m * power for m in (1, 2, 2.5, 5, 10) if not whole or (m * power).is_integer()]
    step = next((s for s in round_ones if s >= rough), max(10 * power, 1.0 if whole else 0.0))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(step * i for i in range(first, last + 1))


def axis(chart: Chart) -> tuple[float, ...]:
    """The marks of a chart's axis of values: from 0 for bars, columns and lines, not always for points."""
    whole = chart.unit in ("count", "points") and not _broken(chart)
    return ticks(numbers(chart), zero=chart.shape != "intervals" or len(chart.series) > 1, whole=whole)
