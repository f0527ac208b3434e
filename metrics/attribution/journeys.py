"""Journeys: the touches that led to a win, in order, and how often one channel followed another in all journeys.

A win is a move of a lead to “won”: a lead that came back and was won again has two. A win's path is its lead's touches
after the win before it and up to the win, at most `look_back` days before it; a touch without a moment does not count,
and at the same moment the smaller touch_id is the earlier. Of a day without a time nobody knows what came before what:
touches of the day of such a win may have led to it. The touches of a lead on a day of which one has no time are `tied`,
no one before another. A win whose path is empty is kept with the touch `none` and no channel, so that it stays in every
total. A channel that is not known is a channel of its own: never "unknown", never left out.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    and_,
    case,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from warehouse.schema import lead_moves, leads, touches
from warehouse.sql.dialects import add_days, days_between
from warehouse.sql.moment_sql import instant, is_day

NO_TOUCH = "none"
"""The touch of a win that no touch led to. Its channel is not known."""


def without_a_time(as_of: date) -> Select[Any]:
    """Whether there are touches of which only the day is known: `touches`, 0 or 1."""
    undated = select(touches.c.touch_id).where(
        is_day(touches.c.touched_at) == 1, touches.c.touched_at < _end(as_of)
    )
    return select(func.count().label("touches")).select_from(undated.limit(1).subquery())


def steps(as_of: date, *, look_back: int, backwards: bool = False) -> Select[Any]:
    """How often a touch of one channel was followed by one of another: what a first-order Markov chain needs.

    A row per channel, following channel, is_first, is_last and won, with how many touches those are. Journeys are wins,
    and leads that are lost, rejected, or were created more than `look_back` days before `as_of` and not won; of a lead
    without a win the touches count that are at most `look_back` days before its last one. Tied touches are taken in the
    order of their touch_id, or `backwards`: both together favour neither.
    """
    end = _end(as_of)
    wins = _wins(as_of)
    # The last move decides: who was rejected and has come back is on his way again.
    closed = select(lead_moves.c.lead_id).where(
        lead_moves.c.stage.in_(("rejected", "lost")),
        or_(lead_moves.c.left_at.is_(None), lead_moves.c.left_at >= end),
        lead_moves.c.entered_at < end,
    )
    over = or_(leads.c.lead_id.in_(closed), leads.c.created_at < end - timedelta(days=look_back))
    ended = union_all(
        select(wins.c.lead_id, wins.c.move, wins.c.after, wins.c.won_at),
        select(leads.c.lead_id, literal(0), null(), null())
        .outerjoin(wins, wins.c.lead_id == leads.c.lead_id)
        .where(over, wins.c.lead_id.is_(None)),
    ).cte("ended")
    met = (
        select(
            ended.c.lead_id,
            ended.c.move,
            touches.c.touch_id,
            touches.c.channel,
            touches.c.touched_at,
            case((ended.c.move > 0, 1), else_=0).label("won"),
            func.coalesce(
                ended.c.won_at,
                func.max(touches.c.touched_at).over(partition_by=(ended.c.lead_id, ended.c.move)),
            ).label("ended_at"),
            _no_time(ended.c.lead_id, ended.c.move).label("no_time"),
        )
        .join_from(touches, ended, ended.c.lead_id == touches.c.lead_id)
        .where(touches.c.touched_at < end, _inside(ended))
        .cte("met")
    )
    in_order: dict[str, Any] = {
        "partition_by": (met.c.lead_id, met.c.move),
        "order_by": _in_order(met, backwards=backwards),
    }
    place = func.row_number().over(**in_order)
    left = func.count().over(partition_by=(met.c.lead_id, met.c.move)) - place
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
    met = select(path.c.channel, path.c.lead_id, path.c.move).where(path.c.touch_id != NO_TOUCH).distinct()
    each = met.subquery("met")
    return select(each.c.channel, func.count().label("wins")).group_by(each.c.channel)


def paths_of_wins(as_of: date, look_back: int) -> CTE:
    """A row per win (lead_id, move) and touch of its path: its place, the path's length, and what the weights need."""
    wins = _wins(as_of)
    counts = and_(
        touches.c.lead_id == wins.c.lead_id,
        _inside(wins),
        days_between(touches.c.touched_at, wins.c.won_at) <= look_back,
    )
    met = (
        select(
            *wins.c,
            touches.c.touch_id,
            touches.c.channel,
            touches.c.campaign_id,
            touches.c.touched_at,
            _no_time(wins.c.lead_id, wins.c.move).label("no_time"),
        )
        .select_from(wins.outerjoin(touches, counts))
        .cte("met")
    )
    whole: dict[str, Any] = {"partition_by": (met.c.lead_id, met.c.move)}

    def until(moment: ColumnElement[Any]) -> ColumnElement[Any]:
        """Ordered by time, the touches up to a moment end with the last one before it."""
        return func.sum(case((met.c.touched_at <= moment, 1), else_=0)).over(**whole)

    return select(
        met.c.lead_id,
        met.c.move,
        met.c.customer_id,
        met.c.won_at,
        func.coalesce(met.c.touch_id, NO_TOUCH).label("touch_id"),
        met.c.channel,
        met.c.campaign_id,
        func.row_number().over(**whole, order_by=_in_order(met)).label("place"),
        case((met.c.no_time == 1, add_days(met.c.touched_at, 0))).label("tied"),
        func.count().over(**whole).label("length"),
        func.count().over(partition_by=(met.c.lead_id, met.c.move, met.c.channel)).label("of_channel"),
        until(met.c.created_at).label("until_lead"),
        until(met.c.opportunity_at).label("until_opportunity"),
        func.coalesce(days_between(met.c.touched_at, func.max(met.c.touched_at).over(**whole)), 0).label(
            "days_before_last"
        ),
    ).cte("path")


