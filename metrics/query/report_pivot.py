"""A report's breakdown across a second dimension or months: a table of its figures, rows and columns in their order."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import Ratio
from metrics.definitions.scope import parts_by_month
from metrics.query.report_query import MONTH, Ask, SavedReport

MOST_COLUMNS = 24
"""Values that stand beside each other; of more the largest are kept."""


def pivot(report: SavedReport, as_of: date, ask: Ask, *, by_month: bool = False) -> pd.DataFrame:
    """Figures of a report that has an `across`: a row per value of the breakdown, a column per value across.

    Columns are months as dates of their first day, oldest first, or values, largest first; None is not recorded. NaN is
    no figure: not known, or hidden from who asks.
    """
    scope, name = report.scope(as_of, by_month=by_month), report.metric
    if report.across == MONTH:
        months = parts_by_month(scope.period)
        rows = ask(scope, [report.breakdown], months)
        across = rows["period"].map(lambda i: months[int(i)].start.replace(day=1))
    else:
        rows = ask(scope, [report.breakdown, report.across], [scope.period])
        across = rows[report.across].astype(object)
    cells = pd.DataFrame(
        {"down": rows[report.breakdown].astype(object), "across": across, "value": rows[name].astype(float)}
    )
    cells = cells.where(cells.notna(), None).astype({"value": float})
    # Shares do not add up: those that are high on the whole come first.
    how = "mean" if isinstance(CATALOGUE[name], Ratio) else "sum"
    down, side = (
        cells.groupby(of, dropna=False, sort=False)["value"].agg(how).sort_values(ascending=False)
        for of in ("down", "across")
    )
    columns = sorted(side.index) if report.across == MONTH else list(side.index[:MOST_COLUMNS])
    values = {
        (_key(d), _key(a)): v for d, a, v in zip(cells["down"], cells["across"], cells["value"], strict=True)
    }
    table = [[values.get((_key(d), _key(c)), float("nan")) for c in columns] for d in down.index]
    index = pd.Index([_key(d) for d in down.index], dtype=object)
    return pd.DataFrame(table, index=index, columns=pd.Index([_key(c) for c in columns], dtype=object))


def _key(value: Any) -> Any:
    """A value that two tables share; every way to say that nothing is recorded is None."""
    return None if pd.isna(value) else value
