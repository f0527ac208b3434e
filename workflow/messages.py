"""Sending messages: to the addresses an operator set, tried again with growing pauses, each with a line on the desk.

An address is a secret: a Slack or Teams web hook, an e-mail server's password. It stands in an environment variable and
nowhere else, neither on the desk nor in a log; the desk knows the variable's name. A message may arrive twice if the
program is stopped between sending and noting it; it is never lost without a line that says so.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from warehouse import coverage, journal
from warehouse.access import SYSTEM, Reader
from warehouse.connect import Stores
from warehouse.desk import deliveries, destinations
from warehouse.errors import ChangeRefused
from workflow import digest
from workflow.assign import viewer_of

VARIABLE = re.compile(r"CONCORD_MESSAGES_[A-Z0-9_]{1,40}")
"""Only such variables are read: a slip must not send a message to a database's address."""
PLUGINS = {
    "NotifySlack": "Slack",
    "NotifyMSTeams": "Teams",
    "NotifyWorkflows": "Teams",
    "NotifyEmail": "e-mail",
    "NotifyJSON": "a web hook",
}
"""Apprise knows a hundred services; these are the ones a bank agreed on."""
PAUSES = (2.0, 10.0, 60.0)
"""Seconds between the four tries."""
BY = "messages"
_TALKERS = ("apprise", "urllib3", "requests")
"""Libraries whose logs may hold an address, each of their loggers for itself."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What became of one message. `said` holds neither address nor text."""

    username: str
    what: str
    delivered: bool
    tries: int
    said: str


def add_destination(stores: Stores, username: str, what: str, variable: str, by: str) -> None:
    """Send `what` for this person to the address that stands in an environment variable, from now on.

    Raises ChangeRefused if the person cannot have such a message, or the name is none that is read.
    """
    if what not in digest.WHAT:
        raise ChangeRefused(
            f"“{what[:40]}” is no message. Messages are: {digest.in_words(list(digest.WHAT))}."
        )
    if not VARIABLE.fullmatch(variable):
        raise ChangeRefused(
            "The address stands in an environment variable whose name begins with CONCORD_MESSAGES_, such as "
            "CONCORD_MESSAGES_TEAM_EAST. Give that name, never the address itself."
        )
    viewer = viewer_of(stores, username)
    if viewer is None or viewer.role not in digest.ROLES:
        raise ChangeRefused(
            f"“{username[:40]}” has no Customer health page, so there is no message for them. Name an RM or a team lead."
        )
    with journal.entry(stores, by, "message.add", username, f"{what} to {variable}") as entry:
        same = [
            destinations.c.username == username,
            destinations.c.what == what,
            destinations.c.variable == variable,
            destinations.c.ended_at.is_(None),
        ]
        if entry.desk.execute(select(destinations.c.destination_id).where(*same)).first():
            raise ChangeRefused("This message is sent there already, so nothing was changed.")
        row = {"username": username, "what": what, "variable": variable, "added_by": by, "added_at": entry.at}
        entry.desk.execute(insert(destinations).values(**row))


def end_destination(stores: Stores, destination_id: int, by: str) -> None:
    """Send nothing there any more; the line stays. Raises ChangeRefused if there is none such."""
    with journal.entry(stores, by, "message.end", str(destination_id)) as entry:
        ended = entry.desk.execute(
            update(destinations)
            .where(destinations.c.destination_id == destination_id, destinations.c.ended_at.is_(None))
            .values(ended_at=entry.at)
        )
        if ended.rowcount != 1:
            raise ChangeRefused(f"Nothing is sent under the number {destination_id}.")


def listing(reader: Reader) -> list[Any]:
    """Where messages go now: destination_id, username, what, variable."""
    t = destinations
    return reader.rows(
        select(t.c.destination_id, t.c.username, t.c.what, t.c.variable)
        .where(t.c.ended_at.is_(None))
        .order_by(t.c.destination_id)
    )


