"""Rows that come from another program, value by value, as the texts that would stand in a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.extracts.raw_files import refused

ROWS_AT_ONCE = 20_000
EXACT = 10**15
"""A floating number keeps fifteen digits: of a longer one the end is already lost."""


def check_header(file_name: str, header: list[str]) -> None:
    """Refuse columns without a name, and two of one name."""
    seen: set[str] = set()
    for number, name in enumerate(header, 1):
        if not name:
            raise refused(
                file_name,
                f"has no name above column {number}.",
                "Give every column its name, then load again.",
            )
        if name.lower() in seen:
            raise refused(
                file_name,
                f"has the column “{name[:60]}” twice.",
                "Keep the one that counts, then load again.",
            )
        seen.add(name.lower())


def text_of(value: Any) -> str | None:
    """A value of another program as the text that would stand in a file."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return str(value) if str(value) != "" else None


def fill(
    db: duckdb.DuckDBPyConnection, header: list[str], rows: Iterator[list[str | None]], into: str
) -> None:
    """Put rows of texts into a new temporary table, some thousand at a time."""
    names = ", ".join(f'"{name}" VARCHAR' for name in (n.replace('"', '""') for n in header))
    db.execute(f"CREATE OR REPLACE TEMP TABLE {into} ({names})")
    waiting: list[list[str | None]] = []

    def pour() -> None:
        columns = [pa.array(column, pa.string()) for column in zip(*waiting, strict=True)]
        db.register("incoming", pa.table(columns, names=[f"c{i}" for i in range(len(header))]))
        db.execute(f"INSERT INTO {into} SELECT * FROM incoming")
        db.unregister("incoming")
        waiting.clear()

    for row in rows:
        waiting.append(row)
        if len(waiting) >= ROWS_AT_ONCE:
            pour()
    if waiting:
        pour()
