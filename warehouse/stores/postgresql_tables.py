"""The tables of one snapshot on a PostgreSQL server: made, filled by COPY, and given their keys, indexes and rights."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv
from sqlalchemy import Boolean, Column, Connection, Date, DateTime, Float, Integer, Numeric, Table, text

from warehouse.schema import DERIVED


def create(connection: Connection, schema: str, tables: Iterable[Table]) -> None:
    """A new schema with `tables`, without keys: rows come in faster so."""
    connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    for table in tables:
        columns = ", ".join(f'"{c.key}" {_type(c)}' for c in table.c)
        connection.execute(text(f'CREATE TABLE "{schema}".{table.name} ({columns})'))


def _type(column: Column) -> str:
    kinds: tuple[tuple[type, str], ...] = (
        (Boolean, "BOOLEAN"),
        (DateTime, "TIMESTAMP"),
        (Date, "DATE"),
        (Integer, "INTEGER"),
        (Float, "DOUBLE PRECISION"),
        (Numeric, "NUMERIC(18, 2)"),
    )
    # Plain order by bytes: the same as in the files, whatever language the server was set up in, and faster.
    return next((name for kind, name in kinds if isinstance(column.type, kind)), 'TEXT COLLATE "C"')


def columns_of(table: Table) -> str:
    """The quoted names of a table's columns, in its order."""
    return ", ".join(f'"{c.key}"' for c in table.c)


def copy(
    connection: Connection,
    schema: str,
    table: Table,
    columns: list[Column],
    batches: Iterable[pa.RecordBatch | pa.Table],
    how: str = "FORMAT csv, FREEZE",
) -> None:
    """Bring `batches` into a table. `how` are the options of COPY; FREEZE is for a table made in this transaction."""
    raw: Any = connection.connection.driver_connection
    names = ", ".join(f'"{c.key}"' for c in columns)
    with (
        raw.cursor() as cursor,
        cursor.copy(f'COPY "{schema}".{table.name} ({names}) FROM STDIN ({how})') as lines_in,
    ):
        for batch in batches:
            lines = BytesIO()
            # Text is quoted and NULL is not, so an empty text stays an empty text.
            csv.write_csv(batch, lines, csv.WriteOptions(include_header=False, quoting_style="needed"))
            lines_in.write(lines.getbuffer())


def fill(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    """Bring a frame into a derived table; columns are matched by name."""
    columns = [c for c in table.c if c.key in rows.columns]
    arrays = [_arrow(rows[str(c.key)], c) for c in columns]
    batch = pa.Table.from_arrays(arrays, names=[str(c.key) for c in columns])
    derived = connection.get_execution_options()["schema_translate_map"][DERIVED]
    copy(connection, derived, table, columns, [batch], how="FORMAT csv")


def _arrow(values: pd.Series, column: Column) -> pa.Array | pa.ChunkedArray:
    kinds: tuple[tuple[type, pa.DataType], ...] = (
        (Boolean, pa.bool_()),
        (DateTime, pa.timestamp("us")),
        (Date, pa.date32()),
        (Integer, pa.int64()),
        (Float, pa.float64()),
        (Numeric, pa.float64()),
    )
    kind = next((k for of, k in kinds if isinstance(column.type, of)), pa.string())
    if pa.types.is_date32(kind) or pa.types.is_timestamp(kind):
        return pa.array(pd.to_datetime(values), type=pa.timestamp("us"), from_pandas=True).cast(kind)
    if pa.types.is_floating(kind) or pa.types.is_integer(kind):
        return pa.array(pd.to_numeric(values), from_pandas=True).cast(kind)
    return pa.array(values, type=kind, from_pandas=True)


def finish(connection: Connection, schema: str, tables: Iterable[Table], role: str | None) -> None:
    """Keys, the indexes that pages and the nightly run look things up by, the planner's figures, the right to read."""
    for table in tables:
        if key := ", ".join(f'"{c.key}"' for c in table.primary_key):
            connection.execute(text(f'ALTER TABLE "{schema}".{table.name} ADD PRIMARY KEY ({key})'))
        if read_by := ", ".join(f'"{name}"' for name in table.info["read_by"]):
            connection.execute(text(f'CREATE INDEX ON "{schema}".{table.name} ({read_by})'))
        for column in _looked_up_by(table):
            connection.execute(text(f'CREATE INDEX ON "{schema}".{table.name} ("{column}")'))
        connection.execute(text(f'ANALYZE "{schema}".{table.name}'))
    if role:
        quoted = connection.dialect.identifier_preparer.quote(role)
        connection.execute(text(f'GRANT USAGE ON SCHEMA "{schema}" TO {quoted}'))
        connection.execute(text(f'GRANT SELECT ON ALL TABLES IN SCHEMA "{schema}" TO {quoted}'))


def _looked_up_by(table: Table) -> list[str]:
    first = next((c.key for c in table.primary_key), None)
    columns = [str(c.key) for c in table.c if c.info["refers"] or c.key == table.info["person"]]
    return [name for name in columns if name != first]
