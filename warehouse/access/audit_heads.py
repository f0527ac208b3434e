"""Heads of the audit log: how far it went and the chain there, kept where a change of the database does not reach.

A chain alone cannot tell that lines are missing at its end. Whoever knows a head that was written since can: that line
has to be in the log, with that chain. One head is kept beside the database after each write; the night sends one to a
place of somebody else's, a file or a system log.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from logging.handlers import SYSLOG_UDP_PORT, SysLogHandler
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, select

from warehouse.app_db.app_schema import audit_log
from warehouse.errors import Problem

log = logging.getLogger("concord")
FILE = "audit.head"
SYSLOG = "syslog:"
AT_ONCE = 500
"""So many heads are looked up in one statement."""
_WRITTEN = re.compile(r'\{"line": .*?\}')


class Head(NamedTuple):
    """The last line of the log at some moment, its chain, and the moment."""

    line: int
    chain: str
    at: str


def keep(folder: Path, head: Head) -> None:
    """Keep a head beside the database, unless a later one stands there already."""
    try:
        handle = os.open(folder / FILE, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            before = _heads_in(file.read())
            if before and before[-1].line > head.line:
                return
            file.seek(0)
            file.write(_text(head) + "\n")
            file.truncate()
    except OSError as error:
        # The change is made and its line stands; a head that is behind only finds less.
        log.warning("The head of the audit log could not be kept: %s", error.strerror)


def in_file(file: Path) -> list[Head]:
    """The heads a file holds, also between other words, as in a system log; none where there is no such file."""
    with suppress(FileNotFoundError):
        return _heads_in(file.read_text(encoding="utf-8", errors="replace"))
    return []


def last(app_db: Connection) -> Head | None:
    """The head of the log as it is now; None of an empty one."""
    query = select(audit_log.c.line, audit_log.c.chain, audit_log.c.happened_at)
    row = app_db.execute(query.order_by(audit_log.c.line.desc()).limit(1)).first()
    return row and Head(row.line, row.chain, row.happened_at.isoformat(timespec="seconds"))


def send(head: Head, to: str) -> None:
    """Append a head to a file, or tell it to a system log (`syslog:HOST:PORT`, `syslog:/dev/log`).

    Raises Problem where that cannot be done.
    """
    try:
        if to.startswith(SYSLOG):
            _to_system_log(head, to.removeprefix(SYSLOG))
            return
        with Path(to).expanduser().open("a", encoding="utf-8") as file:
            file.write(_text(head) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Problem(
            f"The head of the audit log could not be written to {to}: {why}. Without it nobody notices when the last "
            "lines of the log are removed together with audit.head. Correct the setting “audit_heads”, or make "
            "that place writable."
        ) from error


def first_missing(app_db: Connection, heads: Iterable[Head]) -> Head | None:
    """The earliest of these heads whose line is not in the log as it was; None if all are."""
    ordered = sorted(set(heads))
    chains: dict[int, str] = {}
    for begin in range(0, len(ordered), AT_ONCE):
        lines = [head.line for head in ordered[begin : begin + AT_ONCE]]
        rows = app_db.execute(select(audit_log.c.line, audit_log.c.chain).where(audit_log.c.line.in_(lines)))
        chains |= {row.line: row.chain for row in rows}
    return next((head for head in ordered if chains.get(head.line) != head.chain), None)


def _to_system_log(head: Head, where: str) -> None:
    host, _, port = where.rpartition(":")
    address = where if where.startswith("/") else (host or where, int(port) if host else SYSLOG_UDP_PORT)
    handler = _Outspoken(address)
    try:
        handler.ident = "concord-audit: "
        handler.emit(
            logging.makeLogRecord({"msg": _text(head), "levelno": logging.INFO, "levelname": "INFO"})
        )
    finally:
        handler.close()


class _Outspoken(SysLogHandler):
    """Raises what goes wrong, where the library's own handler would swallow it."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802, ARG002  the library's name
        raise  # noqa: PLE0704  called while the error is being handled


def _text(head: Head) -> str:
    return json.dumps(head._asdict())


def _heads_in(text: str) -> list[Head]:
    heads = []
    for written in _WRITTEN.findall(text):
        with suppress(ValueError, TypeError):
            heads.append(Head(**json.loads(written)))
    return heads
