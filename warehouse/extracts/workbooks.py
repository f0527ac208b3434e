"""An Excel workbook as a table: one sheet with data, plain values only.

A formula is refused rather than read: what it shows depends on the program that opened the file last.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles.numbers import is_datetime
from openpyxl.utils.exceptions import InvalidFileException
from sqlalchemy import Column, Table, Text

from warehouse.extracts import raw_files
from warehouse.extracts.cell_texts import EXACT, check_header, text_of
from warehouse.extracts.raw_files import refused
from warehouse.extracts.spoilt_ids import NEXT, is_id


def read(
    path: Path, file_name: str, table: Table | None = None, sheet: str = ""
) -> tuple[list[str], Iterator[list[str | None]]]:
    """Header and rows of `sheet`, or of the one sheet that has any; of no `table` where a mapping says what they mean."""
    sheets = _with_data(path, file_name)
    if sheet and all(s.title != sheet for s in sheets):
        raise refused(
            file_name,
            f"has no sheet “{sheet}” with data.",
            "Correct the name in the mapping, then load again.",
        )
    if not sheet and len(sheets) != 1:
        what = f"has {len(sheets)} sheets with data" if sheets else "is empty"
        raise refused(
            file_name, f"{what}; one sheet is one table.", "Keep the one sheet that counts, then load again."
        )
    chosen = next(s for s in sheets if s.title == sheet) if sheet else sheets[0]
    rows = chosen.iter_rows()
    header = [str(c.value).strip() if c.value is not None else "" for c in next(rows)]
    while header and not header[-1]:
        header.pop()
    check_header(file_name, header)
    return header, _cells(rows, header, file_name, table)


def sheets(path: Path, file_name: str) -> list[str]:
    """The names of its sheets that hold anything."""
    return [str(sheet.title) for sheet in _with_data(path, file_name)]


def _with_data(path: Path, file_name: str) -> list[Any]:
    if file_name.lower().endswith(".gz"):
        raise refused(
            file_name, "is Excel inside gzip; Excel is packed already.", "Unpack it, then load again."
        )
    raw_files.check_workbook(path, file_name)
    try:
        # Read into memory first: a book that is refused half-way leaves no file open.
        packed = BytesIO(path.read_bytes())
        book = openpyxl.load_workbook(packed, read_only=True, data_only=False, keep_links=False)
    except (InvalidFileException, KeyError, ValueError, OSError, TypeError, AttributeError, SyntaxError):
        raise refused(
            file_name, "cannot be read as an Excel workbook.", "Save it again as .xlsx, then load again."
        ) from None
    sheets = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # the size a program wrote down is often wrong, and rows after it would be lost
        if any(c.value is not None for row in sheet.iter_rows(max_row=50) for c in row):
            sheets.append(sheet)
    return sheets


def _cells(
    rows: Iterator[Any], header: list[str], file_name: str, table: Table | None
) -> Iterator[list[str | None]]:
    texts = {
        i: table.c[name]
        for i, name in enumerate(header)
        if table is not None and name in table.c and _is_text(table.c[name])
    }
    for number, row in enumerate(rows, 2):
        for place, column in texts.items():
            if place < len(row):
                _check_text(row[place].value, column, file_name, number)
        cells = [_cell(c, file_name, number) for c in row]
        if any(c is not None for c in cells[len(header) :]):
            raise refused(
                file_name,
                f"has values beyond its {len(header)} named columns in row {number}.",
                "Give the column a name or empty it, then load again.",
            )
        if any(c is not None for c in cells):
            yield (cells + [None] * len(header))[: len(header)]


def _is_text(column: Column[Any]) -> bool:
    return isinstance(column.type, Text)


def _check_text(value: Any, column: Column[Any], file_name: str, row: int) -> None:
    """Excel makes a date of “1-1” and a number of “1/3”, without a word; what was typed is lost."""
    what = ""
    if isinstance(value, (date, time, timedelta)):
        what = "a date" if isinstance(value, date) else "a time"
    elif is_id(column) and isinstance(value, float) and not value.is_integer():
        what = "a fraction"
    if what:
        raise refused(
            file_name,
            f"has {what} in row {row}, column {column.key}: Excel has changed what was typed there.",
            f"There, {NEXT}",
        )


def _cell(cell: Any, file_name: str, row: int) -> str | None:
    value = cell.value
    if value is None or value == "":
        return None
    where = f"in row {row}"
    if cell.data_type == "f":
        raise refused(file_name, f"has a formula {where}.", "Paste it as a value, save, then load again.")
    if cell.data_type == "e":
        raise refused(
            file_name, f"has an error value ({value}) {where}.", "Correct it, save, then load again."
        )
    if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) >= EXACT:
        raise refused(
            file_name,
            f"has a number of more than fifteen digits {where}, of which Excel keeps only fifteen.",
            "Format that column as text before filling it, then load again.",
        )
    if isinstance(value, datetime) and value.time() == time() and is_datetime(cell.number_format) == "date":
        # Excel knows no days, only moments: that the cell shows a day alone is all that says so.
        return text_of(value.date())
    return text_of(value)
