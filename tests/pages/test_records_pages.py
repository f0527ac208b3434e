"""Records on screen: opened from a figure, moved by whose turn it is, read in the inbox."""

from __future__ import annotations

import pytest

from tests.pages.staff import Open, somebody, words
from warehouse.stores import connect
from workflow.collaboration import record_store

KINDS_ON_PAGES = ("discussions", "observations", "disputes", "decisions", "data-requests", "meetings")


def test_every_page_of_records_says_that_there_are_none_yet(open_page: Open) -> None:
    for url in KINDS_ON_PAGES:
        app = open_page(somebody("analyst"), url)
        assert not app.exception
        assert "yet" in app.title[0].value, url


def test_a_record_is_opened_and_waits_for_the_department_it_goes_to(
    open_page: Open, bank: connect.Stores
) -> None:
    number = record_store.open_record(
        bank, somebody("relationship_manager"), "observation", {"title": "Fewer calls", "to": "Service"}
    )
    app = open_page(somebody("service"), "observations", record=str(number))
    assert not app.exception
    assert "Fewer calls" in app.title[0].value
    assert "Fewer calls" in words(open_page(somebody("service"), "inbox"))
    assert "Fewer calls" not in words(open_page(somebody("sales"), "inbox"))


@pytest.mark.parametrize("number", ["", "0", "-1", "9" * 5_000, "²", "1 OR 1=1", "<b>", "٣", "999999999"])
def test_an_address_without_a_record_says_so(number: str, open_page: Open) -> None:
    app = open_page(somebody("analyst"), "disputes", record=number)
    assert not app.exception
    assert "opens no dispute" in app.title[0].value or not number
