"""From when until when each dated column is known, worked out once at load: the ground of the one clock.

**Delivered until** is the as-of day, unless a column's own rhythm says that more is overdue and, at its usual pace, ten
rows or more should have come: then it is the column's latest day. A month's figure is delivered with its month end.

**In time until** is the last day on which the column was not overdue yet. A period that ended by then was called
delivered when it ended, and stays so: what is judged late afterwards takes nothing from it.

**Complete from** is the column's first day. What happens to a lead, a case or an invitation takes its usual time after
the first of them was recorded (90th percentile): until then there are fewer than there will be. A lead's time runs from
its first touch, where touches are given: those whose first touch lies before the data are missing. The usual time is that
of the rows of the table's first half year by the end of its first year: each of them could take half a year and more, so
that the slow ones are among them, and later rows move nothing.
"""

from __future__ import annotations

import math
from datetime import date, timedelta

import duckdb
from sqlalchemy import Column, Table

from warehouse.schema import event_columns, leads
from warehouse.sql.moment_sql import Moment
from warehouse.validation import contract, volume_checks

BY_MONTH = "month_on"
_PROCESSES = frozenset({"leads", "tickets", "surveys"})
"""Tables whose rows begin something that goes on: the data hold none that began before the first."""
_FEWEST = 20
"""From so many on, the time something takes can be said."""
PLENTY = 10
"""As many rows had been expected in a silence that means “not delivered”."""
_HALF_A_YEAR, _YEAR = timedelta(days=182), timedelta(days=365)


def write(db: duckdb.DuckDBPyConnection, day: date) -> None:
    """Fill `derived.event_days` as of `day`: one row per dated column that has a value."""
    for table in contract.with_rows(db):
        columns = event_columns(table)
        if not columns:
            continue
        rows = f"{table.schema}.{table.name}"
        extremes = ", ".join(
            f'count("{c.key}"), {_untimed(c)}, CAST(min("{c.key}") AS DATE), CAST(max("{c.key}") AS DATE)'
            for c in columns
        )
        row = db.execute(f"SELECT count(*), {extremes} FROM {rows}").fetchone() or (0,)
        first_of_all = row[3] if row[0] else None
        for at, column in enumerate(columns):
            dated, untimed, first, latest = row[1 + 4 * at : 5 + 4 * at]
            if not dated:
                continue
            complete = first
            if table.name in _PROCESSES and at and first_of_all:
                usual = _usual_days(db, table, columns[0], column, first_of_all)
                complete = max(first, first_of_all + timedelta(days=usual))
            in_time = _in_time_until(db, table, column, latest, day)
            db.execute(
                "INSERT INTO derived.event_days VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    *(table.name, column.key, dated, row[0] - dated, untimed, first, complete, latest),
                    *(day if in_time == day else latest, in_time),
                ],
            )


def _untimed(column: Column) -> str:
    return f'count_if(is_day("{column.key}"))' if isinstance(column.type, Moment) else "0"


def _usual_days(
    db: duckdb.DuckDBPyConnection, table: Table, begun: Column, reached: Column, first: date
) -> int:
    """After how many days nine of ten had reached what `reached` dates, of the first half year's rows; 0 of too few."""
    rows = f"{table.schema}.{table.name}"
    from_day, to_day = (f'CAST("{column.key}" AS DATE)' for column in (begun, reached))
    if table.name == leads.name:
        rows += (
            " LEFT JOIN (SELECT lead_id, CAST(min(touched_at) AS DATE) AS touched_on FROM unified.touches "
            "WHERE lead_id IS NOT NULL GROUP BY lead_id) USING (lead_id)"
        )
        from_day = f"least({from_day}, touched_on)"
    waited = f"datediff('day', {from_day}, {to_day})"
    row = db.execute(
        f"SELECT count(*), quantile_disc({waited}, 0.9) FROM {rows} "
        f"WHERE {waited} >= 0 AND {from_day} < ? AND {to_day} < ?",
        [first + _HALF_A_YEAR, first + _YEAR],
    ).fetchone()
    return int(row[1]) if row and row[0] >= _FEWEST else 0


def _month_end(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)


def _in_time_until(
    db: duckdb.DuckDBPyConnection, table: Table, column: Column, latest: date, day: date
) -> date:
    """The last day up to `day` on which no more was overdue; it hangs on what came up to `latest` only."""
    if column.key == BY_MONTH:
        # A row of a month tells of all of it, whichever day of the month its source wrote.
        return min(day, _month_end(latest))
    counts = volume_checks.counts(db, table, column, latest)
    waits = volume_checks.patience(sorted(counts))
    if waits is None:
        return day
    pace = sum(counts.values()) / ((max(counts) - min(counts)).days + 1)
    # The first silent day on which both too long and too much is missing is one too many.
    return min(day, latest + timedelta(days=max(waits, math.ceil(PLENTY / pace) - 1)))
