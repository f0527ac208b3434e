"""Charts on paper, as vectors: the same values as on the slides, and what cannot stand beside a mark in a table below."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import cycle

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase.pdfmetrics import stringWidth

from reports.documents import document_theme, font_files, number_scales, text_metrics
from reports.documents.sanitise import one_line
from reports.review.review_document import Chart, Series

SIZE = 8.0
TALL = 130.0
DASHES = ((4, 3), (1, 2), (6, 2, 1, 2))
_BAR = 15.0
_LEGEND = 16.0
At = Callable[[float], float]
"""Where on an axis a value lies."""


def colour(name: str) -> HexColor:
    """A colour of the theme."""
    return HexColor(f"#{document_theme.colour(name)}")


def accent(position: int) -> HexColor:
    """The colour of a series."""
    palette = document_theme.palette()
    return HexColor(f"#{palette[position % len(palette)]}")


def put(on: Drawing, x: float, y: float, text: str, *, end: str = "start", grey: bool = False) -> None:
    """Write one line; `end` says whether it starts, ends or has its middle at `x`."""
    faces = font_files.faces()
    pieces = [(piece, face or faces.regular) for piece, face in font_files.runs(text)]
    wide = sum(stringWidth(piece, face, SIZE) for piece, face in pieces)
    x -= {"start": 0.0, "middle": wide / 2, "end": wide}[end]
    for piece, face in pieces:
        ink = colour("grayTextColor" if grey else "textColor")
        on.add(String(x, y, piece, fontName=face, fontSize=SIZE, fillColor=ink))
        x += stringWidth(piece, face, SIZE)


def drawing(chart: Chart, wide: float) -> Drawing:
    """A chart in that width. It must be `scales.drawable`."""
    return _lying(chart, wide) if chart.shape in ("bars", "intervals") else _standing(chart, wide)


def labelled(chart: Chart, wide: float) -> bool:
    """Whether each value stands beside its mark; if not, a table below gives them."""
    if chart.shape == "bars" or (chart.shape == "intervals" and len(chart.series) == 1):
        return True
    if chart.shape != "columns":
        return False
    count = max(1, len(chart.categories) * len(chart.series))
    widest = max((_wide(number_scales.text(chart, v)) for v in number_scales.numbers(chart)), default=0)
    return widest + 2 <= (wide - 10) / (count * 1.15)


def _wide(text: str) -> float:
    return text_metrics.width(text, SIZE) * font_files.faces().roomier


def _wrapped(text: str, room: float, most: int) -> list[str]:
    room = max(room, 12.0) / font_files.faces().roomier
    return text_metrics.lines(
        text_metrics.cut(one_line(text), room, most * SIZE * text_metrics.LINE + 0.1, SIZE), room, SIZE
    )


def _legend(on: Drawing, chart: Chart, y: float, left: float) -> None:
    if len(chart.series) < 2 and len(chart.lines) < 2:
        return
    for position, series in enumerate(chart.series):
        on.add(Rect(left, y, 8, 8, fillColor=accent(position), strokeColor=None))
        name = _wrapped(series.name, 150, 1)[0]
        put(on, left + 11, y + 1, name)
        left += _wide(name) + 26
    for dash, line in zip(cycle(DASHES), chart.lines, strict=False):
        on.add(
            Line(
                left,
                y + 4,
                left + 18,
                y + 4,
                strokeColor=accent(1),
                strokeWidth=1.2,
                strokeDashArray=list(dash),
            )
        )
        name = _wrapped(line.name, 150, 1)[0]
        put(on, left + 22, y + 1, name)
        left += _wide(name) + 36


def _line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    *,
    thick: float = 0.5,
    dash: Sequence[float] = (),
    dark: bool = False,
) -> Line:
    ink = colour("textColor" if dark else "grayColor")
    return Line(x1, y1, x2, y2, strokeColor=ink, strokeWidth=thick, strokeDashArray=list(dash) or None)


def _drawn_values(series: Series) -> list[tuple[int, float]]:
    return [(i, v) for i, v in enumerate(series.values) if v is not None and math.isfinite(v)]


def _standing(chart: Chart, wide: float) -> Drawing:
    """Columns or lines."""
    steps = number_scales.axis(chart)
    with_labels = labelled(chart, wide)
    left = 4.0 if with_labels else 8.0 + max(_wide(number_scales.text(chart, s)) for s in steps)
    slot = (wide - left - 4) / max(1, len(chart.categories))
    written = number_scales.names(chart)
    names = [_wrapped(c, slot - 4, 3) for c in written]
    every = 1
    widest = max((_wide(c) for c in written), default=0)
    word = max((_wide(w) for c in written for w in c.split(" ")), default=0)
    if word > slot - 4 and len(names) > 8:
        every = math.ceil((widest + 6) / slot)
        names = [[c] for c in written]
    bottom = 6 + SIZE * text_metrics.LINE * max((len(n) for n in names), default=1)
    top = (
        TALL - (_LEGEND if len(chart.series) > 1 or len(chart.lines) > 1 else 0) - (12 if with_labels else 4)
    )
    on = Drawing(wide, TALL)
    _legend(on, chart, TALL - 9, left)

    def at(value: float) -> float:
        return bottom + (value - steps[0]) / (steps[-1] - steps[0]) * (top - bottom)

    for step in steps:
        if not with_labels:
            put(on, left - 5, at(step) - 3, number_scales.text(chart, step), end="end", grey=True)
            on.add(_line(left, at(step), wide, at(step), thick=0.25, dash=(1, 2)))
    if chart.shape == "columns":
        _columns(on, chart, left, slot, at, with_labels=with_labels)
    else:
        _lines(on, chart, left, slot, at)
    on.add(_line(left, at(0), wide, at(0), thick=0.75))
    for dash, line in zip(cycle(DASHES), chart.lines, strict=False):
        points = [(left + (i + 0.5) * slot, at(v)) for i, v in _drawn_values(line)]
        if len(points) == 1:
            ((x, y),) = points
            points = [(x - slot / 3, y), (x + slot / 3, y)]
        flat = [c for point in points for c in point]
        on.add(PolyLine(flat, strokeColor=accent(1), strokeWidth=1.2, strokeDashArray=list(dash)))
    if chart.mark and math.isfinite(chart.mark):
        on.add(_line(left, at(chart.mark), wide, at(chart.mark), thick=1, dash=(4, 3), dark=True))
    for i, name in enumerate(names):
        if i % every == 0:
            for k, text in enumerate(name):
                put(
                    on,
                    left + (i + 0.5) * slot,
                    bottom - (k + 1) * SIZE * text_metrics.LINE,
                    text,
                    end="middle",
                )
    return on


def _columns(on: Drawing, chart: Chart, left: float, slot: float, at: At, *, with_labels: bool) -> None:
    each = min(slot * 0.66 / len(chart.series), 60)
    for position, series in enumerate(chart.series):
        for i, value in _drawn_values(series):
            x = left + (i + 0.5) * slot + (position - len(chart.series) / 2) * each
            low, high = sorted((at(0), at(value)))
            on.add(Rect(x, low, each * 0.94, high - low, fillColor=accent(position), strokeColor=None))
            if with_labels:
                y = high + 3 if value >= 0 else low - SIZE
                put(on, x + each / 2, y, number_scales.text(chart, value), end="middle")


def _lines(on: Drawing, chart: Chart, left: float, slot: float, at: At) -> None:
    for position, series in enumerate(chart.series):
        piece: list[float] = []
        before = -2
        for i, value in [*_drawn_values(series), (-9, 0.0)]:
            if i != before + 1:
                if len(piece) > 2:
                    on.add(PolyLine(piece, strokeColor=accent(position), strokeWidth=1.5))
                piece = []
            if i >= 0:
                x = left + (i + 0.5) * slot
                piece += [x, at(value)]
                on.add(Circle(x, at(value), 1.8, fillColor=accent(position), strokeColor=None))
            before = i


def _lying(chart: Chart, wide: float) -> Drawing:
    """Bars, or points with their intervals."""
    count = max(1, len(chart.series))
    names = [_wrapped(c, wide * 0.42, 2) for c in chart.categories]
    each = max(_BAR * count, 22.0 if any(len(n) > 1 for n in names) else 0.0) + 4
    legend = _LEGEND if count > 1 else 0.0
    axis = 14.0 if chart.shape == "intervals" else 2.0
    tall = each * len(names) + legend + axis
    left = 8 + max((_wide(line) for n in names for line in n), default=0)
    steps = number_scales.axis(chart)
    each_value = ((s, i) for s in chart.series for i in range(len(s.values)))
    label = 8 + max((_wide(value_in_words(chart, s, i)) for s, i in each_value), default=0)
    first = left + (label if steps[0] < 0 and chart.shape == "bars" else 14)
    last = wide - label - (14 if chart.shape == "intervals" else 0)
    on = Drawing(wide, tall)
    _legend(on, chart, tall - 9, left)

    def at(value: float) -> float:
        return first + (value - steps[0]) / (steps[-1] - steps[0]) * (last - first)

    if chart.shape == "intervals":
        for step in steps:
            on.add(_line(at(step), axis, at(step), tall - legend, thick=0.25, dash=(1, 2)))
            put(on, at(step), 2, number_scales.text(chart, step), end="middle", grey=True)
    if chart.mark and math.isfinite(chart.mark):
        x = at(chart.mark)
        on.add(_line(x, axis, x, tall - legend, thick=1, dash=(4, 3), dark=True))
    for i, name in enumerate(names):
        middle = tall - legend - (i + 0.5) * each
        for k, text in enumerate(name):
            y = middle + (len(name) / 2 - k - 1) * SIZE * text_metrics.LINE + 2
            put(on, left - 6, y, text, end="end")
        for position, series in enumerate(chart.series):
            _across(on, chart, series, i, position, middle + (count / 2 - position - 0.5) * _BAR, at)
    ground = at(max(0.0, steps[0]))
    on.add(_line(ground, axis, ground, tall - legend, thick=0.75))
    return on


def _across(on: Drawing, chart: Chart, series: Series, i: int, position: int, y: float, at: At) -> None:
    value = series.values[i] if i < len(series.values) else None
    if value is None or not math.isfinite(value):
        return
    text = value_in_words(chart, series, i)
    if chart.shape == "bars":
        low, high = sorted((at(0), at(value)))
        ink = colour("redTextColor") if chart.categories[i] in chart.exceptions else accent(position)
        on.add(Rect(low, y - 5, high - low, 10, fillColor=ink, strokeColor=None))
        x = high + 4 if value >= 0 else low - 4 - _wide(text)
        on.add(Rect(x - 1, y - 5, _wide(text) + 2, 10, fillColor=colour("backgroundColor"), strokeColor=None))
        put(on, x, y - 3, text)
        return
    ends = [s[i] if i < len(s) else None for s in (series.low, series.high)]
    low, high = (at(e) if e is not None and math.isfinite(e) else at(value) for e in ends)
    on.add(_line(low, y, high, y, thick=1.5, dark=True))
    for x in (low, high):
        on.add(_line(x, y - 3, x, y + 3, thick=1.5, dark=True))
    on.add(Circle(at(value), y, 3.2, fillColor=accent(position), strokeColor=None))
    put(on, on.width, y - 3, text, end="end")


def value_in_words(chart: Chart, series: Series, i: int) -> str:
    """A value in words, with the ends of its interval if it has one; `–` where nothing is known."""
    value = series.values[i] if i < len(series.values) else None
    if value is None or not math.isfinite(value):
        return "–"
    ends = [s[i] for s in (series.low, series.high) if i < len(s)]
    ends_in_words = [number_scales.text(chart, e) for e in ends if e is not None and math.isfinite(e)]
    label = number_scales.text(chart, value)
    return f"{label} ({ends_in_words[0]} to {ends_in_words[1]})" if len(ends_in_words) == 2 else label
