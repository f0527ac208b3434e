"""A disk that is really full: the bank's own, or the server's. A sentence, nothing partial, and the next load works."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests import missing
from tests.crash import crash_bank
from tests.morning import MORNING, stores_in
from tests.own_server import OwnServer
from warehouse.access.reader import SYSTEM, Reader
from warehouse.errors import LoadRefused, Problem
from warehouse.load.loading import load
from warehouse.schema import customers
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores

LEVELS = 10
MEGABYTE = 2**20


@contextmanager
def _small_disk(megabytes: int) -> Iterator[Path]:
    """A disk of its own, in memory, as large as said."""
    # Not in pytest's folder, which the server's user may not enter.
    place = Path(tempfile.mkdtemp(prefix="concord-disk-"))
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=755", "tmpfs", str(place)],
        capture_output=True,
        check=False,
    )
    if mounted.returncode:
        place.rmdir()
        missing.skip("a disk of its own")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
        place.rmdir()


@contextmanager
def _filled(place: Path, left: int) -> Iterator[None]:
    """All but `left` bytes of the disk taken by somebody else."""
    filler = place / "somebody-elses"
    disk = os.statvfs(place)
    size = max(0, disk.f_bavail * disk.f_frsize - left)
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, size) if size else None
    try:
        yield
    finally:
        filler.unlink()


def _extracts(place: Path, size: int) -> Path:
    place.mkdir()
    people = "".join(f"C{i:06d},Customer number {i * 7919 % size},2024-01-05\n" for i in range(size))
    (place / "customers.csv").write_text("customer_id,full_name,joined_on\n" + people, encoding="utf-8")
    return place


def _people(stores: Stores) -> int:
    counted = Reader(stores, SYSTEM, stores.snapshot()).frame(
        select(func.count().label("n")).select_from(customers)
    )
    return int(counted["n"].item())


def test_at_ten_levels_of_a_full_disk_the_bank_before_stays_whole(tmp_path: Path) -> None:
    small, large = _extracts(tmp_path / "small", 2_000), _extracts(tmp_path / "large", 60_000)
    with _small_disk(64) as disk:
        stores = stores_in(disk / "data")
        load(stores, large)
        needed = (disk / "data" / f"bank-{stores.snapshot()}.duckdb").stat().st_size
        load(stores, small)
        load(stores, small)
        before = (stores.snapshot(), sorted(f.name for f in (disk / "data").glob("bank-*")))
        for level in range(LEVELS):
            with _filled(disk, needed * level // LEVELS), pytest.raises(LoadRefused, match="disk") as refusal:
                load(stores, large)
            assert "the bank loaded before stays" in str(refusal.value)
            assert str(disk) not in str(refusal.value)
            assert (stores.snapshot(), sorted(f.name for f in (disk / "data").glob("bank-*"))) == before
            assert _people(stores) == 2_000
        load(stores, large)
        assert _people(stores) == 60_000
        crash_bank.close(stores)


def _once_it_answers(server: OwnServer, stores: Stores) -> str:
    """The snapshot; a server that ran out of room takes a moment to end or to recover."""
    for _ in range(30):
        if server.process.poll() is not None:
            server.start()
        with suppress(Problem):
            return stores.snapshot()
        time.sleep(1)
    return stores.snapshot()


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.xdist_group("postgresql")
def test_when_the_servers_disk_is_full_the_bank_before_stays_whole(tmp_path: Path) -> None:
    small, large = _extracts(tmp_path / "small", 2_000), _extracts(tmp_path / "large", 200_000)
    with _small_disk(192) as disk:
        server = OwnServer(within=disk)
        try:
            settings = Settings(data_dir=tmp_path / "data", warehouse_url=server.url)
            stores = open_stores(settings, lambda: MORNING)
            load(stores, small)
            snapshot = stores.snapshot()
            for left in (1, 4, 16):
                with _filled(disk, left * MEGABYTE), pytest.raises(LoadRefused) as refusal:
                    load(stores, large)
                message = str(refusal.value)
                # Without room for its own log the server ends itself, and comes up with the bank of before.
                assert (
                    "The server's disk is full" in message
                    or "The connection to the server was lost" in message
                )
                assert "the bank loaded before stays" in message
                assert _once_it_answers(server, stores) == snapshot
                assert _people(stores) == 2_000
            load(stores, large)
            assert _people(stores) == 200_000
            crash_bank.close(stores)
        finally:
            server.close()
