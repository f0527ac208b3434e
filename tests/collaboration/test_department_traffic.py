"""What goes from department to department: counted by department, answered or waiting, never by person."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from pages.together.feedback_page import interaction_in_words, traffic_in_words
from tests.collaboration.test_records import (
    ANALYST,
    MARKETING,
    RM,
    SALES,
    SERVICE,
    _account,
    _observe,
    _record,
)
from tests.pages.staff import Open, opener, somebody, words
from warehouse.access.reader import Reader, Viewer
from warehouse.stores.connect import Stores
from workflow.collaboration import department_traffic, mentions, record_reading, record_store
from workflow.collaboration.record_kind import DEPARTMENTS
from workflow.collaboration.sample_records import write_sample_records

TODAY = date(2026, 7, 1)


def _on(stores: Stores, day: date) -> Stores:
    return replace(stores, now=lambda: datetime(day.year, day.month, day.day, 10))


def _pairs(
    stores: Stores, who: Viewer = ANALYST, today: date = TODAY
) -> dict[tuple[str, str], department_traffic.Traffic]:
    reader = Reader(stores, who)
    return department_traffic.traffic(
        record_reading.records_of(reader), mentions.departments_named(reader), today
    )


def test_where_nothing_was_written_every_pair_is_empty_and_said_in_words(bank: Stores) -> None:
    pairs = _pairs(bank)
    assert len(pairs) == len(DEPARTMENTS) * (len(DEPARTMENTS) - 1)
    assert not any(pair.sent for pair in pairs.values())
    assert traffic_in_words(pairs) == "No department has written to another in the last 90 days."


def test_a_record_is_answered_when_the_other_department_writes_in_it(bank: Stores) -> None:
    number = _observe(_on(bank, date(2026, 6, 20)))
    there = _pairs(bank)["Relationship managers", "Service"]
    assert (there.records, there.answered, there.longest_wait) == (1, 0, 11)
    version = _record(bank, number).version
    record_store.take_step(
        _on(bank, date(2026, 6, 24)), SERVICE, number, version, "review", {"reply": "We look"}
    )
    there = _pairs(bank)["Relationship managers", "Service"]
    assert (there.answered, there.days_to_answer, there.longest_wait) == (1, 4, None)
    assert _pairs(bank)["Service", "Relationship managers"].sent == 0


def test_a_handoff_a_comment_and_a_mention_each_count_once_on_their_way(bank: Stores) -> None:
    _account(bank, MARKETING)
    number = _observe(bank)
    record_store.take_step(bank, SERVICE, number, 1, "hand_on", {"to": "Sales", "why": "Theirs"})
    record_store.comment(bank, RM, number, "How is it?")
    record_store.comment(bank, SALES, number, "@Marketing knows")
    pairs = _pairs(bank)
    assert pairs["Service", "Sales"].handoffs == 1
    assert pairs["Relationship managers", "Sales"].comments == 1
    assert pairs["Sales", "Marketing"].mentions == 1
    assert pairs["Sales", "Relationship managers"].comments == 1
    assert sum(pair.sent for pair in pairs.values()) == 5


def test_what_lies_longer_back_than_ninety_days_is_not_counted(bank: Stores) -> None:
    _observe(_on(bank, date(2026, 4, 2)))
    assert not any(pair.sent for pair in _pairs(bank).values())
    assert _pairs(bank, today=date(2026, 6, 30))["Relationship managers", "Service"].records == 1


def test_a_case_about_a_customer_is_not_counted_so_everybody_reads_the_same(bank: Stores) -> None:
    write_sample_records(bank, date(2026, 6, 30))
    counts = [
        [pair.sent for pair in _pairs(bank, somebody(role)).values()]
        for role in ("relationship_manager", "service", "marketing", "executive")
    ]
    assert all(one == counts[0] for one in counts)
    assert sum(counts[0]) > 10


def test_interaction_is_the_share_written_in_records_that_others_opened(bank: Stores) -> None:
    number = _observe(_on(bank, date(2026, 6, 20)))
    record_store.comment(_on(bank, date(2026, 6, 21)), SERVICE, number, "We look")
    months = department_traffic.interaction(record_reading.records_of(Reader(bank, ANALYST)), TODAY)
    assert [m.entries for m in months] == [0, 0, 0, 0, 0, 2, 0]
    assert months[5].share == 0.5
    assert months[6].share is None
    assert "no trend" in interaction_in_words(months)


def test_the_feedback_page_shows_empty_pairs_as_words(bank: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    write_sample_records(bank, date(2026, 6, 30))
    pages = opener(bank, monkeypatch)
    open_page: Open = next(pages)
    app = open_page(somebody("sales"), "feedback")
    assert not app.exception
    (matrix,) = [f.value for f in app.dataframe if "From" in f.value and "IT" in f.value]
    assert matrix.set_index("From").loc["Sales", "Sales"] == "–"
    assert matrix.set_index("From")["IT"].isna().any(), "an empty pair reads as nothing yet"
    assert "went from one department to another" in words(app)
