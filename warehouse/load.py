"""From a folder of extracts to a snapshot: all of it or nothing.

A load never touches the bank that is being read. It fills a new file, checks it against the contract, and only then
points to it; whatever fails on the way, the bank loaded before stays and a sentence names table, row, column, reason.
"""

from __future__ import annotations

import difflib
import fcntl
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    create_engine,
    delete,
    func,
    insert,
    select,
    tuple_,
)
from sqlalchemy.pool import NullPool

from warehouse import contract, identity, lineage
from warehouse.access import Reader
from warehouse.connect import Stores, pointed_to, publish, remove, snapshot_file
from warehouse.errors import LoadRefused
from warehouse.schema import (
    BANK,
    DERIVED,
    DERIVED_TABLES,
    FINGERPRINT,
    UNIFIED,
    UNIFIED_TABLES,
    WRITTEN_BY_THE_LOAD,
    customer_profiles,
    identities,
    loads,
    origins,
)

READERS = {
    ".csv": "read_csv({}, all_varchar=true, header=true)",
    ".csv.gz": "read_csv({}, all_varchar=true, header=true)",
    ".parquet": "read_parquet({})",
    ".jsonl": "read_json({}, format='newline_delimited')",
}
"""What a file that already has the unified columns may be."""

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Loaded:
    """What a load brought: the snapshot's id, its as-of day, and rows per table."""

    snapshot: str
    as_of: date
    rows: dict[str, int]


def load(
    stores: Stores,
    folder: Path,
    *,
    as_of: date | None = None,
    sample: bool = False,
    progress: Progress = lambda _: None,
) -> Loaded:
    """Make the extracts in `folder` the bank that everyone reads. Raises LoadRefused, and then nothing has changed."""
    sources = _sources(folder)
    with _only_writer(stores):
        snapshot = _new_id(stores.now())
        file = snapshot_file(stores.settings, snapshot)
        try:
            # The engine judges a relative path by the working directory, so the load stands inside the folder.
            with duckdb.connect(str(file)) as db, chdir(folder):
                _create_tables(db)
                _carry_history(db, stores, sample)
                _look_only_here(db)
                rows, given = {}, {}
                for table in UNIFIED_TABLES:
                    if table.name in sources:
                        progress(f"Loading {table.name.replace('_', ' ')}")
                        rows[table.name], given[table.name] = _fill(db, table, *sources[table.name])
                progress("Checking that the tables fit together")
                contract.check_references(db)
                if rows.get(identities.name):
                    progress("Finding out who is who")
                    identity.link(db, identity.standing(stores.desk))
                day = as_of or contract.last_day(db, not_after=stores.now().date())
                _write_origins(db, sources, given)
                _write_loads(db, stores.now(), day, sources, rows, given, sample)
                db.execute("CHECKPOINT")
            _to_disk(file)
            publish(stores.settings, snapshot)
        except duckdb.Error as error:
            _discard(file)
            raise LoadRefused(
                f"{contract.plain(error)} Nothing was loaded; the bank loaded before stays."
            ) from None
        except BaseException:
            _discard(file)
            raise
    return Loaded(snapshot, day, rows)


def _sources(folder: Path) -> dict[str, tuple[str, str]]:
    """Table → (the file it comes from, the SELECT that reads it)."""
    if not folder.is_dir():
        raise LoadRefused(f"“{folder}” is not a folder. Give the folder that holds the extracts.")
    names = {t.name for t in UNIFIED_TABLES}
    found: dict[str, tuple[str, str]] = {}
    for name in sorted(names):
        for suffix, reader in READERS.items():
            if (folder / f"{name}{suffix}").is_file():
                if name in found and not (folder / f"{name}.sql").is_file():
                    raise LoadRefused(
                        f"Table {name}: both {found[name][0]} and {name}{suffix} give it. Keep one, or say in {name}.sql "
                        f"how they belong together. {contract.NOTHING}"
                    )
                found[name] = (f"{name}{suffix}", f"SELECT * FROM {reader.format(repr(name + suffix))}")
    for file in sorted(folder.glob("*.sql")):
        if file.stem not in names:
            near = difflib.get_close_matches(file.stem, names, 1)
            hint = f" Did you mean {near[0]}.sql?" if near else ""
            raise LoadRefused(f"{file.name} names no table of the contract.{hint} Nothing was loaded.")
        try:
            found[file.stem] = (file.name, file.read_text(encoding="utf-8").strip().rstrip(";"))
        except UnicodeDecodeError:
            raise LoadRefused(f"{file.name} is not a text file in UTF-8. Nothing was loaded.") from None
        _check_one_select(*found[file.stem])
    if not found:
        raise LoadRefused(
            f"“{folder}” holds no extract: it needs files such as customers.csv, or customers.sql to say how to "
            "read them. Nothing was loaded."
        )
    return found


