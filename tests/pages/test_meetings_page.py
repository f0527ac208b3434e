"""Meetings and decisions on screen: a pack that says what was looked at, expected beside actual, the record of hits."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button, Element

from metrics.definitions.scope import Period, Scope
from tests.pages.staff import Open, cells, somebody, words
from warehouse.access.reader import Reader
from warehouse.stores import connect
from workflow.collaboration import record_reading, record_store
from workflow.collaboration.meetings import EVERY, STAND_UP, WEEKLY
from workflow.collaboration.pinned_figures import pin_figure

ANALYST, EXECUTIVE, MARKETING = (somebody(r) for r in ("analyst", "executive", "marketing"))


def _plan(stores: connect.Stores, series: str) -> int:
    values = {
        "title": f"{series} of July",
        "series": series,
        "held_on": date(2026, 7, 1),
        "starts_at": "10:00",
    }
    return record_store.open_record(stores, ANALYST, "meeting", values)


@pytest.mark.parametrize("role", ["relationship_manager", "marketing", "analyst", "administrator"])
def test_a_meeting_opens_with_its_pack_and_its_files_for_each_role(
    role: str, open_page: Open, bank: connect.Stores
) -> None:
    for series in EVERY:
        app = open_page(somebody(role), "meetings", record=str(_plan(bank, series)))
        assert not app.exception
        assert not app.error
        assert f"{series} of July" in app.title[0].value.replace("\\", "")
        assert "Looked at" in words(app)
    assert {str(b.label) for b in app.get("download_button") if isinstance(b, Element)} >= {
        "Calendar (ICS)",
        "Slides (PPTX)",
        "Handout (PDF)",
    }


def test_the_stand_up_shows_three_sections(open_page: Open, bank: connect.Stores) -> None:
    page_says = words(open_page(ANALYST, "meetings", record=str(_plan(bank, STAND_UP))))
    assert [f"{n} · " in page_says for n in (1, 2, 3, 4)] == [True, True, True, False]


def test_a_held_meeting_says_who_was_not_there_and_its_decisions_go_on_their_list_in_one_press(
    open_page: Open, bank: connect.Stores
) -> None:
    number = _plan(bank, STAND_UP)
    held = {"attended": ["Marketing"], "decided": "Stop A\nGo on with B", "actions": "", "minutes": ""}
    record_store.take_step(bank, ANALYST, number, 1, "hold", held)
    app = open_page(MARKETING, "meetings", record=str(number))
    assert "Without Sales, Analytics" in words(app)
    press = next(b for b in app.button if b.label.startswith("Put 2"))
    app = press.click().run()
    assert not app.exception
    assert len(record_reading.records_of(_reader(bank), "decision")) == 2
    assert not [b for b in app.button if b.label.startswith("Put ")]
    assert "2 on the list of decisions" in words(app)


def _reader(bank: connect.Stores) -> Reader:
    return Reader(bank, ANALYST)


def test_the_list_of_meetings_says_their_cadence(open_page: Open, bank: connect.Stores) -> None:
    number = _plan(bank, WEEKLY)
    held = {"attended": ["Service"], "decided": "", "actions": "", "minutes": ""}
    record_store.take_step(bank, ANALYST, number, 1, "hold", held)
    table = cells(open_page(ANALYST, "meetings"))
    assert "due by 8 Jul 2026" in table
    assert "50% (1 of 2 in 1 meeting); last without Relationship managers" in table


def test_a_decision_shows_expected_against_actual_on_its_day_and_the_list_its_hits(
    open_page: Open, bank: connect.Stores
) -> None:
    bank.now = lambda: datetime(2026, 3, 31, 9)
    pin = pin_figure(bank, ANALYST, "leads", Scope(Period(date(2026, 1, 1), date(2026, 3, 31))))
    opened = {"title": "More search?", "options": "Yes\nNo", "consulted": ["Sales"]}
    number = record_store.open_record(bank, ANALYST, "decision", opened, pin_id=pin)
    taken = {"chosen": "Yes", "why": "It pays", "owner": "Marketing", "direction": "rise"}
    on = {"review_on": date(2026, 7, 1), "cost": None, "expected": 900_000.0}
    record_store.take_step(bank, EXECUTIVE, number, 1, "take", taken | on)
    assert "stands here beside" in words(open_page(ANALYST, "decisions", record=str(number)))
    bank.now = lambda: datetime(2026, 7, 1, 9)
    on_its_day = words(open_page(ANALYST, "decisions", record=str(number)))
    assert "Expected against actual" in on_its_day
    assert "1 Apr – 30 Jun 2026" in on_its_day
    assert "rise to 900,000" in on_its_day
    assert "Expected against actual" not in words(
        open_page(somebody("service"), "decisions", record=str(number))
    )
    listed = words(open_page(ANALYST, "decisions"))
    assert "No decision was looked at again yet" in listed
    assert "No other department consulted" not in listed
    held = {"held": "yes", "learned": "Go on"}
    record_store.take_step(bank, MARKETING, number, 2, "look_again", held)
    listed = words(open_page(ANALYST, "decisions"))
    assert "1 of 1 decision is recorded as having done what was expected" in listed
    assert "of 1 with a figure that you read, 0 did" in listed
    looked_at = words(open_page(ANALYST, "decisions", record=str(number)))
    assert "“yes” was recorded; by the data now it is" in looked_at


def test_a_question_of_the_review_goes_on_the_list_of_decisions_in_one_press_and_only_once(
    open_page: Open, bank: connect.Stores
) -> None:
    def puts(app: AppTest) -> list[Button]:
        return [b for b in app.button if b.label.startswith("Put on the list")]

    address = {"quarter": "2026Q2", "answer-decisions": "true"}
    app = open_page(EXECUTIVE, "quarterly-review", **address)
    offered = len(puts(app))
    assert offered
    app = puts(app)[0].click().run()
    assert not app.exception
    assert len(puts(app)) == offered - 1
    assert [b.label for b in app.button if b.label.startswith("On the list as decision 1")]
    assert len(puts(open_page(MARKETING, "quarterly-review", **address))) == offered - 1
    (decision,) = record_reading.records_of(Reader(bank, ANALYST), "decision")
    assert decision.title.endswith("(2026Q2)")
    assert decision.contents["options"]
