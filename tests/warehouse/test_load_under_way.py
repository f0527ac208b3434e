"""While a load runs: one writer, readers that see one bank each, and a kill at any moment that changes nothing."""

from __future__ import annotations

import fcntl
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import Select, func, select

from tests.morning import copy_of, stores_in
from tests.warehouse import small_bank
from warehouse import schema
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import LoadRefused
from warehouse.load.loading import load, next_snapshot
from warehouse.stores.connect import Stores
from warehouse.stores.snapshot_files import POINTER, snapshot_file

ROOT = Path(__file__).parents[2]
KILLS = 3
WRITTEN_AT_NIGHT = (schema.customer_profiles, schema.customer_scores, schema.touch_credits)


def _bank_of(size: int, folder: Path) -> Path:
    """A bank in which every figure is its size, so that a mixture of two would show."""
    people = "".join(f"C{i},name {size},2024-01-05\n" for i in range(size))
    held = "".join(f"A{i},C{i},savings,2024-01-05\n" for i in range(size))
    return small_bank.write(
        folder,
        customers_csv="customer_id,full_name,joined_on\n" + people,
        accounts_csv="account_id,customer_id,product,opened_on\n" + held,
        balances_csv=None,
        relationship_managers_csv=None,
    )


def _sizes(reader: Reader) -> set[int]:
    """The size of the bank, as different tables tell it."""
    people, held, loads = schema.customers, schema.accounts, schema.loads

    def one(statement: Select[Any]) -> Any:
        ((value,),) = reader.rows(statement)
        return value

    return {
        one(select(func.count()).select_from(people)),
        one(select(func.count()).select_from(held)),
        one(select(func.max(loads.c.row_count)).where(loads.c.table_name == "customers")),
        int(one(select(func.max(people.c.full_name))).removeprefix("name ")),
    }


def test_a_second_load_at_once_is_refused_with_a_sentence(empty: Stores, tmp_path: Path) -> None:
    folder = small_bank.write(tmp_path / "extracts")
    tried: list[str] = []

    def again(step: str) -> None:
        if not tried:
            tried.append(step)
            with pytest.raises(LoadRefused, match="Another load or nightly run is running"):
                load(empty, folder)

    load(empty, folder, progress=again)
    assert tried
    assert len(small_bank.names(empty)) == 3
    with next_snapshot(empty), pytest.raises(LoadRefused, match="Another load or nightly run"):
        load(empty, folder)
    load(empty, folder)


def test_a_lock_left_by_a_process_that_is_gone_does_not_stop_the_next_load(
    empty: Stores, tmp_path: Path
) -> None:
    lock = empty.settings.data_dir / "load.lock"
    holder = f"import fcntl, os; f = open({str(lock)!r}, 'w'); fcntl.flock(f, fcntl.LOCK_EX); os._exit(9)"
    subprocess.run([sys.executable, "-c", holder], check=False)
    assert lock.exists()
    load(empty, small_bank.write(tmp_path / "extracts"))


def test_twenty_readers_during_four_loads_see_one_bank_each_and_no_error(
    empty: Stores, tmp_path: Path
) -> None:
    folders = [_bank_of(size, tmp_path / str(size)) for size in (300, 500)]
    load(empty, folders[0])
    seen: list[set[int]] = []
    wrong: list[BaseException] = []
    over = threading.Event()

    def read() -> None:
        try:
            while not over.wait(0.02):
                seen.append(_sizes(Reader(empty, SYSTEM, empty.snapshot())))
        except BaseException as error:
            wrong.append(error)

    readers = [threading.Thread(target=read) for _ in range(20)]
    for reader in readers:
        reader.start()
    for turn in range(4):
        load(empty, folders[(turn + 1) % 2])
    over.set()
    for reader in readers:
        reader.join()
    assert not wrong, wrong[:1]
    assert {frozenset(sizes) for sizes in seen} == {frozenset({300}), frozenset({500})}
    assert len(seen) >= 20
    assert _sizes(Reader(empty, SYSTEM)) == {300}


def test_a_question_asked_before_a_load_is_answered_from_the_bank_of_that_moment(
    empty: Stores, tmp_path: Path
) -> None:
    load(empty, _bank_of(3, tmp_path / "3"))
    before = Reader(empty, SYSTEM, empty.snapshot())
    load(empty, _bank_of(5, tmp_path / "5"))
    assert _sizes(before) == {3}
    assert _sizes(Reader(empty, SYSTEM)) == {5}


