"""One customer across departments: the statements behind the 360° page. Every one is narrowed by the reader's rules."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
)

from metrics.customers.profile_parts import SAVED_PRODUCTS
from metrics.customers.relationships import left_for_good, opened_by
from metrics.customers.whose_contact import BRANCHES, MARKETING, WHOSE
from warehouse import schema
from warehouse.sql.dialects import add_days
from warehouse.sql.moment_sql import day_only, is_day

customers, accounts, balances = schema.customers, schema.accounts, schema.balances
leads, touches, tickets, surveys = schema.leads, schema.touches, schema.tickets, schema.surveys
moves = schema.lead_moves


@dataclass(frozen=True, kw_only=True)
class Customer:
    """A row of `person`: what one wants to know of a customer before picking up the phone."""

    customer_id: str
    full_name: str | None
    segment: str | None
    district: str | None
    joined_on: date | None
    left_on: date | None
    returned_on: date | None
    marketing_consent: bool | None
    consent_changed_on: date | None
    preferred_channel: str | None
    phone: str | None
    email: str | None
    rm_name: str | None


@dataclass(frozen=True, kw_only=True)
class JourneyEvent:
    """A row of `journey`."""

    at: datetime
    department: str
    what: str
    detail: str | None


@dataclass(frozen=True, kw_only=True)
class SurveyAnswer:
    """A row of `answers`."""

    kind: str | None
    answered_at: datetime
    score: float
    comment: str | None


@dataclass(frozen=True, kw_only=True)
class ServiceCase:
    """A row of `cases`."""

    opened_at: datetime
    category: str | None
    complaint: bool | None
    still_open: bool
    text: str | None


def person(customer_id: str) -> Select:
    """The customer and the RM, one row or none; `left_on` is empty of whoever came back, on `returned_on`."""
    managers = schema.relationship_managers
    rm_name = select(managers.c.name).where(managers.c.rm_id == customers.c.rm_id).scalar_subquery()
    rm_team = select(managers.c.team).where(managers.c.rm_id == customers.c.rm_id).scalar_subquery()
    columns = [left_for_good().label("left_on") if c.key == "left_on" else c for c in customers.c]
    returns = schema.customer_returns
    back = (
        select(returns.c.returned_on)
        .where(returns.c.customer_id == customers.c.customer_id)
        .scalar_subquery()
    )
    return select(
        *columns, rm_name.label("rm_name"), rm_team.label("rm_team"), back.label("returned_on")
    ).where(customers.c.customer_id == customer_id)


def scores(customer_id: str, as_of: date) -> Select:
    """Every night's score of the customer's chance of leaving, oldest first."""
    t = schema.customer_scores
    return (
        select(t.c.model, t.c.as_of, t.c.probability, t.c.reasons)
        .where(t.c.customer_id == customer_id, t.c.model == "churn_90d", t.c.as_of <= as_of)
        .order_by(t.c.as_of)
    )


def holdings(customer_id: str, as_of: date) -> Select:
    """Products held at the end of a day, with the balance of the last month end and the day each ends, if it has one."""
    latest = select(func.max(balances.c.month_on)).where(balances.c.month_on <= as_of).scalar_subquery()
    balance = (
        select(balances.c.balance)
        .where(balances.c.account_id == accounts.c.account_id, balances.c.month_on == latest)
        .scalar_subquery()
    )
    return (
        select(accounts.c.product, accounts.c.opened_on, accounts.c.closed_on, balance.label("balance"))
        .where(
            accounts.c.customer_id == customer_id,
            opened_by(as_of),
            or_(accounts.c.closed_on.is_(None), accounts.c.closed_on > as_of),
        )
        .order_by(accounts.c.product)
    )


def balance_by_month(customer_id: str, as_of: date) -> Select:
    """Month end and deposits and investments, 13 months: the same sum as `total_balance` of the profile."""
    return (
        select(balances.c.month_on, func.sum(balances.c.balance).label("balance"))
        .join(accounts, accounts.c.account_id == balances.c.account_id)
        .where(
            balances.c.customer_id == customer_id,
            accounts.c.product.in_(SAVED_PRODUCTS),
            or_(accounts.c.opened_on.is_(None), accounts.c.opened_on <= as_of),
            balances.c.month_on > as_of - timedelta(days=396),
            balances.c.month_on <= as_of,
        )
        .group_by(balances.c.month_on)
        .order_by(balances.c.month_on)
    )


def lifetime_value(customer_id: str, as_of: date) -> Select:
    """The latest night's lifetime value with its bounds, model, stay_probability, horizon_months and as_of; or no row."""
    t = schema.customer_values
    return (
        select(
            *(t.c.value, t.c.value_low, t.c.value_high, t.c.horizon_months, t.c.as_of),
            *(t.c.model, t.c.stay_probability),
        )
        .where(t.c.customer_id == customer_id, t.c.as_of <= as_of)
        .order_by(t.c.as_of.desc())
        .limit(1)
    )


