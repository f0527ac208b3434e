"""Views of pages: kept for oneself or for all, opened under the reader's rights, and the page the day begins with."""

from datetime import date

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from tests.pages.opened import opened
from tests.pages.staff import Open, somebody, words
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration.sample_history import SampleHistory
from workflow.collaboration.sample_reports import shared_views
from workflow.reports import saved_views

ANALYST, MARKETING, RM = somebody("analyst"), somebody("marketing"), somebody("relationship_manager")


def press(page: AppTest, label: str) -> AppTest:
    next(b for b in page.button if b.label == label).click()
    return page.run()


def test_a_view_is_on_ones_own_list_or_on_everybodys_and_only_its_owner_or_an_analyst_takes_it_off(
    empty: Stores,
) -> None:
    mine = saved_views.save(empty, MARKETING, " Mine ", "funnel", {"period": ["12m"], "cid": ["C000001"]})
    ours = saved_views.save(empty, ANALYST, "Ours", "funnel", {"channel": ["email", "social"]}, shared=True)
    assert [v.view_id for v in saved_views.visible(empty, MARKETING)] == [mine, ours]
    assert [v.view_id for v in saved_views.visible(empty, ANALYST)] == [ours]
    kept = saved_views.visible(empty, MARKETING)[0]
    assert (kept.title, kept.page, dict(kept.address)) == ("Mine", "funnel", {"period": ["12m"]})
    with pytest.raises(ChangeRefused, match="already"):
        saved_views.save(empty, MARKETING, "mine", "funnel", {})
    with pytest.raises(ChangeRefused, match="more than an address can hold"):
        saved_views.save(empty, MARKETING, "Long", "funnel", {"campaign": ["x" * 3_000]})
    with pytest.raises(AccessRefused, match="Only who saved"):
        saved_views.retire(empty, MARKETING, ours)
    with pytest.raises(ChangeRefused, match="no list of yours"):
        saved_views.retire(empty, ANALYST, mine)
    saved_views.start_with(empty, MARKETING, ours)
    with pytest.raises(ChangeRefused, match="no list of yours"):
        saved_views.start_with(empty, ANALYST, mine)
    saved_views.start_with(empty, MARKETING, mine)
    start = saved_views.start_of(empty, MARKETING)
    assert start is not None
    assert start.view_id == mine
    saved_views.retire(empty, MARKETING, mine)
    start = saved_views.start_of(empty, MARKETING)
    assert start is not None
    assert start.retired_at, "it is said that it is gone"
    with empty.app_db.connect() as app_db:
        done = list(app_db.execute(select(audit_log.c.action).order_by(audit_log.c.line)).scalars())
    assert done == [
        *("view.save", "view.save", "view.refused", "view.start", "view.start", "view.retire"),
    ]


def test_a_page_is_kept_as_it_stands_and_opened_from_anywhere(bank: Stores, open_page: Open) -> None:
    page = opened(open_page(MARKETING, "funnel", period="12m", channel="email"), "Views")
    next(t for t in page.text_input if t.label == "Name").set_value("Mail in a year")
    next(r for r in page.radio if r.label == "For").set_value("Everybody who has this page")
    press(page, "Save view")
    (view,) = saved_views.visible(bank, ANALYST)
    assert (view.title, view.page, dict(view.address)) == (
        "Mail in a year",
        "funnel",
        {"channel": ["email"], "period": ["12m"]},
    )
    elsewhere = opened(open_page(ANALYST, "dictionary"), "Views")
    press(elsewhere, "Mail in a year")
    assert next(b for b in elsewhere.multiselect if b.label == "Channel").value == ["email"]
    assert next(b for b in elsewhere.selectbox if b.label == "Period").value == "12m"
    not_hers = opened(open_page(RM, "dictionary"), "Views")
    assert "Mail in a year" not in words(not_hers), "her role does not have the page"


def test_the_day_begins_with_the_view_one_has_set_and_says_which_of_its_values_are_gone(
    bank: Stores, open_page: Open
) -> None:
    address = {"period": ["12m"], "channel": ["fax", "email"]}
    view = saved_views.save(bank, ANALYST, "Fax [and](x) mail", "funnel", address)
    saved_views.start_with(bank, ANALYST, view)
    page = open_page(ANALYST)
    assert next(b for b in page.selectbox if b.label == "Period").value == "12m"
    (warning,) = (c.value for c in page.caption if "not on offer" in c.value)
    assert "names a channel, “fax”" in warning
    assert "The view “Fax \\[and\\]" in warning
    assert not page.exception
    saved_views.retire(bank, ANALYST, view)
    page = open_page(ANALYST)
    assert "was taken off the list" in page.toast[0].value
    shared_views(SampleHistory(bank, date(2026, 6, 30)))
    assert len(saved_views.visible(bank, RM)) == 3
