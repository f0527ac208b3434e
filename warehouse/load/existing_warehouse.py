"""Whether a warehouse that somebody else built keeps the contract of `schema`, table by table and column by column.

It only reads, and says everything it finds instead of stopping at the first: whoever builds the views wants the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    Numeric,
    Table,
    and_,
    case,
    cast,
    create_engine,
    exists,
    func,
    inspect,
    select,
    text,
)
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.exc import SQLAlchemyError

from warehouse.access.data_coverage import AvailableColumns, lacking
from warehouse.errors import Problem
from warehouse.retry import is_postgresql, patient_engine, server_url
from warehouse.schema import UNIFIED, UNIFIED_TABLES
from warehouse.sql.moment_sql import Moment, fraction, is_day
from warehouse.sql.moments import ONLY_A_DAY

WHOLE = ("int", "smallint", "bigint", "tinyint", "hugeint", "serial")
NUMBER = (*WHOLE, "numeric", "decimal", "double", "real", "float")
TEXT = ("char", "text", "string", "varchar", "uuid", "citext", "name", "user-defined", "enum")
_FAMILIES: tuple[tuple[type, tuple[str, ...], str], ...] = (
    (Boolean, ("bool",), "true or false"),
    (DateTime, ("timestamp", "datetime"), "a date and time without time zone"),
    (Date, ("date",), "a date"),
    (Integer, WHOLE, "a whole number"),
    (Float, NUMBER, "a number"),
    (Numeric, NUMBER, "an amount"),
)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is missing or wrong. `serious` if Concord would show wrong figures, or none at all."""

    table: str
    column: str = ""
    what: str
    serious: bool = True


