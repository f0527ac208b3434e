"""Native charts on slides: they stay editable, and the workbook inside each holds what is drawn and nothing that runs.

The library draws bars, columns and lines; whiskers and a line across are added to its XML, as the format wants them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE as TYPE
from pptx.enum.chart import XL_LABEL_POSITION as AT
from pptx.enum.chart import XL_LEGEND_POSITION, XL_MARKER_STYLE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.enum.dml import MSO_THEME_COLOR as THEME
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement
from pptx.slide import Slide
from pptx.util import Pt

from reports.documents import document_theme, number_scales, text_metrics
from reports.documents.sanitise import one_line
from reports.review.review_document import Chart
from reports.slides import chart_xml, slide_text
from reports.slides.brand_template import Box

ACCENTS = (THEME.ACCENT_1, THEME.ACCENT_2, THEME.ACCENT_3, THEME.ACCENT_4, THEME.ACCENT_5, THEME.ACCENT_6)
LABEL = 11.0
_BAR = 13.2
"""The height a bar with its label needs."""
_LEAST = 130.0
_NAMES = 0.55
"""Of the width, at most, for the names left of bars."""


def height_needed(chart: Chart, wide: float) -> float:
    """The least height at which nothing in it is cut."""
    if shape_of(chart, wide) in ("bars", "intervals"):
        rows = len(chart.categories) * max(1, len(chart.series), 2 if _names_room(chart, wide)[1] else 1)
        return max(_LEAST, _BAR * rows + 24)
    return _LEAST


def shape_of(chart: Chart, wide: float) -> str:
    """How it is drawn in this width: columns whose names do not fit under them lie down, dots with few names stand up."""
    slot = (wide - 20) / max(1, len(chart.categories))
    names = number_scales.names(chart)
    fits = all(
        len(text_metrics.lines(n, slot - 8, LABEL)) <= 3 and _longest_word(n) <= slot - 8 for n in names
    )
    if chart.shape == "columns":
        return "columns" if fits or len(names) > 12 else "bars"
    if chart.shape == "intervals":
        return "dots" if fits and len(chart.series) == 1 else "intervals"
    return chart.shape


def _names_room(chart: Chart, wide: float) -> tuple[float, bool]:
    """The room for names left of bars, and whether some of them need two lines there."""
    longest = max((text_metrics.width(c, LABEL) for c in number_scales.names(chart)), default=0.0) * 1.2 + 10
    return min(longest, _NAMES * wide), longest > _NAMES * wide


def squeezed(chart: Chart, wide: float) -> bool:
    """Whether the names of its bars need two lines in this width."""
    return shape_of(chart, wide) in ("bars", "intervals") and _names_room(chart, wide)[1]


def marked(chart: Chart, wide: float) -> bool:
    """Whether its mark is drawn as a line across. At 0 the axis is that line.

    Where bars lie, the one line of a grid stands for it, if a grid from 0 by steps of the mark has only one.
    """
    mark = number_scales.finite(chart.mark)
    if not mark:
        return False
    if shape_of(chart, wide) not in ("bars", "intervals"):
        return True
    steps = number_scales.axis(chart)
    return steps[0] == 0 and mark > 0 and steps[-1] * 1.12 < 2 * mark


def _longest_word(text: str) -> float:
    return max((text_metrics.width(w, LABEL) for w in text.split(" ")), default=0.0)


def draw(slide: Slide, box: Box, chart: Chart) -> None:
    """Put a chart into a box. It must be `scales.drawable`."""
    shape = shape_of(chart, box.wide)
    kind = {
        "columns": TYPE.COLUMN_CLUSTERED,
        "bars": TYPE.BAR_CLUSTERED,
        "intervals": TYPE.BAR_CLUSTERED,
        "line": TYPE.LINE_MARKERS,
        "dots": TYPE.LINE_MARKERS,
    }[shape]
    number = number_scales.office(chart)
    data = CategoryChartData()
    names = [name or "–" for name in number_scales.names(chart)]
    data.categories = names
    across = marked(chart, box.wide) and kind != TYPE.BAR_CLUSTERED
    columns: list[tuple[str, Sequence[float | None]]] = [
        (one_line(s.name), [number_scales.finite(v) for v in s.values]) for s in chart.series
    ]
    if across:
        columns.append((one_line(chart.mark_label) or "mark", [chart.mark] * len(names)))
    upright = kind != TYPE.BAR_CLUSTERED
    dashed = chart.lines if upright else ()
    columns += [(one_line(s.name), [number_scales.finite(v) for v in s.values]) for s in dashed]
    for name, values in columns:
        data.add_series(name, values)
    frame = slide.shapes.add_chart(kind, *box.emu(), data)
    frame._element.nvGraphicFramePr.cNvPr.set("descr", one_line(chart.says))
    made = frame.chart
    for code in made._chartSpace.iter(qn("c:formatCode")):
        code.text = number  # the library would write it without escaping it
    made.font.size, made.font.color.theme_color = Pt(LABEL), THEME.TEXT_1
    if kind in (TYPE.COLUMN_CLUSTERED, TYPE.BAR_CLUSTERED):
        made.plots[0].gap_width, made.plots[0].overlap = 60, 0
    made.has_title, made.has_legend = False, len(chart.series) > 1 or len(dashed) > 1
    if made.has_legend:
        made.legend.position, made.legend.include_in_layout = XL_LEGEND_POSITION.TOP, False
    labelled = _labels_fit(chart, shape, box)
    _axes(made, chart, shape, box, labelled=labelled)
    spans = [chart_xml.span(chart, i) for i in range(len(chart.series))] if chart.shape == "intervals" else []
    for i, series in enumerate(list(made.plots[0].series)[: len(chart.series)]):
        _paint(series, shape, ACCENTS[i % 6], number, labelled=labelled)
        if labelled and (marked(chart, box.wide) or dashed or shape == "dots"):
            chart_xml.label_ground(series)
        for at in [i for i, c in enumerate(chart.categories) if c in chart.exceptions]:
            fill = series.points[at].format.fill
            fill.solid()
            slide_text.paint(fill.fore_color, document_theme.colour("redTextColor"))
        if spans:
            at = len(columns) + 2 * i
            chart_xml.whiskers(series._element, spans[i], at, len(names), number)
    if across or dashed:
        chart_xml.lines_over(made, chart, shape, across=across)
    for i, (more, less) in enumerate(spans):
        columns += [(f"{columns[i][0]}, up to +", more), (f"{columns[i][0]}, down to −", less)]
    made.part.chart_workbook.update_from_xlsx_blob(chart_xml.workbook(names, columns, number))


def _labels_fit(chart: Chart, shape: str, box: Box) -> bool:
    """Whether each value can stand beside its mark."""
    count = max(1, len(chart.categories))
    widest = max(
        (text_metrics.width(number_scales.text(chart, v), LABEL) for v in number_scales.numbers(chart)),
        default=0,
    )
    if shape in ("line", "intervals"):
        return False
    if shape == "bars":
        return (box.tall - 16) / (count * len(chart.series)) >= LABEL * 1.15
    return widest + 3 <= (box.wide - 20) / (count * (1 if shape == "dots" else len(chart.series) * 1.1))


def _axes(made: Any, chart: Chart, shape: str, box: Box, *, labelled: bool) -> None:
    names, values = made.category_axis, made.value_axis
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.major_tick_mark = XL_TICK_MARK.NONE
    names.has_major_gridlines = False
    names.format.line.color.theme_color = THEME.TEXT_2
    names.format.line.width = Pt(0.75)
    names.tick_labels.font.size = Pt(LABEL)
    steps = number_scales.axis(chart)
    low, high = steps[0], steps[-1]
    room = 0.12 * (high - low) if labelled else 0.0
    values.minimum_scale, values.maximum_scale = (
        low - (room if low < 0 else 0),
        high + (room if high > 0 else 0),
    )
    values.major_unit = steps[1] - steps[0]
    values.format.line.fill.background()
    values.major_tick_mark = XL_TICK_MARK.NONE
    values.tick_labels.number_format, values.tick_labels.number_format_is_linked = (
        number_scales.office(chart),
        False,
    )
    seen = not labelled
    values.visible = seen
    values.has_major_gridlines = seen
    if seen:
        values.major_gridlines.format.line.color.theme_color = THEME.TEXT_2
        values.major_gridlines.format.line.width = Pt(0.25)
        values.major_gridlines.format.line.dash_style = MSO_LINE.ROUND_DOT
    if shape in ("bars", "intervals"):
        names.reverse_order = True
        room = _names_room(chart, box.wide)[0] / box.wide
        top, foot = (24 if made.has_legend else 3), (3 if labelled else 18)
        chart_xml.plot_at(made, room, top / box.tall, 1 - room - 0.015, 1 - (top + foot) / box.tall)
        if seen:
            values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
        if marked(chart, box.wide):
            _grid_at_the_mark(values, float(chart.mark or 0))
    else:
        _upright(names, chart, box)


def _grid_at_the_mark(values: Any, mark: float) -> None:
    values.major_unit = mark
    values.has_major_gridlines = True
    line = values.major_gridlines.format.line
    line.color.theme_color, line.width, line.dash_style = THEME.TEXT_1, Pt(1.25), MSO_LINE.DASH


def _upright(axis: Any, chart: Chart, box: Box) -> None:
    """Names under the axis stand level; where there are too many, every second, third, … is written."""
    body = axis.tick_labels.font._element.getparent().getparent().getparent().find(qn("a:bodyPr"))
    body.set("rot", "0")
    body.set("vert", "horz")
    count = max(1, len(chart.categories))
    slot = (box.wide - 60) / count
    widest = max((text_metrics.width(c, LABEL) for c in number_scales.names(chart)), default=0)
    if count > 8 and widest + 8 > slot:
        every = math.ceil((widest + 12) / slot)
        for tag in ("c:tickLblSkip", "c:tickMarkSkip"):
            skip = OxmlElement(tag)
            skip.set("val", str(every))
            axis._element.find(qn("c:noMultiLvlLbl")).addprevious(skip)


def _paint(series: Any, shape: str, accent: Any, number: str, *, labelled: bool) -> None:
    if shape in ("line", "dots"):
        series.smooth = False
        series.marker.style = XL_MARKER_STYLE.CIRCLE
        series.marker.size = 9 if shape == "dots" else 5
        series.marker.format.fill.solid()
        series.marker.format.fill.fore_color.theme_color = accent
        series.marker.format.line.color.theme_color = accent
        if shape == "dots":
            series.format.line.fill.background()
        else:
            series.format.line.width = Pt(2.25)
            series.format.line.color.theme_color = accent
    else:
        series.format.fill.solid()
        series.format.fill.fore_color.theme_color = accent
        if shape == "intervals":
            pale = series._element.find(f".//{qn('a:solidFill')}/{qn('a:schemeClr')}")
            etree.SubElement(pale, qn("a:alpha"), val="35000")
        series.invert_if_negative = False
    if labelled:
        labels = series.data_labels
        labels.show_value, labels.number_format, labels.number_format_is_linked = True, number, False
        labels.font.size = Pt(LABEL)
        labels.position = AT.RIGHT if shape == "dots" else AT.OUTSIDE_END
    elif shape == "line":
        last = max((i for i, v in enumerate(series.values) if v is not None), default=None)
        if last is not None:
            side = "t" if last + 1 == len(list(series.values)) else "r"
            chart_xml.label_at(series._element, last, number, side)
