"""Logs as JSON lines for a collector: one object a line, with the number of a bug that the screen shows.

What a person may have typed or a row may hold never gets in: of a bug its kind and its places in our code, the text of
its error not; the whole trace lies in the data folder, for who may look it up. Of other programs' lines, addresses
with a password, e-mail addresses and long numbers are blanked.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warehouse.errors import Problem

JSON, TEXT = "json", "text"
_OURS = Path(__file__).parents[1]
_BLANKED = (
    (re.compile(r"://[^/\s@]+@"), "://…@"),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), "…@…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+\S+"), r"\1 …"),
    (re.compile(r"\bconcord_[A-Za-z0-9_-]{8,}"), "concord_…"),
    (re.compile(r"(?i)\b(password|passwd|secret|token|key|authorization|cookie)(\W{1,3})\S+"), r"\1\2…"),
    (re.compile(r"\b[A-Za-z]{0,3}\d{6,}\b"), "…"),
    (re.compile(r"(?<!\d)(?:\+?852[\s-]*)?\d{4}[\s-]\d{4}(?!\d)"), "…"),
)


class JsonLines(logging.Formatter):
    """One JSON object a line: at (universal time), level, logger, message; of a bug its number, kind and places."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        bug = getattr(record, "bug", None)
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": "bug" if bug else blanked(record.getMessage()),
        }
        if bug:
            line |= {"bug": bug, **about(getattr(record, "error", None))}
        elif record.exc_info and record.exc_info[1] is not None:
            line |= about(record.exc_info[1])
        return json.dumps(line, ensure_ascii=False)


def about(error: BaseException | None) -> dict[str, Any]:
    """The kind of an error and where in our code it came by, the innermost last; never its text."""
    if error is None:
        return {}
    places = [
        f"{Path(frame.filename).relative_to(_OURS)}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename).is_relative_to(_OURS) and ".venv" not in frame.filename
    ]
    return {"kind": type(error).__name__, "places": places[-8:]}


def blanked(message: str) -> str:
    """A message without what could be a secret, an address or somebody's number."""
    for pattern, instead in _BLANKED:
        message = pattern.sub(instead, message)
    return message[:2_000]


def begin(form: str) -> None:
    """Let this process log in a form: JSON lines on the error stream, or lines for people. Raises Problem for another."""
    if form not in (JSON, TEXT):
        raise Problem(f"The setting “log_format” is “{form}”; it must be {TEXT} or {JSON}.")
    if form == TEXT:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
