"""What waits for somebody: alerts with what came of them, observations, disputes and requests with whose turn each is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import pandas as pd

from metrics.comparison.words import day, days
from metrics.query.missing_reasons import not_given
from reports.review.review_context import rows_of
from reports.review.review_document import Answer, Table
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.access.record_rights import kinds_seen
from warehouse.access.roles import sees_single_rows
from warehouse.errors import AccessRefused
from workflow.alerts import alert_queue
from workflow.collaboration import record_reading
from workflow.collaboration.record_kind import Record
from workflow.collaboration.record_kinds import KINDS
from workflow.rules.unchecked_rules import not_checked, why_no_alert

ALERTS = "Which alerts are due, and what came of last week’s?"
OBSERVATIONS = "Which observations wait for an answer?"
TURNS = "Which disputes and requests are open, and whose turn is it?"
MOST_CALLS = 12
"""Customers named by number; the others are counted."""


def sees_alerts(reader: Reader) -> bool:
    """Whether alerts are part of the viewer's role, one by one."""
    return sees_single_rows(reader.viewer.role, "alerts")


def alerts(reader: Reader, now: date) -> Answer:
    """Who is to be called by when, by number: a pack is read by more people than a queue; and how last week's ended."""
    if unknown := _not_known(reader):
        return Answer(
            key="alerts", question=ALERTS, title="Who is to be called is not known", sentences=(unknown,)
        )
    today, since = data_coverage.loaded_until(reader), now - timedelta(days=7)
    try:
        people = alert_queue.by_customer(alert_queue.open_alerts(reader, today=today))
        closed = alert_queue.closed_alerts(reader, since)
    except AccessRefused as refused:
        return Answer(
            key="alerts", question=ALERTS, title="No customers are yours yet", sentences=(str(refused),)
        )
    counts = (
        alert_queue.counts(people, today) if len(people) else dict.fromkeys(("open", "due", "overdue"), 0)
    )
    return Answer(
        key="alerts",
        question=ALERTS,
        title=f"{_customers(counts['open'])} to call: {counts['due']} due in 7 days, {counts['overdue']} overdue",
        sentences=(
            _ended(closed, since),
            f"Looked at: the open alerts of your role, as of {day(today)}. Customers are named by number only.",
        ),
        table=_calls(people, today),
    )


def _not_known(reader: Reader) -> str:
    """Why the call list says nothing in this bank; "" where it does."""
    team = ("relationship_managers",) if reader.viewer.role == "team_lead" else ()
    no_owner = not_given(("customers.rm_id", *team), data_coverage.of(reader))
    if no_owner is not None:
        return f"Whose customer is whose is {no_owner.clause}."
    unflagged = why_no_alert(reader)
    if unflagged is not None:
        return unflagged.sentence
    sentences, checked = not_checked(reader)
    return " ".join(sentences) if sentences and not checked else ""


def _customers(count: int) -> str:
    return f"{count or 'No'} customer{'' if count == 1 else 's'}"


def _ended(closed: pd.DataFrame, since: date) -> str:
    if closed.empty:
        return f"No alert was closed since {day(since)}."
    outcomes = closed["outcome"].map(alert_queue.outcome_words).value_counts()
    words = "; ".join(f"{outcome}: {count}" for outcome, count in outcomes.items())
    count = "1 alert was" if len(closed) == 1 else f"{len(closed)} alerts were"
    return f"{count} closed since {day(since)}. {words}."


def _calls(people: pd.DataFrame, today: date) -> Table | None:
    """Whom to call by their day; where nobody is due this week, the first of the queue."""
    if people.empty:
        return None
    masks = alert_queue.kinds(people, today)
    pressing = people[masks["due"] | masks["overdue"]].sort_values("due_on", kind="stable")
    what = "Due and overdue"
    if pressing.empty:
        pressing, what = people[~masks["snoozed"]], "First to call"
    if pressing.empty:
        return None
    rows = tuple(
        (row.customer_id, "; ".join(row.titles), alert_queue.due_words(row.due_on.date(), today))
        for row in rows_of(pressing.head(MOST_CALLS))
    )
    more = len(pressing) - len(rows)
    title = what + (f", the first {len(rows)} of {len(pressing)}" if more else "")
    return Table(columns=("Customer", "Why", "When"), rows=rows, title=title)


