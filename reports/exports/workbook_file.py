"""A table as an Excel workbook: numbers and shares as numbers with a format, columns as wide as they need, and a chart.

What the table means stands on a sheet of its own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

from metrics.comparison.currency import currency
from metrics.comparison.words import numeral
from reports.documents import safe_cells
from reports.documents.safe_cells import Cell

_WRITTEN = re.compile(
    r"(?P<code>[A-Z]{3} )?(?P<sign>[-−+]?)"
    r"(?P<digits>[1-9]\d{0,2}(?:,\d{3})+|\d+)(?:\.(?P<places>\d+))?(?P<unit> ?%| points)?"
)
_NAMES_SOMETHING = re.compile(r"\b(id|number|code|version)\b", re.IGNORECASE)
NARROWEST, WIDEST = 9, 60
"""Characters of a column; what is longer is wrapped."""
LOOKED_AT = 500
"""Rows by which a column's width is chosen."""
CHARTED = range(2, 25)
"""Rows of a table that has a chart: fewer say nothing, more cannot be read."""


def workbook(frame: pd.DataFrame, about: Iterable[tuple[str, str]]) -> bytes:
    """Two sheets: the table with its chart, and what it is. Text is written as text, whatever it begins with."""
    made = io.BytesIO()
    book = xlsxwriter.Workbook(
        made, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    )
    formats: dict[str, Any] = {}

    def styled(number: str) -> Any:
        if number not in formats:
            formats[number] = book.add_format({"num_format": number, "valign": "top"})
        return formats[number]

    heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text = book.add_format({"text_wrap": True, "valign": "top"})
    quoted = book.add_format({"quote_prefix": True, "text_wrap": True, "valign": "top"})
    table = book.add_worksheet("Table")
    columns = [
        _as_numbers(str(name), cells)
        for name, cells in zip(frame.columns, safe_cells.columns(frame), strict=True)
    ]
    for at, (name, (cells, formats_of)) in enumerate(zip(frame.columns, columns, strict=True)):
        table.write_string(0, at, str(name), heading)
        table.set_column(at, at, _width(str(name), cells))
        for row, (cell, number) in enumerate(zip(cells, formats_of, strict=True), start=1):
            if isinstance(cell, str):
                table.write_string(row, at, cell, quoted if safe_cells.runs(cell) else text)
            elif isinstance(cell, bool):
                table.write_boolean(row, at, cell)
            elif isinstance(cell, datetime):
                table.write_datetime(row, at, cell, styled("d mmm yyyy hh:mm"))
            elif isinstance(cell, date):
                table.write_datetime(row, at, cell, styled("d mmm yyyy"))
            elif cell is not None:
                table.write_number(row, at, cell, styled(number))
    lines = [
        -(-len(str(n)) // int(_width(str(n), c))) for n, (c, _) in zip(frame.columns, columns, strict=True)
    ]
    table.set_row(0, 16 * min(4, max(lines, default=1)))
    table.freeze_panes(1, 0)
    table.set_landscape()
    table.fit_to_pages(1, 0)
    table.repeat_rows(0)
    if len(frame) and len(frame.columns):
        table.autofilter(0, 0, len(frame), len(frame.columns) - 1)
    _chart(book, table, frame, columns)
    sheet = book.add_worksheet("About")
    bold = book.add_format({"bold": True, "valign": "top"})
    for row, (name, words) in enumerate(about):
        sheet.write_string(row, 0, name, bold)
        sheet.write_string(row, 1, words, quoted if safe_cells.runs(words) else text)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 100)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()
    return made.getvalue()


def _as_numbers(name: str, cells: Sequence[Cell]) -> tuple[list[Cell], list[str]]:
    """The cells with written amounts, shares and counts as numbers, and the number format of each."""
    written = [_written(cell) if isinstance(cell, str) else None for cell in cells]
    typed = any(isinstance(cell, int | float) for cell in cells)
    # Digits alone may be a number of something, such as a lead: they count where others show that they are amounts.
    sure = any(m and (m["code"] or m["unit"] or "," in m["digits"]) for m in written)
    short = all(m is None or len(m["digits"]) <= 3 for m in written) and not _NAMES_SOMETHING.search(name)
    if typed or not (sure or short):
        format_of = _typed_format(cells)
        return list(cells), [format_of] * len(cells)
    values: list[Cell] = []
    formats = []
    for cell, match in zip(cells, written, strict=True):
        values.append(cell if match is None else _part(match))
        formats.append("#,##0" if match is None else _format(match))
    return values, formats


def _written(cell: str) -> re.Match[str] | None:
    """A number as words write it; three letters before it are the bank's currency, or it is none."""
    match = _WRITTEN.fullmatch(cell)
    return match if match is None or match["code"] in (None, f"{currency()} ") else None


def _typed_format(cells: Sequence[Cell]) -> str:
    numbers = [cell for cell in cells if isinstance(cell, float) and not float(cell).is_integer()]
    if not numbers:
        return "#,##0"
    places = min(4, max(len(str(number).partition(".")[2]) for number in numbers))
    return f"#,##0.{'0' * places}"


def _format(match: re.Match[str]) -> str:
    """The format in which a number reads as it was written."""
    places = f".{'0' * len(match['places'])}" if match["places"] else ""
    if match["unit"] in ("%", " %"):
        return f"0{places}%"
    if match["unit"]:
        return f'+0{places}" points";-0{places}" points";0{places}" points"'
    return f'"{match["code"]}"#,##0{places}' if match["code"] else f"#,##0{places}"


def _part(match: re.Match[str]) -> float:
    # Divided by 100 the digits are kept: 61.3% is 0.613, and not 0.6129999.
    digits = f"{match['sign']}{match['digits']}".replace(",", "").replace("−", "-")
    places = f".{match['places']}" if match["places"] else ""
    return float(f"{digits}{places}{'e-2' if match['unit'] in ('%', ' %') else ''}")


def _width(name: str, cells: Sequence[Cell]) -> float:
    longest = max((len(_in_words(cell)) for cell in cells[:LOOKED_AT]), default=0)
    heading = max((len(word) for word in name.split()), default=0)
    return float(min(WIDEST, max(NARROWEST, longest + 3, heading + 3)))


def _in_words(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return numeral(cell, 2 if isinstance(cell, float) else 0)
    return str(cell)


def _chart(
    book: Any, table: Any, frame: pd.DataFrame, columns: Sequence[tuple[list[Cell], list[str]]]
) -> None:
    """Bars of the first column of numbers, named by the first column, beside a short table."""
    if len(frame) not in CHARTED or len(columns) < 2:
        return
    # Numbers of several units have no one scale.
    numbered = [
        at
        for at, (cells, formats) in enumerate(columns[1:], start=1)
        if _are_numbers(cells) and len(set(formats)) == 1
    ]
    if not numbered or _are_numbers(columns[0][0]):
        return
    at, last = numbered[0], len(frame)
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": ["Table", 0, at],
            "categories": ["Table", 1, 0, last, 0],
            "values": ["Table", 1, at, last, at],
            "fill": {"color": "#0B5563"},
            "gap": 40,
            "data_labels": {"value": True, "num_format": columns[at][1][0]},
        }
    )
    chart.set_title({"name": ["Table", 0, at], "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "line": {"none": True}})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}})
    chart.set_size({"width": 620, "height": 120 + 24 * last})
    table.insert_chart(1, len(columns) + 1, chart)


def _are_numbers(cells: Sequence[Cell]) -> bool:
    given = [cell for cell in cells if cell is not None]
    return bool(given) and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in given)
