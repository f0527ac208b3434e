"""A solver that is handed every answer of who sees totals only derives nothing about few people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import false

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import Measure, measures_of
from metrics.definitions.scope import PERIODS_BY_MONTH, Period, Scope, full_months, period_named
from metrics.query import hidden_cells, published_cells
from metrics.query.query import Query, ask, unanswerable
from tests.morning import stores_in
from tests.warehouse.onlookers import EVERYBODY
from warehouse.access.reader import SYSTEM, Reader
from warehouse.disclosure import comparable_months
from warehouse.disclosure.comparable_months import blocks, kept_apart, people_between
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores

SMALLEST = 10
AS_OF = date(2026, 6, 30)
MONTHS = full_months(AS_OF, 24)
ODD = [
    Period(MONTHS[a].start, MONTHS[b].end) for a, b in ((0, 6), (3, 17), (5, 11), (8, 22), (13, 20), (20, 22))
]
OFFERED = [period_named(name, AS_OF, by_month=True) for name in PERIODS_BY_MONTH]
PERIODS = list(dict.fromkeys([*MONTHS, *OFFERED, *(p.months_before() for p in OFFERED[:4]), *ODD]))
COUNTS = {
    "leads": ("channel", "product", "segment"),
    "won": ("channel", "rep"),
    "complaints": ("segment", "touchpoint"),
    "cases_opened": ("segment",),
}


@pytest.fixture
def bank(after_a_night: Path) -> Iterator[Stores]:
    """The sample bank after a night, to read only, with nothing decided yet."""
    stores = stores_in(after_a_night)
    yield stores
    stores.app_db.dispose()


def _row(value: int | None, period: Period, values: int) -> np.ndarray:
    """The months and values that a figure adds up; None: of all values."""
    inside = np.array([period.start <= m.start and m.end <= period.end for m in MONTHS], float)
    row = np.zeros((values, len(MONTHS)))
    row[slice(None) if value is None else value] = inside
    return row.ravel()


def _answers(
    bank: Stores, name: str, dimension: str, role: str
) -> tuple[list[object], np.ndarray, np.ndarray]:
    """The values of a dimension, the true months of each, and a row for each figure that the role is shown."""
    true = ask(Query.of([name], Scope(OFFERED[0]), [dimension], MONTHS), Reader(bank, SYSTEM))
    values = list(true[dimension].drop_duplicates())
    wide = true.fillna({name: 0}).pivot_table(index=dimension, columns="period", values=name, dropna=False)
    months = np.nan_to_num(wide.reindex(values).to_numpy(float))
    reader = Reader(bank, EVERYBODY[role])
    number = {str(value): n for n, value in enumerate(values)}
    parts = ask(Query.of([name], Scope(OFFERED[0]), [dimension], PERIODS), reader).dropna(subset=[name])
    whole = ask(Query.of([name], Scope(OFFERED[0]), periods=PERIODS), reader).dropna(subset=[name])
    rows = [
        _row(number[str(value)], PERIODS[index], len(values))
        for value, index in zip(parts[dimension], parts["period"], strict=True)
    ]
    rows += [_row(None, PERIODS[index], len(values)) for index in whole["period"]]
    return values, months, np.array([r for r in rows if r.any()])


def _derived(months: np.ndarray, rows: np.ndarray) -> list[tuple[int, int, int]]:
    """Every run of months of a value about few people that the rows add up to, whatever they are multiplied with."""
    basis = np.linalg.svd(rows, full_matrices=False)
    span = basis.Vh[1e-9 * basis.S[0] < basis.S]
    runs = [
        (value, start, end)
        for value, line in enumerate(months)
        for start in range(len(line))
        for end in range(start + 1, len(line) + 1)
        if is_few(line[start:end].sum(), SMALLEST)
    ]
    if not runs:
        return []
    sought = np.zeros((len(runs), *months.shape))
    for at, (value, start, end) in enumerate(runs):
        sought[at, value, start:end] = 1
    flat = sought.reshape(len(runs), -1)
    rest = np.abs(flat - flat @ span.T @ span).max(axis=1, initial=0)
    return [run for run, far in zip(runs, rest, strict=True) if far < 1e-7]


@pytest.mark.parametrize(("name", "dimension"), [(n, d) for n, ds in COUNTS.items() for d in ds])
def test_no_combination_of_answers_tells_of_few_people(name: str, dimension: str, bank: Stores) -> None:
    for role in ("marketing", "executive"):
        _, months, rows = _answers(bank, name, dimension, role)
        assert len(rows)
        assert _derived(months, rows) == []


def test_the_solver_finds_what_is_not_protected(bank: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once without what the total tells, once with nothing decided at all."""
    monkeypatch.setattr(published_cells, "read", lambda *_: None)
    monkeypatch.setattr(comparable_months, "kept_apart", lambda labels, *_: labels)
    _, months, rows = _answers(bank, "complaints", "segment", "marketing")
    assert _derived(months, rows)
    monkeypatch.undo()
    monkeypatch.setattr(hidden_cells, "mask", lambda frame, *_: frame)
    _, months, rows = _answers(bank, "leads", "segment", "marketing")
    assert _derived(months, rows)