def is_purchase() -> ColumnElement[bool]:
    """Whether a transaction is a purchase: made by the customer, as far as a source says, and no refund."""
    t = schema.transactions
    return and_(t.c.customer_made.is_not(False), or_(t.c.amount.is_(None), t.c.amount >= 0))


def purchases(customer_id: str, as_of: date) -> Select:
    """Of a shop's customer: `days` with a purchase up to a day, and `last_on`; one row."""
    t, on = schema.transactions, add_days(schema.transactions.c.booked_at, 0)
    until = datetime.combine(as_of + timedelta(days=1), time.min)
    return select(func.count(on.distinct()).label("days"), func.max(on).label("last_on")).where(
        t.c.customer_id == customer_id, t.c.booked_at < until, is_purchase()
    )


def sharing_contact(customer_id: str, phone: str | None, email: str | None) -> Select | None:
    """Other customers on record with the same phone or e-mail; None for who has neither."""
    same = [
        column == value for column, value in ((customers.c.phone, phone), (customers.c.email, email)) if value
    ]
    if not same:
        return None
    return (
        select(customers.c.customer_id, customers.c.full_name, customers.c.segment)
        .where(customers.c.customer_id != customer_id, or_(*same), left_for_good().is_(None))
        .order_by(customers.c.customer_id)
        .limit(10)
    )


_HAPPENED = {
    "accounts": accounts.c.opened_on,
    "balances": balances.c.month_on,
    "transactions": schema.transactions.c.booked_at,
    "revenues": schema.revenues.c.month_on,
    "product_usage": schema.product_usage.c.used_on,
    "leads": leads.c.created_at,
    "touches": touches.c.touched_at,
    "tickets": tickets.c.opened_at,
    "surveys": surveys.c.answered_at,
}
"""Table → when each of its rows happened: the sources of a customer's journey, in the order they are listed."""
SOURCES = tuple(_HAPPENED)


def sources_of(customer_id: str, as_of: date, tables: frozenset[str]) -> Select | None:
    """What each source has of a customer up to a day: `source`, `records`, `first_at`, `last_at` (NULL for nothing)."""
    until = datetime.combine(as_of + timedelta(days=1), time.min)
    parts = []
    for name, moment in _HAPPENED.items():
        if name not in tables:
            continue
        at = cast(moment, DateTime)
        parts.append(
            select(
                literal(name).label("source"),
                func.count().label("records"),
                func.min(at).label("first_at"),
                func.max(at).label("last_at"),
            ).where(moment.table.c.customer_id == customer_id, moment < until)
        )
    return select(union_all(*parts).subquery()) if parts else None


def net_revenue(customer_id: str, as_of: date) -> Select:
    """Revenue less cost to serve in the 365 days up to a day, in HKD."""
    t = schema.revenues
    return select(func.sum(t.c.revenue - func.coalesce(t.c.cost_to_serve, 0)).label("net_revenue")).where(
        t.c.customer_id == customer_id, t.c.month_on > as_of - timedelta(days=365), t.c.month_on <= as_of
    )


DEPARTMENTS = (MARKETING, BRANCHES, "Sales", "Core banking", "Service")
"""The lanes of a customer's journey, in the order in which a customer usually meets them."""


