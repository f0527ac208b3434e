"""What the load found in its rows: counted per check and owner, listed by key, and set aside where a figure would suffer.

Whatever must stop a load is refused before, by `contract`. Everything here runs inside the engine, one pass per table.
A bank adds checks of its own as `checks/<name>.sql` in the folder: a SELECT of `row_key` and, if it likes, `reason`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from pathlib import Path

import duckdb
from sqlalchemy import Table

from warehouse.errors import LoadRefused
from warehouse.schema import plain
from warehouse.validation import contract, volume_checks
from warehouse.validation.checks import CHECKS, UNDATED, UNIFIED_BY_NAME, DataCheck

FEW_REASONS = 20
"""A reason that differs from row to row would carry the row's values to people who may not see them."""
_TABLES = UNIFIED_BY_NAME


@dataclass(frozen=True, kw_only=True)
class Declared:
    """A check a bank wrote itself."""

    name: str
    table: str
    owner: str
    says: str
    query: str

    @property
    def title(self) -> str:
        """The check's name as people read it."""
        return plain(self.name)


def key_of(table: Table) -> str:
    """SQL of a row's key as one text."""
    return "concat_ws(' | ', " + ", ".join(f'"{c.key}"' for c in table.c if c.primary_key) + ")"


def assess(
    db: duckdb.DuckDBPyConnection, day: date, declared: tuple[Declared, ...] = ()
) -> dict[str, volume_checks.Rhythm]:
    """Fill `derived.findings` and `derived.quarantine`, set aside what must be; each table's rhythm."""
    filled = {table.name for table in contract.with_rows(db)}
    for name, checks in groupby(sorted(CHECKS, key=lambda c: c.table), key=lambda c: c.table):
        if name in filled:
            _look_through(db, _TABLES[name], list(checks), day)
    left = contract.with_rows(db)
    for table in left:
        _say_if_no_row_is_dated(db, table)
    for own in declared:
        _ask(db, own)
    rhythms = {}
    for table in left:
        if rhythm := volume_checks.of(db, table, day):
            rhythms[table.name] = rhythm
            for check, says in (("late", rhythm.says), ("volume", rhythm.volume)):
                if says:
                    note(db, check, table.name, table.info["owner"], says, None, kept=True)
    return rhythms


def _look_through(db: duckdb.DuckDBPyConnection, table: Table, checks: list[DataCheck], day: date) -> None:
    rows = f"{table.schema}.{table.name}"
    when = [c.when.replace("$day", f"DATE '{day}'") for c in checks]
    counts = db.execute(
        "SELECT " + ", ".join(f"count(*) FILTER (WHERE {w})" for w in when) + f" FROM {rows}"
    ).fetchone()
    for check, condition, count in zip(checks, when, counts or (), strict=True):
        if not count:
            continue
        owner = check.owner or table.info["owner"]
        note(db, check.name, table.name, owner, check.says, count, kept=check.keeps)
        db.execute(
            f"INSERT INTO derived.quarantine SELECT ?, ?, {key_of(table)}, ?, ?, ? FROM {rows} WHERE {condition}",
            [check.name, table.name, check.says, owner, check.keeps],
        )
        if not check.keeps:
            db.execute(f"DELETE FROM {rows} WHERE {condition}")


def _say_if_no_row_is_dated(db: duckdb.DuckDBPyConnection, table: Table) -> None:
    """A date that no row has was not given; that is said about the table, not row by row."""
    column = table.info["happened_on"]
    if not column:
        return
    row = db.execute(f"SELECT count(*), count({column}) FROM {table.schema}.{table.name}").fetchone()
    if row and row[0] and not row[1]:
        says = f"No row has its {column}, so figures that go by this day are not known."
        note(db, UNDATED, table.name, table.info["owner"], says, None, kept=True)


def note(
    db: duckdb.DuckDBPyConnection,
    check: str,
    table: str,
    owner: str,
    says: str,
    count: int | None,
    *,
    kept: bool,
) -> None:
    """Write down what a check found; `count` None if it is about the table as a whole."""
    db.execute(
        "INSERT INTO derived.findings VALUES (?, ?, ?, ?, ?, ?)", [check, table, owner, says, count, kept]
    )


def _ask(db: duckdb.DuckDBPyConnection, own: Declared) -> None:
    label = f"checks/{own.name}.sql"
    try:
        given = {row[0] for row in db.execute(f"DESCRIBE SELECT * FROM (\n{own.query}\n)").fetchall()}
        if "row_key" not in given:
            raise LoadRefused(f"{label} gives no column row_key. Add it, then load again. {contract.NOTHING}")
        reason = "CAST(reason AS VARCHAR)" if "reason" in given else "NULL"
        db.execute(
            "CREATE OR REPLACE TEMP TABLE found AS SELECT CAST(row_key AS VARCHAR) AS row_key, "
            f"min({reason}) AS reason FROM (\n{own.query}\n) GROUP BY 1"
        )
    except duckdb.Error as error:
        raise LoadRefused(f"{label} cannot be read. {contract.plain(error)} {contract.NOTHING}") from None
    row = db.execute(
        "SELECT count(*), count(DISTINCT reason), count(*) FILTER (WHERE row_key IS NULL OR row_key LIKE '%@%') "
        "FROM found"
    ).fetchone() or (0, 0, 0)
    if row[1] > FEW_REASONS:
        raise LoadRefused(
            f"{label} gives {row[1]:,} different reasons. Name columns, not values: at most {FEW_REASONS} reasons, then "
            f"load again. {contract.NOTHING}"
        )
    if row[2]:
        raise LoadRefused(
            f"{label} gives {row[2]:,} rows without a key, or with an e-mail address as key. Give each row's number in "
            f"row_key, then load again. {contract.NOTHING}"
        )
    if row[0]:
        note(db, own.title, own.table, own.owner, own.says, row[0], kept=True)
        db.execute(
            "INSERT INTO derived.quarantine SELECT ?, ?, row_key, coalesce(reason, ?), ?, true FROM found",
            [own.title, own.table, own.says, own.owner],
        )


def declared_in(folder: Path) -> tuple[Declared, ...]:
    """The checks in `folder`/checks. Each begins with `-- table: …`, `-- says: …` and perhaps `-- owner: …`."""
    checks = []
    for file in sorted((folder / "checks").glob("*.sql")):
        try:
            query = file.read_text(encoding="utf-8-sig").strip().rstrip(";")
        except (UnicodeDecodeError, IsADirectoryError):
            raise LoadRefused(f"checks/{file.name} is not a text file in UTF-8. {contract.NOTHING}") from None
        header = dict(re.findall(r"^-- (table|owner|says): *(.+?) *$", query, re.MULTILINE))
        if header.get("table") not in _TABLES or "says" not in header:
            raise LoadRefused(
                f"checks/{file.name} needs the lines “-- table: …” (a table of the contract) and “-- says: …” (what it "
                f"found, in a sentence). Add them, then load again. {contract.NOTHING}"
            )
        owner = header.get("owner") or str(_TABLES[header["table"]].info["owner"])
        checks.append(
            Declared(name=file.stem, table=header["table"], owner=owner, says=header["says"], query=query)
        )
    return tuple(checks)
