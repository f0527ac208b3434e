"""Whole tables of the bank as Parquet, for the analyst's own tools: her rows of it, with personal columns empty.

Only a role that works with all rows and without names takes whole tables along. The table is written in parts, so it
need not fit into memory.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, Numeric, Table

from warehouse.access.reader import Reader, Viewer
from warehouse.access.roles import sees_single_rows
from warehouse.errors import AccessRefused
from warehouse.schema import BANK, plain
from warehouse.sql.moments import wall

MAY = frozenset({"analyst"})
"""Roles that take whole tables along."""


def offered(viewer: Viewer) -> list[dict[str, str]]:
    """The tables that the viewer may take along: schema, table and what it holds; none for most roles."""
    if viewer.role not in MAY:
        return []
    tables = (t for t in BANK.sorted_tables if sees_single_rows(viewer.role, t.name))
    return [{"schema": str(t.schema), "table": t.name, "means": t.comment or ""} for t in tables]


def table_of(viewer: Viewer, name: str) -> Table:
    """The table of that name. Raises AccessRefused unless the viewer may take it along; not there is no other answer."""
    for table in BANK.sorted_tables:
        if table.name == name and viewer.role in MAY and sees_single_rows(viewer.role, name):
            return table
    raise AccessRefused(
        f"Your role ({plain(viewer.role)}) takes no table of this name along. Whole tables, without names, are for the "
        "analysts; the list of tables has those that are yours."
    )


def write(reader: Reader, table: Table, file: Path) -> int:
    """Write the viewer's rows of a table as one Parquet file; gives their number.

    Moments are the clock on the wall. What a column means stands beside it as its metadata.
    """
    schema = pa.schema([_field(c) for c in table.c])
    rows = 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for part in reader.in_parts(table):
            for column in table.c:
                if isinstance(column.type, DateTime):
                    part[column.key] = pd.Series(wall(part[column.key]), part.index)
            writer.write_table(pa.Table.from_pandas(part, schema=schema, preserve_index=False))
            rows += len(part)
    return rows


def _field(column: Column[Any]) -> pa.Field:
    kinds: tuple[tuple[Any, pa.DataType], ...] = (
        (DateTime, pa.timestamp("us")),
        (Date, pa.date32()),
        (Boolean, pa.bool_()),
        (Integer, pa.int64()),
        ((Float, Numeric), pa.float64()),
    )
    kind = next((arrow for sql, arrow in kinds if isinstance(column.type, sql)), pa.string())
    return pa.field(column.key, kind, metadata={"means": column.comment or ""})
