"""The quarterly review says what the catalogue says, to each role what it may see, and never more than is known."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Concatenate

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from metrics.attribution import channel_net_value
from metrics.catalogue import CATALOGUE
from metrics.catalogue.funnel import STAGES
from metrics.comparison.words import figure
from metrics.definitions.cache_key import P, R, key_of
from metrics.definitions.quarters import Quarter, quarter_named, quarter_of
from metrics.definitions.scope import Period, Scope
from metrics.qualification.qualification_versions import bank_reader
from metrics.query.query import Query, ask, figures
from models.evaluation.prediction_metrics import PredictionMetric
from models.experiments.lift import Counts
from models.value import net_value
from reports import review_composition as quarterly
from reports.answers import at_a_glance, together
from reports.answers.decisions import Decision, about_campaign, at_most
from reports.review import staff_survey
from reports.review.experiment_effects import as_counted
from reports.review.review_context import NOTHING_TO_DECIDE, ReviewContext, read, target_in_words
from reports.review.review_document import NAMES, Review
from tests.morning import copy_of, on, stores_in
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.disclosure.secondary_suppression import shown_groups
from warehouse.errors import Problem
from warehouse.stores.connect import Stores
from workflow.experiments import lift_tests
from workflow.experiments.lift_tests import Result
from workflow.goals.goal_records import GoalDraft, every_goal
from workflow.goals.goal_setting import set_goal
from workflow.goals.goal_signatures import SIGNS, sign_goal
from workflow.records import annotations as pinned_events
from workflow.records import benchmarks

# Its bank and reviews are made once, by one worker.
pytestmark = pytest.mark.xdist_group("quarterly review")

ROLES = ("executive", "analyst", "marketing", "sales")
CAUSAL = re.compile(r"\b(reduced|raised|lowered|increased|because|caused|thanks to|led to|due to)\b", re.I)


def reader_of(stores: Stores, role: str) -> Reader:
    return Reader(stores, Viewer(username=role, full_name=role, role=role), stores.snapshot())


def texts(value: object) -> Iterator[str]:
    """Every text of a review."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for one in fields(value):
            yield from texts(getattr(value, one.name))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts(item)


