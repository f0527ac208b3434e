"""What each source says about a customer as of a day: one row per customer, added up before anything is joined.

Everything here belongs to `metrics.customers.profile`, which joins these parts; the rule about later days stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, and_, case, distinct, func, or_, select

from metrics.customers.relationships import opened_by
from warehouse.schema import (
    WEALTH_PRODUCTS,
    accounts,
    balances,
    product_usage,
    revenues,
    surveys,
    tickets,
    touches,
    transactions,
)
from warehouse.sql.dialects import add_days, days_between

SAVED_PRODUCTS = ("current", "savings", "time_deposit", "investment")
"""Deposits and investments: the money a customer who leaves takes along."""
CREDIT_PRODUCTS = ("mortgage", "loan")
PERSONAL_CONTACTS = ("call", "email", "branch")
SPOKEN = ("call", "branch", "event")
"""Touches in which somebody spoke with the customer; a mailing is none."""


def _since(as_of: date, days: int) -> datetime:
    """The first moment of the `days` days that end with `as_of`; with `days=0` the first moment after it."""
    return datetime.combine(as_of - timedelta(days=days - 1), time())


def _day(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """The date of a moment."""
    return add_days(moment, 0)


def _how_many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(case((condition, 1), else_=0))


def _holdings(as_of: date) -> CTE:
    """What is held, and what was opened or closed lately: the events of a life that a bank sees first."""
    product, opened, closed = accounts.c.product, accounts.c.opened_on, accounts.c.closed_on
    held = or_(closed.is_(None), closed > as_of)
    lately = as_of - timedelta(days=90)

    def any_of(*kinds: str) -> ColumnElement[int]:
        return func.max(case((and_(held, product.in_(kinds)), 1), else_=0))

    return (
        select(
            accounts.c.customer_id,
            _how_many(held).label("products_held"),
            func.count(distinct(case((held, product)))).label("product_kinds"),
            any_of(*WEALTH_PRODUCTS).label("holds_wealth"),
            any_of(*CREDIT_PRODUCTS).label("holds_credit"),
            _how_many(and_(held, product.in_(SAVED_PRODUCTS))).label("saved_accounts"),
            _how_many(and_(held, product == "savings")).label("savings_accounts"),
            _how_many(opened > lately).label("accounts_opened_90d"),
            _how_many(and_(closed > lately, closed <= as_of)).label("accounts_closed_90d"),
            func.max(opened).label("last_account_opened_on"),
            func.max(case((closed <= as_of, closed))).label("last_account_closed_on"),
        )
        .where(opened_by(as_of))
        .group_by(accounts.c.customer_id)
        .cte("holdings")
    )


def _balances(as_of: date) -> CTE:
    """Balances at the last month end that is there, one month end before it, and three (89 to 92 days) before it."""
    latest = (
        select(func.max(balances.c.month_on).label("month_on"))
        .where(balances.c.month_on <= as_of)
        .cte("latest_month")
    )
    now = balances.c.month_on == latest.c.month_on
    a_month_before = and_(
        balances.c.month_on < add_days(latest.c.month_on, -25),
        balances.c.month_on > add_days(latest.c.month_on, -40),
    )
    before = and_(
        balances.c.month_on < add_days(latest.c.month_on, -85),
        balances.c.month_on > add_days(latest.c.month_on, -100),
    )
    # The account is the key of its table, so this join adds its product to a balance and no row.
    saved = accounts.c.product.in_(SAVED_PRODUCTS)
    return (
        select(
            balances.c.customer_id,
            func.sum(case((now & saved, balances.c.balance))).label("total_balance"),
            func.sum(case((now & (accounts.c.product == "savings"), balances.c.balance))).label(
                "savings_balance"
            ),
            func.sum(case((before & saved, balances.c.balance))).label("balance_90d_before"),
            func.sum(case((a_month_before & saved, balances.c.balance))).label("balance_30d_before"),
            func.max(case((now, balances.c.month_on))).label("balance_on"),
            func.max(case((before, balances.c.month_on))).label("balance_90d_before_on"),
            func.max(case((a_month_before, balances.c.month_on))).label("balance_30d_before_on"),
        )
        .join_from(
            balances,
            accounts,
            and_(
                balances.c.account_id == accounts.c.account_id,
                # A balance dated before its account was opened is an error of the source: on that day nobody knew it.
                or_(accounts.c.opened_on.is_(None), accounts.c.opened_on <= as_of),
            ),
        )
        .join(latest, or_(now, a_month_before, before))
        .group_by(balances.c.customer_id)
        .cte("balance_sums")
    )


def _bookings(as_of: date) -> CTE:
    at, made, amount = (
        transactions.c.booked_at,
        transactions.c.customer_made,
        transactions.c.amount,
    )
    last_90 = and_(made, at >= _since(as_of, 90))
    earlier = and_(made, at >= _since(as_of, 180), at < _since(as_of, 90))
    salary = transactions.c.kind == "salary"
    return (
        select(
            transactions.c.customer_id,
            func.max(case((made, at))).label("last_moved_at"),
            _how_many(and_(made, at >= _since(as_of, 30))).label("customer_made_transactions_30d"),
            _how_many(last_90).label("customer_made_transactions_90d"),
            _how_many(earlier).label("customer_made_transactions_prev_90d"),
            func.sum(case((and_(last_90, amount < 0), -amount), else_=0)).label("outflow_90d"),
            func.sum(case((and_(last_90, amount > 0), amount), else_=0)).label("inflow_90d"),
            _how_many(and_(salary, at >= _since(as_of, 90))).label("salaries_90d"),
            _how_many(and_(salary, at >= _since(as_of, 180), at < _since(as_of, 90))).label(
                "salaries_prev_90d"
            ),
        )
        .where(at < _since(as_of, 0), or_(made, salary))
        .group_by(transactions.c.customer_id)
        .cte("bookings")
    )


def _usage(as_of: date) -> CTE:
    day, sessions = product_usage.c.used_on, product_usage.c.sessions
    in_30 = day > as_of - timedelta(days=30)
    return (
        select(
            product_usage.c.customer_id,
            func.sum(case((in_30, sessions), else_=0)).label("app_sessions_30d"),
            func.sum(case((in_30, 0), else_=sessions)).label("app_sessions_prev_90d"),
            func.count(distinct(case((day > as_of - timedelta(days=90), product_usage.c.feature)))).label(
                "app_features_90d"
            ),
            func.max(day).label("last_app_use_on"),
        )
        .where(day <= as_of, day > as_of - timedelta(days=120))
        .group_by(product_usage.c.customer_id)
        .cte("app_usage")
    )


def _cases(as_of: date) -> CTE:
    opened, resolved = tickets.c.opened_at, tickets.c.resolved_at
    settled_later = resolved >= _since(as_of, 0)
    # A case is withdrawn on the day it is settled; if that is later, it still stood on the day asked about.
    stands = or_(tickets.c.withdrawn.is_not(True), settled_later)
    complaint = and_(tickets.c.complaint, stands)
    in_90 = opened >= _since(as_of, 90)
    is_open = or_(resolved.is_(None), settled_later)
    settled = and_(complaint, resolved < _since(as_of, 0))
    return (
        select(
            tickets.c.customer_id,
            _how_many(and_(complaint, in_90)).label("complaints_90d"),
            _how_many(complaint).label("complaints_365d"),
            _how_many(and_(complaint, in_90, is_open)).label("open_complaints_90d"),
            func.min(case((and_(complaint, in_90, is_open), _day(opened)))).label("open_complaint_since"),
            func.max(case((complaint, _day(opened)))).label("last_complaint_on"),
            func.max(case((settled, days_between(opened, resolved)))).label("complaint_days_to_settle"),
            _how_many(in_90).label("tickets_90d"),
            func.max(_day(opened)).label("last_ticket_on"),
        )
        .where(opened < _since(as_of, 0), opened >= _since(as_of, 365))
        .group_by(tickets.c.customer_id)
        .cte("cases")
    )


def _answers(as_of: date) -> CTE:
    newest = (
        func.row_number()
        .over(
            partition_by=(surveys.c.customer_id, surveys.c.kind),
            order_by=(surveys.c.answered_at.desc(), surveys.c.survey_id.desc()),
        )
        .label("place")
    )
    ranked = (
        select(surveys.c.customer_id, surveys.c.kind, surveys.c.score, surveys.c.answered_at, newest)
        .where(surveys.c.answered_at < _since(as_of, 0), surveys.c.score.is_not(None))
        .cte("answers")
    )
    return (
        select(
            ranked.c.customer_id,
            func.max(case((ranked.c.kind == "nps", ranked.c.score))).label("last_nps"),
            func.max(case((ranked.c.kind == "csat", ranked.c.score))).label("last_csat"),
            func.max(case((ranked.c.kind == "nps", _day(ranked.c.answered_at)))).label("last_nps_on"),
            func.max(case((ranked.c.kind == "csat", _day(ranked.c.answered_at)))).label("last_csat_on"),
        )
        .where(ranked.c.place == 1)
        .group_by(ranked.c.customer_id)
        .cte("last_answers")
    )


def _contacts(as_of: date) -> CTE:
    return (
        select(
            touches.c.customer_id,
            func.count().label("contacts_90d"),
            func.max(_day(touches.c.touched_at)).label("last_contact_on"),
        )
        .where(
            touches.c.kind.in_(PERSONAL_CONTACTS),
            touches.c.touched_at < _since(as_of, 0),
            touches.c.touched_at >= _since(as_of, 90),
        )
        .group_by(touches.c.customer_id)
        .cte("contacts")
    )


def _spoken(as_of: date) -> CTE:
    return (
        select(touches.c.customer_id, func.max(touches.c.touched_at).label("last_spoken_at"))
        .where(touches.c.kind.in_(SPOKEN), touches.c.touched_at < _since(as_of, 0))
        .group_by(touches.c.customer_id)
        .cte("spoken")
    )


def _earnings(as_of: date) -> CTE:
    revenue, cost = revenues.c.revenue, revenues.c.cost_to_serve
    return (
        select(
            revenues.c.customer_id,
            func.sum(revenue).label("revenue_365d"),
            # With one month's cost missing the net is not known, rather than too high.
            case((func.count(cost) == func.count(), func.sum(revenue - cost))).label("net_revenue_365d"),
        )
        .where(revenues.c.month_on <= as_of, revenues.c.month_on > as_of - timedelta(days=365))
        .group_by(revenues.c.customer_id)
        .cte("earnings")
    )


PARTS: tuple[tuple[frozenset[str], Callable[[date], CTE]], ...] = (
    (frozenset({"accounts"}), _holdings),
    (frozenset({"accounts", "balances"}), _balances),
    (frozenset({"transactions"}), _bookings),
    (frozenset({"product_usage"}), _usage),
    (frozenset({"tickets"}), _cases),
    (frozenset({"surveys"}), _answers),
    (frozenset({"touches"}), _contacts),
    (frozenset({"touches"}), _spoken),
    (frozenset({"revenues"}), _earnings),
)
