"""Writing a snapshot to a PostgreSQL server, in one transaction: whatever ends it early leaves the bank before.

Rows travel by COPY. Keys, indexes and the planner's figures are made before anybody reads, and the last statement
names the new snapshot as the one to read. The snapshot before stays until the next one is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import (
    Connection,
    Engine,
    Row,
    Table,
    delete,
    insert,
    text,
)
from sqlalchemy.exc import DBAPIError, ProgrammingError

from warehouse.errors import LoadRefused
from warehouse.schema import (
    BANK,
    DERIVED,
    DERIVED_TABLES,
    UNIFIED,
    UNIFIED_TABLES,
    WRITTEN_BY_THE_LOAD,
    plain,
)
from warehouse.stores import postgresql_tables
from warehouse.stores.postgresql_catalogue import AS_IT_IS, NEWEST, OURS, STAYS, in_one, schemas_of, snapshots
from warehouse.stores.snapshots import NOT_KEPT, Progress, SnapshotWriter

KEPT = 2
"""The snapshot that is read and the one before it: a page that just began on the older one may finish."""
_BATCH = 100_000


def publish(
    engine: Engine, role: str | None, file: Path, snapshot: str, progress: Progress, *, sample: bool
) -> None:
    """Copy the tables of the working `file` into new schemas, and let everyone read them."""
    unified, derived = _names(snapshot)
    with in_one(engine) as connection, duckdb.connect(str(file), read_only=True) as db:
        _prepare(connection)
        before = connection.execute(NEWEST.limit(1)).first()
        for schema, tables in ((unified, UNIFIED_TABLES), (derived, DERIVED_TABLES)):
            postgresql_tables.create(connection, schema, tables)
        for table in (*UNIFIED_TABLES, *WRITTEN_BY_THE_LOAD):
            schema = unified if table.schema == UNIFIED else derived
            progress(f"Copying {plain(table.name)} to the server")
            rows = db.sql(f"SELECT {postgresql_tables.columns_of(table)} FROM {table.schema}.{table.name}")
            postgresql_tables.copy(connection, schema, table, list(table.c), rows.to_arrow_reader(_BATCH))
        if before is not None:
            _carry_history(connection, before, derived, sample=sample)
        progress("Building keys and indexes on the server")
        postgresql_tables.finish(connection, unified, UNIFIED_TABLES, role)
        postgresql_tables.finish(connection, derived, DERIVED_TABLES, role)
        _point(connection, snapshot, unified, derived, views=True)
    _tidy(engine)


@contextmanager
def draft(engine: Engine, role: str | None, snapshot: str, after: str) -> Iterator[SnapshotWriter]:
    """The derived tables of the snapshot `after` in a schema of their own, to be changed and then read."""
    _, derived = _names(snapshot)
    with in_one(engine) as connection:
        _prepare(connection)
        before = connection.execute(NEWEST.where(snapshots.c.snapshot == after)).first()
        unified = before.unified if before else UNIFIED
        postgresql_tables.create(connection, derived, DERIVED_TABLES)
        old = before.derived if before else DERIVED
        for table in DERIVED_TABLES:
            _copy_over(connection, table, old, derived)
        translated = connection.execution_options(schema_translate_map={UNIFIED: unified, DERIVED: derived})
        yield SnapshotWriter(translated, snapshot, postgresql_tables.fill)
        postgresql_tables.finish(connection, derived, DERIVED_TABLES, role)
        _point(connection, snapshot, unified, derived, views=after != AS_IT_IS)
    _tidy(engine)


def serve(engine: Engine, snapshot: str) -> None:
    """Name a kept snapshot as the newest again, and point the views for other tools to it."""
    with in_one(engine) as connection:
        row = connection.execute(NEWEST.where(snapshots.c.snapshot == snapshot)).first()
        if row is None:
            raise LoadRefused(NOT_KEPT)
        connection.execute(delete(snapshots).where(snapshots.c.number == row.number))
        _point(connection, snapshot, row.unified, row.derived, views=True)


def _names(snapshot: str) -> tuple[str, str]:
    tail = snapshot.replace("-", "_")
    return f"{UNIFIED}_{tail}", f"{DERIVED}_{tail}"


def _prepare(connection: Connection) -> None:
    """Our own small table; a warehouse that somebody else built is never overwritten."""
    present = connection.execute(
        text("SELECT to_regclass('concord.snapshots') AS ours, to_regnamespace('unified') AS unified")
    ).one()
    if present.ours is None:
        if present.unified is not None and not _is_ours(connection):
            raise LoadRefused(
                "This database has a schema “unified” that Concord did not make. Choose an empty database, or read "
                f"that one as it is: “python -m cli check --url …” says whether it fits. {STAYS}"
            )
        connection.execute(text("CREATE SCHEMA IF NOT EXISTS concord"))
        OURS.create_all(connection)
        connection.execute(text("GRANT USAGE ON SCHEMA concord TO PUBLIC"))
        connection.execute(text("GRANT SELECT ON concord.snapshots TO PUBLIC"))


def _is_ours(connection: Connection) -> bool:
    held = text("SELECT count(*) FROM pg_class WHERE relnamespace = to_regnamespace('unified')")
    return connection.execute(held).scalar() == 0


def _carry_history(connection: Connection, before: Row[Any], derived: str, *, sample: bool) -> None:
    """Earlier nights' profiles and scores stay, unless they are of another bank."""
    held = connection.execute(text(f'SELECT bool_or(sample) FROM "{before.derived}".loads')).scalar()
    if held == sample:
        for table in DERIVED_TABLES:
            if table not in WRITTEN_BY_THE_LOAD:
                _copy_over(connection, table, before.derived, derived)


