"""Whom several campaigns and departments reach at once: pairs of campaigns, differing offers, contacts in a week.

A person is a customer or, before that, a lead. Every answer is a total over people with their number beside it, so that
a role that sees totals only may ask it, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import CTE, Column, ColumnElement, Select, and_, case, func, literal, select, union_all

from metrics.customers.whose_contact import RULE, SERVICE, WHOSE
from metrics.definitions.meaning import Meaning
from metrics.definitions.scope import Period
from warehouse.access.reader import Reader
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.disclosure.people_behind import counted
from warehouse.schema import campaigns, tickets, touches
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
    campaigns for one product with another message make differing offers.
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


def differing(period: Period) -> Select[Any]:
    """How many people met two campaigns for one product with different messages within CLOSE_DAYS, of all reached.

    One row: differing, reached.
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
        *counted("differing", func.count(case((clash, a.c.person)).distinct())),
        *counted("reached", func.count(a.c.person.distinct())),
    )


def contacts(period: Period, *, replies: bool) -> Select[Any]:
    """A row per department and kind of contact: how many contacts in `period`, how many people.

    `replies` counts Service's first replies to cases, too.
    """
    made = _made(period, replies=replies)
    people = func.count(made.c.person.distinct())
    return select(
        made.c.department,
        made.c.kind,
        *counted("contacts", func.count(), people),
        *counted("people", people),
    ).group_by(made.c.department, made.c.kind)


def weeks(period: Period, *, replies: bool) -> Select[Any]:
    """A row per number of contacts in a week (MOST: or more) and of departments behind them.

    contacts, departments, weeks (of one person each; weeks without a contact are not counted), people. A week is seven
    days from the first day of `period`. `replies` counts Service's first replies to cases, too.
    """
    made = _made(period, replies=replies)
    since = days_between(literal(period.start), made.c.touched_at)
    week = (
        select(
            made.c.person,
            func.count().label("contacts"),
            func.count(made.c.department.distinct()).label("departments"),
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
                "People whom both campaigns reached in the period, as customers or as leads before: who saw, clicked or "
                "visited something of theirs, or was contacted.",
            ),
            (f"Within {CLOSE_DAYS} days", "Those of them whom both reached that close together."),
            (
                "Differing offers",
                "Two campaigns for one product whose messages differ. Whether the messages contradict each other, their "
                "owners judge; the words of both stand in the table.",
            ),
        ),
        reads=(pairs(period), differing(period)),
        over=period.in_words(),
    )


def meaning_of_contacts(period: Period, *, replies: bool) -> Meaning:
    """What the tables of `weeks` and `contacts` mean."""
    return Meaning(
        terms=(
            (
                "Contact",
                "An e-mail, a call, a branch meeting or an event"
                f"{', or a first reply to a case' if replies else ''}. What people see or click is none.",
            ),
            (
                "Weeks",
                "Weeks of one person with a contact; a week is seven days from the first of the period.",
            ),
            ("Department", RULE),
            ("Each, a week", "Contacts divided by the people who had any, and by the weeks of the period."),
        ),
        reads=(weeks(period, replies=replies), contacts(period, replies=replies)),
        over=period.in_words(),
    )


def within(period: Period, moment: Column) -> ColumnElement[bool]:
    """Whether a moment lies in the days of a period."""
    start, after = datetime.combine(period.start, time()), period.end + timedelta(days=1)
    return and_(moment >= start, moment < datetime.combine(after, time()))


def _met(period: Period) -> CTE:
    """Person × campaign × day."""
    day = add_days(touches.c.touched_at, 0)
    return (
        select(_person.label("person"), touches.c.campaign_id, day.label("day_on"))
        .where(within(period, touches.c.touched_at), touches.c.campaign_id.is_not(None), _person.is_not(None))
        .distinct()
        .cte("met")
    )


def _made(period: Period, *, replies: bool) -> CTE:
    """A row per contact the bank made: person, department, kind, touched_at."""
    parts = [
        select(
            _person.label("person"), literal(whose).label("department"), touches.c.kind, touches.c.touched_at
        ).where(within(period, touches.c.touched_at), which, _person.is_not(None))
        for whose, which in WHOSE.items()
    ]
    if replies:
        at = tickets.c.first_reply_at
        reply = select(tickets.c.customer_id, literal(SERVICE), literal("first_reply"), at)
        parts.append(reply.where(within(period, at), tickets.c.customer_id.is_not(None)))
    return union_all(*parts).cte("made")
