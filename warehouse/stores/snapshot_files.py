"""Which of the DuckDB files in the data folder are kept, and the notes that name the one to read and those before it."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import suppress
from itertools import chain
from pathlib import Path

from warehouse.errors import NothingLoaded
from warehouse.settings import Settings

POINTER = "current"
BEFORE, BEFORE_THE_LOAD = "before", "before-the-load"
"""Beside the pointer: what was served until the last change of it, and until the last load."""


_ID = re.compile(r"[0-9A-Za-z]+(-[0-9A-Za-z]+)*")
"""What a snapshot's id is made of: never a way into another folder."""


def snapshot_file(settings: Settings, snapshot: str) -> Path:
    """The file of a snapshot id."""
    return settings.data_dir / f"bank-{snapshot}.duckdb"


def pointed_to(settings: Settings) -> str | None:
    """The snapshot the pointer names, whatever its contract; None before the first load.

    Raises NothingLoaded if the pointer is damaged.
    """
    named = named_in(settings, POINTER)
    if _is_damaged(named):
        raise NothingLoaded(
            f"The note “{POINTER}” in the data folder, which names the bank to read, is damaged. Ask your administrator "
            "to load the bank again, or to put the latest backup back. What people recorded is kept."
        )
    return named


def served_before(settings: Settings) -> str | None:
    """The same for whoever writes the next one: a damaged pointer, which it replaces, names nothing."""
    named = named_in(settings, POINTER)
    return None if _is_damaged(named) else named


def _is_damaged(named: str | None) -> bool:
    return named is not None and not _ID.fullmatch(named)


def named_in(settings: Settings, note: str) -> str | None:
    """What a note of the data folder names: None where there is none, "" of one that cannot be read."""
    try:
        return (settings.data_dir / note).read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError):
        return ""


def publish(settings: Settings, snapshot: str, *, loaded: bool = False) -> None:
    """Point every later reader to `snapshot`; of those before it the last stays, and the last before it was `loaded`."""
    before, damaged = served_before(settings), _is_damaged(named_in(settings, POINTER))
    if before and before != snapshot:
        _note(settings, BEFORE, before, snapshot)
        if loaded:
            _note(settings, BEFORE_THE_LOAD, before, snapshot)
    _note(settings, POINTER, snapshot, snapshot)
    to_disk(settings.data_dir)
    kept = (snapshot, before, named_in(settings, BEFORE_THE_LOAD))
    if damaged:
        return  # which file was served nobody knows, so none goes
    _sweep(settings, {snapshot_file(settings, s).name for s in kept if s})


def forget_earlier(settings: Settings) -> None:
    """Remove every snapshot but the one that is read, and the notes that name others."""
    served = pointed_to(settings)
    for note in (BEFORE, BEFORE_THE_LOAD):
        (settings.data_dir / note).unlink(missing_ok=True)
    if served:
        _sweep(settings, {snapshot_file(settings, served).name})
    to_disk(settings.data_dir)


def _note(settings: Settings, note: str, text: str, snapshot: str) -> None:
    new = settings.data_dir / f"{note}.{snapshot}"
    try:
        with new.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if (settings.data_dir / note).is_dir():
            _remove(settings.data_dir / note)
        new.replace(settings.data_dir / note)
    except BaseException:
        new.unlink(missing_ok=True)
        raise


def _sweep(settings: Settings, keep: set[str]) -> None:
    """Remove snapshots other than `keep`, and what a load that was killed left: a log, a spill folder, a pointer."""
    notes = (settings.data_dir.glob(f"{note}.*") for note in (POINTER, BEFORE, BEFORE_THE_LOAD))
    for left in (*settings.data_dir.glob("bank-*.duckdb*"), *chain.from_iterable(notes)):
        if left.name.removesuffix(".wal").removesuffix(".tmp") not in keep:
            _remove(left)


def remove(file: Path) -> None:
    """Remove a file that did not become a snapshot, with the log and the spill folder the engine may have left."""
    for suffix in ("", ".wal", ".tmp"):
        _remove(file.with_name(file.name + suffix))


def _remove(left: Path) -> None:
    """As far as that is possible now; the next load tries again."""
    with suppress(OSError):
        if left.is_dir():
            shutil.rmtree(left)
        else:
            left.unlink(missing_ok=True)


def to_disk(place: Path) -> None:
    """Wait until a file, or the list of a folder's files, is on the disk itself."""
    handle = os.open(place, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
