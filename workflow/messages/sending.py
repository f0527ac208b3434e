"""Sending messages: what waits in the outbox goes to the addresses an operator set, tried again until it is delivered.

One run sends at a time, whoever started it, so no message is sent by two. A program that is stopped between sending a
letter and noting it cannot know whether it arrived: the next run sends it again, with the same `Idempotency-Key`, and
so it does when a server takes a letter and answers too late. Never is one lost without a line that says so.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from warehouse.access import data_coverage
from warehouse.access.locks import StillOurs, one_at_a_time
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts
from warehouse.stores.connect import Stores
from workflow.alerts.assignment import viewer_of
from workflow.messages import digest, inbox_digest, letters
from workflow.messages.destinations import VARIABLE, may_have
from workflow.messages.letters import Letter
from workflow.records import outbox

PLUGINS = {
    "NotifySlack": "Slack",
    "NotifyMSTeams": "Teams",
    "NotifyWorkflows": "Teams",
    "NotifyEmail": "e-mail",
    "NotifyJSON": "a web hook",
}
"""Apprise knows a hundred services; these are the ones a bank agreed on."""
PAUSES = (2.0, 10.0, 60.0)
"""Seconds between the four tries of one run."""
ANOTHER_RUN = 600.0
"""So many seconds a run waits for another one that is sending."""
_TALKERS = ("apprise", "urllib3", "requests")
"""Libraries whose logs may hold an address, each of their loggers for itself."""


@dataclass(frozen=True, kw_only=True)
class Sent:
    """What became of one letter. `outcome` holds neither address nor text."""

    username: str
    what: str
    delivered: bool
    tries: int
    outcome: str


@dataclass(frozen=True, kw_only=True)
class _Run:
    """What every letter of one run needs."""

    stores: Stores
    environment: Mapping[str, str]
    pause: Callable[[float], None]
    still_ours: StillOurs
    today: date
    """The last day of the data."""


def send(
    stores: Stores,
    what: str | None,
    environment: Mapping[str, str],
    pause: Callable[[float], None] = time.sleep,
    *,
    only_due: bool = False,
) -> list[Sent]:
    """Send what waits, of one kind or of all; gives what became of each letter.

    Asked for weekly summaries or mentions, it first writes that of the running week or day for whoever has none. With
    `only_due` it leaves out what failed a short time ago. Raises NothingLoaded if there is no bank, and ChangeRefused
    if another run is sending all the while.
    """
    today = data_coverage.as_of(Reader(stores, SYSTEM, stores.snapshot()))
    if what == outbox.WEEKLY:
        outbox.write_weekly(stores)
    elif what == outbox.MENTIONS:
        inbox_digest.write_due(stores)
    with one_at_a_time(stores, "messages", ANOTHER_RUN) as still_ours:
        run = _Run(stores=stores, environment=environment, pause=pause, still_ours=still_ours, today=today)
        results = []
        # Each letter is looked at when its turn comes: a run may take an hour, and what waits changes meanwhile.
        for letter in letters.waiting(stores, what, only_due=only_due):
            if still_ours():
                results += _one(run, letter)
            else:
                outcome = "Not tried: the connection to the application database was lost."
                lost = Sent(
                    username=letter.username, what=letter.what, delivered=False, tries=0, outcome=outcome
                )
                results.append(lost)
        return results


def _became(letter: Letter, tries: int, outcome: str, *, delivered: bool) -> Sent:
    return Sent(username=letter.username, what=letter.what, delivered=delivered, tries=tries, outcome=outcome)


def _one(run: _Run, letter: Letter) -> list[Sent]:
    def given_up(why: str) -> list[Sent]:
        outbox.end(run.stores, letter.username, letter.messages, why)
        return [_became(letter, 0, f"Not sent: {why}", delivered=False)]

    def not_tried(why: str) -> list[Sent]:
        letters.failed(run.stores, letter, tries=0, said=why, for_day=run.today)
        return [_became(letter, 0, why, delivered=False)]

    if _is_over(run, letter):
        return given_up(outbox.DAY_OVER if letter.what == outbox.MENTIONS else outbox.WEEK_OVER)
    # Asked anew each time: a role or a team that was taken away takes the message with it.
    viewer = viewer_of(run.stores, letter.username)
    if viewer is None or not may_have(viewer.role, letter.what):
        return given_up(outbox.NO_PAGE)
    address = run.environment.get(letter.variable, "")
    if not VARIABLE.fullmatch(letter.variable) or not address:
        return not_tried(f"Not sent: the variable {letter.variable} is not set.")
    reader = Reader(run.stores, viewer, run.stores.snapshot())
    messages, results = letter.messages, list[Sent]()
    if letter.what == outbox.NEW_ALERTS:
        news = set(digest.newly_flagged(reader, run.today, letter.about)["alert_id"])
        stale = [about for about in letter.about if about not in news]
        results += _not_news(run, letter, stale)
        messages = tuple(m for m, a in zip(letter.messages, letter.about, strict=True) if a in news)
        message = digest.new_alerts(reader, run.today, news)
    elif letter.what == outbox.MENTIONS:
        message = inbox_digest.waiting(reader, run.stores.now().date())
        if message is None:
            outbox.end(run.stores, letter.username, messages, outbox.NOTHING_WAITS)
    else:
        message = digest.weekly(reader, run.today, inbox_digest.line(reader))
    if message is None:
        return results
    import apprise  # takes longer to import than a night without messages should wait for

    channel = apprise.Apprise()
    with _silent():
        channel.add(address)
        if {type(p).__name__ for p in channel} - set(PLUGINS) or not len(channel):
            return results + not_tried(
                "Not sent: the variable holds no address of Slack, Teams, e-mail or a web hook."
            )
        if sum(len(plugin) for plugin in channel) != 1:
            # Were one of two delivered and the other not, a further try would tell the first one twice.
            return results + not_tried(
                "Not sent: the variable holds several addresses. Put one address in each variable, "
                "and add a destination for each."
            )
        if letters.take(run.stores, letter, messages):
            results.append(_deliver(run, letter, messages, (channel, apprise.NotifyFormat.TEXT), message))
    return results


def _is_over(run: _Run, letter: Letter) -> bool:
    return letter.expires_at is not None and run.stores.now() >= letter.expires_at


def _not_news(run: _Run, letter: Letter, about: Collection[str]) -> list[Sent]:
    """End the messages about alerts that are no news to the receiver, each with its own reason."""
    if not about:
        return []
    query = select(alerts.c.alert_id, alerts.c.status, alerts.c.due_on)
    with run.stores.read_app_db() as app_db:
        rows = {row.alert_id: row for row in app_db.execute(query.where(alerts.c.alert_id.in_(about)))}
    numbers = dict(zip(letter.about, letter.messages, strict=True))
    reasons: dict[str, list[int]] = {}
    for alert_id in about:
        row = rows.get(alert_id)
        over = row is None or row.status == "closed"
        late = row is not None and row.due_on < run.today
        why = outbox.ALERT_ENDED if over else outbox.ALERT_OVERDUE if late else outbox.MOVED
        reasons.setdefault(why, []).append(numbers[alert_id])
    for why, messages in reasons.items():
        outbox.end(run.stores, letter.username, messages, why)
    return [
        _became(letter, 0, f"Not sent: {why}", delivered=False)
        for why in reasons
        if why not in outbox.NOT_DUE_ANY_MORE
    ]


def _deliver(
    run: _Run,
    letter: Letter,
    messages: Collection[int],
    through: tuple[Any, Any],
    message: digest.Message,
) -> Sent:
    channel, as_text = through
    for plugin in channel:
        # A web hook and a mail server can tell by it that they have this letter already.
        if type(plugin).__name__ in ("NotifyJSON", "NotifyEmail"):
            plugin.headers["Idempotency-Key"] = letter.key
    where = PLUGINS[next(type(plugin).__name__ for plugin in channel)]
    again = " It may have arrived twice: an earlier run was stopped while sending it." * letter.perhaps_sent
    tries, outcome = 0, ""
    for wait in (*PAUSES, None):
        if not run.still_ours():
            outcome = (
                "Not delivered: the connection to the application database was lost while it was being sent."
            )
            break
        if _is_over(run, letter):
            outcome = f"Not delivered: {where} did not accept it in {tries} tries, and its time is over."
            break
        tries += 1
        # As plain text: a customer number or a rule is never read as markup.
        if channel.notify(title=message.title, body=message.body(), body_format=as_text):
            outcome = f"Delivered to {where}.{again}"
            content = {"title": message.title, "lines": message.lines}
            letters.sent(run.stores, letter, messages, content, tries=tries, said=outcome, for_day=run.today)
            return _became(letter, tries, outcome, delivered=True)
        outcome = f"Not delivered: {where} did not accept it in {tries} tries."
        if wait is not None:
            run.pause(wait)
    letters.failed(run.stores, letter, tries=tries, said=outcome, for_day=run.today)
    return _became(letter, tries, outcome, delivered=False)


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
