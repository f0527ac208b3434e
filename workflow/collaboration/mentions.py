"""Who is named in what colleagues write, with @ and a name, a sign-in name or a department; and what waits for whom.

A mention waits until who was named has answered in the thread or ticked it off.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.app_db.app_schema import mention_answers, record_entries, record_mentions, users
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration.record_kind import DEPARTMENT_OF


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """Somebody who can be named: never an account that is closed."""

    username: str
    full_name: str
    role: str

    @property
    def department(self) -> str:
        return DEPARTMENT_OF.get(self.role, "")


def colleagues(stores: Stores) -> tuple[Colleague, ...]:
    """Everybody with an open account, by name."""
    return Reader(stores, SYSTEM).kept(_colleagues)


_OPEN_ACCOUNTS = (
    select(users.c.username, users.c.full_name, users.c.role)
    .where(users.c.disabled_at.is_(None))
    .order_by(users.c.full_name, users.c.username)
)


def _colleagues(reader: Reader) -> tuple[Colleague, ...]:
    return _of(reader.rows(_OPEN_ACCOUNTS))


def _of(rows: Iterable[Any]) -> tuple[Colleague, ...]:
    return tuple(Colleague(username=r.username, full_name=r.full_name, role=r.role) for r in rows)


def named_in(texts: Iterable[str], everybody: Iterable[Colleague]) -> set[str]:
    """The sign-in names of who is named with @: by full name, sign-in name, or department."""
    text = " ".join(texts)
    if "@" not in text:
        return set()
    words: dict[str, set[str]] = {}
    for c in everybody:
        for word in (c.full_name, c.username, c.department):
            if word:
                words.setdefault(word.lower(), set()).add(c.username)
    # The longest first: “@Ann Lee” names her, and not a colleague who signs in as ann.
    any_word = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    named = re.findall(rf"(?<![\w.])@({any_word})(?![\w-]|\.\w)", text, re.IGNORECASE) if words else []
    return {username for word in named for username in words[word.lower()]}


def append(
    entry: AuditEntry, entry_id: int, kind: str, viewer: Viewer, texts: Iterable[str], to: Iterable[str]
) -> set[str]:
    """Keep who is named in an entry, or is `to` find it, inside the change that writes it; gives their sign-in names.

    Whoever answers in a record has answered the mentions of her there.
    Who may not read the kind is not told of it, and nobody is told of her own words.
    """
    everybody = _of(entry.app_db.execute(_OPEN_ACCOUNTS))
    named = named_in(texts, everybody) | set(to)
    sees = RECORD_RIGHTS[kind].see
    recipients = {c.username for c in everybody if c.username in named and c.role in sees} - {viewer.username}
    for username in sorted(recipients):
        entry.append(record_mentions, entry_id=entry_id, username=username, kind=kind)
    _answer_waiting(entry, entry_id, viewer)
    return recipients


def _answer_waiting(entry: AuditEntry, entry_id: int, viewer: Viewer) -> None:
    """Whoever writes in a record has dealt with every mention of her there."""
    record = select(record_entries.c.record_id).where(record_entries.c.entry_id == entry_id).scalar_subquery()
    entries = select(record_entries.c.entry_id).where(record_entries.c.record_id == record)
    waiting = _waiting_of(viewer).where(record_mentions.c.entry_id.in_(entries))
    for number in entry.app_db.execute(waiting).scalars().all():
        entry.append(mention_answers, "answered", entry_id=number)


def tick_off(stores: Stores, viewer: Viewer, entry_id: int) -> None:
    """The viewer has dealt with a mention of her. Raises ChangeRefused where there is none, or it is dealt with."""
    with audit.entry(stores, viewer.username, "mention.done", str(entry_id)) as entry:
        mine = _waiting_of(viewer).where(record_mentions.c.entry_id == entry_id)
        if entry.app_db.execute(mine).first() is None:
            raise ChangeRefused("This is off your list already.")
        entry.append(mention_answers, "answered", entry_id=entry_id)


def waiting_for(reader: Reader) -> frozenset[int]:
    """The entries that name the viewer and that she has not dealt with."""
    return reader.kept(_waiting).get(reader.viewer.username, frozenset())


def _waiting(reader: Reader) -> Mapping[str, frozenset[int]]:
    """Sign-in name → entries that wait. Of everybody's, for what is kept may not depend on who looks."""
    done = {(r.entry_id, r.answered_by) for r in reader.rows(select(mention_answers))}
    waiting: dict[str, set[int]] = {}
    for row in reader.rows(select(record_mentions)):
        if (row.entry_id, row.username) not in done:
            waiting.setdefault(row.username, set()).add(int(row.entry_id))
    return {username: frozenset(entries) for username, entries in waiting.items()}


def _waiting_of(viewer: Viewer) -> Select:
    """The entries that name the viewer and that she has not dealt with, to be narrowed."""
    done = select(mention_answers.c.entry_id).where(mention_answers.c.answered_by == viewer.username)
    return select(record_mentions.c.entry_id).where(
        record_mentions.c.username == viewer.username, record_mentions.c.entry_id.not_in(done)
    )


def departments_named(reader: Reader) -> Mapping[int, frozenset[str]]:
    """Entry → the departments of the colleagues it names, of the kinds that the viewer reads."""
    of = {c.username: c.department for c in colleagues(reader.stores)}
    entries: dict[int, set[str]] = {}
    for row in reader.rows(select(record_mentions)):
        if department := of.get(row.username):
            entries.setdefault(int(row.entry_id), set()).add(department)
    return {entry: frozenset(departments) for entry, departments in entries.items()}