def _check_one_select(source: str, query: str) -> None:
    """A mapping says how to read, and does nothing else: its text is put inside a SELECT of the load."""
    try:
        kinds = [statement.type for statement in duckdb.extract_statements(query)]
    except duckdb.Error as error:
        raise LoadRefused(f"{source} cannot be read. {contract.plain(error)} {contract.NOTHING}") from None
    if kinds != [duckdb.StatementType.SELECT]:
        raise LoadRefused(f"{source} must be one SELECT and nothing else. {contract.NOTHING}")


def _fill(db: duckdb.DuckDBPyConnection, table: Table, source: str, query: str) -> tuple[int, str]:
    """Check what `query` gives and put it into `table`; the number of rows, and the columns given.

    A mapping that already gives the contract's types is written once, straight into its table, and checked there:
    whatever is refused takes the whole file with it. Only text that has to be read as dates or amounts is staged.
    """
    filled = f"{table.schema}.{table.name}"
    try:
        given = {row[0]: row[1] for row in db.execute(f"DESCRIBE SELECT * FROM (\n{query}\n)").fetchall()}
        contract.check_columns(table, source, given)
        columns = [c for c in table.c if c.key in given]
        names = ", ".join(f'"{c.key}"' for c in columns)
        if all(given[c.key] == contract.type_of(c) for c in columns):
            db.execute(f"INSERT INTO {filled} ({names}) SELECT {names} FROM (\n{query}\n)")
            contract.check_rows(db, table, source, given, filled)
        else:
            db.execute(f"CREATE OR REPLACE TEMP TABLE staged AS SELECT * FROM (\n{query}\n)")
            contract.check_rows(db, table, source, given, "staged")
            casts = ", ".join(f'CAST("{c.key}" AS {contract.type_of(c)})' for c in columns)
            db.execute(f"INSERT INTO {filled} ({names}) SELECT {casts} FROM staged")
            db.execute("DROP TABLE staged")
    except duckdb.Error as error:
        raise LoadRefused(
            f"Table {table.name}: {source} cannot be read. {contract.plain(error)} {contract.NOTHING}"
        ) from None
    count = db.execute(f"SELECT count(*) FROM {filled}").fetchone()
    return int(count[0]) if count else 0, " ".join(c.key for c in columns)


def _create_tables(db: duckdb.DuckDBPyConnection) -> None:
    for schema in (UNIFIED, DERIVED):
        db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in BANK.tables.values():
        # Keys are checked by the load, which can name the row; an index would only slow it down.
        columns = ", ".join(f'"{c.key}" {contract.type_of(c)}' for c in table.c)
        db.execute(f"CREATE TABLE IF NOT EXISTS {table.schema}.{table.name} ({columns})")


def _carry_history(db: duckdb.DuckDBPyConnection, stores: Stores, sample: bool) -> None:
    """Copy earlier nights' profiles and scores from the snapshot before, unless that was another bank."""
    served = pointed_to(stores.settings)
    if served is None or stores.settings.warehouse_url:
        return
    file = str(snapshot_file(stores.settings, served)).replace("'", "''")
    db.execute(f"ATTACH '{file}' AS before (READ_ONLY)")
    was_sample = db.execute("SELECT bool_or(sample) FROM before.derived.loads").fetchone()
    if was_sample and was_sample[0] == sample:
        for table in DERIVED_TABLES:
            kept = {row[0] for row in db.execute(f"DESCRIBE before.derived.{table.name}").fetchall()}
            if table not in WRITTEN_BY_THE_LOAD:
                # A column that the version before did not have is not known for the past.
                names = ", ".join(f'"{c.key}"' for c in table.c if c.key in kept)
                db.execute(
                    f"INSERT INTO derived.{table.name} ({names}) SELECT {names} FROM before.derived.{table.name}"
                )
    db.execute("DETACH before")


def _look_only_here(db: duckdb.DuckDBPyConnection) -> None:
    """From here on a mapping reads files below the working directory and nothing else on the machine or the network."""
    place = str(Path.cwd()).replace("'", "''")
    db.execute(f"SET allowed_directories = ['{place}/']")
    db.execute("SET enable_external_access = false")
    db.execute("SET lock_configuration = true")


def _write_loads(
    db: duckdb.DuckDBPyConnection,
    at: datetime,
    day: date,
    sources: dict[str, tuple[str, str]],
    rows: dict[str, int],
    given: dict[str, str],
    sample: bool,
) -> None:
    for table in UNIFIED_TABLES:
        latest = None
        if table.info["happened_on"]:
            found = db.execute(
                f"SELECT CAST(max({table.info['happened_on']}) AS DATE) FROM {table.schema}.{table.name}"
            ).fetchone()
            latest = found[0] if found else None
        source = sources[table.name][0] if table.name in sources else None
        db.execute(
            "INSERT INTO derived.loads (table_name, loaded_at, as_of, row_count, source, latest_on, given, sample) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [table.name, at, day, rows.get(table.name, 0), source, latest, given.get(table.name, ""), sample],
        )


