"""Files an administrator loads on a page: whose they are, what is refused, and that only what was tried is loaded."""

from __future__ import annotations

import io
import os
import time
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.morning import MORNING, stores_in
from tests.pages.staff import somebody
from tests.warehouse import exports
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import AccessRefused, ChangeRefused, LoadRefused
from warehouse.mapping.mapping_grid import Choice
from warehouse.schema import leads
from warehouse.stores.connect import Stores
from workflow.loads import upload_folders, upload_mappings, upload_runs, upload_steps
from workflow.loads.upload_folders import Upload

EVA = somebody("administrator")
NAME = "hubspot-crm-exports-all-contacts.csv"
CONTACTS = {NAME: exports.CRM[NAME], "stock.csv": exports.SHOP["voorraad.csv"]}


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    """No bank yet."""
    return stores_in(tmp_path / "data")


def _take(stores: Stores, files: dict[str, str] | dict[str, bytes]) -> Upload:
    contents = {n: c.encode() if isinstance(c, str) else c for n, c in files.items()}
    return upload_folders.take(stores, EVA, [(n, io.BytesIO(c)) for n, c in contents.items()])


def _step(stores: Stores, upload: Upload, step: str) -> str:
    upload_steps.run(stores, upload.room.name, step, {}, now=lambda: MORNING, once_loaded=lambda: None)
    return str(upload.read("run")["sentence"])


def _actions(stores: Stores) -> list[str]:
    with stores.app_db.connect() as app_db:
        return list(app_db.execute(select(audit_log.c.action).order_by(audit_log.c.line)).scalars())


