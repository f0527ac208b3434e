"""Campaigns by their names: figures carry the code, people know the name."""

from sqlalchemy import Select, select

from warehouse.schema import campaigns as t


def named() -> Select:
    """One row per campaign: campaign_id, name, channel, ends_on, message, owner."""
    return select(t.c.campaign_id, t.c.name, t.c.channel, t.c.ends_on, t.c.message, t.c.owner).order_by(
        t.c.campaign_id
    )
