"""Which month edges of which values may be compared, decided for measures by their dimensions.

Figures that count the same people in the same months are decided together, whatever they total.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, and_, case, func, literal, select, true

from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.measure import Measure
from metrics.definitions.scope import Period
from metrics.query.people_by_month import (
    Ask,
    Between,
    Counted,
    grouped,
    is_a_person_each,
    of_dimension,
    people,
    value_numbers,
    visible,
    whose,
)
from metrics.query.shown_cells import ShownCells
from warehouse.disclosure import comparable_months
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.disclosure.secondary_suppression import with_complementary

Decided = dict[str, ShownCells]
"""Dimension → what is shown by it; "" is all of it."""


@dataclass(frozen=True)
class Requested:
    """A measure to decide on, and the measures of its table that it is shown as a share of."""

    measure: Measure
    larger: tuple[Measure, ...]


def decide(
    ask: Ask,
    requested: Sequence[Requested],
    groups: Sequence[Sequence[str]],
    months: Sequence[Period],
    smallest: int,
) -> dict[Requested, Decided]:
    """What is shown of measures of one table by the dimensions of all `groups`, the first of which is "": all of it.

    Those of one group are read together, by GROUPING SETS.
    """
    dimensions = [d for group in groups for d in group]
    decided: dict[Requested, Decided] = {r: {} for r in requested}
    for r in requested:
        if r.measure.is_stock:
            for group in groups:
                decided[r] |= _of_stock(ask, r, group, months, smallest)
    wanting = {r: _counts(r, months) for r in requested if not r.measure.is_stock}
    once: dict[Hashable, Counted] = {c.key: c for counts in wanting.values() for c in counts}
    between: dict[Hashable, dict[str, Between]] = {key: {} for key in once}
    for group in groups:
        for key, counted in zip(once, people(ask, [*once.values()], group, months), strict=True):
            between[key] |= counted
    same: dict[Hashable, Decided] = {}
    for r, counts in wanting.items():
        key = tuple(c.key for c in counts)
        if key not in same:
            own, *besides = (between[k] for k in key)
            same[key] = _of_flow(own, besides, dimensions, months, smallest)
        decided[r] = same[key]
    return decided


def _of_flow(
    own: Mapping[str, Between],
    besides: Sequence[Mapping[str, Between]],
    dimensions: Sequence[str],
    months: Sequence[Period],
    smallest: int,
) -> Decided:
    decided: Decided = {}
    for dimension in dimensions:
        rows = own[dimension].rows
        counted = own[dimension].people
        few = is_few(counted, smallest)
        for left_out in (b[dimension] for b in besides):
            there = [(rows[value], n) for value, n in left_out.rows.items() if value in rows]
            if there:
                mine, theirs = (list(numbers) for numbers in zip(*there, strict=True))
                few[mine] |= is_few(left_out.people[theirs], smallest)
        labels = np.array(
            [comparable_months.blocks(p, f, smallest) for p, f in zip(counted, few, strict=True)]
        ).reshape(len(rows), len(months) + 1)
        if dimension and decided[""].rows:
            labels = np.vstack([labels, decided[""].labels[0]])
            labels = comparable_months.kept_apart(labels, counted, smallest)[:-1]
        decided[dimension] = ShownCells(months, rows, labels, of_stock=False, opening=False)
    return decided


def _counts(requested: Requested, months: Sequence[Period]) -> list[Counted]:
    """Whom a measure counts, and whom it leaves out of each measure that it is shown as a share of."""
    measure, fact = requested.measure, requested.measure.fact
    dated = measure.time_column if measure.month_column is None else measure.month_column
    if dated is None:
        counts = [Counted(fact, _chain([(m, measure.within(m)) for m in months]), true())]
    else:
        counts = [Counted(fact, dated, measure.where)]
    for whole in requested.larger:
        if measure.time_column is not None and whole.time_column is measure.time_column:
            without = and_(whole.where, measure.where.is_not(True))
            counts.append(Counted(fact, measure.time_column, without))
        else:
            at = _chain([(m, and_(whole.within(m), measure.within(m).is_not(True))) for m in months])
            counts.append(Counted(fact, at, true()))
    return counts


def _chain(conditions: Sequence[tuple[Period, ColumnElement[bool]]]) -> ColumnElement:
    """The first day of the month to which a row belongs by the condition of each month."""
    return case(*[(which, literal(period.start)) for period, which in conditions])


def _of_stock(
    ask: Ask, requested: Requested, dimensions: Sequence[str], months: Sequence[Period], smallest: int
) -> Decided:
    """A stock at one month's end adds up to no other's: it is hidden by itself, with others of the same moment."""
    measure, larger = requested.measure, requested.larger
    fact = measure.fact
    counts = {f"n{n}": measure.within(m) for n, m in enumerate(months)}
    counts |= {
        f"n{n}_{at}": and_(whole.within(m), measure.within(m).is_not(True))
        for at, whole in enumerate(larger)
        for n, m in enumerate(months)
    }
    own = is_a_person_each(fact)
    rows = select(
        whose(fact).label("whose"),
        *(DIMENSIONS[d][fact].label(d) for d in dimensions if d),
        *(case((which, 1)).label(n) for n, which in counts.items()),
    )
    each = rows.where(visible(fact)).subquery("each")
    columns = [
        func.count(each.c[n] if own else case((each.c[n] == 1, each.c.whose)).distinct()).label(n)
        for n in counts
    ]
    frame = ask(grouped(select(*columns), each, dimensions))
    decided: Decided = {}
    for dimension in dimensions:
        part = of_dimension(frame, dimension, dimensions)
        codes, values = value_numbers(part, dimension)
        labels = np.zeros((len(values), len(months)), int)
        labels[codes] = _hidden(part, len(months), len(larger), dimension, smallest)
        decided[dimension] = ShownCells(
            months, {v: n for n, v in enumerate(values)}, labels, of_stock=True, opening=measure.opening
        )
    return decided


def _hidden(rows: pd.DataFrame, months: int, larger: int, dimension: str, smallest: int) -> np.ndarray:
    """Of each value and month whether the stock is hidden."""

    def numbers(ending: str = "") -> np.ndarray:
        return rows[[f"n{month}{ending}" for month in range(months)]].to_numpy(float)

    counted = numbers()
    few = is_few(counted, smallest)
    for at in range(larger):
        few |= is_few(numbers(f"_{at}"), smallest)
    if dimension:
        for month in np.flatnonzero(few.any(axis=0)):
            people, blank = pd.Series(counted[:, month]), pd.Series(few[:, month])
            few[:, month] = with_complementary(people, blank, [rows[dimension]], smallest)
    return np.asarray(few, int)
