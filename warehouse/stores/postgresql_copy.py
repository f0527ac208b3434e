"""A bank on a server as a DuckDB file: what new days are added to, with the rows exactly as they are there.

Rows travel by COPY as text, so no value passes through a number type that would round it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Connection, Engine, Table

from warehouse.schema import DERIVED, UNIFIED, UNIFIED_TABLES, WRITTEN_BY_THE_LOAD
from warehouse.stores.postgresql_catalogue import in_one, snapshots
from warehouse.validation import contract


def write_file(engine: Engine, snapshot: str, file: Path) -> None:
    """Write the loaded tables of `snapshot`, and what its load noted about them, into a new DuckDB `file`.

    Raises LoadRefused with the server's reason if it does not give them all.
    """
    travelling = file.with_suffix(".csv")
    try:
        with in_one(engine) as connection, duckdb.connect(str(file)) as db:
            row = connection.execute(snapshots.select().where(snapshots.c.snapshot == snapshot)).one()
            for schema in (UNIFIED, DERIVED):
                db.execute(f"CREATE SCHEMA {schema}")
            for table in (*UNIFIED_TABLES, *WRITTEN_BY_THE_LOAD):
                held = row.unified if table.schema == UNIFIED else row.derived
                _copy(connection, held, table, db, travelling)
    finally:
        travelling.unlink(missing_ok=True)


def _copy(
    connection: Connection, held: str, table: Table, db: duckdb.DuckDBPyConnection, travelling: Path
) -> None:
    raw: Any = connection.connection.driver_connection
    names = ", ".join(f'"{c.key}"' for c in table.c)
    with (
        travelling.open("wb") as lines,
        raw.cursor() as cursor,
        cursor.copy(f'COPY (SELECT {names} FROM "{held}".{table.name}) TO STDOUT (FORMAT csv)') as copy,
    ):
        for block in copy:
            lines.write(block)
    columns = ", ".join(f'"{c.key}" {contract.type_of(c)}' for c in table.c)
    texts = ", ".join(f"'{c.key}': 'VARCHAR'" for c in table.c)
    db.execute(f"CREATE TABLE {table.schema}.{table.name} ({columns})")
    # Read as text and cast: an empty text is quoted and NULL is not, and the server writes t and f.
    db.execute(
        f"INSERT INTO {table.schema}.{table.name} SELECT {names} FROM read_csv(?, header = false, delim = ',', "
        f"quote = '\"', escape = '\"', nullstr = '', allow_quoted_nulls = false, auto_detect = false, "
        f"columns = {{{texts}}})",
        [str(travelling)],
    )
