"""Connections: the bank's snapshot, read-only, and the desk.

A DuckDB file that is replaced in place still shows its old rows to a process that has it open, and refuses a second
process while one writes. So a snapshot is a new file under a new name and `current` names the one to read; a writer
never opens the file that is served, and open readers keep the one they have.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event

from warehouse.desk import DESK
from warehouse.errors import NothingLoaded
from warehouse.schema import FINGERPRINT
from warehouse.settings import Settings

POINTER = "current"
HINT = "sign-in-hint.txt"
"""In the data folder: the demo accounts of the sample bank, for the sign-in page to show."""
KEPT_SNAPSHOTS = 2
"""The served snapshot and the one before it: a reader that just opened the older one may finish."""


@dataclass
class Stores:
    """Settings, the clock and both stores; made once per process by a front door."""

    settings: Settings
    now: Callable[[], datetime]
    desk: Engine
    _bank: dict[str, Engine] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def snapshot(self) -> str:
        """The id of the snapshot to read now. Raises NothingLoaded if there is none."""
        if self.settings.warehouse_url:
            return "server"
        served = pointed_to(self.settings)
        if served is None:
            raise NothingLoaded(
                "No bank has been loaded yet. Run “make demo” for the sample bank, or “python cli.py load FOLDER”."
            )
        if not served.endswith(FINGERPRINT):
            raise NothingLoaded(
                "The bank was loaded by another version of Concord, whose tables differ. Load it again: run “make demo” "
                "for the sample bank, or “python cli.py load FOLDER”. What people recorded is kept."
            )
        return served

    def bank(self, snapshot: str | None = None) -> Engine:
        """An engine that can only read, on `snapshot` or on the current one."""
        wanted = snapshot or self.snapshot()
        with self._lock:
            if wanted not in self._bank:
                self._bank[wanted] = self._open(wanted)
                for old in list(self._bank)[:-KEPT_SNAPSHOTS]:
                    self._bank.pop(old).dispose()
            return self._bank[wanted]

    def _open(self, snapshot: str) -> Engine:
        if self.settings.warehouse_url:
            return create_engine(self.settings.warehouse_url, pool_pre_ping=True)
        return create_engine(
            f"duckdb:///{snapshot_file(self.settings, snapshot)}",
            # Nothing asked of this engine may reach a file or the network, whatever the statement says.
            connect_args={
                "read_only": True,
                "config": {"enable_external_access": "false", "lock_configuration": "true"},
            },
        )


def snapshot_file(settings: Settings, snapshot: str) -> Path:
    """The file of a snapshot id."""
    return settings.data_dir / f"bank-{snapshot}.duckdb"


def pointed_to(settings: Settings) -> str | None:
    """The snapshot the pointer names, whatever its contract; None before the first load."""
    try:
        return (settings.data_dir / POINTER).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None


def publish(settings: Settings, snapshot: str) -> None:
    """Point every later reader to `snapshot`; snapshots older than the one before it are removed."""
    pointer = settings.data_dir / POINTER
    before = pointed_to(settings)
    new = settings.data_dir / f"{POINTER}.{snapshot}"
    with new.open("w", encoding="utf-8") as file:
        file.write(snapshot)
        file.flush()
        os.fsync(file.fileno())
    new.replace(pointer)
    folder = os.open(settings.data_dir, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    _sweep(settings, {snapshot_file(settings, s).name for s in (snapshot, before) if s})


def _sweep(settings: Settings, kept: set[str]) -> None:
    """Remove snapshots other than `kept`, and what a load that was killed left: a log, a spill folder, a pointer."""
    for left in (*settings.data_dir.glob("bank-*.duckdb*"), *settings.data_dir.glob(f"{POINTER}.*")):
        if left.name.removesuffix(".wal").removesuffix(".tmp") in kept:
            continue
        remove(left)


def remove(*lefts: Path) -> None:
    """Remove files or folders as far as that is possible now; the next load tries again."""
    for left in lefts:
        with suppress(OSError):
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink(missing_ok=True)


def open_stores(settings: Settings, now: Callable[[], datetime]) -> Stores:
    """Both stores; the desk's tables are created if they do not exist. `now` gives local bank time."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    url = settings.desk_url or f"sqlite:///{settings.data_dir / 'desk.sqlite'}"
    desk = create_engine(url, pool_pre_ping=True)
    if desk.dialect.name == "sqlite":
        _prepare_sqlite(desk)
    DESK.create_all(desk)
    return Stores(settings=settings, now=now, desk=desk)


def _prepare_sqlite(engine: Engine) -> None:
    """Write-ahead log, and a transaction that takes the write lock at once instead of failing half-way."""

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "busy_timeout=10000", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


_here: Stores | None = None


def use(stores: Stores) -> None:
    """Make `stores` the ones of this process; called by a front door before anything else runs."""
    global _here
    _here = stores


def here() -> Stores:
    """The stores of this process."""
    if _here is None:
        raise RuntimeError("no front door has opened the stores")
    return _here
