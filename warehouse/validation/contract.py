"""Whether staged rows keep the contract of `schema`: columns, types, keys, allowed words, references.

Every check runs inside the engine, in one pass per table, so it costs the same effort at any size. The first broken
row is named with its column, its value and what to do.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from types import MappingProxyType

import duckdb
from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, Numeric, Table

from warehouse.errors import LoadRefused
from warehouse.schema import UNIFIED_TABLES, event_columns
from warehouse.validation import values

_TYPES: tuple[tuple[type, str, str], ...] = (
    (Boolean, "BOOLEAN", "true or false"),
    (DateTime, "TIMESTAMP", "a date and time such as 2026-06-30 10:11"),
    (Date, "DATE", "a date such as 2026-06-30"),
    (Integer, "INTEGER", "a whole number"),
    (Float, "DOUBLE", "a number"),
    (Numeric, "DECIMAL(18,2)", "an amount such as 1234.50"),
)
_NO_ROOM = ("No space left", "File too large", "Could not write", "Disk quota")
NOTHING = "Nothing was loaded; the bank loaded before stays."
_FIRST = 5
"""So many rows or values of a broken check are shown."""
OF_THE_SETTINGS = frozenset({"product", "segment"})
"""Columns whose words the settings may name instead of the contract."""
DELETED = "deleted"
"""A column that every source may give beside the contract's: true where the row was deleted; see `deletions`."""


def type_of(column: Column) -> str:
    """DuckDB's type of a column of the contract."""
    return next((name for kind, name, _ in _TYPES if isinstance(column.type, kind)), "VARCHAR")


def _in_words(column: Column) -> str:
    return next((words for kind, _, words in _TYPES if isinstance(column.type, kind)), "text")


