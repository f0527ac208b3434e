"""Messages to where people already look: the weekly Customer Health summary, and what the night raised anew.

A message is built through the receiver's own door, as she would see it at the screen, and says less than the screen: a
channel has more readers than her, so it carries counts, customer numbers and days, and never a name, an amount or a
reason. Everything else is one link away, behind the sign-in.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import pandas as pd

from metrics.comparison.words import day
from warehouse.access.reader import Reader
from workflow.alerts import alert_queue
from workflow.alerts.queue_changes import changes

AT_MOST = 8
"""Customers named by number in one message."""


@dataclass(frozen=True, kw_only=True)
class Message:
    """What is sent: a title, lines, and the view it leads to."""

    title: str
    lines: tuple[str, ...]
    link: str

    def body(self) -> str:
        """The text below the title."""
        return "\n".join((*self.lines, self.link) if self.link else self.lines)


def weekly(reader: Reader, today: date, inbox: str = "") -> Message:
    """What changed since Monday, what is due and overdue, for the receiver's own queue; and a line about her inbox."""
    people = alert_queue.by_customer(alert_queue.open_alerts(reader, today=today))
    since, counts = changes(reader, people, today), alert_queue.counts(people, today)
    worse = "" if since.worse is None else f", {len(since.worse)} worse"
    lines = [
        f"Since Monday {day(since.since)}, with data to {day(today)}: {len(since.new)} new{worse}. "
        f"Alerts closed: {since.closed}. Customers who accepted an offer: {len(since.accepted)}.",
        f"Due within 7 days: {len(since.due)}. Overdue: {len(since.overdue)}.",
    ]
    masks = alert_queue.kinds(people, today)
    pressing = people[masks["due"] | masks["overdue"]]
    lines += _by_number(pressing, today)
    lines += [inbox] if inbox else []
    view = "overdue" if counts["overdue"] else "due" if counts["due"] else "all"
    return Message(
        title=f"Customer health, {day(today)}: {_customers(counts['open'])} to call",
        lines=tuple(lines),
        link=link_to(reader, "customer-health", show=view),
    )


def new_alerts(reader: Reader, today: date, alert_ids: Collection[str]) -> Message | None:
    """The customers of those of the alerts that the receiver has in her queue now; None if there is none."""
    fresh = alert_queue.by_customer(newly_flagged(reader, today, alert_ids))
    if fresh.empty:
        return None
    only = str(fresh["customer_id"].iloc[0]) if len(fresh) == 1 else ""
    link = link_to(reader, "customer", cid=only) if only else link_to(reader, "customer-health", show="new")
    raised = sorted(set(fresh["raised_on"].dt.date))
    when = f"on {day(raised[0])}" if len(raised) == 1 else f"from {day(raised[0])} to {day(raised[-1])}"
    return Message(
        title=f"{_customers(len(fresh))} newly flagged {when}",
        lines=tuple(_by_number(fresh, today)),
        link=link,
    )


def newly_flagged(reader: Reader, today: date, alert_ids: Collection[str]) -> pd.DataFrame:
    """Those of the alerts that are still news to the receiver: open, hers, and not past their day."""
    alerts = alert_queue.open_alerts(reader, today=today)
    return alerts[alerts["alert_id"].isin(list(alert_ids)) & (alerts["due_on"] >= pd.Timestamp(today))]


def _by_number(people: pd.DataFrame, today: date) -> list[str]:
    first = people.head(AT_MOST)
    lines = [
        f"Customer {customer_id}: {alert_queue.due_words(due_on, today)}"
        for customer_id, due_on in zip(first["customer_id"], first["due_on"].dt.date, strict=True)
    ]
    if len(people) > AT_MOST:
        lines.append(f"… and {len(people) - AT_MOST} more.")
    return lines


def _customers(number: int) -> str:
    return f"{number or 'No'} customer{'' if number == 1 else 's'}"


def link_to(reader: Reader, page: str, **parameters: str) -> str:
    """The exact view, as the app's address says it; empty while nobody set that address."""
    address = reader.stores.settings.app_address.rstrip("/")
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"{address}/{page}{query}" if address else ""
