"""Every figure opens into rows whose number, sum or middle value is the figure."""

from __future__ import annotations

import math
from datetime import date

import pandas as pd
import pytest

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import Measure
from metrics.definitions.scope import Period, Scope
from metrics.query import drill_rows, query
from metrics.query.query import Query
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer, may_see
from warehouse.access.roles import ROLES, Access
from warehouse.stores.connect import Stores

QUARTER = Period(date(2026, 4, 1), date(2026, 6, 30))
SCOPES = (
    Scope(QUARTER),
    Scope(QUARTER, (("channel", ("Email", "email")),)),
    Scope(QUARTER, (("product", ("savings", "card")), ("segment", ("mass",)))),
    Scope(Period(date(2031, 1, 1), date(2031, 3, 31))),
)
MEASURES = sorted(n for n, m in CATALOGUE.items() if isinstance(m, Measure))


def total(measure: Measure, rows: pd.DataFrame) -> float:
    """The figure as one computes it from its rows by hand."""
    counted = drill_rows.column_counted(measure)
    if counted is None:
        return float(len(rows))
    values = rows[counted].dropna().astype(float)
    if values.empty:
        return math.nan
    if measure.total == "p90":
        return float(values.quantile(0.9))
    return float(values.sum() if measure.total == "sum" else values.median())


ANSWERED = [
    pytest.param(name, scope, id=f"{name}-{scope.in_words()}")
    for name in MEASURES
    for scope in SCOPES
    # A figure that is not kept by a breakdown has no rows of it.
    if not query.unanswerable(name, Query.of([name], scope, periods=[scope.period]))
]


def test_every_figure_opens_for_the_whole_bank() -> None:
    assert {param.values[0] for param in ANSWERED if param.values[1] is SCOPES[0]} == set(MEASURES)


@pytest.mark.parametrize(("name", "scope"), ANSWERED)
def test_the_rows_behind_a_figure_give_the_figure(name: str, scope: Scope, loaded: Stores) -> None:
    question = Query.of([name], scope, periods=[scope.period])
    measure, reader = CATALOGUE[name], Reader(loaded, SYSTEM)
    assert isinstance(measure, Measure)
    figure = float(query.ask(question, reader)[name].iloc[0])
    statement = drill_rows.behind(measure, scope)
    rows = reader.frame(statement)
    if scope.period.start > data_coverage.as_of(reader):
        assert math.isnan(figure), "what lies ahead is not known, rather than 0"
        return
    assert total(measure, rows) == pytest.approx(figure, nan_ok=True)
    assert reader.frame(drill_rows.number_of(statement))["n"].iloc[0] == len(rows)
    keys = [c.key for c in measure.fact.primary_key.columns]
    assert not rows.duplicated(keys).any()


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", MEASURES)
def test_a_role_that_sees_no_single_row_of_a_table_is_not_offered_its_rows(
    name: str, role: str, loaded: Stores
) -> None:
    measure = CATALOGUE[name]
    assert isinstance(measure, Measure)
    viewer = Viewer("someone", "Someone", role, "RM01", "Central")
    reader = Reader(loaded, viewer)
    statement = drill_rows.behind(measure, SCOPES[0], drill_rows.columns_for(measure.fact, viewer))
    if drill_rows.are_shown(measure, SCOPES[0], reader):
        assert len(reader.frame(statement.limit(5)).columns) >= 2
    else:
        with pytest.raises(Exception, match=r"does not include|totals"):
            reader.frame(statement)


@pytest.mark.parametrize("role", ["analyst", "sales"])
def test_no_column_about_a_person_is_among_the_rows_of_who_sees_no_names(role: str, loaded: Stores) -> None:
    viewer = Viewer("someone", "Someone", role)
    for name in MEASURES:
        measure = CATALOGUE[name]
        assert isinstance(measure, Measure)
        personal = {c.key for c in measure.fact.c if c.info.get("personal")}
        see = may_see(viewer, measure.fact)
        if see not in (Access.ALL_ROWS, Access.OWN_ROWS):
            assert not personal & set(drill_rows.columns_for(measure.fact, viewer))
