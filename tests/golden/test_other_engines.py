"""Every metric's SQL in the words of engines that Concord does not run on, on file, read back, and with our meaning.

After a change that is meant, `python -m pytest tests/golden --write-golden` writes the files anew.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import sqlglot
from sqlalchemy import Table, text
from sqlglot import exp

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import measures_of
from metrics.definitions.scope import Scope
from metrics.query import query
from tests.golden.test_golden_sql import QUESTION
from warehouse.sql import other_engines
from warehouse.stores.connect import Stores

HERE = Path(__file__).parent
COUNTS_HOURS = {
    *(
        "contacted_in_time",
        "sla_met",
        "rejected_then_back",
        "repeat_cases",
        "repeat_share",
    ),
    *("reply_median", "reply_p90", "resolution_median", "resolution_p90"),
}
"""Metrics whose moments bear marks that only Concord's engines take apart; docs/other-engines.md says so."""
PERIOD = query.Query.of([], Scope(QUESTION.periods[0]), periods=QUESTION.periods[:1])


@cache
def trees() -> dict[str, list[tuple[Table, exp.Expression]]]:
    """Metric → its statements, one per table it reads."""
    listed: dict[str, list[tuple[Table, exp.Expression]]] = {}
    for name, metric in CATALOGUE.items():
        parts = measures_of(metric)
        listed[name] = [
            (
                fact,
                other_engines.read(
                    query.statement(fact, {m.name: m for m in parts if m.fact is fact}, PERIOD)
                ),
            )
            for fact in dict.fromkeys(m.fact for m in parts)
        ]
    return listed


@pytest.mark.parametrize("engine", other_engines.ENGINES)
def test_the_sql_of_the_metrics_is_the_one_on_file_and_can_be_read_back(
    engine: str, request: pytest.FixtureRequest
) -> None:
    texts = []
    for name, statements in trees().items():
        if name in COUNTS_HOURS:
            continue
        for _, tree in statements:
            sql = other_engines.written(tree, engine)
            (again,) = sqlglot.parse(sql, read=engine)
            assert isinstance(again, exp.Select), name
            texts.append(f"-- {name}\n{sql};\n")
    now, file = "\n".join(texts), HERE / "other_engines" / f"{engine}.sql"
    if request.config.getoption("--write-golden"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(now, encoding="utf-8")
    assert now == file.read_text(encoding="utf-8"), (
        "the meaning changed: read the difference, then --write-golden"
    )


def test_only_metrics_that_count_hours_use_words_of_one_engine() -> None:
    with_own_words = {
        name
        for name, statements in trees().items()
        if any(word for _, tree in statements for word in other_engines.words_of_one_engine(tree))
    }
    assert with_own_words == COUNTS_HOURS


def test_the_form_that_every_engine_reads_alike_gives_our_figures(night: Stores) -> None:
    with night.bank().connect() as bank:
        for name, statements in trees().items():
            for fact, tree in statements:
                if fact.schema is None:
                    continue
                parts = {m.name: m for m in measures_of(CATALOGUE[name]) if m.fact is fact}
                ours = bank.execute(query.statement(fact, parts, PERIOD)).one()
                theirs = bank.execute(text(other_engines.written(tree, "duckdb").replace(":", "\\:"))).one()
                assert list(theirs) == pytest.approx(list(ours), rel=1e-12), name


@pytest.mark.parametrize("engine", ["snowflake", "trino"])
def test_what_is_not_true_is_also_what_is_not_known_in_every_engine(engine: str) -> None:
    """Written as NOT of the bare column, a case whose withdrawal is not recorded would not be counted."""
    (_, tree), *_ = trees()["cases_opened"]
    assert "NOT COALESCE(tickets.withdrawn, FALSE)" in other_engines.written(tree, engine)
