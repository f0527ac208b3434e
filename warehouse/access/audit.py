"""The one door for writing: every change to the application database happens inside an entry that says who, what and why.

An entry is one transaction. Its line in the audit log is written last, chained to the line before, so the change and
its record appear together or not at all. The chain has a key that is not in the database: who can write there alone
cannot make a line that fits.
"""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Container, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import Connection, Table, insert, select, text
from sqlalchemy.exc import DBAPIError

from warehouse.access import audit_heads
from warehouse.access.audit_heads import Head
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.retry import is_passing
from warehouse.stores import run_memo
from warehouse.stores.connect import Stores


@dataclass(frozen=True)
class AuditEntry:
    """An open change: the application database's connection, the moment it happens at, and who makes it."""

    app_db: Connection
    at: datetime
    who: str

    def append(self, table: Table, done: str = "", /, **values: Any) -> None:
        """Write one further row; `done`, such as `signed`, fills the columns `signed_by` and `signed_at`."""
        own = {f"{done}_by": self.who, f"{done}_at": self.at} if done else {}
        self.app_db.execute(insert(table).values(**own, **values))


@contextmanager
def entry(stores: Stores, who: str, action: str, subject: str = "", why: str = "") -> Iterator[AuditEntry]:
    """One change of the application database, all or nothing, with its audit line.

    `action` is a dotted word such as `alert.step`, `subject` the key it happened to. Raises whatever the body raises,
    after rolling everything back.
    """
    with _refused_if_lost(), stores.app_db.begin() as connection:
        if connection.dialect.name == "postgresql":
            # One writer at a time keeps the chain whole; SQLite's BEGIN IMMEDIATE does the same.
            connection.execute(text("LOCK TABLE audit_log IN EXCLUSIVE MODE"))
        # Only now: whoever had to wait for the lock would write a moment before the line above hers.
        at = stores.now()
        yield AuditEntry(connection, at, who)
        head = _append(connection, stores.audit_key, at, who, action, subject, why)
    audit_heads.keep(stores.settings.data_dir, head)
    run_memo.changed()


def note(stores: Stores, who: str, action: str, subject: str = "", why: str = "") -> None:
    """An audit line without a change, such as a refused look."""
    with entry(stores, who, action, subject, why):
        pass


def refuse(
    stores: Stores, viewer: Viewer, action: str, sentence: str, subject: str = "", why: str = ""
) -> NoReturn:
    """Raise AccessRefused with its sentence, after noting the attempt."""
    note(stores, viewer.username, action, subject[:64], why)
    raise AccessRefused(sentence)


def check_role(
    stores: Stores,
    viewer: Viewer,
    roles: Container[str],
    action: str,
    sentence: str,
    subject: str = "",
    why: str = "",
) -> None:
    """Refuse whoever is of none of these roles."""
    if viewer.role not in roles:
        refuse(stores, viewer, action, sentence, subject, why)


def checked_text(words: str, longest: int, missing: str, what: str = "") -> str:
    """The words without blanks around them. Raises ChangeRefused with `missing` for none.

    Too many are refused as “The note has …” of `what`, or with `missing` too where there is no `what`.
    """
    words = words.strip()
    if len(words) > longest and what:
        raise ChangeRefused(
            f"{what} {len(words):,} characters, and at most {longest:,} fit. Shorten it and save again."
        )
    if not 0 < len(words) <= longest:
        raise ChangeRefused(missing)
    return words


@contextmanager
def bookkeeping(stores: Stores) -> Iterator[AuditEntry]:
    """A write that nobody decided and that would drown the log, all or nothing, without an audit line.

    Only for when a session was last seen, for counting a sign-in attempt before its password is checked, and for
    taking a message out of the outbox to send it: what becomes of it has its line. And for the day on which a
    department opened a page.
    """
    with _refused_if_lost(), stores.app_db.begin() as connection:
        yield AuditEntry(connection, stores.now(), "")


@contextmanager
def _refused_if_lost() -> Iterator[None]:
    """A write is not repeated when the connection breaks: it may have been the last thing that arrived."""
    try:
        yield
    except DBAPIError as error:
        if error.connection_invalidated or (is_passing(error) and not isinstance(error.orig, sqlite3.Error)):
            raise ChangeRefused(
                "The connection to the database was lost. Reload, and check whether your change is there before "
                "you repeat it."
            ) from error
        raise


def _append(
    app_db: Connection, key: bytes, at: datetime, who: str, action: str, subject: str, why: str
) -> Head:
    last = app_db.execute(
        select(audit_log.c.line, audit_log.c.chain).order_by(audit_log.c.line.desc()).limit(1)
    ).first()
    line, before = (last.line + 1, last.chain) if last else (1, "")
    # PostgreSQL's text has no NUL, and the chain must be over what is really written.
    who, action, subject, why = (words.replace("\0", "�") for words in (who, action, subject, why))
    chain = _link(key, before, line, at, who, action, subject, why)
    values = {"line": line, "happened_at": at, "who": who, "action": action, "subject": subject, "why": why}
    app_db.execute(insert(audit_log).values(**values, chain=chain))
    return Head(line, chain, at.isoformat(timespec="seconds"))


def _link(key: bytes, before: str, line: int, at: datetime, *words: str) -> str:
    # Lengths are part of the text, so no two different lines can read the same.
    parts = [before, str(line), at.isoformat(timespec="microseconds"), *words]
    return hmac.digest(key, "".join(f"{len(p)}:{p}" for p in parts).encode(), hashlib.sha256).hex()


def broken_line(stores: Stores) -> int | None:
    """The first line of the audit log that was altered or removed, or None if the chain is whole.

    Lines that are missing at its end break no chain: the heads kept elsewhere tell.
    """
    before, expected = "", 1
    with stores.read_app_db() as app_db:
        for row in app_db.execute(select(audit_log).order_by(audit_log.c.line)):
            words = (row.who, row.action, row.subject, row.why)
            link = _link(stores.audit_key, before, row.line, row.happened_at, *words)
            if row.line != expected or row.chain != link:
                return expected
            before, expected = row.chain, expected + 1
    return None
