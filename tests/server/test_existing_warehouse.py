"""`cli check --url` on a database that somebody else built."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from sqlalchemy import create_engine, text

from cli.__main__ import main
from metrics.catalogue import CATALOGUE
from metrics.query.missing_reasons import needs
from pages import MENU
from warehouse.schema import UNIFIED_TABLES
from warehouse.stores.connect import Stores
from warehouse.stores.snapshot_files import snapshot_file


def _check(url: str, *more: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["check", "--url", url, *more])
    assert not isinstance(done.exception, Exception), done.exception
    return done.exit_code, done.output


def test_a_whole_duckdb_bank_has_nothing_to_mend(loaded: Stores, tmp_path: Path) -> None:
    # A copy: DuckDB opens one file in one way per process, and another test may be reading the shared bank.
    built = shutil.copy(snapshot_file(loaded.settings, loaded.snapshot()), tmp_path)
    code, output = _check(f"duckdb:///{built}")
    assert code == 0, output
    assert "Everything needed is present." in output
    assert "Will be empty" not in output


def test_a_figure_that_will_not_be_known_says_which_column_it_lacks_as_its_card_does(
    loaded: Stores, tmp_path: Path
) -> None:
    built = shutil.copy(snapshot_file(loaded.settings, loaded.snapshot()), tmp_path)
    with duckdb.connect(built) as theirs:
        theirs.execute("ALTER TABLE unified.tickets DROP COLUMN first_reply_at")
        theirs.execute("UPDATE unified.leads SET rejected_at = NULL")
        theirs.execute("DROP TABLE unified.campaign_days")
    code, output = _check(f"duckdb:///{built}")
    assert code == 0, output
    assert "note   leads.rejected_at is empty in every row." in output
    lines = dict(line.strip().partition(": ")[::2] for line in output.splitlines() if line.startswith("  `"))
    assert "Time to first reply" in lines["`tickets.first_reply_at` was not given"]
    assert "Rejected by Sales" in lines["`leads.rejected_at` is empty in every row"]
    assert "Marketing cost" in lines["`campaign_days` was not given"]
    for name, metric in CATALOGUE.items():
        listed = [why for why, labels in lines.items() if metric.label in labels.rstrip(".").split("; ")]
        lacks = {"tickets.first_reply_at", "leads.rejected_at", "campaign_days"} & set(needs(name))
        assert bool(listed) == bool(lacks), name


@pytest.mark.postgresql
@pytest.mark.xdist_group("postgresql")
def test_a_whole_bank_on_the_server_has_nothing_to_mend(served_url: str) -> None:
    code, output = _check(served_url)
    assert code == 0, output
    assert "figures will not be known" not in output


@pytest.mark.postgresql
@pytest.mark.xdist_group("postgresql")
def test_each_thing_that_is_wrong_is_said_with_what_it_costs(database_url: str) -> None:
    engine = create_engine(database_url)
    with engine.begin() as built:
        for line in (
            "CREATE SCHEMA mart",
            "CREATE TABLE mart.customers (customer_id text, segment text, rm_id text, joined_on timestamptz)",
            "INSERT INTO mart.customers VALUES ('C1', 'gold', 'RM9', now()), ('C1', 'mass', 'RM1', now()), "
            "(NULL, 'mass', NULL, now())",
            "CREATE TABLE mart.rm_base (rm_id text, name text)",
            "INSERT INTO mart.rm_base VALUES ('RM1', 'Mei')",
            "CREATE VIEW mart.relationship_managers AS SELECT * FROM mart.rm_base",
        ):
            built.execute(text(line))
    engine.dispose()
    code, output = _check(database_url, "--schema", "mart")
    assert code == 1
    for sentence in (
        "WRONG  customers.joined_on is timestamp with time zone, and must be a date.",
        "WRONG  customers.segment 1 rows have another value than mass, affluent, private.",
        "WRONG  customers.customer_id 1 rows have no value, and each must have one.",
        "WRONG  customers.customer_id 1 keys occur more than once; each may occur once.",
        "WRONG  customers.rm_id 1 rows name a rm_id that is not in relationship_managers.",
        "note   leads is not there",
        "note   customers.email is missing",
        "  Funnel: `leads` was not given.",
        "  Attribution: `leads` and `touches` were not given.",
    ):
        assert sentence in output, (sentence, output)
    assert "  Customer health:" not in output
    assert f"of {len(CATALOGUE)} figures will not be known" in output


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://amy:s3cretword@127.0.0.1:1/none",
        "postgresql://amy:s3cretword@[bad/none",
        "nosuch://amy:s3cretword@h/none",
    ],
)
def test_the_password_is_never_printed(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warehouse.retry.PAUSES", (0.01,))
    done = CliRunner().invoke(main, ["check", "--url", url])
    assert done.exit_code != 0
    assert "s3cret" not in done.output


def test_an_empty_file_lists_every_table(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    code, output = _check(f"duckdb:///{tmp_path / 'empty.duckdb'}")
    assert code == 1
    assert output.count("is not there") == len(UNIFIED_TABLES)


def test_pages_need_tables_of_the_contract() -> None:
    needed = {t for entries in MENU.values() for e in entries for t in e.needs}
    assert needed <= {t.name for t in UNIFIED_TABLES}
