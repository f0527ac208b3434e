"""Figures of the sample bank agree with themselves: parts with the whole, two periods with one, a filter with its row."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from functools import cache

import pandas as pd
import pytest

from metrics.catalogue import CATALOGUE
from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.measure import Measure
from metrics.definitions.scope import Period, Scope, full_months
from metrics.query import query
from metrics.query.query import Query
from metrics.query.time_coverage import compared_with
from warehouse import schema
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.stores.connect import Stores

QUARTER = Scope(Period(date(2026, 4, 1), date(2026, 6, 30)))
ADDS_UP = sorted(n for n, m in CATALOGUE.items() if isinstance(m, Measure) and m.total in ("count", "sum"))
Ask = Callable[[Query], pd.DataFrame]
BREAKDOWNS = [
    (name, dimension)
    for name in ADDS_UP
    for dimension in DIMENSIONS
    if query.unanswerable(name, Query.of([name], QUARTER, by=[dimension])) is None
]


def _figure(answer: pd.DataFrame, name: str, period: int = 0) -> float:
    return float(answer.loc[answer["period"] == period, name].sum())


@pytest.fixture(scope="module")
def reader(loaded: Stores) -> Reader:
    return Reader(loaded, SYSTEM)


@pytest.fixture(scope="module")
def answers(reader: Reader) -> Ask:
    """An answer that many tests hold others against, worked out once."""
    return cache(lambda question: query.ask(question, reader))


@pytest.mark.parametrize(("name", "dimension"), BREAKDOWNS)
def test_the_parts_with_the_not_known_one_add_up_to_the_whole(
    name: str, dimension: str, reader: Reader, answers: Ask
) -> None:
    whole = answers(Query.of([name], QUARTER))
    parts = query.ask(Query.of([name], QUARTER, by=[dimension]), reader)
    for period in (0, 1):
        assert _figure(parts, name, period) == pytest.approx(_figure(whole, name, period))


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_the_previous_period_is_the_same_figure_asked_about_the_days_or_months_before(
    name: str, reader: Reader, answers: Ask
) -> None:
    together = answers(Query.of([name], QUARTER))
    compared = compared_with(CATALOGUE[name], QUARTER.period)
    alone = query.ask(Query.of([name], Scope(compared)), reader)
    before, same = _figure(together, name, 1), _figure(alone, name, 0)
    assert before == pytest.approx(same)
    assert together["period"].tolist() == [0, 1]


@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_metrics_asked_together_are_the_same_as_asked_alone(name: str, answers: Ask) -> None:
    together = answers(Query.of(sorted(CATALOGUE), QUARTER))
    alone = answers(Query.of([name], QUARTER))
    for a, b in zip(together[name], alone[name], strict=True):
        assert a == pytest.approx(b, nan_ok=True)


@pytest.mark.parametrize("dimension", sorted(DIMENSIONS))
def test_a_filter_gives_the_row_of_the_breakdown(dimension: str, reader: Reader) -> None:
    names = [n for n, d in BREAKDOWNS if d == dimension]
    rows = query.ask(Query.of(names, QUARTER, by=[dimension]), reader)
    rows = rows[(rows["period"] == 0) & rows[dimension].notna()]
    for _, row in rows.head(3).iterrows():
        scope = Scope(QUARTER.period, ((dimension, (row[dimension],)),))
        filtered = query.ask(Query.of(names, scope), reader)
        for name in names:
            expected = 0.0 if math.isnan(row[name]) else row[name]
            assert _figure(filtered, name) == pytest.approx(expected), (name, row[dimension])


def test_a_months_events_add_up_to_the_quarter(reader: Reader) -> None:
    measures = {n: m for n in ADDS_UP if isinstance(m := CATALOGUE[n], Measure)}
    assert list(measures) == list(ADDS_UP)
    events = [n for n, m in measures.items() if m.time_column is not None]
    months = [Period(date(2026, m, 1), date(2026, m, d)) for m, d in ((4, 30), (5, 31), (6, 30))]
    by_month = query.ask(Query.of(events, QUARTER, periods=months), reader)
    quarter = query.ask(Query.of(events, QUARTER), reader)
    for name in events:
        assert by_month[name].sum() == pytest.approx(_figure(quarter, name)), name


def test_a_missing_channel_is_a_row_of_its_own_and_not_called_unknown(reader: Reader) -> None:
    rows = query.ask(Query.of(["leads"], QUARTER, by=["channel"]), reader)
    now = rows[rows["period"] == 0]
    assert now["channel"].isna().sum() == 1
    assert now.loc[now["channel"].isna(), "leads"].item() > 0


def test_what_cannot_be_told_apart_by_a_dimension_is_not_known_rather_than_the_whole(reader: Reader) -> None:
    answer = query.ask(Query.of(["open_alerts", "leads"], QUARTER, by=["channel"]), reader)
    assert answer["open_alerts"].isna().all()
    assert answer["leads"].notna().any()


def test_what_a_department_did_not_give_is_not_known_rather_than_0(reader: Reader) -> None:
    available = AvailableColumns(frozenset({"leads", *(f"leads.{c.key}" for c in schema.leads.c)}))
    answer = query.ask(Query.of(["leads", "nps"], QUARTER), reader, available)
    assert answer["nps"].isna().all()
    assert answer["leads"].gt(0).all()


@pytest.mark.parametrize("role", ["marketing", "executive"])
@pytest.mark.parametrize("name", sorted(CATALOGUE))
def test_who_sees_only_totals_gets_the_same_total(name: str, role: str, loaded: Stores, answers: Ask) -> None:
    """Counting the people behind a figure changes no figure about enough of them."""
    months = [QUARTER.period, QUARTER.period.months_before()]
    question = Query.of([name], QUARTER, periods=months)
    everything = answers(question)
    totals = query.ask(question, Reader(loaded, Viewer("someone", "Someone", role)))
    for a, b in zip(everything[name], totals[name], strict=True):
        assert math.isnan(b) or a == pytest.approx(b)


def test_a_month_is_full_on_the_evening_of_its_last_day() -> None:
    last = {
        day: full_months(day, 3)[-1].end for day in (date(2026, 6, 29), date(2026, 6, 30), date(2024, 2, 29))
    }
    assert list(last.values()) == [date(2026, 5, 31), date(2026, 6, 30), date(2024, 2, 29)]
    assert full_months(date(2026, 6, 30), 3)[0] == Period(date(2026, 4, 1), date(2026, 4, 30))
