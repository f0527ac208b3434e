"""What the slides' library cannot draw, in the words of the file format: whiskers, a line across, the workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from itertools import cycle
from typing import Any

import xlsxwriter
from lxml import etree
from pptx.oxml.ns import qn
from pptx.oxml.xmlchemy import OxmlElement

from reports.documents import number_scales, safe_cells
from reports.review.review_document import Chart


def span(chart: Chart, position: int) -> tuple[list[float | None], list[float | None]]:
    """How far a series' intervals reach above and below its values."""
    series = chart.series[position]
    more: list[float | None] = []
    less: list[float | None] = []
    for i, value in enumerate(map(number_scales.finite, series.values)):
        low = number_scales.finite(series.low[i]) if i < len(series.low) else None
        high = number_scales.finite(series.high[i]) if i < len(series.high) else None
        more.append(max(0.0, high - value) if value is not None and high is not None else None)
        less.append(max(0.0, value - low) if value is not None and low is not None else None)
    return more, less


def plot_at(made: Any, x: float, y: float, wide: float, tall: float) -> None:
    """Put the bars of a chart there, as parts of its width and height, and write each of their names beside them."""
    plot = made._chartSpace.find(f".//{qn('c:plotArea')}")
    for old in plot.findall(qn("c:layout")):
        plot.remove(old)
    layout = OxmlElement("c:layout")
    manual = etree.SubElement(layout, qn("c:manualLayout"))
    etree.SubElement(manual, qn("c:layoutTarget"), val="inner")
    for tag, value in (("xMode", "edge"), ("yMode", "edge"), ("x", x), ("y", y), ("w", wide), ("h", tall)):
        etree.SubElement(manual, qn(f"c:{tag}"), val=value if isinstance(value, str) else f"{value:.4f}")
    plot.insert(0, layout)
    skip = OxmlElement("c:tickLblSkip")
    skip.set("val", "1")
    plot.find(f"{qn('c:catAx')}/{qn('c:noMultiLvlLbl')}").addprevious(skip)


def whiskers(
    series: Any, span: tuple[Sequence[float | None], Sequence[float | None]], at: int, count: int, number: str
) -> None:
    """Give a series its intervals; how far each reaches stands in the workbook's columns from `at` + 1 on."""
    bars = OxmlElement("c:errBars")
    if series.getparent().tag == qn("c:lineChart"):
        etree.SubElement(bars, qn("c:errDir"), val="y")  # the format leaves it out for bars
    etree.SubElement(bars, qn("c:errBarType"), val="both")
    etree.SubElement(bars, qn("c:errValType"), val="cust")
    etree.SubElement(bars, qn("c:noEndCap"), val="0")
    for offset, (tag, values) in enumerate(zip(("c:plus", "c:minus"), span, strict=True), start=1):
        column = _column(at + offset)
        reference = etree.SubElement(etree.SubElement(bars, qn(tag)), qn("c:numRef"))
        etree.SubElement(reference, qn("c:f")).text = f"Sheet1!${column}$2:${column}${count + 1}"
        cached = etree.SubElement(reference, qn("c:numCache"))
        etree.SubElement(cached, qn("c:formatCode")).text = number
        etree.SubElement(cached, qn("c:ptCount"), val=str(count))
        for i, value in enumerate(values):
            point = etree.SubElement(cached, qn("c:pt"), idx=str(i))
            etree.SubElement(point, qn("c:v")).text = repr(value or 0.0)
    line = etree.SubElement(etree.SubElement(bars, qn("c:spPr")), qn("a:ln"), w="25400")
    etree.SubElement(etree.SubElement(line, qn("a:solidFill")), qn("a:schemeClr"), val="tx1")
    series.find(qn("c:cat")).addprevious(bars)


