"""One builder of charts: marks and axes become a plain plotly dict, as a figure object costs four times as much per run.
How they look stands in the template of `theme`. Each chart has its words (`alt`) and its table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from html import escape
from itertools import zip_longest
from typing import Any

import pandas as pd
import streamlit as st
from plotly.basedatatypes import BaseFigure  # type: ignore[import-untyped]  # the library has no types

from metrics.comparison.words import numeral, signed
from metrics.definitions.meaning import Meaning
from metrics.query.query import Query
from pages.components import tables, theme

Mark = dict[str, Any]
Axis = dict[str, Any]
Figure = dict[str, Any]
Texts = Sequence[str]
Numbers = Sequence[float]
OnClick = Callable[[int, int], None]
"""Given the place of a series in its chart, and of a mark in its series."""
Bounds = Sequence[tuple[float, float] | None]
"""The interval of each mark, from its lower to its upper end, where there is one."""

HIDDEN: Axis = {"visible": False}
NAMES: Axis = {"type": "category", "autorange": "reversed"}
"""An axis of names, the first on top."""
AMOUNT: Axis = {"rangemode": "tozero", "showgrid": True, "nticks": 5}
"""An axis of values from zero, with a grid."""
SAYS = "%{customdata}<extra></extra>"
"""What a mark says when touched, without its name."""
NAMED = "%{y}: " + SAYS


def inert(texts: Iterable[Any]) -> list[Any]:
    """Texts for a chart: Plotly reads a little HTML in them, links too, so what people wrote is escaped; a new line
    breaks the line."""
    return [escape(t, quote=False).replace("\n", "<br>") if isinstance(t, str) else t for t in texts]


def figure(
    marks: Iterable[Mark],
    height: int,
    x: Axis,
    y: Axis,
    *,
    lines: Iterable[Mark] = (),
    notes: Iterable[Mark] = (),
    events: Iterable[tuple[str, str]] = (),
    **layout: object,
) -> Figure:
    """Marks between two axes, with lines of `reference`, notes, and a line with words for each event (day, words).

    Every name and text becomes inert here.
    """
    top = {"y": 1, "yref": "paper"}
    pinned = [top | {"x": at, "text": text, "yshift": -14 * (i % 3)} for i, (at, text) in enumerate(events)]
    base = {
        "template": theme.template(),
        "height": height,
        "margin": theme.MARGIN,
        "xaxis": x,
        "yaxis": y,
        "shapes": [*lines, *(line for event in pinned for line in reference(event["x"]))],
        "annotations": [note | {"text": inert([note["text"]])[0]} for note in (*notes, *pinned)],
    }
    texts = ("x", "y", "text", "customdata")
    return {
        "data": [mark | {t: inert(mark[t]) for t in texts if t in mark} for mark in marks],
        "layout": base | layout,
    }


def show(drawn: Figure, *, alt: str, key: str, on_click: OnClick | None = None) -> None:
    """Draw a figure; `alt` says in words what it shows. A click on a mark calls `on_click` before the page is drawn
    anew."""
    if on_click is None:
        st.plotly_chart(_Drawn(drawn), config=theme.CONFIG, key=key, alt=alt)
        return
    # After a click the chart is another one, with nothing chosen, so that the same mark can be clicked again.
    turns = f"clicks on {key}"
    here = f"{key}-{st.session_state.get(turns, 0)}"

    def clicked() -> None:
        chosen = st.session_state[here]["selection"]["points"]
        st.session_state[turns] = st.session_state.get(turns, 0) + 1
        if chosen:
            on_click(int(chosen[0]["curve_number"]), int(chosen[0]["point_index"]))

    st.plotly_chart(
        _Drawn(drawn),
        config=theme.CONFIG,
        key=here,
        alt=alt,
        on_select=clicked,
        selection_mode="points",
    )


class _Drawn(BaseFigure):  # type: ignore[misc]  # as it has no types
    """A figure that is a plain dict already: Plotly would check each of its thousand properties at each run."""

    def __init__(self, drawn: Figure) -> None:
        object.__setattr__(self, "_drawn", drawn)

    def to_dict(self) -> Figure:
        drawn: Figure = self._drawn
        return drawn


def points(x: Iterable[Any], y: Iterable[Any], says: Iterable[str], **look: object) -> Mark:
    """Marks that say something when touched: points, unless `mode` or `type` make them lines or bars."""
    mark = {"type": "scatter", "x": x, "y": y, "customdata": says, "hovertemplate": NAMED}
    return mark | look


def path(x: Iterable[Any], y: Iterable[Any], **look: object) -> Mark:
    """A line that says nothing when touched."""
    return {"type": "scatter", "mode": "lines", "x": x, "y": y, "hoverinfo": "skip"} | look


def words(x: Iterable[Any], y: Iterable[Any], texts: Iterable[str]) -> Mark:
    """Words on the right of where something ends."""
    return path(x, y, mode="text", text=[f"  {t}" for t in texts])


def within(values: Iterable[float], bounds: Bounds) -> dict[str, Any]:
    """The intervals of marks, as `error_x` or `error_y`."""
    ends = [(v, *(b or (v, v))) for v, b in zip(values, bounds, strict=True)]
    return {"array": [high - v for v, _, high in ends], "arrayminus": [v - low for v, low, _ in ends]}


def reference(at: Any, axis: str = "x", dash: str = "dot") -> list[Mark]:
    """A line across the whole chart; none where it is not known where."""
    if at is None or pd.isna(at):
        return []
    other = "y" if axis == "x" else "x"
    across = {f"{other}0": 0, f"{other}1": 1, f"{other}ref": "paper"}
    return [across | {"type": "line", f"{axis}0": at, f"{axis}1": at, "line": {"dash": dash}}]


def bars(
    labels: Texts,
    values: Numbers,
    texts: Texts,
    *,
    bounds: Bounds = (),
    lines: Iterable[Mark] = (),
    row: int = 44,
    room: float = 0.45,
    inside: bool = False,
    says: Texts = (),
) -> Figure:
    """Horizontal bars from 0, first on top, each with its words and, where there is one, its 95% interval.

    Words stand `inside` the bars, or beside them, where they have `room`, a part of the longest bar. When touched a bar
    `says` more, or the same.
    """
    ends = [b or (v, v) for v, b in zip_longest(values, bounds)]
    reach = [0.0, *(v for pair in ends for v in pair if pd.notna(v))]
    least, most = min(reach), max(reach)
    bar = points(values, labels, says or texts, type="bar", orientation="h")
    if any(bounds):
        # Lighter where an interval lies on it, so that its lower end is seen.
        bar |= {"error_x": within(values, bounds), "marker": {"opacity": 0.55}}
    if inside:
        marks = [bar | {"text": texts, "textposition": "inside", "insidetextanchor": "start"}]
    else:
        marks = [bar, words([max(high, 0.0) for _, high in ends], labels, texts)]
    x = HIDDEN | {"range": [1.02 * least, most + room * ((most - least) or 1)]}
    return figure(marks, row * len(labels) + 20, x, NAMES, lines=lines)


def dots(
    labels: Texts,
    values: Numbers,
    bounds: Sequence[tuple[float, float]],
    texts: Texts,
    lines: Iterable[Mark],
    row: int = 30,
) -> Figure:
    """One point per label, first on top, with its 95% interval and its words; `lines` say where the whole stands."""
    least, most = min([*values, *(low for low, _ in bounds)]), max([*values, *(high for _, high in bounds)])
    room = (most - least) or 1
    marks = [
        points(values, labels, texts, error_x=within(values, bounds)),
        words([high for _, high in bounds], labels, texts),
    ]
    x = HIDDEN | {"range": [least - 0.05 * room, most + 0.75 * room]}
    return figure(marks, row * len(labels) + 24, x, NAMES, lines=lines)


def intervals(labels: Texts, values: Numbers, bounds: Bounds, targets: Sequence[float | None]) -> Figure:
    """Relative changes with their intervals, a line at no change, and a diamond where a target stands."""
    changes = [signed(v) for v in values]
    aimed = [(labels[i], target) for i, target in enumerate(targets) if target is not None]
    aims = [f"target {signed(target, 0)}" for _, target in aimed]
    diamond = {"symbol": "diamond-open", "color": theme.colour("text"), "size": 11, "line": {"width": 2}}
    above: Mark = {"mode": "markers+text", "text": changes, "textposition": "top center"}
    below: Mark = {"mode": "markers+text", "text": aims, "textposition": "bottom center", "marker": diamond}
    marks = [
        points(values, labels, changes, error_x=within(values, bounds), **above),
        points([target for _, target in aimed], [label for label, _ in aimed], aims, **below),
    ]
    x = {"tickformat": ".0%", "nticks": 8}
    # Half a row of room above and below, for the words at the marks.
    y = {"type": "category", "range": [len(labels) - 0.4, -0.6]}
    return figure(marks, 84 * len(labels) + 40, x, y, lines=reference(0))


def agreement(
    expected: Numbers, values: Numbers, bounds: Sequence[tuple[float, float]], x: str, y: str
) -> Figure:
    """What came against what was expected, each point with its interval, beside the line where both agree."""
    most = max([v for v in (*expected, *(high for _, high in bounds)) if pd.notna(v)], default=1)
    says = [f"{numeral(e, 2)} expected, {numeral(v, 2)} found" for e, v in zip(expected, values, strict=True)]
    marks = [
        path([0, most], [0, most], line={"color": theme.FAINT}),
        points(expected, values, says, error_y=within(values, bounds), hovertemplate=SAYS),
    ]
    across, upward = {"title": {"text": x}, "rangemode": "tozero"}, {"title": {"text": y}}
    return figure(marks, 260, across, AMOUNT | upward)


def ranges(labels: Texts, values: Mapping[str, Numbers]) -> Figure:
    """A row per label with a dot per series and a bar from the least to the most; the series' names show on the dots."""
    rows = [[v for v in row if pd.notna(v)] or [None] for row in zip(*values.values(), strict=True)]
    symbols = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star", "circle-open")
    marks = [
        path(
            [x for row in rows for x in (min(row), max(row), None)],
            [y for label in labels for y in (label, label, None)],
            line={"color": theme.FAINT, "width": 10},
            showlegend=False,
        )
    ]
    colours = theme.apart() if len(values) <= len(theme.apart()) else ()
    for at, ((name, series), symbol) in enumerate(zip(values.items(), symbols, strict=False)):
        colour = {"color": colours[at]} if colours else {"opacity": 0.85}
        look: Mark = {"name": name, "marker": {"symbol": symbol, "size": 12} | colour}
        look["hovertemplate"] = f"%{{y}}, {name}: {SAYS}"
        marks.append(points(series, labels, [numeral(v, 1) for v in series], **look))
    return figure(marks, 30 * len(labels) + 70, AMOUNT, NAMES, showlegend=True)


def table_below(frame: pd.DataFrame, key: str, of: Query | None = None, means: Meaning | None = None) -> None:
    """The chart's figures as a table, for who cannot or would rather not read the picture; `of` and `means` as in
    `tables.show`."""
    with st.expander("Show as a table"):
        tables.show(frame, key, of=of, means=means)
