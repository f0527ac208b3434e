"""What the nightly run decided is what a question would decide anew, for every figure by every dimension."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import Table, select

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import Measure, measures_of
from metrics.query import hidden_cells, linked_figures, published_cells
from metrics.query.cell_decisions import Requested, decide
from metrics.query.people_by_month import dimensions_of
from metrics.query.published_cells import is_about_people
from tests.warehouse.onlookers import EVERYBODY
from warehouse import schema
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import next_snapshot
from warehouse.stores.connect import Stores

MEASURES = list(dict.fromkeys(m for metric in CATALOGUE.values() for m in measures_of(metric)))
FACTS = sorted(
    {m.fact for m in MEASURES if m.fact.schema and is_about_people(m.fact)}, key=lambda fact: fact.name
)
LEADS = CATALOGUE["leads"]


def _requested(measure: Measure) -> Requested:
    return Requested(measure, linked_figures.wholes_of(CATALOGUE, measure))


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: fact.name)
def test_what_is_read_is_what_is_decided_anew(fact: Table, night: Stores) -> None:
    """Anew each dimension is read by a statement of its own, at night all by one."""
    reader, dimensions = Reader(night, SYSTEM), dimensions_of(fact)
    requested = [_requested(m) for m in MEASURES if m.fact is fact]
    months = published_cells.months_of(reader)
    anew = decide(reader.frame, requested, [(d,) for d in dimensions], months, reader.smallest_cell)
    for one in requested:
        for dimension in dimensions:
            kept, decided = published_cells.read(reader, one, dimension), anew[one][dimension]
            assert kept is not None, f"{one.measure.name} by {dimension} was not decided at night"
            assert (kept.months, kept.of_stock, kept.opening) == (
                decided.months,
                decided.of_stock,
                decided.opening,
            )
            assert kept.rows.keys() == decided.rows.keys()
            for value, row in kept.rows.items():
                assert np.array_equal(kept.labels[row], decided.labels[decided.rows[value]])


def test_another_definition_or_another_minimum_is_decided_when_asked(night: Stores) -> None:
    reader = Reader(night, EVERYBODY["marketing"])
    assert isinstance(LEADS, Measure)
    by_email = replace(LEADS, where=schema.leads.c.channel == "email")
    assert published_cells.read(reader, _requested(LEADS), "product") is not None
    assert published_cells.read(reader, Requested(by_email, ()), "product") is None
    assert published_cells.read(reader, Requested(LEADS, (by_email,)), "product") is None
    more = replace(night, settings=replace(night.settings, smallest_cell=20))
    stricter = Reader(more, reader.viewer)
    assert published_cells.read(stricter, _requested(LEADS), "product") is None
    cells = hidden_cells.shown_cells(stricter, LEADS, "product", lambda _: ())
    usual = hidden_cells.shown_cells(reader, LEADS, "product", lambda _: ())
    assert cells.rows == usual.rows


def test_a_figure_has_one_decision_for_each_of_what_it_is_a_share_of(night: Stores) -> None:
    """Whoever asks first for a figure by itself does not change what is hidden beside its whole."""
    whole = next(r for r in map(_requested, MEASURES) if r.larger and "rep" in dimensions_of(r.measure.fact))
    reader = Reader(night, EVERYBODY["marketing"])
    hidden_cells.shown_cells(reader, whole.measure, "rep", lambda _: ())
    beside = hidden_cells.shown_cells(reader, whole.measure, "rep", lambda _: whole.larger)
    kept = published_cells.read(reader, whole, "rep")
    assert kept is not None
    assert np.array_equal(beside.labels, kept.labels)


def test_before_the_first_night_nothing_is_kept_and_everything_is_decided_when_asked(loaded: Stores) -> None:
    reader = Reader(loaded, EVERYBODY["executive"])
    assert isinstance(LEADS, Measure)
    assert published_cells.read(reader, _requested(LEADS), "channel") is None
    assert hidden_cells.shown_cells(reader, LEADS, "channel", lambda _: ()).rows


def test_who_sees_totals_only_does_not_read_what_is_hidden(night: Stores) -> None:
    """The blocks tell where few people are."""
    for role in ("marketing", "executive", "sales", "service"):
        assert not Reader(night, EVERYBODY[role]).sees_whole(schema.published_cells)
    assert len(Reader(night, SYSTEM).frame(select(schema.published_cells)))


def test_what_was_decided_stays_until_a_row_it_read_has_changed(own_bank: Stores) -> None:
    """A night that is run again decides nothing again; where a table that is read differs, all of it is decided anew."""
    assert isinstance(LEADS, Measure)
    t, reader = schema.published_cells, Reader(own_bank, SYSTEM)
    tickets = next(m for m in MEASURES if m.fact is schema.tickets)
    mark = t.update().where(t.c.dimension == "product").values(measure="decided before")
    names = select(t.c.measure).where(t.c.dimension == "product").distinct()
    with next_snapshot(own_bank) as draft:

        def decided_anew() -> set[str]:
            draft.connection.execute(mark)
            published_cells.write(draft, reader, [_requested(LEADS), _requested(tickets)])
            return set(draft.frame(names)["measure"]) - {"decided before"}

        assert decided_anew() == {"leads", tickets.name}
        assert decided_anew() == set()
        draft.connection.execute(schema.surveys.update().values(score=1))
        assert decided_anew() == set(), "neither of the two is about answers"
        draft.connection.execute(schema.tickets.update().values(product="wealth"))
        assert decided_anew() == {tickets.name}
        draft.connection.execute(schema.leads.update().values(channel="branch"))
        assert decided_anew() == {"leads", tickets.name}, "a case has the channel that won its customer"
