"""The moment the tests happen at, and stores opened at it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from warehouse.settings import Settings
from warehouse.stores import connect

MORNING = datetime(2026, 7, 1, 9)
"""The morning after the sample bank's last day."""


def stores_in(folder: Path, now: Callable[[], datetime] = lambda: MORNING, **choices: Any) -> connect.Stores:
    """Stores on a data folder, with default settings but for some choices."""
    return connect.open_stores(Settings(data_dir=folder, **choices), now)


def on(stores: connect.Stores, day: date) -> connect.Stores:
    """The same stores on the morning of another day."""
    return replace(stores, now=lambda: datetime.combine(day, time(9)))


def copy_of(folder: Path, to: Path, *, dirs_exist_ok: bool = False) -> Path:
    """A copy of a data folder that other tests may have open: SQLite's files beside its own come and go with them."""
    beside = shutil.ignore_patterns("*.sqlite-shm", "*.sqlite-wal")
    return Path(shutil.copytree(folder, to, ignore=beside, dirs_exist_ok=dirs_exist_ok))