def allowed(column: Column, vocabulary: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The words a column may hold: the contract's, or those the settings name instead; empty where it lists none."""
    words: tuple[str, ...] = column.info["allowed"]
    return vocabulary.get(str(column.key), words) if words else ()


def plain(error: duckdb.Error | OSError) -> str:
    """The engine's complaint as one sentence, without its hints and file paths."""
    if isinstance(error, OSError):
        return f"The disk refused the write: {error.strerror or 'it gave no reason'}."
    if any(words in str(error) for words in _NO_ROOM):
        return "The disk is full, or the file may not grow any further. Make room, then load again."
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    line = lines[0].rstrip(".!") if lines else "The engine gave no reason"
    return f"{line}."


def place_in(error: duckdb.Error, wrapped: int = 0) -> str:
    """Where in a mapping the engine's complaint is, as it shows it: the line, and a caret under the place; or "".

    `wrapped` lines of ours stand before the mapping.
    """
    if not isinstance(error, duckdb.ParserException | duckdb.BinderException | duckdb.CatalogException):
        return ""
    place = re.search(r"^LINE (\d+): ?(.*)\n( *\^)", str(error), re.MULTILINE)
    if place is None:
        return ""
    begin = f"LINE {max(1, int(place[1]) - wrapped)}: "
    moved = len(begin) - len(f"LINE {place[1]}: ")
    return f"\n{begin}{place[2]}\n{' ' * max(0, moved)}{place[3][max(0, -moved) :]}\n"


def check_columns(table: Table, source: str, given: dict[str, str]) -> None:
    """Refuse a column the contract does not know, and a missing one it cannot do without."""
    columns = {c.key for c in table.c}
    for name in given:
        if name not in columns and name != DELETED:
            near = difflib.get_close_matches(name, columns, 1)
            hint = (
                f" Did you mean {near[0]}?"
                if near
                else f" Its columns are: {', '.join(c.key for c in table.c)}."
            )
            raise LoadRefused(
                f"Table {table.name}: {source} gives a column “{name}”, which it does not have.{hint} {NOTHING}"
            )
    if DELETED in given and not values.fits(given[DELETED], "BOOLEAN"):
        raise LoadRefused(
            f"Table {table.name}: {source} gives the column {DELETED} as {given[DELETED]}; it must be true or false. "
            f"{NOTHING}"
        )
    for column in table.c:
        # A row marked as deleted needs only its key.
        if not column.nullable and column.key not in given and (DELETED not in given or column.primary_key):
            raise LoadRefused(
                f"Table {table.name}: {source} does not give the column {column.key} ({column.comment}) "
                f"Add it, then load again. {NOTHING}"
            )
        if column.key in given and not values.fits(given[column.key], type_of(column)):
            raise LoadRefused(
                f"Table {table.name}: {source} gives the column {column.key} as {given[column.key]}, which cannot be "
                f"read as {_in_words(column)} without guessing. Turn it into that in {source}, then load again. {NOTHING}"
            )


def check_required(table: Table, source: str, given: dict[str, str]) -> None:
    """Refuse a column that rows cannot do without, once it is known that there are rows not marked as deleted."""
    check_columns(table, source, {name: kind for name, kind in given.items() if name != DELETED})


Where = Callable[[int], str]
"""Says which row a row number is: “row 12”, or “row 3 of leads-0630.csv”."""


def row_number(row: int) -> str:
    """Row numbers as people count them: the first row of data is row 1."""
    return f"row {row + 1}"


def check_rows(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    source: str,
    given: dict[str, str],
    rows: str,
    where: Where = row_number,
    *,
    vocabulary: Mapping[str, tuple[str, ...]] = MappingProxyType({}),
    every: bool = False,
) -> None:
    """Types, required values and allowed words in one pass over the table `rows`, then the key.

    With `every` the refusal names each broken check with its count and its first rows, else the first row alone.
    """
    checks: list[tuple[Column, str, str]] = []
    for column in table.c:
        if column.key not in given:
            continue
        name, kind = f'"{column.key}"', type_of(column)
        if given[column.key] != kind:
            checks.append(
                (
                    column,
                    values.broken(name, given[column.key], kind),
                    f"is not {_in_words(column)}",
                )
            )
        if not column.nullable:
            checks.append((column, f"{name} IS NULL", "is empty, and must not be"))
        if words := allowed(column, vocabulary):
            listed = ", ".join("'" + w.replace("'", "''") + "'" for w in words)
            own = f" (or name your own in the setting {column.key}s)" if column.key in OF_THE_SETTINGS else ""
            checks.append((column, f"{name} NOT IN ({listed})", f"is not one of {', '.join(words)}{own}"))
    if checks:
        firsts = ", ".join(f"min(rowid) FILTER (WHERE {condition})" for _, condition, _ in checks)
        broken = db.execute(f"SELECT {firsts} FROM {rows}").fetchone() or ()
        violations = [(row, check) for row, check in zip(broken, checks, strict=True) if row is not None]
        if violations and every:
            raise LoadRefused(
                "\n".join(_every_row(db, table, rows, check, source, where) for _, check in violations)
            )
        if violations:
            row, (column, _, reason) = min(violations, key=lambda f: f[0])
            value = _value_text(db, rows, column, row)
            raise LoadRefused(
                f"Table {table.name}, {where(row)}, column {column.key}: {value}{reason}. "
                f"Correct it in {source} or its mapping, then load again. {NOTHING}"
            )
    check_key(db, table, source, rows, where)


def _every_row(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    rows: str,
    check: tuple[Column, str, str],
    source: str,
    where: Where,
) -> str:
    """A broken check with its count: of texts each different value with how often it stands, else the first rows."""
    column, condition, reason = check
    values_at = db.execute(
        f'SELECT "{column.key}", count(*), min(rowid) FROM {rows} WHERE {condition} GROUP BY 1 ORDER BY 2 DESC, 3'
    ).fetchall()
    total = sum(count for _, count, _ in values_at)
    examples = [
        f"{_value_text(db, rows, column, first).strip()} ({_rows(count)}, first {where(first)})"
        for _, count, first in values_at[:_FIRST]
    ]
    more = f" and {len(values_at) - _FIRST:,} further values" if len(values_at) > _FIRST else ""
    return (
        f"Table {table.name}, column {column.key}: in {_rows(total)} the value {reason}: {', '.join(examples)}{more}. "
        f"Correct it in {source} or its mapping."
    )


def _rows(count: int) -> str:
    return "1 row" if count == 1 else f"{count:,} rows"


def _value_text(db: duckdb.DuckDBPyConnection, rows: str, column: Column, row: int) -> str:
    """The broken value, for the sentence; a personal one is not repeated."""
    value = db.execute(f'SELECT "{column.key}" FROM {rows} WHERE rowid = ?', [row]).fetchone()
    if not value or value[0] is None or column.info["personal"]:
        return "the value "
    text = str(value[0])
    return f"“{text[:60]}{'…' if len(text) > 60 else ''}” "


def check_zones(
    db: duckdb.DuckDBPyConnection, table: Table, source: str, given: dict[str, str], rows: str, where: Where
) -> None:
    """Refuse a column in which some moments say their zone and others do not: nobody knows what the others mean."""
    for column in table.c:
        if given.get(column.key) != "VARCHAR" or type_of(column) != "TIMESTAMP":
            continue
        text = f'trim("{column.key}")'
        zoned = values.says_its_zone(text)
        # A day without a time is in no zone.
        plain = f"NOT {zoned} AND strlen({text}) > {len('2026-06-30')}"
        first_rows = db.execute(
            f"SELECT min(rowid) FILTER (WHERE {zoned}), min(rowid) FILTER (WHERE {plain}) FROM {rows}"
        ).fetchone()
        if first_rows and None not in first_rows:
            raise LoadRefused(
                f"Table {table.name}, column {column.key}: {where(first_rows[0])} gives a time with its zone and "
                f"{where(first_rows[1])} one without. Give all of {source} in one way (without a zone is the bank's own "
                f"time), then load again. {NOTHING}"
            )


def check_ranges(
    db: duckdb.DuckDBPyConnection, table: Table, source: str, rows: str, where: Where, until: date
) -> None:
    """Refuse what no bank can mean: days before 1900 or after `until`, NaN, counts below 0, texts without end.

    Only the extremes of each column are asked for, which the engine knows almost for nothing.
    """
    checks = [(c, *r) for c in table.c if (r := values.range_of(c, type_of(c), until))]
    if not checks:
        return
    worst = ", ".join(extremes for _, extremes, _, _ in checks)
    if not any(db.execute(f"SELECT {worst} FROM {rows}").fetchone() or ()):
        return
    for column, _, condition, reason in checks:
        first = db.execute(f"SELECT min(rowid) FROM {rows} WHERE {condition}").fetchone()
        if first and first[0] is not None:
            raise LoadRefused(
                f"Table {table.name}, {where(first[0])}, column {column.key}: {_value_text(db, rows, column, first[0])}"
                f"{reason}. Correct it in {source} or its mapping, then load again. {NOTHING}"
            )


def check_key(db: duckdb.DuckDBPyConnection, table: Table, source: str, rows: str, where: Where) -> None:
    """Refuse a key that is given twice."""
    key = [c.key for c in table.c if c.primary_key]
    names = ", ".join(f'"{k}"' for k in key)
    twice = db.execute(
        f"SELECT {names}, min(rowid), max(rowid) FROM {rows} GROUP BY {names} HAVING count(*) > 1 "
        "ORDER BY max(rowid) LIMIT 1"
    ).fetchone()
    if twice:
        named = ", ".join(f"{k} “{v}”" for k, v in zip(key, twice, strict=False))
        raise LoadRefused(
            f"Table {table.name}, {where(twice[-1])}, column {' and '.join(key)}: {named} was already given in "
            f"{where(twice[-2])}. Each may occur once. Correct it in {source} or its mapping, then load again. {NOTHING}"
        )


def with_rows(
    db: duckdb.DuckDBPyConnection, tables: Sequence[Table] = UNIFIED_TABLES, database: str = ""
) -> list[Table]:
    """Those of `tables`, here or in an attached `database.`, that have any row: of the others there is nothing to ask."""
    each = (f"(SELECT '{t.name}' FROM {database}{t.schema}.{t.name} LIMIT 1)" for t in tables)
    filled = {name for (name,) in db.execute(" UNION ALL ".join(each)).fetchall()} if tables else set()
    return [table for table in tables if table.name in filled]


def check_references(db: duckdb.DuckDBPyConnection, problems: list[str] | None = None) -> None:
    """Every key that refers to another table exists there; a table the bank did not give cannot be checked.

    With `problems` each broken reference is put there with its count, and nothing is refused.
    """
    filled = with_rows(db)
    names = {table.name for table in filled}
    for table in filled:
        for column in table.c:
            if not column.info["refers"]:
                continue
            target, key = column.info["refers"].split(".")
            if target not in names:
                continue
            lost = db.execute(
                f'SELECT "{column.key}", min(rowid), count(*) FROM unified.{table.name} WHERE "{column.key}" IS NOT NULL '
                f'AND NOT EXISTS (SELECT 1 FROM unified.{target} t WHERE t."{key}" = {table.name}."{column.key}") '
                f"GROUP BY 1 ORDER BY 2 LIMIT {1 if problems is None else 100_000}"
            ).fetchall()
            if lost and problems is not None:
                total = sum(count for _, _, count in lost)
                some = ", ".join(f"“{value}” ({row_number(row)})" for value, row, _ in lost[:_FIRST])
                problems.append(
                    f"Table {table.name}, column {column.key}: {_rows(total)} with what does not exist in {target}: "
                    f"{some}{' and more' if len(lost) > _FIRST else ''}. Add it there or leave the column empty."
                )
            elif lost:
                raise LoadRefused(
                    f"Table {table.name}, {row_number(lost[0][1])}, column {column.key}: “{lost[0][0]}” does not exist "
                    f"in {target}. Add it there or leave the column empty, then load again. {NOTHING}"
                )


def latest(db: duckdb.DuckDBPyConnection, table: Table) -> date | None:
    """The latest day in a table; None if it has no dates or no rows."""
    if not table.info["happened_on"]:
        return None
    row = db.execute(
        f"SELECT CAST(max({table.info['happened_on']}) AS DATE) FROM {table.schema}.{table.name}"
    ).fetchone()
    return row[0] if row else None


def last_day(db: duckdb.DuckDBPyConnection, not_after: date) -> tuple[date, str]:
    """The latest day on which anything happened, as far as it is not in the future, and the `table.column` it is from.

    A campaign may be planned ahead, so its days say nothing about what has been loaded.
    """
    latest: list[tuple[date, str]] = []
    for table in with_rows(db):
        columns = event_columns(table) if table.name != "campaigns" else ()
        if not columns:
            continue
        days = db.execute(
            "SELECT "
            + ", ".join(
                f'max(CAST("{c.key}" AS DATE)) FILTER (WHERE "{c.key}" < ?::DATE + 1)' for c in columns
            )
            + f" FROM unified.{table.name}",
            [not_after] * len(columns),
        ).fetchall()[0]
        latest += [(day, f"{table.name}.{c.key}") for c, day in zip(columns, days, strict=True) if day]
    if not latest:
        raise LoadRefused(
            "No table has a dated row, so there is no day to report on. Give the day the files were exported with "
            f"--as-of; figures over time need a table with days. {NOTHING}"
        )
    # Of several columns that share the day, the first in the order of the contract.
    return max(latest, key=lambda pair: pair[0])
