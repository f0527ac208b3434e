"""What campaigns sent to people: how many contacts of which kind, to how many; and who met differing offers.

A person is a customer or, before that, a lead, as in `audience_overlap`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, case, func, select

from metrics.attribution.audience_overlap import CLOSE_DAYS, CONTACTS, within
from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Period
from warehouse.disclosure.people_behind import counted
from warehouse.schema import campaigns, touches
from warehouse.sql.dialects import add_days, days_between

_person = func.coalesce(touches.c.customer_id, touches.c.lead_id)


def sent(period: Period) -> Select[Any]:
    """A row per campaign and kind of contact: campaign_id, kind, contacts and people."""
    made = (
        select(_person.label("person"), touches.c.campaign_id, touches.c.kind)
        .where(
            within(period, touches.c.touched_at),
            touches.c.kind.in_(CONTACTS),
            touches.c.campaign_id.is_not(None),
            _person.is_not(None),
        )
        .cte("sent")
    )
    people = func.count(made.c.person.distinct())
    return select(
        made.c.campaign_id,
        made.c.kind,
        *counted("contacts", func.count(), people),
        *counted("people", people),
    ).group_by(made.c.campaign_id, made.c.kind)


def meaning_of_sent(period: Period) -> Meaning:
    """What the table of `sent` means."""
    return Meaning(
        terms=(
            (
                "Contacts",
                "E-mails, calls, branch meetings and events of a campaign; what people see or click is none.",
            ),
            ("People", "Customers, or leads before, who had one or more of them."),
        ),
        reads=(sent(period),),
        over=period.in_words(),
    )


def differing_customers(period: Period) -> Select[Any]:
    """A row per customer and two campaigns for one product with different messages within CLOSE_DAYS; row by row.

    customer_id, product, campaign_a, day_a, message_a, campaign_b, day_b, message_b: the first days of such contacts, `a`
    that of the earlier campaign; on one day, of the one whose code comes first.
    """
    day = add_days(touches.c.touched_at, 0)
    met = (
        select(
            touches.c.customer_id,
            touches.c.campaign_id,
            campaigns.c.product,
            campaigns.c.message,
            day.label("day_on"),
        )
        .join_from(touches, campaigns, campaigns.c.campaign_id == touches.c.campaign_id)
        .where(
            within(period, touches.c.touched_at),
            touches.c.customer_id.is_not(None),
        )
        .distinct()
        .cte("met_by_customer")
    )
    a, b = met.alias("met_a"), met.alias("met_b")
    both = (
        select(
            a.c.customer_id,
            a.c.product,
            a.c.campaign_id.label("campaign_a"),
            func.min(a.c.day_on).label("day_a"),
            a.c.message.label("message_a"),
            b.c.campaign_id.label("campaign_b"),
            func.min(b.c.day_on).label("day_b"),
            b.c.message.label("message_b"),
        )
        .join_from(
            a,
            b,
            and_(
                a.c.customer_id == b.c.customer_id,
                a.c.product == b.c.product,
                a.c.message != b.c.message,
                a.c.campaign_id < b.c.campaign_id,
                days_between(a.c.day_on, b.c.day_on).between(-CLOSE_DAYS, CLOSE_DAYS),
            ),
        )
        .group_by(a.c.customer_id, a.c.product, a.c.campaign_id, a.c.message, b.c.campaign_id, b.c.message)
        .cte("by_code")
    )
    turned = both.c.day_b < both.c.day_a
    columns = [
        case((turned, both.c[f"{name}_{other}"]), else_=both.c[f"{name}_{one}"]).label(f"{name}_{one}")
        for one, other in ("ab", "ba")
        for name in ("campaign", "day", "message")
    ]
    return select(both.c.customer_id, both.c.product, *columns).order_by(both.c.customer_id)
