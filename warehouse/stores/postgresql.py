"""A bank on a PostgreSQL server: each snapshot in schemas of its own, and a small table that says which one is read.

A reader is given the names of its snapshot's schemas and keeps them, so a question has its whole answer from one
snapshot. No reader ever waits for a load, nor a load for a reader. Renaming schemas under one name could not promise
that: a question that began before the swap would find the new tables and, by its older view of rows, nothing in them.
For other tools the schemas `unified` and `derived` hold views of the snapshot that is read now.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from sqlalchemy import (
    Connection,
    Engine,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from warehouse.errors import LoadRefused, NothingLoaded
from warehouse.retry import ask, patient_engine, server_url
from warehouse.settings import Settings
from warehouse.stores import postgresql_copy, postgresql_load
from warehouse.stores.postgresql_catalogue import AS_IT_IS, NEWEST, schemas_of, snapshots
from warehouse.stores.snapshot_files import remove
from warehouse.stores.snapshots import Progress, SnapshotWriter

_ONE_WRITER = 7_102_026
"""The number of the advisory lock; any will do as long as it stays."""


def has_trigrams(engine: Engine) -> bool:
    """Whether a server can compare words by the trigrams they share: its administrator has made `pg_trgm` there."""
    made = text("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
    return bool(ask(engine, lambda connection: connection.execute(made).scalar()))


class Server:
    """Snapshots on a server, one after the other."""

    def __init__(self, settings: Settings):
        self.settings = settings
        self._engines: dict[bool, Engine] = {}
        self._lock = threading.Lock()

    def _engine(self, *, read_only: bool) -> Engine:
        with self._lock:
            if read_only not in self._engines:
                given = self.settings.warehouse_url
                if not read_only:
                    given = self.settings.warehouse_load_url or given
                url = server_url(given, "WAREHOUSE_URL")
                self._engines[read_only] = patient_engine(url, read_only=read_only)
            return self._engines[read_only]

    def served(self) -> str | None:
        """See `Place.served`."""
        return ask(self._engine(read_only=True), _served)

    def open(self, snapshot: str) -> Engine:
        """See `Place.open`."""
        engine = self._engine(read_only=True)
        if snapshot == AS_IT_IS:
            return engine
        query = select(snapshots).where(snapshots.c.snapshot == snapshot)
        row = ask(engine, lambda connection: connection.execute(query).first())
        if row is None:
            raise NothingLoaded(
                "The bank you were looking at has been replaced by a newer one. Reload the page to see that."
            )
        return engine.execution_options(schema_translate_map=schemas_of(row))

    def close(self, engine: Engine) -> None:
        """Every snapshot shares the one pool, which stays."""

    @contextmanager
    def only_writer(self) -> Iterator[None]:
        """See `Place.only_writer`."""
        with self._engine(read_only=False).connect() as connection:
            if not _locked(connection):
                raise LoadRefused(
                    "Another load or nightly run is running on this server. Wait until it has ended, then try again."
                )
            try:
                yield
            finally:
                # A connection that was lost took its lock with it.
                with suppress(DBAPIError):
                    connection.execute(text(f"SELECT pg_advisory_unlock({_ONE_WRITER})"))
                    connection.commit()

    def working_file(self, snapshot: str) -> Path:
        """See `Place.working_file`."""
        for left in self.settings.data_dir.glob("load-*.duckdb*"):
            left.unlink(missing_ok=True)  # of a load that was killed
        return self._working_file(snapshot)

    def before(self) -> Path | None:
        """See `Place.before`."""
        return None  # on a server the history never leaves it: `publish` copies it there

    def bank_before(self, snapshot: str, /) -> Path:
        """See `Place.bank_before`."""
        file = self._copy_of_before(snapshot)
        postgresql_copy.write_file(self._engine(read_only=False), str(self.served()), file)
        return file

    def abandon(self, snapshot: str) -> None:
        """See `Place.abandon`."""
        for file in (self._working_file(snapshot), self._copy_of_before(snapshot)):
            remove(file)

    def publish(self, snapshot: str, progress: Progress, /, *, sample: bool) -> None:
        """See `Place.publish`."""
        engine, file = self._engine(read_only=False), self._working_file(snapshot)
        postgresql_load.publish(engine, self.readers_role(), file, snapshot, progress, sample=sample)
        self.abandon(snapshot)

    def _working_file(self, snapshot: str) -> Path:
        return self.settings.data_dir / f"load-{snapshot}.duckdb"

    def _copy_of_before(self, snapshot: str) -> Path:
        return self.settings.data_dir / f"load-{snapshot}-before.duckdb"

    def next(
        self,
        snapshot: str,
        after: str,
        *,
        alone: bool = False,  # noqa: ARG002  `forget_earlier` does all of it
    ) -> AbstractContextManager[SnapshotWriter]:
        """See `Place.next`."""
        return postgresql_load.draft(self._engine(read_only=False), self.readers_role(), snapshot, after)

    def forget_earlier(self) -> None:
        """See `Place.forget_earlier`."""
        postgresql_load.forget_earlier(self._engine(read_only=False))

    def earlier(self) -> list[str]:
        """See `Place.earlier`."""
        if self.served() in (None, AS_IT_IS):
            return []
        kept = ask(self._engine(read_only=True), lambda connection: connection.execute(NEWEST).all())
        return [str(row.snapshot) for row in kept[1:]]

    def serve(self, snapshot: str, /) -> None:
        """See `Place.serve`."""
        postgresql_load.serve(self._engine(read_only=False), snapshot)

    def readers_role(self) -> str | None:
        """The role that reads, if it is another one than the one that loads."""
        if not self.settings.warehouse_load_url:
            return None
        return server_url(self.settings.warehouse_url, "WAREHOUSE_URL").username


def _locked(connection: Connection) -> bool:
    """Take the lock; for a second it is tried again, since a server notices late that a killed load is gone."""
    for _ in range(5):
        free = connection.execute(text(f"SELECT pg_try_advisory_lock({_ONE_WRITER})")).scalar()
        connection.commit()
        if free:
            return True
        time.sleep(0.2)
    return False


def _served(connection: Connection) -> str | None:
    present = connection.execute(
        text("SELECT to_regclass('concord.snapshots') AS ours, to_regclass('derived.loads') AS theirs")
    ).one()
    if present.ours is not None:
        row = connection.execute(NEWEST.limit(1)).first()
        return str(row.snapshot) if row else None
    return AS_IT_IS if present.theirs is not None else None
