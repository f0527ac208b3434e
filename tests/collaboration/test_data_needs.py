"""Freshness promised per need, the gaps of the journey, and what departments share: each as a sentence that is true."""

from __future__ import annotations

from datetime import date

from metrics.customers.journey_coverage import coverage_by_stage
from metrics.query.freshness_promises import MET, MISSED, NOT_GIVEN, PROMISES, kept
from pages import MENU
from pages.governance.data_needs import journey_in_words, promises_in_words
from warehouse.access.roles import RULES
from warehouse.schema import UNIFIED_TABLES
from workflow.collaboration.department_sharing import READERS, sharing

TODAY = date(2026, 6, 30)
TABLES = {t.name for t in UNIFIED_TABLES}


def test_each_promise_names_a_table_and_a_page_that_exist() -> None:
    urls = {entry.url for entries in MENU.values() for entry in entries}
    assert {p.table for p in PROMISES} <= TABLES
    assert {p.page for p in PROMISES} <= urls


def test_a_promise_is_met_to_its_last_day_and_missed_the_day_after() -> None:
    at = {k.promise.page: k for k in kept({"leads": date(2026, 6, 28)}, TODAY) if k.promise.table == "leads"}
    assert at["lead-hand-off"].state == MET
    later = [
        k for k in kept({"leads": date(2026, 6, 28)}, date(2026, 7, 1)) if k.promise.page == "lead-hand-off"
    ]
    assert [(k.state, k.behind) for k in later] == [(MISSED, 1)]
    assert promises_in_words(later) == "1 of 1 need is missed: leads"


def test_a_table_by_month_counts_from_the_end_of_its_month_and_none_is_not_given() -> None:
    revenues = [k for k in kept({"revenues": date(2026, 6, 1)}, TODAY) if k.promise.table == "revenues"]
    assert [(k.age, k.state) for k in revenues] == [(0, MET)]
    assert {k.state for k in kept({}, TODAY)} == {NOT_GIVEN}


def test_a_stage_without_any_source_is_a_gap_and_one_that_lacks_some_is_none() -> None:
    everything = {*TABLES, "customers.left_on"}
    assert journey_in_words(coverage_by_stage(everything)) == "Every stage has data and an owner"
    without = coverage_by_stage(everything - {"tickets", "lead_stages"})
    assert journey_in_words(without) == "Nothing tells of 1 of 7 stages: Needs help"


def test_what_is_shared_is_what_the_row_rules_say() -> None:
    lines = {s.owner: s for s in sharing(TABLES)}
    for line in lines.values():
        assert line.by_row + line.as_totals + len(line.closed) == line.pairs
        assert line.pairs == len(line.tables) * sum(d != line.owner for d in READERS)
    assert "staff_surveys" not in RULES["sales"]
    assert ("staff_surveys", "Sales") in lines["Human Resources"].closed
    assert sharing(set()) == []
