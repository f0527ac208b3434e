"""Who uses Concord: who signed in, and whether alerts are started on and settled in time. Totals only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import and_, case, distinct, func, select

from metrics.measure import between
from metrics.scope import Period
from warehouse.access import PEOPLE, Reader
from warehouse.desk import alerts
from warehouse.dialects import days_between
from warehouse.errors import AccessRefused


@dataclass(frozen=True, kw_only=True)
class Worked:
    """Alerts by customers: raised in a period, of them started or closed by now; due in it, of them closed in time.

    NaN is about too few customers to show.
    """

    raised: float
    started: float
    due: float
    in_time: float


def worked(reader: Reader, period: Period) -> Worked | None:
    """How alerts were worked; None if the viewer's role does not include alerts."""
    raised = between(alerts.c.raised_on, period)
    due = between(alerts.c.due_on, period)
    conditions = {
        "raised": raised,
        "started": and_(raised, alerts.c.status != "open"),
        "due": due,
        "in_time": and_(due, days_between(alerts.c.due_on, alerts.c.closed_at) <= 0),
    }
    columns = []
    for name, condition in conditions.items():
        count = func.count(distinct(case((condition, alerts.c.customer_id))))
        columns += [count.label(name), count.label(f"{name}{PEOPLE}")]
    try:
        row = reader.frame(select(*columns)).astype(float).iloc[0]
    except AccessRefused:
        return None
    return Worked(**{name: float(row[name]) for name in conditions})
