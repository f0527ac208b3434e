"""Who of the bank was last in touch with a customer, by who really did it, for every check that asks.

A contact is what reached the customer from us; whose a delivered one is, `metrics.customers.whose_contact` says.
Service's is its reply, never the day the customer wrote or complained. What colleagues record counts: a step in which
they spoke with the customer, and a logged contact that reached them. What was taken back counts no more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pandas as pd
from sqlalchemy import Column, ColumnElement, Select, func, select

from metrics.customers.profile_parts import SPOKEN
from metrics.customers.whose_contact import BRANCHES, WHOSE
from warehouse.access.reader import Reader
from warehouse.access.roles import sees_single_rows
from warehouse.app_db.app_schema import alert_steps, interactions
from warehouse.schema import leads, tickets, touches
from workflow.collaboration import interactions as logs
from workflow.collaboration.record_kind import RELATIONSHIP, SALES, SERVICE

SPOKE = ("contacted", "offered", "accepted", "declined")
"""Steps on an alert that say that the customer was spoken to."""
COLUMNS = ("customer_id", "department", "by", "at")


@dataclass(frozen=True, kw_only=True)
class DepartmentContact:
    """A row of `last_contacts`."""

    department: str
    by: str
    at: datetime


def last_contacts(
    reader: Reader, customer_ids: list[str] | None, today: date, *, besides: str = ""
) -> pd.DataFrame:
    """The last contact of each department with each customer, the latest first.

    Columns: customer_id, department, `by` (the sign-in name of who recorded it, "" where the bank delivered it) and
    `at`, the day. Without `customer_ids` of everybody the reader sees. Only what her role sees row by row is read; what
    the colleague `besides` did is left out. The bank's rows count up to `today`, what people recorded until now.
    """
    after = datetime.combine(today + timedelta(days=1), time())
    t = touches
    parts = [
        *(_delivered(reader, d, t.c.touched_at, after, customer_ids, which) for d, which in WHOSE.items()),
        _delivered(reader, SALES, leads.c.contacted_at, after, customer_ids),
        _delivered(reader, SERVICE, tickets.c.first_reply_at, after, customer_ids),
        _recorded(reader, customer_ids, besides),
    ]
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame(columns=list(COLUMNS))
    rows = pd.concat(filled).sort_values("at", ascending=False, kind="stable")
    return rows.drop_duplicates(["customer_id", "department"]).reset_index(drop=True)


def spoken_to(reader: Reader, customer_ids: list[str] | None, today: date) -> dict[str, pd.Timestamp]:
    """The last day on which somebody spoke with each customer: by the bank's records, a step or a logged contact.

    Without `customer_ids` of everybody the reader sees.
    """
    t = touches
    after = datetime.combine(today + timedelta(days=1), time())
    delivered = _delivered(reader, BRANCHES, t.c.touched_at, after, customer_ids, t.c.kind.in_(SPOKEN))
    both = [part for part in (delivered, _recorded(reader, customer_ids)) if len(part)]
    if not both:
        return {}
    days = pd.concat(both).groupby("customer_id")["at"].max()
    return {str(customer): at for customer, at in days.items()}


def with_recorded(reader: Reader, profiles: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """Profiles of a night whose `days_since_spoken` counts what colleagues recorded, too.

    What was recorded after `as_of` counts as of that day: nobody is to be called whom a colleague called since.
    """
    last = profiles["customer_id"].map(_recorded(reader, None).groupby("customer_id")["at"].max())
    if last.isna().all():
        return profiles
    recorded = (pd.Timestamp(as_of) - pd.to_datetime(last)).dt.days.clip(lower=0)
    column = profiles["days_since_spoken"]
    least = pd.concat([column.astype("Float64"), recorded.astype("Float64")], axis=1).min(axis=1)
    return profiles.assign(days_since_spoken=least.astype("Int32"))


def _delivered(
    reader: Reader,
    department: str,
    moment: Column,
    after: datetime,
    customer_ids: list[str] | None,
    *which: ColumnElement[bool],
) -> pd.DataFrame:
    """The last contact of a department as the bank delivered it: one row per customer."""
    table = moment.table
    if not sees_single_rows(reader.viewer.role, table.name):
        return pd.DataFrame(columns=list(COLUMNS))
    statement = select(table.c.customer_id, func.max(moment).label("at")).where(
        table.c.customer_id.is_not(None), moment < after, *which
    )
    rows = reader.frame(_of(statement, table.c.customer_id, customer_ids).group_by(table.c.customer_id))
    return rows.assign(department=department, by="", at=_days(rows["at"]))[list(COLUMNS)]


def _recorded(reader: Reader, customer_ids: list[str] | None, besides: str = "") -> pd.DataFrame:
    """Every contact that people recorded: steps on alerts that stand, and logged contacts that reached the customer."""
    parts = []
    if sees_single_rows(reader.viewer.role, alert_steps.name):
        s = alert_steps
        lines = select(s.c.step_id, s.c.customer_id, s.c.step, s.c.taken_at, s.c.taken_by, s.c.corrects)
        steps = reader.frame(_of(lines, s.c.customer_id, customer_ids))
        stand = steps["step"].isin(SPOKE) & ~steps["step_id"].isin(steps["corrects"].dropna())
        rows = steps[stand].rename(columns={"taken_by": "by", "taken_at": "at"})
        parts.append(rows.assign(department=RELATIONSHIP, at=_days(rows["at"]))[list(COLUMNS)])
    if sees_single_rows(reader.viewer.role, interactions.name):
        rows = logs.contacts(reader, customer_ids)
        rows = rows.rename(columns={"logged_by": "by", "happened_on": "at"})
        parts.append(rows.assign(at=_days(rows["at"]))[list(COLUMNS)])
    filled = [part[part["by"] != besides] for part in parts if len(part)]
    return pd.concat(filled) if filled else pd.DataFrame(columns=list(COLUMNS))


def _of(statement: Select, column: Column, customer_ids: list[str] | None) -> Select:
    return statement if customer_ids is None else statement.where(column.in_(customer_ids))


def _days(moments: pd.Series) -> pd.Series:
    return pd.to_datetime(moments).dt.normalize()
