"""A load that is killed, has no room left, or meets another one: one whole bank is served, and the next load works."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash import crash_bank
from tests.morning import MORNING
from warehouse.load.loading import load
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores

ROOT = Path(__file__).parents[2]
PROGRAM = str(Path(__file__).with_name("loads_a_folder.py"))
Bank = Callable[[], Stores]
KILLS = {"": 5}
KILLS_ON_SERVER = 3


def _begin(stores: Stores, folder: Path) -> subprocess.Popen[str]:
    settings = stores.settings
    words = [sys.executable, PROGRAM, str(settings.data_dir), str(folder), settings.warehouse_url]
    return subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.slow
def test_a_load_killed_at_a_random_moment_leaves_one_whole_bank(
    bank: Bank, bank_folder: Path, small_folder: Path, warehouse_url: str
) -> None:
    stores, chance = bank(), random.Random(7)
    begun = time.monotonic()
    load(stores, bank_folder, sample=True)
    takes = time.monotonic() - begun
    kinds = set()
    for kill in range(KILLS.get(warehouse_url, KILLS_ON_SERVER)):
        process = _begin(stores, small_folder if kill % 2 else bank_folder)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(chance.uniform(0, takes))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        fresh = bank()
        kinds.add(crash_bank.customers_of_a_whole_bank(fresh))
        crash_bank.close(fresh)
    assert kinds <= {500, 1200}
    load(stores, small_folder, sample=True)
    assert crash_bank.customers_of_a_whole_bank(stores) == 500
    left = {f.name.split(".", 1)[1] for f in stores.settings.data_dir.glob("load-*")}
    assert left == set(), "what killed loads left behind is removed by the next one"


@pytest.mark.slow
@pytest.mark.parametrize("room", [2**16, 2**20, 2**22])
def test_without_room_on_the_disk_a_sentence_and_nothing_partial(
    room: int, bank: Bank, bank_folder: Path, tmp_path: Path
) -> None:
    stores = bank()
    before = (stores.snapshot(), sorted(f.name for f in stores.settings.data_dir.glob("*.duckdb*")))

    # An application database that has all its room, made before there is none.
    app_db = f"sqlite:///{tmp_path / 'other.sqlite'}"
    open_stores(Settings(data_dir=tmp_path / "other", app_db_url=app_db), lambda: MORNING).app_db.dispose()

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    environment = {
        "CONCORD_DATA_DIR": str(stores.settings.data_dir),
        "WAREHOUSE_URL": stores.settings.warehouse_url,
        "APP_DB_URL": app_db,
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",  # a compiled module cut short would break every later start
    }
    done = subprocess.run(
        [sys.executable, "-m", "cli", "load", str(bank_folder), "--sample"],
        cwd=ROOT,
        env=environment,
        preexec_fn=limit,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    message = " ".join(done.stderr.split())
    assert "The disk is full" in message or "The disk refused the write" in message, message
    assert "the bank loaded before stays" in message
    assert str(stores.settings.data_dir) not in message
    assert "Traceback" not in done.stderr
    after = (stores.snapshot(), sorted(f.name for f in stores.settings.data_dir.glob("*.duckdb*")))
    assert after == before
    assert crash_bank.customers_of_a_whole_bank(stores) == 500


def test_of_two_loads_at_once_one_is_told_to_wait(bank: Bank, bank_folder: Path) -> None:
    stores = bank()
    both = [_begin(stores, bank_folder) for _ in range(2)]
    outputs = [process.communicate() for process in both]
    assert sum("loaded" in out for out, _ in outputs) >= 1
    for (out, err), process in zip(outputs, both, strict=True):
        assert "loaded" in out or "Another load or nightly run is running" in err, err
        assert (process.returncode == 0) == ("loaded" in out)
    assert crash_bank.customers_of_a_whole_bank(stores) == 1200
