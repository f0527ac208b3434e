"""Service cases row by row, for those who work them: complaints that wait, samples of a theme, links with features."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, func, or_, select

from warehouse.disclosure.people_behind import counted
from warehouse.schema import customers, feature_links, relationship_managers, ticket_themes, tickets

LOOK_BACK_DAYS = 365
"""A complaint opened before is not counted as open: sources often never say that an old one was settled."""


@dataclass(frozen=True, kw_only=True)
class OpenComplaint:
    """A row of `open_complaints`."""

    ticket_id: str
    customer_id: str | None
    full_name: str | None
    opened_at: datetime
    first_reply_at: datetime | None
    category: str | None
    severity: str | None
    rm_id: str | None
    rm_name: str | None


@dataclass(frozen=True, kw_only=True)
class TypicalCase:
    """A row of `of_theme`."""

    ticket_id: str
    opened_at: datetime
    category: str | None
    text: str


@dataclass(frozen=True, kw_only=True)
class FeatureLink:
    """A row of `features`: how many times as many cases the users of a feature open, with its 95% interval."""

    risk_ratio: float | None
    low: float | None
    high: float | None
    p_adjusted: float | None


def open_complaints(as_of: date) -> Select:
    """Complaints of LOOK_BACK_DAYS not settled by the end of a day, oldest first, with the customer's name and RM."""
    until = datetime.combine(as_of + timedelta(days=1), time.min)
    person = customers.c.customer_id == tickets.c.customer_id
    name = select(customers.c.full_name).where(person).scalar_subquery()
    rm_id = select(customers.c.rm_id).where(person).scalar_subquery()
    rm_name = (
        select(relationship_managers.c.name)
        .where(person, relationship_managers.c.rm_id == customers.c.rm_id)
        .scalar_subquery()
    )
    return (
        select(
            tickets.c.ticket_id,
            tickets.c.customer_id,
            name.label("full_name"),
            tickets.c.opened_at,
            tickets.c.first_reply_at,
            tickets.c.category,
            tickets.c.severity,
            rm_id.label("rm_id"),
            rm_name.label("rm_name"),
        )
        .where(
            tickets.c.complaint.is_(True),
            tickets.c.withdrawn.is_not(True),
            tickets.c.opened_at < until,
            tickets.c.opened_at >= until - timedelta(days=LOOK_BACK_DAYS),
            or_(tickets.c.resolved_at.is_(None), tickets.c.resolved_at >= until),
        )
        .order_by(tickets.c.opened_at, tickets.c.ticket_id)
    )


def of_theme(theme: str, most: int) -> Select:
    """The cases that a theme describes best, with their words."""
    typical = (
        select(ticket_themes.c.ticket_id)
        .where(ticket_themes.c.theme == theme)
        .order_by(ticket_themes.c.weight.desc(), ticket_themes.c.opened_at.desc(), ticket_themes.c.ticket_id)
        .limit(most)
    )
    return (
        select(tickets.c.ticket_id, tickets.c.opened_at, tickets.c.category, tickets.c.text)
        .where(tickets.c.ticket_id.in_(typical))
        .order_by(tickets.c.opened_at.desc(), tickets.c.ticket_id)
    )


def with_a_theme() -> Select:
    """How many cases of the bank have a theme, of all days: one row, `cases`."""
    return select(*counted("cases", func.count(), func.count(ticket_themes.c.customer_id.distinct())))


def features() -> Select:
    """What the last night found about features of the app and service cases, the clearest link first."""
    latest = select(func.max(feature_links.c.as_of)).scalar_subquery()
    return (
        select(feature_links)
        .where(feature_links.c.as_of == latest)
        .order_by(feature_links.c.p_adjusted, feature_links.c.feature)
    )
