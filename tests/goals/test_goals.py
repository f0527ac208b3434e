"""Goals on the sample bank: set once, ended with a reason, never changed; and every card is judged by its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select

from metrics.comparison.goal_status import State
from metrics.definitions.scope import Period, Scope, period_named, year_before
from metrics.query.query import Query, ask
from tests.morning import copy_of, on, stores_in
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import audit_log, goals
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.goals.goal_forecast import heading
from workflow.goals.goal_news import announcement, met_with_a_but, missed, wins
from workflow.goals.goal_outlook import a_year_before, contradictions, contributors, evidence, with_path
from workflow.goals.goal_progress import progress
from workflow.goals.goal_records import (
    DIGITAL,
    Goal,
    GoalDraft,
    as_text,
    departments,
    every_goal,
    from_text,
    parts_of,
)
from workflow.goals.goal_setting import end_goal, set_goal
from workflow.goals.goal_targets import targets
from workflow.goals.sample_goals import set_sample_goals

AS_OF = date(2026, 6, 30)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
LAST_YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
MARKETING, SALES = (Viewer(role, role, role) for role in ("marketing", "sales"))
WON = GoalDraft(metric="won", target=1200.0, span=YEAR, owner="Sales", linked_to="revenue")
ONLINE = (("channel", DIGITAL),)


def _reader(stores: Stores, viewer: Viewer = SYSTEM) -> Reader:
    return Reader(stores, viewer, stores.snapshot())


@pytest.fixture(scope="module")
def with_goals(loaded_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """A bank with the sample's goals, to read only."""
    folder = tmp_path_factory.mktemp("goals") / "data"
    copy_of(loaded_folder, folder)
    stores = stores_in(folder)
    set_sample_goals(stores, AS_OF)
    yield stores
    stores.app_db.dispose()


def test_a_second_goal_for_the_same_figure_part_and_span_is_refused(own_bank: Stores) -> None:
    set_goal(own_bank, SALES, WON)
    with pytest.raises(ChangeRefused, match="already has a target"):
        set_goal(own_bank, MARKETING, replace(WON, target=1.0))
    set_goal(own_bank, MARKETING, replace(WON, filters=ONLINE))
    set_goal(own_bank, MARKETING, replace(WON, span=LAST_YEAR))


def test_a_goal_is_replaced_with_a_reason_and_stays_as_it_was(own_bank: Stores) -> None:
    first = set_goal(own_bank, SALES, WON)
    with pytest.raises(ChangeRefused, match="Say why"):
        set_goal(own_bank, MARKETING, replace(WON, target=1300.0), supersedes=first)
    second = set_goal(
        own_bank, MARKETING, replace(WON, target=1300.0), supersedes=first, why="A branch opened."
    )
    goals = {g.goal_id: g for g in every_goal(_reader(own_bank))}
    assert (
        goals[first].target,
        goals[first].superseded_by,
        goals[first].why_ended,
        goals[first].ended_by,
    ) == (*(1200.0, second, "A branch opened.", "marketing"),)
    assert (goals[second].revision, goals[second].ended_at) == (2, None)
    assert targets(_reader(own_bank), Scope(YEAR))["won"] == 1300.0


def test_a_goal_given_up_is_no_target_any_more(own_bank: Stores) -> None:
    number = set_goal(own_bank, SALES, WON)
    end_goal(own_bank, MARKETING, number, "The product was withdrawn.")
    assert targets(_reader(own_bank), Scope(YEAR)) == {}
    with pytest.raises(ChangeRefused, match="already ended"):
        end_goal(own_bank, SALES, number, "Again.")
    with pytest.raises(ChangeRefused, match="no goal 99"):
        end_goal(own_bank, SALES, 99, "Nothing.")


@pytest.mark.parametrize("role", ["relationship_manager", "team_lead", "service", "administrator"])
def test_who_only_reads_goals_sets_and_ends_none_and_the_attempt_is_on_record(
    own_bank: Stores, role: str
) -> None:
    viewer = Viewer("x", "x", role, "RM01", "Central")
    number = set_goal(own_bank, SALES, WON)
    with pytest.raises(AccessRefused):
        set_goal(own_bank, viewer, replace(WON, metric="mql"))
    with pytest.raises(AccessRefused):
        end_goal(own_bank, viewer, number, "No.")
    with own_bank.app_db.connect() as app_db:
        refused = select(func.count()).select_from(audit_log).where(audit_log.c.action == "goal.refused")
        assert app_db.execute(refused).scalar() == 2
        assert app_db.execute(select(func.count()).select_from(goals)).scalar() == 1