def observations(reader: Reader, now: date) -> Answer:
    """The open ones, the oldest first."""
    if "observation" not in kinds_seen(reader.viewer.role):
        return _not_yours("observations", OBSERVATIONS, "observations")
    every = record_reading.records_of(reader, "observation")
    waiting = sorted(_open(every), key=lambda r: (r.opened_at, r.record_id))
    looked = f"Looked at: {_counted(len(every), 'observation')} on record."
    if not waiting:
        return Answer(
            key="observations", question=OBSERVATIONS, title="No observation is open", sentences=(looked,)
        )
    count = "1 observation is" if len(waiting) == 1 else f"{len(waiting)} observations are"
    return Answer(
        key="observations",
        question=OBSERVATIONS,
        title=f"{count} open, the oldest since {day(waiting[0].opened_at.date())}{_late(waiting, now)}",
        sentences=(looked,),
        table=_turns(waiting, now, "Open observations"),
    )


def turns(reader: Reader, now: date) -> Answer:
    """Open disputes and requests for data, the overdue first."""
    kinds = [k for k in ("dispute", "data_request") if k in kinds_seen(reader.viewer.role)]
    every = record_reading.records_of(reader, *kinds) if kinds else ()
    waiting = sorted(_open(every), key=lambda r: (not r.is_overdue(now), r.due_on or date.max, r.record_id))
    parts = [_counted(sum(r.kind == k for r in every), KINDS[k].singular.lower()) for k in kinds]
    looked = f"Looked at: {' and '.join(parts)} on record."
    if not waiting:
        disputes = "dispute or " if "dispute" in kinds else ""
        return Answer(
            key="turns", question=TURNS, title=f"No {disputes}request for data is open", sentences=(looked,)
        )
    counted = [
        _counted(count, KINDS[k].singular.lower())
        for k in kinds
        if (count := sum(r.kind == k for r in waiting))
    ]
    return Answer(
        key="turns",
        question=TURNS,
        title=f"{' and '.join(counted)} open{_late(waiting, now)}",
        sentences=(looked,),
        table=_turns(waiting, now, "Open disputes and requests"),
    )


def _not_yours(key: str, question: str, what: str) -> Answer:
    return Answer(
        key=key,
        question=question,
        title=f"Your role includes no {what}",
        sentences=("Nothing was looked at.",),
    )


def _open(records: Iterable[Record]) -> list[Record]:
    return [r for r in records if r.state not in KINDS[r.kind].closed]


def _late(records: Sequence[Record], now: date) -> str:
    late = sum(r.is_overdue(now) for r in records)
    return f", {late} overdue" if late else ""


def _counted(count: int, singular: str) -> str:
    return f"{count} {singular}{'' if count == 1 else 's'}"


def _turns(records: Sequence[Record], now: date, title: str) -> Table:
    return Table(
        columns=("About", "Waits for", "When"),
        rows=tuple(
            (
                f"{KINDS[r.kind].singular} {r.record_id}, {_stands_at(r)}: {r.title}",
                r.owner or "nobody",
                _when(r, now),
            )
            for r in records
        ),
        title=title,
    )


def _stands_at(record: Record) -> str:
    words = KINDS[record.kind].states[record.state]
    return f"step {words}" if words[:1].isdigit() else f"{words[:1].lower()}{words[1:]}"


def _when(record: Record, now: date) -> str:
    if record.due_on is None:
        return f"open since {day(record.opened_at.date())}"
    if record.is_overdue(now):
        return f"overdue by {days((now - record.due_on).days)}"
    return f"due {day(record.due_on)}"
