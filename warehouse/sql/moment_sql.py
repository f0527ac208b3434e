"""The SQL of moments: which of two was earlier, how long between them, whether one is only a day. Each written once.

How a moment is marked stands in `sql.moments`. The same words serve the statements of every engine and, as text,
the load's own checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Boolean, ColumnElement, DateTime, Float, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from warehouse.sql.moments import DAYS, LAST_SHIFT, QUARTER, TWICE

_HOUR = 3_600_000_000


@dataclass(frozen=True)
class _Words:
    """How an engine says what the rest is made of: microseconds within the second, since 1970, and a day as a moment."""

    fraction: str
    since: str
    day: str
    double: str = "DOUBLE"
    rest: str = "mod({a}, {b})"
    """A percent sign would be a parameter's to some drivers."""


_ENGINES: Mapping[str, _Words] = {
    "duckdb": _Words(
        "mod(microsecond({x}), 1000000)",
        "epoch_us({x})",
        "(CAST({x} AS DATE) + INTERVAL 999 MICROSECOND)",
    ),
    "postgresql": _Words(
        "mod(CAST(extract(microseconds FROM {x}) AS BIGINT), 1000000)",
        "CAST(extract(epoch FROM {x}) * 1000000 AS BIGINT)",
        "(CAST({x} AS DATE) + INTERVAL '999 microseconds')",
        "DOUBLE PRECISION",
    ),
    "sqlite": _Words(
        "CAST(substr({x}, 21, 6) AS INTEGER)",
        "(CAST(strftime('%s', substr({x}, 1, 19)) AS INTEGER) * 1000000 + CAST(substr({x}, 21, 6) AS INTEGER))",
        "(date({x}) || ' 00:00:00.000999')",
        "REAL",
        "(({a}) % {b})",
    ),
    "spark": _Words(
        "CAST(date_format({x}, 'SSSSSS') AS BIGINT)",
        "unix_micros({x})",
        "(CAST(CAST({x} AS DATE) AS TIMESTAMP) + INTERVAL 999 MICROSECONDS)",
    ),
}
_OTHER_NAMES = {"hive": "spark"}


@dataclass(frozen=True)
class _Sql:
    """The texts about one moment in one engine."""

    x: str
    words: _Words

    @property
    def fraction(self) -> str:
        return self.words.fraction.format(x=self.x)

    @property
    def is_day(self) -> str:
        return f"{self.fraction} IN ({DAYS[0]}, {DAYS[1]})"

    @property
    def is_twice(self) -> str:
        return f"{self.fraction} BETWEEN {TWICE} AND {LAST_SHIFT}"

    @property
    def instant(self) -> str:
        """Microseconds on a clock that is never put forward."""
        half = TWICE // 2
        rest = self.words.rest.format(a=f"{self.fraction} + {half}", b=TWICE)
        ahead = f"{self.fraction} + CAST({QUARTER} AS BIGINT) * ({rest} - {half})"
        mark = f"CASE WHEN {self.fraction} BETWEEN 1 AND {LAST_SHIFT} THEN {ahead} ELSE 0 END"
        return f"({self.words.since.format(x=self.x)} - {mark})"


def before_sql(first: str, second: str, engine: str = "duckdb") -> str:
    """SQL text: whether the moment `first` was surely earlier than `second`. NULL if either is missing."""
    a, b = (_Sql(x, _ENGINES[engine]) for x in (first, second))
    latest = f"{a.instant} + CASE WHEN {a.is_twice} THEN {_HOUR} ELSE 0 END"
    days = f"{a.words.day.format(x=a.x)} < {b.words.day.format(x=b.x)}"
    return f"(CASE WHEN {a.is_day} OR {b.is_day} THEN {days} ELSE {latest} < {b.instant} END)"


def hours_sql(start: str, end: str, engine: str = "duckdb") -> str:
    """SQL text: elapsed hours; NULL if either is missing or only a day."""
    a, b = (_Sql(x, _ENGINES[engine]) for x in (start, end))
    length = f"({b.instant} - {a.instant})"
    # In the hour that happens twice the second is meant, if the first would lie before the start.
    length = f"{length} + CASE WHEN {b.is_twice} AND {length} < 0 THEN {_HOUR} ELSE 0 END"
    hours = f"CAST({length} AS {a.words.double}) / {_HOUR}"
    return f"(CASE WHEN {a.is_day} OR {b.is_day} THEN NULL ELSE {hours} END)"