FILTERS = st.lists(
    st.tuples(
        st.sampled_from(["channel", "product", "segment"]),
        st.lists(st.text(max_size=8), min_size=1, max_size=4),
    ),
    unique_by=lambda f: f[0],
    max_size=3,
)


@given(FILTERS)
def test_the_same_part_of_the_bank_is_kept_as_the_same_text(filters: list) -> None:
    one = tuple((name, tuple(values)) for name, values in filters)
    other = tuple((name, tuple(reversed(values))) for name, values in reversed(filters))
    assert as_text(one) == as_text(other)
    assert from_text(as_text(one)) == Scope(YEAR, one).filters


def test_a_filtered_goal_judges_only_the_same_part(own_bank: Stores) -> None:
    set_goal(own_bank, SALES, replace(WON, filters=(("channel", ("email",)),)))
    reader = _reader(own_bank)
    assert targets(reader, Scope(YEAR)) == {}
    assert targets(reader, Scope(YEAR, (("channel", ("email", "social")),))) == {}
    assert targets(reader, Scope(YEAR, (("channel", ("email",)),))) == {"won": 1200.0}


def test_a_part_of_the_span_has_its_part_of_the_path(own_bank: Stores) -> None:
    draft = with_path(WON, _reader(own_bank))
    set_goal(on(own_bank, YEAR.start), SALES, draft)
    reader = _reader(own_bank)
    quarter = Period(date(2026, 4, 1), date(2026, 6, 30))
    assert targets(reader, Scope(quarter))["won"] == sum(draft.path[3:6])
    assert targets(reader, Scope(YEAR))["won"] == 1200.0
    assert "won" not in targets(reader, Scope(Period(date(2025, 12, 31), AS_OF)))


def test_goals_that_follow_each_other_count_together(own_bank: Stores) -> None:
    then = on(own_bank, YEAR.start)
    set_goal(then, SALES, replace(WON, target=3650.0, span=LAST_YEAR))
    set_goal(then, SALES, replace(WON, target=365.0))
    level = GoalDraft(metric="win_rate", target=0.6, span=LAST_YEAR, owner="Sales")
    set_goal(then, SALES, level)
    set_goal(then, SALES, replace(level, target=0.8, span=YEAR))
    across = Scope(Period(date(2025, 12, 22), date(2026, 1, 10)))
    by_metric = targets(_reader(own_bank), across)
    assert by_metric["won"] == pytest.approx(10 * 10 + 10 * 1)
    assert by_metric["win_rate"] == pytest.approx(0.7)


def test_every_card_of_the_sample_has_a_target_for_every_period(with_goals: Stores) -> None:
    for name in ("30d", "90d", "month", "quarter"):
        by_metric = targets(_reader(with_goals), Scope(period_named(name, AS_OF)))
        assert {"mql", "won", "win_rate", "revenue", "churn_rate", "cac"} <= set(by_metric)
    assert {"won", "revenue"} <= set(targets(_reader(with_goals), Scope(period_named("12m", AS_OF))))


def test_progress_shows_the_same_figure_as_every_other_page(with_goals: Stores) -> None:
    reader = _reader(with_goals, SALES)
    running = [g for g in every_goal(reader) if g.span == YEAR and g.ended_at is None]
    assert len(running) > 8
    for goal_progress in progress(running, reader, AS_OF):
        goal = goal_progress.goal
        assert goal_progress.elapsed == Period(YEAR.start, AS_OF)
        question = Query.of(
            [goal.metric], Scope(goal_progress.elapsed, goal.filters), periods=[goal_progress.elapsed]
        )
        assert goal_progress.actual == pytest.approx(
            float(ask(question, reader)[goal.metric].iloc[0]), nan_ok=True
        )


def test_the_shared_digital_goal_asks_a_quarter_more_and_says_which_channels(with_goals: Stores) -> None:
    reader = _reader(with_goals)
    goal = next(g for g in every_goal(reader) if g.metric == "qualified_conversions")
    assert goal.baseline is not None
    assert goal.target == pytest.approx(1.25 * goal.baseline, abs=0.5)
    assert goal.part_in_words() == "digital channels"
    assert departments(goal) == ("Marketing", "Sales")
    assert sum(goal.path) == goal.target
    before, months = a_year_before(goal, reader)
    assert before == goal.baseline
    # A goal is read by everybody, so a month about few people is not known to it, whoever asks.
    smallest = reader.smallest_cell
    assert all(math.isnan(m) or m == 0 or m >= smallest for m in months)
    spans = [year_before(part) for part in parts_of(goal)]
    question = Query.of([goal.metric], Scope(spans[0], goal.filters), periods=spans)
    assert ask(question, reader)[goal.metric].sum() == goal.baseline


