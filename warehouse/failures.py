"""What goes wrong outside the program, as sentences: a full disk, a locked or damaged database, a folder closed to us.

They are no bugs: a number and a trace would help nobody who can mend them. Every place that shows a person what went
wrong asks here first: pages, blocks, forms, the gate and the command line.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator

from sqlalchemy.exc import TimeoutError as PoolTimeout

from warehouse.errors import Problem

_DOCTOR = "“python -m cli doctor” says what to correct."
FULL = (
    "The disk of Concord is full. Nothing was changed. Ask your administrator to make room in the data folder, then "
    "try again."
)
BUSY = "The application database is busy with another task. Nothing was changed. Wait a minute and try again."
CLOSED = (
    "Concord may not write to its own files. Nothing was changed. Ask your administrator to give its account the data "
    f"folder: {_DOCTOR}"
)
DAMAGED = (
    "A file of Concord is damaged or was overwritten while it was open. Ask your administrator to load the bank again, "
    f"or to put the latest backup back: {_DOCTOR}"
)
GONE = (
    "A file of Concord is missing or cannot be read. Ask your administrator to load the bank again, or to put the latest "
    f"backup back: {_DOCTOR}"
)
MEMORY = (
    "There is not enough memory for this just now. Nothing was changed. Choose a shorter period or fewer groups, or try "
    "again later."
)
_NUMBERS = {
    errno.ENOSPC: FULL,
    errno.EDQUOT: FULL,
    errno.EROFS: CLOSED,
    errno.EACCES: CLOSED,
    errno.EPERM: CLOSED,
    errno.EIO: DAMAGED,
    errno.ENOMEM: MEMORY,
}
_WORDS = {
    # SQLite
    "database is locked": BUSY,
    "database table is locked": BUSY,
    "attempt to write a readonly database": CLOSED,
    "unable to open database file": GONE,
    "database or disk is full": FULL,
    "disk i/o error": DAMAGED,
    "database disk image is malformed": DAMAGED,
    "file is not a database": DAMAGED,
    # DuckDB
    "no space left on device": FULL,
    "out of memory": MEMORY,
    "permission denied": CLOSED,
    "cannot open database": GONE,
    "no such file or directory": GONE,
    "corrupt database file": DAMAGED,
    "does not match stored checksum": DAMAGED,
    "not a valid duckdb database file": DAMAGED,
    "could not read enough bytes": DAMAGED,
    # PostgreSQL
    "read-only transaction": CLOSED,
}
"""What the engines say, in small letters; none of these words comes from a row or a setting."""
_ENGINES = ("sqlite3", "_sqlite3", "duckdb", "_duckdb", "psycopg")


def as_problem(error: BaseException) -> Problem | None:
    """The sentence for an error that comes from outside, or one it was caused by; None for a bug of ours."""
    for cause in _causes(error):
        if isinstance(cause, Problem):
            return cause
        if sentence := _sentence(cause):
            problem = Problem(sentence)
            problem.__cause__ = error
            return problem
    return None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error, what an engine's error was wrapped around, and what it was raised from."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        original = getattr(cause, "orig", None)
        cause = original if isinstance(original, BaseException) else cause.__cause__


def _sentence(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return MEMORY
    if isinstance(error, PoolTimeout):
        return BUSY
    if isinstance(error, OSError) and error.errno in _NUMBERS:
        return _NUMBERS[error.errno]
    if type(error).__module__.partition(".")[0] not in _ENGINES:
        return ""
    words = str(error).lower()
    return next((sentence for part, sentence in _WORDS.items() if part in words), "")
