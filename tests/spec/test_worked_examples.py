"""Every metric's worked example, answered by every engine through the same path the pages use."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, create_engine, delete, event, insert, text
from sqlalchemy.pool import StaticPool

from metrics.catalogue import CATALOGUE, HEADLINES
from metrics.definitions.measure import Measure, measures_of
from metrics.definitions.scope import Scope
from metrics.query import query
from tests.spec import drawn
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import APP_DB
from warehouse.schema import BANK, DERIVED, UNIFIED
from warehouse.settings import Settings
from warehouse.stores.connect import Stores


class Median:
    """SQLite has no median of its own; a connection is given this one."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def step(self, value: float | None) -> None:
        if value is not None:
            self.values.append(value)

    def finalize(self) -> float | None:
        return statistics.median(self.values) if self.values else None


class NineInTen(Median):
    """Nor the value nine in ten do not exceed."""

    def finalize(self) -> float | None:
        if len(self.values) < 2:
            return self.values[0] if self.values else None
        return statistics.quantiles(self.values, n=10, method="inclusive")[-1]


def _sqlite() -> Engine:
    engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _(connection: Any, _record: Any) -> None:
        for schema in (UNIFIED, DERIVED):
            connection.execute(f"ATTACH ':memory:' AS {schema}")
        connection.create_aggregate("median", 1, Median)
        connection.create_aggregate("p90", 1, NineInTen)

    return engine


def _with_tables(stores: Stores) -> Stores:
    bank = stores.bank("server")  # by its name: before there are tables, nothing is loaded
    with bank.begin() as connection:
        if bank.dialect.name != "sqlite":
            for schema in (UNIFIED, DERIVED):
                connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        BANK.create_all(connection)
    APP_DB.create_all(stores.app_db)
    return stores


@pytest.fixture(
    scope="session",
    params=[
        "duckdb",
        "sqlite",
        pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]),
    ],
)
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """An empty bank in a database of each kind; the application database beside it, which is never DuckDB."""
    if request.param == "postgresql":
        bank = app_db = create_engine(request.getfixturevalue("postgresql_url"))
    elif request.param == "sqlite":
        bank = app_db = _sqlite()
    else:
        bank, app_db = create_engine("duckdb:///:memory:"), _sqlite()
    settings = Settings(data_dir=Path(), warehouse_url=str(bank.url))
    yield _with_tables(Stores(settings, lambda: datetime(2026, 7, 1, 9), app_db, {"server": bank}))
    bank.dispose()
    app_db.dispose()


@contextmanager
def _drawn(stores: Stores, rows: dict[Table, list[dict[str, Any]]]) -> Iterator[None]:
    """The example's rows, for as long as it is asked."""
    for table, given in rows.items():
        engine = stores.app_db if table.metadata is APP_DB else stores.bank()
        with engine.begin() as connection:
            connection.execute(insert(table), given)
    try:
        yield
    finally:
        for table in rows:
            engine = stores.app_db if table.metadata is APP_DB else stores.bank()
            with engine.begin() as connection:
                connection.execute(delete(table))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_worked_example_comes_out_as_written(name: str, stores: Stores) -> None:
    example = drawn.read(CATALOGUE[name].example)
    question = query.Query.of([name], Scope(example.period))
    with _drawn(stores, example.rows):
        answer = query.ask(question, Reader(stores, SYSTEM))
    now = answer.loc[answer["period"] == 0, name].item()
    expected, places = drawn.in_figures(example.answer)
    assert math.isnan(now) if math.isnan(expected) else round(now, places) == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_metric_says_all_that_is_said_about_it(name: str) -> None:
    metric = CATALOGUE[name]
    assert metric.example.strip(), "a metric without a worked example"
    assert metric.label.strip()
    assert metric.owner.strip()
    assert metric.history
    assert metric.description.strip().endswith("."), "what it means is a sentence"


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_every_example_draws_the_tables_its_metric_reads_in_columns_of_the_contract(name: str) -> None:
    example = drawn.read(CATALOGUE[name].example)
    assert {m.fact for m in measures_of(CATALOGUE[name])} <= set(example.rows)
    assert all(rows for rows in example.rows.values())


@pytest.mark.parametrize("name", sorted(n for n, m in CATALOGUE.items() if isinstance(m, Measure)))
def test_every_example_has_a_row_that_must_not_be_counted_or_says_why_not(name: str) -> None:
    """A total over all rows would pass an example in which every row counts."""
    example, metric = drawn.read(CATALOGUE[name].example), CATALOGUE[name]
    assert isinstance(metric, Measure)
    rows = example.rows[metric.fact]
    expected, _ = drawn.in_figures(example.answer)
    if metric.total == "count":
        assert len(rows) != expected
    elif metric.total == "sum" and (column := getattr(metric.expression, "key", None)):
        amounts = [float(r.get(column) or 0) for r in rows]
        assert sum(amounts) != expected


def test_the_headlines_are_in_the_catalogue() -> None:
    assert set(HEADLINES) <= set(CATALOGUE)


def test_no_label_means_two_metrics() -> None:
    labels = [m.label for m in CATALOGUE.values()]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("leads\nlead_id | creatd_at\n1 | 2026-04-01\n\nApril to June 2026 = 1", "no column"),
        ("lead\nlead_id\n1\n\nApril to June 2026 = 1", "no table"),
        ("leads\nlead_id | channel\n1\n\nApril to June 2026 = 1", "1 cells"),
        ("leads\nlead_id\n1\n\nit is one", "not an answer"),
    ],
)
def test_a_drawing_that_cannot_be_read_is_refused(wrong: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        drawn.read(wrong)
