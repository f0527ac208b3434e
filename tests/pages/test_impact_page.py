"""Impact: the same finding for every role, no look in between, nobody's name."""

import re
from dataclasses import replace
from datetime import date
from functools import partial

from pages.customers.churn import impact_details
from pages.customers.churn.impact_page import _headline
from tests.pages.staff import EVERYBODY, cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import customers
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.planned_analyses import Look


def test_every_role_reads_the_same_finding(open_page):
    titles = {open_page(viewer, "impact").title[0].value for viewer in EVERYBODY}
    assert len(titles) == 1
    assert titles.pop().startswith("Project Unity")


def test_a_figure_has_its_interval_its_number_and_its_target(open_page):
    page_text = words(open_page(somebody("executive"), "impact"))
    assert page_text.count("95% interval") >= 3 + 1
    assert "customers who complained" in page_text
    assert "no clear harm" in page_text
    assert "ustomers who withdrew their consent" in page_text
    assert "Target −18%" in page_text
    assert "Target +32%" in page_text
    assert re.search(r"of \d+ against .* of \d+", page_text)
    assert "no cost data" in page_text
    assert "The random assignment passed its check" in page_text


def test_before_its_first_look_an_experiment_shows_no_outcome(open_page):
    app = open_page(somebody("relationship_manager"), "impact")
    app.pills[0].set_value("rule:high_churn_risk").run()
    page_text = words(app)
    assert app.title[0].value.startswith("Not enough data yet to say")
    assert "first analysis on 27 Dec 2026" in page_text
    assert "interval" not in page_text
    assert {m.label for m in app.metric} <= {"Offered within 30 days", "Offer windows ended"}, (
        "of no experiment"
    )


def test_too_few_customers_is_not_said_to_be_no_clear_effect():
    look = Look(number=1, of=4, on=date(2026, 6, 30), after_the_fact=False, bound=2.0)
    result = ExperimentResult(
        experiment="e", title="Calls", arms={}, first_on=None, look=look, following=None
    )
    assert (
        _headline(result) == "Calls: not enough data yet to say what it does to churn or to wealth products"
    )


def test_a_look_that_was_not_planned_is_refused_in_a_sentence(open_page):
    app = open_page(somebody("analyst"), "impact", on="2026-03-31")
    assert "that analysis was not planned" in app.warning[0].value
    assert not app.metric
    assert open_page(somebody("analyst"), "impact", on="2026-06-30").metric
    assert open_page(somebody("analyst"), "impact", on="nonsense").metric


def test_nobody_is_named(open_page, bank):
    numbers = set(Reader(bank, SYSTEM).frame(customers.select())["customer_id"])
    app = open_page(somebody("team_lead"), "impact")
    assert not [n for n in numbers if n in words(app) + cells(app)]


def test_the_effects_after_3_6_and_12_months_stand_side_by_side_each_with_its_arms(open_page) -> None:
    texts = cells(open_page(somebody("analyst"), "impact")).replace("\\", "")
    assert re.search(
        r"points \(.+ to .+\); \d+ treated, \d+ held out|not enough data yet \(\d+ treated", texts
    )
    assert re.search(r"After 12 months\n0,Left,.*points \(.+ to .+\); \d+ treated, \d+ held out", texts)


def test_an_effect_that_is_not_there_yet_says_from_when_or_that_it_will_not_come() -> None:
    last = Look(number=4, of=4, on=date(2026, 9, 1), after_the_fact=False, bound=2.02)
    result = ExperimentResult(
        experiment="x", title="X", arms={}, first_on=date(2025, 9, 6), look=last, following=None
    )
    on = partial(impact_details._within, outcome="churn", months=12)
    assert on(result, today=date(2026, 6, 1)) == "too early: nobody before 1 Sep 2026"
    assert on(result, today=date(2026, 9, 2)) == "not read: no further analysis is planned"
    waits = replace(result, following=last)
    assert on(waits, today=date(2026, 9, 2)) == "too early: at the analysis on 1 Sep 2026"


def test_the_arms_are_compared_before_the_draw_and_who_can_be_saved_is_not_made_up(open_page) -> None:
    app = open_page(somebody("executive"), "impact")
    assert "Before the assignment" in words(app)
    assert "Standardised difference" in cells(app)
    assert "not enough data yet, because too few customers of one arm have left" in words(app)


def test_offers_within_30_days_have_their_figure_where_the_work_is_judged(open_page) -> None:
    app = open_page(somebody("team_lead"), "impact")
    assert "Offered within 30 days" in {m.label for m in app.metric}
