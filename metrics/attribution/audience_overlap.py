"""Whom several campaigns and departments reach at once: pairs of campaigns, contradicting offers, contacts in a week.

A person is a customer or, before that, a lead. Every answer is a total over people with their number beside it, so that
a role that sees totals only may ask it, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, literal, select

from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Period
from warehouse.access.reader import Reader
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.disclosure.people_behind import counted
from warehouse.schema import campaigns, touches
from warehouse.sql.dialects import add_days, days_between

CLOSE_DAYS = 14
"""Two offers this close together are taken as one conversation with the bank."""
MOST = 4
"""Weeks with this many contacts or more are counted together."""
CONTACTS = ("email", "call", "branch", "event")
"""Kinds by which the bank turns to a person. What she sees or clicks herself is no contact."""

_person = func.coalesce(touches.c.customer_id, touches.c.lead_id)


@dataclass(frozen=True, kw_only=True)
class CampaignPair:
    """A row of `pairs`: whether two campaigns are for one product, and say the same about it."""

    same_product: bool | None
    same_message: bool | None


def pairs(period: Period) -> Select[Any]:
    """A row per two campaigns that reached one person in `period`: campaign_a, campaign_b and how many people.

    `reached` by both; `close` within CLOSE_DAYS of each other. Then same_product and same_message, NULL if not known: two
    campaigns for one product with another message contradict each other.
    """
    met = _met(period)
    a, b = met.alias("a"), met.alias("b")
    one, other = campaigns.alias("one"), campaigns.alias("other")
    close = days_between(a.c.day_on, b.c.day_on).between(-CLOSE_DAYS, CLOSE_DAYS)
    both = func.count(a.c.person.distinct())
    near = func.count(case((close, a.c.person)).distinct())
    same_product = one.c.product == other.c.product
    same_message = one.c.message == other.c.message
    return (
        select(
            a.c.campaign_id.label("campaign_a"),
            b.c.campaign_id.label("campaign_b"),
            same_product.label("same_product"),
            same_message.label("same_message"),
            *counted("reached", both),
            *counted("close", near),
        )
        .join_from(a, b, and_(a.c.person == b.c.person, a.c.campaign_id < b.c.campaign_id))
        .join(one, one.c.campaign_id == a.c.campaign_id)
        .join(other, other.c.campaign_id == b.c.campaign_id)
        .group_by(a.c.campaign_id, b.c.campaign_id, same_product, same_message)
    )


def without_few_left(pairs_reached: pd.DataFrame, reader: Reader) -> pd.DataFrame:
    """The answer to `pairs` for its reader: how many were reached close together is blank where all but few were."""
    few = is_few(pairs_reached["reached"] - pairs_reached["close"], reader.smallest_cell)
    return pairs_reached.assign(close=pairs_reached["close"].mask(few & reader.sees_totals_only(touches)))


def contradicted(period: Period) -> Select[Any]:
    """How many people met two campaigns for one product with different messages within CLOSE_DAYS, of all reached.

    One row: contradicted, reached.
    """
    met = _met(period)
    messages = select(met, campaigns.c.product, campaigns.c.message).join_from(
        met, campaigns, campaigns.c.campaign_id == met.c.campaign_id
    )
    a, b = messages.cte("told"), messages.cte("told_again")
    clash = (
        select(b.c.person)
        .where(
            b.c.person == a.c.person,
            b.c.product == a.c.product,
            b.c.message != a.c.message,
            days_between(a.c.day_on, b.c.day_on).between(-CLOSE_DAYS, CLOSE_DAYS),
        )
        .correlate(a)
        .exists()
    )
    return select(
        *counted("contradicted", func.count(case((clash, a.c.person)).distinct())),
        *counted("reached", func.count(a.c.person.distinct())),
    )


def contacts(period: Period) -> Select[Any]:
    """A row per kind of contact and whether of a campaign: how many contacts in `period`, how many people."""
    made = _made(period)
    people = func.count(made.c.person.distinct())
    return select(
        made.c.of_a_campaign,
        made.c.kind,
        *counted("contacts", func.count(), people),
        *counted("people", people),
    ).group_by(made.c.of_a_campaign, made.c.kind)


def weeks(period: Period) -> Select[Any]:
    """A row per number of contacts in a week (MOST: or more) and of departments behind them.

    contacts, departments, weeks (of one person each; weeks without a contact are not counted), people. A week is seven
    days from the first day of `period`.
    """
    made = _made(period)
    since = days_between(literal(period.start), made.c.touched_at)
    week = (
        select(
            made.c.person,
            func.count().label("contacts"),
            func.count(made.c.of_a_campaign.distinct()).label("departments"),
        )
        .group_by(made.c.person, since - since % 7)
        .cte("week")
    )
    number = case((week.c.contacts >= MOST, MOST), else_=week.c.contacts)
    people = func.count(week.c.person.distinct())
    return select(
        number.label("contacts"),
        week.c.departments,
        *counted("weeks", func.count(), people),
        *counted("people", people),
    ).group_by(number, week.c.departments)


def meaning_of_pairs(period: Period) -> Meaning:
    """What the table of `pairs` means."""
    return Meaning(
        terms=(
            (
                "Reached by both",
                "People whom both campaigns reached in the period, as customers or as leads before.",
            ),
            (f"Within {CLOSE_DAYS} days", "Those of them whom both reached that close together."),
            (
                "Contradicting offers",
                "Two campaigns for one product whose messages differ. Whether the messages truly contradict each other, "
                "their owners judge; the words of both stand in the table.",
            ),
        ),
        reads=(pairs(period), contradicted(period)),
        over=period.in_words(),
    )


def meaning_of_contacts(period: Period) -> Meaning:
    """What the tables of `weeks` and `contacts` mean."""
    return Meaning(
        terms=(
            ("Contact", "An e-mail, a call, a branch meeting or an event. What people see or click is none."),
            (
                "Weeks",
                "Weeks of one person with a contact; a week is seven days from the first of the period.",
            ),
            (
                "Department",
                "A contact that belongs to a campaign is Marketing's, one without is a relationship manager's.",
            ),
            ("Each, a week", "Contacts divided by the people who had any, and by the weeks of the period."),
        ),
        reads=(weeks(period), contacts(period)),
        over=period.in_words(),
    )


def _within(period: Period) -> ColumnElement[bool]:
    start = datetime.combine(period.start, time())
    return and_(
        touches.c.touched_at >= start,
        touches.c.touched_at < datetime.combine(period.end + timedelta(days=1), time()),
    )


def _met(period: Period) -> CTE:
    """Person × campaign × day."""
    day = add_days(touches.c.touched_at, 0)
    return (
        select(_person.label("person"), touches.c.campaign_id, day.label("day_on"))
        .where(_within(period), touches.c.campaign_id.is_not(None), _person.is_not(None))
        .distinct()
        .cte("met")
    )


def _made(period: Period) -> CTE:
    """A row per contact the bank made: of a campaign it is Marketing's, without one a relationship manager's."""
    of_a_campaign = touches.c.campaign_id.is_not(None).label("of_a_campaign")
    return (
        select(_person.label("person"), of_a_campaign, touches.c.kind, touches.c.touched_at)
        .where(_within(period), touches.c.kind.in_(CONTACTS), _person.is_not(None))
        .cte("made")
    )