def _column(number: int) -> str:
    """The letters of a sheet's column, 0 for A."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def lines_over(made: Any, chart: Chart, shape: str, *, across: bool) -> None:
    """The last series become dashed lines: the mark `across`, which the heading names, and the chart's own lines."""
    count = len(chart.lines) + across
    plot = made._chartSpace.find(f".//{qn('c:plotArea')}")
    drawn = plot.find(qn("c:barChart")) if shape == "columns" else plot.find(qn("c:lineChart"))
    every = drawn.findall(qn("c:ser"))[-count:]
    for series, dash in zip(every, cycle(("dash", "sysDot", "dashDot")), strict=False):
        _dashed(series, dash, lonely=not (across and series is every[0]))
    if made.has_legend and across:
        legend = made._chartSpace.find(f".//{qn('c:legend')}")
        entry = OxmlElement("c:legendEntry")
        etree.SubElement(entry, qn("c:idx"), val=str(len(chart.series)))
        etree.SubElement(entry, qn("c:delete"), val="1")
        legend.find(qn("c:legendPos")).addnext(entry)
    if shape != "columns":
        return
    beside = OxmlElement("c:lineChart")
    etree.SubElement(beside, qn("c:grouping"), val="standard")
    etree.SubElement(beside, qn("c:varyColors"), val="0")
    for series in every:
        beside.append(series)
    etree.SubElement(beside, qn("c:marker"), val="1")
    for axis in drawn.findall(qn("c:axId")):
        etree.SubElement(beside, qn("c:axId"), val=axis.get("val"))
    drawn.addnext(beside)


def _dashed(series: Any, dash: str, *, lonely: bool) -> None:
    """A series as a dashed line; one that may have a single value has a mark at each, or nobody would see it."""
    for tag in ("c:spPr", "c:invertIfNegative", "c:marker", "c:dLbls"):
        for old in series.findall(qn(tag)):
            series.remove(old)
    line = OxmlElement("c:spPr")
    stroke = etree.SubElement(line, qn("a:ln"), w="22225" if lonely else "15875")
    colour = "accent2" if lonely else "tx2"
    etree.SubElement(etree.SubElement(stroke, qn("a:solidFill")), qn("a:schemeClr"), val=colour)
    etree.SubElement(stroke, qn("a:prstDash"), val=dash)
    marker = OxmlElement("c:marker")
    values = list(series.iterfind(f"{qn('c:val')}//{qn('c:pt')}"))
    if lonely and len(values) < 2:
        etree.SubElement(marker, qn("c:symbol"), val="dash")
        etree.SubElement(marker, qn("c:size"), val="15")
        look = etree.SubElement(marker, qn("c:spPr"))
        etree.SubElement(etree.SubElement(look, qn("a:solidFill")), qn("a:schemeClr"), val=colour)
    else:
        etree.SubElement(marker, qn("c:symbol"), val="none")
    name = series.find(qn("c:tx"))
    name.addnext(line)
    line.addnext(marker)
    for old in series.findall(qn("c:smooth")):
        series.remove(old)
    etree.SubElement(series, qn("c:smooth"), val="0")


def label_at(series: Any, at: int, number: str, side: str = "t") -> None:
    """A label at one point of a series, above it or on the `side` that the format names."""
    labels = OxmlElement("c:dLbls")
    label = etree.SubElement(labels, qn("c:dLbl"))
    etree.SubElement(label, qn("c:idx"), val=str(at))
    etree.SubElement(label, qn("c:numFmt"), formatCode=number, sourceLinked="0")
    etree.SubElement(label, qn("c:spPr"))
    etree.SubElement(label, qn("c:dLblPos"), val=side)
    flags = ("showLegendKey", "showVal", "showCatName", "showSerName", "showPercent", "showBubbleSize")
    for parent in (label, labels):
        for flag in flags:
            etree.SubElement(parent, qn(f"c:{flag}"), val=str(int(parent is label and flag == "showVal")))
    series.find(qn("c:cat")).addprevious(labels)


def label_ground(series: Any) -> None:
    """Labels hide the line across behind them."""
    labels = series.data_labels._element
    ground = OxmlElement("c:spPr")
    etree.SubElement(etree.SubElement(ground, qn("a:solidFill")), qn("a:schemeClr"), val="bg1")
    before = labels.find(qn("c:txPr"))
    before.addprevious(ground)


def workbook(
    names: Sequence[str], columns: Sequence[tuple[str, Sequence[float | None]]], number: str
) -> bytes:
    """What “Edit data” opens: texts are written as text, whatever they begin with."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    sheet, plain = book.add_worksheet("Sheet1"), book.add_format({"num_format": number})
    quoted = book.add_format({"quote_prefix": True})
    for row, name in enumerate(names, start=1):
        sheet.write_string(row, 0, name[:32_000], quoted if safe_cells.runs(name) else None)
    for column, (name, values) in enumerate(columns, start=1):
        sheet.write_string(0, column, name[:32_000], quoted if safe_cells.runs(name) else None)
        for row, value in enumerate(values, start=1):
            if value is not None:
                sheet.write_number(row, column, value, plain)
    sheet.set_column(0, 0, 24)
    book.close()
    return made.getvalue()
