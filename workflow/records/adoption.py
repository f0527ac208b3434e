"""Who uses Concord: how many sign in, and whether alerts are started on and settled in time. Totals only."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, case, distinct, func, select

from metrics.definitions.measure import between
from metrics.definitions.scope import Period
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import alerts, sessions, users
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.disclosure.people_behind import counted
from warehouse.errors import AccessRefused
from warehouse.sql.dialects import days_between


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
    columns = [
        column
        for name, condition in conditions.items()
        for column in _counted(name, case((condition, alerts.c.customer_id)))
    ]
    try:
        row = reader.frame(select(*columns)).astype(float).iloc[0]
    except AccessRefused:
        return None
    counts = {name: float(row[name]) for name in conditions}
    if reader.sees_totals_only(alerts):
        for whole, part in (("raised", "started"), ("due", "in_time")):
            counts[part] = _unless_few_are_left(counts[whole], counts[part], reader)
    return Worked(**counts)


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """Accounts in use, and how many of them signed in at least once in a period; NaN is too few to show."""

    accounts: float
    came: float


def signed_in(reader: Reader, period: Period) -> SignedIn | None:
    """How many colleagues signed in; None if the viewer's role does not include it."""
    here = users.c.disabled_at.is_(None)
    came = select(*_counted("n", sessions.c.username)).where(
        between(sessions.c.started_at, period),
        sessions.c.username.in_(select(users.c.username).where(here)),
    )
    try:
        counts = [
            reader.frame(s)["n"].iloc[0] for s in (select(*_counted("n", users.c.username)).where(here), came)
        ]
    except AccessRefused:
        return None
    accounts, here_of_them = float(counts[0]), float(counts[1])
    if reader.sees_totals_only(users):
        here_of_them = _unless_few_are_left(accounts, here_of_them, reader)
    return SignedIn(accounts=accounts, came=here_of_them)


def _unless_few_are_left(whole: float, part: float, reader: Reader) -> float:
    """`part`, or NaN where the rest of `whole` is too few to show: one figure less the other would tell it."""
    return float("nan") if is_few(whole - part, reader.smallest_cell) else part


def _counted(name: str, person: ColumnElement) -> tuple[ColumnElement, ColumnElement]:
    """How many people, beside the count that the door asks for."""
    return counted(name, func.count(distinct(person)))
