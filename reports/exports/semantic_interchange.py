"""The catalogue as a document of Open Semantic Interchange: tables, how they hang together, and figures with expressions.

The standard's metric is a total without a period: whoever reads it puts rows into one by a column of time. So a figure
goes out if its rows have one such column and its words mean the same on every engine; the others are listed with why not.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, Numeric, Table
from sqlglot import exp

from metrics.catalogue import CATALOGUE
from metrics.comparison.currency import in_currency
from metrics.definitions.measure import Measure, Metric, Ratio, measures_of, version
from warehouse.schema import BANK, SYNONYMS
from warehouse.sql import other_engines

VERSION = "0.2.0.dev0"
"""Of the published schema that the document is checked against."""
DIALECTS = {"ANSI_SQL": "", "SNOWFLAKE": "snowflake", "BIGQUERY": "bigquery", "DATABRICKS": "databricks"}
"""The standard's name of a dialect → SQLGlot's."""
VENDOR = "CONCORD"


def document() -> dict[str, Any]:
    """The document as its JSON: one semantic model with every table that a figure or another table needs."""
    metrics = [_metric(name) for name in CATALOGUE if not why_not(name)]
    tables = _tables()
    return {
        "version": VERSION,
        "semantic_model": [
            {
                "name": "concord",
                "description": "A bank's figures as its departments defined them.",
                "ai_context": {
                    "instructions": "Put rows into a period by the column of time that a metric names, from the first "
                    "day to before the day after the last. Never join a table before totalling it: totals are made at "
                    "a table's own grain. A value that is not known is not zero.",
                },
                "datasets": [_dataset(table) for table in tables],
                "relationships": _relationships(tables),
                "metrics": metrics,
                "custom_extensions": [_extension(left_out=left_out())],
            }
        ],
    }


def left_out() -> dict[str, str]:
    """The figures that are not in the document, each with the reason."""
    return {name: why for name in CATALOGUE if (why := why_not(name))}


@cache
def why_not(name: str) -> str:
    """Why a figure has no expression in the standard, as a sentence; "" if it has one."""
    parts = measures_of(CATALOGUE[name])
    if any(m.fact.schema is None for m in parts):
        return "It counts what people write in Concord, which is in no table of the warehouse."
    if any(m.is_stock for m in parts):
        return "It is a state at an instant, and the standard has no total as of a day."
    if any(m.time_column is None for m in parts):
        return "More than one date decides whether a row belongs to a period."
    if len({(m.fact, str(m.time_column)) for m in parts}) > 1:
        return "It divides totals of two tables, each with its own date; one expression over both would join them."
    if any(words for m in parts for words in other_engines.words_of_one_engine(_total(m))):
        return (
            "It counts hours between moments whose marks for a day without a time only Concord's tables have."
        )
    return ""


@cache
def _total(measure: Measure) -> exp.Expression:
    return other_engines.total(measure.whenever(), measure.fact)


def _metric(name: str) -> dict[str, Any]:
    metric = CATALOGUE[name]
    first = measures_of(metric)[0]
    assert isinstance(first.time_column, Column), f"{name}: the day of a row is a column of its table"
    return {
        "name": name,
        "description": metric.description,
        "expression": _expression(_whole(metric)),
        "ai_context": {
            "synonyms": [metric.label, *metric.synonyms.values()],
            "examples": [f"{metric.label} last quarter", f"{metric.label} by month"],
            "instructions": f"Put rows into a period by {first.fact.name}.{first.time_column.key}.",
        },
        "custom_extensions": [
            _extension(
                version=version(metric),
                owner=metric.owner,
                unit=in_currency(metric.unit),
                better=metric.better,
                time_column=f"{first.fact.name}.{first.time_column.key}",
                example="\n".join(line.strip() for line in metric.example.strip().splitlines()),
            )
        ],
    }


def _whole(metric: Metric) -> exp.Expression:
    """The expression over one table, whose name is its dataset's."""
    if isinstance(metric, Ratio):
        top, bottom = (_unaliased(_total(m)) for m in (metric.numerator, metric.denominator))
        as_float = exp.Cast(this=top, to=exp.DataType.build("double"))
        share: exp.Expression = exp.Div(
            this=as_float, expression=exp.Nullif(this=bottom, expression=exp.Literal.number(0))
        )
        if metric.scale != 1:
            share = exp.Mul(this=exp.Literal.number(metric.scale), expression=exp.Paren(this=share))
    else:
        share = _unaliased(_total(metric))
    return share


def _unaliased(total: exp.Expression) -> exp.Expression:
    return (total.this if isinstance(total, exp.Alias) else total).copy()


def _expression(tree: exp.Expression) -> dict[str, Any]:
    return {
        "dialects": [
            {"dialect": dialect, "expression": other_engines.written(tree, engine)}
            for dialect, engine in DIALECTS.items()
        ]
    }


def _tables() -> list[Table]:
    """The tables that a figure is read from and those they refer to."""
    facts = {m.fact for name in CATALOGUE if not why_not(name) for m in measures_of(CATALOGUE[name])}
    named = {t.name: t for t in BANK.sorted_tables}
    reached, left = set(), set(facts)
    while left:
        table = left.pop()
        reached.add(table)
        left |= {named[to] for to, _ in (_refers(c) for c in table.c) if to in named} - reached
    return [t for t in BANK.sorted_tables if t in reached]


def _refers(column: Column[Any]) -> tuple[str, str]:
    table, _, key = str(column.info.get("refers") or "").partition(".")
    return table, key


def _dataset(table: Table) -> dict[str, Any]:
    """A table with its columns; what is personal stays out: nobody groups or filters by it."""
    return {
        "name": table.name,
        "source": f"{table.schema}.{table.name}",
        "primary_key": [c.key for c in table.primary_key],
        "description": table.comment or "",
        "ai_context": {"synonyms": list(SYNONYMS.get(table.name, {}).values())},
        "fields": [_field(c) for c in table.c if not c.info.get("personal")],
    }


def _field(column: Column[Any]) -> dict[str, Any]:
    kinds: tuple[tuple[Any, str], ...] = (
        (DateTime, "DateTime"),
        (Date, "Date"),
        (Boolean, "Boolean"),
        (Integer, "Integer"),
        (Float, "Float"),
        (Numeric, "Decimal"),
    )
    return {
        "name": column.key,
        "expression": {"dialects": [{"dialect": "ANSI_SQL", "expression": column.key}]},
        "dimension": {"is_time": isinstance(column.type, Date | DateTime)},
        "description": column.comment or "",
        "datatype": next((name for kind, name in kinds if isinstance(column.type, kind)), "String"),
    }


def _relationships(tables: list[Table]) -> list[dict[str, Any]]:
    there = {t.name: t for t in tables}
    return [
        {
            "name": f"{table.name}_{column.key}",
            "from": table.name,
            "to": to,
            "from_columns": [column.key],
            "to_columns": [key],
        }
        for table in tables
        for column in table.c
        for to, key in [_refers(column)]
        if to in there and not column.info.get("personal")
    ]


def _extension(**data: Any) -> dict[str, str]:
    return {"vendor_name": VENDOR, "data": json.dumps(data, ensure_ascii=False, sort_keys=True)}
