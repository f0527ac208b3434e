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

log = logging.getLogger("concord")


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


def reference(bug: BaseException) -> str:
    """Log a bug with its trace and return the number the person may quote, such as `K7Q2-M4TD`."""
    letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
    code = "".join(secrets.choice(letters) for _ in range(8))
    number = f"{code[:4]}-{code[4:]}"
    log.error("bug %s\n%s", number, _without_values("".join(traceback.format_exception(bug))))
    return number


def _without_values(trace: str) -> str:
    """A trace without the values of a row, which PostgreSQL adds to what it says; our engines hide their parameters."""
    return _VALUES.sub("", trace)


_VALUES = re.compile(r"^(DETAIL|CONTEXT):.*?(?=^\[SQL|^\(Background|^$|\Z)", re.MULTILINE | re.DOTALL)
