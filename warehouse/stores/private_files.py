"""Files for the account of the app alone: what this process makes from now on, and what is there already."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

OTHERS = 0o077
"""What group and others may do with a file."""


def from_now_on() -> None:
    """Whatever this process makes is its account's alone; called by a front door before it opens anything."""
    os.umask(OTHERS)


def close_to_others(folder: Path) -> None:
    """Take a folder and the files directly in it from group and others, as far as they are ours to change."""
    for place in (folder, *folder.iterdir()):
        with suppress(OSError):
            mode = place.stat().st_mode & 0o777
            if mode & OTHERS and not place.is_symlink():
                place.chmod(mode & ~OTHERS)


def open_to_others(folder: Path) -> list[Path]:
    """The files of a folder, at any depth, that group or others may read or write."""
    places = (folder, *folder.rglob("*"))
    return sorted(p for p in places if not p.is_symlink() and p.stat().st_mode & OTHERS)


def kept_secret(file: Path, fresh: bytes) -> bytes:
    """What a secret file holds; `fresh`, written there at once, where there is none yet.

    Of two processes that make it in the same moment both get the one that is kept.
    """
    with suppress(FileNotFoundError):
        return file.read_bytes()
    made = file.with_name(f"{file.name}.{os.getpid()}")
    made.touch(mode=0o600)
    try:
        made.write_bytes(fresh)
        with suppress(FileExistsError):
            os.link(made, file)
    finally:
        made.unlink(missing_ok=True)
    return file.read_bytes()
