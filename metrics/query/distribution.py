"""People counted along a number, under filters: how many they are is told only where the figure itself would be."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Select

from metrics.definitions.measure import Measure
from metrics.definitions.scope import Scope
from metrics.query.hidden_cells import shown_cells
from metrics.query.query import Query, check_published
from warehouse.access.reader import Reader


def spread(reader: Reader, statement: Select, of: Measure, scope: Scope) -> pd.DataFrame:
    """`days` and `people` of a statement that counts the people `of` counts in the scope.

    Empty for who sees totals only where the filters leave so few out that the whole, less these, would tell of them.
    """
    check_published(reader, [of.fact], Query((), (scope.period,), scope.filters))
    rows = reader.spread(statement, "days")
    if not scope.filters or not reader.sees_totals_only(of.fact):
        return rows
    ((dimension, values),) = scope.filters
    cells = shown_cells(reader, of, dimension, lambda _: ())
    all_visible = all(cells.is_shown(v or None, scope.period) for v in values)
    return rows if all_visible else rows.iloc[:0]
