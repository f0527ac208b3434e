"""An alarm about a campaign is closed on the page, with a reason that the other department reads."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from tests.pages.staff import Open, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import next_snapshot
from warehouse.schema import campaigns
from warehouse.stores.connect import Stores
from workflow.campaigns.campaign_lifecycle import history

OVERPROMISES, NAME = "CMP-06", "Welcome 8% Savings"
WHY = "The *letter* was rewritten on Friday"


@pytest.fixture
def it_goes_on(bank: Stores) -> Stores:
    """The sample bank, whose campaign that promises too much has not ended."""
    with next_snapshot(bank) as draft:
        goes_on = update(campaigns).where(campaigns.c.campaign_id == OVERPROMISES).values(ends_on=None)
        draft.connection.execute(goes_on)
    return bank


def test_an_alarm_is_closed_with_a_reason_that_the_other_department_reads(
    open_page: Open, it_goes_on: Stores
) -> None:
    page = open_page(somebody("sales"), "lead-hand-off")
    assert [NAME in w.value for w in page.warning] == [True]
    assert "Its last day is not known." in page.warning[0].value
    next(b for b in page.button if b.label == "Close it").click()
    page.run()
    assert "Say why the alarm is closed" in words(page)
    assert NAME in page.warning[0].value, "without a reason it stands"
    next(t for t in page.text_input if t.label == "Why it is closed").input(WHY)
    next(b for b in page.button if b.label == "Close it").click()
    page.run()
    assert not page.warning
    other = open_page(somebody("marketing"), "lead-hand-off")
    assert not other.warning
    assert "Campaign alarms that ended (1)" in [e.label for e in other.expander]
    assert f"closed by sales-1 on 1 Jul 2026: {WHY}" in words(other)
    steps = history(Reader(it_goes_on, SYSTEM), OVERPROMISES)
    assert list(zip(steps["step"], steps["note"], strict=True)) == [("alarm_closed", WHY)]
