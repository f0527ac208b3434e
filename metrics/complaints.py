"""Complaints that wait for an answer, row by row, for those who work them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import Select, or_, select

from warehouse.schema import customers, tickets


def open_complaints(as_of: date) -> Select:
    """Complaints of the last 365 days not settled by the end of a day, oldest first, with the customer's name."""
    until = datetime.combine(as_of + timedelta(days=1), time.min)
    name = (
        select(customers.c.full_name)
        .where(customers.c.customer_id == tickets.c.customer_id)
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
        )
        .where(
            tickets.c.complaint.is_(True),
            tickets.c.withdrawn.is_not(True),
            tickets.c.opened_at < until,
            tickets.c.opened_at >= until - timedelta(days=365),
            or_(tickets.c.resolved_at.is_(None), tickets.c.resolved_at >= until),
        )
        .order_by(tickets.c.opened_at)
    )
