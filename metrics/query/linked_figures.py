"""Which figures a count is shown as a share of: whom it leaves out of them may not be few either."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Exists
from sqlalchemy.sql import visitors

from metrics.definitions.measure import Measure, Metric, Ratio


def wholes_of(catalogue: Mapping[str, Metric], part: Measure) -> tuple[Measure, ...]:
    """The counts of the same table that a count is a share of.

    Not of one that is looked up in other rows: it would be looked up once more for every month.
    """
    if part.total != "count" or any(isinstance(p, Exists) for p in visitors.iterate(part.where)):
        return ()
    return tuple(
        metric.denominator
        for metric in catalogue.values()
        if isinstance(metric, Ratio)
        and metric.unit == "share"
        and metric.numerator is part
        and metric.denominator.fact is part.fact
        and metric.denominator.total == "count"
        and not metric.denominator.is_stock
    )
