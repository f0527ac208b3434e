"""Leads that wait at an instant, by how long: those past the first-contact SLA, and those nobody ever took up.

Both are stocks. They count everybody who waits then, and say how old the waiting is; counts, never rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import pandas as pd
from sqlalchemy import ColumnElement, and_, func, select

from metrics.catalogue.lead_handoff import still_uncontacted
from metrics.definitions.measure import Measure
from metrics.definitions.scope import Period, Scope
from metrics.query.distribution import is_shown, spread
from metrics.query.query import Query, filtered, of_measures
from warehouse.access.reader import Reader
from warehouse.disclosure.people_behind import counted
from warehouse.schema import hand_offs as h
from warehouse.schema import leads as t
from warehouse.sql.dialects import days_between

NEEDED = ("created_at", "contacted_at")
"""Columns of `leads` without which nobody knows who was never taken up."""
_TAKEN_UP = (
    t.c.contacted_at,
    t.c.accepted_at,
    t.c.rejected_at,
    t.c.sql_at,
    t.c.opportunity_at,
    t.c.won_at,
    t.c.lost_at,
)


@dataclass(frozen=True, kw_only=True)
class Age:
    """Waiting for `least` to `most` days; without `most` for any longer time."""

    label: str
    least: int
    most: int | None


AGES = (
    Age(label="Up to 7 days", least=0, most=7),
    Age(label="8 to 30 days", least=8, most=30),
    Age(label="31 to 90 days", least=31, most=90),
    Age(label="More than 90 days", least=91, most=None),
)


@lru_cache(maxsize=64)
def never_taken_up(until: date) -> Measure:
    """Leads that came by `until` and have no rep, no contact and no decision so far.

    Nobody records when a rep is named, so an earlier day cannot be asked about: this stock is compared with none.
    """
    end = _instant(until)
    never = [moment.is_(None) for moment in _TAKEN_UP]
    return Measure(
        label="Never taken up",
        description=f"Leads that came by {until.day} {until:%b %Y}, whenever that was, and have no sales rep, no contact "
        "and no decision, qualified or not.",
        owner="Sales Operations",
        fact=t,
        state=lambda _instant: and_(t.c.created_at < end, t.c.sales_rep.is_(None), *never),
        better="down",
    )


def never_taken_up_by_campaign(reader: Reader, until: date, scope: Scope) -> pd.DataFrame:
    """A row per campaign: `waiting__0`, its leads that nobody took up, and `handed_over__0`, the qualified of them."""
    return _never_taken_up(reader, until, scope, ("campaign",))


def never_taken_up_in_all(reader: Reader, until: date, scope: Scope) -> pd.DataFrame:
    """The same in one row over all campaigns: for who sees totals only it is more than the campaigns shown add up to."""
    return _never_taken_up(reader, until, scope, ())


def _never_taken_up(reader: Reader, until: date, scope: Scope, by: tuple[str, ...]) -> pd.DataFrame:
    everybody = never_taken_up(until)
    query = Query((), (Period(until, until),), scope.filters, by)
    measures = {"waiting": everybody, "handed_over": _handed_over(everybody)}
    return of_measures(reader, measures, query, parts(until))


def parts(until: date) -> dict[Measure, tuple[Measure, ...]]:
    """The figures about who was never taken up by `until` → what each is shown as a part of."""
    everybody = never_taken_up(until)
    return {everybody: (), _handed_over(everybody): (everybody,)}


@lru_cache(maxsize=64)
def _handed_over(everybody: Measure) -> Measure:
    return replace(everybody, where=t.c.mql_at.is_not(None))


def never_taken_up_by_age(reader: Reader, until: date, scope: Scope) -> pd.DataFrame:
    """`days` since they came, `people`."""
    return _by_days(reader, never_taken_up(until), t.c.created_at, until, scope)


def overdue_by_age(reader: Reader, until: date, scope: Scope) -> pd.DataFrame:
    """`days` since the first contact was due, `people`: of those overdue at the end of `until`."""
    return _by_days(reader, still_uncontacted, h.c.due_at, until, scope)


def overdue_aged(age: Age) -> Measure:
    """The part of the overdue that has waited for so long at the end of a period."""

    def state(instant: datetime) -> ColumnElement[bool]:
        assert still_uncontacted.state is not None
        days = days_between(h.c.due_at, instant - timedelta(days=1))
        most = days <= age.most if age.most is not None else days >= age.least
        return and_(still_uncontacted.state(instant), days >= age.least, most)

    return replace(
        still_uncontacted,
        label=f"Overdue, {age.label[:1].lower()}{age.label[1:]}",
        description=f"{still_uncontacted.description} "
        f"Of these the ones past due for {age.label[:1].lower()}{age.label[1:]}.",
        state=state,
    )


def by_age(waiting: pd.DataFrame) -> list[int]:
    """How many of `waiting` (`days`, `people`) fall into each age."""
    days, people = waiting["days"].to_numpy(float), waiting["people"].to_numpy(float)
    return [
        int(people[(days >= a.least) & (days <= (a.most if a.most is not None else days))].sum())
        for a in AGES
    ]


def missing(available: Iterable[str]) -> list[str]:
    """The columns that this bank did not give and without which the never taken up are not known."""
    given = set(available)
    return [f"leads.{name}" for name in NEEDED if f"leads.{name}" not in given]


def _by_days(
    reader: Reader, measure: Measure, since: ColumnElement, until: date, scope: Scope
) -> pd.DataFrame:
    fact = measure.fact
    days = days_between(since, _instant(until - timedelta(days=1)))
    at_its_end = scope.over(Period(until, until))
    which = measure.within(at_its_end.period)
    each = filtered(
        select(fact.c.lead_id, days.label("days")).where(which),
        fact,
        scope.filters,
    ).subquery("each_lead")
    people = func.count(each.c.lead_id.distinct())
    statement = select(each.c.days, *counted("people", people)).group_by(each.c.days).order_by(each.c.days)
    rows = spread(reader, statement, fact, at_its_end)
    return rows if is_shown(reader, measure, at_its_end) else rows.iloc[:0]


def _instant(day: date) -> datetime:
    """The end of a day."""
    return datetime.combine(day + timedelta(days=1), time.min)
