"""The search on screen: one box in the frame, counts by kind, nothing cut in silence, what was typed stays a text."""

from __future__ import annotations

import pytest

from tests.pages.staff import EVERYBODY, Open, somebody, words
from tests.pages.test_rerun_costs import Work, work
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import record_store

__all__ = ["work"]


@pytest.mark.parametrize("viewer", EVERYBODY, ids=lambda v: v.role)
def test_before_somebody_types_the_page_says_what_can_be_searched(open_page: Open, viewer: Viewer) -> None:
    app = open_page(viewer, "search")
    assert not app.exception
    assert "You can search for" in words(app)
    customers = "customers you may see" in words(app)
    assert customers == (viewer.role in ("relationship_manager", "team_lead", "service"))


def test_the_box_of_the_frame_leads_to_the_page_with_what_was_typed_in_the_address(open_page: Open) -> None:
    app = open_page(somebody("analyst"), "today")
    box = next(t for t in app.text_input if t.label == "Search everything")
    app = box.input("churn rate").run()
    assert app.query_params["q"] == "churn rate"
    assert "“churn rate”" in app.title[0].value
    assert "hit-figures-0" in [b.key for b in app.button]


def test_only_the_first_are_listed_and_all_at_one_press(open_page: Open) -> None:
    app = open_page(somebody("service"), "search", q="wing")
    page_text = words(app)
    assert "The first 10 of" in page_text
    assert len([b for b in app.button if (b.key or "").startswith("search-C")]) == 10
    more = next(b for b in app.button if b.key == "more-customers")
    total = int(more.label.rsplit(" ", 1)[1])
    app = more.click().run()
    assert len([b for b in app.button if (b.key or "").startswith("search-C")]) == total > 10


def test_what_was_typed_is_shown_as_typed(open_page: Open) -> None:
    app = open_page(somebody("analyst"), "search", q="**<b>x</b>** [a](http://b)")
    assert not app.exception
    assert r"\*\*\<b\>x" in app.title[0].value
    app = open_page(somebody("analyst"), "search", q="x" * 2_000)
    assert "at most 100 characters, and this one has 2,000" in words(app)


def test_a_record_opens_from_its_line(open_page: Open, bank: connect.Stores) -> None:
    number = record_store.open_record(
        bank, somebody("relationship_manager"), "observation", {"title": "Zugspitze", "to": "Service"}
    )
    app = open_page(somebody("service"), "search", q="zugsptize")
    assert "None is spelled" in words(app)
    app = next(b for b in app.button if b.key == "hit-records-0").click().run()
    assert app.query_params["record"] == str(number)


def test_a_rerun_of_an_answer_asks_nothing_anew(open_page: Open, work: Work) -> None:
    app = open_page(somebody("service"), "search", q="wing")
    work.clear()
    app.run()
    assert (work.bank, work.compiled) == ([], 0)
    assert len([sent for sent in work.app_db if "FROM sessions" not in sent]) <= 1
    assert work.sent < 50_000
