"""People counted along a number, under filters: how many they are is told only where the figure itself would be."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Select, Table

from metrics.definitions.measure import Measure
from metrics.definitions.scope import Scope
from metrics.query.hidden_cells import shown_cells
from metrics.query.query import Query, check_published
from warehouse.access.reader import Reader


def spread(
    reader: Reader, statement: Select, fact: Table, scope: Scope, within: tuple[str, ...] = ()
) -> pd.DataFrame:
    """`days` and `people` of a statement that counts people of a table in a scope, apart for each of `within`.

    Who sees totals only is shown those of them that `is_shown` allows.
    """
    check_published(reader, [fact], Query((), (scope.period,), scope.filters))
    return reader.spread(statement, "days", within)


def is_shown(reader: Reader, of: Measure, scope: Scope) -> bool:
    """Whether people of a scope counted along a number are shown: where the figure of all of them would be."""
    if not reader.sees_totals_only(of.fact):
        return True
    dimension, values = scope.filters[0] if scope.filters else ("", ("",))
    cells = shown_cells(reader, of, dimension, lambda _: ())
    return all(cells.is_shown(v if v or not dimension else None, scope.period) for v in values)
