"""Goals and “qualified” as each role meets them: marketing proposes and sets, sales signs, the others read."""

from __future__ import annotations

import shutil
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from metrics.definitions.scope import Period, Scope
from tests.morning import copy_of, stores_in
from tests.pages.staff import EVERYBODY, cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import definition_signatures, users
from warehouse.stores.connect import Stores
from workflow.goals.goal_records import DIGITAL, every_goal
from workflow.goals.goal_targets import targets
from workflow.goals.sample_goals import set_sample_goals
from workflow.records.annotations import pin

# The goals are agreed once, by one worker.
pytestmark = pytest.mark.xdist_group("goals pages")

AS_OF = date(2026, 6, 30)
MARKETING, SALES, EXECUTIVE = (somebody(r) for r in ("marketing", "sales", "executive"))


@pytest.fixture(scope="module")
def app_db_with_goals(after_a_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application database of the sample bank once its departments have agreed their goals, made once."""
    folder = tmp_path_factory.mktemp("agreed") / "data"
    copy_of(after_a_night, folder)
    stores = stores_in(folder)
    set_sample_goals(stores, AS_OF)
    stores.app_db.dispose()
    return folder


@pytest.fixture
def agreed(bank: Stores, app_db_with_goals: Path) -> Stores:
    """The test's own bank with those goals."""
    bank.app_db.dispose()
    for file in app_db_with_goals.glob("app_db.sqlite*"):
        shutil.copy(file, bank.settings.data_dir / file.name)
    return bank


def _press(app, label: str):
    next(b for b in app.button if b.label == label).click()
    return app.run()


def _show(app, key: str, view: str):
    next(g for g in app.get("button_group") if g.key == key).set_value(view)
    return app.run()


def _ok(app) -> None:
    assert not app.exception
    assert not [e.value for e in app.error]


def test_goals_open_for_everybody_on_the_shared_one(open_page, agreed: Stores):
    for viewer in EVERYBODY:
        app = open_page(viewer, "goals")
        _ok(app)
        title = app.title[0].value
        assert title.startswith("Qualified conversions, digital channels"), viewer.role
        # In so small a bank some of the goal's channels are about too few people for who sees totals only.
        sees_it = viewer.role in ("sales", "analyst")
        assert ("so far" in title) == sees_it, viewer.role
        why = str([i.value for i in app.info])
        assert ("Hidden: it would tell of fewer than" in why) == (
            viewer.role in ("marketing", "executive")
        ), viewer.role
        whole = viewer.role in ("sales", "analyst", "marketing", "executive")
        assert ("Your role does not see this figure for the whole bank." in why) != whole, viewer.role


@pytest.mark.parametrize("view", ["All goals", "Bonus", "Set a goal"])
def test_every_view_of_goals_opens(open_page, agreed: Stores, view):
    for viewer in (MARKETING, SALES, EXECUTIVE):
        app = _show(open_page(viewer, "goals"), "goal-view", view)
        _ok(app)
        drawn = app.dataframe or view == "Set a goal" or (view == "Bonus" and viewer is not SALES)
        assert drawn, viewer.role


def test_all_goals_show_who_ended_one_and_why(open_page, agreed: Stores):
    app = _show(open_page(SALES, "goals"), "goal-view", "All goals")
    assert "leads it can accept" in cells(app)
    assert "met a shared goal" in "".join(s.value for s in app.success)
    assert "Met, but below last year" in "".join(i.value for i in app.info)


def test_marketing_sets_the_goal_of_the_template(open_page, bank: Stores):
    app = open_page(MARKETING, "goals")
    assert app.title[0].value == "No goal has been set yet"
    app = _press(app, "+25% qualified conversions, digital channels, this fiscal year")
    _ok(app)
    next(t for t in app.text_input if str(t.key).endswith("--note")).input(
        "Sales takes two more people in July."
    )
    app = _press(app, "Set the goal")
    _ok(app)
    (goal,) = every_goal(Reader(bank, SYSTEM))
    assert (goal.metric, goal.part_in_words(), goal.set_by) == (
        *("qualified_conversions", "digital channels", "marketing-1"),
    )
    assert sum(goal.path) == goal.target > 0


def test_a_goal_of_two_departments_is_in_force_when_both_have_signed_it_on_the_page(open_page, bank: Stores):
    """Set on 1 July for the whole year: a target from then on, and none of the quarter that had ended."""
    app = _press(
        open_page(MARKETING, "goals"), "+25% qualified conversions, digital channels, this fiscal year"
    )
    next(t for t in app.text_input if str(t.key).endswith("--note")).input(
        "Sales takes two more people in July."
    )
    app = _press(app, "Set the goal")
    _ok(app)
    assert "is proposed, signed by 0 of 2, waits for Marketing and Sales to sign" in app.title[0].value
    assert "It is no target until then" in words(app)
    assert "Sign for Sales" not in [b.label for b in app.button], "nobody signs for another department"
    assert not _targets(bank)
    app = _press(app, "Sign for Marketing")
    _ok(app)
    assert "waits for Sales to sign" in app.title[0].value
    assert "Marketing signed it on 1 Jul 2026" in words(app)
    assert not _targets(bank), "one signature is not an agreement"
    review = words(open_page(EXECUTIVE, "quarterly-review", **{"answer-goals": "true"}))
    assert "Proposed, not in force: Qualified conversions" in review

    app = open_page(SALES, "goals")
    assert "Sign for Marketing" not in [b.label for b in app.button]
    app = _press(app, "Sign for Sales")
    _ok(app)
    assert "so far" in app.title[0].value
    (goal,) = every_goal(Reader(bank, SYSTEM))
    assert [(s.department, s.signed_by) for s in goal.signatures] == [
        ("Marketing", "marketing-1"),
        ("Sales", "sales-1"),
    ]
    assert _targets(bank) == {"qualified_conversions"}
    page = open_page(EXECUTIVE, "quarterly-review", **{"answer-goals": "true"})
    assert any("No goal was in force at the end of this quarter" in e.label for e in page.expander)
    review = words(page)
    assert "1 goal for these days was agreed after the quarter ended and is not among its goals." in review


def _targets(bank: Stores) -> set[str]:
    """What has a target in the month that runs."""
    scope = Scope(Period(date(2026, 6, 1), AS_OF), (("channel", DIGITAL),))
    return set(targets(Reader(bank, SYSTEM), scope, as_of=AS_OF))


def test_a_goal_that_one_department_declines_on_the_page_comes_into_force_for_nobody(open_page, bank: Stores):
    app = _press(
        open_page(MARKETING, "goals"), "+25% qualified conversions, digital channels, this fiscal year"
    )
    next(t for t in app.text_input if str(t.key).endswith("--note")).input(
        "Sales takes two more people in July."
    )
    _press(_press(app, "Set the goal"), "Sign for Marketing")
    app = _press(open_page(SALES, "goals"), "Decline for Sales")
    assert "what should change" in words(app)
    next(t for t in app.text_input if t.label.endswith("(Sales)")).input("Too many for *two* people.")
    app = _press(app, "Decline for Sales")
    _ok(app)
    assert "declined by Sales" in app.title[0].value
    (goal,) = every_goal(Reader(bank, SYSTEM))
    assert goal.in_force_since is None


def test_a_goal_that_is_not_smart_is_told_its_letters_and_not_set(open_page, bank: Stores):
    app = _press(open_page(MARKETING, "goals"), "Set the goal")
    _ok(app)
    page_text = words(app)
    assert "Name the department that owns the goal" in page_text
    assert "Write the target as a number: the field is empty" in page_text
    assert "Say what it serves" in page_text
    assert every_goal(Reader(bank, SYSTEM)) == ()


def test_a_goal_is_ended_on_the_page_with_a_reason(open_page, agreed: Stores):
    app = open_page(EXECUTIVE, "goals")
    next(t for t in app.text_input if t.label.startswith("Why it ends")).input("We agreed another one.")
    app = _press(app, "End it")
    _ok(app)
    ended = next(g for g in every_goal(Reader(agreed, SYSTEM)) if g.metric == "qualified_conversions")
    assert (ended.ended_by, ended.why_ended) == ("executive-1", "We agreed another one.")


@pytest.mark.parametrize("role", ["relationship_manager", "service", "administrator", "team_lead"])
def test_who_only_reads_goals_finds_nothing_to_write(open_page, agreed: Stores, role):
    app = open_page(somebody(role), "goals")
    assert not [b for b in app.button if b.label in ("End it", "Set the goal")]


def test_sales_signs_what_marketing_signed_and_then_it_is_agreed(open_page, agreed: Stores):
    app = open_page(SALES, "qualified", period="12m")
    _ok(app)
    assert app.title[0].value == "“Qualified” is version 1; version 2 waits for Sales"
    assert "score is at least 45" in words(app)
    app = _press(app, "Sign for Sales")
    _ok(app)
    assert app.title[0].value == "“Qualified” is version 2 for leads from 1 Aug 2026 on"
    with agreed.app_db.connect() as app_db:
        rows = app_db.execute(
            select(definition_signatures.c.department, definition_signatures.c.signed_by)
        ).all()
    assert set(rows) == {("Marketing", "marketing"), ("Sales", "sales-1")}


def test_marketing_cannot_sign_for_sales(open_page, agreed: Stores):
    app = open_page(MARKETING, "qualified")
    _ok(app)
    assert not [b for b in app.button if b.label.startswith("Sign for")]
    assert "Sales has not signed" in words(app) or "waits for Sales" in app.title[0].value


def test_sales_declines_with_a_reason(open_page, agreed: Stores):
    app = open_page(SALES, "qualified")
    next(t for t in app.text_input if t.label == "What should change").input("Mortgages need another score.")
    app = _press(app, "Decline for Sales")
    _ok(app)
    assert "waits" not in app.title[0].value
    app = _show(app, "qualified-view", "History")
    assert "Mortgages need another score." in cells(app)


def test_marketing_tries_a_rule_and_proposes_it(open_page, bank: Stores):
    app = _show(open_page(MARKETING, "qualified", period="12m"), "qualified-view", "Try a rule")
    _ok(app)
    next(n for n in app.number_input if n.key == "rule-score").set_value(60)
    app = app.run()
    assert "score is at least 60" in words(app)
    assert "Acceptance rate" in cells(app)
    next(t for t in app.text_input if t.label.startswith("Why")).input("Fewer and better.")
    app = _press(app, "Propose it")
    _ok(app)
    assert app.title[0].value == "“Qualified” is version 1; version 2 waits for Marketing and Sales"


def test_the_versions_stand_side_by_side_for_an_executive_who_writes_nothing(open_page, agreed: Stores):
    app = open_page(EXECUTIVE, "qualified", period="12m")
    _ok(app)
    assert not [b for b in app.button if b.label.startswith(("Sign", "Propose", "Decline"))]
    app = _show(app, "qualified-view", "Side by side")
    _ok(app)
    assert {"Version 1", "Version 2"} <= set(app.dataframe[0].value.columns)


def test_sales_and_analysts_see_which_leads_change_and_marketing_only_how_many(open_page, agreed: Stores):
    for role in ("sales", "analyst"):
        assert "L-0" in cells(open_page(somebody(role), "qualified", period="12m"))
    assert "L-0" not in cells(open_page(MARKETING, "qualified", period="12m"))


def test_today_announces_a_goal_met_with_its_departments_and_states_what_was_a_step_back(
    open_page, agreed: Stores
):
    app = open_page(SALES, "today")
    _ok(app)
    assert any("Sales and Marketing met a shared goal" in s.value for s in app.success)
    assert not any("Qualified by Sales" in s.value for s in app.success)
    assert any("Qualified by Sales" in i.value and "below last year" in i.value for i in app.info)


def test_a_card_of_a_filtered_page_has_only_the_target_of_that_part(open_page, agreed: Stores):
    assert "Target" in words(open_page(SALES, "funnel"))
    assert "Target" not in words(open_page(SALES, "funnel", channel="Email"))


def test_what_is_pinned_to_a_figure_stands_on_the_path_of_its_goal(open_page, agreed: Stores):
    pin(agreed, SALES, "qualified_conversions", date(2026, 3, 3), "rate change <b>")
    pin(agreed, SALES, "qualified_conversions", date(2025, 3, 3), "before the span")
    drawn = "".join(c.proto.spec for c in open_page(SALES, "goals").get("plotly_chart"))
    assert "rate change &lt;b&gt;" in drawn
    assert "before the span" not in drawn
    assert "Plan to" in drawn


def test_who_set_a_goal_is_called_by_name(open_page, agreed: Stores):
    with agreed.app_db.begin() as app_db:
        app_db.execute(
            insert(users).values(
                username="executive",
                full_name="Vivian Tse",
                role="executive",
                password_hash="-",
                created_at=datetime(2026, 1, 1),
            )
        )
    assert "set by Vivian Tse" in words(open_page(SALES, "goals"))