def _write_origins(
    db: duckdb.DuckDBPyConnection, sources: dict[str, tuple[str, str]], given: dict[str, str]
) -> None:
    for table, (source, query) in sources.items():
        columns = given[table].split()
        if source.endswith(".sql"):
            found = lineage.origins(query, columns)
        else:
            found = {column: [lineage.Origin(source, column)] for column in columns}
        rows = [(table, column, origin.file, origin.column) for column in found for origin in found[column]]
        if rows:
            db.executemany(
                "INSERT INTO derived.origins (table_name, column_name, file, file_column) VALUES (?, ?, ?, ?)",
                rows,
            )


@dataclass(frozen=True)
class Draft:
    """The next snapshot, not yet seen by anybody."""

    connection: Connection
    snapshot: str

    def write(
        self, table: Table, rows: Select | pd.DataFrame, replacing: ColumnElement | None = None
    ) -> None:
        """Put `rows` into a derived table, after removing those that match `replacing`. Columns are matched by name."""
        if replacing is not None:
            self.connection.execute(delete(table).where(replacing))
        if isinstance(rows, pd.DataFrame):
            names = ", ".join(f'"{c.key}"' for c in table.c if c.key in rows.columns)
            raw: Any = self.connection.connection.driver_connection
            raw.register("incoming", rows)
            raw.execute(f"INSERT INTO {table.schema}.{table.name} ({names}) SELECT {names} FROM incoming")
            raw.unregister("incoming")
        else:
            self.connection.execute(
                insert(table).from_select([str(c.key) for c in rows.selected_columns], rows)
            )


@contextmanager
def next_snapshot(stores: Stores) -> Iterator[Draft]:
    """A copy of the current snapshot to add derived rows to; published when the body ends well, else removed."""
    with _only_writer(stores):
        snapshot = _new_id(stores.now())
        file = snapshot_file(stores.settings, snapshot)
        before = snapshot_file(stores.settings, stores.snapshot())
        # No pool: the file must be let go of entirely before readers open it read-only.
        engine = create_engine(f"duckdb:///{file}", poolclass=NullPool)
        try:
            shutil.copyfile(before, file)
            with engine.connect() as connection:
                yield Draft(connection, snapshot)
                connection.commit()
                connection.exec_driver_sql("CHECKPOINT")
            engine.dispose()
            _to_disk(file)
            publish(stores.settings, snapshot)
        except BaseException:
            engine.dispose()
            _discard(file)
            raise


@contextmanager
def _only_writer(stores: Stores) -> Iterator[None]:
    """One load or nightly job at a time; the lock goes with the process, however it ends."""
    with (stores.settings.data_dir / "load.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LoadRefused(
                "Another load or nightly job is running. Wait until it has ended, then try again."
            ) from None
        yield


def _discard(file: Path) -> None:
    """A snapshot that nobody will read, with the log and the spill folder the engine may have left beside it."""
    remove(file, *(file.with_name(file.name + suffix) for suffix in (".wal", ".tmp")))


def _new_id(at: datetime) -> str:
    return f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}-{FINGERPRINT}"


def _to_disk(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def as_of(reader: Reader) -> date:
    """The last day fully loaded."""
    day = reader.frame(select(loads.c.as_of).limit(1))
    return pd.Timestamp(day["as_of"].iloc[0]).date()


def loaded_tables(reader: Reader) -> frozenset[str]:
    """The unified tables that have rows: the departments this bank has data of."""
    return frozenset(reader.frame(select(loads.c.table_name).where(loads.c.row_count > 0))["table_name"])


def known(reader: Reader) -> frozenset[str]:
    """What this bank has data of: `table` for each table with rows, `table.column` for each column its source gave."""
    found = reader.frame(select(loads.c.table_name, loads.c.given).where(loads.c.row_count > 0))
    tables = dict(zip(found["table_name"].tolist(), found["given"].str.split().tolist(), strict=True))
    return frozenset(tables) | {
        f"{table}.{column}" for table, columns in tables.items() for column in columns
    }


def status() -> Select:
    """One row per unified table: table_name, source, row_count, loaded_at, latest_on, as_of, sample."""
    return select(loads).order_by(loads.c.table_name)


def origins_of(columns: list[tuple[str, str]]) -> Select:
    """The files and file columns behind some (table, column) pairs of the unified tables."""
    wanted = tuple_(origins.c.table_name, origins.c.column_name).in_(columns)
    return select(origins).where(wanted).order_by(*origins.c)


def nights(reader: Reader) -> int:
    """For how many days the nightly job has described the customers; 0 if it never ran on this bank."""
    days = reader.frame(select(func.count(customer_profiles.c.as_of.distinct()).label("days")))
    return int(days["days"].iloc[0])
