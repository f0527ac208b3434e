"""One cell of a table on its way into a file: text that a spreadsheet could run is made inert, numbers stay numbers.

A spreadsheet takes a text cell for a formula when its first letter is one of `= + - @`, after a tab or a line break as
well. Some take the full-width forms of these, too (OWASP, CSV Injection).
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from typing import Any

import pandas as pd

from warehouse.sql.moments import only_a_day, wall

Cell = str | int | float | bool | date | datetime | None

_LONGEST = 32_000
"""Characters a spreadsheet's cell holds, less a little."""
_A_NUMBER = re.compile(r"[-−]\d[\d,.\u00a0 ]*( ?%)?")
_STARTS_A_FORMULA = ("=", "+", "-", "@")


def runs(text: str) -> bool:
    """Whether a spreadsheet could take this text for a formula or a command."""
    if text[:1] in ("\t", "\r", "\n"):
        return True
    # NFKC turns full-width and small forms into the plain ones; blanks and invisible letters before them change nothing.
    plain = unicodedata.normalize("NFKC", text)
    first = next((c for c in plain if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf")), "")
    return first in _STARTS_A_FORMULA and bool(first) and not _A_NUMBER.fullmatch(text)


def inert(text: str) -> str:
    """`text` as a spreadsheet shows it and nothing else: with an apostrophe before it, if it could run."""
    return f"'{text}" if runs(text) else text


def columns(frame: pd.DataFrame) -> list[list[Cell]]:
    """The columns of a frame as plain cells: None where nothing is known, whole numbers without a decimal place."""
    return [_column(frame.iloc[:, position]) for position in range(frame.shape[1])]


def _column(column: pd.Series) -> list[Cell]:
    if pd.api.types.is_datetime64_any_dtype(column):
        plain = pd.Series(wall(column))
        days = only_a_day(column) | bool((plain.dropna() == plain.dropna().dt.normalize()).all())
        pairs = zip(plain, days, strict=True)
        return [None if pd.isna(v) else v.date() if is_day else v.to_pydatetime() for v, is_day in pairs]
    cells = [_cell(value) for value in column]
    numbers = [v for v in cells if isinstance(v, float)]
    if numbers and all(v.is_integer() and abs(v) < 1e15 for v in numbers):
        return [int(v) if isinstance(v, float) else v for v in cells]
    return cells


def _cell(value: Any) -> Cell:
    if isinstance(value, list | tuple | set):
        return _text(", ".join(str(v) for v in value))
    if value is None or pd.isna(value):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, bool | int | datetime | date):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return _text(str(value))


def _text(text: str) -> str:
    clean = text.replace("\0", "")
    return clean if len(clean) <= _LONGEST else f"{clean[:_LONGEST]}…"
