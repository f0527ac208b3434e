"""Worked examples as they are drawn inside the definitions: tables, then one line with the answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from textwrap import dedent
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, Numeric, Table

from metrics.definitions.scope import Period, month
from warehouse.app_db.app_schema import APP_DB
from warehouse.schema import BANK

TABLES = {t.name: t for t in (*BANK.tables.values(), *APP_DB.tables.values())}
MONTHS = {date(2026, n, 1).strftime("%B"): n for n in range(1, 13)}
ANSWER = re.compile(r"(?P<first>\w+)(?: to (?P<last>\w+))? (?P<year>\d{4}) = (?P<value>.+)")


@dataclass(frozen=True)
class Example:
    """The rows of each table, the period asked about, and the answer as it is written."""

    rows: dict[Table, list[dict[str, Any]]]
    period: Period
    answer: str


def read(text: str) -> Example:
    """Read one drawn example. Raises ValueError for a drawing that cannot be read."""
    *drawn, last = re.split(r"\n\s*\n", dedent(text).strip())
    answer = ANSWER.fullmatch(last.strip())
    if answer is None:
        raise ValueError(f"“{last}” is not an answer such as “April to June 2026 = 50%”")
    year, first = int(answer["year"]), MONTHS[answer["first"]]
    period = Period(month(year, first).start, month(year, MONTHS[answer["last"] or answer["first"]]).end)
    return Example(dict(_table(part) for part in drawn), period, answer["value"].strip())


def _table(drawn: str) -> tuple[Table, list[dict[str, Any]]]:
    name, header, *lines = drawn.strip().splitlines()
    if name not in TABLES:
        raise ValueError(f"there is no table “{name}”")
    table, names = TABLES[name], [n.strip() for n in header.split("|")]
    if unknown := set(names) - set(table.c.keys()):
        raise ValueError(f"{name} has no column {unknown}")
    rows = []
    for line in lines:
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(names):
            raise ValueError(f"“{line}” has {len(cells)} cells, not {len(names)}")
        rows.append({n: _value(table.c[n], cell) for n, cell in zip(names, cells, strict=True)})
    return table, rows


def _value(column: Column, cell: str) -> Any:
    """An empty cell is NULL."""
    if cell == "":
        return None
    if isinstance(column.type, Boolean):
        return {"true": True, "false": False}[cell]
    if isinstance(column.type, DateTime):
        return datetime.fromisoformat(cell)
    if isinstance(column.type, Date):
        return date.fromisoformat(cell)
    if isinstance(column.type, Integer):
        return int(cell)
    return float(cell) if isinstance(column.type, Numeric | Float) else cell


def in_figures(answer: str) -> tuple[float, int]:
    """The answer as a number, a share as 0 to 1, and to how many decimals it is written."""
    if answer == "not known":
        return float("nan"), 0
    digits = (
        answer.removeprefix("HKD ")
        .removesuffix("%")
        .removesuffix(" points")
        .removesuffix(" days")
        .removesuffix(" hours")
    )
    places = len(digits.partition(".")[2])
    number = float(digits.replace(",", "").replace("−", "-"))
    return (number / 100, places + 2) if answer.endswith("%") else (number, places)
