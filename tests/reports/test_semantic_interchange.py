"""The catalogue by Open Semantic Interchange: the document fits the standard, and its expressions give our figures."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import jsonschema
import pytest
import sqlglot
from click.testing import CliRunner
from sqlalchemy import text

from cli.audit_commands import dictionary
from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import Ratio, measures_of
from metrics.definitions.scope import Period
from metrics.query.query import Query, statement
from reports.exports import semantic_interchange
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import BANK
from warehouse.stores.connect import Stores

DOCUMENT = semantic_interchange.document()
(MODEL,) = DOCUMENT["semantic_model"]
EXPRESSED = {metric["name"]: metric for metric in MODEL["metrics"]}
QUARTER = Period(date(2026, 4, 1), date(2026, 6, 30))


def _object(required: str, **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": required.split(),
        "additionalProperties": False,
    }


def _list(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


WORD = {"type": "string"}
EXTENSIONS = _list(_object("vendor_name data", vendor_name=WORD, data=WORD))
CONTEXT = {
    "type": "object",
    "properties": {"instructions": WORD, "synonyms": _list(WORD), "examples": _list(WORD)},
}
DIALECT = {"enum": ["ANSI_SQL", "SNOWFLAKE", "MDX", "DAX", "TABLEAU", "DATABRICKS", "MAQL", "BIGQUERY"]}
EXPRESSION = _object(
    "dialects", dialects=_list(_object("dialect expression", dialect=DIALECT, expression=WORD), minItems=1)
)
KINDS = [
    "String",
    "Integer",
    "Decimal",
    "Float",
    "Boolean",
    "Date",
    "Time",
    "DateTime",
    "DateTimeTz",
    "Opaque",
]
ABOUT = {"name": WORD, "description": WORD, "ai_context": CONTEXT, "custom_extensions": EXTENSIONS}
STANDARD = _object(
    "version semantic_model",
    version={"const": "0.2.0.dev0"},
    semantic_model=_list(
        _object(
            "name datasets",
            **ABOUT,
            datasets=_list(
                _object(
                    "name source",
                    **ABOUT,
                    source=WORD,
                    primary_key=_list(WORD),
                    unique_keys=_list(_list(WORD)),
                    fields=_list(
                        _object(
                            "name expression",
                            **ABOUT,
                            expression=EXPRESSION,
                            dimension=_object("", is_time={"type": "boolean"}),
                            label=WORD,
                            datatype={"enum": KINDS},
                        )
                    ),
                ),
                minItems=1,
            ),
            relationships=_list(
                _object(
                    "name from to from_columns to_columns",
                    **{"from": WORD, "to": WORD, "name": WORD},
                    from_columns=_list(WORD, minItems=1),
                    to_columns=_list(WORD, minItems=1),
                )
            ),
            metrics=_list(
                _object("name expression", **ABOUT, expression=EXPRESSION, datatype={"enum": KINDS})
            ),
        )
    ),
)
"""What the standard's published schema of this version asks of each part (`core-spec/osi-schema.json`)."""


def test_the_document_fits_the_standard_and_names_each_thing_once() -> None:
    jsonschema.validate(DOCUMENT, STANDARD)
    for part in ("datasets", "relationships", "metrics"):
        names = [one["name"] for one in MODEL[part]]
        assert len(set(names)) == len(names)
    fields = {(d["name"], f["name"]) for d in MODEL["datasets"] for f in d["fields"]}
    for link in MODEL["relationships"]:
        ends = [(link["from"], link["from_columns"][0]), (link["to"], link["to_columns"][0])]
        assert set(ends) <= fields, link["name"]
    for dataset in MODEL["datasets"]:
        assert {(dataset["name"], key) for key in dataset["primary_key"]} <= fields


def test_no_personal_column_is_in_it() -> None:
    personal = {(t.name, c.key) for t in BANK.tables.values() for c in t.c if c.info.get("personal")}
    assert not personal & {(d["name"], f["name"]) for d in MODEL["datasets"] for f in d["fields"]}
    columns = {
        (column.table, column.name)
        for metric in EXPRESSED.values()
        for column in sqlglot.parse_one(_ansi(metric)).find_all(sqlglot.exp.Column)
    }
    assert not personal & columns


def test_every_figure_is_in_it_or_listed_with_the_reason() -> None:
    (extension,) = MODEL["custom_extensions"]
    left_out = json.loads(extension["data"])["left_out"]
    assert set(EXPRESSED) | set(left_out) == set(CATALOGUE)
    assert not set(EXPRESSED) & set(left_out)
    assert len(EXPRESSED) > len(CATALOGUE) * 2 / 3
    assert all(why.endswith(".") for why in left_out.values())


def test_each_expression_is_read_back_in_its_own_dialect() -> None:
    for metric in EXPRESSED.values():
        for one in metric["expression"]["dialects"]:
            engine = semantic_interchange.DIALECTS[one["dialect"]]
            assert (
                sqlglot.parse_one(one["expression"], read=engine or None).sql(dialect=engine or None)
                == one["expression"]
            )


def _ansi(metric: dict[str, Any]) -> str:
    return str(metric["expression"]["dialects"][0]["expression"])


def test_an_expression_gives_our_own_figure_in_the_bank(night: Stores) -> None:
    """As a reader of the document would ask it: rows of one table, put into the quarter by the column it names."""
    reader = Reader(night, SYSTEM, night.snapshot())
    after = QUARTER.end + timedelta(days=1)
    some = 0
    with night.bank().connect() as bank:
        for name, exported in EXPRESSED.items():
            measures = {m.name: m for m in measures_of(CATALOGUE[name])}
            fact = next(iter(measures.values())).fact
            ours = reader.frame(statement(fact, measures, Query((name,), (QUARTER,)))).iloc[0]
            metric = CATALOGUE[name]
            expected = ours[f"{name}__0"] if not isinstance(metric, Ratio) else None
            if isinstance(metric, Ratio):
                top, bottom = ours[f"{metric.numerator.name}__0"], ours[f"{metric.denominator.name}__0"]
                expected = metric.scale * top / bottom if bottom else None
            column = json.loads(exported["custom_extensions"][0]["data"])["time_column"]
            theirs = bank.execute(
                text(
                    f"SELECT {_ansi(exported)} FROM {fact.schema}.{fact.name} AS {fact.name} "
                    f"WHERE {column} >= DATE '{QUARTER.start}' AND {column} < DATE '{after}'"
                )
            ).scalar()
            assert (theirs or 0) == pytest.approx(expected or 0, rel=1e-12), name
            some += bool(expected)
    assert some > len(EXPRESSED) * 2 / 3, "most figures of the quarter are not 0"


def test_the_command_writes_it_and_says_what_is_not_in_it(tmp_path: Any) -> None:
    file = tmp_path / "concord.json"
    result = CliRunner().invoke(dictionary, ["--osi", str(file)])
    assert result.exit_code == 0, result.output
    assert json.loads(file.read_text()) == DOCUMENT
    assert "Not in it: cac. It divides totals of two tables" in result.output