def send(
    stores: Stores,
    what: str,
    environment: Mapping[str, str],
    pause: Callable[[float], None] = time.sleep,
) -> list[Sent]:
    """Send a message to everybody who should get it and has not yet; gives what became of each.

    A weekly summary goes out once a week, new alerts once per day of the data. One that could not be delivered is
    tried again the next time. Raises NothingLoaded if there is no bank.
    """
    system = Reader(stores, SYSTEM, stores.snapshot())
    today = coverage.as_of(system)
    for_day = today - timedelta(days=today.weekday()) if what == digest.WEEKLY else today
    results = []
    for row in listing(system):
        if row.what != what or _was_delivered(system, row.destination_id, for_day):
            continue
        sent = _one(stores, row, what, today, environment, pause)
        if sent is not None:
            results.append(sent)
            _note(stores, row.destination_id, for_day, sent)
    return results


def _one(
    stores: Stores,
    row: Any,
    what: str,
    today: date,
    environment: Mapping[str, str],
    pause: Callable[[float], None],
) -> Sent | None:
    def became(delivered: bool, tries: int, said: str) -> Sent:
        return Sent(username=row.username, what=what, delivered=delivered, tries=tries, said=said)

    # Asked anew each time: a role or a team that was taken away takes the message with it.
    viewer = viewer_of(stores, row.username)
    if viewer is None or viewer.role not in digest.ROLES:
        return became(False, 0, "Not sent: this person has no Customer health page any more.")
    address = environment.get(row.variable, "")
    if not VARIABLE.fullmatch(row.variable) or not address:
        return became(False, 0, f"Not sent: the variable {row.variable} is not set.")
    message = digest.build(what, Reader(stores, viewer, stores.snapshot()), today)
    if message is None:
        return None
    import apprise  # takes longer to import than a night without messages should wait for

    with _silent():
        return _deliver(apprise, address, message, became, pause)


def _deliver(
    apprise: Any,
    address: str,
    message: digest.Message,
    became: Callable[[bool, int, str], Sent],
    pause: Callable[[float], None],
) -> Sent:
    channel = apprise.Apprise()
    if not channel.add(address) or {type(p).__name__ for p in channel} - set(PLUGINS):
        return became(
            False, 0, "Not sent: the variable holds no address of Slack, Teams, e-mail or a web hook."
        )
    where = " and ".join(sorted({PLUGINS[type(p).__name__] for p in channel}))
    tries = 0
    for wait in (*PAUSES, None):
        tries += 1
        # As plain text: a customer number or a rule is never read as markup.
        if channel.notify(title=message.title, body=message.body(), body_format=apprise.NotifyFormat.TEXT):
            return became(True, tries, f"Delivered to {where}.")
        if wait is not None:
            pause(wait)
    return became(False, tries, f"Not delivered: {where} did not accept it in {tries} tries.")


@contextmanager
def _silent() -> Iterator[None]:
    """What the sending library logs may hold the address, so it logs nothing."""
    talkers = [n for n in logging.root.manager.loggerDict if n.split(".")[0] in _TALKERS]
    loggers = [logging.getLogger(name) for name in talkers]
    before = [logger.disabled for logger in loggers]
    for logger in loggers:
        logger.disabled = True
    try:
        yield
    finally:
        for logger, was in zip(loggers, before, strict=True):
            logger.disabled = was


def _was_delivered(reader: Reader, destination_id: int, for_day: date) -> bool:
    t = deliveries
    done = select(t.c.delivery_id).where(
        t.c.destination_id == destination_id, t.c.for_day == for_day, t.c.delivered.is_(True)
    )
    return not reader.frame(done.limit(1)).empty


def _note(stores: Stores, destination_id: int, for_day: date, sent: Sent) -> None:
    action = "message.delivered" if sent.delivered else "message.failed"
    with journal.entry(stores, BY, action, sent.username, f"{sent.what}: {sent.said}") as entry:
        entry.desk.execute(
            insert(deliveries).values(
                destination_id=destination_id,
                what=sent.what,
                for_day=for_day,
                tries=sent.tries,
                delivered=sent.delivered,
                said=sent.said,
                at=entry.at,
            )
        )
