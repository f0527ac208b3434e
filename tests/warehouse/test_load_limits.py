"""A mapping that never ends, or writes without end, ends in a sentence, and the bank before stays."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from tests.warehouse import small_bank
from warehouse.errors import LoadRefused
from warehouse.load import load_limits
from warehouse.load.loading import load
from warehouse.stores.connect import Stores

ENDLESS = "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT 'C' || n AS customer_id FROM t WHERE n < 0"
WIDE = (
    "SELECT 'C' || range AS customer_id, md5(CAST(range AS VARCHAR)) || md5(CAST(-range AS VARCHAR)) AS full_name "
    "FROM range(20000000)"
)


@pytest.mark.parametrize(
    ("query", "limit", "says"),
    [
        (ENDLESS, {"load_seconds_per_table": 1}, "more than 1 seconds"),
        (WIDE, {"load_disk_gb": 0.02}, "writes more than 0.02 GB"),
    ],
    ids=["endless", "wide"],
)
def test_it_is_stopped_with_a_sentence_and_nothing_is_left(
    empty: Stores, tmp_path: Path, query, limit, says
) -> None:
    limited = replace(empty, settings=replace(empty.settings, **limit))
    folder = small_bank.write(
        tmp_path / "delivered", customers_csv=None, accounts_csv=None, balances_csv=None
    )
    (folder / "customers.sql").write_text(query)
    before = small_bank.left_in(limited)
    with pytest.raises(LoadRefused, match=says) as refused:
        load(limited, folder)
    assert "Nothing was loaded" in str(refused.value)
    assert small_bank.left_in(limited) - {"load.lock"} == before


def test_a_statement_that_begins_after_the_first_interruption_is_stopped_too(
    empty: Stores, tmp_path: Path
) -> None:
    limited = replace(empty.settings, load_seconds_per_table=0)
    begun = time.monotonic()

    def body(db: duckdb.DuckDBPyConnection) -> None:
        with load_limits.within(db, tmp_path / "none", limited, "It"):
            time.sleep(0.5)
            db.execute("SELECT count(*) FROM range(1000000000000) WHERE range % 7 = 3")

    with duckdb.connect() as db, pytest.raises(LoadRefused, match="more than 0 seconds"):
        body(db)
    assert time.monotonic() - begun < 5