def is_day_sql(moment: str) -> str:
    """SQL text: whether only the day of a moment is known."""
    return f"({_Sql(moment, _ENGINES['duckdb']).is_day})"


class before(FunctionElement[Any]):
    """`before(first, second)`: whether a moment was surely earlier than another; what `<` of two moments becomes."""

    name = "before"
    type = Boolean()
    inherit_cache = True


class hours_between(FunctionElement[Any]):
    """`hours_between(start, end)`: hours that passed between two moments as a double; negative if `end` is earlier.

    Clock changes do not count: they are hours that passed. NULL where either is only a day.
    """

    name = "hours_between"
    type = Float()
    inherit_cache = True


class is_day(FunctionElement[Any]):
    """`is_day(moment)`: 1 if only the day of a moment is known, else 0."""

    name = "is_day"
    type = Integer()
    inherit_cache = True


class Moment(DateTime):
    """The type of every `*_at` column of the bank. Two of them compare by what is sure, and are not subtracted.

    `a < b` is true where a was surely earlier: on one day, never if either is only a day. `a <= b` is true unless b was
    surely earlier. Against a plain timestamp of the program, such as the end of a period, the local time counts.
    """

    class Comparator(DateTime.Comparator):
        """Writes `before` where two moments are compared."""

        def operate(self, op: Any, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
            """Raises TypeError for a difference of two moments."""
            both = len(other) == 1 and isinstance(other[0], ColumnElement) and _is_column(other[0])
            if both and op in _ORDER:
                here = self.expr
                earlier = (
                    before(other[0], here) if op in (operators.gt, operators.le) else before(here, other[0])
                )
                return ~earlier if op in (operators.le, operators.ge) else earlier
            if both and op is operators.sub:
                raise TypeError("Two moments are subtracted by hours_between or days_between.")
            return super().operate(op, *other, **kwargs)

    comparator_factory = Comparator


_ORDER = (operators.lt, operators.le, operators.gt, operators.ge)


def _is_column(value: ColumnElement[Any]) -> bool:
    return isinstance(value.type, Moment) and value.__visit_name__ != "bindparam"


class day_only(FunctionElement[Any]):
    """`day_only(x)`: the day of a date or moment, as a moment without a time."""

    name = "day_only"
    type = Moment()
    inherit_cache = True


class instant(FunctionElement[Any]):
    """`instant(moment)`: microseconds on a clock that is never put forward: what moments of one day are ordered by."""

    name = "instant"
    type = BigInteger()
    inherit_cache = True


class fraction(FunctionElement[Any]):
    """`fraction(moment)`: microseconds since the whole second, where a mark would stand."""

    name = "fraction"
    type = Integer()
    inherit_cache = True


def _engine(compiler: SQLCompiler) -> str:
    name = compiler.dialect.name
    return _OTHER_NAMES.get(name, name)


def _parts(element: FunctionElement[Any], compiler: SQLCompiler, **kw: Any) -> list[str]:
    return [compiler.process(part, **kw) for part in element.clauses]


@compiles(before, "duckdb", "postgresql", "sqlite", "hive", "spark")
def _(element: before, compiler: SQLCompiler, **kw: Any) -> str:
    first, second = _parts(element, compiler, **kw)
    return before_sql(first, second, _engine(compiler))


@compiles(hours_between, "duckdb", "postgresql", "sqlite", "hive", "spark")
def _(element: hours_between, compiler: SQLCompiler, **kw: Any) -> str:
    start, end = _parts(element, compiler, **kw)
    return hours_sql(start, end, _engine(compiler))


@compiles(is_day, "duckdb", "postgresql", "sqlite", "hive", "spark")
def _(element: is_day, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return f"(CASE WHEN {_Sql(x, _ENGINES[_engine(compiler)]).is_day} THEN 1 ELSE 0 END)"


@compiles(day_only, "duckdb", "postgresql", "sqlite", "hive", "spark")
def _(element: day_only, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return _ENGINES[_engine(compiler)].day.format(x=x)


@compiles(instant, "duckdb", "postgresql", "sqlite", "hive", "spark")
def _(element: instant, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return _Sql(x, _ENGINES[_engine(compiler)]).instant


@compiles(fraction, "duckdb", "postgresql", "sqlite", "hive", "spark")
def _(element: fraction, compiler: SQLCompiler, **kw: Any) -> str:
    (x,) = _parts(element, compiler, **kw)
    return _Sql(x, _ENGINES[_engine(compiler)]).fraction