def journey(
    customer_id: str, as_of: date, tables: frozenset[str], *, purchases: bool = False
) -> Select | None:
    """What happened with the customer in every department: `at`, `stage`, `department`, `what`, `detail`.

    Newest first; on one moment, and on a day of which one event has no time, in the order of the stages, from first
    contact to survey. Only the tables in `tables`
    are read: those that are loaded and that the viewer may see. At most the latest 500 events. With `purchases`, of a
    shop, each purchase and refund is one, with its amount as the detail, and a lead that was won is no contract.
    """
    until = datetime.combine(as_of + timedelta(days=1), time.min)
    parts: list[Select] = []

    def happened(moment: ColumnElement, department: str, what: Any, detail: Column) -> Select:
        part = select(
            (moment if isinstance(moment.type, DateTime) else day_only(moment)).label("at"),
            literal(len(parts)).label("stage"),
            literal(department).label("department"),
            (literal(what) if isinstance(what, str) else what).label("what"),
            cast(detail, String).label("detail"),
        ).where(detail.table.c.customer_id == customer_id, moment < until)
        parts.append(part)
        return part

    # In stage order: the place in the list is the stage.
    if "touches" in tables:
        # An impression is not a contact anybody would remember; clicks and visits lie on Marketing's channels.
        part = happened(touches.c.touched_at, MARKETING, touches.c.kind, touches.c.channel)
        parts[-1] = part.where(touches.c.kind != "impression", not_(WHOSE[BRANCHES]))
        part = happened(touches.c.touched_at, BRANCHES, touches.c.kind, touches.c.channel)
        parts[-1] = part.where(WHOSE[BRANCHES])
    if "leads" in tables:
        happened(leads.c.created_at, "Marketing", "First asked about", leads.c.product)
        happened(leads.c.mql_at, "Marketing", "Qualified by Marketing", leads.c.product)
        happened(leads.c.contacted_at, "Sales", "First call", leads.c.product)
        for stage, what, detail in (
            ("sql", "Qualified by Sales", moves.c.product),
            ("rejected", "Not taken on", moves.c.reason),
            ("reopened", "Taken up again", moves.c.product),
            ("opportunity", "Offer in preparation", moves.c.product),
            ("won", "Was won for" if purchases else "Signed a contract for", moves.c.product),
            ("lost", "Did not sign", moves.c.reason),
        ):
            part = happened(moves.c.entered_at, "Sales", what, detail)
            parts[-1] = part.where(moves.c.stage == stage)
    if purchases and "transactions" in tables:
        t = schema.transactions
        bought_or_not = case((t.c.amount < 0, "Was refunded"), else_="Bought")
        part = happened(t.c.booked_at, "Sales", bought_or_not, t.c.amount)
        parts[-1] = part.where(t.c.customer_made.is_not(False))
    if "accounts" in tables:
        happened(accounts.c.opened_on, "Core banking", "Opened", accounts.c.product)
        happened(accounts.c.closed_on, "Core banking", "Closed", accounts.c.product)
    if "tickets" in tables:
        kind = case(
            (tickets.c.complaint, "Complained"),
            (tickets.c.complaint.is_(None), "Opened a case"),
            else_="Asked Service",
        )
        happened(tickets.c.opened_at, "Service", kind, tickets.c.category)
        happened(tickets.c.resolved_at, "Service", "Case settled", tickets.c.category)
    if "surveys" in tables:
        part = happened(surveys.c.answered_at, "Service", "Answered a survey", surveys.c.score)
        parts[-1] = part.where(surveys.c.score.is_not(None))
    if not parts:
        return None
    together = union_all(*parts).subquery()
    no_time = func.max(is_day(together.c.at)).over(partition_by=add_days(together.c.at, 0))
    in_order = case((no_time == 1, day_only(together.c.at)), else_=together.c.at)
    return select(together).order_by(in_order.desc(), together.c.stage.desc()).limit(500)


def usage(customer_id: str, as_of: date) -> Select:
    """What the customer used of app and web bank in 90 days: feature, sessions, last_used; most used first."""
    t = schema.product_usage
    sessions = func.sum(t.c.sessions)
    return (
        select(t.c.feature, sessions.label("sessions"), func.max(t.c.used_on).label("last_used"))
        .where(t.c.customer_id == customer_id, t.c.used_on > as_of - timedelta(days=90), t.c.used_on <= as_of)
        .group_by(t.c.feature)
        .order_by(sessions.desc(), t.c.feature)
    )


def answers(customer_id: str, as_of: date) -> Select:
    """The customer's answers to surveys, newest first: kind, answered_at, score, comment."""
    until = datetime.combine(as_of + timedelta(days=1), time.min)
    return (
        select(surveys.c.kind, surveys.c.answered_at, surveys.c.score, surveys.c.comment)
        .where(
            surveys.c.customer_id == customer_id,
            surveys.c.answered_at < until,
            surveys.c.score.is_not(None),
        )
        .order_by(surveys.c.answered_at.desc(), surveys.c.survey_id)
        .limit(10)
    )


def cases(customer_id: str, as_of: date) -> Select:
    """The customer's service cases, newest first."""
    until = datetime.combine(as_of + timedelta(days=1), time.min)
    settled = or_(tickets.c.resolved_at.is_(None), tickets.c.resolved_at >= until)
    return (
        select(
            tickets.c.opened_at,
            tickets.c.category,
            tickets.c.product,
            tickets.c.severity,
            tickets.c.complaint,
            tickets.c.withdrawn,
            settled.label("still_open"),
            tickets.c.text,
        )
        .where(tickets.c.customer_id == customer_id, tickets.c.opened_at < until)
        .order_by(tickets.c.opened_at.desc(), tickets.c.ticket_id)
        .limit(50)
    )
