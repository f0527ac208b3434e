"""The rows behind a figure: the same table, condition and filters as the figure's own statement, but not totalled.

Of a count there are as many rows as it says; of a sum or a median the column `counted` gives it; a ratio has the rows
of its top and those of its bottom.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Select, Table, func, select

from metrics.definitions.measure import Measure
from metrics.definitions.scope import Scope
from metrics.query.query import filtered
from warehouse.access.reader import Reader, Viewer, may_see
from warehouse.access.roles import Access, sees_single_rows
from warehouse.access.sql_allow_list import tables_of

COUNTED = "counted"
"""What a row adds to a sum, where that is not a column of the table by itself."""


def behind(measure: Measure, scope: Scope, columns: Iterable[str] = ()) -> Select:
    """The rows that `measure` totals over a scope, in the order of their keys; all of the table's columns, or some."""
    fact = measure.fact
    requested = list(columns)
    selected = [c for c in fact.c if not requested or c.key in requested]
    statement = select(*selected)
    if measure.expression is not None and not isinstance(measure.expression, Column):
        statement = statement.add_columns(measure.expression.label(COUNTED))
    statement = filtered(statement.where(measure.within(scope.period)), fact, scope.filters)
    return statement.order_by(*fact.primary_key.columns)


def number_of(statement: Select) -> Select:
    """How many rows a statement gives, as one row with the column `n`."""
    return select(func.count().label("n")).select_from(statement.order_by(None).subquery())


def column_counted(measure: Measure) -> str | None:
    """The column of `behind` whose total is the figure; None for a count, whose figure is the number of rows."""
    if measure.expression is None:
        return None
    return measure.expression.key if isinstance(measure.expression, Column) else COUNTED


def are_shown(measure: Measure, scope: Scope, reader: Reader) -> bool:
    """Whether the viewer may see these rows one by one: no table they need is seen by totals only, or not at all."""
    return all(sees_single_rows(reader.viewer.role, t.name) for t in tables_of(behind(measure, scope)))


def columns_for(fact: Table, viewer: Viewer) -> list[str]:
    """The columns of a table that hold anything for the viewer: no secret, and nothing personal without the right."""
    named = may_see(viewer, fact) in (Access.ALL_ROWS, Access.OWN_ROWS)
    return [c.key for c in fact.c if not c.info.get("secret") and (named or not c.info.get("personal"))]
