"""Reports put together by hand agree with the dictionary: nothing offered is refused, and parts come to the whole."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import Measure
from metrics.definitions.scope import PERIODS
from metrics.query import query
from metrics.query.query import Query
from metrics.query.report_query import (
    CHARTS,
    MONTH,
    SavedReport,
    charts_of,
    final_after,
    may_ask,
    misfit,
    refusal,
    ways,
    ways_for,
    whose,
)
from metrics.query.report_reading import parts_add_up, read
from warehouse.access import data_coverage
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import AccessRefused
from warehouse.stores.connect import Stores

AMY = Viewer("amy", "Amy", "analyst")
RM = Viewer("rosa", "Rosa", "relationship_manager", rm_id="RM01", team="Central")


def test_an_rm_is_told_whose_figure_it_is_and_gets_no_ratio_of_the_bank_to_her_own() -> None:
    assert whose("leads", RM) == "your customers"
    assert whose("leads", Viewer("l", "L", "team_lead", team="Central")) == "your team’s customers"
    assert whose("leads", AMY) == whose("marketing_cost", RM) == ""
    assert "no figure" in refusal(SavedReport(metric="cac"), RM)
    assert not refusal(SavedReport(metric="cac"), AMY)


@pytest.mark.parametrize("role", ["relationship_manager", "service", "sales", "marketing", "administrator"])
def test_what_is_offered_to_a_role_is_answered_and_what_is_not_is_refused(role: str, loaded: Stores) -> None:
    viewer = Viewer("x", "X", role, rm_id="RM01", team="Central")
    reader = Reader(loaded, viewer)
    as_of = data_coverage.as_of(reader)
    answered = {n for n in CATALOGUE if may_ask(n, viewer)}
    assert bool(answered) == (role != "administrator")
    for fact in {metric.fact for metric in CATALOGUE.values() if isinstance(metric, Measure)}:
        mine = [n for n in CATALOGUE if getattr(CATALOGUE[n], "fact", None) is fact]
        name = mine[0]
        for dimension in ("", *ways(name)):
            report = SavedReport(metric=name, breakdown=dimension)
            if refusal(report, viewer):
                with pytest.raises(AccessRefused):
                    query.ask(report.query(as_of), reader)
            else:
                query.ask(report.query(as_of), reader)
        assert set(ways_for(name, viewer)) <= set(ways(name))


@st.composite
def reports(draw: st.DrawFn) -> SavedReport:
    name = draw(st.sampled_from(sorted(CATALOGUE)))
    dims = list(ways(name))
    breakdown = draw(st.sampled_from(["", MONTH, *dims]))
    values = {"channel": ("email", "branch"), "product": ("card",), "segment": ("mass", "affluent")}
    picked = (
        draw(st.lists(st.sampled_from([d for d in dims if d in values]), unique=True, max_size=2))
        if dims
        else []
    )
    return SavedReport(
        metric=name,
        breakdown=breakdown,
        filters=tuple((d, values[d]) for d in sorted(picked)),
        period=draw(st.sampled_from(sorted(PERIODS))),
        chart=draw(st.sampled_from(charts_of(breakdown))),
    )


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(report=reports())
def test_a_report_says_what_the_dictionarys_figure_says_and_its_parts_come_to_the_whole(
    report: SavedReport, loaded: Stores
) -> None:
    assert not misfit(report)
    reader = Reader(loaded, AMY)
    as_of = data_coverage.as_of(reader)

    def ask(scope, by, periods) -> pd.DataFrame:
        return query.ask(Query.of([report.metric], scope, by, periods), reader)

    reading = read(report, as_of, ask, covered=data_coverage.of(reader))
    # A card asks for the figure together with others, its period before and its trend.
    scope = report.scope(as_of)
    together = Query.of([report.metric, "leads"], scope)
    if query.unanswerable("leads", together) is None:
        card = query.ask(together, reader)
        assert reading.whole.value == pytest.approx(card[report.metric].iloc[0], nan_ok=True)
        if reading.whole.change is not None:
            assert reading.whole.before == pytest.approx(card[report.metric].iloc[1], nan_ok=True)
    metric = CATALOGUE[report.metric]
    come_to = sum(p.value for p in reading.parts if p.value == p.value)
    is_flow = isinstance(metric, Measure) and metric.time_column is not None
    if report.breakdown and parts_add_up(metric) and (report.breakdown != MONTH or is_flow):
        whole = 0.0 if reading.whole.missing else reading.whole.value
        assert come_to == pytest.approx(whole, abs=1e-6)
    for cell in (reading.whole, *reading.parts):
        assert bool(cell.missing) == (cell.value != cell.value)
        if cell.bounds:
            assert cell.bounds[0] <= cell.value + 1e-9
            assert cell.value <= cell.bounds[1] + 1e-9
        if final_after(metric) is None:
            assert cell.change is None, "what still grows is not compared with what had more time"


def test_a_period_is_not_compared_with_days_before_the_banks_data_began(loaded: Stores) -> None:
    reader = Reader(loaded, AMY)
    as_of = data_coverage.as_of(reader)

    def ask(scope, by, periods) -> pd.DataFrame:
        return query.ask(Query.of(["leads"], scope, by, periods), reader)

    recent = read(
        SavedReport(metric="leads", breakdown="channel"), as_of, ask, covered=data_coverage.of(reader)
    )
    assert recent.whole.change
    assert recent.whole.change.verdict != "not known"
    beyond = read(
        SavedReport(metric="leads", breakdown="channel", period="24m"),
        as_of,
        ask,
        covered=data_coverage.of(reader),
    )
    assert {c.change for c in (beyond.whole, *beyond.parts)} == {None}
    assert all(c.before != c.before for c in (beyond.whole, *beyond.parts))


def test_people_who_must_be_watched_are_asked_about_that_long_ago() -> None:
    assert SavedReport(metric="early_churn", period="30d").scope(date(2026, 6, 30)).period.end == date(
        2026, 1, 1
    )
    assert SavedReport(metric="leads", period="30d").scope(date(2026, 6, 30)).period.end == date(2026, 6, 30)


def test_every_figure_has_a_name_of_its_own_in_the_address() -> None:
    assert len({m.label for m in CATALOGUE.values()}) == len(CATALOGUE)
    assert len(set(CHARTS.values())) == len(CHARTS)
