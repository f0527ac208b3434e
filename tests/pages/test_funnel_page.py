"""Funnel: two ways of counting that are never mixed, the same figures as anywhere, and designed states."""

from datetime import date, datetime

import pytest
from sqlalchemy import func, select

from metrics.definitions.scope import PERIODS, Period, Scope
from metrics.query import query
from metrics.query.query import Query
from tests.pages.staff import cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import campaigns, leads
from warehouse.stores.connect import Stores

EVENTS = "By the day it happened (events)"


def stages(page) -> dict[str, float]:
    """The stage table of a page: stage → number."""
    table = next(f.value for f in page.dataframe if "Stage" in f.value and "Number" in f.value)
    return dict(zip(table["Stage"], table["Number"], strict=True))


def figures(bank: Stores, scope: Scope, *names: str) -> list[float]:
    row = query.ask(Query.of(names, scope, periods=[scope.period]), Reader(bank, SYSTEM)).iloc[0]
    return [row[n] for n in names]


@pytest.mark.parametrize("role", ["sales", "analyst"])
def test_each_way_of_counting_shows_its_own_figures_and_says_its_name(role, open_page, bank: Stores):
    scope = Scope(Period(date(2026, 4, 2), date(2026, 6, 30)))
    cohort, event = open_page(somebody(role), "funnel"), open_page(somebody(role), "funnel", view=EVENTS)
    assert list(stages(cohort)) == ["Leads", "MQL", "Accepted", "SQL", "Opportunity", "Customer"]
    assert list(stages(cohort).values()) == figures(
        bank,
        scope,
        "leads",
        "reached_mql",
        "reached_accepted",
        "reached_sql",
        "reached_opportunity",
        "reached_won",
    )
    assert list(stages(event)) == ["Visits", *stages(cohort)]
    assert list(stages(event).values()) == figures(
        bank, scope, "visits", "leads", "mql", "accepted", "sql", "opportunities", "won"
    )
    assert "(cohorts)" in words(cohort)
    assert "(events)" in words(event)
    assert "(cohorts)" not in words(event)
    assert "per 100" not in cells(cohort)


def test_marketing_reads_the_same_numbers_or_that_there_are_too_few(open_page, bank: Stores):
    seen, whole = (
        stages(open_page(somebody(r), "funnel", period="Last full quarter")) for r in ("marketing", "sales")
    )
    assert all(seen[s] == n or (n < 10 and seen[s] != seen[s]) for s, n in whole.items())


def test_a_campaign_is_called_by_its_name_and_a_visit_has_no_segment(open_page, bank: Stores):
    one = open_page(somebody("sales"), "funnel", campaign="Search: brand", view=EVENTS)
    every = open_page(somebody("sales"), "funnel", view=EVENTS)
    assert 0 < stages(one)["Leads"] < stages(every)["Leads"]
    assert "Search: brand" in str([s.options for s in one.multiselect])
    page = open_page(somebody("sales"), "funnel", view=EVENTS, segment="Mass")
    assert stages(page)["Visits"] != stages(page)["Visits"]
    assert not page.error
    assert "Only customers have a segment" in " ".join(c.value for c in page.caption)
    assert "not comparable" in [m.delta for m in page.metric]
    assert "Only customers have a segment" not in " ".join(c.value for c in every.caption)


def test_where_leads_wait_says_what_is_not_reached_yet(open_page):
    page = open_page(somebody("executive"), "funnel")
    waits = next(f.value for f in page.dataframe if "Median wait" in f.value)
    assert waits["Stage"].tolist() == ["Leads", "MQL", "Accepted", "SQL", "Opportunity"]
    waits_text = (
        waits["Median wait"].str.cat(waits["90th percentile wait"].fillna(""), sep=" ").str.cat(sep=" ")
    )
    assert "day" in waits_text
    assert "nan" not in waits_text


def test_the_funnel_did_not_grow_from_days_before_the_banks_data_began(open_page):
    page = open_page(somebody("sales"), "funnel", period="Last 24 months")
    assert "leads came in (no figure before)" in page.title[0].value
    assert {card.delta for card in page.metric} == {"no figure before"}
    table = next(f.value for f in page.dataframe if "Of the stage before" in f.value)
    assert set(table["Change"]) == {"no figure before"}


def test_a_few_leads_are_too_few_to_show_and_not_none_and_an_old_campaign_can_be_chosen(open_page, bank):
    counted = Reader(bank, somebody("sales")).frame(
        select(leads.c.channel, func.count().label("n"))
        .where(leads.c.created_at >= datetime(2026, 6, 1), leads.c.channel.is_not(None))
        .group_by(leads.c.channel)
    )
    few = str(counted.loc[counted["n"].between(1, 9), "channel"].iloc[0]).replace("_", " ").capitalize()
    page = open_page(somebody("marketing"), "funnel", period="Last 30 days", channel=few)
    assert next(s for s in page.selectbox if s.label == "Period").value == "month", "no single days for her"
    assert page.title[0].value.startswith(
        "How many leads came in is hidden: it would tell of fewer than 10 people"
    )
    card = next(m for m in page.metric if m.label == "Leads")
    assert (card.value, card.delta) == (
        "too few",
        "Hidden: it would tell of fewer than 10 people, alone or beside other figures.",
    )
    months = next(f.value for f in page.dataframe if "Month" in f.value)
    assert "not yet" not in set(months["Leads"])
    old = Reader(bank, somebody("sales")).frame(
        select(campaigns.c.name)
        .join(leads, leads.c.campaign_id == campaigns.c.campaign_id)
        .group_by(campaigns.c.name)
        .having(func.max(leads.c.created_at) < datetime(2025, 7, 1))
    )
    assert len(old)
    offered = next(s for s in page.multiselect if s.label == "Campaign").options
    assert set(old["name"]) <= set(offered)


def test_the_headline_of_a_leak_is_the_verdict_of_the_table_and_says_whose_share_it_is(open_page):
    for period in ("30d", "90d", "12m"):
        page = open_page(somebody("sales"), "funnel", period=PERIODS[period])
        table = next(f.value for f in page.dataframe if "Its change" in f.value)
        worse = table[table["Its change"].str.endswith("worse")]["Stage"].tolist()
        fell = "by the end of the period" in page.title[0].value
        assert fell == bool(worse)
        assert not fell or page.title[0].value.startswith("Of the leads that came, ")
        assert not fell or any(f" to {stage} fell" in page.title[0].value for stage in worse)
