"""Letters: messages of the outbox that go to one destination together, from the first try until they are delivered.

A letter keeps its key and its messages over all its tries, so that a receiver can tell a repeat from a new one.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import or_, select, update

from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.app_db.app_schema import deliveries, destinations, outbox
from warehouse.errors import ChangeRefused
from warehouse.sql.moment_sql import instant
from warehouse.sql.moments import Clock, instant_of
from warehouse.stores.connect import Stores
from workflow.records.outbox import BY, NEW_ALERTS, WAITS

BACK_OFF = tuple(timedelta(minutes=m) for m in (5, 15, 60, 240, 720))
"""After so many runs that did not deliver it, the next try of `messages deliver` is so much later; the last one stays."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """Messages of one kind that go to one destination together. `about` has one word for each of `messages`."""

    key: str
    destination_id: int
    username: str
    variable: str
    what: str
    messages: tuple[int, ...]
    about: tuple[str, ...]
    expires_at: datetime | None
    perhaps_sent: bool
    """Whether a run was stopped while it sent this letter, so that it may have arrived."""


def waiting(stores: Stores, what: str | None = None, *, only_due: bool = False) -> list[Letter]:
    """The letters that wait, oldest first; with `only_due` those whose pause since the last try is over."""
    query = (
        select(outbox, destinations.c.username, destinations.c.variable)
        .join(destinations, destinations.c.destination_id == outbox.c.destination_id)
        .where(*WAITS)
        .order_by(outbox.c.message_id)
    )
    if what is not None:
        query = query.where(outbox.c.what == what)
    if only_due:
        now = instant_of(stores.now())
        query = query.where(or_(outbox.c.next_try_at.is_(None), instant(outbox.c.next_try_at) <= now))
    with stores.read_app_db() as app_db:
        rows = app_db.execute(query).all()

    def together(row: Any) -> tuple[int, str, str]:
        # A summary is a letter of its own: last week's and this week's are not one, nor are two days'.
        alone = "" if row.what == NEW_ALERTS else row.about
        return row.destination_id, row.what, row.letter or f"new {alone}"

    groups = [list(group) for _, group in groupby(sorted(rows, key=together), key=together)]
    return [_letter(group) for group in sorted(groups, key=lambda g: int(g[0].message_id))]


def _letter(rows: list[Any]) -> Letter:
    first = rows[0]
    return Letter(
        key=first.letter or secrets.token_hex(8),
        destination_id=first.destination_id,
        username=first.username,
        variable=first.variable,
        what=first.what,
        messages=tuple(row.message_id for row in rows),
        about=tuple(row.about for row in rows),
        expires_at=first.expires_at,
        perhaps_sent=any(row.sending_since is not None for row in rows),
    )


def take(stores: Stores, letter: Letter, messages: Collection[int]) -> bool:
    """Mark `messages` of a letter as being sent; False if one of them was sent or ended in the meantime."""
    try:
        with audit.bookkeeping(stores) as entry:
            taken = entry.app_db.execute(
                update(outbox)
                .where(outbox.c.message_id.in_(messages), *WAITS)
                .values(letter=letter.key, sending_since=entry.at)
            )
            if taken.rowcount != len(messages):
                raise ChangeRefused("This message was sent or ended in the meantime.")
    except ChangeRefused:
        return False
    return True


def sent(
    stores: Stores, letter: Letter, messages: Collection[int], content: dict[str, Any], **tried: Any
) -> None:
    """Note that a letter was delivered, with what it held. `tried` is its line in the history of deliveries."""
    with audit.entry(stores, BY, "message.delivered", letter.username, _line(letter, tried)) as entry:
        _history(entry, letter, delivered=True, **tried)
        entry.app_db.execute(
            update(outbox)
            .where(outbox.c.message_id.in_(messages))
            .values(sent_at=entry.at, sending_since=None, next_try_at=None, content=content)
        )


def failed(stores: Stores, letter: Letter, **tried: Any) -> None:
    """Note that a letter was not delivered, and after which pause `messages deliver` tries again."""
    with audit.entry(stores, BY, "message.failed", letter.username, _line(letter, tried)) as entry:
        _history(entry, letter, delivered=False, **tried)
        its = outbox.c.message_id.in_(letter.messages)
        runs = entry.app_db.execute(select(outbox.c.failed_runs).where(its)).scalars().all()
        pause = BACK_OFF[min(max(runs, default=0), len(BACK_OFF) - 1)]
        next_try_at = Clock(stores.settings.timezone).later(entry.at, pause)
        entry.app_db.execute(
            update(outbox)
            .where(its, *WAITS)
            .values(failed_runs=outbox.c.failed_runs + 1, next_try_at=next_try_at, sending_since=None)
        )


def _line(letter: Letter, tried: Mapping[str, Any]) -> str:
    return f"{letter.what}: {tried['said']}"


def _history(entry: AuditEntry, letter: Letter, *, delivered: bool, **tried: Any) -> None:
    # A letter that could not even be tried has no key yet.
    key = letter.key if tried["tries"] else None
    row = {"destination_id": letter.destination_id, "what": letter.what, "letter": key}
    entry.append(deliveries, delivered=delivered, at=entry.at, **row, **tried)
