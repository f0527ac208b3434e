"""Control totals: what a department says it delivered, held against what was read.

A file that was cut off in the middle of its last value reads like a whole one; only its sender knows better. Beside the
extracts `control.toml` may say, table by table, how many rows there are and what a column adds up to.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Float, Integer, Numeric, Table

from warehouse.errors import LoadRefused
from warehouse.schema import UNIFIED_TABLES
from warehouse.validation.contract import NOTHING

FILE = "control.toml"
ROWS = "rows"
Stated = Mapping[str, Mapping[str, Decimal]]
"""Table → `rows`, or a column of numbers → the total its sender states."""


def stated_in(folder: Path, delivered: Mapping[str, object]) -> Stated:
    """What `control.toml` states; nothing without one. Raises LoadRefused if it cannot be understood."""
    file = folder / FILE
    if not file.exists():
        return {}
    try:
        stated = tomllib.loads(file.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        raise _wrong("cannot be read as TOML in UTF-8") from None
    tables = {t.name: t for t in UNIFIED_TABLES}
    for name, totals in stated.items():
        if name not in tables or not isinstance(totals, dict):
            raise _wrong(f"names “{name}”, which is no table of the contract")
        if name not in delivered:
            raise _wrong(f"states totals of {name}, and the folder holds no such extract")
        for column in totals:
            if column != ROWS and not _adds_up(tables[name], column):
                raise _wrong(f"states a total of {name}.{column}, which is no column of counts or amounts")
    return {name: {c: _number(name, c, v) for c, v in totals.items()} for name, totals in stated.items()}


def check(db: duckdb.DuckDBPyConnection, table: Table, source: str, stated: Stated, deleted: int = 0) -> None:
    """Raise LoadRefused unless the rows just read of `table` have the totals stated, to the cent.

    Rows marked as deleted are counted among the rows that came, and in no other total.
    """
    for column, total in stated.get(table.name, {}).items():
        what = "count(*)" if column == ROWS else f'coalesce(sum(CAST("{column}" AS DECIMAL(38, 2))), 0)'
        row = db.execute(f"SELECT {what} FROM {table.schema}.{table.name}").fetchone()
        actual = Decimal(str(row[0] if row else 0)) + (deleted if column == ROWS else 0)
        if actual != total:
            words = "rows" if column == ROWS else f"as the total of {column}"
            raise LoadRefused(
                f"Table {table.name}: {source} has {actual:,} {words}, and {FILE} states {total:,}. Part of it "
                f"is missing or came twice; ask {table.info['owner']} for it again. {NOTHING}"
            )


def _adds_up(table: Table, column: str) -> bool:
    """Counts and amounts, which are exact; a measured number such as a score has no total to the last digit."""
    return (
        column in table.c
        and isinstance(table.c[column].type, Integer | Numeric)
        and not isinstance(table.c[column].type, Float)
    )


def _number(table: str, column: str, value: Any) -> Decimal:
    try:
        if isinstance(value, bool):
            raise InvalidOperation
        number = Decimal(str(value))
        if not number.is_finite():
            raise InvalidOperation
    except InvalidOperation:
        raise _wrong(f"states “{value}” for {table}.{column}, which is no number") from None
    return number


def _wrong(why: str) -> LoadRefused:
    return LoadRefused(f"{FILE} {why}. Correct or remove it, then load again. {NOTHING}")
