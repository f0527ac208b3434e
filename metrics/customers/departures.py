"""Who left: the relationship ended, or the main account was closed, within a window after a day.

The main account is the current account; for a customer without one, the savings account. It counts as closed when none
of its kind is open any more, so an account that was only given a new number does not count.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, or_, select

from metrics.customers.relationships import opened_by, with_us
from warehouse.schema import accounts, customers

MAIN = ("current", "savings")
"""The kinds a main account can be, the first held wins."""
MEANS = (
    "The relationship ended, or the last account of the kind the customer banks with (current account, else savings) "
    "was closed."
)


def departures(day: date, window_days: int) -> Select[Any]:
    """`customer_id` and `left_in_window` (1 or 0) of everybody with the bank at the end of `day`.

    The window are the `window_days` days after `day`. It must have passed, or a 0 only means "not yet".
    """
    until = day + timedelta(days=window_days)
    main = _main_accounts(day, until)
    # A departure of before the day is none of the window: the customer came back.
    gone = or_(and_(customers.c.left_on > day, customers.c.left_on <= until), main.c.closed == 1)
    return (
        select(customers.c.customer_id, case((gone, 1), else_=0).label("left_in_window"))
        .outerjoin_from(customers, main, main.c.customer_id == customers.c.customer_id)
        .where(with_us(day))
    )


def _main_accounts(day: date, until: date) -> CTE:
    """Per customer with a main account at the end of `day`: 1 if none of its kind is open at the end of `until`."""
    first, second = (_held(kind, day) for kind in MAIN)
    first_later, second_later = (_held(kind, until) for kind in MAIN)
    lost = or_(
        and_(first > 0, first_later == 0),
        and_(first == 0, second > 0, second_later == 0),
    )
    return (
        select(accounts.c.customer_id, case((lost, 1), else_=0).label("closed"))
        .where(accounts.c.product.in_(MAIN), opened_by(until))
        .group_by(accounts.c.customer_id)
        .cte("main_accounts")
    )


def _held(kind: str, day: date) -> ColumnElement[int]:
    """How many accounts of a kind are open at the end of a day."""
    open_then = and_(
        accounts.c.product == kind,
        opened_by(day),
        or_(accounts.c.closed_on.is_(None), accounts.c.closed_on > day),
    )
    return func.sum(case((open_then, 1), else_=0))
