"""What the API takes and gives, as an OpenAPI 3.1 document: for whoever writes a program, and for tools that make one."""

from __future__ import annotations

from typing import Any

from metrics.catalogue import CATALOGUE
from metrics.comparison.currency import currency
from metrics.definitions.dimensions import DIMENSIONS, MEANS
from metrics.definitions.scope import PERIODS
from metrics.query.report_query import MONTH
from reports.interface.figure_question import LONGEST, MOST_VALUES, UNKNOWN
from sign_in.api_tokens import A_MINUTE
from warehouse.release import VERSION

_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE: dict[str, Any] = {"type": ["number", "null"]}
_DAY: dict[str, Any] = {"type": "string", "format": "date"}
_PERIOD = {
    "type": "string",
    "default": "90d",
    "description": f"Two days, such as 2026-01-01..2026-03-31, or one of: {', '.join(PERIODS)}. Roles that see totals "
    "only have whole months: the answer says which.",
}
_BY = {"type": "string", "enum": [MONTH, *DIMENSIONS]}
_METRIC = {"type": "string", "enum": sorted(CATALOGUE)}
_SPAN = {"type": "object", "properties": {"from": _DAY, "to": _DAY, "in_words": _TEXT}}
_ERRORS = {
    "401": "No token, or one that has ended.",
    "403": "A question that is not the role's.",
    "404": "An address, metric or table that there is not.",
    "405": "Another method than GET, or POST for a question: the API reads only.",
    "421": "Another host's name than this app's.",
    "422": "A question that does not fit.",
    "429": f"More than {A_MINUTE} questions in a minute.",
    "500": "A bug, with the number of its entry in the log.",
    "503": "No bank is loaded, or too many ask at this moment.",
}


