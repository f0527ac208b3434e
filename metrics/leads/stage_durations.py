"""How many leads left a stage after how many days, and how many have waited in it for how long: counts, never rows.

A lead leaves a stage by its next move: it moves on or is closed (won, lost, rejected). A lead that left and came back
is in the stage a second time. Both questions count people by whole days, so who sees only totals may ask them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, func, select

from metrics.catalogue.stage_moves import to
from metrics.definitions.dimensions import among
from metrics.definitions.measure import Measure, between
from metrics.definitions.scope import Scope
from metrics.query.distribution import spread
from warehouse.access.reader import Reader
from warehouse.cleaning.lead_history import COLUMN_OF
from warehouse.disclosure.people_behind import counted
from warehouse.schema import lead_moves as t
from warehouse.sql.dialects import days_between


@dataclass(frozen=True, kw_only=True)
class StageDuration:
    """A stage a lead can be in, and the word its moves have for it."""

    label: str
    move: str

    @property
    def dated_from(self) -> tuple[str, ...]:
        """The column that knows when it was entered, where there is no history."""
        return (f"leads.{COLUMN_OF[self.move]}",)

    @property
    def entered(self) -> ColumnElement:
        return t.c.entered_at

    @property
    def left(self) -> ColumnElement:
        return t.c.left_at


STAGES = tuple(
    StageDuration(label=label, move=move)
    for label, move in (
        ("Leads", "lead"),
        ("MQL", "mql"),
        ("Accepted", "accepted"),
        ("SQL", "sql"),
        ("Opportunity", "opportunity"),
    )
)
"""Every stage a lead can wait in, first to last; “MQL” begins when the sources call it qualified."""


def left_after(stage: StageDuration, scope: Scope, until: date) -> Select:
    """`days`, `people`: of the leads that entered in the scope's period, those that had left by the end of `until`."""
    gone = stage.left < _end(until)
    return _counted(days_between(stage.entered, stage.left), and_(_entered(stage, scope), gone))


def waiting_for(stage: StageDuration, scope: Scope, until: date) -> Select:
    """`days`, `people`: of the leads that entered in the scope's period, those still there, and for how long."""
    here = func.coalesce(stage.left, _end(until)) >= _end(until)
    return _counted(
        days_between(stage.entered, _end(until - timedelta(days=1))), and_(_entered(stage, scope), here)
    )


def stays(
    reader: Reader, stage: StageDuration, scope: Scope, until: date
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """`left_after` and `waiting_for` as the viewer may see them."""
    return (
        spread(reader, left_after(stage, scope, until), who_left(stage, until), scope),
        spread(reader, waiting_for(stage, scope, until), who_waits(stage, until), scope),
    )


def who_entered(stage: StageDuration) -> Measure:
    """The leads that `left_after` and `waiting_for` tell apart: those that entered the stage in the period."""
    return Measure(
        label=f"Entered the stage “{stage.label}”",
        description=f"Leads that entered the stage “{stage.label}” in the period.",
        owner="Marketing",
        fact=t,
        time_column=stage.entered,
        dated_from=stage.dated_from,
        where=to(stage.move),
    )


@lru_cache(maxsize=256)
def who_left(stage: StageDuration, until: date) -> Measure:
    """Of `who_entered`, those that had left by the end of `until`."""
    return Measure(
        label=f"Out of the stage “{stage.label}”",
        description=f"Leads that entered the stage “{stage.label}” in the period and have moved on or been closed since.",
        owner="Marketing",
        fact=t,
        time_column=stage.entered,
        dated_from=stage.dated_from,
        where=and_(to(stage.move), stage.left < _end(until)),
    )


@lru_cache(maxsize=256)
def who_waits(stage: StageDuration, until: date) -> Measure:
    """Of `who_entered`, those that had not left by the end of `until`."""
    return Measure(
        label=f"Still in the stage “{stage.label}”",
        description=(
            f"Leads that entered the stage “{stage.label}” in the period and have not moved on or been closed "
            f"since."
        ),
        owner="Marketing",
        fact=t,
        time_column=stage.entered,
        dated_from=stage.dated_from,
        where=and_(to(stage.move), func.coalesce(stage.left, _end(until)) >= _end(until)),
    )


def _counted(days: ColumnElement, which: ColumnElement[bool]) -> Select:
    each = select(t.c.lead_id, days.label("days")).where(which).subquery("each_lead")
    people = func.count(each.c.lead_id.distinct())
    return (
        select(each.c.days, *counted("people", func.count(each.c.lead_id), people))
        .group_by(each.c.days)
        .order_by(each.c.days)
    )


def _entered(stage: StageDuration, scope: Scope) -> ColumnElement[bool]:
    filters = [among(name, t, values) for name, values in scope.filters]
    return and_(to(stage.move), between(stage.entered, scope.period), *filters)


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min)
