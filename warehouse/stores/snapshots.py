"""A bank as DuckDB files in the data folder, and what every place that keeps a bank can do.

A DuckDB file that is replaced in place still shows its old rows to a process that has it open, and refuses a second
process while one writes. So a snapshot is a new file under a new name and `current` names the one to read; a writer
never opens the file that is served, and open readers keep the one they have.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import duckdb
import pandas as pd
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    Engine,
    Select,
    Table,
    create_engine,
    delete,
    insert,
)
from sqlalchemy.pool import NullPool

from warehouse.errors import LoadRefused, NothingLoaded
from warehouse.settings import Settings
from warehouse.stores import frames
from warehouse.stores.snapshot_files import (
    BEFORE,
    BEFORE_THE_LOAD,
    forget_earlier,
    named_in,
    pointed_to,
    publish,
    remove,
    served_before,
    snapshot_file,
    to_disk,
)

NOT_KEPT = "This snapshot is not kept any more. Look at the page again; nothing was changed."
Progress = Callable[[str], None]


@dataclass(frozen=True)
class SnapshotWriter:
    """The next snapshot, not yet seen by anybody. `fill` puts a frame into a table in the engine's own fast way."""

    connection: Connection
    snapshot: str
    fill: Callable[[Connection, Table, pd.DataFrame], None]

    def frame(self, statement: Select) -> pd.DataFrame:
        """The answer of a statement over all rows, with what was written so far."""
        return frames.frame(self.connection, statement)

    def write(
        self,
        table: Table,
        rows: Select | CompoundSelect | pd.DataFrame,
        replacing: ColumnElement | None = None,
    ) -> None:
        """Put `rows` into a derived table, after removing those that match `replacing`. Columns are matched by name."""
        if replacing is not None:
            self.connection.execute(delete(table).where(replacing))
        if isinstance(rows, pd.DataFrame):
            self.fill(self.connection, table, rows)
        else:
            self.connection.execute(
                insert(table).from_select([str(c.key) for c in rows.selected_columns], rows)
            )


class SnapshotStore(Protocol):
    """Where a bank is kept: files in the data folder, or a server."""

    def served(self) -> str | None:
        """The id of the snapshot that is read now, whatever its contract; None before the first load."""

    def open(self, snapshot: str) -> Engine:
        """An engine that can only read, on a snapshot."""

    def close(self, engine: Engine) -> None:
        """Let go of an engine that `open` gave."""

    def only_writer(self) -> AbstractContextManager[None]:
        """One writer at a time, wherever it runs."""

    def working_file(self, snapshot: str) -> Path:
        """The DuckDB file that a load fills and checks."""

    def before(self) -> Path | None:
        """The file of the snapshot before, whose history a load carries over; None where `publish` does that."""

    def bank_before(self, snapshot: str, /) -> Path:
        """A file with the loaded tables of the bank that is served, for the load of `snapshot` to add days to."""

    def abandon(self, snapshot: str) -> None:
        """Remove what a load that failed left behind."""

    def publish(self, snapshot: str, _progress: Progress, /, *, sample: bool) -> None:
        """Make what is in the working file the bank that everyone reads, all of it or nothing."""

    def next(
        self, snapshot: str, after: str, *, alone: bool = False
    ) -> AbstractContextManager[SnapshotWriter]:
        """A copy of the snapshot `after` to add derived rows to; published when the body ends well.

        With `alone` rows may be removed from its loaded tables, too, and `forget_earlier` must follow.
        """

    def forget_earlier(self) -> None:
        """Remove every snapshot but the one that is read, and what it still holds of removed rows."""

    def earlier(self) -> list[str]:
        """The snapshots served before that are still kept, the latest first."""

    def serve(self, snapshot: str, /) -> None:
        """Let everyone read one of `earlier` again; the one that is read now becomes an earlier one."""