@dataclass(frozen=True)
class Checked:
    """What was found, the rows of each table, and what is available of the bank, as `Coverage.available` would say it.

    `empty` are the `table.column`s that are there and hold nothing.
    """

    findings: tuple[Finding, ...]
    rows: dict[str, int]
    available: AvailableColumns
    empty: frozenset[str] = frozenset()

    def lacking(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Of some `table`s and `table.column`s those that tell nothing; of a table not given, only the table."""
        return lacking(needed, self.available)


def check_url(url: str, schema: str = UNIFIED) -> Checked:
    """Check the tables or views in `schema` of a database. Raises Problem if it cannot be read, without its password."""
    address = server_url(url, "The address")
    try:
        if is_postgresql(url):
            engine = patient_engine(address, read_only=True)
        else:
            read_only = {"read_only": True} if address.drivername.startswith("duckdb") else {}
            engine = create_engine(address, connect_args=read_only, hide_parameters=True)
        try:
            return _check(engine, schema)
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        words = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        if address.password:
            words = words.replace(str(address.password), "***")
        without_password = address.render_as_string(hide_password=True)
        raise Problem(f"{without_password} cannot be read: {words}") from None


def _check(engine: Engine, schema: str) -> Checked:
    findings: list[Finding] = []
    rows: dict[str, int] = {}
    available: set[str] = set()
    empty: set[str] = set()
    with engine.connect() as connection:
        there = {t.name: _columns(connection, schema, t.name) for t in UNIFIED_TABLES}
        for table in UNIFIED_TABLES:
            given = there[table.name]
            if not given:
                what = f"is not there: make a table or view {schema}.{table.name} ({table.comment})"
                findings.append(Finding(table=table.name, what=what, serious=table.name == "customers"))
                continue
            right = _right_columns(table, given, findings)
            rows[table.name] = _check_rows(connection, schema, table, right, findings)
            if rows[table.name]:
                hollow = _empty(connection, schema, table, right)
                what = "is empty in every row"
                findings += [
                    Finding(table=table.name, column=name, what=what, serious=False)
                    for name in sorted(hollow)
                ]
                available |= {table.name, *(f"{table.name}.{c}" for c in right - hollow)}
                empty |= {f"{table.name}.{c}" for c in hollow}
            else:
                findings.append(Finding(table=table.name, what="has no rows", serious=False))
            for column in table.c:
                if column.info["refers"] and column.key in right:
                    _check_reference(connection, schema, column, there, findings)
    return Checked(tuple(findings), rows, AvailableColumns(frozenset(available)), frozenset(empty))


def _empty(connection: Connection, schema: str, table: Table, right: set[str]) -> set[str]:
    """The columns of a table with rows that hold no value in any of them."""
    here, names = _named(schema, table, "here"), sorted(right)
    if not names:
        return set()
    filled = connection.execute(select(*(func.count(here.c[n]) for n in names)).select_from(here)).one()
    return {name for name, values in zip(names, filled, strict=True) if not values}


def _columns(connection: Connection, schema: str, name: str) -> dict[str, str]:
    """Column → type as the database says it; empty if there is no such table or view."""
    if connection.dialect.name in ("postgresql", "duckdb"):
        rows = connection.execute(
            text(
                "SELECT column_name, lower(data_type) FROM information_schema.columns "
                "WHERE table_schema = :schema AND table_name = :name"
            ),
            {"schema": schema, "name": name},
        )
        return {str(row[0]): str(row[1]) for row in rows}
    try:
        return {c["name"]: str(c["type"]).lower() for c in inspect(connection).get_columns(name, schema)}
    except SQLAlchemyError:
        return {}


def _right_columns(table: Table, given: dict[str, str], findings: list[Finding]) -> set[str]:
    """The columns that are there with a type that fits; the others become findings."""
    right: set[str] = set()
    for column in table.c:
        kind = given.get(str(column.key))
        if kind is None:
            what = f"is missing: {column.comment}"
            findings.append(
                Finding(table=table.name, column=column.key, what=what, serious=not column.nullable)
            )
            continue
        families = next(((f, w) for of, f, w in _FAMILIES if isinstance(column.type, of)), (TEXT, "text"))
        zoned = "with time zone" in kind or kind == "timestamptz"
        if zoned or not any(_is(kind, family) for family in families[0]):
            what = f"is {kind}, and must be {families[1]}"
            findings.append(Finding(table=table.name, column=column.key, what=what))
        else:
            right.add(str(column.key))
    for name in sorted(set(given) - {str(c.key) for c in table.c}):
        what = "is not in the contract; it is not read"
        findings.append(Finding(table=table.name, column=name, what=what, serious=False))
    return right


def _is(kind: str, family: str) -> bool:
    if family == "date":
        return kind == "date"
    if family == "int":
        return kind.startswith(("int", "uint")) and not kind.startswith("interval")
    return family in kind


def _named(schema: str, table: Table, name: str | None = None) -> Any:
    return sql_table(table.name, *(sql_column(str(c.key)) for c in table.c), schema=schema).alias(name)


def _check_rows(
    connection: Connection, schema: str, table: Table, right: set[str], findings: list[Finding]
) -> int:
    """Required values, allowed words and the key, each counted by the database; the number of rows."""
    here = _named(schema, table, "here")
    checks: list[tuple[Column[Any], Any, str]] = []
    for column in table.c:
        if column.key not in right:
            continue
        value = here.c[column.key]
        if not column.nullable:
            checks.append((column, value.is_(None), "{} rows have no value, and each must have one"))
        if column.info["allowed"]:
            words = column.info["allowed"]
            checks.append(
                (column, value.not_in(words), "{} rows have another value than " + ", ".join(words))
            )
    counts = [func.count(case((condition, 1))) for _, condition, _ in checks]
    total, *broken = connection.execute(select(func.count(), *counts).select_from(here)).one()
    for (column, _, words), count in zip(checks, broken, strict=True):
        if count:
            findings.append(Finding(table=table.name, column=column.key, what=words.format(f"{count:,}")))
    _check_moments(connection, here, table, right, findings)
    key = [str(c.key) for c in table.primary_key]
    if right.issuperset(key):
        names = [here.c[k] for k in key]
        many = select(func.count().label("n")).select_from(here).group_by(*names).having(func.count() > 1)
        twice = connection.execute(select(func.count()).select_from(many.subquery())).scalar() or 0
        if twice:
            what = f"{twice:,} keys occur more than once; each may occur once"
            findings.append(Finding(table=table.name, column=" and ".join(key), what=what))
    return int(total)


def _check_moments(
    connection: Connection, here: Any, table: Table, right: set[str], findings: list[Finding]
) -> None:
    """Columns of moments that hold days, or readings of a clock that would be taken for a mark; see `moments`."""
    names = [str(c.key) for c in table.c if isinstance(c.type, Moment) and c.key in right]
    if not names:
        return
    counts = []
    for name in names:
        value = here.c[name]
        timed = case((value != cast(value, Date), 1))
        marked = case((and_(fraction(value).between(1, ONLY_A_DAY), is_day(value) == 0), 1))
        counts += [func.count(value), func.count(timed), func.count(marked)]
    row = connection.execute(select(*counts).select_from(here)).one()
    for at, name in enumerate(names):
        filled, with_a_time, stray = row[3 * at : 3 * at + 3]
        if filled and not with_a_time:
            what = "is 00:00 in every row; a day without a time is given as the day + INTERVAL '999 microseconds'"
            findings.append(Finding(table=table.name, column=name, what=what, serious=False))
        if stray:
            what = (
                f"{stray:,} rows lie up to 999 microseconds after a whole second, which marks summer time; give "
                "milliseconds at most"
            )
            findings.append(Finding(table=table.name, column=name, what=what, serious=False))


def _check_reference(
    connection: Connection,
    schema: str,
    column: Column[Any],
    there: dict[str, dict[str, str]],
    findings: list[Finding],
) -> None:
    target, key = column.info["refers"].split(".")
    if key not in there[target]:
        return
    here, other = _named(schema, column.table, "here"), sql_table(target, sql_column(key), schema=schema)
    value = here.c[column.key]
    match = exists().where(other.c[key] == value)
    lost = select(func.count()).select_from(here).where(value.is_not(None), ~match)
    any_row = connection.execute(select(other.c[key]).limit(1)).first()
    count = connection.execute(lost).scalar() if any_row else 0
    if count:
        what = f"{count:,} rows name a {key} that is not in {target}"
        findings.append(Finding(table=column.table.name, column=column.key, what=what))
