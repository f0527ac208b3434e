"""Lessons: short, answered from the reader's own data, recorded once; nobody reads how far a colleague is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from tests.morning import on
from tests.pages.staff import somebody
from warehouse.access.reader import SYSTEM, Reader
from warehouse.access.roles import ROLES, RULES
from warehouse.app_db.app_schema import lesson_results, users
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import relationship_managers
from warehouse.stores.connect import Stores
from workflow.collaboration import record_store
from workflow.collaboration.department_groups import SMALLER
from workflow.collaboration.events import SKILLS
from workflow.collaboration.sample_history import PEOPLE
from workflow.experiments.planned_tests import people_needed
from workflow.learning import certificates, first_tasks
from workflow.learning.exercises import JudgementExercise, OwnerExercise, check_right
from workflow.learning.figure_exercises import FigureExercise, HypothesisExercise, WorstStepExercise
from workflow.learning.lesson import LONGEST, TIERS, Lesson
from workflow.learning.lesson_results import (
    FEWEST_COLLEAGUES,
    is_passed,
    pass_lesson,
    passed_by,
    progress_by_department,
    share_passed,
    together,
)
from workflow.learning.lessons import LESSONS, about_page, of_tier
from workflow.learning.sample_learning import write_sample_learning
from workflow.learning.stuck import stuck

FIRST = LESSONS["read-a-figure"]


def _accounts(bank: Stores, people: Mapping[str, int]) -> None:
    with bank.app_db.begin() as app_db:
        app_db.execute(lesson_results.delete())
        app_db.execute(users.delete())
        for role, count in people.items():
            for number in range(1, count + 1):
                row = {"username": f"{role}-{number}", "full_name": f"{role} {number}", "role": role}
                app_db.execute(
                    users.insert().values(password_hash="", created_at=datetime(2026, 1, 1), **row)
                )


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=list(LESSONS))
def test_a_lesson_is_short_and_everybody_has_an_exercise(lesson: Lesson) -> None:
    assert len(lesson.text.split()) <= LONGEST
    last = lesson.exercises[-1]
    assert isinstance(last, OwnerExercise | JudgementExercise), "the last needs no figure"
    for exercise in lesson.exercises:
        assert set(exercise.metrics) <= set(CATALOGUE)
        if isinstance(exercise, JudgementExercise):
            assert exercise.right in exercise.options
            assert [o for o in exercise.options if not exercise.fault(o, {})] == [exercise.right]


def test_every_tier_has_three_to_six_lessons_and_every_role_is_meant_by_one() -> None:
    for tier in TIERS:
        assert 3 <= len(of_tier(tier)) <= 6
    assert TIERS["everyone"].roles == set(ROLES)
    assert {x.skill for x in of_tier("people")} <= set(SKILLS)
    assert {x.name for x in about_page("customer-health", "relationship_manager")} == {
        x.name for x in of_tier("relationship")
    }


def test_the_certificate_counts_the_first_answers_and_is_renewed_by_taking_the_lessons_again(
    bank: Stores,
) -> None:
    me, lessons = somebody("analyst"), of_tier("analysts")
    certificates.note_not_right(bank, me, lessons[0])
    assert [certificates.passed(bank, me, lesson) for lesson in lessons[:-1]] == [None] * (len(lessons) - 1)
    first = certificates.passed(bank, me, lessons[-1])
    assert first is not None
    assert (first.lessons, first.right_at_once) == (len(lessons), len(lessons) - 1)
    assert certificates.latest(bank, somebody("marketing")) is None
    assert not first.is_due(date(2026, 7, 1))
    later = on(bank, first.valid_until)
    assert first.is_due(first.valid_until)
    assert not first.has_run_out(first.valid_until)
    assert not any(is_passed(lesson, certificates.standing(later, me)) for lesson in lessons)
    assert all(is_passed(lesson, certificates.standing(bank, me)) for lesson in lessons)
    second = [certificates.passed(later, me, lesson) for lesson in lessons][-1]
    assert second is not None
    assert (second.round, second.right_at_once) == (2, len(lessons))


def test_only_her_own_team_lead_reads_who_is_stuck_and_at_which_lesson(bank: Stores) -> None:
    manager = relationship_managers.c
    rows = Reader(bank, SYSTEM, bank.snapshot()).rows(
        select(manager.rm_id, manager.team).order_by(manager.rm_id)
    )
    number, team = rows[0].rm_id, rows[0].team
    with bank.app_db.begin() as app_db:
        app_db.execute(users.delete())
        app_db.execute(
            users.insert().values(
                username="rm", full_name="Ann Lee", role="relationship_manager", rm_id=number, password_hash="",
                created_at=datetime(2026, 6, 1),
            )
        )  # fmt: skip
    lead, today = somebody("team_lead", team=team), date(2026, 7, 1)
    (line,) = stuck(bank, lead, today) or ()
    assert (line.full_name, line.following.name) == ("Ann Lee", "read-a-figure")
    assert stuck(bank, somebody("team_lead", team="Another"), today) == ()
    assert stuck(bank, somebody("executive"), today) is None
    pass_lesson(bank, replace(somebody("relationship_manager"), username="rm"), FIRST)
    assert stuck(bank, lead, today) == ()
    (line,) = stuck(bank, lead, date(2026, 7, 15)) or ()
    assert line.following.name == "one-meaning"


def test_the_share_of_passed_lessons_grows_by_day_and_of_few_colleagues_nothing_is_said(bank: Stores) -> None:
    _accounts(bank, {"sales": 6, "service": 4})
    pass_lesson(bank, replace(somebody("sales"), username="sales-1"), FIRST)
    days = [date(2026, 6, 30), date(2026, 7, 1)]
    assert share_passed(bank, [FIRST], days) == [None, 0.1]
    _accounts(bank, {"sales": 4})
    assert share_passed(bank, [FIRST], days) == []


def test_a_figure_is_right_as_the_screen_shows_it_and_not_otherwise() -> None:
    leads = FigureExercise(question="How many?", metric="leads")
    assert leads.fault(412, {"leads": 412.0}) == ""
    assert leads.fault(413, {"leads": 412.0})
    assert leads.fault(None, {"leads": 412.0})
    rate = FigureExercise(question="Which share?", metric="churn_rate")
    assert rate.fault(3.3, {"churn_rate": 0.03271}) == ""
    assert rate.fault(0.033, {"churn_rate": 0.03271})
    money = FigureExercise(question="How much?", metric="revenue")
    assert money.fault(12_300_000, {"revenue": 12_345_678.0}) == ""
    assert money.fault(12_500_000, {"revenue": 12_345_678.0})


def test_an_exercise_whose_figure_is_not_there_is_never_right() -> None:
    with pytest.raises(ChangeRefused):
        check_right(FigureExercise(question="How many?", metric="leads"), 0, {})


def test_the_worst_step_is_the_lowest_share_and_two_alike_are_not_asked() -> None:
    stages = (("Leads", "leads"), ("MQL", "mql"), ("SQL", "sql"), ("Customer", "won"))
    exercise = WorstStepExercise(question="Which?", stages=stages)
    values = {"leads": 100.0, "mql": 60.0, "sql": 20.0, "won": 15.0}
    assert exercise.is_ready(values)
    assert exercise.fault("MQL to SQL", values) == ""
    assert "60.0%" in exercise.fault("Leads to MQL", values)
    assert not exercise.is_ready({**values, "sql": 36.0, "won": 21.6})
    assert not exercise.is_ready({"leads": 100.0, "mql": 60.0})


@given(st.sampled_from(["churn_rate", "win_rate", "repeat_share"]), st.floats(0.01, 0.7))
def test_the_rule_of_thumb_of_the_lesson_passes_the_exact_number_and_half_of_it_does_not(
    metric: str, rate: float
) -> None:
    exercise = HypothesisExercise(choices=(metric,))
    direction = "rise" if CATALOGUE[metric].better == "up" else "fall"
    values, d = {metric: rate}, 0.2 * rate
    if not exercise.is_ready(values):
        return
    needed = people_needed(rate, exercise.effect(metric))
    assert exercise.fault((metric, direction, needed), values) == ""
    thumb = 16 * rate * (1 - rate) / d**2
    if rate <= 0.4:
        assert exercise.fault((metric, direction, thumb), values) == ""
    assert "More people" in exercise.fault((metric, direction, needed / 2), values)
    assert "Fewer people" in exercise.fault((metric, direction, needed * 2), values)
    assert "better means" in exercise.fault(
        (metric, {"rise": "fall", "fall": "rise"}[direction], needed), values
    )


def test_a_lesson_is_passed_once_and_again_when_it_changes(bank: Stores) -> None:
    me = somebody("analyst")
    pass_lesson(bank, me, FIRST)
    assert is_passed(FIRST, passed_by(bank, me))
    with pytest.raises(ChangeRefused, match="already"):
        pass_lesson(bank, me, FIRST)
    changed = replace(FIRST, version=FIRST.version + 1)
    assert not is_passed(changed, passed_by(bank, me))
    pass_lesson(bank, me, changed)
    assert passed_by(bank, somebody("sales")) == frozenset()


@pytest.mark.parametrize("role", ROLES)
def test_no_role_reads_who_has_passed_what(role: str, bank: Stores) -> None:
    assert not {"lesson_results", "certificates"} & set(RULES[role])
    with pytest.raises(AccessRefused):
        Reader(bank, somebody(role)).frame(select(lesson_results))


def test_departments_are_counted_and_small_ones_together(bank: Stores) -> None:
    _accounts(bank, {"sales": 6, "service": 2, "marketing": 2, "analyst": 1, "administrator": 1})
    for number in (1, 2):
        pass_lesson(bank, replace(somebody("sales"), username=f"sales-{number}"), FIRST)
    sales, smaller = progress_by_department(bank, of_tier("everyone"))
    assert (sales.department, sales.colleagues, sales.began, sales.finished) == ("Sales", 6, 2, None)
    assert (smaller.department, smaller.colleagues, smaller.began) == (SMALLER, 6, None)
    assert [p.finished for p in progress_by_department(bank, [FIRST])] == [2, None]


def test_one_small_department_is_never_left_alone(bank: Stores) -> None:
    _accounts(bank, {"sales": 6, "service": 7, "analyst": 1})
    groups = progress_by_department(bank, [FIRST])
    assert [(g.department, g.colleagues) for g in groups] == [("Service", 7), (SMALLER, 7)]
    _accounts(bank, {"sales": 2, "service": 1, "analyst": 1})
    assert progress_by_department(bank, [FIRST]) == ()


@given(st.lists(st.integers(0, 9), min_size=7, max_size=7))
def test_no_group_is_smaller_than_five_and_nobody_is_counted_twice(sizes: list[int]) -> None:
    roles = ("sales", "service", "marketing", "analyst", "administrator", "executive", "team_lead")
    assert len(roles) == len(sizes)
    names = {role: [f"{role}-{n}" for n in range(size)] for role, size in zip(roles, sizes, strict=True)}
    groups = together(names)
    assert all(len(members) >= FEWEST_COLLEAGUES for members in groups.values())
    everybody = [name for members in groups.values() for name in members]
    assert len(everybody) == len(set(everybody))
    assert len(everybody) == sum(sizes) or sum(sizes) < FEWEST_COLLEAGUES


@pytest.mark.parametrize("role", ROLES)
def test_every_role_has_five_first_tasks(role: str, bank: Stores) -> None:
    assert len(first_tasks.tasks_of(role)) == 5
    assert first_tasks.tasks_done(bank, somebody(role)) == frozenset()


def test_a_task_ticks_itself_off_by_what_was_recorded_and_for_nobody_else(bank: Stores) -> None:
    service = somebody("service")
    record_store.open_record(bank, service, "observation", {"title": "Fewer calls", "to": "Sales"})
    pass_lesson(bank, service, LESSONS["one-meaning"])
    pass_lesson(bank, service, LESSONS["noise"])
    assert first_tasks.tasks_done(bank, service) == {"observation", "definition"}
    assert first_tasks.tasks_done(bank, somebody("marketing")) == frozenset()


def test_a_comment_elsewhere_answers_no_request_for_data(bank: Stores) -> None:
    admin, analyst = somebody("administrator"), somebody("analyst")
    idea = {"title": "Call", "what": "Call", "segment": "New", "expected": "Fewer complaints"}
    number = record_store.open_record(bank, analyst, "idea", idea)
    record_store.comment(bank, admin, number, "Good")
    assert "request" not in first_tasks.tasks_done(bank, admin)
    assert not first_tasks.is_put_away(bank, admin)
    first_tasks.put_away(bank, admin)
    assert first_tasks.is_put_away(bank, admin)
    assert not first_tasks.is_put_away(bank, analyst)


def test_the_sample_bank_has_learnt_something_and_leaves_the_first_tasks_to_be_done(bank: Stores) -> None:
    write_sample_learning(bank, date(2026, 6, 30))
    assert certificates.latest(bank, PEOPLE["Analytics"]) is not None
    assert not any(first_tasks.tasks_done(bank, viewer) for viewer in PEOPLE.values())
