"""Reports: three steps to a result, a link that gives nobody more than her own role, and no figure but the dictionary's."""

import csv
import io
import zipfile

import pytest
import streamlit as st
from sqlalchemy import insert

from metrics.query.report_query import SavedReport
from tests.pages.opened import opened
from tests.pages.staff import cells, somebody, words
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import saved_reports
from warehouse.schema import leads
from warehouse.stores.connect import Stores
from workflow.reports.saved_reports import on_the_list, retire, save

MARKETING, RM, OTHER = (
    somebody("marketing"),
    somebody("relationship_manager"),
    somebody("relationship_manager", "RM02"),
)
LINK = "[Sign in again](https://evil.example)"


def box(app, label: str):
    return next(b for b in (*app.selectbox, *app.multiselect, *app.text_input) if b.label == label)


def title(app) -> str:
    return app.title[0].value.replace("\\", "").replace("\u00a0", " ")


def broken(app) -> list[str]:
    return [e.value for e in app.error] + [str(e.value) for e in app.exception]


def test_three_steps_lead_from_another_departments_word_to_a_report_that_is_kept(
    open_page, bank: Stores
) -> None:
    page = open_page(MARKETING, "reports")
    box(page, "Search by any department’s word").input("close rate").run()
    assert page.pills(key="report-found").options == ["Win rate"]
    page.pills(key="report-found").select("win_rate").run()
    assert box(page, "Figure").value == "win_rate"
    assert "Owner: Sales Operations" in words(page)
    assert "Version 2." in words(opened(page, "Explain")), (
        "since leads have a history, a lead won twice is won twice"
    )
    assert "District" not in box(page, "Break down by").options, "wins are not kept by district"
    box(page, "Break down by").select("channel").run()
    box(page, "Period").select("12m").run()
    box(page, "Filter by").select("segment").run()
    assert not broken(page)
    assert title(page).startswith("Win rate: ")
    assert "95% interval" in words(page)
    assert "n = " in words(page)
    assert "days before" in words(page)
    table = page.dataframe[0].value
    assert {"Channel", "Win rate, %", "Cases", "95% from, %"} <= set(table.columns)
    assert "Change" not in table.columns, "a year before, wins were not complete yet"
    assert "Not compared" in words(page)
    box(page, "Title").input("Where we win")
    next(b for b in page.button if b.label == "Save").click()
    page.run()
    assert not broken(page)
    (kept,) = on_the_list(Reader(bank, MARKETING))
    assert (kept.title, kept.report) == (
        "Where we win",
        SavedReport(metric="win_rate", breakdown="channel", period="12m"),
    )
    again = open_page(somebody("executive"), "reports", report=kept.report_id)
    assert "Where we win" in words(again)
    assert title(again) == title(open_page(MARKETING, "reports", report=kept.report_id))


def test_a_report_shows_the_figure_of_the_card(open_page) -> None:
    card = next(m.value for m in open_page(somebody("analyst"), "funnel").metric if m.label == "Leads")
    report = open_page(somebody("analyst"), "reports")
    assert title(report).startswith(f"Leads: {card} for the last 90 days")


def test_a_shared_link_shows_an_rm_her_own_customers_on_screen_and_in_the_file(
    open_page, bank: Stores, monkeypatch
) -> None:
    made = {}
    monkeypatch.setattr(st, "download_button", lambda _l, data, _n, _m, key, **_: made.update({key: data}))
    report = SavedReport(metric="leads", breakdown="product", period="24m", chart="table")
    link = save(bank, OTHER, "Ours by product", report)
    rows = Reader(bank, SYSTEM).frame(leads.select())
    texts, files = {}, {}
    for viewer in (RM, OTHER, somebody("analyst")):
        page = opened(open_page(viewer, "reports", report=link), "Export")
        assert not broken(page)
        texts[viewer.rm_id] = page.title[0].value
        with zipfile.ZipFile(io.BytesIO(made["take-zip-report"]())) as both:
            table, about = (both.read(name).decode("utf-8-sig") for name in ("table.csv", "about.csv"))
        lines = list(csv.reader(io.StringIO(table, newline="")))
        files[viewer.rm_id] = sum(float(line[1]) for line in lines if line[1] and line[0] != "Product")
        assert ("your customers" in about + str(lines)) == bool(viewer.rm_id)
        assert ("your customers" in texts[viewer.rm_id]) == bool(viewer.rm_id)
    assert 0 < files["RM01"] < files[None]
    assert files["RM01"] != files["RM02"]
    assert len(rows) >= files[None]
    # What the sharer narrowed it to is no way to her rows either.
    narrowed = open_page(RM, "reports", filter="Sales rep", **{"only-rep": "Somebody else"})
    assert "does not exist here" in words(narrowed)


