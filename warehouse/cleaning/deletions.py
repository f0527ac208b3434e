"""Rows that their source marks as deleted: a column `deleted`, true or false, which any source may give.

A marked row needs only its key. It leaves the bank, or is not taken in, and stays deleted for later loads until it comes
without the mark. What refers to it is kept without the reference where it may be, and refused where it belongs to it.
"""

from __future__ import annotations

from collections.abc import Callable

import duckdb
from sqlalchemy import Column, Table

from warehouse.errors import LoadRefused
from warehouse.sql.moments import Clock
from warehouse.validation import contract, values
from warehouse.validation.quality import key_of, note

MARK = contract.DELETED
DELETED = "deleted at its source"
"""The check under which marked rows are counted; their keys are in the quarantine."""
REFERS = "names a deleted row: "
GOES_ALONG = "of a deleted row"
PART_OF = {"lead_stages": "leads"}
"""Tables whose rows are parts of another's row, and are deleted with it."""
_SAYS = "Its source marks the row as deleted; it is in no figure."
Where = Callable[[int], str]


def take_out(
    db: duckdb.DuckDBPyConnection,
    table: Table,
    source: str,
    given: dict[str, str],
    where: Where,
    clock: Clock,
) -> tuple[int, Where]:
    """Take the marked rows out of `staged` and note their keys; how many, and where a row that stays stood in the files.

    Those that stay follow each other without a gap; `stood` holds the place each had.
    """
    kind, mark = given[MARK], f'"{MARK}"'
    _refuse_first(
        db, table, source, where, values.broken(mark, kind, "BOOLEAN"), f"column {MARK}: is not true or false"
    )
    # A key given twice, once with the mark and once without, says two things.
    contract.check_key(db, table, source, "staged", where)
    marked = f"coalesce({values.cast(mark, kind, 'BOOLEAN', clock)}, false)"
    keys = [c for c in table.c if c.primary_key]
    broken = " OR ".join(_no_key(c, given[str(c.key)]) for c in keys)
    named = " and ".join(str(c.key) for c in keys)
    _refuse_first(
        db,
        table,
        source,
        where,
        f"{marked} AND ({broken})",
        f"column {named}: a row marked as deleted needs its key",
    )
    count = db.execute(f"SELECT count(*) FILTER (WHERE {marked}) FROM staged").fetchone()
    if not count or not count[0]:
        return 0, where
    casts = ", ".join(
        f'{values.cast(_quoted(c), given[str(c.key)], contract.type_of(c), clock)} AS "{c.key}"' for c in keys
    )
    db.execute(
        f"INSERT INTO derived.quarantine SELECT ?, ?, {key_of(table)}, ?, ?, false "
        f"FROM (SELECT {casts} FROM staged WHERE {marked})",
        [DELETED, table.name, _SAYS, table.info["owner"]],
    )
    note(db, DELETED, table.name, table.info["owner"], _SAYS, count[0], kept=False)
    db.execute("CREATE OR REPLACE TEMP TABLE stood AS SELECT rowid AS place FROM staged "
               f"WHERE NOT {marked} ORDER BY rowid")  # fmt: skip
    db.execute(
        f"CREATE OR REPLACE TEMP TABLE remaining AS SELECT * FROM staged WHERE NOT {marked} ORDER BY rowid"
    )
    db.execute("DROP TABLE staged")
    db.execute("ALTER TABLE remaining RENAME TO staged")

    def stood(row: int) -> str:
        place = db.execute("SELECT place FROM stood WHERE rowid = ?", [row]).fetchone()
        return where(place[0] if place else row)

    return count[0], stood


def _no_key(column: Column, given: str) -> str:
    """SQL: whether a part of the key is missing or cannot be read."""
    name, kind = _quoted(column), contract.type_of(column)
    return f"{name} IS NULL" if given == kind else f"{name} IS NULL OR ({values.broken(name, given, kind)})"


def _quoted(column: Column) -> str:
    return f'"{column.key}"'


