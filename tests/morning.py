"""The moment the tests happen at, and stores opened at it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from warehouse import connect
from warehouse.settings import Settings

MORNING = datetime(2026, 7, 1, 9)
"""The morning after the sample bank's last day."""


def stores_in(folder: Path, now: Callable[[], datetime] = lambda: MORNING) -> connect.Stores:
    """Stores with default settings on a data folder."""
    return connect.open_stores(Settings(data_dir=folder), now)
