"""Whatever a folder holds: it is loaded right, or refused whole with a sentence, and the bank before stays."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.morning import stores_in
from tests.warehouse.malformed import CASES, FOLDER, Case, write
from warehouse.errors import LoadRefused
from warehouse.load.loading import load
from warehouse.stores.connect import Stores
from warehouse.stores.snapshot_files import pointed_to, snapshot_file

ROOT = Path(__file__).parents[2]
ACCEPTED = [c for c in CASES if not c.says]
REFUSED = [c for c in CASES if c.says]
BY_COMMAND = ("Big5", "twenty million digits", "links in a circle")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """A bank that is being read."""
    place = tmp_path_factory.mktemp("served")
    write(place / "good", FOLDER)
    stores = stores_in(place / "data")
    load(stores, place / "good")
    yield stores
    stores.app_db.dispose()


def spoilt(case: Case, folder: Path) -> Path:
    write(folder, FOLDER)
    write(folder, case.files)
    case.deed(folder)
    return folder


def answer(stores: Stores, question: str) -> object:
    with duckdb.connect(str(snapshot_file(stores.settings, stores.snapshot())), read_only=True) as db:
        row = db.execute(question).fetchone()
    assert row is not None
    return row[0]


def test_there_are_at_least_sixty_kinds_of_malformed_input():
    assert len(REFUSED) >= 60
    assert len({c.name for c in CASES}) == len(CASES)


@pytest.mark.parametrize("case", REFUSED, ids=lambda c: c.name)
def test_what_cannot_be_read_rightly_is_refused_whole_with_a_sentence(case, served, tmp_path):
    folder = spoilt(case, tmp_path / "folder")
    before, files = served.snapshot(), sorted(p.name for p in served.settings.data_dir.iterdir())
    with pytest.raises(LoadRefused) as refusal:
        load(served, folder)
    sentence = str(refusal.value)
    for words in case.says:
        assert words in sentence
    assert "Nothing was loaded" in sentence
    assert len(sentence) < 700
    assert "Traceback" not in sentence
    assert str(tmp_path) not in sentence
    assert served.snapshot() == before
    assert sorted(p.name for p in served.settings.data_dir.iterdir()) == files
    assert answer(served, "SELECT count(*) FROM unified.leads") == 2


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda c: c.name)
def test_what_can_be_read_comes_out_right(case, tmp_path):
    stores = stores_in(tmp_path / "data")
    load(stores, spoilt(case, tmp_path / "folder"))
    question, right = case.gives
    assert answer(stores, question) == right
    stores.app_db.dispose()


@pytest.mark.parametrize("name", BY_COMMAND)
def test_the_command_line_shows_the_sentence_and_no_trace(name, served, tmp_path):
    case = next(c for c in REFUSED if c.name == name)
    folder = spoilt(case, tmp_path / "folder")
    shutil.copytree(served.settings.data_dir, tmp_path / "data")
    before = pointed_to(served.settings)
    run = subprocess.run(
        [sys.executable, "-m", "cli", "load", str(folder)],
        cwd=ROOT,
        env={**os.environ, "CONCORD_DATA_DIR": str(tmp_path / "data"), "COLUMNS": "200"},
        capture_output=True,
        text=True,
        check=False,
    )
    output = re.sub(r"\s+", " ", run.stdout + run.stderr)
    assert run.returncode == 1
    assert "Traceback" not in output
    assert "Reference" not in output
    assert all(words in output for words in case.says)
    assert (tmp_path / "data" / "current").read_text() == before


@pytest.fixture
def crm(tmp_path: Path) -> str:
    """The address of a small database of another department."""
    with sqlite3.connect(tmp_path / "crm.sqlite") as db:
        db.execute("CREATE TABLE deals (lead_id TEXT, created_at TEXT, won_value REAL, note TEXT)")
        db.execute(
            "INSERT INTO deals VALUES ('L1', '2026-06-28 10:00', 1234.5, 'x'), ('L2', '2026-06-29', NULL, NULL)"
        )
    return f"sqlite:///{tmp_path / 'crm.sqlite'}"


def declared(folder: Path, text: str) -> Path:
    write(folder, {**FOLDER, "leads.source.toml": 'url_from = "CRM_URL"\n' + text})
    (folder / "leads.csv").unlink()
    return folder


def test_a_table_of_another_database_is_read_by_the_address_in_the_environment(crm, empty, tmp_path):
    folder = declared(tmp_path / "f", 'select = "SELECT lead_id, created_at, won_value FROM deals"')
    load(empty, folder, environment={"CRM_URL": crm})
    assert answer(empty, "SELECT won_value FROM unified.leads WHERE lead_id = 'L1'") == 1234.5
    assert answer(empty, "SELECT count(*) FROM unified.leads WHERE won_value IS NULL") == 1


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        ('table = "deals"', "", "note"),
        ('table = "nothing"', "", "refuses"),
        ('select = "SELECT secret FROM deals"', "", "refuses"),
        ('table = "deals"', "sqlite:////nowhere/else.sqlite", "not there"),
        ('table = "deals"', "postgresql+psycopg://u:hunter2@127.0.0.1:9/d", "does not answer"),
        ('table = "deals"', "martian://u:hunter2@h/d", "SQLAlchemy URL"),
        ('table = "deals"', "hunter2", "SQLAlchemy URL"),
    ],
)
def test_what_is_wrong_with_another_database_is_said_without_its_address(
    text, address, words, crm, empty, tmp_path
):
    folder = declared(tmp_path / "f", text)
    with pytest.raises(LoadRefused, match=words) as refusal:
        load(empty, folder, environment={"CRM_URL": address or crm})
    assert "leads.source.toml" in str(refusal.value)
    assert "Nothing was loaded" in str(refusal.value)
    assert "hunter2" not in str(refusal.value)


def test_forty_eight_instants_round_midnight_fall_on_the_right_day_in_hong_kong(empty, tmp_path):
    """Hong Kong is eight hours ahead of UTC: 16:00Z is midnight, whatever zone the file or the machine speaks of."""
    moments = []
    for day, next_day in (("2025-12-31", "2026-01-01"), ("2026-03-29", "2026-03-30")):
        for minute in range(12):
            late = f"{16 if minute >= 6 else 15}:{(minute * 10 + 0) % 60:02d}:00"
            right = next_day if minute >= 6 else day
            moments += [(f"{day}T{late}Z", right), (f"{day} {late}+00:00", right)]
    assert len(moments) == 48
    rows = "".join(f"L{i},{moment}\n" for i, (moment, _) in enumerate(moments))
    write(tmp_path / "f", {"leads.csv": "lead_id,created_at\n" + rows})
    load(empty, tmp_path / "f")
    with duckdb.connect(str(snapshot_file(empty.settings, empty.snapshot())), read_only=True) as db:
        days = dict(db.execute("SELECT lead_id, created_at::DATE::VARCHAR FROM unified.leads").fetchall())
    assert days == {f"L{i}": right for i, (_, right) in enumerate(moments)}
