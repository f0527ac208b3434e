"""A click on a figure opens the rows behind it, or its parts for who sees only totals."""

from datetime import date

import pytest

from pages.components import viewer as door
from tests.pages.staff import cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import customers
from warehouse.stores.connect import Stores
from workflow.records import annotations


def opened(open_page, viewer, figure: str, url: str = "funnel", **query: str):
    page = open_page(viewer, url, **query)
    before = len(page.dataframe)
    page.button(f"open-figure-{figure}").click().run()
    assert not page.exception
    return page, page.dataframe[before].value if len(page.dataframe) > before else None


@pytest.mark.parametrize("figure", ["leads", "won"])
def test_a_count_opens_into_as_many_rows(open_page, figure):
    page, rows = opened(open_page, somebody("analyst"), figure, period="30d")
    metric_text = next(m.value for m in page.metric if m.label in ("Leads", "Deals won"))
    assert f"{len(rows):,} rows. Each row counts once" in words(page)
    assert figure != "leads" or len(rows) == int(metric_text.replace(",", ""))


def test_a_ratio_opens_into_what_it_divides(open_page):
    page, rows = opened(open_page, somebody("sales"), "win_rate", period="30d")
    assert "Opportunity at" in rows.columns
    assert f"{len(rows):,} rows" in words(page)


@pytest.mark.parametrize("role", ["marketing", "executive"])
def test_who_sees_only_totals_gets_the_parts_and_is_told_why(open_page, role):
    page, parts = opened(open_page, somebody(role), "leads")
    assert "sees aggregates, not single people" in words(page)
    assert list(parts.columns) == ["Channel", "Leads"]
    assert "L-0" not in cells(page)


def test_an_analyst_finds_no_name_among_the_rows_of_any_card(open_page, bank: Stores):
    names = Reader(bank, SYSTEM).frame(customers.select())["full_name"].dropna()
    page = open_page(somebody("analyst"), "funnel")
    for card in [b.key for b in page.button if str(b.key).startswith("open-figure-")]:
        page.button(card).click().run()
        assert not page.exception
        cell_text = cells(page)
        assert not [n for n in names if " " in n and n in cell_text]


def test_who_was_signed_out_meanwhile_sees_nothing_in_the_opened_figure(open_page, monkeypatch):
    """An opened figure is drawn again without the frame, so it asks for itself who is looking."""
    analyst = somebody("analyst")
    page = open_page(analyst, "funnel")
    tables = len(page.dataframe)
    viewers = iter([analyst, None])  # the frame still knows her, the dialog does not
    monkeypatch.setattr(door, "viewer", lambda: next(viewers))
    page.button("open-figure-leads").click().run()
    assert "have been signed out" in words(page)
    assert len(page.dataframe) == tables


def test_an_event_pinned_once_stands_on_the_chart_of_the_figure_and_can_be_taken_back(
    open_page, bank: Stores
):
    analyst = somebody("analyst")
    annotations.pin(bank, analyst, "leads", date(2026, 3, 3), "rate change <b>")
    page, _ = opened(open_page, analyst, "leads")
    assert "3 Mar 2026: rate change <b>" in words(page)
    assert "rate change &lt;b&gt;" in "".join(c.proto.spec for c in page.get("plotly_chart"))
    next(b for b in page.button if b.label == "Undo").click().run()
    assert annotations.events(Reader(bank, SYSTEM), "leads").empty
