"""The rows of `derived.touch_credits`: who gets the credit for a win, asked of the warehouse in nine ways.

Each model gives every touch of a win's path (`metrics.attribution.journeys`) a weight; the credit is its share of the
path's weights, so that every model's credits add up to 1 for every win. Touches that are tied, because one of their day
has no time, share their weights equally.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    CompoundSelect,
    FromClause,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from metrics.attribution.journeys import paths_of_wins
from warehouse.sql.dialects import ratio

LEAST = 1e-12
"""The weight of a channel whose removal effect is not known: no path may be left without any weight."""

Weight = Callable[[FromClause, float, Mapping[str | None, float]], ColumnElement[Any]]


def _first(path: FromClause, *_: Any) -> ColumnElement[Any]:
    """The whole win to the earliest touch."""
    return case((path.c.place == 1, 1.0), else_=0.0)


def _last(path: FromClause, *_: Any) -> ColumnElement[Any]:
    """The whole win to the latest touch."""
    return case((path.c.place == path.c.length, 1.0), else_=0.0)


def _linear(path: FromClause, *_: Any) -> ColumnElement[Any]:
    """The same to every touch."""
    return case((path.c.place >= 1, 1.0), else_=0.0)


def _position(path: FromClause, *_: Any) -> ColumnElement[Any]:
    """U: 40% to the first, 40% to the last, 20% shared by those between."""
    ends = or_(path.c.place == 1, path.c.place == path.c.length)
    return case((ends, 0.4), else_=ratio(0.2, path.c.length - 2))


def _w(path: FromClause, *_: Any) -> ColumnElement[Any]:
    """W: 30% each to the first touch, the last before the lead and the last before the opportunity; 10% to the rest.

    One touch can be two of these. A moment that is not known, or before every touch, has none; the others then share
    its part in proportion.
    """
    place, lead, opportunity = path.c.place, path.c.until_lead, path.c.until_opportunity
    mark = [place == 1, place == lead, place == opportunity]
    marked = 1 + case((lead > 1, 1), else_=0) + case((and_(opportunity > 1, opportunity != lead), 1), else_=0)
    chosen = sum((case((m, 0.3), else_=0.0) for m in mark), start=literal(0.0))
    return case((or_(*mark), chosen), else_=ratio(0.1, path.c.length - marked))


def _full_path(path: FromClause, *_: Any) -> ColumnElement[Any]:
    """22.5% each to the first touch, the last before the lead, the last before the opportunity and the last of all; 10%
    to the rest.

    As with W, one touch can be several of these, and what is not known has none.
    """
    place, marks = path.c.place, (path.c.until_lead, path.c.until_opportunity, path.c.length)
    mark = [place == 1, *(place == at for at in marks)]
    chosen = sum((case((m, 0.225), else_=0.0) for m in mark), start=literal(0.0))
    lead, opportunity, last = marks
    marked = (
        1
        + case((lead > 1, 1), else_=0)
        + case((and_(opportunity > 1, opportunity != lead), 1), else_=0)
        + case((and_(last > 1, last != lead, last != opportunity), 1), else_=0)
    )
    return case((or_(*mark), chosen), else_=ratio(0.1, path.c.length - marked))


def _decay(path: FromClause, half_life: float, *_: Any) -> ColumnElement[Any]:
    """Half as much for every `half_life` days before the path's last touch."""
    halvings = ratio(path.c.days_before_last, half_life)
    # Some engines refuse a power too small to write down.
    return case((halvings < 500, func.power(0.5, halvings)), else_=0.0)


def _shapley(path: FromClause, *_: Any) -> ColumnElement[Any]:
    """The same to each distinct channel of the path, shared by its touches.

    That is the Shapley value of the game in which a set of channels wins the conversions whose path has no other
    channel. It adds up over paths, so these credits of single wins sum to each channel's exact value.
    Source: Zhao, Mahboobi & Bagheri 2018, "Shapley value methods for attribution modeling in online advertising".
    """
    return ratio(1.0, path.c.of_channel)


def _markov(path: FromClause, _: float, removal: Mapping[str | None, float]) -> ColumnElement[Any]:
    """To each distinct channel of the path its removal effect in all journeys, shared by its touches.

    A removal effect belongs to a channel, not to a win: these shares of single wins need not sum to the channel's share
    of all removal effects, which `models.attribution.removal_effect` gives.
    """
    by_channel = [
        (path.c.channel.is_(None) if channel is None else path.c.channel == channel, max(effect, LEAST))
        for channel, effect in removal.items()
    ]
    effect = case(*by_channel, else_=LEAST) if by_channel else literal(LEAST)
    return ratio(effect, path.c.of_channel)


WEIGHTS: Mapping[str, Weight] = {
    "first": _first,
    "last": _last,
    "linear": _linear,
    "position": _position,
    "w": _w,
    "full_path": _full_path,
    "decay": _decay,
    "markov": _markov,
    "shapley": _shapley,
}
"""Attribution model → the weight of a touch of a path."""


def credits(
    as_of: date,
    *,
    look_back: int,
    half_life: float,
    removal: Mapping[str | None, float],
    models: Sequence[str] = tuple(WEIGHTS),
) -> CompoundSelect[Any]:
    """Every touch's share of the win it led to: a row per model, win and touch with a share above 0.

    Wins up to the end of `as_of`; `look_back` and `half_life` in days. `removal` gives each channel (None: not known)
    its removal effect.
    """
    path = paths_of_wins(as_of, look_back)
    return union_all(*(_shares(path, m, WEIGHTS[m](path, half_life, removal)) for m in models))


def _shares(path: CTE, model: str, weight: ColumnElement[Any]) -> Select[Any]:
    columns = ("touch_id", "lead_id", "move", "customer_id", "channel", "campaign_id", "won_at")
    own = case((path.c.tied.is_(None), path.c.touch_id))
    shared = func.avg(weight).over(partition_by=(path.c.lead_id, path.c.move, path.c.tied, own))
    share = ratio(shared, func.sum(weight).over(partition_by=(path.c.lead_id, path.c.move))).label("credit")
    every = select(*(path.c[k] for k in columns), share).subquery(f"by_{model}")
    return select(literal(model).label("model"), *every.c).where(every.c.credit > 0)