def test_where_a_goal_is_heading_holds_what_there_is_already(with_goals: Stores) -> None:
    reader = _reader(with_goals)
    goal = next(g for g in every_goal(reader) if g.metric == "qualified_conversions")
    outlook = heading(goal, reader, AS_OF)
    forecast, months = outlook.forecast, outlook.months
    assert forecast is not None
    actual = progress([goal], reader, AS_OF)[0].actual
    assert actual <= forecast.low <= forecast.middle <= forecast.high
    assert len(months) == 21, "the first three months had too little time to bring what they will"
    level = next(g for g in every_goal(reader) if g.metric == "win_rate")
    assert heading(level, reader, AS_OF).forecast is None
    assert evidence(goal, reader, AS_OF).before == goal.baseline


def test_a_goal_that_was_met_is_announced_with_its_departments(with_goals: Stores) -> None:
    reader = _reader(with_goals)
    goals_progress = progress([g for g in every_goal(reader) if g.ended_at is None], reader, AS_OF)
    (news,) = [announcement(w) for w in wins(goals_progress, AS_OF)]
    assert news.startswith("Sales and Marketing met a shared goal: Acceptance rate")
    assert "a year before" in news
    assert not wins(goals_progress, date(2026, 12, 1)), "old news is none"


def test_a_goal_met_below_the_year_before_is_stated_and_not_celebrated(with_goals: Stores) -> None:
    reader = _reader(with_goals)
    goals_progress = progress([g for g in every_goal(reader) if g.ended_at is None], reader, AS_OF)
    lower = met_with_a_but(goals_progress, AS_OF)
    assert any(p.goal.metric == "sql" and p.state() is State.MET for p in lower)
    for one in lower:
        assert one.state_in_words() == "met, but below last year"
        assert missed(one).startswith("Met, but below last year: ")
        assert one.actual < one.before
    assert not {id(p) for p in lower} & {id(p) for p in wins(goals_progress, AS_OF)}


def test_an_rm_is_not_shown_her_own_figures_as_if_they_were_the_banks(with_goals: Stores) -> None:
    rm = Viewer("rm", "rm", "relationship_manager", "RM01")
    reader = _reader(with_goals, rm)
    goals_progress = progress(every_goal(reader), reader, AS_OF)
    assert {p.state() for p in goals_progress if p.goal.metric in ("won", "revenue", "mql")} == {
        State.NOT_KNOWN
    }


def test_what_feeds_a_goal_is_compared_with_the_same_days_of_the_year_before(with_goals: Stores) -> None:
    reader = _reader(with_goals, Viewer("x", "x", "analyst"))
    goal = next(g for g in every_goal(reader) if g.metric == "qualified_conversions")
    fed = contributors(goal, reader, AS_OF)
    assert {"mql", "acceptance_rate", "marketing_cost"} <= set(fed.index)
    assert fed["before"]["mql"] > 0
    assert contradictions(goal.filters, reader, AS_OF)
    earlier = replace(goal, span=Period(date(2025, 1, 1), date(2025, 12, 31)))
    fed = contributors(earlier, reader, AS_OF)
    assert fed["before"].isna().all(), (
        "half of 2024 lies before the data begin: all would seem to have doubled"
    )


def test_a_goal_of_a_coming_span_has_not_begun(own_bank: Stores) -> None:
    coming = Period(date(2027, 1, 1), date(2027, 12, 31))
    set_goal(own_bank, SALES, replace(WON, span=coming))
    (goal,) = every_goal(_reader(own_bank))
    assert isinstance(goal, Goal)
    assert progress([goal], _reader(own_bank), AS_OF)[0].state() is State.NOT_BEGUN


def test_a_goal_is_owned_by_a_department_there_is(own_bank: Stores) -> None:
    with pytest.raises(
        ChangeRefused, match=r"“Nobody” owns no goals\. A goal is owned by one of these: Marketing and"
    ):
        set_goal(own_bank, SALES, replace(WON, owner="Nobody"))
    assert every_goal(Reader(own_bank, SYSTEM)) == ()
