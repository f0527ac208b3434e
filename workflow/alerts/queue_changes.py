"""What changed on a queue since a day: new, worse, due, overdue, settled; asked on a Monday before the meeting."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import func, select

from models.churn import churn_prediction
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import alerts
from warehouse.schema import customer_scores
from workflow.alerts import alert_queue

WORSE_BY = 0.05
"""A chance of leaving that rose by this much, five in a hundred, is worse; less moves every night."""


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Customers, not alerts. `new` are those an alert was raised about, whatever became of it since; `worse` are those
    of the open queue, None where there is no night before, or none today, that scored them."""

    since: date
    new: frozenset[str]
    worse: frozenset[str] | None
    due: frozenset[str]
    overdue: frozenset[str]
    accepted: frozenset[str]
    closed: int


def last_monday(today: date) -> date:
    """The Monday of the running week; of the week before if today is one, since the meeting is that morning."""
    return today - timedelta(days=today.weekday() or 7)


def changes(reader: Reader, people: pd.DataFrame, today: date) -> Changes:
    """What changed since the last Monday, for the rows of `queue.by_customer`."""
    since = last_monday(today)
    masks = alert_queue.kinds(people, today)
    ids = people["customer_id"]
    closed = alert_queue.closed_alerts(reader, since)
    return Changes(
        since=since,
        new=_raised_since(reader, since, today),
        worse=_worse(reader, list(ids), since, today),
        due=frozenset(ids[masks["due"]]),
        overdue=frozenset(ids[masks["overdue"]]),
        accepted=frozenset(closed[closed["outcome"] == "accepted"]["customer_id"]),
        closed=len(closed),
    )


def _raised_since(reader: Reader, since: date, today: date) -> frozenset[str]:
    """Whom an alert of the viewer's was raised about since a day: what was worked and closed does not make it fewer."""
    raised = select(alerts.c.customer_id).where(
        alerts.c.raised_on >= since, alerts.c.raised_on <= today, alerts.c.rm_id.is_not(None)
    )
    if reader.viewer.role == "relationship_manager":
        raised = raised.where(alerts.c.rm_id == reader.viewer.rm_id)
    return frozenset(reader.frame(raised.distinct())["customer_id"])


def _worse(reader: Reader, customer_ids: list[str], since: date, today: date) -> frozenset[str] | None:
    """Whose chance of leaving rose since the last night before `since`."""
    t = customer_scores
    nights = reader.frame(
        select(func.max(t.c.as_of).label("last")).where(
            t.c.model == churn_prediction.MODEL, t.c.as_of < since
        )
    )
    before = nights["last"].iloc[0]
    if pd.isna(before) or not customer_ids:
        return None if pd.isna(before) else frozenset()
    day = pd.Timestamp(before).date()
    rows = reader.frame(
        select(t.c.customer_id, t.c.as_of, t.c.probability).where(
            t.c.model == churn_prediction.MODEL,
            t.c.customer_id.in_(customer_ids),
            t.c.as_of.in_([day, today]),
        )
    )
    rows["as_of"] = pd.to_datetime(rows["as_of"])
    wide = rows.pivot(index="customer_id", columns="as_of", values="probability")
    if wide.shape[1] < 2:
        return None
    rose = wide[pd.Timestamp(today)] - wide[pd.Timestamp(day)] >= WORSE_BY
    return frozenset(wide.index[rose])
