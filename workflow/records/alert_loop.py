"""From alerts to what became of them, in customers: flagged, worked on, closed, accepted; each a part of the last."""

from __future__ import annotations

import math

from sqlalchemy import and_, case, distinct, func, select

from metrics.definitions.measure import between
from metrics.definitions.scope import Period
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import alerts
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.disclosure.people_behind import counted
from warehouse.errors import AccessRefused

STEPS = ("Flagged by an alert", "Worked on", "Closed", "Accepted")


def customers_by_step(reader: Reader, period: Period) -> list[float] | None:
    """Customers of alerts raised in a period at each of STEPS; None for a role that does not read alerts.

    NaN is about too few: the step itself, or those who did not come to it.
    """
    a = alerts.c
    raised = and_(between(a.raised_on, period), a.arm == "treated")
    conditions = (
        raised,
        and_(raised, a.status != "open"),
        and_(raised, a.status == "closed"),
        and_(raised, a.outcome == "accepted"),
    )
    columns = [
        column
        for number, condition in enumerate(conditions)
        for column in counted(f"step_{number}", func.count(distinct(case((condition, a.customer_id)))))
    ]
    try:
        row = reader.frame(select(*columns)).astype(float).iloc[0]
    except AccessRefused:
        return None
    counts = [float(row[f"step_{number}"]) for number in range(len(STEPS))]
    return _without_few_left(counts, reader.smallest_cell) if reader.sees_totals_only(alerts) else counts


def _without_few_left(counts: list[float], smallest: int) -> list[float]:
    """A step is blank where few of the last one that is not stayed behind: the two together would tell it."""
    kept: list[float] = []
    for count in counts:
        before = next((k for k in reversed(kept) if not math.isnan(k)), math.nan)
        kept.append(math.nan if is_few(before - count, smallest) else count)
    return kept