class Files:
    """Snapshots as files, one after the other."""

    def __init__(self, settings: Settings):
        self.settings = settings

    def served(self) -> str | None:
        """See `SnapshotStore.served`."""
        return pointed_to(self.settings)

    def open(self, snapshot: str) -> Engine:
        """See `SnapshotStore.open`. Raises NothingLoaded if its file is not there."""
        file = snapshot_file(self.settings, snapshot)
        if not file.is_file():
            raise NothingLoaded(
                "The file of the bank that is to be read is missing from the data folder. Ask your administrator to load "
                "the bank again, or to put the latest backup back. What people recorded is kept."
            )
        return create_engine(
            f"duckdb:///{file}",
            hide_parameters=True,
            # Nothing asked of this engine may reach a file or the network, whatever the statement says.
            connect_args={
                "read_only": True,
                "config": {"enable_external_access": "false", "lock_configuration": "true"},
            },
        )

    def close(self, engine: Engine) -> None:
        """See `SnapshotStore.close`."""
        engine.dispose()

    def only_writer(self) -> AbstractContextManager[None]:
        """See `SnapshotStore.only_writer`."""
        return nullcontext()  # the lock of the data folder, which every load takes, is enough

    def working_file(self, snapshot: str) -> Path:
        """See `SnapshotStore.working_file`."""
        return snapshot_file(self.settings, snapshot)

    def before(self) -> Path | None:
        """See `SnapshotStore.before`."""
        served = served_before(self.settings)
        file = snapshot_file(self.settings, served) if served else None
        return file if file and file.is_file() else None

    def bank_before(self, _snapshot: str, /) -> Path:
        """See `SnapshotStore.bank_before`."""
        return snapshot_file(self.settings, str(pointed_to(self.settings)))

    def abandon(self, snapshot: str) -> None:
        """See `SnapshotStore.abandon`."""
        # Once the pointer has moved, the snapshot is the bank, whatever failed after that.
        if served_before(self.settings) != snapshot:
            remove(snapshot_file(self.settings, snapshot))

    def publish(self, snapshot: str, _progress: Progress, /, *, sample: bool) -> None:  # noqa: ARG002  its file says it
        """See `SnapshotStore.publish`."""
        to_disk(snapshot_file(self.settings, snapshot))
        publish(self.settings, snapshot, loaded=True)

    def earlier(self) -> list[str]:
        """See `SnapshotStore.earlier`."""
        served, names = self.served(), (named_in(self.settings, note) for note in (BEFORE, BEFORE_THE_LOAD))
        kept = dict.fromkeys(name for name in names if name and name != served)
        return [name for name in kept if snapshot_file(self.settings, name).exists()]

    def serve(self, snapshot: str, /) -> None:
        """See `SnapshotStore.serve`."""
        if snapshot not in self.earlier():
            raise LoadRefused(NOT_KEPT)
        publish(self.settings, snapshot)

    def forget_earlier(self) -> None:
        """See `SnapshotStore.forget_earlier`."""
        forget_earlier(self.settings)

    @contextmanager
    def next(self, snapshot: str, after: str, *, alone: bool = False) -> Iterator[SnapshotWriter]:
        """See `SnapshotStore.next`."""
        file = snapshot_file(self.settings, snapshot)
        try:
            shutil.copyfile(snapshot_file(self.settings, after), file)
            # No pool: the file must be let go of entirely before readers open it read-only.
            engine = create_engine(f"duckdb:///{file}", poolclass=NullPool, hide_parameters=True)
            try:
                with engine.connect() as connection:
                    yield SnapshotWriter(connection, snapshot, _fill)
                    connection.commit()
                    connection.exec_driver_sql("CHECKPOINT")
            finally:
                engine.dispose()
            if alone:
                write_anew(file)
            to_disk(file)
            publish(self.settings, snapshot)
        except BaseException:
            self.abandon(snapshot)
            raise


def write_anew(file: Path) -> None:
    """Replace a file by one with the same rows: the engine leaves the bytes of removed rows where they were."""
    old = file.with_name(f"{file.name}.whole")
    file.replace(old)
    try:
        with duckdb.connect() as db:
            for name, place in (("old", old), ("new", file)):
                db.execute(f"ATTACH '{str(place).replace(chr(39), chr(39) * 2)}' AS {name}")
            db.execute("COPY FROM DATABASE old TO new")
    finally:
        old.unlink(missing_ok=True)


def _fill(connection: Connection, table: Table, rows: pd.DataFrame) -> None:
    names = ", ".join(f'"{c.key}"' for c in table.c if c.key in rows.columns)
    raw: Any = connection.connection.driver_connection
    raw.register("incoming", rows)
    raw.execute(f"INSERT INTO {table.schema}.{table.name} ({names}) SELECT {names} FROM incoming")
    raw.unregister("incoming")
