"""Who is signed in: a random token in a cookie, and in the application database its SHA-256 with two clocks.

The row says *who*, never *what she may*: user, role and disabling are read from `users` each time, so a changed role or a
revoked session counts from the next question on.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Row, and_, or_, select, update

from warehouse.access import audit
from warehouse.app_db.app_schema import api_tokens, sessions, users
from warehouse.errors import ChangeRefused
from warehouse.retry import ask
from warehouse.settings import Settings
from warehouse.sql.moment_sql import instant
from warehouse.sql.moments import instant_before, instant_of
from warehouse.stores.connect import Stores

Person = Row[Any]
"""A row of the application database table `users`."""

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the idle clock is kept: writing it more often would cost a write per click."""

CODE, ENROLMENT = "code", "enrolment"
"""What may be still to come after the password."""
PASSWORD, SINGLE_SIGN_ON = "password", "single_sign_on"
PENDING_FOR = timedelta(minutes=10)
"""So long after the password the code, or the enrolment, may come."""

_GO_ON = "Sign in to go on; your entry is kept."
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def cookie_name(settings: Settings) -> str:
    """The name of the session cookie. With `__Host-` a browser takes it only over https and only from this host."""
    return "__Host-concord" if settings.secure_cookies else "concord"


def start(
    stores: Stores, who: Person, replacing: str | None = None, *, awaits: str = "", came_by: str = PASSWORD
) -> str:
    """Open a session for somebody whose password was just checked; returns the token for her cookie.

    With `awaits` it opens nothing until `pending` is answered and another session replaces it.
    `replacing` is the token her browser had before, which ends. Raises ChangeRefused if the password changed or the
    account was disabled since it was checked: a session opened now would outlive that change.
    """
    token = secrets.token_urlsafe(32)
    with audit.entry(stores, who.username, "session.start", who.username, awaits) as entry:
        still = entry.app_db.execute(
            select(users.c.username).where(
                users.c.username == who.username,
                users.c.password_hash == who.password_hash,
                users.c.disabled_at.is_(None),
            )
        ).first()
        if still is None:
            raise ChangeRefused("Your account was changed a moment ago. Please sign in again.")
        _end(entry, _too_old(stores.settings, entry), "expired")
        if replacing:
            _end(entry, sessions.c.token_hash == _hashed(replacing), "replaced by a new sign-in")
        entry.app_db.execute(
            sessions.insert().values(
                token_hash=_hashed(token),
                username=who.username,
                started_at=entry.at,
                seen_at=entry.at,
                awaits=awaits,
                came_by=came_by,
            )
        )
    return token


def person(stores: Stores, token: str | None) -> Person | None:
    """Who holds this token now, or None if nobody does. Only reads; asks the application database on every call."""
    if not token or not _TOKEN.fullmatch(token):
        return None
    now, settings = stores.now(), stores.settings
    hers = (
        select(users)
        .join(sessions, sessions.c.username == users.c.username)
        .where(
            sessions.c.token_hash == _hashed(token),
            sessions.c.ended_at.is_(None),
            sessions.c.awaits == "",
            instant(sessions.c.seen_at) > _idle_since(now, settings),
            instant(sessions.c.started_at) > _too_long_since(now, settings),
            _begun(now),
            users.c.disabled_at.is_(None),
        )
    )
    return ask(stores.app_db.execution_options(reading=True), lambda app_db: app_db.execute(hers).first())


def pending(stores: Stores, token: str | None) -> tuple[Person, str] | None:
    """Whose password was right a moment ago, and what is still to come; None for any other token."""
    if not token or not _TOKEN.fullmatch(token):
        return None
    hers = (
        select(users, sessions.c.awaits)
        .join(sessions, sessions.c.username == users.c.username)
        .where(
            sessions.c.token_hash == _hashed(token),
            sessions.c.ended_at.is_(None),
            sessions.c.awaits != "",
            instant(sessions.c.started_at) > instant_before(stores.now(), PENDING_FOR),
            _begun(stores.now()),
            users.c.disabled_at.is_(None),
        )
    )
    with stores.read_app_db() as app_db:
        row = app_db.execute(hers).first()
    return (row, str(row.awaits)) if row is not None else None


