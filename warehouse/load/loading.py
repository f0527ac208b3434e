"""From a folder of extracts to a snapshot: all of it or nothing.

A load never touches the bank that is being read. It fills a new file, checks it against the contract, and only then
points to it; whatever fails on the way, the bank loaded before stays and a sentence names table, row, column, reason.
"""

from __future__ import annotations

import fcntl
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, chdir, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from pathlib import Path
from types import MappingProxyType

import duckdb
from sqlalchemy import Table

from warehouse.access.data_coverage import GIVEN_WITH_THE_LOAD
from warehouse.cleaning import deletions, first_accounts, later_rows, lead_history, suspicious_days
from warehouse.errors import LoadRefused
from warehouse.extracts import bank_words
from warehouse.extracts.sources import find
from warehouse.identity import erased_people, linking
from warehouse.load import event_days, filling, incremental, load_limits, load_record, row_changes
from warehouse.load.row_changes import RowChange
from warehouse.schema import (
    BANK,
    DERIVED,
    DERIVED_TABLES,
    FINGERPRINT,
    UNIFIED,
    UNIFIED_TABLES,
    WRITTEN_BY_THE_LOAD,
    identities,
    plain,
)
from warehouse.sql.moments import Clock
from warehouse.stores.connect import Stores
from warehouse.stores.snapshots import Progress, SnapshotWriter, write_anew
from warehouse.validation import contract, control_totals, moment_marks, quality, returns, volume_checks


@dataclass(frozen=True)
class Loaded:
    """What a load brought: the snapshot's id, its as-of day and where that comes from, and rows per table."""

    snapshot: str
    as_of: date
    as_of_from: str
    rows: dict[str, int]
    missing: dict[str, int] = field(default_factory=dict)
    """Where days were added: how many rows per table that the bank has of these days were not delivered again."""
    changes: tuple[RowChange, ...] = ()
    """What it changed in days that were loaded before."""


@dataclass(kw_only=True)
class Trial:
    """A load that is looked at and not published: what is wrong with it, and who looks at the bank it made."""

    look: Callable[[duckdb.DuckDBPyConnection], None]
    problems: list[str] = field(default_factory=list)
    refused: dict[str, frozenset[str]] = field(default_factory=dict)
    """Table that was left out → the columns that came with anything in them."""

    def note(self, refusal: LoadRefused) -> None:
        """Keep what is wrong, each by itself; the line of a mapping and its caret stay with their sentence."""
        for line in str(refusal).replace(contract.NOTHING, "").rstrip().splitlines():
            if self.problems and line.startswith(("LINE ", " ")):
                self.problems[-1] += f"\n{line}"
            elif line:
                self.problems.append(line)


