"""Shared targets: one number per metric and span of time, the same for every department that looks at it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import insert, select

from metrics import CATALOGUE
from metrics.measure import Ratio
from metrics.scope import Period
from warehouse.access import Reader, Viewer
from warehouse.connect import Stores
from warehouse.desk import goals
from warehouse.errors import ChangeRefused
from warehouse.journal import entry


def set_goal(stores: Stores, who: Viewer, metric: str, target: float, span: Period, owner: str) -> None:
    """Set a target for a metric over a span of days; a second one for the same span is refused."""
    if metric not in CATALOGUE:
        raise ChangeRefused(f"There is no metric called “{metric}”. The dictionary lists them all.")
    with entry(stores, who.username, "goal.set", metric, f"{target:g} for {span.in_words()}") as change:
        there = select(goals.c.goal_id).where(
            goals.c.metric == metric, goals.c.starts_on == span.start, goals.c.ends_on == span.end
        )
        if change.desk.execute(there).first():
            raise ChangeRefused(f"{CATALOGUE[metric].label} already has a target for {span.in_words()}.")
        change.desk.execute(
            insert(goals).values(
                metric=metric,
                target=target,
                starts_on=span.start,
                ends_on=span.end,
                owner=owner,
                set_at=change.at,
            )
        )


def targets(reader: Reader, period: Period) -> dict[str, float]:
    """The target of each metric for `period`. A level holds as it is; a total counts by its share of days.

    A metric without a goal that covers the whole period has no target.
    """
    covering = select(goals).where(goals.c.starts_on <= period.start, goals.c.ends_on >= period.end)
    found = {}
    for row in reader.rows(covering.order_by(goals.c.set_at)):
        days = (_day(row.ends_on) - _day(row.starts_on)).days + 1
        metric = CATALOGUE[row.metric]
        level = isinstance(metric, Ratio) and not metric.grows
        found[row.metric] = row.target if level else row.target * period.days / days
    return found


def _day(value: date) -> date:
    return date(value.year, value.month, value.day)
