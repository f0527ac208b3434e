"""A figure answered from the daily totals is the one the facts give, for every question; and nobody is told more by it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.measure import Measure
from metrics.definitions.scope import NOT_KNOWN, Period
from metrics.query import query, rollups
from metrics.query.query import Query
from warehouse import schema
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.stores.connect import Stores

FACTS = sorted(
    {m.fact for m in CATALOGUE.values() if isinstance(m, Measure) and m.fact.schema}, key=lambda t: t.name
)
DAYS = some.dates(date(2025, 1, 1), date(2026, 6, 30))
ANALYST = Viewer("a", "An analyst", "analyst")


@pytest.fixture(scope="module")
def values(night: Stores) -> dict[str, list[str]]:
    """Some values of each dimension, as the totals have them."""
    t, reader = schema.rollups, Reader(night, SYSTEM)
    of = {d: reader.frame(select(t.c[d]).distinct())[d].dropna().tolist() for d in DIMENSIONS}
    return {d: [NOT_KNOWN, *sorted(names)[:6]] for d, names in of.items()}


@settings(max_examples=100)
@given(data=some.data())
def test_daily_totals_give_the_figures_of_the_facts(
    data: some.DataObject, night: Stores, values: dict[str, list[str]]
) -> None:
    fact = data.draw(some.sampled_from(FACTS))
    of_fact = {n: m for n, m in sorted(CATALOGUE.items()) if isinstance(m, Measure) and m.fact is fact}
    names = data.draw(some.lists(some.sampled_from(list(of_fact)), min_size=1, unique=True))
    measures = {n: of_fact[n] for n in names}
    dimensions = some.sampled_from([d for d in DIMENSIONS if fact in DIMENSIONS[d]])
    by = data.draw(some.lists(dimensions, max_size=2, unique=True))
    filtered = data.draw(some.lists(dimensions, max_size=2, unique=True))
    filters = tuple(
        (d, tuple(data.draw(some.lists(some.sampled_from(values[d]), min_size=1, max_size=3, unique=True))))
        for d in filtered
    )
    spans = data.draw(some.lists(some.tuples(DAYS, DAYS), min_size=1, max_size=3))
    periods = tuple(Period(min(span), max(span)) for span in spans)
    question = Query(tuple(measures), periods, filters, tuple(by))
    clock = partial(query._alike, periods)
    plain = query.statement(fact, measures, question, clock=clock)
    reader = Reader(night, ANALYST)
    answered = [query._whole(reader, fact, measures, question, clock), reader.frame(plain)]
    # A key that is not known is None in one and NaN in the other, where one of the two has no other keys.
    totals, facts = (
        a[[*by, *(c for c in sorted(a.columns) if c not in by)]]
        .astype(dict.fromkeys(by, "string"))
        .sort_values(by, ignore_index=True)
        if by
        else a[sorted(a.columns)]
        for a in answered
    )
    pd.testing.assert_frame_equal(totals, facts, check_dtype=False, rtol=1e-9, atol=1e-6)


def test_every_figure_that_adds_up_is_kept_as_a_whole_and_told_apart_by_each_of_its_dimensions(
    night: Stores,
) -> None:
    reader = Reader(night, ANALYST)
    for measure in CATALOGUE.values():
        if isinstance(measure, Measure) and rollups.is_additive(measure):
            assert rollups.can_answer(reader, measure, (), ())
            assert all(
                rollups.can_answer(reader, measure, (), (d,))
                for d in DIMENSIONS
                if measure.fact in DIMENSIONS[d]
            )


def test_totals_of_another_definition_are_not_used(night: Stores) -> None:
    leads, other = CATALOGUE["leads"], CATALOGUE["mql"]
    assert isinstance(leads, Measure)
    assert isinstance(other, Measure)
    assert rollups.can_answer(Reader(night, SYSTEM), leads, (), ())
    assert not rollups.can_answer(
        Reader(night, SYSTEM), replace(leads, where=schema.leads.c.channel == "email"), (), ()
    )


def test_a_loaded_bank_before_its_night_is_answered_from_the_facts(loaded: Stores) -> None:
    assert not any(
        rollups.can_answer(Reader(loaded, SYSTEM), m, (), ())
        for m in CATALOGUE.values()
        if isinstance(m, Measure)
    )


def test_nobody_reads_a_total_of_rows_she_may_not_see_by_themselves(night: Stores) -> None:
    t = schema.rollups
    read = select(t.c.sources).distinct()
    every = set(Reader(night, SYSTEM).frame(read)["sources"])
    for role in ("sales", "service", "analyst"):
        reader = Reader(night, Viewer("x", "X", role))
        seen = set(reader.frame(read)["sources"])
        whole = {s for s in every if reader.sees_whole(*(schema.BANK.tables[_full(n)] for n in s.split()))}
        assert seen == whole
    assert len(whole) == len(every), "analysts see everything"


def _full(name: str) -> str:
    return next(t.fullname for t in schema.BANK.tables.values() if t.name == name)
