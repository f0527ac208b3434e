"""The staff pulse: answered once, counted without names, shown by department only where five or more answered."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pandas as pd
import pytest
from sqlalchemy import inspect, select

from reports.review.staff_survey import without_small_departments
from warehouse.access.reader import Viewer
from warehouse.access.roles import ROLES, RULES
from warehouse.app_db.app_schema import audit_log, pulse_counts, pulse_participants
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration import pulse
from workflow.collaboration.pulse import FEWEST, QUESTIONS

CHIEF = Viewer("vivian", "Vivian", "executive")
LIKE_IT = dict.fromkeys(QUESTIONS, 4)


def _staff(role: str, count: int) -> list[Viewer]:
    return [Viewer(f"{role}{n}", "X", role) for n in range(count)]


def _later(stores: Stores) -> Stores:
    return replace(stores, now=lambda: datetime(2026, 8, 1, 9))


def test_each_colleague_answers_once_and_nothing_of_an_answer_leads_back_to_her(empty: Stores) -> None:
    number = pulse.open_round(empty, CHIEF)
    ann, *others = _staff("marketing", 6)
    with pytest.raises(ChangeRefused, match="each sentence"):
        pulse.answer(empty, ann, number, {"needs": 3})
    pulse.answer(empty, ann, number, {**LIKE_IT, "needs": 1})
    with pytest.raises(ChangeRefused, match="answers once"):
        pulse.answer(empty, ann, number, LIKE_IT)
    for other in others:
        pulse.answer(empty, other, number, LIKE_IT)
    assert pulse.has_answered(empty, ann, number)
    with empty.app_db.connect() as app_db:
        rows = app_db.execute(select(pulse_counts)).all()
        lines = app_db.execute(select(audit_log).where(audit_log.c.action == "pulse.answer")).all()
        named = inspect(app_db).get_columns("pulse_participants")
    # Six people's answers to the first sentence are two counts, and no table holds a name beside a score.
    assert {(r.score, r.answers) for r in rows if r.question == "needs"} == {(1, 1), (4, 5)}
    assert not any("marketing" in str(tuple(line)) for line in lines)
    assert [column["name"] for column in named] == ["round_id", "username"]


@pytest.mark.parametrize("table", [pulse_counts, pulse_participants])
def test_no_role_reads_the_counts_or_who_answered(table) -> None:
    assert not [role for role in ROLES if table.name in RULES[role]]


def test_only_management_opens_a_round_and_one_at_a_time(empty: Stores) -> None:
    with pytest.raises(AccessRefused, match="Management"):
        pulse.open_round(empty, Viewer("mia", "Mia", "marketing"))
    pulse.open_round(empty, CHIEF)
    with pytest.raises(ChangeRefused, match="open already"):
        pulse.open_round(empty, CHIEF)
    assert pulse.open_round(_later(empty), CHIEF) == 2


def test_results_come_when_a_round_is_closed_and_hide_a_small_department_with_one_beside_it(
    empty: Stores,
) -> None:
    number = pulse.open_round(empty, CHIEF)
    for role, people in (("marketing", 6), ("sales", 9), ("service", 12), ("analyst", FEWEST - 1)):
        for viewer in _staff(role, people):
            pulse.answer(empty, viewer, number, LIKE_IT)
    assert pulse.results(empty, empty.now().date()) == {}
    with pytest.raises(ChangeRefused, match="closed"):
        pulse.answer(_later(empty), Viewer("late", "Late", "service"), number, LIKE_IT)
    counts = pulse.results(empty, _later(empty).now().date())[number]
    survey = without_small_departments(counts, FEWEST)
    # Alone, Analytics would be all less the others; with Marketing it is not.
    assert survey.hidden == ("Analytics", "Marketing")
    assert (survey.people, survey.score) == (21, 4)


def test_a_change_between_rounds_has_an_interval(empty: Stores) -> None:
    first, second = (
        pd.DataFrame(
            {
                "department": ["Sales"] * 5,
                "question": list(QUESTIONS),
                "answers": 20,
                "points": 20 * mean,
                "squares": 20 * (mean**2 + 1),
            }
        )
        for mean in (3, 4)
    )
    change = pulse.difference(second, first, ["Sales"])
    assert change is not None
    assert (round(change.value, 2), round(change.low, 2), round(change.high, 2)) == (1, 0.38, 1.62)
    assert pulse.difference(second, first, []) is None