def _refuse_first(
    db: duckdb.DuckDBPyConnection, table: Table, source: str, where: Where, condition: str, what: str
) -> None:
    row = db.execute(f"SELECT min(rowid) FROM staged WHERE {condition}").fetchone()
    if row and row[0] is not None:
        raise LoadRefused(
            f"Table {table.name}, {where(row[0])}, {what}. Correct it in {source} or its mapping, then load again. "
            f"{contract.NOTHING}"
        )


def loosen_references(db: duckdb.DuckDBPyConnection, *, bank_before: bool) -> None:
    """Empty the references to deleted rows; refuse the load where a row belongs to a deleted one."""
    for table in contract.with_rows(db):
        for column in table.c:
            if not column.info["refers"]:
                continue
            target, key = column.info["refers"].split(".")
            gone = _gone(target, key, bank_before=bank_before)
            if not db.execute(f"{gone} LIMIT 1").fetchone():
                continue
            condition = f'"{column.key}" IN ({gone})'
            if PART_OF.get(table.name) == target:
                _delete_along(db, table, target, condition)
            elif not column.nullable:
                _refuse_owned(db, table, column, target, condition)
            else:
                _empty(db, table, column, target, condition)


def _gone(target: str, key: str, *, bank_before: bool) -> str:
    """SQL: keys of `target` that are marked as deleted, now or by an earlier delivery, and are not there."""
    marked = f"SELECT row_key FROM {{}}derived.quarantine WHERE check_name = '{DELETED}' AND table_name = '{target}'"
    every = marked.format("") + (" UNION " + marked.format("before.") if bank_before else "")
    return f'SELECT row_key FROM ({every}) WHERE row_key NOT IN (SELECT "{key}" FROM unified.{target})'


def _refuse_owned(
    db: duckdb.DuckDBPyConnection, table: Table, column: Column, target: str, condition: str
) -> None:
    row = db.execute(
        f'SELECT min("{column.key}"), count(*) FROM unified.{table.name} WHERE {condition}'
    ).fetchone()
    if row and row[1]:
        raise LoadRefused(
            f"Table {table.name}, column {column.key}: “{row[0]}” is marked as deleted in {target}, and {row[1]:,} rows "
            f"of {table.name} belong to such rows. Mark these as deleted, too, or deliver {target} without it, then "
            f"load again. {contract.NOTHING}"
        )


def _delete_along(db: duckdb.DuckDBPyConnection, table: Table, target: str, condition: str) -> None:
    rows, owner = f"unified.{table.name}", table.info["owner"]
    count = db.execute(f"SELECT count(*) FROM {rows} WHERE {condition}").fetchone()
    if count and count[0]:
        says = f"The source deleted the row of {target} that this one is a part of; it is in no figure."
        note(db, GOES_ALONG, table.name, owner, says, count[0], kept=False)
        db.execute(
            f"INSERT INTO derived.quarantine SELECT ?, ?, {key_of(table)}, ?, ?, false FROM {rows} WHERE {condition}",
            [GOES_ALONG, table.name, says, owner],
        )
        db.execute(f"DELETE FROM {rows} WHERE {condition}")


def _empty(db: duckdb.DuckDBPyConnection, table: Table, column: Column, target: str, condition: str) -> None:
    rows = f"unified.{table.name}"
    count = db.execute(f"SELECT count(*) FROM {rows} WHERE {condition}").fetchone()
    if not count or not count[0]:
        return
    check, owner = f"{REFERS}{column.key}", table.info["owner"]
    says = f"{column.key} named a row of {target} that its source deleted; the row stays, without it."
    note(db, check, table.name, owner, says, count[0], kept=True)
    db.execute(
        f"INSERT INTO derived.quarantine SELECT ?, ?, {key_of(table)}, ?, ?, true FROM {rows} WHERE {condition}",
        [check, table.name, says, owner],
    )
    db.execute(f'UPDATE {rows} SET "{column.key}" = NULL WHERE {condition}')
