"""How long a delivered table may take and how much it may write: a mapping that never ends is stopped with a sentence."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from warehouse.errors import LoadRefused
from warehouse.settings import Settings
from warehouse.sql import reading_pieces
from warehouse.validation import moment_marks
from warehouse.validation.contract import NOTHING

_EVERY = 0.2
"""Seconds between two looks."""
GIGABYTE = 1_000_000_000


def for_all(db: duckdb.DuckDBPyConnection, settings: Settings) -> None:
    """What holds for a whole load: memory, and room beside the file for what does not fit into it."""
    if settings.load_memory_gb:
        db.execute(f"SET memory_limit = '{settings.load_memory_gb}GB'")
    db.execute(f"SET max_temp_directory_size = '{settings.load_disk_gb}GB'")


def look_only_here(db: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """From here on a mapping reads files below the working directory and nothing else on the machine or the network.

    A moment with a zone becomes the bank's time, never the machine's.
    """
    db.execute(f"SET TimeZone = '{timezone}'")
    moment_marks.define(db)
    reading_pieces.define(db)
    place = str(Path.cwd()).replace("'", "''")
    db.execute(f"SET allowed_directories = ['{place}/']")
    db.execute("SET enable_external_access = false")
    db.execute("SET lock_configuration = true")


@contextmanager
def within(
    db: duckdb.DuckDBPyConnection,
    file: Path,
    settings: Settings,
    what: str,
    advice: str = "Look whether its mapping ends and joins by keys, or raise the setting, then load again.",
) -> Iterator[None]:
    """Stop the engine once the body takes too long or `file` grows too large. Raises LoadRefused, which names `what`."""
    over: list[str] = []
    ended = threading.Event()
    begun = time.monotonic()

    def watch() -> None:
        while not ended.wait(_EVERY):
            if over:
                pass
            elif time.monotonic() - begun > settings.load_seconds_per_table:
                over.append(
                    f"it takes more than {settings.load_seconds_per_table} seconds (the setting load_seconds_per_table)"
                )
            elif _size(file) > settings.load_disk_gb * GIGABYTE:
                over.append(f"it writes more than {settings.load_disk_gb} GB (the setting load_disk_gb)")
            if over:
                # Between two statements there is nothing to interrupt, and the next one would run on: hence again.
                db.interrupt()

    watching = threading.Thread(target=watch, name="load-limits", daemon=True)
    watching.start()
    try:
        yield
    except (duckdb.Error, LoadRefused) as error:
        if over:
            raise LoadRefused(f"{what} was stopped: {over[0]}. {advice} {NOTHING}") from None
        if isinstance(error, duckdb.OutOfMemoryException):
            raise LoadRefused(
                f"{what} needs more memory or room on the disk than this load may use (the settings load_memory_gb and "
                f"load_disk_gb). {NOTHING}"
            ) from None
        raise
    finally:
        ended.set()
        watching.join()


def _size(file: Path) -> int:
    """Of a working file with its log and what did not fit into memory; 0 before it is there."""
    beside = (file, file.with_name(f"{file.name}.wal"), *file.parent.glob(f"{file.name}.tmp/*"))
    total = 0
    for place in beside:
        with suppress(OSError):  # gone since it was listed
            total += place.stat().st_size
    return total
