"""What numbers can be filtered and broken down by, and how each table knows it.

A table that lacks a column looks it up by key in a table where that key occurs once. A look-up cannot multiply rows;
a join could. A table that cannot know a dimension is not listed, and a question that needs it is answered "not known".
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Column, ColumnElement, Table, select

from warehouse import desk, schema

customers, leads, campaigns = schema.customers, schema.leads, schema.campaigns


def _customer(key: Column, wanted: Column) -> ColumnElement:
    looked_up = customers.alias("who")
    return select(looked_up.c[wanted.key]).where(looked_up.c.customer_id == key).scalar_subquery()


def _campaign(key: Column, wanted: Column) -> ColumnElement:
    looked_up = campaigns.alias("which")
    return select(looked_up.c[wanted.key]).where(looked_up.c.campaign_id == key).scalar_subquery()


def _won_by(lead_id: ColumnElement, wanted: Column) -> ColumnElement:
    looked_up = leads.alias("won_by")
    return select(looked_up.c[wanted.key]).where(looked_up.c.lead_id == lead_id).scalar_subquery()


def _acquired_by(key: Column, wanted: Column) -> ColumnElement:
    """What brought the customer: a column of the lead that was won."""
    return _won_by(_customer(key, customers.c.acquired_by_lead_id), wanted)


_OF_CUSTOMERS = (
    schema.accounts,
    schema.revenues,
    schema.tickets,
    schema.surveys,
    schema.customer_profiles,
)

DIMENSIONS: Mapping[str, Mapping[Table, ColumnElement]] = {
    "channel": {
        leads: leads.c.channel,
        schema.campaign_days: _campaign(schema.campaign_days.c.campaign_id, campaigns.c.channel),
        schema.touch_credits: schema.touch_credits.c.channel,
        customers: _won_by(customers.c.acquired_by_lead_id, leads.c.channel),
        **{t: _acquired_by(t.c.customer_id, leads.c.channel) for t in _OF_CUSTOMERS},
    },
    "campaign": {
        leads: leads.c.campaign_id,
        schema.campaign_days: schema.campaign_days.c.campaign_id,
        schema.touch_credits: schema.touch_credits.c.campaign_id,
        customers: _won_by(customers.c.acquired_by_lead_id, leads.c.campaign_id),
        **{t: _acquired_by(t.c.customer_id, leads.c.campaign_id) for t in _OF_CUSTOMERS},
    },
    "product": {
        leads: leads.c.product,
        schema.campaign_days: _campaign(schema.campaign_days.c.campaign_id, campaigns.c.product),
        schema.accounts: schema.accounts.c.product,
        schema.revenues: schema.revenues.c.product,
        schema.tickets: schema.tickets.c.product,
    },
    "segment": {
        customers: customers.c.segment,
        leads: _customer(leads.c.customer_id, customers.c.segment),
        schema.touch_credits: _customer(schema.touch_credits.c.customer_id, customers.c.segment),
        **{t: _customer(t.c.customer_id, customers.c.segment) for t in _OF_CUSTOMERS},
        desk.alerts: desk.alerts.c.segment,
    },
}
"""Dimension → table → the expression that gives it there."""
