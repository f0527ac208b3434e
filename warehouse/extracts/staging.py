"""The rows of a source, side by side in one temporary table `staged`, still as they were given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
from sqlalchemy import Table

from warehouse.errors import LoadRefused
from warehouse.extracts import other_database, readers
from warehouse.extracts.sources import Source
from warehouse.validation import contract
from warehouse.validation.contract import NOTHING


@dataclass(frozen=True)
class Staged:
    """Columns with the engine's types, and where a row number of `staged` stands in the files."""

    given: dict[str, str]
    where: contract.Where


def stage(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    source: Source,
    environment: Mapping[str, str],
    had: str | None = None,
) -> Staged:
    """Read the files or the declared table of `source` into `staged`. Raises LoadRefused with the file's name.

    Where days are added to a bank, `had` are the columns it has of the table, and a day without a row is a day.
    """
    db.execute("DROP TABLE IF EXISTS staged")
    if source.declared:
        given = other_database.read(db, Path(source.declared), environment, "staged")
        contract.check_columns(table, source.label, given)
        _check_any(db, table, source, had)
        return Staged(given, contract.row_number)
    first: dict[str, str] = {}
    ends: list[tuple[str, int]] = []
    for file in source.files:
        if readers.is_empty_json(Path(file), file) and (had is not None or len(source.files) > 1):
            # A day without a row; JSON lines name their columns only row by row.
            ends.append((file, ends[-1][1] if ends else 0))
            continue
        part = readers.read(db, Path(file), file, table, "part")
        contract.check_columns(table, file, part)
        names = ", ".join(f'"{name}"' for name in (*table.c.keys(), contract.DELETED) if name in part)
        if not first:
            first = part
            db.execute("ALTER TABLE part RENAME TO staged")
        else:
            _check_alike(table, source.files[0], first, file, part)
            db.execute(f"INSERT INTO staged ({names}) SELECT {names} FROM part")
            db.execute("DROP TABLE part")
        ends.append((file, _count(db)))
    if not first:
        first = dict.fromkeys((had or "").split() or _needed(table), "VARCHAR")
        texts = ", ".join(f'"{name}" VARCHAR' for name in first)
        db.execute(f"CREATE TEMP TABLE staged ({texts})")
    _check_any(db, table, source, had)

    def where(row: int) -> str:
        begin = 0
        for file, end in ends:
            if row < end:
                return contract.row_number(row - begin) + (f" of {file}" if len(ends) > 1 else "")
            begin = end
        return contract.row_number(row)

    return Staged(first, where)


def _count(db: duckdb.DuckDBPyConnection) -> int:
    row = db.execute("SELECT count(*) FROM staged").fetchone()
    return int(row[0]) if row else 0


def _needed(table: Table) -> list[str]:
    return [str(c.key) for c in table.c if not c.nullable]


def _check_any(db: duckdb.DuckDBPyConnection, table: Table, source: Source, had: str | None) -> None:
    """A header without a row is far more often a failed export than an empty bank; one quiet day of many is not.

    What has no days, such as the list of relationship managers, has no quiet ones.
    """
    has_days = bool(table.info["happened_on"]) or table.name == "identities"
    if _count(db) == 0 and not (had is not None and has_days):
        raise LoadRefused(
            f"Table {table.name}: {source.label} has a header but no row. Export it again, or remove it if the bank has "
            f"no such data. {NOTHING}"
        )


def _check_alike(
    table: Table, one: str, first: Mapping[str, str], other: str, given: Mapping[str, str]
) -> None:
    """Every day of a source must give the same columns, or a column would be empty for some days without a word."""
    lost, new = set(first) - set(given), set(given) - set(first)
    if lost or new:
        column, has, lacks = (min(lost), one, other) if lost else (min(new), other, one)
        raise LoadRefused(
            f"Table {table.name}: {has} gives the column {column} and {lacks} does not. Give every file the same "
            f"columns, then load again. {NOTHING}"
        )
    kinds = [c for c in first if first[c] != given[c]]
    if kinds:
        raise LoadRefused(
            f"Table {table.name}: {one} gives the column {kinds[0]} as {first[kinds[0]]} and {other} as "
            f"{given[kinds[0]]}. Deliver all files of a table in one kind, then load again. {NOTHING}"
        )
