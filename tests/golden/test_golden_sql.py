"""The SQL of every metric, kept in files: whoever changes what a number means changes a file that is read in review.

After a change that is meant, `python -m pytest tests/golden --write-golden` writes the files anew; say in
CHANGELOG.md what the metric means now.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from duckdb_engine import Dialect as DuckDB
from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import dialect as PostgreSQL  # noqa: N812

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import measures_of
from metrics.definitions.scope import Period, Scope
from metrics.query import query

HERE = Path(__file__).parent
DIALECTS: dict[str, Dialect] = {"duckdb": DuckDB(), "postgresql": PostgreSQL()}
QUESTION = query.Query.of([], Scope(Period(date(2026, 4, 1), date(2026, 6, 30))))
"""April to June 2026 and the days before, of which there are as many."""


def sql(name: str, dialect: Dialect) -> str:
    """The statements of a metric, one per table it reads."""
    measures = measures_of(CATALOGUE[name])
    texts = []
    for fact in dict.fromkeys(m.fact for m in measures):
        together = {m.name: m for m in measures if m.fact is fact}
        statement = query.statement(fact, together, QUESTION)
        text = str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
        lines = [line.strip() for line in text.splitlines()]
        texts.append(re.sub(r"( AS \w+), ", r"\1,\n    ", "\n".join(lines)))
    return ";\n\n".join(texts) + ";\n"


@pytest.mark.parametrize("engine", sorted(DIALECTS))
@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_sql_of_a_metric_is_the_one_on_file(
    name: str, engine: str, request: pytest.FixtureRequest
) -> None:
    file = HERE / engine / f"{name}.sql"
    now = sql(name, DIALECTS[engine])
    if request.config.getoption("--write-golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(now, encoding="utf-8")
    assert file.exists(), "a new metric: write its file with --write-golden"
    assert now == file.read_text(encoding="utf-8"), (
        "the meaning changed: read the difference, then --write-golden"
    )


@pytest.mark.parametrize("engine", sorted(DIALECTS))
def test_no_file_is_left_of_a_metric_that_is_gone(engine: str) -> None:
    assert {f.stem for f in (HERE / engine).glob("*.sql")} <= set(CATALOGUE)
