"""The outbox: what is due to be sent, each message once.

A message is written in the transaction of the fact it is about, so there is never one without the other. Its key is
where it goes, its kind, and what it is about: the Monday of the week or the day it is sent in, or one alert. It waits
until it is delivered, or is ended with a reason. `workflow.messages.letters` says what goes together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.app_db.app_schema import alerts, destinations, outbox, users
from warehouse.stores.connect import Stores

WEEKLY, NEW_ALERTS, MENTIONS = "weekly", "new_alerts", "mentions"
BY = "messages"
WEEK_OVER = "The week was over before it could be delivered."
DAY_OVER = "The day was over before it could be delivered; the next day’s message counts anew."
NOTHING_WAITS = "Nothing waits for this person any more."
ALERT_OVERDUE = "The alert passed its day before it could be delivered, so it is no news any more."
NO_PAGE = "This person has no page any more that the message leads to."
ALERT_ENDED = "The alert ended before it could be delivered."
MOVED = "The alert is not in this person's queue any more."
DESTINATION_ENDED = "The destination was ended."
NOT_DUE_ANY_MORE = (ALERT_ENDED, MOVED, DESTINATION_ENDED, NOTHING_WAITS)
"""Reasons after which nobody misses the message."""
WAITS = (outbox.c.sent_at.is_(None), outbox.c.ended_at.is_(None))


def monday_of(day: date) -> date:
    """The Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def write_weekly(stores: Stores) -> int:
    """Write the summary of the running week, by the clock, for each destination that has none yet; gives how many."""
    monday = monday_of(stores.now().date())
    with stores.read_app_db() as app_db:
        if not _weekly(app_db, monday):
            return 0
    with audit.entry(stores, BY, "message.due", WEEKLY, f"week of {monday:%Y-%m-%d}") as entry:
        due = _weekly(entry.app_db, monday)
        ends = datetime.combine(monday + timedelta(days=7), time())
        _write(entry, [(number, WEEKLY, monday.isoformat(), ends) for number in due])
    return len(due)


def _weekly(app_db: Connection, monday: date) -> list[int]:
    there = select(outbox.c.destination_id).where(
        outbox.c.what == WEEKLY, outbox.c.about == monday.isoformat()
    )
    t = destinations
    query = select(t.c.destination_id).where(t.c.what == WEEKLY, t.c.ended_at.is_(None))
    return list(app_db.execute(query.where(t.c.destination_id.not_in(there))).scalars())


def daily_not_written(stores: Stores) -> dict[int, str]:
    """Destination → whose it is, for each that gets a daily message and has none of today, by the clock."""
    with stores.read_app_db() as app_db:
        return _daily(app_db, stores.now().date())


def write_daily(stores: Stores, where: Collection[int]) -> int:
    """Write today's message, by the clock, for those of the destinations that have none yet; gives how many.

    It is given up when the day is over: the next one counts anew.
    """
    if not where:
        return 0
    today = stores.now().date()
    with audit.entry(stores, BY, "message.due", MENTIONS, f"{today:%Y-%m-%d}") as entry:
        due = [number for number in _daily(entry.app_db, today) if number in where]
        ends = datetime.combine(today + timedelta(days=1), time())
        _write(entry, [(number, MENTIONS, today.isoformat(), ends) for number in due])
    return len(due)


def _daily(app_db: Connection, today: date) -> dict[int, str]:
    there = select(outbox.c.destination_id).where(
        outbox.c.what == MENTIONS, outbox.c.about == today.isoformat()
    )
    t = destinations
    query = select(t.c.destination_id, t.c.username).where(t.c.what == MENTIONS, t.c.ended_at.is_(None))
    rows = app_db.execute(query.where(t.c.destination_id.not_in(there)).order_by(t.c.destination_id))
    return {int(row.destination_id): str(row.username) for row in rows}


def write_new_alerts(entry: AuditEntry, raised: Iterable[Mapping[str, Any]]) -> None:
    """Write, in the change that raises alerts, a message about each to every destination of those who work it.

    A held-out alert is told to nobody, and neither is one that waits in the pool.
    """
    visible = [a for a in raised if a["arm"] == "treated" and a["rm_id"] is not None]
    if not visible:
        return
    query = (
        select(destinations.c.destination_id, users.c.role, users.c.rm_id, users.c.team)
        .join(users, users.c.username == destinations.c.username)
        .where(destinations.c.what == NEW_ALERTS, destinations.c.ended_at.is_(None))
        .where(users.c.disabled_at.is_(None))
        .order_by(destinations.c.destination_id)
    )
    due = []
    for where in entry.app_db.execute(query):
        key = {"relationship_manager": "rm_id", "team_lead": "team"}.get(where.role)
        own = getattr(where, key) if key else None
        if key and own is not None:
            due += [
                (where.destination_id, NEW_ALERTS, str(alert["alert_id"]), None)
                for alert in visible
                if alert[key] == own
            ]
    written = select(outbox.c.destination_id, outbox.c.about).where(
        outbox.c.what == NEW_ALERTS, outbox.c.about.in_([str(a["alert_id"]) for a in visible])
    )
    there = {tuple(row) for row in entry.app_db.execute(written)}
    _write(entry, [message for message in due if (message[0], message[2]) not in there])


def _write(entry: AuditEntry, due: Iterable[tuple[int, str, str, datetime | None]]) -> None:
    rows = [
        {
            "destination_id": destination_id,
            "what": what,
            "about": about,
            "written_at": entry.at,
            "expires_at": expires_at,
            "failed_runs": 0,
        }
        for destination_id, what, about, expires_at in due
    ]
    if rows:
        entry.app_db.execute(insert(outbox), rows)


def end(stores: Stores, username: str, messages: Collection[int], why: str) -> None:
    """Give messages up, with the reason. Whoever works the alert of one that moved is told instead."""
    with audit.entry(stores, BY, "message.ended", username, f"{len(messages)} ended: {why}") as entry:
        its = outbox.c.message_id.in_(messages)
        about = list(entry.app_db.execute(select(outbox.c.about).where(its)).scalars())
        end_in(entry, why, its)
        if why == MOVED:
            moved = entry.app_db.execute(select(alerts).where(alerts.c.alert_id.in_(about))).mappings()
            write_new_alerts(entry, [dict(row) for row in moved])


def end_in(entry: AuditEntry, why: str, *which: ColumnElement[bool]) -> None:
    """Give messages that wait up, inside a change that is open."""
    values = {"ended_at": entry.at, "ended_why": why, "sending_since": None}
    entry.app_db.execute(update(outbox).where(*which, *WAITS).values(**values))
