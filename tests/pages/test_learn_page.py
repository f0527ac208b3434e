"""Learn on screen: an exercise asks for the reader's own figure, and the right answer is kept."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from metrics.definitions.scope import Scope
from pages.components import data
from tests.pages.staff import EVERYBODY, Open, somebody, words
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.learning.lesson_results import passed_by
from workflow.learning.lessons import LESSONS, meant_for


def _check(app: AppTest) -> AppTest:
    return next(b for b in app.button if b.label == "Check").click().run()


@pytest.mark.parametrize("viewer", EVERYBODY, ids=lambda v: v.role)
def test_every_lesson_opens_with_one_exercise_for_every_role(open_page: Open, viewer: Viewer) -> None:
    app = open_page(viewer, "learn")
    assert not app.exception
    assert "Your first tasks: 0 of 5 done" in words(app)
    others = LESSONS if viewer.role == "analyst" else ("day-in-sales", "day-in-it", "listen-first")
    for name in {*(lesson.name for lesson in meant_for(viewer.role)), *others}:
        app = open_page(viewer, "learn", lesson=name)
        assert not app.exception
        assert [b.label for b in app.button].count("Check") == 1, name


@pytest.mark.parametrize("role", ["analyst", "sales", "executive", "relationship_manager"])
def test_the_figure_of_the_reader_is_the_right_answer_and_another_is_not(
    open_page: Open, bank: connect.Stores, role: str
) -> None:
    me = somebody(role)
    connect.use(bank)
    period = data.period_of(me, "month")
    leads = int(data.ask(me, ["leads"], Scope(period), periods=[period]).iloc[0]["leads"])
    app = open_page(me, "learn", lesson="read-a-figure")
    app.number_input[0].set_value(leads + 7)
    app = _check(app)
    assert "Not yet." in app.warning[0].value
    assert passed_by(bank, me) == frozenset()
    app.number_input[0].set_value(leads)
    app = _check(app)
    assert "You have passed this lesson." in app.success[0].value
    assert passed_by(bank, me) == {("read-a-figure", 1)}
    assert f"1 of your {len(meant_for(role))} lessons done" in words(open_page(me, "learn"))


def test_who_has_no_such_figure_is_told_and_gets_another_exercise(open_page: Open) -> None:
    page_text = words(open_page(somebody("service"), "learn", lesson="read-a-figure"))
    assert "“Leads” is not part of your role. Here is another exercise." in page_text
    assert "How many service cases" in page_text
    assert "Which department owns" in words(
        open_page(somebody("administrator"), "learn", lesson="read-a-figure")
    )


def test_a_saved_report_is_the_answer_where_one_is_asked_for(open_page: Open, bank: connect.Stores) -> None:
    from metrics.query.report_query import SavedReport
    from workflow.reports import saved_reports

    me = somebody("analyst")
    app = _check(open_page(me, "learn", lesson="keep-a-report"))
    assert "You have saved no report" in app.warning[0].value
    saved_reports.save(
        bank, somebody("sales"), "Of a colleague", SavedReport(metric="leads", breakdown="channel")
    )
    assert (
        "You have saved no report" in _check(open_page(me, "learn", lesson="keep-a-report")).warning[0].value
    )
    saved_reports.save(bank, me, "My own", SavedReport(metric="leads", breakdown="channel"))
    assert _check(open_page(me, "learn", lesson="keep-a-report")).success


def test_departments_are_counted_without_a_name(open_page: Open, bank: connect.Stores) -> None:
    from sign_in import accounts

    for number in range(6):
        accounts.create(
            bank,
            f"seller{number}",
            "a long pass phrase",
            by="test",
            full_name=f"Ann{'abcdef'[number]} Lee",
            role="sales",
        )
    app = open_page(somebody("analyst"), "learn")
    (table,) = [t.value for t in app.dataframe if "Colleagues" in t.value]
    assert dict(zip(table["Department"], table["Colleagues"], strict=True))["Sales"] >= 6
    assert "Lee" not in words(app)