def document() -> dict[str, Any]:
    """The OpenAPI document of this version."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Concord",
            "version": VERSION,
            "description": "Figures as the dictionary defines them, under the rights of the colleague whose token asks: "
            "the same numbers as on her screen. The API reads only.",
        },
        "security": [{"token": []}],
        "paths": {
            "/api/v1/query": {
                "post": _operation("Ask a figure", "Answer", body="Question"),
                "get": _operation("Ask a figure from an address", "Answer") | {"parameters": _parameters()},
            },
            "/api/v1/metrics": {"get": _operation("Every metric with its definition", "Metrics")},
            "/api/v1/metrics/{metric}": {
                "get": _operation("One metric", "Metric")
                | {"parameters": [_parameter("metric", _METRIC, place="path")]}
            },
            "/api/v1/tables": {"get": _operation("Tables to take along", "Tables")},
            "/api/v1/tables/{table}.parquet": {
                "get": {
                    "summary": "A whole table as Parquet, for analysts",
                    "parameters": [_parameter("table", _TEXT, place="path")],
                    "responses": {
                        "200": {
                            "description": "The file.",
                            "content": {"application/vnd.apache.parquet": {}},
                        }
                    }
                    | _refusals(),
                }
            },
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": _schemas(),
        },
    }


def _operation(summary: str, answer: str, body: str = "") -> dict[str, Any]:
    operation: dict[str, Any] = {
        "summary": summary,
        "responses": {"200": {"description": summary, "content": _json(answer)}} | _refusals(),
    }
    return operation | ({"requestBody": {"required": True, "content": _json(body)}} if body else {})


def _refusals() -> dict[str, Any]:
    return {status: {"description": why, "content": _json("Error")} for status, why in _ERRORS.items()}


def _json(schema: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _parameter(name: str, schema: dict[str, Any], *, place: str = "query", means: str = "") -> dict[str, Any]:
    required = {"required": True} if place == "path" or name == "metric" else {}
    return (
        {"name": name, "in": place, "schema": schema} | required | ({"description": means} if means else {})
    )


def _parameters() -> list[dict[str, Any]]:
    """A question in an address: a dimension is a parameter, which may stand there several times."""
    values = {"type": "array", "items": _TEXT, "maxItems": MOST_VALUES}
    return [
        _parameter("metric", _METRIC),
        _parameter("period", _PERIOD),
        _parameter("by", {"type": "array", "items": _BY, "maxItems": 2}),
        *(_parameter(d, values, means=MEANS[d]) for d in DIMENSIONS),
    ]


def _schemas() -> dict[str, Any]:
    words = {
        "type": "array",
        "items": {**_TEXT, "maxLength": LONGEST},
        "minItems": 1,
        "maxItems": MOST_VALUES,
    }
    figure = {
        "value": _MAYBE
        | {"description": "In the metric's unit, rounded as on screen; a share between 0 and 1."},
        "in_words": {"type": ["string", "null"], "description": "As it stands on screen."},
        "counted": _SPAN,
        "n": _MAYBE | {"description": "The cases that a ratio divides by."},
        "interval": {
            "type": ["object", "null"],
            "properties": {"low": _MAYBE, "high": _MAYBE, "level": {"type": "number"}},
        },
        "before": _MAYBE | {"description": "The figure of the period before, where the data reaches back."},
        "change": {"type": ["string", "null"]},
        "missing": {
            "type": ["object", "null"],
            "description": "Why there is no value: not given, not delivered, hidden, … Hidden is not zero.",
            "properties": {"kind": _TEXT, "sentence": _TEXT},
        },
    }
    definition = {
        "description": _TEXT,
        "owner": _TEXT,
        "version": _TEXT,
        "history": {"type": "array", "items": _TEXT},
        "better": {"enum": ["up", "down", "neither"]},
        "synonyms": {"type": "object", "additionalProperties": _TEXT},
    }
    listed = {"type": "array", "items": _TEXT}
    metric = {
        "metric": _METRIC,
        "label": _TEXT,
        "unit": {"enum": ["count", currency(), "share", "points", "days", "hours"]},
        "definition": _object(definition),
        "sources": listed,
    }
    return {
        "Question": {
            **_object(
                {
                    "metric": _METRIC,
                    "period": _PERIOD,
                    "by": {"oneOf": [_BY, {"type": "array", "items": _BY, "maxItems": 2}]},
                    "filters": {
                        "type": "object",
                        "description": f"Dimension → its values that count; “{UNKNOWN}” is where it is not recorded.",
                        "properties": {
                            d: {"oneOf": [_TEXT, words], "description": MEANS[d]} for d in DIMENSIONS
                        },
                        "additionalProperties": False,
                    },
                }
            ),
            "required": ["metric"],
            "additionalProperties": False,
        },
        "Figure": _object(figure),
        "Row": _object(
            {d: {**_TEXT, "description": MEANS[d]} for d in DIMENSIONS}
            | {
                MONTH: {**_TEXT, "description": "Such as 2026-03."},
                "partial": {
                    "type": "boolean",
                    "description": "Of a month: whether only a part of it is counted.",
                },
            }
            | figure
        )
        | {"description": "A figure, with the value of each breakdown under the name of its dimension."},
        "Answer": _object(
            metric
            | {
                "of": {**_TEXT, "description": "Whose customers are counted: the bank, or the viewer's."},
                "period": _SPAN,
                "by": listed,
                "filters": {"type": "object", "additionalProperties": listed},
                "figure": {"$ref": "#/components/schemas/Figure"},
                "rows": {
                    "type": "array",
                    "items": {"$ref": "#/components/schemas/Row"},
                },
                "as_of": _DAY,
                "delivered_until": _DAY,
                "sample": {"type": "boolean", "description": "Whether the bank is the invented one."},
                "notes": listed,
            }
        ),
        "Metric": _object(metric | {"allowed": {"type": "boolean"}, "dimensions": listed}),
        "Metrics": _object(
            {
                "metrics": {"type": "array", "items": {"$ref": "#/components/schemas/Metric"}},
                "periods": {"type": "object", "additionalProperties": _TEXT},
            }
        ),
        "Tables": _object(
            {
                "tables": {
                    "type": "array",
                    "items": _object({"schema": _TEXT, "table": _TEXT, "means": _TEXT}),
                }
            }
        ),
        "Error": {**_object({"error": _TEXT}), "required": ["error"]},
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties}
