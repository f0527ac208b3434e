"""What numbers can be filtered and broken down by, and how each table knows it.

A table that lacks a column looks it up by key in a table where that key occurs once. A look-up cannot multiply rows;
a join could. A table that cannot know a dimension is not listed, and a question that needs it is answered "not known".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Column, ColumnElement, Table, or_, select

from metrics.definitions.scope import NOT_KNOWN
from warehouse import schema
from warehouse.app_db import app_schema

customers, leads, campaigns = schema.customers, schema.leads, schema.campaigns
hand_offs, lead_moves = schema.hand_offs, schema.lead_moves


def _customer(fact: Table, column: Column) -> ColumnElement:
    who = customers.alias("who")
    value = select(who.c[column.key]).where(who.c.customer_id == fact.c.customer_id)
    return value.correlate(fact).scalar_subquery()


def _campaign(fact: Table, column: Column) -> ColumnElement:
    which = campaigns.alias("which")
    value = select(which.c[column.key]).where(which.c.campaign_id == fact.c.campaign_id)
    return value.correlate(fact).scalar_subquery()


def _acquired_by(fact: Table, column: Column) -> ColumnElement:
    """What brought the customer: a column of the lead that was won."""
    lead, who = leads.alias("won_by"), customers.alias("who")
    value = select(lead.c[column.key]).where(
        lead.c.lead_id == who.c.acquired_by_lead_id, who.c.customer_id == fact.c.customer_id
    )
    return value.correlate(fact).scalar_subquery()


def _case(column: Column) -> ColumnElement:
    """What the service case that a survey asks about is about."""
    case = schema.tickets.alias("asked_about")
    value = select(case.c[column.key]).where(case.c.ticket_id == schema.surveys.c.ticket_id)
    return value.correlate(schema.surveys).scalar_subquery()


_OF_CUSTOMERS = (
    schema.accounts,
    schema.revenues,
    schema.tickets,
    schema.surveys,
    schema.customer_profiles,
    schema.customer_values,
    schema.ticket_themes,
)

DIMENSIONS: Mapping[str, Mapping[Table, ColumnElement]] = {
    "channel": {
        leads: leads.c.channel,
        hand_offs: hand_offs.c.channel,
        lead_moves: lead_moves.c.channel,
        schema.campaign_days: _campaign(schema.campaign_days, campaigns.c.channel),
        schema.touch_credits: schema.touch_credits.c.channel,
        customers: _acquired_by(customers, leads.c.channel),
        **{t: _acquired_by(t, leads.c.channel) for t in _OF_CUSTOMERS},
    },
    "campaign": {
        leads: leads.c.campaign_id,
        hand_offs: hand_offs.c.campaign_id,
        lead_moves: lead_moves.c.campaign_id,
        schema.campaign_days: schema.campaign_days.c.campaign_id,
        schema.touch_credits: schema.touch_credits.c.campaign_id,
        customers: _acquired_by(customers, leads.c.campaign_id),
        **{t: _acquired_by(t, leads.c.campaign_id) for t in _OF_CUSTOMERS},
    },
    "product": {
        leads: leads.c.product,
        hand_offs: hand_offs.c.product,
        lead_moves: lead_moves.c.product,
        schema.campaign_days: _campaign(schema.campaign_days, campaigns.c.product),
        schema.accounts: schema.accounts.c.product,
        schema.revenues: schema.revenues.c.product,
        schema.tickets: schema.tickets.c.product,
        schema.surveys: _case(schema.tickets.c.product),
    },
    "district": {
        customers: customers.c.district,
        **{t: _customer(t, customers.c.district) for t in _OF_CUSTOMERS},
    },
    "touchpoint": {
        schema.tickets: schema.tickets.c.category,
        schema.surveys: _case(schema.tickets.c.category),
    },
    "theme": {schema.ticket_themes: schema.ticket_themes.c.theme},
    "segment": {
        customers: customers.c.segment,
        leads: _customer(leads, customers.c.segment),
        hand_offs: _customer(hand_offs, customers.c.segment),
        lead_moves: _customer(lead_moves, customers.c.segment),
        schema.touch_credits: _customer(schema.touch_credits, customers.c.segment),
        **{t: _customer(t, customers.c.segment) for t in _OF_CUSTOMERS},
        app_schema.alerts: app_schema.alerts.c.segment,
    },
    "rep": {
        leads: leads.c.sales_rep,
        hand_offs: hand_offs.c.sales_rep,
        lead_moves: lead_moves.c.sales_rep,
    },
    "reason": {lead_moves: lead_moves.c.reason},
}
"""Dimension → table → the expression that gives it there."""

_WON_BY = (
    "of a customer, and of revenue, cases, answers and lifetime value, that of the lead that won the customer"
)

MEANS: Mapping[str, str] = {
    "channel": f"Of a lead its own; of a cost its campaign's; of a credited win the contact's; {_WON_BY}.",
    "campaign": f"Of a lead the one it names; of a cost its own; of a credited win the contact's; {_WON_BY}.",
    "product": "Of a lead what it asked about; of a cost what its campaign promotes; of revenue what earned it; of a "
    "case what it is about, and of an answer what the case is about that it answers to.",
    "district": "Where the customer lives, as known today.",
    "touchpoint": "What a case is about; of an answer, what the case is about that it answers to.",
    "theme": "What the words of a case are mainly about.",
    "segment": "The customer's service level, as known today; of a lead or a credited win that of the customer it is or "
    "became, and none while it is no customer.",
    "rep": "Who in Sales works the lead.",
    "reason": "Why Sales rejected the lead that time, or why it was lost.",
}
"""Dimension → what its values mean, table by table, in words."""

ONLY_CUSTOMERS = (
    "Only customers have a segment. Of people new to the bank those are the ones who were won, and of the latest many "
    "are still to be won: shares look far too high here and the latest numbers too low, so nothing is compared."
)


def caution(facts: Iterable[Table], dimensions: Iterable[str]) -> str:
    """What to bear in mind about figures of these tables told apart, or filtered, by these dimensions; "" if nothing."""
    return ONLY_CUSTOMERS if "segment" in dimensions and {leads, hand_offs, lead_moves} & set(facts) else ""


def among(dimension: str, fact: Table, values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a row of `fact` has one of these values of a dimension; `NOT_KNOWN` is a row that has none."""
    return has_one_of(DIMENSIONS[dimension][fact], values)


def has_one_of(column: ColumnElement, values: Iterable[str]) -> ColumnElement[bool]:
    """Whether a dimension's column holds one of these values; `NOT_KNOWN` is a row that has none."""
    chosen = list(values)
    if NOT_KNOWN not in chosen:
        return column.in_(chosen)
    named = [v for v in chosen if v != NOT_KNOWN]
    return or_(column.is_(None), column.in_(named)) if named else column.is_(None)