@pytest.fixture(scope="module")
def night(after_a_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """The sample bank after a night, with a goal that is behind, one that is met early, and one of nothing known."""
    folder = tmp_path_factory.mktemp("reviewed") / "data"
    copy_of(after_a_night, folder)
    stores = stores_in(folder)
    who, year = Viewer("executive", "Vivian Tse", "executive"), Period(date(2026, 1, 1), date(2026, 12, 31))
    then = on(stores, date(2026, 1, 5))
    for metric, target in (("churn_rate", 0.001), ("leads", 10.0), ("win_rate", 0.99)):
        number = set_goal(then, who, GoalDraft(metric=metric, target=target, span=year, owner="Sales"))
        for goal in every_goal(Reader(stores, SYSTEM)):
            for department in goal.waits_for if goal.goal_id == number else ():
                role = next(r for r, signs in SIGNS.items() if department in signs)
                sign_goal(then, Viewer(role, role, role), number, department, "signed")
    source = "HKMA, annual report", date(2025, 12, 1), "retail banks of Hong Kong"
    benchmarks.enter(then, who, "churn_rate", 0.02, *source)
    pinned_events.pin(then, who, "leads", date(2025, 11, 12), "Rate change")
    yield stores
    stores.app_db.dispose()


@pytest.fixture(scope="module")
def reviews(night: Stores) -> dict[str, Review]:
    """The review of the newest quarter for each role."""
    by_role = {}
    for role in ROLES:
        reader = reader_of(night, role)
        by_role[role] = quarterly.build(
            reader, quarterly.named("2026Q2", reader), data_coverage.available_columns(reader)
        )
    return by_role


@pytest.mark.parametrize("role", ROLES)
def test_each_role_reads_ten_answers_in_order_without_a_hole_in_a_sentence(reviews, role):
    review = reviews[role]
    assert [a.key for a in review.answers] == list(NAMES)
    sentences = list(texts(review))
    assert not [t for t in sentences if "nan" in re.findall(r"\w+", t) or "None" in t]
    assert all(a.title and a.question for a in review.answers)
    for answer in review.answers:
        if answer.table is not None:
            assert {len(row) for row in answer.table.rows} <= {len(answer.table.columns)}
            assert all(isinstance(cell, str) for row in answer.table.rows for cell in row)
        if answer.chart is not None:
            lengths = {len(s.values) for s in answer.chart.series}
            assert lengths == {len(answer.chart.categories)}
            assert len(set(answer.chart.categories)) == len(answer.chart.categories)


@pytest.mark.parametrize("role", ROLES)
def test_every_figure_of_the_catalogue_is_what_the_catalogue_answers_that_role(reviews, night, role):
    review, reader = reviews[role], reader_of(night, role)
    # Of goals a figure is that of the goal's own days and part of the bank.
    cards = [f for a in review.answers if a.key != "goals" for f in a.figures if f.metric]
    names = sorted({f.metric for f in cards})
    answer = ask(Query.of(names, Scope(review.period), periods=[review.period]), reader)
    for card in cards:
        value = figures(CATALOGUE[card.metric], answer.iloc[0])["value"]
        if pd.notna(value):
            assert card.value == figure(CATALOGUE[card.metric], value)
    assert {f.metric for f in review.figures if f.metric} <= set(names)


def test_beneath_each_answer_stands_what_to_do_and_decisions_are_a_table_with_owner_and_day(reviews):
    for review in reviews.values():
        for answer in review.answers:
            assert bool(answer.recommendation) is (answer.key != "decisions"), answer.key
        decisions = next(a for a in review.answers if a.key == "decisions")
        assert decisions.to_decide
        assert decisions.table is not None
        assert decisions.table.columns == ("Recommendation", "Worth", "Owner", "By when")
        assert len(decisions.table.rows) >= len(decisions.to_decide)
        assert all(all(cell for cell in row) for row in decisions.table.rows)


def test_trends_are_eight_quarters_of_what_the_catalogue_answers(reviews, night):
    review, reader = reviews["analyst"], reader_of(night, "analyst")
    quarter = quarterly.named("2026Q2", reader)
    trends = next(e for e in review.exhibits if len(e.charts) > 1)
    drawn = next(c for c in trends.charts if c.series[0].name == CATALOGUE["leads"].label)
    answer = ask(
        Query.of(["leads"], Scope(quarter.period), periods=[quarter.back(3).whole, quarter.period]), reader
    )
    assert len(drawn.categories) == 8
    assert [drawn.series[0].values[4], drawn.series[0].values[7]] == list(answer["leads"])
    assert drawn.lines, "the goal for leads is drawn"


def test_a_benchmark_stands_on_its_card_with_its_source_and_what_was_pinned_on_its_chart(reviews):
    for review in reviews.values():
        card = next(f for f in review.figures if f.metric == "churn_rate")
        assert (
            card.benchmark == "2.0% (HKMA, annual report, 1 Dec 2025; measured on retail banks of Hong Kong)"
        )
        assert not next(f for f in review.figures if f.metric == "nps").benchmark
        charts = {c.series[0].name: c for e in review.exhibits for c in e.charts}
        assert charts[CATALOGUE["leads"].label].events == (("Q4 25", "12 Nov 2025: Rate change"),)


def test_the_staff_survey_is_for_executives_and_analysts_alone(reviews):
    together = {role: next(a for a in r.answers if a.key == "together") for role, r in reviews.items()}
    assert together["executive"].table == together["analyst"].table
    for role in ("marketing", "sales"):
        assert together[role].table is None
        assert "not for your role" in " ".join(together[role].sentences)


def test_where_no_dispute_was_settled_that_is_said_without_a_number(reviews):
    for review in reviews.values():
        disputes = next(f for a in review.answers for f in a.figures if f.label == "Disputes settled")
        assert not any(c.isdigit() for c in disputes.value)


def test_only_a_pilot_with_a_control_group_says_what_it_did(reviews):
    studies = [study for review in reviews.values() for study in review.case_studies]
    assert any(study.controlled for study in studies)
    for study in studies:
        if not study.controlled:
            assert not [t for t in texts(study) if CAUSAL.search(t)]
            assert "went together with" in study.title


def test_an_unclear_effect_is_never_called_ours(reviews):
    churn = next(a for a in reviews["executive"].answers if a.key == "churn")
    effects = [f for f in churn.figures if not f.metric]
    if all(f.verdict in ("no significant change", "not enough data yet") for f in effects):
        assert "no effect of ours is clear yet" in churn.title


def test_a_decision_names_the_figure_that_calls_for_it(reviews):
    decisions = next(a for a in reviews["executive"].answers if a.key == "decisions")
    assert decisions.sentences
    assert all("?" in s and re.search(r"\d", s) and "(Page " in s for s in decisions.sentences)
    reasons = " ".join(decisions.sentences)
    assert "Churn rate" in reasons
    assert "Leads" not in reasons, "a goal that is met asks for no decision"


@given(count=some.integers(0, 40), most=some.integers(1, 9))
def test_a_meeting_takes_so_many_decisions_and_none_is_lost(count, most):
    every = [Decision(f"Stop {n}?", f"{n}%.", "campaigns", "Campaigns") for n in range(count)]
    kept = at_most(every, most)
    assert len(kept) == min(count, most)
    assert all(f"Stop {n}" in " ".join(d.what + d.figure for d in kept) for n in range(count))
    assert all(d.what.endswith("?") for d in kept)


def test_a_cost_is_within_its_plan_or_over_it_as_among_the_goals():
    cost, leads = CATALOGUE["marketing_cost"], CATALOGUE["leads"]
    assert target_in_words(cost, {"value": 90.0}, 100.0).endswith(", within plan")
    assert target_in_words(cost, {"value": 110.0}, 100.0).endswith(", over plan")
    assert target_in_words(leads, {"value": 110.0}, 100.0).endswith(", met")


def test_a_share_or_score_no_farther_from_its_target_than_chance_is_neither_met_nor_not():
    nps, lost = CATALOGUE["nps"], CATALOGUE["churn_rate"]
    for value in (4.6, 5.4):
        assert (
            target_in_words(nps, {"value": value, "denominator": 5_000}, 5.0)
            == "+5 points, no significant difference"
        )
    assert target_in_words(nps, {"value": 15.0, "denominator": 5_000}, 5.0) == "+5 points, met"
    assert target_in_words(lost, {"value": 0.03, "denominator": 30_000}, 0.02) == "2.0%, above the limit"
    assert target_in_words(lost, {"value": 0.01, "denominator": 30_000}, 0.02) == "2.0%, within the limit"


def test_no_headline_figure_needs_a_specialist_and_seven_decisions_are_enough(reviews):
    for review in reviews.values():
        answers = {a.key: a for a in review.answers}
        assert len(answers["decisions"].sentences) <= 7
        assert not [f for a in review.answers for f in a.figures if "AUC" in f.label + f.value + f.n]


def test_a_quarter_before_the_data_begin_is_not_known_rather_than_0(reviews):
    for review in reviews.values():
        churn = next(a for a in review.answers if a.key == "churn")
        values = churn.chart.series[0].values if churn.chart else (None,)
        delivered = [v for v in values if v is not None]
        assert not delivered or delivered[0] > 0


def test_nothing_is_compared_with_a_time_before_the_data_begin(night):
    """Nobody had left by then, says a count; so every first year would be worse than the year before."""
    reader = reader_of(night, "executive")
    available = data_coverage.available_columns(reader)
    offered = quarterly.quarters(reader, available)
    for quarter in (offered[-1], offered[-4]):
        review = quarterly.build(reader, quarter, available)
        answers = {a.key: a for a in review.answers}
        assert review.begun == offered[-1].period.start
        assert "with no data of a year before" in answers["churn"].title
        assert "a year before)" not in review.title
        assert answers["satisfaction"].title.startswith("No data of a year before")
        assert not any(f.year_before for a in review.answers for f in a.figures)
        assert not [t for t in texts(review) if "not enough data yet to say against a year" in t]
    assert quarterly.build(reader, offered[-5], available).begun is None


def test_a_quarter_whose_first_month_has_no_data_is_no_year_before(night):
    nothing, quarter = pd.DataFrame(), Quarter(2025, 3, date(2026, 6, 30))
    reader = reader_of(night, "executive")
    for begun, there in ((date(2024, 7, 1), True), (date(2024, 8, 1), False), (None, True)):
        context = ReviewContext(
            reader=reader,
            available=AvailableColumns(frozenset()),
            quarter=quarter,
            once=quarterly.each_time(reader),
            figures=nothing,
            history=nothing,
            targets={},
            begun=begun,
        )
        assert context.is_there(2) == there


@pytest.mark.parametrize(
    ("role", "cut"),
    [("analyst", "first 47 days of each quarter"), ("executive", "first month of each quarter")],
)
def test_a_chart_of_a_running_quarter_says_that_every_quarter_is_cut_to_its_days(night, role, cut):
    reader = reader_of(night, role)
    review = quarterly.build(
        reader, Quarter(2026, 2, date(2026, 5, 17)), data_coverage.available_columns(reader)
    )
    charts = {a.key: a.chart for a in review.answers if a.key in ("churn", "value", "together")}
    for chart in charts.values():
        assert chart is not None
        assert chart.series[0].name.endswith(f", {cut}")
        assert cut in chart.says


def test_departments_with_the_same_score_are_named_together():
    scores = pd.DataFrame({"department": ["Finance", "Sales", "Risk"], "score": [2.96, 3.04, 3.4]})
    assert together._at(scores, 0) == "Finance and Sales (3.0 each)"
    assert together._at(scores, -1) == "Risk (3.4)"


def test_goals_off_plan_come_with_what_feeds_them_and_stand_beside_those_met(reviews):
    for review in reviews.values():
        goals = review.answers[0]
        states = {row[0]: row[-2] for row in goals.table.rows}
        assert states["Churn rate"] == "Above the limit", "people who leave are not “behind” a plan"
        assert states["Leads"].startswith("Met early")
        assert any(s.startswith("Churn rate") and "feed" in s for s in goals.sentences)
        assert any(s.startswith("Met or on plan: Leads: ") and "a year before" in s for s in goals.sentences)
        off = sum(v in ("Behind the goal", "Above the limit") for v in states.values())
        assert f"{off} of 3 goals off plan" in goals.title


def test_a_bank_without_surveys_goals_or_experiment_is_answered_in_sentences(loaded: Stores):
    """Before its first night and before anybody has set a goal; and of an extract without half the departments."""
    for role in ("executive", "sales"):
        reader = reader_of(loaded, role)
        available = data_coverage.available_columns(reader)
        less = AvailableColumns(
            frozenset(
                k for k in available if k.split(".")[0] not in {"surveys", "leads", "revenues", "tickets"}
            )
        )
        review = quarterly.build(reader, quarter_of(data_coverage.as_of(reader)), less)
        answers = {a.key: a for a in review.answers}
        assert len(answers) == 10
        assert answers["satisfaction"].title.endswith("is not known: `surveys` was not given")
        assert "not been measured" in answers["cross_sell"].title
        assert answers["channels"].figures == ()
        assert not [t for t in texts(review) if "nan" in re.findall(r"\w+", t)]


def test_only_who_reached_the_last_stage_is_called_a_customer(night: Stores):
    reader = reader_of(night, "analyst")
    available = AvailableColumns(
        frozenset(k for k in data_coverage.available_columns(reader) if k != "leads.won_at")
    )
    for quarter, end in (
        (Quarter(2026, 2, date(2026, 6, 30)), "at its end"),
        (Quarter(2026, 2, date(2026, 5, 14)), "so far"),
    ):
        context = read(reader, quarter, available, quarterly.each_time(reader))
        (funnel,) = at_a_glance._funnel(replace(context, begun=quarter.whole.start))
        assert f"reached “Opportunity” {end}" in funnel.title
        assert funnel.recommendation == NOTHING_TO_DECIDE
        assert at_a_glance._title(STAGES[-1], 10.0, 2.0, end).endswith(f"customers {end}")


def test_a_running_quarter_is_compared_with_as_many_days_or_with_as_many_months(night: Stores):
    running = Quarter(2026, 2, date(2026, 5, 14))
    reader = reader_of(night, "analyst")
    review = quarterly.build(reader, running, data_coverage.available_columns(reader))
    assert review.partial
    assert review.before is not None
    assert review.year_before is not None
    assert (review.before.start, review.year_before.start) == (date(2026, 1, 1), date(2025, 4, 1))
    assert review.before.days == review.year_before.days == review.period.days == 44
    assert "to 14 May" in review.title
    assert next(e for e in review.exhibits if len(e.charts) == 1).title.endswith(("so far", "before"))
    reader = reader_of(night, "executive")
    review = quarterly.build(reader, running, data_coverage.available_columns(reader))
    assert review.partial
    ends = [p.end for p in (review.before, review.year_before, review.period) if p is not None]
    assert ends == [date(2026, 1, 31), date(2025, 4, 30), date(2026, 4, 30)]
    assert "to 30 Apr" in review.title
    # Two days' scores of a department would tell what those said who answered in between.
    together = next(a for a in review.answers if a.key == "together")
    assert together.table is None
    assert "shown when the quarter is over" in " ".join(together.sentences)
    assert "staff survey" not in together.title


def test_a_cached_review_knows_what_people_wrote_a_moment_ago(night: Stores):
    """Page and file are made at different moments, from the same application database: only the file is made without a cache."""
    reader, kept = reader_of(night, "executive"), dict[str, Any]()

    def once(function: Callable[Concatenate[Reader, P], R], /, *arguments: P.args, **named: P.kwargs) -> R:
        key = key_of(function, arguments, named)
        if key not in kept:
            kept[key] = function(bank_reader(reader, function), *arguments, **named)
        return kept[key]

    quarter, available = quarterly.named("2026Q2", reader), data_coverage.available_columns(reader)
    quarterly.build(reader, quarter, available, once)
    assert len(kept) > 10
    analyst = Viewer("analyst", "Ada Fung", "analyst")
    result = Result(
        channel=lift_tests.channels(reader)[0],
        population="Two branches drawn by lot",
        starts_on=date(2026, 4, 1),
        ends_on=date(2026, 5, 31),
        counts=Counts(treated=5_000, treated_won=300, held_out=5_000, held_out_won=240),
        source="Report 7",
    )
    lift_tests.enter(night, analyst, result)
    review = quarterly.build(reader, quarter, available, once)
    assert [s for s in review.case_studies if any("Report 7" in source for source in s.sources)]
    assert review.case_studies == quarterly.build(reader, quarter, available).case_studies


def test_quarters_are_offered_newest_first_as_far_as_there_are_data(night: Stores):
    reader = reader_of(night, "executive")
    offered = quarterly.quarters(reader, data_coverage.available_columns(reader))
    assert offered[0] == quarter_of(data_coverage.as_of(reader))
    assert [offered[0].back(n) for n in range(len(offered))] == list(offered)
    assert len(offered) < quarterly.MOST_QUARTERS
    with pytest.raises(Problem, match="2026Q2"):
        quarterly.named("2031Q1", reader)


@settings(deadline=None)
@given(some.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_a_quarter_holds_its_day_and_is_read_back_from_its_name(day):
    quarter = quarter_of(day)
    assert quarter.period.start <= day == quarter.period.end
    assert quarter_named(quarter.name, day) == quarter
    assert quarter.is_partial == (quarter_of(day + timedelta(days=1)).name == quarter.name)
    for other in (quarter.before, quarter.year_before):
        assert other.end < quarter.period.start
        assert other.start.day == 1
        assert 0 <= quarter.period.days - other.days <= 2 or not quarter.is_partial


# What is told about small departments must be the same whatever they answered.

ANSWERS = some.dictionaries(
    some.sampled_from("ABCDEFG"), some.lists(some.integers(1, 5), max_size=14), max_size=7
)


def survey_of(bank: dict[str, list[int]], fewest: int) -> staff_survey.Survey:
    rows = [(d, "q", len(a), sum(a)) for d, a in bank.items() if a]
    answers = pd.DataFrame(rows, columns=["department", "question", "answers", "points"])
    return staff_survey.without_small_departments(answers, fewest)


def everything_said(survey: staff_survey.Survey) -> str:
    """All that leaves the survey, as one value to compare."""
    shown_rows = [tuple(r) for r in survey.departments.sort_values("department").itertuples(index=False)]
    return str((shown_rows, survey.hidden, survey.people, survey.score, survey.questions.to_dict("list")))


@settings(deadline=None, max_examples=50)
@given(ANSWERS, some.integers(3, 9), some.data())
def test_no_hidden_departments_number_or_score_can_be_worked_out(bank, fewest, data):
    """For every hidden department there is another bank that reads the same, with other numbers in it."""
    bank = {d: a for d, a in bank.items() if a}
    survey = survey_of(bank, fewest)
    small = {d for d, a in bank.items() if len(a) < fewest}
    assert small <= set(survey.hidden)
    assert len(survey.hidden) != 1 or len(bank) == 1
    for department in small:
        other = data.draw(some.lists(some.integers(1, 5), min_size=1, max_size=fewest - 1))
        assert everything_said(survey_of(bank | {department: other}, fewest)) == everything_said(survey)
    with_it = set(survey.hidden) - small
    if len(with_it) == 1 and len(small) == 1:
        # The one hidden with the small one: whoever knows the whole cannot tell the two apart.
        (a,), (b,) = small, with_it
        swapped = survey_of(bank | {a: bank[b], b: bank[a]}, fewest)
        assert everything_said(swapped) == everything_said(survey)


@settings(deadline=None)
@given(some.dictionaries(some.text(max_size=3), some.integers(0, 40), max_size=8), some.integers(2, 12))
def test_a_group_is_shown_only_if_it_is_large_and_never_next_to_a_single_hidden_one(sizes, fewest):
    kept = shown_groups(sizes, fewest)
    assert all(sizes[name] >= fewest for name in kept)
    assert len(sizes) - len(kept) != 1 or len(sizes) == 1
    if all(size >= fewest for size in sizes.values()):
        assert kept == frozenset(sizes)


def test_a_small_department_is_hidden_for_who_sees_every_row_too(night: Stores):
    full = staff_survey.survey(Reader(night, SYSTEM), Quarter(2026, 2, date(2026, 6, 30)).period)
    seen = staff_survey.survey(reader_of(night, "executive"), Quarter(2026, 2, date(2026, 6, 30)).period)
    assert full is not None
    assert seen is not None
    assert everything_said(full) == everything_said(seen)
    assert len(full.departments) == 8


@pytest.mark.parametrize(
    ("ends_on", "question"),
    [
        (date(2025, 11, 30), "Rule out another campaign like “Promise”, which ran until 30 Nov 2025?"),
        (date(2026, 6, 30), "Rule out another campaign like “Promise”, which ran until 30 Jun 2026?"),
        (date(2026, 7, 1), "Stop or rewrite the campaign “Promise”?"),
        (None, "Stop or rewrite the campaign “Promise”?"),
    ],
)
def test_a_campaign_that_is_over_is_not_asked_to_stop(ends_on: date | None, question: str) -> None:
    listed = SimpleNamespace(name="Promise", ends_on=ends_on)
    assert about_campaign("CMP-06", listed, date(2026, 6, 30)) == question


def test_shares_that_do_not_give_the_effect_beside_them_say_why() -> None:
    def figure_of(value: float) -> PredictionMetric:
        return PredictionMetric(value=value, low=value - 0.1, high=value + 0.1)

    counted, adjusted = figure_of(343 / 385 - 1), figure_of(-0.0912)
    difference = as_counted({"relative": counted, "relative_adjusted": adjusted})
    assert difference == " (−10.9% as counted, before adjusting for the risk known before assignment)"
    assert (
        as_counted({"relative": counted})
        == as_counted({"relative": counted, "relative_adjusted": counted})
        == ""
    )


def test_a_groups_value_has_one_interval_and_one_verdict_for_every_role(night: Stores):
    """The count of those who left is blank for some roles where it is small; the interval made of it is not theirs alone."""
    year = Scope(Period(date(2025, 7, 1), date(2026, 6, 30)))
    for by in ("channel", "campaign"):
        seen = {
            role: net_value.judged(channel_net_value.groups(reader_of(night, role), by, year)).set_index(
                "group"
            )
            for role in ROLES
        }
        analysts = seen.pop("analyst")
        assert len(analysts) > 1
        for judged in seen.values():
            both = judged.index[judged["won"].notna() & judged["value"].notna()]
            assert len(both) > 1
            columns = ["ltv_low", "ltv_high", "gain_low", "gain_high", "verdict"]
            pd.testing.assert_frame_equal(judged.loc[both, columns], analysts.loc[both, columns])
