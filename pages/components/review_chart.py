"""A chart of the quarterly review on the screen, with the labels it has on paper."""

from textwrap import wrap
from typing import Any

import streamlit as st

from pages.components import charts, ranges, theme
from reports.documents import number_scales
from reports.review.review_document import Chart

NAME = 28
"""Letters of a bar's name on one line."""


def draw(chart: Chart, key: str) -> None:
    """The chart, natively; nothing where there is nothing to draw."""
    if not number_scales.drawable(chart):
        return
    st.caption(number_scales.heading(chart, line=True))
    if chart.shape == "intervals":
        _intervals(chart, key)
    elif chart.shape == "bars":
        _bars(chart, key)
    else:
        _upright(chart, key)


def _said(chart: Chart, value: float | None) -> str:
    return "not known" if value is None else number_scales.text(chart, value)


def _intervals(chart: Chart, key: str) -> None:
    found = chart.series[0]
    rows = [
        (name, v, low, high)
        for name, v, low, high in zip(chart.categories, found.values, found.low, found.high, strict=True)
        if v is not None and low is not None and high is not None
    ]
    ranges.dots(
        [r[0] for r in rows],
        [r[1] for r in rows],
        [r[2] for r in rows],
        [r[3] for r in rows],
        [_said(chart, r[1]) for r in rows],
        whole=chart.mark,
        alt=chart.says,
        key=key,
    )


def _dashed(chart: Chart, axis: str) -> list[dict[str, Any]]:
    if chart.mark is None:
        return []
    other = "y" if axis == "x" else "x"
    return [
        {
            "type": "line",
            f"{axis}0": chart.mark,
            f"{axis}1": chart.mark,
            f"{other}0": 0,
            f"{other}1": 1,
            f"{other}ref": "paper",
            "line": {"color": theme.colour("text"), "width": 1, "dash": "dash"},
        }
    ]


def on_lines(name: str) -> str:
    """A bar's name: on one line a long one would leave the bars of a phone no room, and lose its beginning."""
    return "<br>".join(charts.inert(wrap(name, NAME)))


def _bars(chart: Chart, key: str) -> None:
    found = chart.series[0]
    names = [on_lines(name) for name in chart.categories]
    top = max(number_scales.known(chart), default=1) or 1
    figure = {
        "data": [
            {
                "type": "bar",
                "orientation": "h",
                "y": names,
                "x": list(found.values),
                "text": [_said(chart, v) for v in found.values],
                # Beside a dashed line, which the labels would else stand on, they stand in the bars.
                "textposition": "outside" if chart.mark is None else "inside",
                "insidetextanchor": "start",
                "cliponaxis": False,
                "marker": {"color": theme.colour("primary")},
                "hovertemplate": "%{y}: %{text}<extra></extra>",
            }
        ],
        "layout": theme.layout(
            sum(28 if "<br>" not in name else 38 for name in names) + 20,
            shapes=_dashed(chart, "x"),
            xaxis={"visible": False, "range": [0, top * 1.25], "fixedrange": True},
            yaxis={"autorange": "reversed", "showgrid": False, "automargin": True, "fixedrange": True},
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=chart.says)


def _upright(chart: Chart, key: str) -> None:
    """Columns or a line over the categories, each value labelled."""
    found = chart.series[0]
    top = max(number_scales.known(chart), default=1) or 1
    mark: dict[str, Any] = (
        {"type": "scatter", "mode": "lines+markers+text", "textposition": "top center"}
        if chart.shape == "line"
        else {"type": "bar", "textposition": "outside", "marker": {"color": theme.colour("primary")}}
    )
    figure = {
        "data": [
            mark
            | {
                # What stands after a comma goes below it, where a narrow screen would else turn the names.
                "x": [name.replace(", ", ",<br>") for name in charts.inert(chart.categories)],
                "y": list(found.values),
                "text": [_said(chart, v) for v in found.values],
                "cliponaxis": False,
                "hovertemplate": "%{x}: %{text}<extra></extra>",
            }
        ],
        "layout": theme.layout(
            230,
            bargap=0.35 if len(chart.categories) > 4 else 0.6,
            shapes=_dashed(chart, "y"),
            xaxis={"type": "category", "showgrid": False, "fixedrange": True},
            yaxis={
                "visible": False,
                "range": [min(0, *number_scales.known(chart)), top * 1.2],
                "fixedrange": True,
            },
        ),
    }
    st.plotly_chart(figure, config=theme.CONFIG, key=key, alt=chart.says)
