"""A chart of the quarterly review on the screen, with the labels it has on paper."""

from itertools import cycle
from math import nan
from textwrap import wrap

import streamlit as st

from pages.charts import charts
from pages.components import theme
from pages.components.typed_text import escaped
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
    remarks = " ".join(words for words in (chart.remark, number_scales.pinned(chart)) if words)
    if remarks:
        st.caption(escaped(remarks))


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
    if len(chart.series) > 1 or chart.exceptions:
        return _lying(chart)
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


def _lying(chart: Chart) -> charts.Figure:
    """Bars of several series, or some of them in the colour of what needs a look."""
    names = [on_lines(name) for name in chart.categories]
    colours = [theme.colour("red") if c in chart.exceptions else None for c in chart.categories]
    marks = []
    for series in chart.series:
        texts = ["" if v is None else number_scales.text(chart, v) for v in series.values]
        look: charts.Mark = {"type": "bar", "orientation": "h", "name": series.name, "text": texts}
        look |= {"textposition": "outside", "cliponaxis": False}
        if chart.exceptions:
            accent = theme.colour("primary")
            look["marker"] = {"color": [c or accent for c in colours]}
        marks.append(charts.points(series.values, names, texts, **look))
    values = [0.0, *number_scales.numbers(chart)]
    room = 0.3 * ((max(values) - min(values)) or 1)
    x = charts.HIDDEN | {"range": [min(values) - (room if min(values) < 0 else 0), max(values) + room]}
    row = _row(names) * (1 + 0.5 * (len(chart.series) - 1))
    more = len(chart.series) > 1
    return charts.figure(marks, int(row * len(names)) + 40, x, charts.NAMES, showlegend=more)


def on_lines(name: str) -> str:
    """A row's name: on one line a long one would leave the marks of a phone no room, and lose its beginning."""
    return "\n".join(wrap(name, NAME))


def _row(names: list[str]) -> int:
    return 38 if any("\n" in name for name in names) else 30


def _upright(chart: Chart) -> charts.Figure:
    """Columns or a line over the categories, each value labelled."""
    # What stands after a comma goes below it, where a narrow screen would else turn the names.
    names = [name.replace(", ", ",\n") for name in number_scales.names(chart)]
    texts, values = _texts(chart), number_scales.numbers(chart)
    line: charts.Mark = {"mode": "lines+markers+text", "textposition": "top center", "cliponaxis": False}
    if chart.shape == "line":
        last = max((i for i, v in enumerate(chart.series[0].values) if v is not None), default=0)
        labels = [text if i == last else "" for i, text in enumerate(texts)]
    else:
        labels = texts
    look = line if chart.shape == "line" else {"type": "bar"}
    hover = "%{x}: " + charts.SAYS
    mark = charts.points(names, chart.series[0].values, texts, text=labels, hovertemplate=hover, **look)
    marks = [mark, *_planned(chart, names, hover)]
    low, high = min(0, *values), max(values, default=1) or 1
    # Below a bar that hangs down there is room for its label.
    y = charts.HIDDEN | {"range": [low - (0.15 * (high - low) if low < 0 else 0), 1.2 * high]}
    lines, gap = charts.reference(chart.mark, "y", "dash"), 0.35 if len(names) > 4 else 0.6
    legend = len(chart.lines) > 1
    return charts.figure(marks, 230, {"type": "category"}, y, lines=lines, bargap=gap, showlegend=legend)


def _planned(chart: Chart, names: list[str], hover: str) -> list[charts.Mark]:
    """Goals and plans as dashed lines; one of a single value has a mark, or nobody would see it."""
    marks = []
    for dash, line in zip(cycle(("dash", "dot", "dashdot")), chart.lines, strict=False):
        texts = ["not set" if v is None else number_scales.text(chart, v) for v in line.values]
        alone = sum(v is not None for v in line.values) == 1
        look: charts.Mark = {
            "mode": "lines+markers" if alone else "lines",
            "name": line.name,
            "line": {"dash": dash, "color": theme.colour("text"), "width": 2},
            "marker": {"symbol": "line-ew-open", "size": 22, "line": {"width": 2}},
        }
        marks.append(charts.points(names, line.values, texts, hovertemplate=hover, **look))
    return marks