def load(
    stores: Stores,
    folder: Path,
    *,
    as_of: date | None = None,
    since: date | None = None,
    sample: bool = False,
    environment: Mapping[str, str] = MappingProxyType({}),
    progress: Progress = lambda _: None,
    trial: Trial | None = None,
) -> Loaded:
    """Make the extracts in `folder` the bank that everyone reads. Raises LoadRefused, and then nothing has changed.

    With a `trial` nothing changes either way: tables that are refused are noted and left out, and the rest is looked at.

    With `since` the folder holds only the days from then on, and late corrections; they are added to the bank of before.
    `environment` holds the addresses of other databases that the folder names.
    """
    sources, checks = find(folder), quality.declared_in(folder)
    stated, words = (
        control_totals.stated_in(folder, sources),
        bank_words.read(folder, stores.settings.vocabulary),
    )
    # The sample bank ends on a fixed day, whatever the clock says.
    until = date.max if sample else max(stores.now().date(), as_of or date.min)
    with only_writer(stores):
        snapshot = _new_id(stores.now())
        file = stores.place.working_file(snapshot)
        try:
            # The engine judges a relative path by the working directory, so the load stands inside the folder.
            with duckdb.connect(str(file)) as db, chdir(folder):
                _create_tables(db)
                _carry_history(db, stores, sample=sample, stays=since is None)
                if since:
                    progress("Fetching the bank loaded before")
                clock = Clock(stores.settings.timezone)
                before = incremental.Bank(db, stores, snapshot, sample=sample) if since else None
                load_limits.for_all(db, stores.settings)
                within = partial(load_limits.within, db, file, stores.settings)
                load_limits.look_only_here(db, stores.settings.timezone)
                given = {}
                for table in (t for t in UNIFIED_TABLES if t.name in sources):
                    progress(f"Loading {plain(table.name)}")
                    delivery = filling.Delivery(
                        table=table,
                        source=sources[table.name],
                        environment=environment,
                        until=until,
                        clock=clock,
                        words=words,
                        had=before.given.get(table.name, "") if before else None,
                        enough=stores.settings.smallest_cell,
                        every=trial is not None,
                    )
                    if (columns := _filled(db, delivery, stated, trial, within)) is not None:
                        given[table.name] = columns
                    else:
                        del sources[table.name]
                if before and since:
                    progress("Adding the new days to the bank loaded before")
                    before.add(sources, given, since)
                    sources, given = before.sources | sources, before.given | given
                moment_marks.days_by_column(db, contract.with_rows(db), clock, carried=before is not None)
                progress("Checking that the tables fit together")
                left_out = erased_people.leave_out(
                    db, erased_people.register(stores.app_db, stores.audit_key)
                )
                deletions.loosen_references(db, bank_before=before is not None)
                contract.check_references(db, trial.problems if trial else None)
                day, day_from = (
                    (as_of, GIVEN_WITH_THE_LOAD)
                    if as_of
                    else contract.last_day(db, not_after=stores.now().date())
                )
                later_rows.set_aside(db, day)
                first_accounts.date_customers(
                    db, given.get("customers", "").split(), bank_before=before is not None
                )
                if identities.name in sources:
                    progress("Matching records to people")
                    linking.link(db, linking.standing(stores.app_db))
                filled = lead_history.write(db, day)
                returns.write(db)
                progress("Looking for rows that contradict each other")
                with within("A check of the delivery"):
                    rhythms = _assessed(db, day, checks, words, before)
                load_record.write_origins(db, sources, given)
                lead_history.note_origins(db, filled)
                if filled and "leads" in given:
                    given["leads"] = " ".join(dict.fromkeys([*given["leads"].split(), *sorted(filled)]))
                rows = load_record.counts(db, sources)
                load_record.write_loads(
                    db, stores.now(), day, day_from, sources, rows, given, rhythms, sample=sample
                )
                event_days.write(db, day)
                changes = row_changes.compare(db)
                db.execute("CHECKPOINT")
                if trial:
                    trial.look(db)
            if left_out:
                write_anew(file)
            _end(stores, snapshot, progress, trial, sample=sample)
        except (duckdb.Error, OSError) as error:
            stores.place.abandon(snapshot)
            raise LoadRefused(f"{contract.plain(error)} {contract.NOTHING}") from None
        except BaseException:
            stores.place.abandon(snapshot)
            raise
    return Loaded(snapshot, day, day_from, rows, before.missing if before else {}, changes)


def _assessed(
    db: duckdb.DuckDBPyConnection,
    day: date,
    checks: tuple[quality.Declared, ...],
    words: bank_words.BankWords,
    before: incremental.Bank | None,
) -> dict[str, volume_checks.Rhythm]:
    """Note what contradicts itself or looks wrong; the rhythm in which each table's rows come."""
    rhythms = quality.assess(db, day, checks)
    suspicious_days.find(db, words)
    if before:
        before.carry_findings(checks)
    return rhythms


def _filled(
    db: duckdb.DuckDBPyConnection,
    delivery: filling.Delivery,
    stated: control_totals.Stated,
    trial: Trial | None,
    within: Callable[[str], AbstractContextManager[None]],
) -> str | None:
    """The columns given of a table that was filled; None of one that a trial found wrong and left out."""
    try:
        with within(f"Table {delivery.table.name}"):
            return filling.fill(db, delivery, stated)
    except LoadRefused as refusal:
        if trial is None:
            raise
        trial.note(refusal)
        trial.refused[delivery.table.name] = _leave_out(db, delivery.table)
        return None


