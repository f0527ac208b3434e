"""Who used which feature of the app, and who then opened a service case: counts of customers in groups of like people.

Use is looked at in the 90 days before the period, cases in the 90 days of it, so that a case cannot be what led to the
use. Only customers who used the app at all are compared.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import CTE, Select, case, func, literal, select

from metrics.customers.relationships import joined_by, with_us
from warehouse.schema import customers, product_usage, tickets
from warehouse.sql.dialects import days_between

WINDOW_DAYS = 90


def _present(as_of: date) -> CTE:
    """Customers who used the app before the period and stayed until its end: their group, and whether a case came."""
    begins, exposed = as_of - timedelta(days=WINDOW_DAYS), as_of - timedelta(days=2 * WINDOW_DAYS)
    tenure = days_between(customers.c.joined_on, literal(begins))
    band = case(
        (tenure.is_(None), "not known"),
        (tenure < 365, "under 1 year"),
        (tenure < 3 * 365, "1 to 3 years"),
        else_="over 3 years",
    )
    opened = (
        select(tickets.c.customer_id)
        .where(
            tickets.c.opened_at >= datetime.combine(begins + timedelta(days=1), time.min),
            tickets.c.opened_at < datetime.combine(as_of + timedelta(days=1), time.min),
            tickets.c.withdrawn.is_not(True),
            tickets.c.customer_id.is_not(None),
        )
        .distinct()
        .cte("opened")
    )
    active = (
        select(product_usage.c.customer_id)
        .where(product_usage.c.used_on > exposed, product_usage.c.used_on <= begins)
        .distinct()
        .cte("active")
    )
    return (
        select(
            customers.c.customer_id,
            (func.coalesce(customers.c.segment, "") + " | " + band).label("stratum"),
            case((opened.c.customer_id.is_not(None), 1), else_=0).label("has_case"),
        )
        .select_from(customers)
        .join(active, active.c.customer_id == customers.c.customer_id)
        .outerjoin(opened, opened.c.customer_id == customers.c.customer_id)
        .where(
            joined_by(exposed),
            with_us(as_of),
        )
        .cte("present")
    )


def everybody(as_of: date) -> Select[Any]:
    """Per stratum: people, and people with a case."""
    here = _present(as_of)
    return select(
        here.c.stratum, func.count().label("people"), func.sum(here.c.has_case).label("with_case")
    ).group_by(here.c.stratum)


def users(as_of: date) -> Select[Any]:
    """Per feature and stratum: those who used it, and those of them with a case."""
    here = _present(as_of)
    exposed = as_of - timedelta(days=2 * WINDOW_DAYS)
    used = (
        select(product_usage.c.customer_id, product_usage.c.feature)
        .distinct()
        .where(
            product_usage.c.used_on > exposed,
            product_usage.c.used_on <= as_of - timedelta(days=WINDOW_DAYS),
        )
        .cte("used")
    )
    return (
        select(
            used.c.feature,
            here.c.stratum,
            func.count().label("users"),
            func.sum(here.c.has_case).label("users_with_case"),
        )
        .select_from(here)
        .join(used, used.c.customer_id == here.c.customer_id)
        .group_by(used.c.feature, here.c.stratum)
    )
