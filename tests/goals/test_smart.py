"""Each letter of SMART: a goal that lacks it is told which one and what to do."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.plan_pace import Forecast
from metrics.definitions.scope import Period, fiscal_year, parts_by_month, year_before
from workflow.goals.goal_records import DIGITAL, GoalDraft
from workflow.goals.smart import LETTERS, Evidence, judge, plus_a_quarter, read, wrong_target

AS_OF = date(2026, 6, 30)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
GOOD = GoalDraft(
    metric="qualified_conversions",
    target=5_000.0,
    span=YEAR,
    owner="Marketing and Sales",
    filters=(("channel", DIGITAL),),
    linked_to="revenue",
)
HEADING = Forecast(low=4_000.0, middle=4_600.0, high=5_200.0, method="")
KNOWN = Evidence(before=4_500.0, heading=HEADING)
NOTE = "Two new branches will send us leads."


def test_a_smart_goal_fails_no_letter() -> None:
    assert judge(GOOD, KNOWN, AS_OF) == {}


CASES = [
    ("S", {"owner": " "}, KNOWN, "department that owns the goal"),
    ("S", {"metric": "open_alerts"}, KNOWN, "not kept by channel"),
    ("M", {"metric": "happiness"}, KNOWN, "figure of the dictionary"),
    ("M", {"target": 0.0}, KNOWN, "number above 0"),
    ("M", {"target": -5.0}, KNOWN, "−5 is not a valid target. Write it as a number above 0"),
    ("M", {"target": float("nan")}, KNOWN, "Write the target as a number: the field is empty"),
    ("M", {"target": float("inf")}, KNOWN, "as a number"),
    (
        "M",
        {"metric": "win_rate", "target": 70.0},
        KNOWN,
        "7,000% cannot be a target for win rate. Write it in %",
    ),
    ("M", {"metric": "win_rate", "target": 0.0}, KNOWN, "in %, above 0 and up to 100"),
    ("M", {"metric": "win_rate", "target": float("nan")}, KNOWN, "Write the target in %: the field is empty"),
    ("M", {"metric": "nps", "target": 130.0, "filters": ()}, KNOWN, "in points, from −100 to +100"),
    ("M", {"metric": "revenue", "target": float("nan"), "filters": ()}, KNOWN, "Write the target in HKD"),
    ("M", {"metric": "cac", "target": 0.0}, KNOWN, "Write it in HKD, a number above 0"),
    ("M", {"target": 58_360.0}, KNOWN, "over ten times anything seen so far (5,200)"),
    ("M", {"target": 5.0}, KNOWN, "under a tenth of anything seen so far (4,000)"),
    ("A", {"target": 5_201.0}, KNOWN, "outside the forecast: 4,000 to 5,200"),
    ("A", {"target": 7_000.0}, Evidence(before=4_500.0), "+56% against 4,500 a year before"),
    ("A", {}, Evidence(), "no history"),
    ("A", {}, Evidence(before=0.0), "no history"),
    ("A", {"target": 5_201.0, "note": "We hope."}, KNOWN, "note of at least 20 letters"),
    ("A", {"metric": "churn_rate", "target": 0.04}, Evidence(before=0.09), "−56%"),
    ("R", {"linked_to": ""}, KNOWN, "revenue, cost or customer satisfaction"),
    ("R", {"linked_to": "fame"}, KNOWN, "revenue, cost or customer satisfaction"),
    ("T", {"span": Period(date(2026, 12, 31), date(2026, 1, 1))}, KNOWN, "last day lies before"),
    ("T", {"span": Period(date(2026, 1, 1), date(2026, 6, 30))}, KNOWN, "ended on 30 Jun 2026"),
    ("T", {"span": Period(date(2026, 7, 1), date(2026, 7, 14))}, KNOWN, "four weeks to two years"),
    ("T", {"span": Period(date(2026, 1, 1), date(2028, 12, 31))}, KNOWN, "four weeks to two years"),
]


@pytest.mark.parametrize(("letter", "change", "evidence", "reason"), CASES)
def test_the_letter_that_fails_is_named_with_a_sentence(
    letter: str, change: dict, evidence: Evidence, reason: str
) -> None:
    reasons = judge(replace(GOOD, **change), evidence, AS_OF)
    assert list(reasons) == [letter], reasons
    assert reason in reasons[letter]
    assert reasons[letter].endswith(".")


def test_every_letter_has_a_case() -> None:
    assert {case[0] for case in CASES} == set(LETTERS)


def test_not_saying_which_part_of_the_bank_is_not_specific() -> None:
    assert list(judge(replace(GOOD, filters=()), KNOWN, AS_OF, part_chosen=False)) == ["S"]
    assert judge(replace(GOOD, filters=()), KNOWN, AS_OF) == {}


@pytest.mark.parametrize("evidence", [Evidence(), Evidence(before=1000.0), replace(KNOWN, before=1.0)])
def test_a_note_on_what_will_be_different_makes_a_bold_goal_achievable(evidence: Evidence) -> None:
    assert judge(replace(GOOD, target=9_000.0, note=NOTE), evidence, AS_OF) == {}


@pytest.mark.parametrize(("metric", "target"), [("nps", 0.0), ("nps", -5.0), ("net_revenue", -1000.0)])
def test_a_score_and_what_is_left_of_revenue_may_aim_at_or_below_zero(metric: str, target: float) -> None:
    assert wrong_target(CATALOGUE[metric], target) == ""


@given(st.sampled_from(sorted(CATALOGUE)), st.none() | st.floats())
def test_what_was_typed_is_a_target_or_refused_with_its_unit(name: str, typed: float | None) -> None:
    metric = CATALOGUE[name]
    target = read(metric, typed)
    refused = wrong_target(metric, target)
    if refused:
        unit = {"share": "%", "count": "number"}.get(metric.unit, metric.unit)
        assert unit in refused
        assert "Write" in refused
    else:
        assert math.isfinite(target)
        assert metric.unit != "share" or 0 < target <= 1


def test_a_number_far_from_everything_seen_is_set_once_it_is_confirmed() -> None:
    bold = replace(GOOD, target=90_000.0, note=NOTE)
    assert list(judge(bold, KNOWN, AS_OF)) == ["M"]
    assert judge(bold, KNOWN, AS_OF, meant=True) == {}


def test_several_letters_fail_at_once_in_their_order() -> None:
    nothing = GoalDraft(metric="?", target=0.0, span=Period(AS_OF, AS_OF), owner="")
    assert list(judge(nothing, Evidence(), AS_OF)) == ["S", "M", "R", "T"]


def test_the_template_asks_a_quarter_more_than_the_year_before() -> None:
    draft = plus_a_quarter(YEAR, 4_669.0, (("channel", DIGITAL),))
    assert (draft.target, draft.baseline, draft.owner) == (5_836.0, 4_669.0, "Marketing and Sales")
    assert judge(replace(draft, note=NOTE), KNOWN, AS_OF) == {}
    assert "M" in judge(plus_a_quarter(YEAR, None, ()), Evidence(), AS_OF)


@pytest.mark.parametrize(
    ("day", "first", "start", "end"),
    [
        (date(2026, 6, 30), 1, date(2026, 1, 1), date(2026, 12, 31)),
        (date(2026, 6, 30), 7, date(2025, 7, 1), date(2026, 6, 30)),
        (date(2026, 7, 1), 7, date(2026, 7, 1), date(2027, 6, 30)),
        (date(2024, 2, 29), 3, date(2023, 3, 1), date(2024, 2, 29)),
        (date(2026, 3, 31), 4, date(2025, 4, 1), date(2026, 3, 31)),
    ],
)
def test_the_fiscal_year_of_a_day(day: date, first: int, start: date, end: date) -> None:
    assert fiscal_year(day, first) == Period(start, end)


def test_the_year_before_keeps_whole_months_whole_across_a_leap_day() -> None:
    assert year_before(Period(date(2025, 2, 1), date(2025, 2, 28))).end == date(2024, 2, 29)
    assert year_before(Period(date(2024, 2, 29), date(2024, 3, 1))).start == date(2023, 2, 28)


def test_a_span_is_cut_at_the_ends_of_its_months() -> None:
    parts = parts_by_month(Period(date(2025, 12, 15), date(2026, 2, 3)))
    assert [p.days for p in parts] == [17, 31, 3]
