"""What a trial load shows of the bank it made: rows of each table, the as-of day, and what is undated or empty."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import duckdb

from warehouse.access.data_coverage import AvailableColumns, lacking
from warehouse.schema import BANK, UNIFIED, UNIFIED_TABLES
from warehouse.sql.moments import is_only_a_day
from warehouse.validation import contract

_ROWS = 5


@dataclass(kw_only=True)
class TrialReport:
    """What was seen; `heads` is table → its columns given and first rows, `later` table → rows after the as-of day."""

    rows: dict[str, int] = field(default_factory=dict)
    heads: dict[str, tuple[list[str], list[tuple[Any, ...]]]] = field(default_factory=dict)
    personal: dict[str, frozenset[str]] = field(default_factory=dict)
    """Table → those of its columns that say who somebody is."""
    as_of: date | None = None
    later: dict[str, int] = field(default_factory=dict)
    undated: dict[str, tuple[int, int]] = field(default_factory=dict)
    """`table.column` a table is dated by → rows without a day in it, and all rows, where some are without."""
    empty: frozenset[str] = frozenset()
    available: AvailableColumns = field(default_factory=lambda: AvailableColumns(frozenset()))
    findings: list[str] = field(default_factory=list)

    def lacking(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Of some `table`s and `table.column`s those that tell nothing; of a table not given, only the table."""
        return lacking(needed, self.available)

    def is_personal(self, table: str, column: str, value: object) -> bool:
        """Whether a value of its first rows says who somebody is."""
        # A source without numbers names people by their addresses.
        return value is not None and (column in self.personal[table] or "@" in str(value))


def read(db: duckdb.DuckDBPyConnection) -> TrialReport:
    """The report on a finished bank that will not be published."""
    report = TrialReport()
    available: set[str] = set()
    empty: set[str] = set()
    given = {}
    for name, count, columns, hollow, as_of in db.execute(
        "SELECT table_name, row_count, given, empty, as_of FROM derived.loads ORDER BY table_name"
    ).fetchall():
        report.as_of = as_of
        if not count:
            continue
        given[name] = columns.split()
        report.rows[name] = int(count)
        empty |= {f"{name}.{c}" for c in hollow.split()}
        available |= {name, *(f"{name}.{c}" for c in columns.split() if c not in hollow.split())}
    for table in contract.with_rows(db, [t for t in UNIFIED_TABLES if t.name in given]):
        columns = [c for c in given[table.name] if c in table.c]
        names = ", ".join(f'"{c}"' for c in columns)
        rows = db.execute(f"SELECT {names} FROM {UNIFIED}.{table.name} LIMIT {_ROWS}").fetchall()
        report.heads[table.name] = (columns, rows)
        report.personal[table.name] = frozenset(str(c.key) for c in table.c if c.info.get("personal"))
    report.empty, report.available = frozenset(empty), AvailableColumns(frozenset(available))
    for name, count in db.execute(
        "SELECT table_name, count(*) FROM derived.later_rows GROUP BY 1 ORDER BY 1"
    ).fetchall():
        report.later[name] = int(count)
    for table, column, dated, undated in db.execute(
        "SELECT table_name, column_name, dated_rows, undated_rows FROM derived.event_days "
        "WHERE undated_rows > 0 ORDER BY 1, 2"
    ).fetchall():
        # Other days may well be missing, such as the day a case was settled.
        if column == BANK.tables[f"{UNIFIED}.{table}"].info["happened_on"]:
            report.undated[f"{table}.{column}"] = (int(undated), int(dated + undated))
    report.findings = [
        f"{table}: {says}"
        for table, says in db.execute(
            "SELECT table_name, says FROM derived.findings ORDER BY table_name, check_name"
        ).fetchall()
    ]
    return report


def in_a_cell(value: object) -> str:
    """A value as its source may have written it: a moment without the mark of its clock, a day without a time."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}" if is_only_a_day(value) else f"{value:%Y-%m-%d %H:%M:%S}"
    return str(value)
