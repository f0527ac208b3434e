"""Which figures who sees totals only is shown: decided once per snapshot, and the same for every question.

Of each measure and each value of a dimension it is decided which month edges may be compared
(`warehouse.disclosure.comparable_months`). A question looks up its edges; nothing is suppressed within an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence

import pandas as pd

from metrics.definitions.measure import Measure
from metrics.definitions.scope import NOT_KNOWN, Filters, Period
from metrics.query import published_cells
from metrics.query.cell_decisions import Requested, decide
from metrics.query.shown_cells import ShownCells
from warehouse.access.reader import SYSTEM, Reader
from warehouse.stores.connect import Stores

WholesOf = Callable[[Measure], Sequence[Measure]]
"""Measure → the measures it is shown as a share of: whom it leaves out of them may not be few either."""


def mask(
    frame: pd.DataFrame,
    name: str,
    cells: ShownCells,
    days: Sequence[Period | None],
    by: Sequence[str],
    filters: Filters,
) -> pd.DataFrame:
    """`frame` with every figure of a measure blank that is not shown: columns `<name>__<index of the period>`.

    `days` says which days a column counts.
    """
    chosen = [None if v == NOT_KNOWN else v for _, values in filters for v in values] or [""]
    for index, period in enumerate(days):
        if period is None:
            continue
        if by:
            visible = [cells.is_shown(None if pd.isna(v) else str(v), period) for v in frame[by[0]]]
        else:
            visible = [all(cells.is_shown(v, period) for v in chosen)] * len(frame)
        column = f"{name}__{index}"
        frame[column] = frame[column].astype(float).where(pd.Series(visible, frame.index, dtype=bool))
    return frame


def shown_cells(reader: Reader, measure: Measure, dimension: str, wholes: WholesOf) -> ShownCells:
    """What is shown of a measure by a dimension ("": in all), decided once per snapshot."""
    requested = Requested(measure, tuple(wholes(measure)))
    if measure.fact.schema is None:
        # What people write changes by the minute.
        return _decide(reader, requested, dimension)
    key: Hashable = (requested, dimension, reader.smallest_cell)
    decided = reader.stores.remembered(reader.snapshot or reader.stores.snapshot(), _decided)
    if key not in decided:
        read = published_cells.read(reader, requested, dimension)
        decided[key] = _decide(reader, requested, dimension) if read is None else read
    return decided[key]


def _decided(_stores: Stores, _snapshot: str) -> dict[Hashable, ShownCells]:
    return {}


def _decide(reader: Reader, requested: Requested, dimension: str) -> ShownCells:
    everything = Reader(reader.stores, SYSTEM, reader.snapshot)
    months = published_cells.months_of(everything)
    groups = [("",), (dimension,)] if dimension else [("",)]
    return decide(everything.frame, [requested], groups, months, reader.smallest_cell)[requested][dimension]