def came_by(stores: Stores, token: str) -> str:
    """How the holder of a session came: PASSWORD or SINGLE_SIGN_ON."""
    with stores.read_app_db() as app_db:
        t = sessions.c
        return str(
            app_db.execute(select(t.came_by).where(t.token_hash == _hashed(token))).scalar() or PASSWORD
        )


def why_over(stores: Stores, token: str | None) -> str:
    """Why the session of this token is over, for its holder; empty if it is not, or if she ended it herself."""
    if not token or not _TOKEN.fullmatch(token):
        return ""
    settings = stores.settings
    with stores.read_app_db() as app_db:
        row = app_db.execute(select(sessions).where(sessions.c.token_hash == _hashed(token))).first()
    if row is None or row.ended_why in ("signed out", "replaced by a new sign-in"):
        return ""
    now = row.ended_at or stores.now()
    if row.ended_why not in (None, "expired"):
        return "You were signed out because your account was changed. Sign in again to go on."
    if instant_of(row.seen_at) <= _idle_since(now, settings):
        minutes = f"{settings.idle_minutes} minutes" if settings.idle_minutes != 1 else "a minute"
        return f"You were signed out after {minutes} without activity. {_GO_ON}"
    if instant_of(row.started_at) <= _too_long_since(now, settings):
        hours = f"{settings.session_hours} hours" if settings.session_hours != 1 else "an hour"
        return f"You were signed out {hours} after you signed in. {_GO_ON}"
    return ""


def seen(stores: Stores, token: str) -> None:
    """She did something: keep her session from going idle. Writes at most once a minute, and never revives one."""
    now = stores.now()
    due = and_(
        sessions.c.token_hash == _hashed(token),
        sessions.c.ended_at.is_(None),
        instant(sessions.c.seen_at) <= instant_before(now, SEEN_EVERY),
        instant(sessions.c.seen_at) > _idle_since(now, stores.settings),
    )
    waiting = select(sessions.c.token_hash).where(due)
    if (
        ask(stores.app_db.execution_options(reading=True), lambda app_db: app_db.execute(waiting).first())
        is None
    ):
        return
    with audit.bookkeeping(stores) as book:
        book.app_db.execute(update(sessions).where(due).values(seen_at=book.at))


def go_on_after_jump(stores: Stores, jump: timedelta) -> None:
    """The clock was set forward by so much: sessions that only this would end go on as if it had always been so."""
    now, settings, span = stores.now(), stores.settings, timedelta(seconds=int(jump.total_seconds()))
    t = sessions.c
    before = now - span
    alive = and_(
        t.ended_at.is_(None),
        instant(t.seen_at) > _idle_since(before, settings),
        instant(t.started_at) > _too_long_since(before, settings),
    )
    late = or_(
        instant(t.seen_at) <= _idle_since(now, settings),
        instant(t.started_at) <= _too_long_since(now, settings),
    )
    with stores.read_app_db() as app_db:
        rows = app_db.execute(select(t.token_hash, t.started_at, t.seen_at).where(alive, late)).all()
    if not rows:
        return
    with audit.entry(
        stores, "clock", "session.clock", "", f"set forward by {span}, {len(rows)} go on"
    ) as entry:
        for row in rows:
            moved = {"started_at": row.started_at + span, "seen_at": row.seen_at + span}
            entry.app_db.execute(
                update(sessions)
                .where(t.token_hash == row.token_hash, t.seen_at == row.seen_at)
                .values(**moved)
            )