def _wins(as_of: date) -> CTE:
    """Every win up to `as_of`, with the moment of the win before it as `after`.

    Of a later win, the opportunity is the first since the win before it.
    """
    m = lead_moves
    won = (
        select(
            m.c.lead_id,
            m.c.move,
            m.c.customer_id,
            m.c.entered_at.label("won_at"),
            m.c.created_at,
            m.c.opportunity_at,
            *(
                func.lag(of).over(partition_by=m.c.lead_id, order_by=m.c.move).label(name)
                for name, of in (("after", m.c.entered_at), ("move_before", m.c.move))
            ),
        )
        .where(m.c.stage == "won", m.c.entered_at < _end(as_of))
        .cte("won")
    )
    again = lead_moves.alias("again")
    since = (
        select(won.c.lead_id, won.c.move, func.min(again.c.entered_at).label("opportunity_at"))
        .join_from(won, again, again.c.lead_id == won.c.lead_id)
        .where(
            again.c.stage == "opportunity",
            again.c.move > won.c.move_before,
            again.c.move < won.c.move,
        )
        .group_by(won.c.lead_id, won.c.move)
        .cte("since")
    )
    first = won.c.move_before.is_(None)
    return (
        select(
            won.c.lead_id,
            won.c.move,
            won.c.customer_id,
            won.c.won_at,
            won.c.created_at,
            case((first, won.c.opportunity_at), else_=since.c.opportunity_at).label("opportunity_at"),
            won.c.after,
        )
        .select_from(won.outerjoin(since, and_(since.c.lead_id == won.c.lead_id, since.c.move == won.c.move)))
        .cte("wins")
    )


def _inside(journey: CTE) -> ColumnElement[bool]:
    """Whether a touch lies after the win before a journey and not after the journey's own win."""
    return and_(
        or_(journey.c.won_at.is_(None), touches.c.touched_at <= journey.c.won_at),
        or_(journey.c.after.is_(None), touches.c.touched_at > journey.c.after),
    )


def _no_time(*journey: ColumnElement[Any]) -> ColumnElement[Any]:
    """1 for a touch of a day on which one of the journey's touches has no time."""
    day = add_days(touches.c.touched_at, 0)
    return func.max(is_day(touches.c.touched_at)).over(partition_by=(*journey, day))


def _in_order(met: CTE, *, backwards: bool = False) -> tuple[ColumnElement[Any], ...]:
    """By the day, within it by the time if every touch of the day has one, then by touch_id."""
    at = case((met.c.no_time == 1, 0), else_=instant(met.c.touched_at))
    name = case((met.c.no_time == 1, met.c.touch_id)).desc() if backwards else met.c.touch_id
    return (add_days(met.c.touched_at, 0), at, name, met.c.touch_id)


def _end(as_of: date) -> datetime:
    return datetime.combine(as_of + timedelta(days=1), time())
