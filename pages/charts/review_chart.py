"""A chart of the quarterly review on the screen, with the labels it has on paper."""

from math import nan
from textwrap import wrap

import streamlit as st

from pages.charts import charts
from reports.documents import number_scales
from reports.review.review_document import Chart

NAME = 28
"""Letters of a row's name on one line."""


def draw(chart: Chart, key: str) -> None:
    """The chart, natively; nothing where there is nothing to draw."""
    if not number_scales.drawable(chart):
        return
    st.caption(number_scales.heading(chart, line=True))
    shapes = {"intervals": _intervals, "bars": _bars}
    charts.show(shapes.get(chart.shape, _upright)(chart), alt=chart.says, key=key)


def _texts(chart: Chart) -> list[str]:
    values = chart.series[0].values
    return ["not known" if v is None else number_scales.text(chart, v) for v in values]


def _intervals(chart: Chart) -> charts.Figure:
    series, names = chart.series[0], [on_lines(name) for name in chart.categories]
    rows = zip(names, series.values, series.low, series.high, _texts(chart), strict=True)
    complete = [
        (name, value, (low, high), text)
        for name, value, low, high, text in rows
        if value is not None and low is not None and high is not None
    ]
    labels, values, bounds, texts = zip(*complete, strict=True)
    lines = charts.reference(chart.mark, dash="dash")
    return charts.dots(labels, values, bounds, texts, lines=lines, row=_row(names))


def _bars(chart: Chart) -> charts.Figure:
    names = [on_lines(name) for name in chart.categories]
    return charts.bars(
        names,
        [nan if v is None else v for v in chart.series[0].values],
        _texts(chart),
        lines=charts.reference(chart.mark, dash="dash"),
        # Beside a dashed line, which the labels would else stand on, they stand in the bars.
        inside=chart.mark is not None,
        row=_row(names),
        room=0.25,
    )


def on_lines(name: str) -> str:
    """A row's name: on one line a long one would leave the marks of a phone no room, and lose its beginning."""
    return "\n".join(wrap(name, NAME))


def _row(names: list[str]) -> int:
    return 38 if any("\n" in name for name in names) else 30


def _upright(chart: Chart) -> charts.Figure:
    """Columns or a line over the categories, each value labelled."""
    # What stands after a comma goes below it, where a narrow screen would else turn the names.
    names = [name.replace(", ", ",\n") for name in chart.categories]
    texts, values = _texts(chart), number_scales.numbers(chart)
    line: charts.Mark = {"mode": "lines+markers+text", "textposition": "top center"}
    look = line if chart.shape == "line" else {"type": "bar"}
    hover = "%{x}: " + charts.SAYS
    mark = charts.points(names, chart.series[0].values, texts, text=texts, hovertemplate=hover, **look)
    y = charts.HIDDEN | {"range": [min(0, *values), 1.2 * (max(values, default=1) or 1)]}
    lines, gap = charts.reference(chart.mark, "y", "dash"), 0.35 if len(names) > 4 else 0.6
    return charts.figure([mark], 230, {"type": "category"}, y, lines=lines, bargap=gap)
