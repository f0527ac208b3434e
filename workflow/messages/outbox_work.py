"""The outbox for an administrator: what waits, what was sent and given up, and trying again at once."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import select, update

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import destinations, outbox
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.messages import destinations as where
from workflow.records.outbox import WAITS

_NOT_YOURS = "Messages and where they go are an administrator's work. Ask one; nothing was changed."


def latest(reader: Reader, most: int) -> pd.DataFrame:
    """The latest messages, with whose they are and what became of them; never what they say."""
    t = outbox.c
    query = (
        select(
            t.message_id,
            destinations.c.username,
            t.what,
            t.written_at,
            t.failed_runs,
            t.next_try_at,
            t.sent_at,
            t.ended_at,
            t.ended_why,
        )
        .join(destinations, destinations.c.destination_id == t.destination_id)
        .order_by(t.message_id.desc())
    )
    return reader.frame(query.limit(most))


def retry(stores: Stores, viewer: Viewer) -> int:
    """Let the next run of “messages deliver” try everything that waits, whatever its pause; gives how many."""
    _check(stores, viewer, "retry")
    with audit.entry(stores, viewer.username, "message.retry") as entry:
        freed = entry.app_db.execute(
            update(outbox).where(*WAITS, outbox.c.next_try_at.is_not(None)).values(next_try_at=None)
        )
        if not freed.rowcount:
            raise ChangeRefused("No message is in a pause between two tries, so nothing was changed.")
    return int(freed.rowcount)


def add_destination(stores: Stores, viewer: Viewer, username: str, what: str, variable: str) -> None:
    """See `workflow.messages.destinations.add_destination`."""
    _check(stores, viewer, "add")
    where.add_destination(stores, username, what, variable, by=viewer.username)


def end_destination(stores: Stores, viewer: Viewer, destination_id: int) -> None:
    """See `workflow.messages.destinations.end_destination`."""
    _check(stores, viewer, "end")
    where.end_destination(stores, destination_id, by=viewer.username)


def _check(stores: Stores, viewer: Viewer, what: str) -> None:
    audit.check_role(stores, viewer, ("administrator",), "message.refused", _NOT_YOURS, "", what)
