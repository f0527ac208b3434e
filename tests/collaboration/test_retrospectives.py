"""Retrospectives: every item has an owner, and nobody looks up an effect before the day it is due."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from tests.collaboration.test_records import ANALYST, MARKETING, RM, _record
from tests.pages.staff import Open, opener, somebody, words
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration import record_checks, record_store
from workflow.collaboration.retrospectives import effects_in_words

FILLED_IN = {
    "title": "The spring campaign",
    "quarter": "Q2 2026",
    "team": ["Marketing", "Service"],
    "keep": "Service: call back",
    "change": "Marketing: tell Service *first*\nSales: say why",
    "stop": "",
}
EFFECTS = {
    "helped_keep_1": "yes",
    "changed_keep_1": "Fewer complaints",
    "helped_change_1": "cannot be told",
    "changed_change_1": "No campaign since",
    "helped_change_2": "no",
    "changed_change_2": "Nothing",
}


def _open(stores: Stores, **other: Any) -> int:
    return record_store.open_record(stores, ANALYST, "retrospective", {**FILLED_IN, **other})


def _three_months_on(stores: Stores) -> Stores:
    return replace(stores, now=lambda: datetime(2026, 9, 30, 10))


def test_an_item_without_an_owner_department_is_refused_by_its_words(bank: Stores) -> None:
    with pytest.raises(ChangeRefused, match="“call back” has no owner"):
        _open(bank, keep="call back")
    with pytest.raises(ChangeRefused, match="at least one line"):
        _open(bank, keep="", change="")
    with pytest.raises(ChangeRefused, match="Q2 2026"):
        _open(bank, quarter="spring")
    with pytest.raises(AccessRefused):
        record_store.open_record(bank, RM, "retrospective", FILLED_IN)


def test_its_effect_waits_three_months_and_is_asked_for_item_by_item(bank: Stores) -> None:
    number = _open(bank)
    record = _record(bank, number)
    assert (record.owner, record.due_on) == ("Analytics", date(2026, 9, 30))
    assert record_checks.steps_for(record, ANALYST, date(2026, 9, 29)) == ()
    (step,) = record_checks.steps_for(record, ANALYST, date(2026, 9, 30))
    assert [f.name for f in step.fields_for(record)] == list(EFFECTS)
    with pytest.raises(ChangeRefused, match="waits until 30 Sep 2026"):
        record_store.take_step(bank, ANALYST, number, 1, "look_up", EFFECTS)
    later = _three_months_on(bank)
    with pytest.raises(AccessRefused):
        record_store.take_step(later, MARKETING, number, 1, "look_up", EFFECTS)
    with pytest.raises(ChangeRefused, match="did it help"):
        record_store.take_step(later, ANALYST, number, 1, "look_up", {**EFFECTS, "helped_change_2": None})
    record_store.take_step(later, ANALYST, number, 1, "look_up", EFFECTS)
    record = _record(bank, number)
    assert record.owner == ""
    assert effects_in_words(record) == "1 of 3 items helped; for 1 it cannot be told."


def test_its_page_asks_what_changed_of_each_item_as_it_was_typed(
    bank: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = _open(bank)
    open_page: Open = next(opener(_three_months_on(bank), monkeypatch))
    app = open_page(ANALYST, "retrospectives", record=str(number))
    assert not app.exception
    labels = [box.label for box in app.text_input]
    assert r"Change, Marketing\: tell Service \*first\* – what changed?" in labels
    record_store.take_step(_three_months_on(bank), ANALYST, number, 1, "look_up", EFFECTS)
    page = words(open_page(somebody("marketing"), "retrospectives", record=str(number)))
    assert "1 of 3 items helped" in page
    assert "No campaign since" in page