def _copy_over(connection: Connection, table: Table, old: str, new: str) -> None:
    there = connection.execute(
        text(
            "SELECT column_name FROM information_schema.columns WHERE table_schema = :s AND table_name = :t"
        ),
        {"s": old, "t": table.name},
    ).scalars()
    # A column that the version before did not have is not known for the past.
    held = set(there)
    names = ", ".join(f'"{c.key}"' for c in table.c if c.key in held)
    if names:
        connection.execute(
            text(f'INSERT INTO "{new}".{table.name} ({names}) SELECT {names} FROM "{old}".{table.name}')
        )


def _point(connection: Connection, snapshot: str, unified: str, derived: str, *, views: bool) -> None:
    """From the end of this transaction on everyone reads `snapshot`."""
    connection.execute(insert(snapshots).values(snapshot=snapshot, unified=unified, derived=derived))
    if not views:
        return
    # A tool that holds one of the views must not make the load wait for ever, and others behind the load.
    connection.execute(text("SET LOCAL lock_timeout = '10s'"))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {UNIFIED}"))
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {DERIVED}"))
    for table in BANK.tables.values():
        schema = unified if table.schema == UNIFIED else derived
        columns = postgresql_tables.columns_of(table)
        view = f'VIEW {table.schema}.{table.name} AS SELECT {columns} FROM "{schema}".{table.name}'
        try:
            # Replaced where the columns allow it: rights given on it, and views of others upon it, stay.
            with connection.begin_nested():
                connection.execute(text(f"CREATE OR REPLACE {view}"))
        except ProgrammingError:
            connection.execute(text(f"DROP VIEW {table.schema}.{table.name}"))
            connection.execute(text(f"CREATE {view}"))


def forget_earlier(engine: Engine) -> None:
    """Drop every snapshot but the one that is read, and write its tables anew without what was removed from them."""
    _tidy(engine, kept=1)
    with engine.connect() as connection:
        row = connection.execute(NEWEST.limit(1)).first()
    if row is None:
        return
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in BANK.tables.values():
            schema = schemas_of(row)[str(table.schema)]
            connection.execute(text(f'VACUUM FULL "{schema}".{table.name}'))


def _tidy(engine: Engine, kept: int = KEPT) -> None:
    """Drop the schemas that no kept snapshot names. What is still being read is left for the next time."""
    with engine.connect() as connection:
        rows = connection.execute(NEWEST).all()
        schemas = {name for row in rows[:kept] for name in schemas_of(row).values()}
        connection.execute(
            delete(snapshots).where(snapshots.c.number.in_([row.number for row in rows[kept:]]))
        )
        connection.commit()
        ours = text("SELECT nspname FROM pg_namespace WHERE nspname ~ '^(unified|derived)_[0-9]{8}_'")
        for name in set(connection.execute(ours).scalars()) - schemas:
            connection.rollback()
            try:
                connection.execute(text("SET LOCAL lock_timeout = '2s'"))
                connection.execute(text(f'DROP SCHEMA "{name}" CASCADE'))
                connection.commit()
            except DBAPIError:
                connection.rollback()
