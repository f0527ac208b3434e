"""One table of a delivery: read as it was given, cleaned, held against the contract, and put into its unified table."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb
from sqlalchemy import Table

from warehouse.cleaning import deletions
from warehouse.cleaning.cleaning import Cleaning
from warehouse.errors import LoadRefused
from warehouse.extracts import named_tables, spoilt_ids, staging
from warehouse.extracts.bank_words import BankWords
from warehouse.extracts.sources import Source
from warehouse.sql.moments import Clock
from warehouse.validation import contract, control_totals, moment_marks, values


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """What comes for a table, and by what it is read.

    `until` is the last day a row may have. `had` are the columns the bank of before has where days are added to it, None
    where a whole bank is loaded. A word is only named in a finding if `enough` rows have it.
    """

    table: Table
    source: Source
    environment: Mapping[str, str]
    until: date
    clock: Clock
    words: BankWords
    had: str | None
    enough: int
    every: bool = False
    """Whether a refusal names everything that is wrong, or the first thing alone."""


def fill(db: duckdb.DuckDBPyConnection, delivery: Delivery, stated: control_totals.Stated) -> str:
    """Put the delivered rows into their table, or raise LoadRefused; the columns given.

    A mapping that already gives the contract's types is written once, straight into its table, and checked there:
    whatever is refused takes the whole file with it. Only text that has to be read as dates or amounts is staged.
    """
    table, source, clock = delivery.table, delivery.source, delivery.clock
    filled, label = f"{table.schema}.{table.name}", source.label
    where: contract.Where = contract.row_number
    cleaning = Cleaning(
        db, table, label, delivery.words, bank_before=delivery.had is not None, enough=delivery.enough
    )
    removed = 0
    try:
        if source.query:
            _check_reads(db, source.query, table, label)
            named_tables.make(db, source.query, delivery.environment)
            described = db.execute(f"DESCRIBE SELECT * FROM (\n{source.query}\n)").fetchall()
            given = {row[0]: row[1] for row in described}
            contract.check_columns(table, label, given)
        else:
            staged = staging.stage(db, table, source, delivery.environment, delivery.had)
            given, where = staged.given, staged.where
        columns = [c for c in table.c if c.key in given]
        names = ", ".join(f'"{c.key}"' for c in columns)
        straight = source.query and all(given[c.key] == contract.type_of(c) for c in columns)
        if straight and deletions.MARK not in given:
            db.execute(f"INSERT INTO {filled} ({names}) SELECT {names} FROM (\n{source.query}\n)")
            cleaning.texts(filled, given, where)
            _checked(
                delivery,
                lambda: spoilt_ids.check(db, table, label, given, filled, where, delivery.words),
                lambda: _check_rows(db, delivery, given, filled, where),
            )
            _mark(db, table, filled, given, clock)
        else:
            if source.query:
                db.execute(f"CREATE OR REPLACE TEMP TABLE staged AS SELECT * FROM (\n{source.query}\n)")
            cleaning.texts("staged", given, where)
            if deletions.MARK in given:
                removed, where = deletions.take_out(db, table, label, given, where, clock)
                if removed:
                    cleaning.follow("stood")
                if db.execute("SELECT 1 FROM staged LIMIT 1").fetchone():
                    contract.check_required(table, label, given)
            _checked(
                delivery,
                lambda: spoilt_ids.check(db, table, label, given, "staged", where, delivery.words),
                lambda: _check_rows(db, delivery, given, "staged", where),
                lambda: contract.check_zones(db, table, label, given, "staged", where),
            )
            casts = ", ".join(
                values.cast(f'"{c.key}"', given[c.key], contract.type_of(c), clock) for c in columns
            )
            db.execute(f"INSERT INTO {filled} ({names}) SELECT {casts} FROM staged")
            _mark(db, table, filled, given, clock)
            db.execute("DROP TABLE staged")
        cleaning.days(filled, where)
        contract.check_ranges(db, table, label, filled, where, delivery.until)
        cleaning.months(filled)
        cleaning.record(filled)
    except duckdb.Error as error:
        raise LoadRefused(
            f"Table {table.name}: {label} cannot be read. {contract.plain(error)}{contract.place_in(error, wrapped=1)} "
            f"{contract.NOTHING}"
        ) from None
    control_totals.check(db, table, label, stated, removed)
    return " ".join(c.key for c in columns)


_OURS = ("before", "derived")
"""Where Concord keeps the bank loaded before, while a load compares with it, and what nights worked out."""


def _check_reads(db: duckdb.DuckDBPyConnection, query: str, table: Table, label: str) -> None:
    """Raise LoadRefused for a mapping that reads what Concord keeps itself, or that takes a question from a text."""
    row = db.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    tree = json.loads(row[0]) if row else {"error": True}
    parts = list(_parts(tree))
    reads = {str(p.get(at, "")).lower() for p in parts for at in ("catalog_name", "schema_name")}
    calls = {str(p.get("function_name", "")).lower() for p in parts}
    # What the engine cannot take apart is held to its words alone.
    unseen = tree.get("error") and re.search(r"before|derived|query", query, re.IGNORECASE)
    if reads.intersection(_OURS) or calls & {"query", "query_table"} or unseen:
        raise LoadRefused(
            f"Table {table.name}: {label} reads what Concord keeps itself. Let it read the folder’s files alone. "
            f"{contract.NOTHING}"
        )


def _parts(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object of a statement as the engine has parsed it."""
    if isinstance(tree, dict):
        yield tree
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _parts(part)


def _check_rows(
    db: duckdb.DuckDBPyConnection, delivery: Delivery, given: dict[str, str], rows: str, where: contract.Where
) -> None:
    contract.check_rows(
        db,
        delivery.table,
        delivery.source.label,
        given,
        rows,
        where,
        vocabulary=delivery.words.vocabulary,
        every=delivery.every,
    )


def _checked(delivery: Delivery, *checks: Callable[[], None]) -> None:
    """Run checks until one refuses, or all of them and refuse for everything."""
    refusals = []
    for check in checks:
        try:
            check()
        except LoadRefused as refusal:
            if not delivery.every:
                raise
            refusals.append(str(refusal))
    if refusals:
        raise LoadRefused("\n".join(refusals))


def _mark(
    db: duckdb.DuckDBPyConnection, table: Table, filled: str, given: Mapping[str, str], clock: Clock
) -> None:
    moments = {name: given[name] for name in moment_marks.moments_of(table) if name in given}
    moment_marks.mark_plain(db, filled, moments, clock, values.says_its_zone)
