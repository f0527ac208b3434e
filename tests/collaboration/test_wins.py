"""Wins: what came to something, with the departments and the observation it began with; nothing that missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from tests.collaboration.test_records import ANALYST, SERVICE, _observe
from tests.pages.staff import Open, opener, somebody, words
from tests.workflow.receivers import Clock
from warehouse.access.reader import Reader
from warehouse.stores.connect import Stores
from workflow.collaboration import record_reading, record_store
from workflow.collaboration.sample_records import write_sample_records
from workflow.collaboration.wins import AT_MOST, Win, wins


def _wins(stores: Stores) -> list[Win]:
    return wins(record_reading.records_of(Reader(stores, ANALYST)))


def test_an_observation_is_a_win_once_something_came_of_it_and_never_if_declined(bank: Stores) -> None:
    acted, declined = _observe(bank), _observe(bank)
    done = {"became": "A goal", "outcome": "A goal is set"}
    assert _wins(bank) == []
    record_store.take_step(bank, SERVICE, acted, 1, "act", done)
    record_store.take_step(bank, SERVICE, declined, 1, "decline", {"why": "Chance"})
    (win,) = _wins(bank)
    assert win.record.record_id == acted
    assert win.departments == ("Relationship managers", "Service")
    assert win.began_with is None


def test_only_the_newest_five_are_listed_the_newest_first(bank: Stores) -> None:
    for back in range(AT_MOST + 2):
        then = replace(bank, now=Clock(datetime(2026, 6, 10 + back, 9)))
        done = {"became": "A goal", "outcome": "A goal is set"}
        record_store.take_step(then, SERVICE, _observe(then), 1, "act", done)
    days = [win.won_on for win in _wins(bank)]
    assert days == [date(2026, 6, day) for day in (16, 15, 14, 13, 12)]


def test_a_dispute_names_the_observation_it_began_with_and_what_missed_is_left_out(
    bank: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_sample_records(bank, date(2026, 6, 30))
    listed = _wins(bank)
    titles = [win.record.title for win in listed]
    assert "Call every opportunity within a day?" not in titles, "it did not do what was expected"
    (dispute,) = [win for win in listed if win.record.kind == "dispute"]
    assert dispute.began_with is not None
    assert dispute.began_with.title not in titles, "what it began with is named once"
    open_page: Open = next(opener(bank, monkeypatch))
    app = open_page(somebody("service"), "observations")
    assert not app.exception
    page = words(app)
    assert "Wins" in page
    assert "It began with observation" in page
