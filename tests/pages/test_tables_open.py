"""A figure inside a table opens into the rows behind it, and their count is the figure."""

import re
from datetime import date

import pytest

from metrics.catalogue import CATALOGUE
from metrics.comparison.conclusion import Verdict
from metrics.definitions.measure import Measure, Ratio
from metrics.definitions.scope import Period, Scope
from metrics.query import drill_rows, query
from metrics.query.query import Query
from pages.figures import drill_table
from pages.figures.drill import DrillFigure
from tests.pages.staff import cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.stores.connect import Stores

COHORT, EVENTS = "By the day the lead came (cohort)", "By the day it happened (events)"
HALF_A_YEAR = Scope(Period(date(2026, 1, 1), date(2026, 6, 30)))


@pytest.fixture
def drawn(monkeypatch):
    """The tables of a page whose figures open: key → (table, column → figures)."""
    tables = {}
    show = drill_table.show

    def remember(frame, key, *more, opens, **others):
        tables[key] = (frame, opens)
        show(frame, key, *more, opens=opens, **others)

    monkeypatch.setattr(drill_table, "show", remember)
    return tables


def number(cell: object) -> float:
    """The figure a cell begins with: `1,234 · 12.3%` is 1,234 and `12.3% (…)` is 12.3."""
    text = str(cell).split(" ")[0].replace(",", "").removesuffix("%")
    return 0.0 if text == "not" else float(text)


def behind(reader: Reader, figure: DrillFigure, of: Measure) -> float:
    """What the rows of a measure come to: their number, or the sum of what they are counted by."""
    statement = drill_rows.behind(of, figure.scope)
    column = drill_rows.column_counted(of)
    if column is None:
        return float(reader.frame(drill_rows.number_of(statement))["n"].iloc[0])
    return float(reader.frame(statement)[column].sum())


def check(reader: Reader, table, opens) -> int:
    """Every cell of every column that opens; gives how many were compared."""
    compared = 0
    for column, figures in opens.items():
        assert len(figures) == len(table)
        for cell, figure in zip(table[column], figures, strict=True):
            if (
                figure is None
                or cell is None
                or str(cell).startswith(("too", "nan", "the same", "not reached"))
            ):
                continue
            metric = figure.metric
            if isinstance(metric, Ratio):
                top, bottom = (behind(reader, figure, m) for m in (metric.numerator, metric.denominator))
                if few := re.fullmatch(rf"{Verdict.TOO_FEW} \(n = ([\d,]+)\)", str(cell)):
                    # No share is said of so few; their number is, and has its rows.
                    assert number(few[1]) == bottom
                    compared += 1
                    continue
                assert number(cell) == pytest.approx(100 * top / bottom, abs=0.051)
            elif not figure.says:
                shown_to = 0.051 if metric.total == "sum" else 0
                assert number(cell) == pytest.approx(behind(reader, figure, metric), abs=shown_to)
            compared += 1
    return compared


@pytest.mark.parametrize(
    ("view", "stages", "ways"),
    [(COHORT, 6, ["segment"]), (EVENTS, 7, ["campaign", "rep"])],
    ids=["cohort", "event"],
)
def test_every_figure_in_a_table_of_the_funnel_has_as_many_rows_behind_it(
    open_page, bank: Stores, drawn, view, stages, ways
):
    reader = Reader(bank, SYSTEM)
    page = open_page(somebody("sales"), "funnel", period="Last 12 months", view=view)
    assert set(drawn) == {"stages-table", "waits", "months", "parts"}
    compared = {key: check(reader, *opened) for key, opened in drawn.items()}
    assert compared["stages-table"] == stages
    assert compared["waits"] >= 15
    assert compared["months"] >= 60
    for way in ways:
        page.segmented_control("way").set_value(way).run()
        assert not page.error
        table, opens = drawn["parts"]
        assert check(reader, table, opens) > len(table)
        if way != "campaign":
            assert "Not known" in table.iloc[:, 0].tolist()


def test_every_figure_in_a_table_of_hand_off_and_attribution_has_its_rows(open_page, bank: Stores, drawn):
    reader = Reader(bank, SYSTEM)
    for url, keys in (
        ("lead-hand-off", {"hand-off-campaigns", "reasons-table", "after-rejection"}),
        ("attribution", {"models"}),
    ):
        drawn.clear()
        page = open_page(somebody("analyst"), url, period="Last 12 months")
        assert not page.error
        assert keys <= set(drawn)
        for key in keys:
            assert check(reader, *drawn[key]) >= 5


@pytest.mark.parametrize("role", ["sales", "marketing"])
def test_a_click_on_a_number_opens_it_or_says_why_not(open_page, drawn, role):
    page = open_page(somebody(role), "funnel", period="Last 12 months")
    for key, column in (("months", "Leads"), ("waits", "Still there")):
        table, opens = drawn[key]
        figure = opens[column][1]
        page.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": [[1, column]]}}
        page.run()
        assert not page.exception
        assert figure.scope.in_words() in words(page)
        if role == "sales":
            assert f"{int(number(table[column][1])):,} rows. Each row counts once" in words(page)
            assert "L-0" in cells(page)
        else:
            assert "Your role sees aggregates, not single people" in words(page)
            assert "L-0" not in cells(page)
        page.run()
        assert page.session_state[key]["selection"]["cells"] == []


def test_a_part_that_is_not_recorded_is_told_apart(bank: Stores):
    reader = Reader(bank, SYSTEM)
    answer = query.ask(Query.of(["leads"], HALF_A_YEAR, ["segment"], [HALF_A_YEAR.period]), reader)
    assert answer["segment"].isna().sum() == 1
    unknown = HALF_A_YEAR.narrowed("segment", answer["segment"].iloc[-1])
    assert unknown.in_words().endswith("segment not known")
    leads = CATALOGUE["leads"]
    assert isinstance(leads, Measure)
    assert behind(reader, DrillFigure(of="leads", scope=unknown), leads) == answer["leads"].iloc[-1]
