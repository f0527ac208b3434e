"""What waits in the outbox and what was given up, in sentences for whoever runs Concord."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pandas as pd
from sqlalchemy import select

from metrics.comparison.words import day
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import deliveries, destinations, outbox
from workflow.records.outbox import NOT_DUE_ANY_MORE, WEEKLY, monday_of

SHOWN_DAYS = 30
"""So long a message that was given up is named."""


def sentences(reader: Reader, now: datetime) -> list[str]:
    """One sentence for each destination with messages that wait, one for each reason some were given up; or none."""
    rows = _rows(reader)
    waits = rows[rows["ended_at"].isna()]
    reasons = _last_results(reader)
    lines = []
    for (number, username), group in waits.groupby(["destination_id", "username"], sort=False):
        since = pd.Timestamp(group["written_at"].iloc[0])  # the first written
        reason = reasons.get(int(str(number)), "It has not been tried yet.")
        lines.append(f"{_messages(len(group))} to {username}: waiting since {_moment(since)}. {reason}")
    lost = rows[
        rows["ended_at"].notna()
        & ~rows["ended_why"].isin(NOT_DUE_ANY_MORE)
        & (pd.to_datetime(rows["ended_at"]) >= pd.Timestamp(now - timedelta(days=SHOWN_DAYS)))
    ]
    for (username, why), group in lost.groupby(["username", "ended_why"], sort=False):
        last = pd.Timestamp(group["ended_at"].max())
        when = "" if len(group) == 1 else "last "
        lines.append(f"{_messages(len(group))} to {username}: given up, {when}on {_moment(last)}. {why}")
    return lines


def summary(reader: Reader, now: datetime) -> str:
    """What became of the messages, in one sentence."""
    rows = _rows(reader)
    waits = rows[rows["ended_at"].isna()]
    if len(waits):
        whose = sorted(set(waits["username"]))
        return f"{_messages(len(waits))} to {_names(whose)} {'waits' if len(waits) == 1 else 'wait'} to be delivered."
    there = reader.frame(select(destinations.c.destination_id).where(destinations.c.ended_at.is_(None)))
    if there.empty:
        return "No message is due: nobody has a destination for one."
    if sentences(reader, now):
        return f"No message waits; some were given up in the last {SHOWN_DAYS} days."
    return "Every message that was due has been delivered."


def week(reader: Reader, today: date) -> str:
    """What became of the weekly summaries of the running week, by the clock."""
    monday = monday_of(today)
    t = outbox
    rows = reader.frame(
        select(t.c.sent_at, t.c.ended_at, destinations.c.username)
        .join(destinations, destinations.c.destination_id == t.c.destination_id)
        .where(t.c.what == WEEKLY, t.c.about == monday.isoformat())
    )
    if rows.empty:
        return (
            "Nobody has a destination for the weekly summary, so none is due. “destinations add” makes one."
        )
    done = sorted(set(rows[rows["sent_at"].notna()]["username"]))
    if not done:
        return f"No summary of the week of Monday {day(monday)} was delivered."
    return f"The summary of the week of Monday {day(monday)} has been delivered to {_names(done)}."


def _rows(reader: Reader) -> pd.DataFrame:
    t = outbox
    return reader.frame(
        select(
            t.c.destination_id,
            destinations.c.username,
            t.c.written_at,
            t.c.ended_at,
            t.c.ended_why,
        )
        .join(destinations, destinations.c.destination_id == t.c.destination_id)
        .where(t.c.sent_at.is_(None))
        .order_by(t.c.message_id)
    )


def _last_results(reader: Reader) -> dict[int, str]:
    """Why the last try to each destination failed."""
    t = deliveries
    rows = reader.frame(
        select(t.c.destination_id, t.c.said).where(t.c.delivered.is_(False)).order_by(t.c.delivery_id)
    )
    return dict(zip(rows["destination_id"].astype(int), rows["said"], strict=True))


def _messages(number: int) -> str:
    return f"{number:,} message{'' if number == 1 else 's'}"


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _moment(at: pd.Timestamp) -> str:
    return f"{day(at.date())}, {at:%H:%M}"