def test_a_filter_shows_what_the_breakdown_shows_and_two_dimensions_are_refused(bank: Stores) -> None:
    reader, periods = Reader(bank, EVERYBODY["marketing"]), [*OFFERED, *MONTHS[-3:]]
    parts = ask(Query.of(["leads"], Scope(OFFERED[0]), ["channel"], periods), reader)
    for value, lines in parts.dropna(subset=["channel"]).groupby("channel"):
        scope = Scope(OFFERED[0], (("channel", (str(value),)),))
        alone = ask(Query.of(["leads"], scope, periods=periods), reader)
        assert np.array_equal(lines["leads"], alone["leads"], equal_nan=True)
        for dimension in ("product", "segment", "rep"):
            with pytest.raises(AccessRefused, match="one thing at a time"):
                ask(Query.of(["leads"], scope, [dimension]), reader)


def test_every_figure_shown_is_the_true_one(bank: Stores) -> None:
    one, other = Reader(bank, EVERYBODY["executive"]), Reader(bank, SYSTEM)
    for dimension in ("channel", "segment", "product"):
        names = [
            n for n in CATALOGUE if unanswerable(n, Query.of([n], Scope(AS_OF_MONTH), [dimension])) is None
        ]
        names = [n for n in names if all(m.fact.schema is not None for m in measures_of(CATALOGUE[n]))]
        query = Query.of(names, Scope(OFFERED[0]), [dimension], OFFERED)
        seen, true = (ask(query, reader).set_index(["period", dimension]) for reader in (one, other))
        for name in names:
            both = seen[name].notna()
            assert np.allclose(seen.loc[both, name], true.loc[seen.index[both], name]), name


AS_OF_MONTH = MONTHS[-1]


@given(months=st.lists(st.lists(st.integers(0, 30), min_size=8, max_size=8), min_size=2, max_size=5))
def test_what_is_shown_of_invented_values_tells_of_no_few(months: Sequence[Sequence[int]]) -> None:
    sizes = np.array(months, float)
    edges = np.arange(9)
    people = np.array([_between(line) for line in sizes])
    total = _between(sizes.sum(axis=0))
    labels = np.array([blocks(p, is_few(p, SMALLEST), SMALLEST) for p in [*people, total]])
    kept = kept_apart(labels, people, SMALLEST)
    rows = [
        np.outer(np.eye(len(sizes))[v], (edges[:-1] >= i) & (edges[:-1] < j)).ravel()
        for v in range(len(sizes))
        for i in range(9)
        for j in range(i + 1, 9)
        if kept[v, i] == kept[v, j]
    ]
    rows += [
        np.tile((edges[:-1] >= i) & (edges[:-1] < j), len(sizes)).astype(float)
        for i in range(9)
        for j in range(i + 1, 9)
        if kept[-1, i] == kept[-1, j]
    ]
    for value, line in enumerate(sizes):
        hidden = [(i, j) for i in range(9) for j in range(i + 1, 9) if is_few(line[i:j].sum(), SMALLEST)]
        assert all(kept[value, i] != kept[value, j] for i, j in hidden)
    derived = _derived_of(sizes, np.array(rows))
    assert derived == []


def _derived_of(sizes: np.ndarray, rows: np.ndarray) -> list[tuple[int, int, int]]:
    return [] if not len(rows) else _derived(sizes, rows)


def _between(line: np.ndarray) -> np.ndarray:
    at = np.arange(len(line))
    return people_between(np.zeros(len(line), int), at, np.full(len(line), -1), line, (1, len(line) + 1))[0]


def test_who_comes_in_several_months_is_counted_once() -> None:
    # One person in months 0, 1 and 3, another in 1.
    months, before = np.array([0, 1, 3, 1]), np.array([-1, 0, 1, -1])
    values, months, before = np.array([0, 0, 0, 0, 1]), np.append(months, 2), np.append(before, -1)
    both = people_between(values, months, before, np.ones(5), (2, 5))
    assert both[1].sum() == 2 * 6, (
        "of the other value one person, between every edge before month 3 and after it"
    )
    between = both[0]
    assert between[0, 4] == 2
    assert [between[i, i + 1] for i in range(4)] == [1, 2, 0, 1]
    assert between[1, 3] == 2
    assert between[2, 4] == 1


def test_months_follow_each_other() -> None:
    assert all(a.end < b.start for a, b in pairwise(MONTHS))


def test_a_figure_that_nobody_is_in_is_shown_as_nothing(bank: Stores) -> None:
    won = CATALOGUE["won"]
    assert isinstance(won, Measure)
    nobody = replace(won, where=false(), name="nobody")
    reader = Reader(bank, EVERYBODY["marketing"])
    for dimension in ("", "channel"):
        cells = hidden_cells.shown_cells(reader, nobody, dimension, lambda _: (nobody,))
        assert cells.is_shown("email", MONTHS[-1])
