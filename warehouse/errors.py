"""Errors whose text is a sentence for the person at the screen: what, where, what next.

    Problem                 anything the person can read and act on
    ├── LoadRefused         a folder of extracts that cannot become a snapshot
    ├── AccessRefused       a question this person may not ask
    ├── NothingLoaded       no bank has been loaded yet
    ├── ModelRefused        a model file that is missing, changed, or from another version
    └── ChangeRefused       a write that no longer fits what is there

Any other exception is a bug: it is logged under a reference number and the person sees only that number.
"""

import logging
import re
import secrets
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

log = logging.getLogger("concord")
MOST_TRACES = 500
"""Of so many bugs the trace is kept."""
_NUMBER = re.compile(r"[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}")


class Problem(Exception):
    """A sentence for the person at the screen."""


class LoadRefused(Problem):
    """The extracts cannot be loaded; the bank loaded before stays."""


class AccessRefused(Problem):
    """No rule lets this person ask this."""


class NothingLoaded(Problem):
    """There is no snapshot to read."""


class ModelRefused(Problem):
    """The model file cannot be trusted or used."""


class ChangeRefused(Problem):
    """Somebody else changed it first, or the change does not fit."""


class _Kept:
    """Where the traces of bugs are kept; nowhere until a front door says so."""

    folder: Path | None = None
    bugs: int = 0


def keep_traces_in(folder: Path) -> None:
    """From now on the trace of every bug is also a file in this folder, named by its number; the oldest go."""
    _Kept.folder = folder


def bugs() -> int:
    """How many bugs this process has met."""
    return _Kept.bugs


def trace_of(number: str) -> tuple[datetime, str] | None:
    """When a bug happened, in universal time, and its trace; None for a number that this machine does not keep."""
    if _Kept.folder is None or not _NUMBER.fullmatch(number):
        return None
    file = _Kept.folder / f"{number}.txt"
    try:
        return datetime.fromtimestamp(file.stat().st_mtime, UTC), file.read_text(encoding="utf-8")
    except OSError:
        return None


def _keep(number: str, trace: str) -> None:
    """As far as the disk allows: that a trace cannot be kept must not hide the bug."""
    if _Kept.folder is None:
        return
    with suppress(OSError):
        _Kept.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = _Kept.folder / f"{number}.txt"
        file.touch(mode=0o600)
        file.write_text(trace, encoding="utf-8")
        files = sorted(_Kept.folder.glob("*.txt"), key=lambda kept: kept.stat().st_mtime)
        for old in files[:-MOST_TRACES]:
            old.unlink(missing_ok=True)


def reference(bug: BaseException) -> str:
    """Log a bug with its trace and return the number the person may quote, such as `K7Q2-M4TD`."""
    letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    code = "".join(secrets.choice(letters) for _ in range(8))
    number = f"{code[:4]}-{code[4:]}"
    trace = _without_values("".join(traceback.format_exception(bug)))
    log.error("bug %s\n%s", number, trace, extra={"bug": number, "error": bug})
    _Kept.bugs += 1
    _keep(number, trace)
    return number


def _without_values(trace: str) -> str:
    """A trace without the values of a row, which engines and conversions repeat in what they say.

    Of what stands in quotes the names of our own columns and functions stay; our engines hide their parameters.
    """
    return _SAYS_A_VALUE.sub(lambda line: _QUOTED.sub("'…'", line[0]), _VALUES.sub("", trace))


_SAYS_A_VALUE = re.compile(
    r"^(?:sqlalchemy\.|_?duckdb\.|psycopg|sqlite3\.|pyarrow\.|pandas\.|decimal\.|ValueError|KeyError)"
    r".*?(?=^\[SQL|^\(Background|^\s*$|^Traceback|\Z)",
    re.MULTILINE | re.DOTALL,
)
"""The last words of a trace, where the kind of error is one that repeats what it could not read."""
_QUOTED = re.compile(r"""'(?![a-z_.]*').*'|"(?![a-z_.]*").*\"""", re.DOTALL)
_VALUES = re.compile(r"^(DETAIL|CONTEXT):.*?(?=^\[SQL|^\(Background|^$|\Z)", re.MULTILINE | re.DOTALL)
