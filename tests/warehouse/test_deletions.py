"""Days that are added say which rows were not delivered again, take marked rows out, and may be quiet."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from tests.contents import contents
from tests.warehouse.malformed import Content, parquet, sheet, write
from warehouse.errors import LoadRefused
from warehouse.load.incremental import NOT_AGAIN
from warehouse.load.loading import load
from warehouse.stores.connect import Stores

ROOT = Path(__file__).parents[2]
JUNE = date(2026, 6, 1)
HEAD = "lead_id,channel,created_at,won_at"
FIRST = {
    "leads.csv": f"{HEAD}\nL0,web,2026-05-01,\nL1,email,2026-06-01,2026-06-10\nL2,web,2026-06-02,2026-06-10\n",
    "customers.csv": "customer_id,joined_on\nC1,2020-01-01\nC2,2026-06-03\n",
    "accounts.csv": "account_id,customer_id,opened_on\nA1,C1,2020-01-01\nA2,C2,2026-06-03\n",
    "touches.csv": "touch_id,lead_id,customer_id,touched_at\nT1,L1,C1,2026-06-01\nT2,L2,C2,2026-06-02\n",
}
MERGED = f"{HEAD}\nL1,email,2026-06-01,2026-06-10\nL3,web,2026-06-30,\n"


def rows(stores: Stores, question: str) -> list[tuple]:
    with stores.bank().connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(question).fetchall()]


def ids(stores: Stores, table: str = "leads", key: str = "lead_id") -> list[str]:
    return [row[0] for row in rows(stores, f"SELECT {key} FROM unified.{table} ORDER BY 1")]


def counted(stores: Stores, check: str) -> dict[str, int]:
    return dict(
        rows(stores, f"SELECT table_name, row_count FROM derived.findings WHERE check_name = '{check}'")
    )


@pytest.fixture
def bank(empty: Stores, tmp_path: Path) -> Stores:
    write(tmp_path / "first", FIRST)
    load(empty, tmp_path / "first")
    return empty


def add(stores: Stores, folder: Path, files: dict, since: date = JUNE):
    folder.mkdir()
    write(folder, files)
    return load(stores, folder, since=since)


def test_a_merged_lead_that_is_delivered_no_more_is_said_and_stays_said_until_it_comes(bank, tmp_path):
    loaded = add(bank, tmp_path / "a", {"leads.csv": MERGED})
    assert loaded.missing == {"leads": 1}, "L0 is older than the days delivered"
    assert ids(bank) == ["L0", "L1", "L2", "L3"]
    assert counted(bank, NOT_AGAIN) == {"leads": 1}
    assert rows(bank, f"SELECT row_key FROM derived.quarantine WHERE check_name = '{NOT_AGAIN}'") == [("L2",)]
    add(bank, tmp_path / "b", {"customers.csv": "customer_id,joined_on\nC3,2026-06-30\n"}, date(2026, 6, 30))
    assert counted(bank, NOT_AGAIN) == {"leads": 1}
    add(bank, tmp_path / "c", {"leads.csv": f"{HEAD}\nL2,web,2026-06-02,2026-06-10\n"}, date(2026, 6, 2))
    assert ("L2",) not in rows(
        bank, f"SELECT row_key FROM derived.quarantine WHERE check_name = '{NOT_AGAIN}'"
    )


def test_days_that_bring_only_new_rows_are_counted_and_not_listed(bank, tmp_path):
    loaded = add(bank, tmp_path / "a", {"leads.csv": f"{HEAD}\nL3,web,2026-06-30,\n"})
    assert loaded.missing == {"leads": 2}
    assert counted(bank, NOT_AGAIN) == {"leads": 2}
    assert rows(bank, f"SELECT count(*) FROM derived.quarantine WHERE check_name = '{NOT_AGAIN}'") == [(0,)]
    loaded = add(bank, tmp_path / "b", {"leads.csv": f"{HEAD}\nL4,web,2026-07-01,\n"}, date(2026, 7, 1))
    assert (loaded.missing, counted(bank, NOT_AGAIN)) == ({}, {})


def test_the_command_says_how_many_rows_did_not_come_again(bank, tmp_path):
    write(tmp_path / "a", {"leads.csv": MERGED})
    run = subprocess.run(
        [sys.executable, "-m", "cli", "load", "--since", "2026-06-01", str(tmp_path / "a")],
        cwd=ROOT,
        env={**os.environ, "CONCORD_DATA_DIR": str(bank.settings.data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "leads: 1 of the bank's rows from 01 Jun 2026 on were not delivered again" in run.stdout


MARKED: dict[str, dict[str, Content]] = {
    "text": {"leads.csv": f"{HEAD},deleted\nL2,,,,true\nL3,web,2026-06-30,,\n"},
    "yes": {"leads.csv": f"{HEAD},deleted\nL2,,,,Yes\nL3,web,2026-06-30,,no\n"},
    "the key alone": {"leads.csv": "lead_id,deleted\nL2,1\n"},
    "two files": {
        "leads-1.csv": f"{HEAD},deleted\nL3,web,2026-06-30,,false\n",
        "leads-2.csv": f"{HEAD},deleted\nL2,,,,true\n",
    },
    "Parquet": {"leads.parquet": parquet(lead_id=["L2"], deleted=[True])},
    "Excel": {"leads.xlsx": sheet(("lead_id", "deleted"), ("L2", True))},
    "JSON lines": {"leads.jsonl": '{"lead_id": "L2", "deleted": true}\n'},
    "a mapping": {"leads.sql": "SELECT 'L2' AS lead_id, true AS deleted"},
}


@pytest.mark.parametrize("kind", MARKED)
def test_a_row_marked_as_deleted_leaves_the_bank_by_its_key(kind, bank, tmp_path):
    loaded = add(bank, tmp_path / "a", MARKED[kind])
    assert "L2" not in ids(bank)
    assert "L2" not in str(loaded.missing)
    assert counted(bank, "deleted at its source") == {"leads": 1}
    # The touch stays, without the lead; and so it is when it comes again.
    touch = "SELECT lead_id, customer_id FROM unified.touches WHERE touch_id = 'T2'"
    assert rows(bank, touch) == [(None, "C2")]
    add(bank, tmp_path / "b", {"touches.csv": FIRST["touches.csv"]})
    assert rows(bank, touch) == [(None, "C2")]
    assert counted(bank, "names a deleted row: lead_id") == {"touches": 1}
    assert rows(bank, "SELECT given LIKE '%channel%' FROM derived.loads WHERE table_name = 'leads'") == [
        (True,)
    ]


def test_a_deleted_row_that_comes_back_is_there_again(bank, tmp_path):
    add(bank, tmp_path / "a", MARKED["the key alone"])
    add(bank, tmp_path / "b", {k: FIRST[k] for k in ("leads.csv", "touches.csv")})
    assert "L2" in ids(bank)
    assert counted(bank, "deleted at its source") == {}
    assert rows(bank, "SELECT count(lead_id) FROM unified.touches") == [(2,)]


def test_the_moves_of_a_deleted_lead_go_with_it(bank, tmp_path):
    stages = "lead_id,stage,entered_at\nL1,won,2026-06-10\nL2,won,2026-06-10\n"
    add(bank, tmp_path / "a", {"lead_stages.csv": stages})
    for n in range(2):
        add(bank, tmp_path / f"b{n}", {**MARKED["the key alone"], "lead_stages.csv": stages})
        assert ids(bank, "lead_stages") == ["L1"]
        assert counted(bank, "of a deleted row") == {"lead_stages": 1}


def test_a_withdrawn_move_leaves_no_first_moment_in_its_lead(bank, tmp_path):
    def leads_of() -> list[tuple]:
        return rows(bank, "SELECT lead_id, channel, won_at::VARCHAR FROM unified.leads ORDER BY 1")

    before, as_given = contents(bank)["leads"], leads_of()
    stages = "lead_id,stage,entered_at,deleted\nL1,won,2026-01-10 09:00,{0}\nL1,lost,2026-06-11 09:00,false\n"
    add(bank, tmp_path / "a", {"lead_stages.csv": stages.format("false")})
    assert {lead: won for lead, _, won in leads_of()}["L1"] == "2026-01-10 09:00:00"
    add(bank, tmp_path / "b", {"lead_stages.csv": stages.format("true")})
    assert rows(bank, "SELECT stage FROM unified.lead_stages") == [("lost",)]
    assert leads_of() == as_given
    lost = "lead_id,stage,entered_at,deleted\nL1,lost,2026-06-11 09:00,true\n"
    add(bank, tmp_path / "c", {"lead_stages.csv": lost})
    assert contents(bank)["leads"] == before


def test_a_whole_load_leaves_marked_rows_out_and_names_the_rows_of_the_file(empty, tmp_path):
    text = f"{HEAD},deleted\nL1,,,,true\nL2,web,2026-06-01,,\nL3,web,2026-06-02,1850-01-01,\n"
    write(tmp_path / "f", {"leads.csv": text, "control.toml": "[leads]\nrows = 3\n"})
    with pytest.raises(LoadRefused, match="row 3, column won_at"):
        load(empty, tmp_path / "f")
    write(tmp_path / "f", {"leads.csv": text.replace("1850-01-01", "")})
    load(empty, tmp_path / "f")
    assert ids(empty) == ["L2", "L3"]


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"customers.csv": "customer_id,deleted\nC2,true\n"}, ("accounts", "customer_id", "“C2” is marked as deleted", "too")),
        ({"leads.csv": "lead_id,deleted\nL2,perhaps\n"}, ("row 1", "deleted", "true or false")),
        ({"leads.csv": "lead_id,deleted\n,true\n"}, ("row 1", "lead_id", "needs its key")),
        ({"leads.csv": "lead_id,deleted\nL2,true\nL2,false\n"}, ("L2", "already given")),
        ({"accounts.csv": "account_id,deleted\nA1,true\nA9,false\n"}, ("accounts", "customer_id")),
        ({"leads.parquet": parquet(lead_id=["L2"], deleted=pa.array([datetime(2026, 6, 1)]))}, ("deleted", "true or false")),
    ],
)  # fmt: skip
def test_a_mark_that_cannot_be_followed_is_refused_in_words(files, words, bank, tmp_path):
    before = contents(bank)
    with pytest.raises(LoadRefused) as refusal:
        add(bank, tmp_path / "a", files)
    for part in (*words, "Nothing was loaded"):
        assert part in str(refusal.value)
    assert contents(bank) == before


def test_a_customer_and_his_accounts_deleted_together_are_gone(bank, tmp_path):
    add(
        bank,
        tmp_path / "a",
        {"customers.csv": "customer_id,deleted\nC2,true\n", "accounts.csv": "account_id,deleted\nA2,true\n"},
    )
    assert (ids(bank, "customers", "customer_id"), ids(bank, "accounts", "account_id")) == (["C1"], ["A1"])
    assert rows(bank, "SELECT count(customer_id) FROM unified.touches") == [(1,)]


QUIET: dict[str, dict[str, Content]] = {
    "text": {"leads.csv": f"{HEAD}\n"},
    "fewer columns": {"leads.csv": "lead_id\n"},
    "JSON lines": {"leads.jsonl": ""},
    "JSON lines in gzip": {"leads.jsonl.gz": gzip.compress(b"\n")},
    "Parquet": {"leads.parquet": parquet(lead_id=pa.array([], pa.string()), created_at=pa.array([], pa.timestamp("us")))},
    "Excel": {"leads.xlsx": sheet(tuple(HEAD.split(",")))},
    "a mapping": {"leads.sql": "SELECT * FROM read_csv('raw.csv', all_varchar = true)", "raw.csv": f"{HEAD}\n"},
}  # fmt: skip


@pytest.mark.parametrize("kind", QUIET)
def test_a_quiet_day_is_a_day_and_takes_nothing_away(kind, bank, tmp_path):
    more = {"customers.csv": "customer_id,joined_on\nC9,2026-06-30\n"}
    add(bank, tmp_path / "a", {**QUIET[kind], **more}, date(2026, 6, 30))
    assert ids(bank) == ["L0", "L1", "L2"]
    assert "C9" in ids(bank, "customers", "customer_id")
    of_leads = "SELECT given, row_count FROM derived.loads WHERE table_name = 'leads'"
    assert rows(bank, of_leads) == [("lead_id channel created_at won_at", 3)]


@pytest.mark.parametrize("kind", [k for k in QUIET if k != "a mapping"])
def test_in_a_whole_load_a_file_without_a_row_is_still_refused(kind, empty, tmp_path):
    write(tmp_path / "f", {"customers.csv": FIRST["customers.csv"], **QUIET[kind]})
    with pytest.raises(LoadRefused, match="leads"):
        load(empty, tmp_path / "f")


def test_a_list_without_days_has_no_quiet_one(bank, tmp_path):
    with pytest.raises(LoadRefused, match="no row"):
        add(bank, tmp_path / "a", {"relationship_managers.csv": "rm_id,name\n", "leads.csv": MERGED})


def test_an_empty_file_of_json_lines_among_others_is_a_quiet_day_in_a_whole_load_too(empty, tmp_path):
    write(
        tmp_path / "f",
        {"leads-1.jsonl": '{"lead_id": "L1", "created_at": "2026-06-01"}\n', "leads-2.jsonl": ""},
    )
    load(empty, tmp_path / "f")
    assert ids(empty) == ["L1"]
