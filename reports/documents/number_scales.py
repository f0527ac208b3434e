"""How a chart writes its numbers: as text for paper, as number formats for charts that stay editable."""

from __future__ import annotations

import math
from collections.abc import Iterable

from metrics.comparison.currency import currency
from metrics.comparison.words import numeral, share, with_sign
from metrics.definitions.measure import Unit
from reports.review.review_document import Chart

_FORMATS: dict[Unit, str] = {
    "count": "#,##0;−#,##0;0",
    "HKD": '[>=10000000]#,##0.0,,"\u00a0m";[<=-10000000]−#,##0.0,,"\u00a0m";#,##0',
    "share": "0.0%;−0.0%;0.0%",
    "points": "+0;−0;0",
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


def heading(chart: Chart, *, line: bool) -> str:
    """What stands above a chart: its one series, the unit, and its mark; `line` says whether that is drawn."""
    unit = currency() if chart.unit == "HKD" else _UNITS.get(chart.unit, "")
    named = chart.series[0].name if len(chart.series) == 1 else ""
    title = f"{named}, {unit}" if named and unit and unit not in named else named or unit
    if chart.mark and math.isfinite(chart.mark):
        words = chart.mark_label or "mark"
        worth = "" if any(c.isdigit() for c in words) else f" {text(chart, chart.mark)}"
        title = f"{title} · {'dashed line: ' if line else ''}{words}{worth}".removeprefix(" · ")
    return title


def finite(value: float | None) -> float | None:
    """A value a chart can draw, else None."""
    return value if value is not None and math.isfinite(value) else None


def numbers(chart: Chart) -> list[float]:
    """Every number a chart draws, its mark among them."""
    drawn: list[float | None] = [chart.mark]
    for series in chart.series:
        drawn += [*series.values, *series.low, *series.high]
    return [v for v in drawn if v is not None and math.isfinite(v)]


def drawable(chart: Chart | None) -> bool:
    """Whether there is anything to draw."""
    return chart is not None and any(
        v is not None and math.isfinite(v) for s in chart.series for v in s.values
    )


def has_gaps(chart: Chart) -> bool:
    """Whether a value is missing, which a chart shows as nothing at all."""
    return any(v is None for s in chart.series for v in s.values)


def ticks(values: Iterable[float], *, zero: bool = True) -> tuple[float, ...]:
    """Round numbers from at most the lowest value to at least the highest, about four steps.

    0 is among them, unless `zero` is false and all values lie far from it.
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
    step = next((m * power for m in (1, 2, 2.5, 5, 10) if m * power >= rough), 10 * power)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return tuple(step * i for i in range(first, last + 1))


def axis(chart: Chart) -> tuple[float, ...]:
    """The marks of a chart's axis of values: from 0 for bars, columns and lines, not always for points."""
    return ticks(numbers(chart), zero=chart.shape != "intervals" or len(chart.series) > 1)
