"""One process at a time, across all that share the application database; the lock ends with the process."""

from __future__ import annotations

import fcntl
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from warehouse.errors import ChangeRefused
from warehouse.stores.connect import APP_DB, Stores

ASKED_EVERY = 0.2
"""Seconds between two looks whether it is our turn."""
StillOurs = Callable[[], bool]


@contextmanager
def one_at_a_time(stores: Stores, name: str, wait: float) -> Iterator[StillOurs]:
    """Wait for the turn called `name`, up to `wait` seconds; gives a question that says whether it is still ours.

    With SQLite it is a lock on a file beside the application database, with PostgreSQL a lock of the server.
    Raises ChangeRefused if another process has the turn all the while.
    """
    turn = _on_server if stores.app_db.dialect.name == "postgresql" else _beside_the_file
    with turn(stores, name, round(wait / ASKED_EVERY) + 1) as still_ours:
        yield still_ours


def _refused(name: str) -> ChangeRefused:
    return ChangeRefused(
        f"Another process is doing this at the moment (“{name}”). Wait until it has ended, then try again."
    )


def _got(ask: Callable[[], bool], times: int) -> bool:
    for left in range(times, 0, -1):
        if ask():
            return True
        if left > 1:
            time.sleep(ASKED_EVERY)
    return False


@contextmanager
def _beside_the_file(stores: Stores, name: str, times: int) -> Iterator[StillOurs]:
    database = stores.app_db.url.database
    place = Path(database) if database else stores.settings.data_dir / APP_DB
    with place.with_name(f"{place.name}.{name}.lock").open("w") as lock:

        def taken() -> bool:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        if not _got(taken, times):
            raise _refused(name)
        yield lambda: True


@contextmanager
def _on_server(stores: Stores, name: str, times: int) -> Iterator[StillOurs]:
    key = zlib.crc32(f"concord {name}".encode())
    # A connection of its own, outside any transaction: a lock of the session ends when the connection does.
    with stores.app_db.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not _got(
            lambda: bool(connection.execute(text(f"SELECT pg_try_advisory_lock({key})")).scalar()), times
        ):
            raise _refused(name)

        def still_ours() -> bool:
            try:
                held = (
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objid = :key "
                )
                held += "AND pid = pg_backend_pid()"
                return bool(connection.execute(text(held), {"key": key}).scalar())
            except DBAPIError:
                return False

        try:
            yield still_ours
        finally:
            if still_ours():
                connection.execute(text(f"SELECT pg_advisory_unlock({key})"))
