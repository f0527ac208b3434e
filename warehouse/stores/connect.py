"""Connections: the bank's snapshot, read-only, wherever it is kept, and the application database."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, create_engine, event

from warehouse.app_db import upgrade
from warehouse.errors import NothingLoaded
from warehouse.retry import is_postgresql, patient_engine, server_url
from warehouse.schema import FINGERPRINT
from warehouse.settings import Settings
from warehouse.sql.moments import QUARTER, instant_of
from warehouse.stores import private_files
from warehouse.stores.answer_cache import AnswerCache
from warehouse.stores.postgresql import Server
from warehouse.stores.postgresql_catalogue import AS_IT_IS
from warehouse.stores.run_memo import KeptAnswers, current
from warehouse.stores.snapshots import Files, SnapshotStore

HINT = "sign-in-hint.txt"
"""In the data folder: the demo accounts of the sample bank, for the sign-in page to show."""
APP_DB = "app_db.sqlite"
"""In the data folder: the application database, unless the setting `app_db_url` says otherwise."""
AUDIT_KEY = "audit.key"
"""In the data folder: what chains the lines of the audit log, unless the setting `audit_key` does."""
KEPT_SNAPSHOTS = 2
"""The served snapshot and the one before it: a reader that just opened the older one may finish."""


Noted = TypeVar("Noted")
State = tuple[str, int | None]


@dataclass
class Stores:
    """Settings, the clock and both stores; made once per process by a front door."""

    settings: Settings
    now: Callable[[], datetime]
    app_db: Engine
    _bank: dict[str, Engine] = field(default_factory=dict, repr=False)
    _notes: dict[State, dict[Callable[..., Any], Any]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    app_db_answers: KeptAnswers = field(default_factory=KeptAnswers, repr=False)
    bank_answers: AnswerCache = field(default_factory=partial(AnswerCache, 500), repr=False)
    origins: Mapping[str, str] = field(default_factory=dict)
    """Setting → where its value comes from, as far as the front door says."""
    audit_key: bytes = field(default=b"", repr=False)
    """Of the chain of the audit log; not in the database whose lines it chains."""
    _place: SnapshotStore | None = None

    @property
    def place(self) -> SnapshotStore:
        """Where the bank is kept."""
        if self._place is None:
            url = self.settings.warehouse_url
            self._place = Server(self.settings) if is_postgresql(url) else Files(self.settings)
        return self._place

    def read_app_db(self) -> Connection:
        """The application database, only to read: nobody's write waits for it."""
        return self.app_db.connect().execution_options(reading=True)

    def snapshot(self) -> str:
        """The id of the snapshot to read now, one for a whole run of a page. Raises NothingLoaded if there is none."""
        run = current()
        if run is None:
            return self._served()
        if run.snapshot is None:
            run.snapshot = self._served()
        return run.snapshot

    def _served(self) -> str:
        url = self.settings.warehouse_url
        if url and not is_postgresql(url):
            return AS_IT_IS
        served = self.place.served()
        if served is None:
            raise NothingLoaded(
                "No bank has been loaded yet. An administrator loads yours on the page Load data, or “python -m cli load "
                "FOLDER” does on the server; “make demo” makes the sample bank."
            )
        if served != AS_IT_IS and not served.endswith(FINGERPRINT):
            raise NothingLoaded(
                "The bank was loaded by another version of Concord, whose tables differ. Load it again: run “make demo” "
                "for the sample bank, or “python -m cli load FOLDER”. What people recorded is kept."
            )
        return served

    def bank(self, snapshot: str | None = None) -> Engine:
        """An engine that can only read, on `snapshot` or on the current one."""
        requested = snapshot or self.snapshot()
        with self._lock:
            if requested not in self._bank:
                self._bank[requested] = self._open(requested)
                for old in list(self._bank)[:-KEPT_SNAPSHOTS]:
                    self.place.close(self._bank.pop(old))
            return self._bank[requested]

    def state_of(self, snapshot: str) -> State:
        """What of the bank is read: the snapshot. A warehouse that somebody else keeps changes under its one name, so the
        quarter of an hour stands beside it, after which nothing read before is used any more."""
        if snapshot != AS_IT_IS:
            return snapshot, None
        # One that happens twice when the clocks are put back is two.
        return snapshot, instant_of(self.now()) // QUARTER

    def remembered(self, snapshot: str, read: Callable[[Stores, str], Noted]) -> Noted:
        """What a function reads of a snapshot for everybody alike, kept while the snapshot may be read."""
        state = self.state_of(snapshot)
        with self._lock:
            notes = self._notes.get(state, {})
        if read in notes:
            return cast("Noted", notes[read])
        value = read(self, snapshot)
        with self._lock:
            self._notes.setdefault(state, {})[read] = value
            for old in list(self._notes)[:-KEPT_SNAPSHOTS]:
                del self._notes[old]
        return value

    def overwrite_removed(self) -> None:
        """Let what was removed from the application database be gone from its files, as far as nobody is reading it."""
        with self.app_db.connect().execution_options(isolation_level="AUTOCOMMIT") as app_db:
            if app_db.dialect.name == "postgresql":
                app_db.exec_driver_sql("VACUUM")
            else:
                # Removed rows are overwritten in the file itself; the log beside it holds them until it is written back.
                raw: Any = app_db.connection.driver_connection
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _open(self, snapshot: str) -> Engine:
        url = self.settings.warehouse_url
        if url and not is_postgresql(url):
            return create_engine(server_url(url, "WAREHOUSE_URL"), pool_pre_ping=True, hide_parameters=True)
        return self.place.open(snapshot)


def open_stores(settings: Settings, now: Callable[[], datetime]) -> Stores:
    """Both stores; the application database is upgraded to this version. `now` gives local bank time with its mark.

    Raises Problem if the application database was made by another version.
    """
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    private_files.close_to_others(settings.data_dir)
    if is_postgresql(settings.app_db_url):
        app_db = patient_engine(server_url(settings.app_db_url, "APP_DB_URL"))
    else:
        url = settings.app_db_url or f"sqlite:///{settings.data_dir / APP_DB}"
        app_db = create_engine(server_url(url, "APP_DB_URL"), pool_pre_ping=True, hide_parameters=True)
    if app_db.dialect.name == "sqlite":
        _prepare_sqlite(app_db)
    try:
        upgrade.bring_up_to_date(app_db)
    except BaseException:
        app_db.dispose()  # nobody else knows of its open connections
        raise
    return Stores(settings=settings, now=now, app_db=app_db, audit_key=_audit_key(settings))


def _audit_key(settings: Settings) -> bytes:
    """The key of the setting, which several machines share; otherwise one that is made once, in the data folder."""
    if settings.audit_key:
        return settings.audit_key.encode()
    return private_files.kept_secret(settings.data_dir / AUDIT_KEY, secrets.token_hex(32).encode())


def _prepare_sqlite(engine: Engine) -> None:
    """Write-ahead log, and a transaction that takes the write lock at once instead of failing half-way."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "busy_timeout=10000",
            "foreign_keys=ON",
            "synchronous=FULL",
            "secure_delete=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


_here: Stores | None = None


def use(stores: Stores) -> None:
    """Make `stores` the ones of this process; called by a front door before anything else runs."""
    global _here  # noqa: PLW0603  a process has one pair of stores; only a front door sets them
    _here = stores


def here() -> Stores:
    """The stores of this process."""
    if _here is None:
        raise RuntimeError("no front door has opened the stores")
    return _here
