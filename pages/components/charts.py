"""Charts as plain plotly dicts: a figure object costs four times as much per run. Each has its words and its table."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral, signed
from metrics.definitions.meaning import Meaning
from metrics.query.query import Query
from pages.components import tables, theme


def inert(texts: Iterable[str]) -> list[str]:
    """Texts for a chart: Plotly reads a little HTML in them, links too, so what people wrote is escaped."""
    return [escape(text, quote=False) for text in texts]


def bars(labels: Sequence[str], values: Sequence[float], texts: Sequence[str], *, alt: str, key: str) -> None:
    """Horizontal bars, first on top, each labelled directly."""
    top = max([v for v in values if v == v], default=1) or 1
    figure = {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": inert(labels),
                "x": list(values),
                "text": inert(texts),
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": theme.colour("primary")},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            }
        ],
        "layout": theme.layout(
            44 * len(labels) + 16,
            xaxis={"visible": False, "range": [0, top * 1.45], "fixedrange": True},
            yaxis={"autorange": "reversed", "showgrid": False, "automargin": True, "fixedrange": True},
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def whiskers(
    values: Sequence[float], lows: Sequence[float], highs: Sequence[float], *, thickness: float, width: int
) -> dict[str, Any]:
    """Points' intervals as a plotly error bar, from their lower to their upper ends."""
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value for high, value in zip(highs, values, strict=True)],
        "arrayminus": [value - low for low, value in zip(lows, values, strict=True)],
        "thickness": thickness,
        "width": width,
    }


def intervals(
    labels: Sequence[str],
    values: Sequence[float],
    lows: Sequence[float],
    highs: Sequence[float],
    targets: Sequence[float | None],
    *,
    alt: str,
    key: str,
) -> None:
    """Relative changes with their intervals, a line at no change, and a diamond where a target stands."""
    aimed = [(label, t) for label, t in zip(labels, targets, strict=True) if t is not None]
    text = theme.colour("text")
    figure = {
        "data": [
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": list(values),
                "y": list(labels),
                "error_x": whiskers(values, lows, highs, thickness=3, width=8),
                "text": [signed(v) for v in values],
                "textposition": "top center",
                "marker": {"color": theme.colour("primary"), "size": 11},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            },
            {
                "type": "scatter",
                "mode": "markers+text",
                "x": [t for _, t in aimed],
                "y": [label for label, _ in aimed],
                "text": [f"target {signed(t, 0)}" for _, t in aimed],
                "textposition": "bottom center",
                # The words of a target near the edge of a phone are longer than the room beside it.
                "cliponaxis": False,
                "marker": {"symbol": "diamond-open", "color": text, "size": 11, "line": {"width": 2}},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            },
        ],
        "layout": theme.layout(
            84 * len(labels) + 40,
            xaxis={
                "tickformat": ".0%",
                "showgrid": False,
                "fixedrange": True,
                "zeroline": False,
                "nticks": 8,
            },
            yaxis={
                # Half a row of room above and below, for the words at the marks.
                "range": [len(labels) - 0.4, -0.6],
                "showgrid": False,
                "automargin": True,
                "fixedrange": True,
                "type": "category",
            },
            shapes=[
                {
                    "type": "line",
                    "x0": 0,
                    "x1": 0,
                    "y0": 0,
                    "y1": 1,
                    "yref": "paper",
                    "line": {"color": text, "width": 1, "dash": "dot"},
                }
            ],
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def agreement(
    expected: Sequence[float],
    found: Sequence[float],
    low: Sequence[float],
    high: Sequence[float],
    *,
    x: str,
    y: str,
    alt: str,
    key: str,
) -> None:
    """What was found against what was expected, each point with its interval, beside the line where both agree."""
    values, most = list(found), max([v for v in [*expected, *high] if v == v], default=1)
    figure = {
        "data": [
            {
                "type": "scatter",
                "mode": "lines",
                "x": [0, most],
                "y": [0, most],
                "line": {"color": theme.GRID, "width": 2},
                "hoverinfo": "skip",
            },
            {
                "type": "scatter",
                "mode": "markers",
                "x": list(expected),
                "y": values,
                "marker": {"color": theme.colour("primary"), "size": 8},
                "error_y": whiskers(values, low, high, thickness=1.5, width=3),
                "customdata": [
                    f"{numeral(e, 2)} expected, {numeral(v, 2)} found"
                    for e, v in zip(expected, values, strict=True)
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        ],
        "layout": theme.layout(
            260,
            xaxis={"title": {"text": x}, "showgrid": False, "fixedrange": True, "rangemode": "tozero"},
            yaxis={
                "title": {"text": y},
                "gridcolor": theme.GRID,
                "nticks": 5,
                "fixedrange": True,
                "automargin": True,
                "rangemode": "tozero",
            },
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def ranges(labels: Sequence[str], values: Mapping[str, Sequence[float]], *, alt: str, key: str) -> None:
    """A row per label with a dot per series and a bar from the least to the most; the series' names show on the dots."""
    labels = inert(labels)
    rows = [[v[i] for v in values.values() if v[i] == v[i]] for i in range(len(labels))]
    span = [(min(r), max(r)) if r else (None, None) for r in rows]
    bar = {
        "type": "scatter",
        "mode": "lines",
        "x": [x for low, high in span for x in (low, high, None)],
        "y": [y for label in labels for y in (label, label, None)],
        "line": {"color": theme.GRID, "width": 10},
        "hoverinfo": "skip",
    }
    symbols = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "circle-open")
    dots = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            "x": list(found),
            "y": list(labels),
            "marker": {"size": 8, "symbol": symbol, "color": theme.colour("primary"), "opacity": 0.85},
            "customdata": [numeral(v, 1) for v in found],
            "hovertemplate": f"%{{y}}, {name}: %{{customdata}}<extra></extra>",
        }
        for (name, found), symbol in zip(values.items(), symbols, strict=False)
    ]
    figure = {
        "data": [{**bar, "showlegend": False}, *dots],
        "layout": theme.layout(
            30 * len(labels) + 70,
            showlegend=True,
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            xaxis={"rangemode": "tozero", "gridcolor": theme.GRID, "nticks": 6, "fixedrange": True},
            yaxis={"autorange": "reversed", "showgrid": False, "automargin": True, "fixedrange": True},
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=alt)


def table_below(frame: pd.DataFrame, key: str, of: Query | None = None, means: Meaning | None = None) -> None:
    """The chart's figures as a table, for who cannot or would rather not read the picture; `of` and `means` as in
    `tables.show`."""
    with st.expander("Show as a table"):
        tables.show(frame, key, of=of, means=means)