@contextmanager
def _loading(data: Path, folder: Path) -> Iterator[subprocess.Popen]:
    """`cli load` as an operator starts it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "load", str(folder), "--sample", "--as-of", "2026-06-30"],
        cwd=ROOT,
        env=os.environ | {"CONCORD_DATA_DIR": str(data)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def _files(data: Path) -> set[str]:
    return {f.name for f in data.glob("bank-*")}


def _until_it_writes(process: subprocess.Popen, data: Path, before: set[str]) -> None:
    while not _files(data) - before:
        assert process.poll() is None, process.communicate()
        time.sleep(0.002)


def test_a_load_killed_at_any_moment_leaves_the_old_bank_and_the_next_load_cleans_up(
    own_bank: Stores, bank_folder: Path
) -> None:
    data, moments = own_bank.settings.data_dir, random.Random(7)
    bank = small_bank.fingerprint(own_bank)
    began = time.monotonic()
    load(own_bank, bank_folder, sample=True)
    takes = time.monotonic() - began
    in_time, half_written = 0, False
    for _ in range(3 * KILLS):
        before = own_bank.snapshot()
        with _loading(data, bank_folder) as process:
            _until_it_writes(process, data, _files(data))
            # Each from another part of the load, from its first byte to almost its last.
            time.sleep((in_time + moments.random()) / KILLS * takes)
            process.kill()
            process.wait()
        if own_bank.snapshot() == before:
            in_time += 1
            half_written |= len(_files(data)) > 2
        else:
            takes *= 0.8  # it was faster than measured
        assert small_bank.fingerprint(own_bank) == bank
        survivor = stores_in(data)
        assert small_bank.fingerprint(survivor) == bank
        survivor.app_db.dispose()
        if in_time == KILLS:
            break
    assert in_time == KILLS, "too few kills hit the load while it ran"
    assert half_written, "the killed loads left no file: were they killed before they wrote?"
    load(own_bank, bank_folder, sample=True)
    assert small_bank.fingerprint(own_bank) == bank
    assert len(_files(data)) == 2


def test_whatever_a_killed_load_left_is_removed_by_the_next(empty: Stores, tmp_path: Path) -> None:
    """Also the folder that the engine spills into, and a pointer that was not yet put in place."""
    data, folder = empty.settings.data_dir, small_bank.write(tmp_path / "extracts")
    load(empty, folder)
    (data / "bank-20250101-000000-abcdef.duckdb").write_bytes(b"half")
    (data / "bank-20250101-000000-abcdef.duckdb.wal").write_bytes(b"half")
    (data / "bank-20250101-000000-abcdef.duckdb.tmp").mkdir()
    (data / "bank-20250101-000000-abcdef.duckdb.tmp" / "spilled.tmp").write_bytes(b"half")
    (data / f"{POINTER}.20250101-000000-abcdef").write_text("20250101-000000-abcdef")
    load(empty, folder)
    assert not [f for f in small_bank.left_in(empty) if "20250101" in f]
    assert len(small_bank.names(empty)) == 3


def test_history_is_carried_over_a_load_of_the_same_bank_and_not_of_another(
    after_a_night: Path, bank_folder: Path, tmp_path: Path
) -> None:
    copy_of(after_a_night, tmp_path / "copy")
    stores = stores_in(tmp_path / "copy")

    def history() -> dict[str, list[tuple]]:
        reader = Reader(stores, SYSTEM)
        return {t.name: small_bank.in_order(reader, select(t)) for t in WRITTEN_AT_NIGHT}

    nights = history()
    assert all(nights.values())
    load(stores, bank_folder, sample=True)
    assert history() == nights
    load(stores, small_bank.write(tmp_path / "a real bank"))
    assert not any(history().values())
    assert len(small_bank.names(stores)) == 3
    stores.app_db.dispose()


def test_a_bank_of_a_version_that_lacked_a_derived_table_is_loaded_over(
    after_a_night: Path, bank_folder: Path, tmp_path: Path
) -> None:
    copy_of(after_a_night, tmp_path / "copy")
    stores = stores_in(tmp_path / "copy")
    with duckdb.connect(str(snapshot_file(stores.settings, stores.snapshot()))) as db:
        db.execute("DROP TABLE derived.removal_effects")
        db.execute("ALTER TABLE derived.customer_scores DROP COLUMN reasons")
    load(stores, bank_folder, sample=True)
    scores = Reader(stores, SYSTEM).frame(select(schema.customer_scores))
    assert len(scores)
    assert scores["reasons"].isna().all()
    stores.app_db.dispose()


def test_the_application_database_is_untouched_by_a_load(empty: Stores, tmp_path: Path) -> None:
    audit.note(empty, "amy", "test.note", why="before")
    load(empty, small_bank.write(tmp_path / "extracts"))
    assert list(Reader(empty, SYSTEM).frame(select(audit_log.c.why))["why"]) == ["before"]


def test_the_lock_is_let_go_of_after_a_refusal(empty: Stores, tmp_path: Path) -> None:
    with pytest.raises(LoadRefused):
        load(empty, small_bank.write(tmp_path / "bad", customers_csv="zzz\n1\n"))
    with (empty.settings.data_dir / "load.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
