"""From when until when each dated column is known, worked out once at load: the ground of the one clock.

**Delivered until** is the as-of day, unless a column's own rhythm says that more is overdue and, at its usual pace, ten
rows or more should have come: then it is the column's latest day. A month's figure is delivered with its month end.

**Complete from** is the column's first day. What happens to a lead, a case or an invitation takes its usual time after
the first of them was recorded (90th percentile): until then there are fewer than there will be.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
from sqlalchemy import Column, Table

from warehouse import rhythm
from warehouse.moments import Moment
from warehouse.schema import UNIFIED_TABLES, event_columns

BY_MONTH = "month_on"
_PROCESSES = frozenset({"leads", "tickets", "surveys"})
"""Tables whose rows begin something that goes on: the data hold none that began before the first."""
_FEWEST = 20
"""From so many on, the time something takes can be said."""
PLENTY = 10
"""As many rows had been expected in a silence that means “not delivered”."""


def write(db: duckdb.DuckDBPyConnection, day: date) -> None:
    """Fill `derived.event_days` as of `day`: one row per dated column that has a value."""
    for table in UNIFIED_TABLES:
        columns = event_columns(table)
        if not columns:
            continue
        rows = f"{table.schema}.{table.name}"
        extremes = ", ".join(
            f'count("{c.key}"), {_untimed(c)}, CAST(min("{c.key}") AS DATE), CAST(max("{c.key}") AS DATE)'
            for c in columns
        )
        found = db.execute(f"SELECT count(*), {extremes} FROM {rows}").fetchone() or (0,)
        first_of_all = found[3] if found[0] else None
        for at, column in enumerate(columns):
            dated, untimed, first, latest = found[1 + 4 * at : 5 + 4 * at]
            if not dated:
                continue
            complete = first
            if table.name in _PROCESSES and at and first_of_all and dated >= _FEWEST:
                usual = _usual_days(db, rows, columns[0], column)
                complete = max(first, first_of_all + timedelta(days=usual))
            db.execute(
                "INSERT INTO derived.event_days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(table.name, column.key, dated, found[0] - dated, untimed, first, complete, latest),
                    _delivered_until(db, table, column, latest, day),
                ],
            )


def _untimed(column: Column) -> str:
    return f'count_if(is_day("{column.key}"))' if isinstance(column.type, Moment) else "0"


def _usual_days(db: duckdb.DuckDBPyConnection, rows: str, begun: Column, reached: Column) -> int:
    """After how many days nine of ten had reached what `reached` dates."""
    waited = f'datediff(\'day\', CAST("{begun.key}" AS DATE), CAST("{reached.key}" AS DATE))'
    row = db.execute(f"SELECT quantile_disc({waited}, 0.9) FROM {rows} WHERE {waited} >= 0").fetchone()
    return int(row[0]) if row and row[0] is not None else 0


def _delivered_until(
    db: duckdb.DuckDBPyConnection, table: Table, column: Column, latest: date, day: date
) -> date:
    if column.key == BY_MONTH:
        return latest
    counts = rhythm.counts(db, table, column, day)
    pace = sum(counts.values()) / ((max(counts) - min(counts)).days + 1) if counts else 0.0
    silent = (day - latest).days
    if counts and rhythm.judge(counts, day).overdue and pace * silent >= PLENTY:
        return latest
    return day