def test_a_link_that_opens_nothing_says_why_and_shows_no_figure(open_page, bank: Stores) -> None:
    analyst = somebody("analyst")
    link = save(bank, analyst, "Leads", SavedReport(metric="leads"))
    refused = open_page(somebody("service"), "reports", report=link)
    assert "does not include" in refused.title[0].value
    assert "ask Marketing" in words(refused)
    assert not refused.dataframe
    unknown = open_page(analyst, "reports", report=f"{link}x")
    assert "no report behind this link" in words(unknown)
    with bank.app_db.begin() as app_db:
        row = {"metric": LINK, "filters": "[]", "period": "90d", "chart": "bars", "saved_by": LINK}
        app_db.execute(insert(saved_reports).values(report_id="old", title=LINK, saved_at=bank.now(), **row))
    gone = open_page(analyst, "reports", report="old")
    assert "no figure called" in words(gone)
    assert LINK not in words(gone)
    retire(bank, analyst, link)
    old = open_page(analyst, "reports", report=link)
    assert "taken off the list" in words(old)
    assert old.dataframe


@pytest.mark.parametrize(
    ("viewer", "query", "expected"),
    [
        (somebody("analyst"), {"metric": LINK}, "no figure called"),
        (somebody("service"), {"metric": "Leads"}, "does not include"),
        (RM, {"metric": "Cost per new customer (CAC)"}, "that is no figure"),
        (somebody("analyst"), {"by": "Full name"}, "breakdown “Full name”"),
        (
            somebody("analyst"),
            {"filter": "Channel", "only-channel": "'; drop table leads"},
            "does not exist here",
        ),
        (somebody("analyst"), {"period": "Yesteryear", "chart": LINK}, "period “Yesteryear”"),
    ],
)
def test_an_address_that_was_tampered_with_is_answered_in_words(
    open_page, viewer: Viewer, query, expected
) -> None:
    page = open_page(viewer, "reports", **query)
    assert not broken(page)
    assert expected in words(page).replace("\\", "")
    assert LINK not in words(page)
    assert page.title


def test_parts_about_too_few_people_stay_blank_and_are_counted_in_words(open_page) -> None:
    page = open_page(somebody("executive"), "reports", by="Campaign", period="Last 30 days")
    assert not broken(page)
    table = page.dataframe[0].value
    blank = table[table["Note"] == "too few"]
    assert len(blank)
    assert blank["Leads"].isna().all()
    assert "too few" in words(page)
    assert not table["Leads"].between(1, 9).any()
    assert "nan" not in (words(page) + cells(page)).split()


def test_the_dictionary_shows_one_department_at_a_time_and_leads_to_a_report(open_page) -> None:
    page = open_page(somebody("service"), "dictionary", owner="Service (29)")
    assert not broken(page)
    names = {e.label for e in page.expander}
    assert {"Complaints", "Satisfied customers (CSAT)"} <= names
    assert "Leads" not in names
    reports = {b.key for b in page.button if str(b.key).startswith("report-")}
    assert "report-csat" in reports
    dictionary = open_page(somebody("service"), "dictionary", word="account")
    assert "Churn rate" in {e.label for e in dictionary.expander}, "Sales says account for a customer"
    leads_of = {b.key for b in open_page(somebody("service"), "dictionary").button}
    assert "report-leads" not in leads_of, "service sees no leads"
