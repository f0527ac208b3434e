"""What a table's file holds is what stands on the screen of the same person, and nothing more."""

import csv
import io

import pytest
import streamlit as st
from sqlalchemy import select

from pages import MENU
from pages.components import viewer as door
from pages.figures import drill
from tests.pages.opened import opened
from tests.pages.staff import somebody
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import AccessRefused
from warehouse.schema import customers, leads, relationship_managers
from warehouse.stores.connect import Stores

ENTRIES = [entry for entries in MENU.values() for entry in entries]


@pytest.fixture
def offered(monkeypatch):
    """What the download buttons of a page would make, by key; Streamlit itself makes it on a click."""
    files = {}

    def remember(_label, data, _name, _mime, key, **_more):
        files[key] = data

    monkeypatch.setattr(st, "download_button", remember)
    return files


def rows(made: bytes) -> list[list[str]]:
    """Heading and rows of a CSV file, without what it says about itself."""
    read = csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""))
    return [row for row in read if not row[0].startswith("# ")]


@pytest.mark.parametrize("role", ["marketing", "executive", "analyst", "administrator"])
def test_no_file_of_any_page_holds_a_persons_name_for_who_sees_none(open_page, bank: Stores, offered, role):
    reader = Reader(bank, SYSTEM)
    people = [reader.frame(select(t.c.full_name, t.c.email, t.c.phone)) for t in (customers, leads)]
    staff = set(reader.frame(select(relationship_managers.c.name))["name"])
    personal = {v for f in people for c in f for v in f[c].dropna() if " " in v or "@" in v} - staff
    for entry in ENTRIES:
        if role in entry.roles:
            offered.clear()
            opened(open_page(somebody(role), entry.url), "Export")
            for key, make in offered.items():
                if key.startswith("take-csv"):
                    content = make().decode()
                    assert not [p for p in personal if p in content], f"{entry.url} {key}"


def test_a_file_has_the_columns_and_rows_of_the_screen(open_page, offered):
    for role in ("sales", "marketing"):
        offered.clear()
        page = opened(open_page(somebody(role), "funnel"), "Export")
        sizes = {tuple(map(str, t.value.columns)): len(t.value) for t in page.dataframe}
        for key, make in offered.items():
            if key.startswith("take-csv"):
                heading, *lines = rows(make())
                assert sizes[tuple(heading)] == len(lines)


def test_the_file_of_the_rows_behind_a_figure_has_all_of_them(open_page, offered, monkeypatch):
    monkeypatch.setattr(drill, "ON_SCREEN", 50)
    page = open_page(somebody("analyst"), "funnel", period="12m")
    figure = next(m.value for m in page.metric if m.label == "Leads")
    page.session_state["export-rows-leads"] = True
    page.button("open-figure-leads").click().run()
    assert len(rows(offered["take-csv-rows-leads"]())) - 1 == int(figure.replace(",", "")) > 50


def test_a_file_asked_for_after_signing_out_is_refused_and_noted(
    open_page, bank: Stores, offered, monkeypatch
):
    page = opened(open_page(somebody("analyst"), "funnel"), "Export")
    monkeypatch.setattr(door, "later", lambda: lambda: None)
    page.run()
    with pytest.raises(AccessRefused):
        next(work for key, work in offered.items() if key.startswith("take-csv"))()
    with bank.app_db.connect() as app_db:
        assert app_db.execute(select(audit_log).where(audit_log.c.action == "export.refused")).first()