def end_before_jump(stores: Stores, jump: timedelta) -> None:
    """The clock was set back by so much: sessions that were over stay so, and those that go on move back with it.

    A second process that sees the same jump later cannot tell these from what was over, and ends them.
    """
    t, span = sessions.c, timedelta(seconds=int(jump.total_seconds()))
    was = stores.now() + span
    too_old = or_(
        instant(t.seen_at) <= _idle_since(was, stores.settings),
        instant(t.started_at) <= _too_long_since(was, stores.settings),
    )
    with audit.entry(stores, "clock", "session.clock", "", f"set back by {span}") as entry:
        _end(entry, too_old, "expired")
        ahead = and_(t.ended_at.is_(None), instant(t.seen_at) > instant_before(entry.at, -SEEN_EVERY))
        rows = entry.app_db.execute(select(t.token_hash, t.started_at, t.seen_at).where(ahead)).all()
        for row in rows:
            moved = {"started_at": row.started_at - span, "seen_at": row.seen_at - span}
            entry.app_db.execute(update(sessions).where(t.token_hash == row.token_hash).values(**moved))


def end(stores: Stores, token: str, why: str = "signed out") -> None:
    """Revoke one session. A token that belongs to nobody is left in peace."""
    who = person(stores, token)
    if who is not None:
        with audit.entry(stores, who.username, "session.end", who.username, why) as entry:
            _end(entry, sessions.c.token_hash == _hashed(token), why)


def open_ones(stores: Stores) -> pd.DataFrame:
    """Who is signed in now: username, started_at and seen_at of each open session, the latest seen first; no token."""
    now, settings = stores.now(), stores.settings
    t = sessions
    query = (
        select(t.c.username, t.c.started_at, t.c.seen_at)
        .where(
            t.c.ended_at.is_(None),
            t.c.awaits == "",
            instant(t.c.seen_at) > _idle_since(now, settings),
            instant(t.c.started_at) > _too_long_since(now, settings),
            _begun(now),
        )
        .order_by(instant(t.c.seen_at).desc())
    )
    with stores.read_app_db() as app_db:
        rows = app_db.execute(query).all()
    return pd.DataFrame(rows, columns=["username", "started_at", "seen_at"])


def end_all(stores: Stores, username: str, by: str, why: str) -> None:
    """Revoke every session and every token of a user."""
    with audit.entry(stores, by, "session.end_all", username, why) as entry:
        end_all_within(entry, username, why)


def end_all_within(entry: audit.AuditEntry, username: str, why: str) -> None:
    """Revoke every session of a user, and every token of hers, as part of the change that is the reason for it."""
    _end(entry, sessions.c.username == username, why)
    tokens = update(api_tokens).where(api_tokens.c.username == username, api_tokens.c.ended_at.is_(None))
    entry.app_db.execute(tokens.values(ended_at=entry.at, ended_why=why))


def _end(entry: audit.AuditEntry, which: Any, why: str) -> None:
    entry.app_db.execute(
        update(sessions).where(which, sessions.c.ended_at.is_(None)).values(ended_at=entry.at, ended_why=why)
    )


def _begun(now: datetime) -> Any:
    """No moment of a session lies ahead of the clock by more than `SEEN_EVERY`: one set back would prolong it."""
    latest = instant_before(now, -SEEN_EVERY)
    return and_(instant(sessions.c.started_at) <= latest, instant(sessions.c.seen_at) <= latest)


def _too_old(settings: Settings, entry: audit.AuditEntry) -> Any:
    return or_(
        instant(sessions.c.seen_at) <= _idle_since(entry.at, settings),
        instant(sessions.c.started_at) <= _too_long_since(entry.at, settings),
    )


def _idle_since(now: datetime, settings: Settings) -> int:
    return instant_before(now, timedelta(minutes=settings.idle_minutes))


def _too_long_since(now: datetime, settings: Settings) -> int:
    return instant_before(now, timedelta(hours=settings.session_hours))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
