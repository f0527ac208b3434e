"""What a load notes about itself: rows, columns, days and files per table, for Data status and every “no data”."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import duckdb
from sqlalchemy import Table

from warehouse.extracts.sources import Source
from warehouse.load import lineage
from warehouse.schema import UNIFIED_TABLES
from warehouse.validation import contract
from warehouse.validation.volume_checks import Rhythm


def counts(db: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> dict[str, int]:
    """How many rows the tables have, after some were set aside and others carried over."""
    rows = {name: db.execute(f"SELECT count(*) FROM unified.{name}").fetchone() for name in tables}
    return {name: int(row[0]) if row else 0 for name, row in rows.items()}


def write_loads(
    db: duckdb.DuckDBPyConnection,
    at: datetime,
    day: date,
    day_from: str,
    sources: dict[str, Source],
    rows: dict[str, int],
    given: dict[str, str],
    rhythms: Mapping[str, Rhythm],
    *,
    sample: bool,
) -> None:
    """One row per unified table; `at` is when, `day` the last day fully delivered and `day_from` where that comes
    from, `given` the columns that came."""
    for table in UNIFIED_TABLES:
        latest = contract.latest(db, table)
        source = sources[table.name].label if table.name in sources else None
        rhythm = rhythms.get(table.name, Rhythm(None, overdue=False))
        values = [
            table.name,
            at,
            day,
            day_from,
            rows.get(table.name, 0),
            source,
            latest,
            given.get(table.name, ""),
            _empty(db, table, given.get(table.name, "").split()),
            sample,
        ]
        db.execute(
            "INSERT INTO derived.loads (table_name, loaded_at, as_of, as_of_from, row_count, source, latest_on, given, "
            "empty, sample, usual_gap, overdue) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [*values, rhythm.usual_gap, rhythm.overdue],
        )


def _empty(db: duckdb.DuckDBPyConnection, table: Table, given: list[str]) -> str:
    """Of the columns given, those without any value."""
    if not given:
        return ""
    filled = db.execute(
        "SELECT " + ", ".join(f'count("{column}")' for column in given) + f" FROM {table.schema}.{table.name}"
    ).fetchone()
    return " ".join(column for column, count in zip(given, filled or (), strict=True) if not count)


def write_origins(db: duckdb.DuckDBPyConnection, sources: dict[str, Source], given: dict[str, str]) -> None:
    """Which file and column each column of the tables came from, as far as the mappings say."""
    for table, source in sources.items():
        columns = given.get(table, "").split()
        if source.query:
            origins = lineage.origins(source.query, columns)
        elif source.files or source.declared:
            origins = {column: (lineage.Origin(source.label, column),) for column in columns}
        else:
            # Carried from the bank of before, which knows where it came from.
            db.execute(
                "INSERT INTO derived.origins SELECT * FROM before.derived.origins WHERE table_name = ?",
                [table],
            )
            continue
        rows = [
            (table, column, origin.file, origin.column) for column in origins for origin in origins[column]
        ]
        if rows:
            db.executemany(
                "INSERT INTO derived.origins (table_name, column_name, file, file_column) VALUES (?, ?, ?, ?)",
                rows,
            )
