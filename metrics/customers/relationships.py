"""Who is a customer on a day: also whoever left and came back, from the day of the return on.

What core banking says of a customer has one day of joining and one of leaving; the rest is in `customer_returns`.

A day of joining that is not known is read as before the data began: a bank dates those who join now, and loses the dates
of those it took over from an older system. A customer who demonstrably joined later has an account that says so, and the
load has dated him by it (docs/decisions/0018).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, null, or_, select

from warehouse.schema import accounts
from warehouse.schema import customer_returns as r
from warehouse.schema import customers as c


def with_us(day: date) -> ColumnElement[bool]:
    """Whether somebody was a customer at the end of a day."""
    gone = and_(c.c.left_on <= day, or_(c.c.joined_on <= c.c.left_on, c.c.joined_on.is_(None)))
    back = and_(r.c.returned_on <= day, or_(r.c.ended_on.is_(None), r.c.ended_on > day))
    earlier = and_(r.c.was_here_from <= day, r.c.left_on > day)
    return or_(and_(joined_by(day), gone.is_not(True)), _returned(or_(back, earlier)))


def joined_by(day: date) -> ColumnElement[bool]:
    """Whether somebody had joined by the end of a day."""
    return or_(c.c.joined_on <= day, c.c.joined_on.is_(None))


def opened_by(day: date) -> ColumnElement[bool]:
    """Whether an account was opened by the end of a day; one whose day is not known is as old as its customer."""
    return or_(accounts.c.opened_on <= day, accounts.c.opened_on.is_(None))


def left_for_good() -> ColumnElement[Any]:
    """The day somebody left, NULL of whoever is a customer again."""
    back = or_(c.c.joined_on > c.c.left_on, _returned(r.c.ended_on.is_(None)))
    return case((back, null().cast(Date)), else_=c.c.left_on)


def _returned(which: ColumnElement[bool]) -> ColumnElement[bool]:
    # Not EXISTS: a statement asks this for many days, and an engine unnests each correlated question anew.
    return c.c.customer_id.in_(select(r.c.customer_id).where(which))