def _leave_out(db: duckdb.DuckDBPyConnection, table: Table) -> frozenset[str]:
    """Forget what of a refused table was read already; the columns that came with anything in them."""
    here = db.execute("SELECT column_name FROM duckdb_columns() WHERE table_name = 'staged'").fetchall()
    names = [name for (name,) in here if name in table.c]
    counts = ", ".join(f'count("{name}")' for name in names)
    filled = db.execute(f"SELECT {counts} FROM staged").fetchone() if names else ()
    db.execute("DROP TABLE IF EXISTS staged")
    db.execute("DROP TABLE IF EXISTS part")
    db.execute(f"DELETE FROM {table.schema}.{table.name}")
    return frozenset(name for name, count in zip(names, filled or (), strict=True) if count)


def _end(stores: Stores, snapshot: str, progress: Progress, trial: Trial | None, *, sample: bool) -> None:
    if trial:
        stores.place.abandon(snapshot)
    else:
        stores.place.publish(snapshot, progress, sample=sample)


def _create_tables(db: duckdb.DuckDBPyConnection) -> None:
    # In one transaction: each of its own would be written out by itself.
    db.begin()
    for schema in (UNIFIED, DERIVED):
        db.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    for table in BANK.tables.values():
        # Keys are checked by the load, which can name the row; an index would only slow it down.
        columns = ", ".join(f'"{c.key}" {contract.type_of(c)}' for c in table.c)
        db.execute(f"CREATE TABLE IF NOT EXISTS {table.schema}.{table.name} ({columns})")
    db.commit()


def _carry_history(db: duckdb.DuckDBPyConnection, stores: Stores, *, sample: bool, stays: bool) -> None:
    """Copy earlier nights' profiles and scores from the snapshot before, unless that was another bank.

    With `stays` a bank of before with the same tables stays attached, to be compared.
    """
    before = stores.place.before()
    if before is None:
        return
    file = str(before).replace("'", "''")
    db.execute(f"ATTACH '{file}' AS before (READ_ONLY)")
    was_sample = db.execute("SELECT bool_or(sample) FROM before.derived.loads").fetchone()
    if was_sample and was_sample[0] == sample:
        columns = set(
            db.execute(
                "SELECT table_name, column_name FROM duckdb_columns() "
                "WHERE database_name = 'before' AND schema_name = 'derived'"
            ).fetchall()
        )
        names = {name for name, _ in columns}
        carried = [t for t in DERIVED_TABLES if t not in WRITTEN_BY_THE_LOAD and t.name in names]
        for table in contract.with_rows(db, carried, "before."):
            # A table or column that the version before did not have is not known for the past.
            there = ", ".join(f'"{c.key}"' for c in table.c if (table.name, c.key) in columns)
            db.execute(
                f"INSERT INTO derived.{table.name} ({there}) SELECT {there} FROM before.derived.{table.name}"
            )
    same = str(stores.place.served()).endswith(FINGERPRINT) and was_sample and was_sample[0] == sample
    if not (stays and same):
        db.execute("DETACH before")


@contextmanager
def next_snapshot(stores: Stores, *, alone: bool = False) -> Iterator[SnapshotWriter]:
    """A copy of the current snapshot to add derived rows to; published when the body ends well, else removed.

    With `alone` nothing is left of rows that the body removes: no earlier snapshot, no unused part of a file.
    """
    with only_writer(stores):
        with stores.place.next(_new_id(stores.now()), stores.snapshot(), alone=alone) as draft:
            yield draft
        if alone:
            stores.place.forget_earlier()


@contextmanager
def only_writer(stores: Stores) -> Iterator[None]:
    """One load or nightly run at a time; the lock goes with the process, however it ends."""
    with (stores.settings.data_dir / "load.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LoadRefused(
                "Another load or nightly run is running. Wait until it has ended, then try again."
            ) from None
        with stores.place.only_writer():
            yield


def _new_id(at: datetime) -> str:
    return f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(3)}-{FINGERPRINT}"
