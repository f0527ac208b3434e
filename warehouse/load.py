"""From a folder of extracts to a snapshot: all of it or nothing.

A load never touches the bank that is being read. It fills a new file, checks it against the contract, and only then
points to it; whatever fails on the way, the bank loaded before stays and a sentence names table, row, column, reason.
"""

from __future__ import annotations

import difflib
import fcntl
import secrets
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd
from sqlalchemy import Select, Table, func, select

from warehouse import contract
from warehouse.access import Reader
from warehouse.connect import Stores
from warehouse.errors import LoadRefused
from warehouse.schema import (
    BANK,
    DERIVED,
    DERIVED_TABLES,
    FINGERPRINT,
    UNIFIED,
    UNIFIED_TABLES,
    customer_profiles,
    loads,
)
from warehouse.snapshots import Draft as Draft
from warehouse.snapshots import Progress

READERS = {
    ".csv": "read_csv({}, all_varchar=true, header=true)",
    ".csv.gz": "read_csv({}, all_varchar=true, header=true)",
    ".parquet": "read_parquet({})",
    ".jsonl": "read_json({}, format='newline_delimited')",
}
"""What a file that already has the unified columns may be."""


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
        file = stores.place.working_file(snapshot)
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
                day = as_of or contract.last_day(db, not_after=stores.now().date())
                _write_loads(db, stores.now(), day, sources, rows, given, sample)
                db.execute("CHECKPOINT")
            stores.place.publish(snapshot, sample, progress)
        except (duckdb.Error, OSError) as error:
            stores.place.abandon(snapshot)
            raise LoadRefused(f"{contract.plain(error)} {contract.NOTHING}") from None
        except BaseException:
            stores.place.abandon(snapshot)
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
    if not found:
        raise LoadRefused(
            f"“{folder}” holds no extract: it needs files such as customers.csv, or customers.sql to say how to "
            "read them. Nothing was loaded."
        )
    return found


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
    before = stores.place.before()
    if before is None:
        return
    db.execute(f"ATTACH '{before}' AS before (READ_ONLY)")
    was_sample = db.execute("SELECT bool_or(sample) FROM before.derived.loads").fetchone()
    if was_sample and was_sample[0] == sample:
        for table in DERIVED_TABLES:
            kept = {row[0] for row in db.execute(f"DESCRIBE before.derived.{table.name}").fetchall()}
            if table is not loads:
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


@contextmanager
def next_snapshot(stores: Stores) -> Iterator[Draft]:
    """A copy of the current snapshot to add derived rows to; published when the body ends well, else removed."""
    with _only_writer(stores), stores.place.next(_new_id(stores.now()), stores.snapshot()) as draft:
        yield draft


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
        with stores.place.only_writer():
            yield


def _new_id(at: datetime) -> str:
    return f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}-{FINGERPRINT}"


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


def nights(reader: Reader) -> int:
    """For how many days the nightly job has described the customers; 0 if it never ran on this bank."""
    days = reader.frame(select(func.count(customer_profiles.c.as_of.distinct()).label("days")))
    return int(days["days"].iloc[0])
