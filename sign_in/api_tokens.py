"""Tokens with which a program asks in the name of a colleague: made, revoked and counted here, kept as a hash alone.

A token says *who*, never *what she may*: account and role are read on every use. What ends her sessions everywhere ends
her tokens with them. Who comes by single sign-on has to come again within `CONFIRMED_FOR`: only then is it known that the
provider still lets her in. A token opens nothing but the API, and reads only.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update

from sign_in.accounts import ADMINISTRATOR
from sign_in.sessions import Person
from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import api_tokens, external_identities, users
from warehouse.errors import ChangeRefused, Problem
from warehouse.retry import ask
from warehouse.sql.moment_sql import instant
from warehouse.sql.moments import instant_before, instant_of
from warehouse.stores.connect import Stores

SHORTEST, LONGEST = 3, 60
"""Characters of what a token is for."""
MOST = 5
"""Tokens that a colleague may have at a time."""
LASTS = (30, 90, 365)
"""Days for which a token may be made."""
CONFIRMED_FOR = timedelta(days=7)
"""So long after its owner's last single sign-on a token opens something."""
A_MINUTE = 60
"""Questions of a colleague's tokens in a minute."""
_TOKEN = re.compile(r"concord_[A-Za-z0-9_-]{43}")


class TooMany(Problem):
    """More questions in a minute than are answered."""


@dataclass(frozen=True)
class Holder:
    """Whose token it is, and which."""

    person: Person
    token_id: str


def make(stores: Stores, viewer: Viewer, title: str, days: int) -> str:
    """A new token of the viewer's, which is given here once; it ends by itself after `days`.

    Raises ChangeRefused for a title that does not fit, days that are not on offer, or one token too many.
    """
    if viewer.role == ADMINISTRATOR:
        raise ChangeRefused("Your role reads no figures, so a token of yours would open nothing.")
    title = audit.checked_text(
        " ".join(title.split()), LONGEST, f"Say in {SHORTEST} to {LONGEST} characters what the token is for."
    )
    if len(title) < SHORTEST or not title.isprintable():
        raise ChangeRefused(f"Say in {SHORTEST} to {LONGEST} characters what the token is for.")
    if days not in LASTS:
        raise ChangeRefused(f"A token is made for {', '.join(map(str, LASTS))} days. Choose one of these.")
    token, token_id = f"concord_{secrets.token_urlsafe(32)}", secrets.token_hex(4)
    with audit.entry(stores, viewer.username, "api_token.make", token_id, f"{title}, {days} days") as entry:
        open_ones = select(func.count()).where(_open(entry.at), api_tokens.c.username == viewer.username)
        if entry.app_db.execute(open_ones).scalar_one() >= MOST:
            raise ChangeRefused(f"You have {MOST} tokens, and that is the most. Revoke one that is not used.")
        entry.append(
            api_tokens,
            token_id=token_id,
            token_hash=_hashed(token),
            username=viewer.username,
            title=title,
            made_at=entry.at,
            expires_at=entry.at + timedelta(days=days),
            uses=0,
        )
    return token


def revoke(stores: Stores, viewer: Viewer, token_id: str) -> None:
    """End a token. Raises AccessRefused (on record) unless it is the viewer's own or she is an administrator."""
    with stores.read_app_db() as app_db:
        whose = app_db.execute(
            select(api_tokens.c.username).where(api_tokens.c.token_id == token_id)
        ).scalar()
    if whose != viewer.username and viewer.role != ADMINISTRATOR:
        sentence = "A token is revoked by its owner or an administrator. Nothing was changed."
        audit.refuse(stores, viewer, "api_token.refused", sentence, token_id, "revoke")
    why = "by its owner" if whose == viewer.username else f"by {viewer.username}"
    with audit.entry(stores, viewer.username, "api_token.revoke", token_id, str(whose)) as entry:
        ending = update(api_tokens).where(api_tokens.c.token_id == token_id, api_tokens.c.ended_at.is_(None))
        if entry.app_db.execute(ending.values(ended_at=entry.at, ended_why=why)).rowcount != 1:
            raise ChangeRefused("This token has ended already.")


def open_ones(stores: Stores, viewer: Viewer) -> pd.DataFrame:
    """The viewer's tokens that still open something, and for an administrator everybody's: never the token itself.

    Columns: token_id, username, title, made_at, expires_at, used_at.
    """
    t = api_tokens.c
    query = (
        select(t.token_id, t.username, t.title, t.made_at, t.expires_at, t.used_at)
        .where(_open(stores.now()))
        .order_by(t.username, t.made_at, t.token_id)
    )
    if viewer.role != ADMINISTRATOR:
        query = query.where(t.username == viewer.username)
    with stores.read_app_db() as app_db:
        return pd.DataFrame(app_db.execute(query).all(), columns=[c.key for c in query.selected_columns])


def holder(stores: Stores, token: str) -> Holder | None:
    """Whose token this is now; None if nobody's. Only reads.

    Nobody's is one that is unknown, ended or expired, whose account is locked, or was not confirmed for too long.
    """
    if not _TOKEN.fullmatch(token):
        return None
    now, e = stores.now(), external_identities.c
    query = (
        select(users, api_tokens.c.token_id)
        .join(api_tokens, api_tokens.c.username == users.c.username)
        .outerjoin(external_identities, e.username == users.c.username)
        .where(
            api_tokens.c.token_hash == _hashed(token),
            _open(now),
            users.c.disabled_at.is_(None),
            or_(e.username.is_(None), instant(e.confirmed_at) > instant_before(now, CONFIRMED_FOR)),
        )
    )
    row = ask(stores.app_db.execution_options(reading=True), lambda app_db: app_db.execute(query).first())
    return None if row is None else Holder(row, row.token_id)


def use(stores: Stores, who: Holder, action: str, subject: str, why: str) -> None:
    """Count a question before it is answered, and write it into the audit log. Raises TooMany beyond `A_MINUTE`.

    What was refused so is not written: a flood of questions would drown the log, and waits for nobody who writes.
    """
    t = api_tokens.c

    def counted(at: datetime) -> Select[int]:
        of_this_minute = t.username == who.person.username, t.minute == at.replace(second=0, microsecond=0)
        return select(func.coalesce(func.sum(t.uses), 0)).where(*of_this_minute)

    before_lock = counted(stores.now())
    reading = stores.app_db.execution_options(reading=True)
    _check_minute(ask(reading, lambda app_db: app_db.execute(before_lock).scalar_one()))
    with audit.entry(stores, who.person.username, action, subject, f"token {who.token_id}: {why}") as entry:
        minute = entry.at.replace(second=0, microsecond=0)
        _check_minute(entry.app_db.execute(counted(entry.at)).scalar_one())
        before = select(t.minute, t.uses).where(t.token_id == who.token_id, t.ended_at.is_(None))
        row = entry.app_db.execute(before).first()
        if row is None:
            raise ChangeRefused("This token was revoked a moment ago.")
        uses = row.uses + 1 if row.minute == minute else 1
        entry.app_db.execute(
            update(api_tokens)
            .where(t.token_id == who.token_id)
            .values(used_at=entry.at, minute=minute, uses=uses)
        )


def _check_minute(uses: int) -> None:
    if uses >= A_MINUTE:
        raise TooMany(
            f"These are more than {A_MINUTE} questions in a minute, and no more are answered. Wait for the next "
            "minute, and keep answers: figures change once a day."
        )


def _open(now: datetime) -> ColumnElement[bool]:
    return and_(api_tokens.c.ended_at.is_(None), instant(api_tokens.c.expires_at) > instant_of(now))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
