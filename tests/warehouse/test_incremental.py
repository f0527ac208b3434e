"""New days are added to a bank: however the delivery is cut, ordered or repeated, the same rows are there in the end."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from metrics.definitions.scope import Period
from tests.contents import contents
from tests.morning import stores_in
from tests.warehouse.malformed import write
from warehouse.errors import LoadRefused
from warehouse.load import incremental
from warehouse.load.loading import load
from warehouse.stores.connect import Stores
from warehouse.stores.snapshot_files import snapshot_file
from workflow.records import loaded_changes
from workflow.records.loaded_changes import ChangedRows

ROOT = Path(__file__).parents[2]
JUNE = date(2026, 6, 1)
CUSTOMERS = "customer_id,joined_on\n" + "".join(f"C{i},2026-05-0{i + 1}\n" for i in range(4))
HEADER = "lead_id,customer_id,created_at,score,won_at\n"
LEADS = [f"L{i},C{i % 4},2026-06-{i + 1:02d} 10:00,{i},2026-06-{i + 2:02d}\n" for i in range(12)]
SURVEY_HEADER = "survey_id,kind,asked_at,score\n"
SURVEYS = [f"S{i},nps,2026-06-{i + 1:02d},{i}\n" for i in range(13)]  # 11 and 12 are off the scale


def folder(
    place: Path, leads: Sequence[str], surveys: Sequence[str] = (), *, customers: bool = False
) -> Path:
    files = {"leads.csv": HEADER + "".join(leads)} if leads else {}
    if surveys:
        files["surveys.csv"] = SURVEY_HEADER + "".join(surveys)
    if customers:
        files["customers.csv"] = CUSTOMERS
    write(place, files)
    return place


def rows(stores: Stores, question: str) -> list[tuple]:
    with duckdb.connect(str(snapshot_file(stores.settings, stores.snapshot())), read_only=True) as db:
        return db.execute(question).fetchall()


@pytest.fixture
def bank(empty, tmp_path) -> Stores:
    """A bank with the first four leads and surveys."""
    load(empty, folder(tmp_path / "first", LEADS[:4], SURVEYS[:4], customers=True))
    return empty


def test_the_same_day_twice_changes_nothing(bank, tmp_path):
    more = folder(tmp_path / "more", LEADS[4:8])
    load(bank, more, since=JUNE)
    once = contents(bank)
    load(bank, more, since=JUNE)
    assert contents(bank) == once
    assert rows(bank, "SELECT count(*) FROM unified.leads") == [(8,)]
    assert rows(bank, "SELECT count(*) FROM unified.customers") == [(4,)]
    assert rows(bank, "SELECT row_count, source FROM derived.loads WHERE table_name = 'customers'") == [
        (4, "customers.csv")
    ]


def test_a_late_correction_replaces_the_row_of_before(bank, tmp_path):
    late = LEADS[1].replace("L1,C1", "L1,C2")
    load(bank, folder(tmp_path / "more", [late, LEADS[4]]), since=date(2026, 6, 5))
    assert rows(bank, "SELECT customer_id FROM unified.leads WHERE lead_id = 'L1'") == [("C2",)]
    assert rows(bank, "SELECT count(*) FROM unified.leads") == [(5,)]


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    parts=some.lists(some.integers(0, 2), min_size=8, max_size=8),
    order=some.permutations([0, 1, 2]),
    again=some.integers(0, 2),
)
def test_however_a_delivery_is_cut_ordered_or_repeated_the_same_rows_are_there(parts, order, again):
    with tempfile.TemporaryDirectory() as place:
        whole, pieces = stores_in(Path(place) / "whole"), stores_in(Path(place) / "pieces")
        load(whole, folder(Path(place) / "all", LEADS, SURVEYS, customers=True))
        load(pieces, folder(Path(place) / "base", LEADS[:4], SURVEYS[:4], customers=True))
        for step, part in enumerate([*order, again]):
            leads = [row for row, which in zip(LEADS[4:], parts, strict=True) if which == part]
            surveys = [row for row, which in zip(SURVEYS[4:], [*parts, 2], strict=True) if which == part]
            if leads or surveys:
                load(pieces, folder(Path(place) / f"{step}", leads, surveys), since=JUNE)
        assert contents(pieces) == contents(whole)
        # What was not delivered again is about how the days were delivered, and not about the bank.
        about = f"check_name <> '{incremental.NOT_AGAIN}'"
        findings = (
            "SELECT check_name, table_name, row_count FROM derived.findings "
            f"WHERE row_count IS NOT NULL AND {about} ORDER BY ALL"
        )
        assert rows(pieces, findings) == rows(whole, findings)
        kept = (
            f"SELECT check_name, table_name, row_key, kept FROM derived.quarantine WHERE {about} ORDER BY ALL"
        )
        assert rows(pieces, kept) == rows(whole, kept)
        whole.app_db.dispose()
        pieces.app_db.dispose()


def test_what_a_banks_own_check_found_stays_until_it_is_asked_again(empty, tmp_path):
    first = folder(tmp_path / "first", LEADS[:4], customers=True)
    check = "-- table: leads\n-- says: Half.\nSELECT lead_id AS row_key FROM unified.leads WHERE score < 2"
    write(first, {"checks/own.sql": check})
    load(empty, first)
    load(empty, folder(tmp_path / "more", LEADS[4:6]), since=JUNE)
    assert rows(empty, "SELECT row_count FROM derived.findings WHERE check_name = 'own'") == [(2,)]
    more = folder(tmp_path / "again", LEADS[6:7])
    write(more, {"checks/own.sql": check.replace("< 2", "< 1")})
    load(empty, more, since=JUNE)
    assert rows(empty, "SELECT row_count FROM derived.findings WHERE check_name = 'own'") == [(1,)]


@pytest.mark.parametrize(
    ("leads", "since", "words"),
    [
        (LEADS[4:6], date(2026, 6, 20), "nothing dated 20 Jun 2026"),
        (["L9,C9,2026-06-10,1,\n"], JUNE, "C9"),
        (["L9,C1,10/06/2026,1,\n"], JUNE, "created_at"),
        ([*LEADS[4:6], LEADS[4]], JUNE, "already given"),
    ],
)
def test_days_that_do_not_fit_are_refused_whole(leads, since, words, bank, tmp_path):
    before, files = contents(bank), sorted(p.name for p in bank.settings.data_dir.iterdir())
    with pytest.raises(LoadRefused, match=words) as refusal:
        load(bank, folder(tmp_path / "more", leads, SURVEYS[4:6] if since == JUNE else []), since=since)
    assert "Nothing was loaded" in str(refusal.value)
    assert contents(bank) == before
    assert sorted(p.name for p in bank.settings.data_dir.iterdir()) == files


def test_days_with_other_columns_than_the_bank_are_refused(bank, tmp_path):
    write(tmp_path / "more", {"leads.csv": "lead_id,created_at\nL9,2026-06-09\n"})
    with pytest.raises(LoadRefused, match="does not give the column customer_id"):
        load(bank, tmp_path / "more", since=JUNE)


def test_days_cannot_be_added_to_no_bank_nor_to_the_invented_one(empty, tmp_path):
    with pytest.raises(LoadRefused, match="no bank yet"):
        load(empty, folder(tmp_path / "more", LEADS[:4], customers=True), since=JUNE)
    load(empty, folder(tmp_path / "first", LEADS[:4], customers=True), sample=True)
    with pytest.raises(LoadRefused, match="invented"):
        load(empty, folder(tmp_path / "days", LEADS[4:6]), since=JUNE)


def test_one_changed_value_changes_the_hash_of_its_table_only(empty, tmp_path):
    load(empty, folder(tmp_path / "first", LEADS, customers=True))
    before = contents(empty)
    load(empty, folder(tmp_path / "second", [LEADS[0].replace(",0,", ",1,"), *LEADS[:0:-1]], customers=True))
    assert {t for t, text in contents(empty).items() if text != before[t]} == {"leads"}


def test_the_command_adds_days(bank, tmp_path):
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "cli",
            "load",
            "--since",
            "2026-06-05",
            str(folder(tmp_path / "more", LEADS[4:8])),
        ],
        cwd=ROOT,
        env={**os.environ, "CONCORD_DATA_DIR": str(bank.settings.data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert rows(bank, "SELECT count(*) FROM unified.leads") == [(8,)]


def test_a_load_counts_what_came_late_went_or_reads_differently_in_days_that_were_loaded(bank, tmp_path):
    late = [LEADS[1].replace("L1,C1", "L1,C2"), "L9,C1,2026-06-02 09:00,9,\n", LEADS[8]]
    days = load(bank, folder(tmp_path / "more", late), since=JUNE)
    came = {(c.dated_by, c.change, c.column): c.rows for c in days.changes}
    # L8 is of a day that was not loaded before: it came on time.
    assert came == {
        ("created_at", "added", ""): 1,
        ("created_at", "changed", "customer_id"): 1,
        ("won_at", "changed", "customer_id"): 1,
    }
    whole = folder(tmp_path / "whole", LEADS[:3], SURVEYS[:4], customers=True)
    anew = load(bank, whole)
    assert {(c.change, c.column): c.rows for c in anew.changes if c.dated_by == "created_at"} == {
        ("gone", ""): 3,
        ("changed", "customer_id"): 1,
    }
    loaded_changes.keep(bank, days, "operator")
    period = Period(date(2026, 6, 1), date(2026, 6, 30))
    columns = [("leads", "created_at"), ("leads", "customer_id"), ("leads", "won_at")]
    changed = loaded_changes.since(bank, datetime(2026, 6, 30), period, columns)
    assert changed == ChangedRows(late=1, gone=0, corrected=1)
    assert loaded_changes.in_words(changed, None) == "1 row came late, 1 row was corrected"
    assert loaded_changes.in_words(changed, 10).startswith("Fewer than 10 rows came late")
    assert loaded_changes.since(
        bank, datetime(2026, 6, 30), period, [("leads", "created_at")]
    ) == ChangedRows(late=1, gone=0, corrected=0)
    assert loaded_changes.since(bank, datetime(2026, 8, 1), period, columns) is None
