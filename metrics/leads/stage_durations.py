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
from metrics.query.distribution import is_shown, spread
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


Stays = tuple[pd.DataFrame, pd.DataFrame]
"""Of one stage `days` and `people`: those who had left after so many days, and those who have waited so many."""


def left_after(scope: Scope, until: date) -> Select:
    """`stage`, `days`, `people`: of the leads that entered in the scope's period, those gone by the end of `until`."""
    return _counted(days_between(t.c.entered_at, t.c.left_at), scope, t.c.left_at < _end(until))


def waiting_for(scope: Scope, until: date) -> Select:
    """`stage`, `days`, `people`: of the leads that entered in the scope's period, those still there, and how long."""
    here = func.coalesce(t.c.left_at, _end(until)) >= _end(until)
    return _counted(days_between(t.c.entered_at, _end(until - timedelta(days=1))), scope, here)


def stays(reader: Reader, scope: Scope, until: date) -> dict[str, Stays]:
    """Of each stage, by its label, `left_after` and `waiting_for` as the viewer may see them."""
    left, waiting = (spread(reader, q(scope, until), t, scope, ("stage",)) for q in (left_after, waiting_for))
    return {
        stage.label: (
            _of(left, stage, visible=is_shown(reader, who_left(stage, until), scope)),
            _of(waiting, stage, visible=is_shown(reader, who_waits(stage, until), scope)),
        )
        for stage in STAGES
    }


def _of(rows: pd.DataFrame, stage: StageDuration, *, visible: bool) -> pd.DataFrame:
    return rows.loc[(rows["stage"] == stage.move) & visible, ["days", "people"]].reset_index(drop=True)


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


def _counted(days: ColumnElement, scope: Scope, which: ColumnElement[bool]) -> Select:
    filters = [among(name, t, values) for name, values in scope.filters]
    entered = [to(*(stage.move for stage in STAGES)), between(t.c.entered_at, scope.period), *filters]
    each = select(t.c.lead_id, t.c.stage, days.label("days")).where(*entered, which).subquery("each_lead")
    people = func.count(each.c.lead_id.distinct())
    groups = (each.c.stage, each.c.days)
    return (
        select(*groups, *counted("people", func.count(each.c.lead_id), people))
        .group_by(*groups)
        .order_by(*groups)
    )


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min)
