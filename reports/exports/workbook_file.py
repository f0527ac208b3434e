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

from metrics.comparison.words import numeral
from reports.documents import safe_cells
from reports.documents.safe_cells import Cell

_SHARE = re.compile(r"([-−]?\d[\d,]*(?:\.(\d+))?) ?%")
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
    columns = [_as_numbers(cells) for cells in safe_cells.columns(frame)]
    for at, (name, (cells, number)) in enumerate(zip(frame.columns, columns, strict=True)):
        table.write_string(0, at, str(name), heading)
        table.set_column(at, at, _width(str(name), cells))
        for row, cell in enumerate(cells, start=1):
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
    table.freeze_panes(1, 0)
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
    book.close()
    return made.getvalue()


def _as_numbers(cells: Sequence[Cell]) -> tuple[list[Cell], str]:
    """The cells with written shares as numbers, and the format of the column's numbers."""
    texts = [cell for cell in cells if isinstance(cell, str) and cell]
    shares = {cell: match for cell in texts if (match := _SHARE.fullmatch(cell))}
    if shares and not any(isinstance(cell, int | float) for cell in cells):
        places = max(len(match[2] or "") for match in shares.values())
        return (
            [_part(shares[cell]) if isinstance(cell, str) and cell in shares else cell for cell in cells],
            "0%" if not places else f"0.{'0' * places}%",
        )
    numbers = [cell for cell in cells if isinstance(cell, float) and not float(cell).is_integer()]
    if not numbers:
        return list(cells), "#,##0"
    places = min(4, max(len(str(number).partition(".")[2]) for number in numbers))
    return list(cells), f"#,##0.{'0' * places}"


def _part(match: re.Match[str]) -> float:
    # Divided by 100 the digits are kept: 61.3% is 0.613, and not 0.6129999.
    digits = match[1].replace(",", "").replace("−", "-")
    return float(f"{digits}e-2")


def _width(name: str, cells: Sequence[Cell]) -> float:
    longest = max((len(_in_words(cell)) for cell in cells[:LOOKED_AT]), default=0)
    heading = max((len(word) for word in name.split()), default=0)
    return float(min(WIDEST, max(NARROWEST, longest + 2, heading + 3)))


def _in_words(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return numeral(cell, 2 if isinstance(cell, float) else 0)
    return str(cell)


def _chart(book: Any, table: Any, frame: pd.DataFrame, columns: Sequence[tuple[list[Cell], str]]) -> None:
    """Bars of the first column of numbers, named by the first column, beside a short table."""
    if len(frame) not in CHARTED or len(columns) < 2:
        return
    numbered = [at for at, (cells, _) in enumerate(columns[1:], start=1) if _are_numbers(cells)]
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
            "data_labels": {"value": True, "num_format": columns[at][1]},
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
