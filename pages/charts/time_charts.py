"""Charts over time: lines, a figure against its plan, lanes of events, and what colleagues pinned to a day."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import pandas as pd

from metrics.comparison.words import numeral
from pages.charts import charts
from pages.components import theme

Events = Sequence[tuple[str, str]]

MONTHS: dict[str, Any] = {
    "nticks": 7,
    "tickformat": "%b %y",
    "tickformatstops": [{"dtickrange": [None, 23 * 86_400_000], "value": "%-d %b %y"}],
}
"""A date axis in months, and in days where the marks stand closer: a month is never written twice."""
FEW = 6
"""A line with no more points than this has a mark on the axis for each."""
ON_DAY = "%{x|%d %b %Y}: " + charts.SAYS


def days_of(days: Sequence[object]) -> dict[str, Any]:
    """The marks of a date axis: of each day where there are few."""
    if len(days) > FEW:
        return MONTHS
    return {"tickvals": [str(d) for d in days], "tickformat": "%-d %b %y"}


def events_between(pinned: pd.DataFrame, first: date, last: date) -> list[tuple[str, str]]:
    """The events of `workflow.records.annotations.events` from one day to another, as a chart's `events` wants them."""
    days = pd.to_datetime(pinned["happened_on"]).dt.date
    return [(d.isoformat(), s) for d, s in zip(days, pinned["said"], strict=True) if first <= d <= last]


def line(
    days: Sequence[object], values: charts.Numbers, *, unit: str, places: int = 0, events: Events = ()
) -> charts.Figure:
    """One line over time from zero; `events` (day, words) as `events_between` gives them."""
    says = [f"{unit} {numeral(v, places)}".strip() for v in values]
    look: charts.Mark = {"mode": "lines+markers", "marker": {"size": 5}, "hovertemplate": ON_DAY}
    mark = charts.points([str(d) for d in days], values, says, **look)
    y = charts.AMOUNT | {"nticks": 4, "tickformat": f".{places}f" if places else "~s"}
    return charts.figure([mark], 220, days_of(days), y, events=events)


def intervals(
    days: Sequence[object],
    values: charts.Numbers,
    bounds: charts.Bounds,
    texts: charts.Texts,
    hollow: Sequence[bool],
    events: Events,
) -> charts.Figure:
    """One line over time with gaps where nothing is known, intervals where there are any, and hollow marks where
    something is only part of what the others are; the last known point has its words beside it."""
    last = max((i for i, v in enumerate(values) if pd.notna(v)), default=None)
    look: charts.Mark = {
        "mode": "lines+markers+text",
        "text": [f"   {t}" if i == last else "" for i, t in enumerate(texts)],
        "marker": {"size": 8, "symbol": ["circle-open" if h else "circle" for h in hollow]},
        "hovertemplate": "%{x|%b %Y}: " + charts.SAYS,
    }
    if any(bounds):
        look["error_y"] = charts.within(values, bounds) | {"thickness": 1}
    mark = charts.points([str(d) for d in days], values, texts, **look)
    y = charts.AMOUNT | {"nticks": 4, "tickformat": "~s"}
    margin = theme.MARGIN | {"r": 110, "t": 16}
    return charts.figure([mark], 280, days_of(days), y, events=events, margin=margin)


def pace(
    days: Sequence[object],
    plan: charts.Numbers,
    actual: charts.Numbers,
    forecast: tuple[float, float, float] | None,
    texts: tuple[str, str, str],
    *,
    tick: str,
    write: Callable[[float], str],
    events: Events = (),
) -> charts.Figure:
    """A figure against its plan on `days`; `actual` ends earlier, and `forecast` (low, middle, high) goes on.

    `texts` label the ends of plan, figure and forecast; `tick` is the number format of the axis, `write` says a figure.
    """
    x, now = [str(d) for d in days], len(actual)
    strong = theme.colour("primary")
    marks, ends = [], [(x[-1], plan[-1], texts[0], theme.colour("text"))]
    if now:
        ends.append((x[now - 1], actual[-1], texts[1], strong))
    if forecast is not None and 0 < now < len(x):
        low, middle, high = forecast
        ends.append((x[-1], middle, texts[2], strong))
        band: list[tuple[float, charts.Mark]] = [
            (high, {"line": {"width": 0}}),
            (low, {"line": {"width": 0}, "fill": "tonexty", "fillcolor": theme.FAINT}),
            (middle, {"line": {"width": 1.5, "dash": "dot"}}),
        ]
        marks += [charts.path([x[now - 1], x[-1]], [actual[-1], end], **look) for end, look in band]
    planned: charts.Mark = {"mode": "lines", "line": {"color": theme.GREY, "dash": "dash"}}
    drawn: charts.Mark = {"mode": "lines+markers", "line": {"width": 2.5}, "marker": {"size": 6}}
    marks += [
        charts.points(x, plan, map(write, plan), hovertemplate=ON_DAY, **planned),
        charts.points(x[:now], actual, map(write, actual), hovertemplate=ON_DAY, connectgaps=True, **drawn),
    ]
    at_end = {"xanchor": "right", "yanchor": "bottom", "yshift": 4}
    notes = [
        {"x": day, "y": value, "text": text, "yshift": -6, "font": {"color": colour, "size": 13}}
        | (at_end if day == x[-1] else {})
        for day, value, text, colour in ends
    ]
    across, upward = {"tickvals": x[1::2], "tickformat": "%-d %b"}, charts.AMOUNT | {"tickformat": tick}
    margin = theme.MARGIN | {"r": 12, "t": 26}
    return charts.figure(marks, 280, across, upward, notes=notes, events=events, margin=margin)


def timeline(lanes: Sequence[str], events: Sequence[dict[str, str]]) -> charts.Figure:
    """What happened when, one lane per department. An event has `at`, `lane`, `text` (on hover), `mark` and `label`.

    `mark` is a plotly symbol; `label` stands beside the mark, and is empty for all but a few.
    """
    look: charts.Mark = {
        "mode": "markers+text",
        "text": [e["label"] for e in events],
        "textposition": "top center",
        "marker": {"size": 10, "opacity": 0.75, "symbol": [e["mark"] for e in events]},
        "hovertemplate": ON_DAY,
    }
    days, where, says = ([e[part] for e in events] for part in ("at", "lane", "text"))
    order = {"categoryorder": "array", "categoryarray": list(reversed(lanes)), "showgrid": True}
    y = order | {"range": [-0.5, len(lanes) - 0.3]}
    return charts.figure([charts.points(days, where, says, **look)], 70 + 44 * len(lanes), MONTHS, y)
