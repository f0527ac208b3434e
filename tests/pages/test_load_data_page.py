"""Load data: one step at a time, what was chosen survives a refusal, and nothing says who somebody is without a reason."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from streamlit.testing.v1 import AppTest

from tests.morning import MORNING, stores_in
from tests.pages.staff import Open, cells, opener, somebody, words
from tests.warehouse import exports
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import audit_log
from warehouse.schema import leads
from warehouse.stores import connect
from workflow.loads import upload_folders, upload_steps
from workflow.loads.upload_folders import Upload

EVA = somebody("administrator")
NAME = "hubspot-crm-exports-all-contacts.csv"


@pytest.fixture
def stores(tmp_path) -> connect.Stores:
    """No bank yet."""
    return stores_in(tmp_path / "data")


@pytest.fixture
def open_page(stores: connect.Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open the page before there is a bank."""
    yield from opener(stores, monkeypatch)
    stores.app_db.dispose()


def _take(stores: connect.Stores, **files: str) -> Upload:
    upload = upload_folders.take(
        stores, EVA, [(f"{n}.csv", io.BytesIO(c.encode())) for n, c in files.items()]
    )
    _step(stores, upload, "look")
    return upload


def _step(stores: connect.Stores, upload: Upload, step: str) -> None:
    upload_steps.run(stores, upload.room.name, step, {}, now=lambda: MORNING, once_loaded=lambda: None)


def _select(app: AppTest, label: str) -> Any:
    return next(s for s in app.selectbox if s.label == label)


def _press(app: AppTest, label: str) -> AppTest:
    return next(b for b in app.button if b.label == label).click().run()


def test_from_the_columns_to_the_load_and_back(stores, open_page):
    upload = _take(stores, contacts=exports.CRM[NAME])
    app = open_page(EVA, "load-data")
    assert not app.exception
    assert "2 tables recognised in 1 file" in words(app)
    everything = words(app) + cells(app)
    assert "Kowalski" not in everything
    assert "2026-03-02 11:52" in everything

    app.pills(key="load-table").set_value("leads").run()
    _select(app, "Column for Lost reason").set_value(("c", "Lifecycle Stage"))
    _select(app, "Column for Lead number").set_value(("", ""))
    app = _press(app, "Save the columns")
    assert "“Lead number” is needed for every row" in words(app)
    assert _select(app, "Column for Lost reason").value == ("c", "Lifecycle Stage")
    assert "Lifecycle" not in (upload.folder / "leads.sql").read_text()
    _select(app, "Column for Lead number").set_value(("c", "Record ID"))
    app = _press(app, "Save the columns")
    assert (
        'nullif(trim(c."Lifecycle Stage"), \'\') AS "lost_reason"'
        in (upload.folder / "leads.sql").read_text()
    )

    app = _press(app, "I am checking that names and addresses stand in the right columns")
    assert "Kowalski" in cells(app)
    with stores.app_db.connect() as app_db:
        rows = app_db.execute(
            select(audit_log.c.why).where(audit_log.c.action == "load.rows_shown")
        ).scalars()
        assert list(rows) == ["I am checking that names and addresses stand in the right columns"]

    _step(stores, upload, "dry_run")
    app = open_page(EVA, "load-data")
    assert "Nothing is wrong: 4 rows can be loaded" in words(app)
    assert "the latest day in leads.created_at" in words(app).replace("\\", "")
    assert "Stay empty:" in words(app)
    assert "Kowalski" not in cells(app)
    app = _press(app, "Go on to load")
    assert "Load 4 rows, data as of 6 May 2026?" in words(app)

    _step(stores, upload, "load")
    app = open_page(EVA, "load-data")
    assert "Loaded: 4 rows" in words(app)
    assert "Undo this load" not in words(app)
    app = _press(app, "Load something else")
    assert "choose the files" in words(app)

    second = _take(stores, contacts=exports.CRM[NAME].rpartition('"303"')[0])
    _step(stores, second, "dry_run")
    _step(stores, second, "load")
    app = open_page(EVA, "load-data")
    app.text_input[-1].set_value("A row was missing")
    app = _press(app, "Go back to this snapshot")
    assert "Everybody reads the data from before again" in words(app)
    ids = Reader(stores, SYSTEM, stores.place.served()).frame(select(leads.c.lead_id))["lead_id"]
    assert "303" in set(ids)


def test_what_is_wrong_is_said_and_nothing_can_be_loaded(stores, open_page):
    upload = _take(stores, contacts=exports.CRM[NAME].replace("2026-03-02 11:52", "2099-03-02 11:52"))
    _step(stores, upload, "dry_run")
    app = open_page(EVA, "load-data")
    assert "1 thing is wrong" in words(app)
    assert "Go on to load" not in [b.label for b in app.button]


def test_only_one_administrator_sees_an_upload(stores, open_page):
    _take(stores, stock=exports.SHOP["voorraad.csv"])
    assert "No tables recognised" in words(open_page(EVA, "load-data"))
    other = somebody("administrator")
    app = open_page(type(other)(**{**vars(other), "username": "administrator-2"}), "load-data")
    assert "choose the files" in words(app)
    assert "is not part of your role" in words(open_page(somebody("analyst"), "load-data"))
