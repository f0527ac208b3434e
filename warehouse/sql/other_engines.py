"""Our statements in the words of engines that Concord does not run on: Snowflake, BigQuery, Redshift, Databricks, Trino.

SQLGlot writes them. What it would write with another meaning, or what means another thing there, is first put into a
form that every engine reads alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sqlglot
from duckdb_engine import Dialect as DuckDB
from sqlalchemy import ColumnElement, Select, Table, select
from sqlglot import exp

ENGINES = ("snowflake", "bigquery", "redshift", "databricks", "trino")
OF_ONE_ENGINE = frozenset({"MICROSECOND", "EPOCH_US"})
"""Functions of DuckDB that SQLGlot has no word for: a moment's marks and microseconds, in which hours are counted."""


def read(statement: Select[Any]) -> exp.Expression:
    """A statement of ours as SQLGlot reads it, in the form that means the same everywhere."""
    text = statement.compile(dialect=DuckDB(), compile_kwargs={"literal_binds": True})
    return sqlglot.parse_one(str(text), read="duckdb").transform(_alike).transform(_plainly)


def total(of: ColumnElement[Any], fact: Table) -> exp.Expression:
    """A total over the rows of a table, without the statement around it."""
    whole = read(select(of).select_from(fact))
    assert isinstance(whole, exp.Select)
    (projection,) = whole.selects
    assert isinstance(projection, exp.Expression)
    return projection


def written(tree: exp.Expression, engine: str) -> str:
    """A statement in an engine's words; "" is the standard's."""
    return tree.sql(dialect=engine or None)


def words_of_one_engine(tree: exp.Expression) -> Iterator[str]:
    """The functions in a statement that other engines do not have."""
    for function in tree.find_all(exp.Func):
        name = function.name if isinstance(function, exp.Anonymous) else function.sql_name()
        if name.upper() in OF_ONE_ENGINE or isinstance(function, exp.Anonymous):
            yield name.upper()


def _alike(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Boolean):
        # Some have no IS TRUE, and SQLGlot then writes the bare column: of an empty one NOT would be empty, not true.
        is_true = bool(node.expression.this)
        plain = exp.Coalesce(this=node.this, expressions=[exp.Boolean(this=not is_true)])
        return plain if is_true else exp.Not(this=plain)
    if isinstance(node, exp.Add) and _is_date(node.this) and (days := _whole_number(node.expression)):
        # A day and a number is a date in some engines, and an error in others.
        return exp.Add(
            this=node.this, expression=exp.Interval(this=exp.Literal.string(days), unit=exp.var("DAY"))
        )
    return node


def _plainly(node: exp.Expression) -> exp.Expression:
    if isinstance(node, exp.Column) and node.args.get("db"):
        # Not everywhere may a column bear its schema's name; that of its table is enough.
        return exp.column(node.name, table=node.table)
    if isinstance(node, exp.Literal) and node.is_string and (kind := _kind_of(str(node.this))):
        # Some do not read a text as a day or a moment by themselves.
        return node if isinstance(node.parent, exp.Cast) else exp.cast(node, kind)
    return node


def _kind_of(literal: str) -> str:
    """`date` or `timestamp` for a text that is one, otherwise ""."""
    match = _DAY_OR_MOMENT.fullmatch(literal)
    return ("timestamp" if match[1] else "date") if match else ""


_DAY_OR_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d:\d\d)?")


def _is_date(node: exp.Expression) -> bool:
    return isinstance(node, exp.Cast) and node.to.is_type("date")


def _whole_number(node: exp.Expression) -> str:
    """The digits of `CAST(7 AS INTEGER)`, or "" where it is worked out."""
    inner = node.this if isinstance(node, exp.Cast) else node
    return str(inner.this) if isinstance(inner, exp.Literal) and not inner.is_string else ""
