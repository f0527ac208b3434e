"""Journeys: the touches that led to a win, in order, and how often one channel followed another in all journeys.

A win's path is its lead's touches up to the win, at most `look_back` days before it; a touch without a moment does not
count, and at the same moment the smaller touch_id is the earlier. A win whose path is empty is kept with the touch
`none` and no channel, so that it stays in every total. A channel that is not known is a channel of its own: never
"unknown", never left out.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, case, func, or_, select

from warehouse.dialects import days_between
from warehouse.schema import leads, touches

NO_TOUCH = "none"
"""The touch of a win that no touch led to. Its channel is not known."""


def steps(as_of: date, *, look_back: int) -> Select[Any]:
    """How often a touch of one channel was followed by one of another: what a first-order Markov chain needs.

    A row per channel, following channel, is_first, is_last and won, with how many touches those are. Journeys are won
    leads, and leads that were lost, rejected, or created more than `look_back` days before `as_of` and not won; of a lead
    without a win the touches count that are at most `look_back` days before its last one.
    """
    end = _end(as_of)
    won = and_(leads.c.won_at.is_not(None), leads.c.won_at < end)
    over = or_(
        won,
        leads.c.lost_at < end,
        leads.c.rejected_at < end,
        leads.c.created_at < end - timedelta(days=look_back),
    )
    until = case((won, leads.c.won_at), else_=end - timedelta(microseconds=1))
    met = (
        select(
            touches.c.lead_id,
            touches.c.touch_id,
            touches.c.channel,
            touches.c.touched_at,
            case((won, 1), else_=0).label("won"),
            case(
                (won, leads.c.won_at),
                else_=func.max(touches.c.touched_at).over(partition_by=touches.c.lead_id),
            ).label("ended_at"),
        )
        .join_from(touches, leads, leads.c.lead_id == touches.c.lead_id)
        .where(over, touches.c.touched_at <= until)
        .cte("met")
    )
    in_order: dict[str, Any] = {"partition_by": met.c.lead_id, "order_by": (met.c.touched_at, met.c.touch_id)}
    place = func.row_number().over(**in_order)
    left = func.count().over(partition_by=met.c.lead_id) - place
    walked = (
        select(
            met.c.channel,
            func.lead(met.c.channel).over(**in_order).label("following"),
            case((place == 1, 1), else_=0).label("is_first"),
            case((left == 0, 1), else_=0).label("is_last"),
            met.c.won,
        )
        .where(days_between(met.c.touched_at, met.c.ended_at) <= look_back)
        .cte("walked")
    )
    return select(*walked.c, func.count().label("touches")).group_by(*walked.c)


def wins_by_channel(as_of: date, *, look_back: int) -> Select[Any]:
    """How many wins have a channel in their path: columns channel, wins. An empty path is in none."""
    path = paths_of_wins(as_of, look_back)
    return (
        select(path.c.channel, func.count(path.c.lead_id.distinct()).label("wins"))
        .where(path.c.touch_id != NO_TOUCH)
        .group_by(path.c.channel)
    )


def paths_of_wins(as_of: date, look_back: int) -> CTE:
    """A row per win and touch of its path: its place, the path's length, and what the weights need."""
    counts = and_(
        touches.c.lead_id == leads.c.lead_id,
        touches.c.touched_at <= leads.c.won_at,
        days_between(touches.c.touched_at, leads.c.won_at) <= look_back,
    )
    whole: dict[str, Any] = {"partition_by": leads.c.lead_id}

    def until(moment: ColumnElement[Any]) -> ColumnElement[Any]:
        """Ordered by time, the touches up to a moment end with the last one before it."""
        return func.sum(case((touches.c.touched_at <= moment, 1), else_=0)).over(**whole)

    return (
        select(
            leads.c.lead_id,
            leads.c.customer_id,
            leads.c.won_at,
            func.coalesce(touches.c.touch_id, NO_TOUCH).label("touch_id"),
            touches.c.channel,
            touches.c.campaign_id,
            func.row_number()
            .over(**whole, order_by=(touches.c.touched_at, touches.c.touch_id))
            .label("place"),
            func.count().over(**whole).label("length"),
            func.count().over(partition_by=(leads.c.lead_id, touches.c.channel)).label("of_channel"),
            until(leads.c.created_at).label("until_lead"),
            until(leads.c.opportunity_at).label("until_opportunity"),
            func.coalesce(
                days_between(touches.c.touched_at, func.max(touches.c.touched_at).over(**whole)), 0
            ).label("days_before_last"),
        )
        .select_from(leads.outerjoin(touches, counts))
        .where(leads.c.won_at < _end(as_of))
        .cte("path")
    )


def _end(as_of: date) -> datetime:
    return datetime.combine(as_of + timedelta(days=1), time())
