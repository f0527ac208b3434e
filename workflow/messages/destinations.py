"""Where messages go: whose message, which kind, and the environment variable that holds the address.

An address is a secret: a Slack or Teams web hook, an e-mail server's password. It stands in the variable and nowhere
else, neither in the application database nor in a log; the application database knows the variable's name.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, update

from warehouse.access import audit
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import destinations
from warehouse.app_db.app_schema import outbox as waiting
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.alerts.assignment import viewer_of
from workflow.records import outbox

VARIABLE = re.compile(r"CONCORD_MESSAGES_[A-Z0-9_]{1,40}")
"""Only such variables are read: a slip must not send a message to a database's address."""
WHAT = {
    outbox.WEEKLY: "The weekly Customer Health summary",
    outbox.NEW_ALERTS: "New alerts of the nightly run",
    outbox.MENTIONS: "Each day, how many mentions and overdue records wait",
}
ROLES = ("relationship_manager", "team_lead")
"""Who has a Customer health page, and so a message about it."""


def may_have(role: str, what: str) -> bool:
    """Whether a role has the page that a message leads to: Customer health, or the inbox, which everybody has."""
    return what == outbox.MENTIONS or role in ROLES


def add_destination(stores: Stores, username: str, what: str, variable: str, by: str) -> None:
    """Send `what` for this person to the address that stands in an environment variable, from now on.

    Raises ChangeRefused if the person cannot have such a message, or the name is none that is read.
    """
    if what not in WHAT:
        raise ChangeRefused(f"“{what[:40]}” is no message. Messages are: {in_words(list(WHAT))}.")
    if not VARIABLE.fullmatch(variable):
        raise ChangeRefused(
            "The address stands in an environment variable whose name begins with CONCORD_MESSAGES_, such as "
            "CONCORD_MESSAGES_TEAM_EAST. Give that name, never the address itself."
        )
    viewer = viewer_of(stores, username)
    if viewer is None and what == outbox.MENTIONS:
        raise ChangeRefused(f"“{username[:40]}” has no open account, so no inbox. Nothing was changed.")
    if viewer is None or not may_have(viewer.role, what):
        raise ChangeRefused(
            f"“{username[:40]}” has no Customer health page, so there is no message for them. Name an RM or a team lead."
        )
    with audit.entry(stores, by, "message.add", username, f"{what} to {variable}") as entry:
        same = [
            destinations.c.username == username,
            destinations.c.what == what,
            destinations.c.variable == variable,
            destinations.c.ended_at.is_(None),
        ]
        if entry.app_db.execute(select(destinations.c.destination_id).where(*same)).first():
            raise ChangeRefused("This message is sent there already, so nothing was changed.")
        row = {"username": username, "what": what, "variable": variable, "added_by": by, "added_at": entry.at}
        entry.append(destinations, **row)


def end_destination(stores: Stores, destination_id: int, by: str) -> None:
    """Send nothing there any more, not even what waits; the line stays. Raises ChangeRefused if there is none such."""
    with audit.entry(stores, by, "message.end", str(destination_id)) as entry:
        ended = entry.app_db.execute(
            update(destinations)
            .where(destinations.c.destination_id == destination_id, destinations.c.ended_at.is_(None))
            .values(ended_at=entry.at)
        )
        if ended.rowcount != 1:
            raise ChangeRefused(f"Nothing is sent under the number {destination_id}.")
        outbox.end_in(entry, outbox.DESTINATION_ENDED, waiting.c.destination_id == destination_id)


def listing(reader: Reader) -> list[Any]:
    """Where messages go now: destination_id, username, what, variable."""
    t = destinations
    return reader.rows(
        select(t.c.destination_id, t.c.username, t.c.what, t.c.variable)
        .where(t.c.ended_at.is_(None))
        .order_by(t.c.destination_id)
    )


def in_words(kinds: Sequence[str]) -> str:
    """Kinds of message for a sentence."""
    return ", ".join(f"{kind} ({WHAT[kind].lower()})" for kind in kinds)
