"""How many leads left a stage after how many days, and how many have waited in it for how long: counts, never rows.

A lead leaves a stage when it moves on or is closed (won, lost, rejected), whichever its source recorded. Both questions
count people by whole days, so a department that sees only totals may ask them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, and_, func, select

from metrics.dimensions import among
from metrics.measure import Measure, between
from metrics.scope import Scope
from warehouse.dialects import days_between
from warehouse.schema import leads as t
from warehouse.totals import PEOPLE


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A stage a lead can be in: when it entered, and when it left by the first of what comes after that is known."""

    label: str
    entered: ColumnElement
    left: ColumnElement


def _stages() -> tuple[Stage, ...]:
    names = ("Leads", "MQL", "Accepted", "SQL", "Opportunity")
    moments = (t.c.created_at, t.c.mql_at, t.c.accepted_at, t.c.sql_at, t.c.opportunity_at, t.c.won_at)
    closed = {"Leads": (t.c.rejected_at, t.c.lost_at), "MQL": (t.c.rejected_at, t.c.lost_at)}
    return tuple(
        Stage(
            label=name,
            entered=moments[at],
            left=func.coalesce(*moments[at + 1 :], *closed.get(name, (t.c.lost_at,))),
        )
        for at, name in enumerate(names)
    )


STAGES = _stages()
"""Every stage a lead can wait in, first to last; “MQL” begins when the sources call it qualified."""


def left_after(stage: Stage, scope: Scope, until: date) -> Select:
    """`days`, `people`: of the leads that entered in the scope's period, those that had left by the end of `until`."""
    gone = stage.left < _end(until)
    return _counted(days_between(stage.entered, stage.left), and_(_entered(stage, scope), gone))


def waiting_for(stage: Stage, scope: Scope, until: date) -> Select:
    """`days`, `people`: of the leads that entered in the scope's period, those still there, and for how long."""
    here = func.coalesce(stage.left, _end(until)) >= _end(until)
    return _counted(
        days_between(stage.entered, _end(until - timedelta(days=1))), and_(_entered(stage, scope), here)
    )


def who_entered(stage: Stage) -> Measure:
    """The leads that `left_after` and `waiting_for` tell apart: those that entered the stage in the period."""
    return Measure(
        label=f"Entered the stage “{stage.label}”",
        means=f"Leads that entered the stage “{stage.label}” in the period.",
        owner="Marketing",
        fact=t,
        dated=stage.entered,
    )


def who_waits(stage: Stage, until: date) -> Measure:
    """Of `who_entered`, those that had not left by the end of `until`."""
    return Measure(
        label=f"Still in the stage “{stage.label}”",
        means=f"Leads that entered the stage “{stage.label}” in the period and have not moved on or been closed since.",
        owner="Marketing",
        fact=t,
        dated=stage.entered,
        where=func.coalesce(stage.left, _end(until)) >= _end(until),
    )


def _counted(days: ColumnElement, which: ColumnElement[bool]) -> Select:
    each = select(t.c.lead_id, days.label("days")).where(which).subquery("each_lead")
    people = func.count(each.c.lead_id.distinct())
    return (
        select(each.c.days, people.label("people"), people.label(f"people{PEOPLE}"))
        .group_by(each.c.days)
        .order_by(each.c.days)
    )


def _entered(stage: Stage, scope: Scope) -> ColumnElement[bool]:
    filters = [among(name, t, values) for name, values in scope.filters]
    return and_(between(stage.entered, scope.period), *filters)


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min)
