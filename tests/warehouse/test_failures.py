"""What fails outside the program is a sentence that says what to do, and never a path or a trace."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb
import pytest
from sqlalchemy import create_engine, text

from tests.pages.staff import opener, somebody, words
from warehouse import failures
from warehouse.access import audit
from warehouse.errors import NothingLoaded, Problem
from warehouse.settings import Settings
from warehouse.stores import snapshot_files
from warehouse.stores.connect import Stores, open_stores
from warehouse.stores.snapshots import Files

NINE = datetime(2026, 7, 1, 9)


def _locked(place: Path) -> None:
    other = sqlite3.connect(place / "a", isolation_level=None)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN EXCLUSIVE")
    try:
        with create_engine(f"sqlite:///{place / 'a'}", connect_args={"timeout": 0}).begin() as mine:
            mine.execute(text("INSERT INTO t VALUES (1)"))
    finally:
        other.close()


def _read_only(place: Path) -> None:
    sqlite3.connect(place / "a").execute("CREATE TABLE t (x)")
    with create_engine(f"sqlite:///file:{place / 'a'}?mode=ro&uri=true").begin() as mine:
        mine.execute(text("INSERT INTO t VALUES (1)"))


def _no_database(place: Path) -> None:
    (place / "a").write_bytes(b"this is no database at all" * 100)
    with create_engine(f"sqlite:///{place / 'a'}").connect() as mine:
        mine.execute(text("SELECT 1 FROM sqlite_master"))


def _no_folder(place: Path) -> None:
    create_engine(f"sqlite:///{place / 'nowhere' / 'a'}").connect()


def _no_bank(place: Path) -> None:
    (place / "b.duckdb").write_bytes(b"\x00" * 20_000)
    duckdb.connect(str(place / "b.duckdb"), read_only=True)


def _overwritten_bank(place: Path) -> None:
    file = place / "b.duckdb"
    with duckdb.connect(str(file)) as made:
        made.execute("CREATE TABLE t AS SELECT range AS x, md5(range::TEXT) AS y FROM range(200000)")
    with duckdb.connect(str(file), read_only=True) as reading, file.open("r+b") as over:
        over.seek(20_000)
        over.write(b"\xff" * (file.stat().st_size - 30_000))
        over.flush()
        reading.execute("SELECT max(y), sum(x) FROM t").fetchall()


def _full_disk(_: Path) -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        full.write("x" * 100_000)


def _no_memory(_: Path) -> None:
    with duckdb.connect(config={"memory_limit": "1MB", "temp_directory": ""}) as small:
        small.execute("SELECT max(a.range) FROM range(3000000) a ORDER BY ALL").fetchall()
        small.execute("SELECT list(range) FROM range(3000000)").fetchall()


@pytest.mark.parametrize(
    ("fails", "sentence"),
    [
        (_locked, failures.BUSY),
        (_read_only, failures.CLOSED),
        (_no_database, failures.DAMAGED),
        (_no_folder, failures.GONE),
        (_no_bank, failures.DAMAGED),
        (_overwritten_bank, failures.DAMAGED),
        (_full_disk, failures.FULL),
        (_no_memory, failures.MEMORY),
    ],
)
def test_a_failure_outside_is_its_sentence(
    tmp_path: Path, fails: Callable[[Path], None], sentence: str
) -> None:
    with pytest.raises(Exception) as raised:  # noqa: PT011  which one is the engine's affair
        fails(tmp_path)
    assert str(failures.as_problem(raised.value)) == sentence


def test_a_problem_keeps_its_words_and_a_bug_stays_a_bug() -> None:
    wrapped = ValueError("the engine wrapped it")
    wrapped.__cause__ = Problem("There is no such goal.")
    assert str(failures.as_problem(wrapped)) == "There is no such goal."
    for bug in (
        KeyError("database is locked"),
        RuntimeError("no space left on device"),
        FileNotFoundError(2, "x"),
    ):
        assert failures.as_problem(bug) is None


DAMAGED_POINTERS = {
    "empty": lambda p: p.write_text("", encoding="utf-8"),
    "garbage": lambda p: p.write_text("?? <b>\n", encoding="utf-8"),
    "no text": lambda p: p.write_bytes(b"\xff\xfe\x00\x81"),
    "a way out": lambda p: p.write_text("../../etc/passwd", encoding="utf-8"),
    "a folder": lambda p: (p.unlink(missing_ok=True), p.mkdir()),
    "names a file that is gone": lambda p: p.write_text("20260701-090000-abcdef-00000000", encoding="utf-8"),
}


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return open_stores(Settings(data_dir=tmp_path), lambda: NINE)


@pytest.mark.parametrize("damage", DAMAGED_POINTERS)
def test_a_damaged_pointer_is_a_sentence_and_the_next_load_mends_it(stores: Stores, damage: str) -> None:
    settings = stores.settings
    pointer = settings.data_dir / snapshot_files.POINTER
    DAMAGED_POINTERS[damage](pointer)
    with pytest.raises(NothingLoaded, match=r"is damaged|another version"):
        stores.bank()
    kept = snapshot_files.snapshot_file(settings, "20260630-090000-aaaaaa-00000000")
    kept.touch()
    assert Files(settings).before() is None
    snapshot_files.publish(settings, "20260702-090000-bbbbbb-00000000", loaded=True)
    assert pointer.read_text(encoding="utf-8") == "20260702-090000-bbbbbb-00000000"
    assert kept.exists() is (damage != "names a file that is gone"), "which bank was served nobody knows"
    with pytest.raises(NothingLoaded, match="is missing from the data folder"):
        Files(settings).open("20260702-090000-bbbbbb-00000000")


def test_a_write_that_meets_a_closed_database_changes_nothing_and_says_so(tmp_path: Path) -> None:
    stores = open_stores(Settings(data_dir=tmp_path), lambda: NINE)
    with stores.app_db.connect() as app_db:
        app_db.exec_driver_sql("PRAGMA query_only=ON")
    with pytest.raises(Exception) as raised:  # noqa: PT011
        audit.note(stores, "amy", "test.note")
    assert str(failures.as_problem(raised.value)) == failures.CLOSED
    stores.app_db.dispose()


@pytest.mark.parametrize("damage", DAMAGED_POINTERS)
def test_every_page_says_that_the_bank_cannot_be_read(
    stores: Stores, damage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    DAMAGED_POINTERS[damage](stores.settings.data_dir / snapshot_files.POINTER)
    for open_page in opener(stores, monkeypatch):
        for role, url in (
            ("analyst", "funnel"),
            ("relationship_manager", "customer-health"),
            ("executive", "today"),
        ):
            app = open_page(somebody(role), url)
            assert not app.exception, damage
            on_screen = words(app)
            assert re.search("is damaged|another version", on_screen), (damage, url)
            assert "reference" not in on_screen
