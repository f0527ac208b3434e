"""Customer voice: every view for every role that has it; words of customers for Service only; nothing without a source."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.comparison.conclusion import Verdict
from metrics.customers.complaints import FeatureLink
from pages.charts import charts, review_chart
from pages.customers.voice import voice_cases, voice_page
from tests.pages.staff import cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import outside_benchmarks, planned_tests
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import tickets
from warehouse.stores.connect import Stores
from workflow.experiments import planned_tests as planning
from workflow.records import benchmarks

VIEWS = ["Where", "Over time", "Where it moved", "Who answers", "How long they wait", "What they write about"]


@pytest.mark.parametrize("role", ["service", "marketing", "analyst", "executive"])
def test_every_view_opens_and_only_service_reads_what_customers_wrote(open_page, bank: Stores, role):
    case_texts = set(Reader(bank, SYSTEM).frame(select(tickets.c.text).distinct()).dropna()["text"])
    seen = set()
    for view in [*VIEWS, "App features and cases"]:
        page = open_page(somebody(role), "voice", view=view, period="Last 24 months")
        assert not page.exception
        assert not page.error
        page_text = words(page) + cells(page)
        assert "nan" not in page.title[0].value
        assert "people asked" not in page_text, "one customer may be invited several times"
        seen |= {text for text in case_texts if text in page_text}
    assert bool(seen) == (role == "service")


def test_a_change_is_split_before_anybody_explains_it(open_page):
    page = open_page(somebody("analyst"), "voice", view="Where it moved", period="Last 12 months")
    assert "come from groups that answer differently" in words(page)
    assert "because" not in words(page), "where it moved, not what moved it"
    assert "Change of mix (points)" in cells(page)
    assert "not what moved it" in words(page)


def test_a_bank_whose_touchpoints_have_too_few_answers_says_nothing_of_them():
    row = {"part": ["app"], "value": [0.6], "low": [0.5], "high": [0.7], "n": [90]}
    parts, weak = (pd.DataFrame({**row, "verdict": [v]}) for v in (Verdict.NOT_CLEAR, Verdict.WORSE))
    assert voice_page._weakest(parts.iloc[:0]) == ""
    assert voice_page._weakest(parts) == "; no touchpoint stands out"
    assert voice_page._weakest(weak) == "; the weakest touchpoint is app (60.0%)"


def test_an_interval_that_leaves_out_1_is_not_called_chance():
    link = FeatureLink(risk_ratio=1.13, low=1.03, high=1.23, p_adjusted=0.2)
    assert voice_cases._ratio(link, 9).endswith("not significant after correction for 9 features")
    assert voice_cases._ratio(replace(link, low=0.97), 9).endswith("within chance")


def test_a_long_name_of_a_bar_stands_on_several_lines():
    name = review_chart.on_lines("Qualified by Sales (SQL), 1 Apr – 30 Jun 2026 & <b>more</b>")
    lines = charts.inert([name])[0].split("<br>")
    assert len(lines) > 1
    assert "&lt;b&gt;" in "".join(lines)
    assert all(len(line) < 45 for line in lines)


def test_features_are_an_association_and_a_test_can_be_planned(open_page, bank: Stores):
    page = open_page(somebody("analyst"), "voice", view="App features and cases")
    assert "Association, not causation" in words(page)
    next(b for b in page.button if b.label == "Plan it").click()
    page.run()
    assert "people in each of two randomly assigned groups" in "".join(t.value for t in page.toast)
    with bank.app_db.connect() as app_db:
        row = app_db.execute(select(planned_tests)).one()
    assert row.smallest_effect == pytest.approx(-0.1)
    assert row.per_arm == planning.people_needed(row.base_rate, -0.1)


def test_a_benchmark_without_source_or_population_is_not_taken(bank: Stores):
    analyst, day = somebody("analyst"), date(2026, 3, 1)
    for source, population in (("", "Retail banks in Hong Kong"), ("A study, p. 4", " ")):
        with pytest.raises(ChangeRefused, match="benchmark needs"):
            benchmarks.enter(bank, analyst, "csat", 0.8, source, day, population)
    with pytest.raises(ChangeRefused, match="future"):
        benchmarks.enter(bank, analyst, "csat", 0.8, "A study", date(2027, 1, 1), "Banks")
    with pytest.raises(ChangeRefused, match="between 0% and 100%"):
        benchmarks.enter(bank, analyst, "csat", 80, "A study", day, "Banks")
    for value, on in ((None, day), (0.8, None)):
        with pytest.raises(ChangeRefused, match="benchmark needs"):
            benchmarks.enter(bank, analyst, "csat", value, "A study", on, "Banks")
    with pytest.raises(ChangeRefused, match="between −100 and"):
        benchmarks.enter(bank, analyst, "nps", 400, "A study", day, "Banks")
    with pytest.raises(AccessRefused):
        benchmarks.enter(bank, somebody("sales"), "csat", 0.8, "A study", day, "Banks")
    with bank.app_db.connect() as app_db:
        assert not app_db.execute(select(outside_benchmarks)).all()


def test_a_benchmark_is_shown_with_all_that_makes_it_comparable_until_it_is_corrected(
    open_page, bank: Stores
):
    analyst, day = somebody("analyst"), date(2026, 3, 1)
    benchmarks.enter(bank, analyst, "csat", 0.81, "Survey of banks, table 4", day, "2,000 retail customers")
    page_text = words(open_page(somebody("executive"), "voice"))
    for part in ("81.0%", "Survey of banks, table 4", "1 Mar 2026", "2,000 retail customers", "analyst-1"):
        assert part in page_text
    first = benchmarks.standing(Reader(bank, analyst), "csat")["benchmark_id"].item()
    benchmarks.enter(bank, analyst, "csat", 0.78, "The same, corrected", day, "2,000 people", replaces=first)
    assert benchmarks.standing(Reader(bank, analyst), "csat")["value"].tolist() == [0.78]
    with bank.app_db.connect() as app_db:
        assert len(app_db.execute(select(outside_benchmarks)).all()) == 2, "history is appended"


def test_the_people_needed_are_those_of_the_textbook():
    # Cohen's h for 10% against 8.2% at 80% power: design figure of about 4,000 per group.
    assert planning.people_needed(0.10, -0.18) == pytest.approx(4004, rel=0.03)
    for rate, effect in ((0, -0.1), (0.5, 1.5), (0.2, 0)):
        with pytest.raises(ChangeRefused):
            planning.people_needed(rate, effect)


def test_every_score_of_the_page_is_in_the_catalogue():
    from pages.customers.voice import voice_page

    assert {*voice_page.CARDS, *voice_page.DELAYS, *voice_page.SCORES} <= set(CATALOGUE)