def _zip(**entries: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_from_files_to_a_bank_and_the_next_month_from_its_mappings(stores):
    upload = _take(stores, CONTACTS)
    modes = {oct(p.stat().st_mode & 0o777) for p in (upload.room, *upload.room.rglob("*"))}
    assert modes == {"0o700", "0o600"}
    _step(stores, upload, "look")
    note, files = upload.read("look"), upload_mappings.files_of(upload)
    assert "Not recognised" in note["unused"]["stock.csv"]
    contacts = next(t for t in note["tables"] if t["label"] == NAME)
    hidden = {c["name"] for c, p in zip(contacts["columns"], contacts["personal"], strict=True) if p}
    assert {"First Name", "Last Name", "Email", "Phone Number"} <= hidden
    assert not {"Create Date", "Lifecycle Stage", "Original Traffic Source"} & hidden

    mapping = next(m for m in upload_mappings.mappings(upload, files) if m.table == "leads")
    with pytest.raises(ChangeRefused, match="“Lead number” is needed for every row"):
        upload_mappings.change(stores, EVA, mapping, 0, {"lead_id": Choice()}, files)
    choice = {"sales_rep": Choice(), "lost_reason": Choice(alias="c", source="Contact owner")}
    upload_mappings.change(stores, EVA, mapping, 0, choice, files)
    with pytest.raises(ChangeRefused, match="changed leads"):
        upload_mappings.change(stores, EVA, mapping, 0, choice, files)
    mended = (upload.folder / "leads.sql").read_text()

    assert not upload_runs.may_load(upload)
    assert "not those of the last dry run" in _step(stores, upload, "load")
    _step(stores, upload, "dry_run")
    checked = upload.read("dry_run")
    assert checked["problems"] == []
    assert checked["rows"] == {"customers": 1, "leads": 3}
    assert upload_runs.may_load(upload)
    os.utime(upload.folder / NAME, (1, 1))
    assert not upload_runs.may_load(upload)

    assert _step(stores, upload, "load") == ""
    rows = Reader(stores, SYSTEM, stores.snapshot()).frame(select(leads.c.lost_reason, leads.c.sales_rep))
    assert set(rows["lost_reason"]) == {"Marc Riedel", "Lena Vogt"}
    assert rows["sales_rep"].isna().all()
    assert not upload.folder.exists()
    assert upload.read("loaded")["before"] is None
    assert [a for a in _actions(stores) if a.startswith("load.")] == [
        "load.uploaded",
        "load.mapped",
        "load.done",
    ]

    upload_folders.discard(stores, EVA)
    again = _take(stores, CONTACTS)
    assert (again.folder / "leads.sql").read_text() == mended
    stores.app_db.dispose()


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("leads.sql", b"SELECT 1", "of no kind that is read"),
        ("crm.source.toml", b"", "of no kind that is read"),
        (".leads.csv", b"a\n1\n", "cannot be kept"),
        ("le\nads.csv", b"a\n1\n", "cannot be kept"),
        ("big.csv", b"x" * 1_000_001, "larger than 1 MB"),
        ("not.zip", b"PK nothing", "not a whole zip"),
        ("bomb.zip", _zip(**{"a.csv": b"0" * (20 << 20)}), "200 times its size|larger than"),
        ("deep.zip", _zip(**{"in.zip": _zip(a=b"")}), "a zip inside a zip"),
        ("code.zip", _zip(**{"run.py": b"import os"}), "of no kind that is read"),
        ("twice.zip", _zip(**{"a/x.csv": b"a\n", "b/X.csv": b"b\n"}), "there twice"),
        ("none.zip", _zip(**{"__MACOSX/._a.csv": b""}), "holds no file"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isprintable() else "",
)
def test_what_is_no_export_is_refused_and_leaves_nothing(stores, name, content, why):
    small = replace(stores, settings=replace(stores.settings, load_upload_mb=1))
    if name == "bomb.zip":
        small = stores
    with pytest.raises(LoadRefused, match=why):
        _take(small, {name: content})
    assert upload_folders.current(stores, EVA) is None
    assert list((stores.settings.data_dir / "uploads").iterdir()) == []
    stores.app_db.dispose()


def test_files_that_are_too_much_together_are_told_apart_from_one_that_is_too_large(stores):
    small = replace(stores, settings=replace(stores.settings, load_upload_mb=1))
    with pytest.raises(LoadRefused, match="all files together hold more than 10 times") as refusal:
        _take(small, {f"part-{n}.csv": b"x" * 999_999 for n in range(11)})
    assert "larger than" not in str(refusal.value)
    assert upload_folders.current(stores, EVA) is None
    stores.app_db.dispose()


def test_a_zip_is_unpacked_into_the_folder_whatever_its_paths_say(stores):
    upload = _take(stores, {"all.zip": _zip(**{"../../up.csv": b"a\n1\n", "C:\\x\\down.csv": b"a\n1\n"})})
    assert sorted(p.name for p in upload.folder.iterdir()) == ["down.csv", "up.csv"]
    stores.app_db.dispose()


def test_only_an_administrator_and_only_below_the_allowed_place(stores, tmp_path):
    with pytest.raises(AccessRefused):
        upload_folders.take(stores, somebody("analyst"), [("a.csv", io.BytesIO(b"a\n1\n"))])
    assert _actions(stores)[-1] == "load.refused"
    with pytest.raises(ChangeRefused, match="load_from names none"):
        upload_folders.point(stores, EVA, "shop")
    (tmp_path / "allowed" / "shop").mkdir(parents=True)
    (tmp_path / "secret").mkdir()
    (tmp_path / "allowed" / "way_out").symlink_to(tmp_path / "secret")
    there = replace(stores, settings=replace(stores.settings, load_from=str(tmp_path / "allowed")))
    for name in ("../secret", str(tmp_path / "secret"), "way_out"):
        with pytest.raises(ChangeRefused, match="not below"):
            upload_folders.point(there, EVA, name)
    upload = upload_folders.point(there, EVA, "shop")
    with pytest.raises(ChangeRefused, match="in preparation already"):
        _take(there, CONTACTS)
    upload_folders.discard(there, EVA)
    assert upload.folder.is_dir()
    assert not upload.room.exists()
    stores.app_db.dispose()


def test_an_upload_nobody_works_on_is_removed_after_a_day(stores):
    upload = _take(stores, CONTACTS)
    later = replace(stores, now=lambda: MORNING + timedelta(hours=25))
    assert upload_folders.sweep(later, lambda _: True) == 0
    assert upload_folders.sweep(stores, upload_runs.is_running) == 0
    assert upload_folders.sweep(later, upload_runs.is_running) == 1
    assert not upload.room.exists()
    stores.app_db.dispose()


def test_a_step_is_a_process_of_its_own_that_one_cannot_start_twice(stores, monkeypatch):
    monkeypatch.setenv("CONCORD_DATA_DIR", str(stores.settings.data_dir))
    upload = _take(stores, {"stock.csv": CONTACTS["stock.csv"]})
    with pytest.raises(ChangeRefused, match="since the dry run"):
        upload_runs.start(stores, EVA, "load")
    upload_runs.start(stores, EVA, "look")
    with pytest.raises(ChangeRefused, match="running already"):
        upload_runs.start(stores, EVA, "look")
    with pytest.raises(ChangeRefused, match="A step is running"):
        upload_mappings.leave_out(stores, EVA, "leads")
    deadline = time.monotonic() + 120
    while upload_runs.is_running(upload) and time.monotonic() < deadline:
        time.sleep(0.1)
    run = upload_runs.last(upload)
    assert run is not None
    assert run.state == "done"
    assert "stock.csv" in upload.read("look")["unused"]
    upload.write("run", {"step": "load", "state": "running", "lines": ["Loading leads"]})
    stopped = upload_runs.last(upload)
    assert stopped is not None
    assert stopped.state == "failed"
    assert "The page Loads says whether your data are loaded" in stopped.sentence
    stores.app_db.dispose()
