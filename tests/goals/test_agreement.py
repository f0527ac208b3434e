"""A goal of several departments is a proposal until each has signed, and a goal judges only what it was agreed for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from metrics.definitions.scope import Period, Scope
from reports.answers import goals_met as answers
from reports.review.review_context import read
from reports.review_composition import each_time, named
from tests.morning import on
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.goals.goal_records import Goal, GoalDraft, every_goal
from workflow.goals.goal_setting import end_goal, set_goal
from workflow.goals.goal_signatures import SIGNS, may_sign, sign_goal
from workflow.goals.goal_targets import targets

YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
MARKETING, SALES, EXECUTIVE, RM = (
    Viewer(role, role, role) for role in ("marketing", "sales", "executive", "relationship_manager")
)
SHARED = GoalDraft(metric="mql", target=900.0, span=YEAR, owner="Marketing", linked_to="revenue")
ALONE = GoalDraft(metric="won", target=1200.0, span=YEAR, owner="Sales", linked_to="revenue")


def _reader(stores: Stores) -> Reader:
    return Reader(stores, SYSTEM, stores.snapshot())


def _goal(stores: Stores, number: int) -> Goal:
    return next(g for g in every_goal(_reader(stores)) if g.goal_id == number)


def _targets(stores: Stores) -> dict[str, float]:
    return targets(_reader(stores), Scope(YEAR))


def test_a_shared_goal_is_a_target_when_both_have_signed_and_not_before(own_bank: Stores) -> None:
    number = set_goal(own_bank, MARKETING, SHARED)
    assert _goal(own_bank, number).agreement() == "signed by 0 of 2, waits for Marketing and Sales to sign"
    assert _targets(own_bank) == {}
    sign_goal(own_bank, MARKETING, number, "Marketing", "signed")
    assert _goal(own_bank, number).agreement() == "signed by 1 of 2, waits for Sales to sign"
    assert _targets(own_bank) == {}
    sign_goal(own_bank, SALES, number, "Sales", "signed")
    assert _goal(own_bank, number).agreement() == ""
    assert _targets(own_bank) == {"mql": 900.0}


def test_a_goal_of_one_department_needs_nobody_else(own_bank: Stores) -> None:
    set_goal(own_bank, SALES, ALONE)
    assert _targets(own_bank) == {"won": 1200.0}


@pytest.mark.parametrize("who", [MARKETING, EXECUTIVE, RM], ids=lambda v: v.role)
def test_nobody_signs_for_another_department(own_bank: Stores, who: Viewer) -> None:
    number = set_goal(own_bank, MARKETING, SHARED)
    assert "Sales" not in may_sign(who, _goal(own_bank, number))
    with pytest.raises(AccessRefused, match="does not sign for Sales"):
        sign_goal(own_bank, who, number, "Sales", "signed")


def test_a_department_speaks_once_and_declines_with_a_reason(own_bank: Stores) -> None:
    number = set_goal(own_bank, MARKETING, SHARED)
    with pytest.raises(ChangeRefused, match="what should change"):
        sign_goal(own_bank, SALES, number, "Sales", "declined")
    sign_goal(own_bank, SALES, number, "Sales", "declined", "Too many for two people.")
    with pytest.raises(ChangeRefused, match="already declined"):
        sign_goal(own_bank, SALES, number, "Sales", "signed")
    with pytest.raises(ChangeRefused, match="was declined"):
        sign_goal(own_bank, MARKETING, number, "Marketing", "signed")
    assert _goal(own_bank, number).agreement() == "declined by Sales"
    assert set_goal(own_bank, MARKETING, replace(SHARED, target=800.0)) != number, (
        "the next one may be proposed"
    )


def test_what_a_proposal_replaces_stays_in_force_until_it_is_signed(own_bank: Stores) -> None:
    first = set_goal(own_bank, MARKETING, SHARED)
    for who, department in ((MARKETING, "Marketing"), (SALES, "Sales")):
        sign_goal(own_bank, who, first, department, "signed")
    second = set_goal(
        own_bank, MARKETING, replace(SHARED, target=1000.0), supersedes=first, why="Two new branches."
    )
    sign_goal(own_bank, MARKETING, second, "Marketing", "signed")
    assert _targets(own_bank) == {"mql": 900.0}
    sign_goal(own_bank, SALES, second, "Sales", "signed")
    assert _targets(own_bank) == {"mql": 1000.0}
    assert (_goal(own_bank, first).superseded_by, _goal(own_bank, first).why_ended) == (
        second,
        "Two new branches.",
    )


def test_every_department_that_can_share_a_goal_has_somebody_to_sign_for_it(own_bank: Stores) -> None:
    from metrics.catalogue import CATALOGUE
    from workflow.goals.goal_records import departments
    from workflow.goals.goal_setting import OWNERS

    sharing = {
        d
        for name in CATALOGUE
        for owner in OWNERS
        for d in departments(replace(ALONE, metric=name, owner=owner))
    }
    assert sharing <= {d for signs in SIGNS.values() for d in signs}
    assert len([d for signs in SIGNS.values() for d in signs]) == len(
        {d for signs in SIGNS.values() for d in signs}
    )


def _of_quarter(stores: Stores, name: str) -> answers.QuarterGoals:
    reader = _reader(stores)
    available = data_coverage.available_columns(reader)
    return answers.quarter_goals(read(reader, named(name, reader), available, each_time(reader)))


def test_a_quarter_has_the_goals_in_force_when_it_ended_and_says_what_came_later(own_bank: Stores) -> None:
    """Set in time; signed by the last a day late; set a day late; given up before; given up in it; given up after."""
    early, last_day, late = (
        on(own_bank, date(2026, 1, 5)),
        on(own_bank, date(2026, 6, 30)),
        on(own_bank, date(2026, 7, 1)),
    )
    kept = set_goal(early, SALES, ALONE)
    on_the_last_day = set_goal(last_day, SALES, replace(ALONE, metric="sql"))
    signed_late = set_goal(early, MARKETING, SHARED)
    sign_goal(early, MARKETING, signed_late, "Marketing", "signed")
    sign_goal(late, SALES, signed_late, "Sales", "signed")
    set_goal(late, SALES, replace(ALONE, metric="opportunities"))
    given_up_before = set_goal(early, SALES, replace(ALONE, metric="win_rate", target=0.7))
    end_goal(on(own_bank, date(2026, 3, 31)), SALES, given_up_before, "Another product.")
    given_up_in_it = set_goal(early, MARKETING, replace(ALONE, metric="leads", owner="Marketing"))
    end_goal(on(own_bank, date(2026, 5, 2)), MARKETING, given_up_in_it, "A channel was closed.")
    given_up_after = set_goal(early, MARKETING, replace(ALONE, metric="cac", owner="Marketing"))
    end_goal(on(own_bank, date(2026, 8, 1)), MARKETING, given_up_after, "Too late.")
    second, first = _of_quarter(own_bank, "2026Q2"), _of_quarter(own_bank, "2026Q1")
    assert {p.goal.goal_id for p in second.standing} == {kept, on_the_last_day, given_up_after}
    assert [g.goal_id for g in second.ended] == [given_up_in_it]
    assert second.agreed_later == 2
    assert {p.goal.goal_id for p in first.standing} == {kept, given_up_in_it, given_up_after}
    assert [g.goal_id for g in first.ended] == [given_up_before]


def test_a_goal_agreed_after_a_period_is_no_target_of_it_except_of_one_that_runs(own_bank: Stores) -> None:
    set_goal(own_bank, SALES, ALONE)
    reader, as_of = _reader(own_bank), date(2026, 6, 30)
    quarter = Scope(Period(date(2026, 1, 1), date(2026, 3, 31)))
    assert targets(reader, quarter) == targets(reader, quarter, as_of=as_of) == {}
    running = Scope(Period(date(2026, 6, 1), as_of))
    assert targets(reader, running) == {}
    assert set(targets(reader, running, as_of=as_of)) == {"won"}
