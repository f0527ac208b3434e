"""How the load marks the moments a source gives: by their zone, as a day without a time, or as no more than they say.

A text says all three for each row. A column of typed timestamps says none of them: its times are the bank's own, and
if every one is 00:00 it is a column of days. What the marks are stands in `warehouse.sql.moments`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date

import duckdb
from sqlalchemy import Table

from warehouse.sql.moment_sql import Moment, before_sql, hours_sql, is_day_sql
from warehouse.sql.moments import DAY_BY_COLUMN, DAYS, ONLY_A_DAY, QUARTER, TWICE, Clock

_MACROS = (
    f"CREATE OR REPLACE TEMP MACRO day_only(x) AS CAST(x AS DATE) + INTERVAL {ONLY_A_DAY} MICROSECOND",
    f"CREATE OR REPLACE TEMP MACRO is_day(x) AS {is_day_sql('x')}",
    f"CREATE OR REPLACE TEMP MACRO before(x, y) AS {before_sql('x', 'y')}",
    f"CREATE OR REPLACE TEMP MACRO hours_between(x, y) AS {hours_sql('x', 'y')}",
)
"""What mappings and checks may call: a day as a moment, whether one is, which was surely earlier, hours that passed."""
_DAY_LONG = len("2026-06-30")
_PLAIN_LONG = len("2026-06-30 10:11:12")


def define(db: duckdb.DuckDBPyConnection) -> None:
    """Let mappings and checks of this connection call day_only, is_day, before and hours_between."""
    for macro in _MACROS:
        db.execute(macro)


def moments_of(table: Table) -> list[str]:
    """The names of its moments."""
    return [str(c.key) for c in table.c if isinstance(c.type, Moment)]


def from_text(name: str, zoned: str, clock: Clock) -> str:
    """SQL: the text of column `name` as a moment; `zoned` is SQL for whether it says its zone."""
    text = f"trim({name})"
    plain = f"CAST({text} AS TIMESTAMP)"
    # The engine takes a zone after a space for the name of one.
    instant = f"CAST(regexp_replace({text}, ' ([Zz+-])', '\\1') AS TIMESTAMPTZ)"
    return (
        f"CASE WHEN strlen({text}) = {_DAY_LONG} THEN {plain} + INTERVAL {ONLY_A_DAY} MICROSECOND "
        f"WHEN {zoned} THEN {from_instant(instant, clock)} "
        f"WHEN strlen({text}) > {_PLAIN_LONG} THEN {_clean(plain)} ELSE {plain} END"
    )


def from_instant(zoned: str, clock: Clock) -> str:
    """SQL: a timestamp with its zone as a moment; the session's time zone is the bank's."""
    local = f"CAST({zoned} AS TIMESTAMP)"
    if not clock.changes:
        return _clean(local)
    shift = f"((epoch_us({local}) - epoch_us({zoned})) // {QUARTER} - {clock.standard})"
    marked = f"date_trunc('second', {local}) + to_microseconds(({shift} + {TWICE}) % {TWICE})"
    return f"CASE WHEN {shift} = 0 THEN {_clean(local)} ELSE {marked} END"


def from_day(name: str) -> str:
    """SQL: a date as a moment."""
    return f"CAST({name} AS TIMESTAMP) + INTERVAL {ONLY_A_DAY} MICROSECOND"


def _fraction(name: str) -> str:
    return f"(microsecond({name}) % 1000000)"


def _looks_marked(name: str) -> str:
    """A reading of a clock that would be taken for a mark; a mapping may give a day as one (`day_only`)."""
    is_day = f"{name} = CAST({name} AS DATE) + INTERVAL {ONLY_A_DAY} MICROSECOND"
    return f"({_fraction(name)} BETWEEN 1 AND {ONLY_A_DAY} AND NOT {is_day})"


def _clean(moment: str) -> str:
    return f"CASE WHEN {_looks_marked(moment)} THEN date_trunc('second', {moment}) ELSE {moment} END"


def mark_plain(
    db: duckdb.DuckDBPyConnection,
    rows: str,
    columns: Mapping[str, str],
    clock: Clock,
    zoned: Callable[[str], str],
) -> None:
    """Mark the times without zone that `rows` was filled with; `columns` are its moments and the types given.

    `zoned` makes the SQL for whether a text says its zone; the texts stand in the table `staged`.
    """
    typed = [c for c, given in columns.items() if given.startswith("TIMESTAMP") and "ZONE" not in given]
    if typed:
        looks = ", ".join(f"bool_or({_looks_marked(_quoted(c))})" for c in typed)
        for column, dirty in zip(
            typed, db.execute(f"SELECT {looks} FROM {rows}").fetchone() or (), strict=True
        ):
            if dirty:
                name = _quoted(column)
                db.execute(f"UPDATE {rows} SET {name} = {_clean(name)} WHERE {_looks_marked(name)}")
    if not clock.changes:
        return
    texts = [c for c, given in columns.items() if given == "VARCHAR"]
    if texts:
        says = ", ".join(f"bool_or({zoned(f'trim({_quoted(c)})')})" for c in texts)
        with_zone = db.execute(f"SELECT {says} FROM staged").fetchone() or ()
        texts = [c for c, has in zip(texts, with_zone, strict=True) if not has]
    for column in (*typed, *texts):
        _put_forward(db, rows, column, clock)


def _put_forward(
    db: duckdb.DuckDBPyConnection, rows: str, column: str, clock: Clock, only: str = "true"
) -> None:
    """Mark the times of `column` at which the clocks were put forward."""
    name = _quoted(column)
    first, last = db.execute(f"SELECT min({name}), max({name}) FROM {rows}").fetchone() or (None, None)
    if first is None:
        return
    pieces = clock.pieces(_date(first), _date(last))
    if all(mark == 0 for _, mark in pieces):
        return
    whens = " ".join(f"WHEN {name} >= TIMESTAMP '{start}' THEN {mark}" for start, mark in reversed(pieces))
    mark = f"(CASE {whens} ELSE 0 END)"
    db.execute(
        f"UPDATE {rows} SET {name} = date_trunc('second', {name}) + to_microseconds({mark}) "
        f"WHERE {only} AND NOT is_day({name}) AND {mark} <> 0"
    )


def _quoted(column: str) -> str:
    return f'"{column}"'


def _date(moment: object) -> date:
    return date.fromisoformat(str(moment)[:10])


def days_by_column(
    db: duckdb.DuckDBPyConnection, tables: Iterable[Table], clock: Clock, *, carried: bool
) -> None:
    """A column whose every time is 00:00 is a column of days: an export wrote the time because its format has one.

    Asked of the whole bank, so that days added to one that was `carried`, with times, make 00:00 midnight again.
    """
    for table in tables:
        rows = f"{table.schema}.{table.name}"
        for column in moments_of(table):
            name = _quoted(column)
            timed = f"SELECT 1 FROM {rows} WHERE date_trunc('second', {name}) <> CAST({name} AS DATE) LIMIT 1"
            by_column = f"{_fraction(name)} = {DAY_BY_COLUMN}"
            if db.execute(timed).fetchone():
                if carried and db.execute(f"SELECT 1 FROM {rows} WHERE {by_column} LIMIT 1").fetchone():
                    db.execute(f"UPDATE {rows} SET {name} = date_trunc('second', {name}) WHERE {by_column}")
                    if clock.changes:
                        _put_forward(db, rows, column, clock, f"{name} = CAST({name} AS DATE)")
            else:
                db.execute(
                    f"UPDATE {rows} SET {name} = CAST({name} AS DATE) + INTERVAL {DAY_BY_COLUMN} MICROSECOND "
                    f"WHERE {_fraction(name)} NOT IN ({DAYS[0]}, {DAYS[1]})"
                )
