"""A backup holds everything, is put back whole or not at all, and the doctor names what is not as it should be."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.morning import copy_of
from warehouse.access import audit
from warehouse.errors import Problem
from warehouse.settings import Settings
from warehouse.stores.connect import HINT, Stores, open_stores
from workflow.records import backup, installation_checks
from workflow.records.installation_checks import FINE, LOOK, MEND

NINE = datetime(2026, 7, 1, 9)


@pytest.fixture
def own(loaded_folder: Path, tmp_path: Path) -> Iterator[Stores]:
    data = copy_of(loaded_folder, tmp_path / "data")
    stores = open_stores(Settings(data_dir=data), lambda: NINE)
    yield stores
    stores.app_db.dispose()


def _content(folder: Path) -> dict[str, str]:
    """File → SHA-256, of the application database over its rows."""
    kept = {}
    for file in folder.rglob("*"):
        if (
            file.is_file()
            and file.name not in {"load.lock", "audit.head"}
            and not file.name.startswith("app_db")
        ):
            kept[file.relative_to(folder).as_posix()] = hashlib.sha256(file.read_bytes()).hexdigest()
    with closing(sqlite3.connect(folder / "app_db.sqlite")) as app_db:
        kept["app_db"] = hashlib.sha256("\n".join(app_db.iterdump()).encode()).hexdigest()
    return kept


def test_what_is_put_back_is_what_was_backed_up_to_the_byte(own: Stores, tmp_path: Path) -> None:
    folder = own.settings.data_dir
    audit.note(own, "amy", "test.note", "before")
    before = _content(folder)
    file = backup.make(own, tmp_path / "kept")
    assert file.stat().st_mode & 0o077 == 0
    audit.note(own, "amy", "test.note", "after")
    (folder / "current").write_text("damaged", encoding="utf-8")
    own.app_db.dispose()
    aside = backup.put_back(own.settings, file, NINE)
    assert _content(folder) == before
    assert (aside / "current").read_text(encoding="utf-8") == "damaged", "what was there is kept"
    again = open_stores(own.settings, lambda: NINE)
    assert audit.broken_line(again) is None
    assert again.bank() is not None
    again.app_db.dispose()


@pytest.mark.parametrize("where", [0.001, 0.2, 0.5, 0.97, None])
def test_a_damaged_backup_changes_nothing(own: Stores, tmp_path: Path, where: float | None) -> None:
    file = backup.make(own, tmp_path / "kept")
    own.app_db.dispose()
    whole = bytearray(file.read_bytes())
    if where is None:
        file.write_bytes(whole[: len(whole) // 2])
    else:
        at = int(len(whole) * where)
        whole[at : at + 600] = bytes(b ^ 0xFF for b in whole[at : at + 600])
        file.write_bytes(whole)
    before = _content(own.settings.data_dir)
    with pytest.raises(Problem, match="Nothing was changed"):
        backup.put_back(own.settings, file, NINE)
    assert _content(own.settings.data_dir) == before
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("data")] == ["data"]


def test_nothing_is_put_back_under_a_running_app(own: Stores, tmp_path: Path) -> None:
    file = backup.make(own, tmp_path / "kept")
    with own.read_app_db(), pytest.raises(Problem, match="Stop the app"):
        backup.put_back(own.settings, file, NINE)


def _lines(stores: Stores, **environment: str) -> dict[str, str]:
    checks = installation_checks.checked(stores, environment, stores.settings.data_dir / "settings.toml")
    worst: dict[str, str] = {}
    for check in checks:
        if check.what not in worst or (FINE, LOOK, MEND).index(check.state) > (FINE, LOOK, MEND).index(
            worst[check.what]
        ):
            worst[check.what] = check.state
    return worst


def test_the_doctor_names_what_is_not_as_it_should_be(own: Stores, tmp_path: Path) -> None:
    assert MEND not in _lines(own).values()
    assert _lines(own)["Backup"] == LOOK
    backup.make(own, tmp_path / "kept")
    assert _lines(own)["Backup"] == FINE
    (own.settings.data_dir / "current").chmod(0o644)
    assert _lines(own)["Files"] == MEND
    (own.settings.data_dir / "current").chmod(0o600)
    assert _lines(replace(own, now=lambda: NINE - timedelta(days=1)))["Clock"] == MEND
    assert _lines(own, FORWARDED_ALLOW_IPS="*")["Settings"] == MEND
    https = replace(own.settings, app_address="https://concord.bank.example")
    assert _lines(replace(own, settings=https))["Settings"] == MEND
    (own.settings.data_dir / HINT).write_text("x", encoding="utf-8")
    (own.settings.data_dir / "current").write_text("?", encoding="utf-8")
    assert _lines(own)["Bank"] == MEND
    with own.app_db.begin() as app_db:
        app_db.exec_driver_sql("DELETE FROM audit_log")
    assert _lines(own)["Audit log"] == MEND
