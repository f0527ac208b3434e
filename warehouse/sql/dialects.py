"""The few SQL expressions every engine spells differently, each written once; those of moments are in `moment_sql`.

Anything else in a statement is plain SQLAlchemy Core. Never divide with a bare `/`: some engines cut whole numbers,
others round to a decimal without places; `ratio` is the one division.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Date, Float, Integer, Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

# duckdb-engine's dialect derives from PostgreSQL's in Python, but hooks are found by its name alone: without
# "duckdb" in each list the construct would not compile there.


class month_of(FunctionElement[Any]):
    """`month_of(x)`: the first day of the month of a date or timestamp, as a date."""

    name = "month_of"
    type = Date()
    inherit_cache = True


class days_between(FunctionElement[Any]):
    """`days_between(start, end)`: calendar days from one date or timestamp to another, as an integer.

    The time of day does not count: 23:59 to 00:01 is one day. Negative if `end` is earlier.
    """

    name = "days_between"
    type = Integer()
    inherit_cache = True


class months_between(FunctionElement[Any]):
    """`months_between(start, end)`: calendar months from one date to another, as an integer; the days do not count."""

    name = "months_between"
    type = Integer()
    inherit_cache = True


class add_days(FunctionElement[Any]):
    """`add_days(x, n)`: the date `n` calendar days after the date of `x`; `n` may be negative."""

    name = "add_days"
    type = Date()
    inherit_cache = True


class median(FunctionElement[Any]):
    """`median(x)`: the median of a group, NULLs ignored, the mean of the two middle values if it is even.

    Exact on DuckDB, PostgreSQL and Spark. SQLite has none built in: a connection must be given an aggregate named
    `median` first.
    """

    name = "median"
    type = Float()
    inherit_cache = True


class p90(FunctionElement[Any]):
    """`p90(x)`: what nine in ten of a group do not exceed, NULLs ignored, between two values in proportion.

    Exact on DuckDB, PostgreSQL and Spark; SQLite must be given an aggregate named `p90` first.
    """

    name = "p90"
    type = Float()
    inherit_cache = True


class to_float(FunctionElement[Any]):
    """`to_float(x)`: `x` as a double."""

    name = "to_float"
    type = Float()
    inherit_cache = True


class ratio(FunctionElement[Any]):
    """`ratio(top, bottom)`: `top / bottom` as a double; NULL, never an error or infinity, where `bottom` is 0."""

    name = "ratio"
    type = Float()
    inherit_cache = True


class content_of(FunctionElement[Any]):
    """`content_of(x, ...)`: a fingerprint of these columns of all rows, whatever their order; NULL of no row."""

    name = "content_of"
    type = Text()
    inherit_cache = True


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> list[str]:
    return [compiler.process(part, **kw) for part in element.clauses]


@compiles(month_of, "duckdb", "postgresql")
def _(element: month_of, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"CAST(date_trunc('month', {x}) AS DATE)"


@compiles(month_of, "sqlite")
def _(element: month_of, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"date({x}, 'start of month')"


@compiles(month_of, "hive", "spark")
def _(element: month_of, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"trunc({x}, 'MM')"


@compiles(days_between, "duckdb", "postgresql")
def _(element: days_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = _parts(element, compiler, **kw)
    return f"CAST(CAST({end} AS DATE) - CAST({start} AS DATE) AS INTEGER)"


@compiles(days_between, "sqlite")
def _(element: days_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = _parts(element, compiler, **kw)
    return f"CAST(julianday(date({end})) - julianday(date({start})) AS INTEGER)"


@compiles(days_between, "hive", "spark")
def _(element: days_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = _parts(element, compiler, **kw)
    return f"datediff({end}, {start})"


@compiles(months_between, "duckdb", "postgresql")
def _(element: months_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = _parts(element, compiler, **kw)
    years = f"(EXTRACT(YEAR FROM {end}) - EXTRACT(YEAR FROM {start}))"
    return f"CAST(12 * {years} + EXTRACT(MONTH FROM {end}) - EXTRACT(MONTH FROM {start}) AS INTEGER)"


@compiles(months_between, "sqlite")
def _(element: months_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = _parts(element, compiler, **kw)
    years = f"(strftime('%Y', {end}) - strftime('%Y', {start}))"
    return f"CAST(12 * {years} + strftime('%m', {end}) - strftime('%m', {start}) AS INTEGER)"


@compiles(months_between, "hive", "spark")
def _(element: months_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = _parts(element, compiler, **kw)
    return f"(12 * (year({end}) - year({start})) + month({end}) - month({start}))"


@compiles(add_days, "duckdb", "postgresql")
def _(element: add_days, compiler: SQLCompiler, **kw: Any) -> str:
    x, n = _parts(element, compiler, **kw)
    return f"(CAST({x} AS DATE) + CAST({n} AS INTEGER))"


@compiles(add_days, "sqlite")
def _(element: add_days, compiler: SQLCompiler, **kw: Any) -> str:
    x, n = _parts(element, compiler, **kw)
    return f"date({x}, {n} || ' days')"


@compiles(add_days, "hive", "spark")
def _(element: add_days, compiler: SQLCompiler, **kw: Any) -> str:
    x, n = _parts(element, compiler, **kw)
    return f"date_add({x}, {n})"


@compiles(median, "duckdb", "sqlite")
def _(element: median, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"median({x})"


@compiles(median, "postgresql")
def _(element: median, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"percentile_cont(0.5) WITHIN GROUP (ORDER BY {x})"


@compiles(median, "hive", "spark")
def _(element: median, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"percentile({x}, 0.5)"


@compiles(p90, "duckdb")
def _(element: p90, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"quantile_cont({x}, 0.9)"


@compiles(p90, "sqlite")
def _(element: p90, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"p90({x})"


@compiles(p90, "postgresql")
def _(element: p90, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"percentile_cont(0.9) WITHIN GROUP (ORDER BY {x})"


@compiles(p90, "hive", "spark")
def _(element: p90, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"percentile({x}, 0.9)"


_DOUBLE = {"postgresql": "DOUBLE PRECISION", "sqlite": "REAL"}


def _double(compiler: SQLCompiler) -> str:
    return _DOUBLE.get(compiler.dialect.name, "DOUBLE")


@compiles(to_float, "duckdb", "postgresql", "sqlite", "hive", "spark")
def _(element: to_float, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"CAST({x} AS {_double(compiler)})"


@compiles(ratio, "duckdb", "postgresql", "sqlite", "hive", "spark")
def _(element: ratio, compiler: SQLCompiler, **kw: Any) -> str:
    top, bottom = _parts(element, compiler, **kw)
    double = _double(compiler)
    return f"(CAST({top} AS {double}) / nullif(CAST({bottom} AS {double}), 0))"


@compiles(content_of, "duckdb")
def _(element: content_of, compiler: SQLCompiler, **kw: Any) -> str:
    return f"CAST(sum(hash({', '.join(_parts(element, compiler, **kw))})) AS VARCHAR)"


@compiles(content_of, "postgresql")
def _(element: content_of, compiler: SQLCompiler, **kw: Any) -> str:
    row = f"ROW({', '.join(_parts(element, compiler, **kw))})"
    return f"CAST(sum(hashtextextended(CAST({row} AS TEXT), 0)) AS TEXT)"
