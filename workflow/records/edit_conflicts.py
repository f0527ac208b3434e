"""What happened to a record while somebody had it open: the sentence that a refused write tells her."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, select

from metrics.comparison.words import day
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import users

NIGHTLY = "nightly"
AGAIN = "Yours was not saved. Look, then record it again if it still applies."


def who_and_when(app_db: Connection, viewer: Viewer, username: str, at: datetime, words: str) -> str:
    """`Amy Chan, “Customer declined”, 1 Jul 2026 at 09:05`; the viewer's own doing is `you, in another window`."""
    return f"{who(app_db, viewer, username)}, “{words}”, {day(at)} at {at:%H:%M}"


def changed_meanwhile(
    app_db: Connection, viewer: Viewer, username: str, at: datetime, words: str, about: str
) -> str:
    """Why a write about a record (`on this alert`) is refused: a further line has been recorded since it was drawn."""
    somebody = "You recorded" if username == viewer.username else "Somebody else recorded"
    line = who_and_when(app_db, viewer, username, at, words)
    return f"{somebody} a step {about} while you had it open here: {line}. {AGAIN}"


def unseen(app_db: Connection, table: Table, seen: int | None, *which: ColumnElement[bool]) -> Any:
    """The latest of these lines if it came after `seen`, the one a viewer had on screen; None where no screen was."""
    if seen is None:
        return None
    (number,) = table.primary_key
    return app_db.execute(select(table).where(number > seen, *which).order_by(number.desc()).limit(1)).first()


def who(app_db: Connection, viewer: Viewer, username: str) -> str:
    """The full name of who did something; the viewer is “you, in another window”."""
    if username == viewer.username:
        return "you, in another window"
    if username == NIGHTLY:
        return "the nightly run"
    name = app_db.execute(select(users.c.full_name).where(users.c.username == username)).scalar()
    return str(name or username)
