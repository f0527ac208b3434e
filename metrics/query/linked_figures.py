"""Which figures tell of one another: a share's part and its whole, months and their year, a filter and its cells.

What is suppressed for it decides `warehouse.disclosure`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import pandas as pd
from sqlalchemy import Exists
from sqlalchemy.sql import visitors

from metrics.definitions.measure import Measure, Metric, Ratio
from metrics.definitions.scope import NOT_KNOWN, Filters, Period


def wholes(catalogue: Mapping[str, Metric]) -> dict[Measure, tuple[Measure, ...]]:
    """By the id of a count that a share has above its line: the counts that it is a share of.

    Not of one that is looked up in other rows: it would be looked up once more for every period.
    """
    by_part: dict[Measure, tuple[Measure, ...]] = {}
    for metric in catalogue.values():
        if (
            not isinstance(metric, Ratio)
            or metric.unit != "share"
            or metric.numerator.fact is not metric.denominator.fact
        ):
            continue
        looked_up = any(isinstance(part, Exists) for part in visitors.iterate(metric.numerator.where))
        if metric.numerator.total == metric.denominator.total == "count" and not looked_up:
            by_part[metric.numerator] = (*by_part.get(metric.numerator, ()), metric.denominator)
    return by_part


def adding_up(names: Iterable[str], periods: Sequence[Period]) -> list[list[str]]:
    """The figures `<name>__<index of the period>` that are parts of a whole which is asked elsewhere.

    Those are periods that follow each other, three or more.
    """
    runs: list[list[int]] = []
    for index, period in enumerate(periods):
        if runs and periods[runs[-1][-1]].end + timedelta(days=1) == period.start:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [[f"{name}__{index}" for index in run] for run in runs if len(run) > 2 for name in names]


def chosen(cells: pd.DataFrame, filters: Filters) -> pd.Series:
    """Which of `cells`, told apart by the filters' dimensions, the filters leave."""
    left = pd.Series(data=True, index=cells.index)
    for dimension, values in filters:
        column, named = cells[dimension], set(values)
        among = column.isin(named - {NOT_KNOWN})
        left &= among | column.isna() if NOT_KNOWN in named else among
    return left
