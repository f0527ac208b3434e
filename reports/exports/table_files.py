"""The one way a table leaves Concord as a file: rights asked again, cells inert, and a line in the audit log.

An Excel file and a zip say for themselves what they are: definitions with their versions, period and filters, the as-of
day, who took it. A CSV file alone is the table and nothing else, so that every program reads it as it is.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from metrics.definitions.measure import version
from reports.documents import safe_cells
from reports.exports.workbook_file import workbook
from warehouse.access.reader import Viewer
from warehouse.errors import AccessRefused, Problem
from warehouse.schema import plain
from warehouse.stores.connect import Stores
from workflow.reports import downloads

KINDS = {
    "csv": "text/csv",
    "zip": "application/zip",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_ROWS_OF_A_SHEET = 1_048_576


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A table to be taken along, and all that is said about it."""

    title: str
    content: Callable[[Viewer], pd.DataFrame]
    """The table for a viewer; asked when the file is made, not when its button is drawn."""
    metrics: tuple[str, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()
    """What its other columns mean: name and sentence."""
    scope: str = ""
    """Period and filters in words."""
    as_of: date | None = None
    qualified: str = ""
    """Which version of “qualified” was in force, where a metric depends on it."""
    empty_cell: str = "not known"
    sample: bool = False


def export(stores: Stores, sheet: Sheet, kind: str, drawn_for: Viewer, now: Viewer | None) -> bytes:
    """The file. `drawn_for` had the table on screen; `now` is who holds that session at this moment.

    Raises AccessRefused, with an audit line, if nobody does or she may see other rows by now.
    """
    if now is None or now.row_rule != drawn_for.row_rule:
        downloads.refused(stores, drawn_for, sheet.title)
        raise AccessRefused("You have been signed out, or your role has changed. Load the page again.")
    frame = sheet.content(now)
    if kind == "xlsx" and len(frame) >= MOST_ROWS_OF_A_SHEET:
        raise Problem(f"{len(frame):,} rows do not fit into one Excel sheet. Take the CSV file instead.")
    at = stores.now()
    about = preamble(sheet, now, at, len(frame))
    made = _csv(frame) if kind == "csv" else (_zip if kind == "zip" else workbook)(frame, about)
    downloads.note(stores, now, sheet.title, f"{kind}, {len(frame)} rows, {sheet.scope or 'no period'}")
    return made


def file_name(sheet: Sheet, kind: str) -> str:
    """`concord-funnel-channels-2026-06-30.csv`."""
    words = "".join(c if c.isalnum() else "-" for c in sheet.title.lower())
    title = "-".join(part for part in words.split("-") if part)[:60]
    return f"concord-{title}{f'-{sheet.as_of.isoformat()}' if sheet.as_of else ''}.{kind}"


def preamble(sheet: Sheet, viewer: Viewer, at: datetime, rows: int) -> list[tuple[str, str]]:
    """What the file says about itself, as name and text."""
    lines = [("Table", sheet.title)]
    if sheet.scope:
        lines.append(("Period and filters", sheet.scope))
    if sheet.as_of:
        lines.append(("As of", day(sheet.as_of)))
    for name in sheet.metrics:
        metric = CATALOGUE[name]
        lines.append(("Definition", f"{metric.label}, version {version(metric)}: {metric.description}"))
    lines += [("Definition", f"{name}: {means}") for name, means in sheet.terms]
    if sheet.qualified:
        lines.append(("“Qualified” means", sheet.qualified))
    lines.append(("Rows", f"{rows:,}"))
    lines.append(("An empty cell means", sheet.empty_cell))
    role = plain(viewer.role)
    lines.append(("Taken", f"by {viewer.full_name} ({role}) on {day(at.date())} at {at:%H:%M}"))
    if sheet.sample:
        lines.append(("Sample data", "FinTrust Bank is invented: no customer in this file exists."))
    return lines


def _csv(frame: pd.DataFrame) -> bytes:
    """UTF-8 with a byte order mark: the header and the rows, and nothing that a program would have to skip."""
    headings = [safe_cells.inert(str(c)) for c in frame.columns]
    rows = ([_in_csv(cell) for cell in row] for row in zip(*safe_cells.columns(frame), strict=True))
    return _lines([headings, *rows])


def _zip(frame: pd.DataFrame, about: Iterable[tuple[str, str]]) -> bytes:
    """Two files: the table, and what it is."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as both:
        both.writestr("table.csv", _csv(frame))
        both.writestr(
            "about.csv", _lines([["Name", "Text"], *([safe_cells.inert(c) for c in p] for p in about)])
        )
    return made.getvalue()


def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO()
    # Every text stands in quotes: where a spreadsheet splits at semicolons, no piece of one becomes a cell of its own.
    csv.writer(text, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\r\n").writerows(rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def _in_csv(cell: safe_cells.Cell) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ", timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return safe_cells.inert(cell) if isinstance(cell, str) else cell
