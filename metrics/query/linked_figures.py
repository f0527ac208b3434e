"""Which figures a count is shown as a share of: whom it leaves out of them may not be few either."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sqlalchemy import ColumnElement, Exists
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BooleanClauseList
from sqlalchemy.sql.operators import and_

from metrics.definitions.measure import Measure, Metric, Ratio


def wholes_of(catalogue: Mapping[str, Metric], part: Measure) -> tuple[Measure, ...]:
    """The counts of the same table that a count, or one of some of its people, is a share of.

    Deals won are hidden beside the closed opportunities where few were lost: all that were won were opportunities but
    for some. Not of one that is looked up in other rows: it would be looked up once more for every month.
    """
    if part.total != "count" or any(isinstance(p, Exists) for p in visitors.iterate(part.where)):
        return ()
    wholes = (
        metric.denominator
        for metric in catalogue.values()
        if isinstance(metric, Ratio)
        and metric.unit == "share"
        and (metric.numerator is part or _is_of_some_of_its_people(metric.numerator, part))
        and metric.denominator is not part
        and metric.denominator.fact is part.fact
        and metric.denominator.total == "count"
        and not metric.denominator.is_stock
    )
    return tuple(dict.fromkeys(wholes))


@lru_cache(maxsize=4096)
def _is_of_some_of_its_people(count: Measure, wider: Measure) -> bool:
    """Whether a count has every condition of a wider one, by the same day, and more."""
    if count.fact is not wider.fact or count.total != wider.total or count.time_column is None:
        return False
    conditions, fewer = _conditions(count.where), _conditions(wider.where)
    within = all(any(one.compare(other) for other in conditions) for one in fewer)
    return count.time_column is wider.time_column and within and len(fewer) < len(conditions)


def _conditions(where: ColumnElement[bool]) -> list[ColumnElement]:
    both = isinstance(where, BooleanClauseList) and where.operator is and_
    return list(where.get_children()) if both else [where]  # type: ignore[arg-type]
