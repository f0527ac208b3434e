"""What a load changes in days that were loaded before: rows that came late, went, or read differently.

Counted by month while the bank of before is attached. A pinned figure that reads differently later is explained by it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import duckdb
from sqlalchemy import Table

from warehouse.schema import UNIFIED_TABLES, event_columns
from warehouse.validation.contract import with_rows

ADDED, GONE, CHANGED = "added", "gone", "changed"


@dataclass(frozen=True, kw_only=True)
class RowChange:
    """Rows of a table that a dated column puts into a month, and what became of them; `column` only of a change."""

    table: str
    dated_by: str
    month: date
    change: str
    column: str
    rows: int


def compare(db: duckdb.DuckDBPyConnection) -> tuple[RowChange, ...]:
    """Every change of the unified tables against the bank attached as `before`, in the days that bank had loaded.

    Empty where no bank is attached.
    """
    if db.execute("SELECT 1 FROM duckdb_databases() WHERE database_name = 'before'").fetchone() is None:
        return ()
    row = db.execute("SELECT max(as_of) FROM before.derived.loads").fetchone()
    until = row[0] if row else None
    if until is None:
        return ()
    filled = {table.name for table in (*with_rows(db), *with_rows(db, database="before."))}
    tables = (table for table in UNIFIED_TABLES if table.name in filled)
    return tuple(change for table in tables for change in _of_table(db, table, until))


def _of_table(db: duckdb.DuckDBPyConnection, table: Table, until: date) -> Iterator[RowChange]:
    key = [c.key for c in table.c if c.primary_key]
    dated = [c.key for c in event_columns(table)]
    if not key or not dated:
        return
    new, old = f"{table.schema}.{table.name}", f"before.{table.schema}.{table.name}"
    same = " AND ".join(f'n."{k}" = o."{k}"' for k in key)
    for change, rows, others in ((ADDED, new, old), (GONE, old, new)):
        differ = _kept_apart(db, f"SELECT n.* FROM {rows} n ANTI JOIN {others} o ON {same}")
        for column in dated if differ else ():
            months = (
                f"SELECT CAST(date_trunc('month', \"{column}\") AS DATE), count(*) FROM differ "
                f'WHERE CAST("{column}" AS DATE) <= ? GROUP BY ALL ORDER BY ALL'
            )
            for month, count in db.execute(months, [until]).fetchall():
                yield RowChange(
                    table=table.name, dated_by=column, month=month, change=change, column="", rows=count
                )
    if not _kept_apart(db, f"SELECT n, o FROM {new} n JOIN {old} o ON {same} WHERE hash(n) <> hash(o)"):
        return
    columns = [c.key for c in table.c if not c.primary_key]
    counts = ", ".join(f'count(*) FILTER (n."{c}" IS DISTINCT FROM o."{c}")' for c in columns)
    for column in dated:
        # A row whose day was corrected is missing in one month and too many in the other.
        months = (
            f"SELECT month, {counts} FROM (SELECT n, o, unnest(list_distinct([{_month('n', column)}, "
            f"{_month('o', column)}])) AS month FROM differ) WHERE month <= ? GROUP BY month ORDER BY month"
        )
        for month, *each in db.execute(months, [until]).fetchall():
            for name, count in zip(columns, each, strict=True):
                if count:
                    yield RowChange(
                        table=table.name,
                        dated_by=column,
                        month=month,
                        change=CHANGED,
                        column=name,
                        rows=count,
                    )


def _kept_apart(db: duckdb.DuckDBPyConnection, rows: str) -> int:
    """Put rows into the table `differ`; gives how many."""
    made = db.execute(f"CREATE OR REPLACE TEMP TABLE differ AS {rows}").fetchone()
    return int(made[0]) if made else 0


def _month(row: str, column: str) -> str:
    return f"CAST(date_trunc('month', {row}.\"{column}\") AS DATE)"
