"""What several folders of tests share: one small sample bank, written and loaded once, and a private PostgreSQL."""

from __future__ import annotations

import fcntl
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from morning import stores_in

from warehouse.connect import Stores
from warehouse.load import load
from workflow import nightly

ROOT = Path(__file__).parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-golden",
        action="store_true",
        help="write tests/golden/ anew, for a change of meaning; the difference is then read in review",
    )


Once = Callable[[str, Callable[[Path], None]], Path]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Build a folder of a given name once per run, however many workers ask for it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base

    def built(name: str, build: Callable[[Path], None]) -> Path:
        folder = shared / name
        with (shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not folder.exists():
                # Built under another name, so that a failed attempt is never taken for the folder.
                half = Path(tempfile.mkdtemp(dir=shared, prefix=f"{name}-"))
                build(half)
                half.rename(folder)
        return folder

    return built


@pytest.fixture(scope="session")
def bank_folder(once: Once) -> Path:
    """The extracts of a sample bank with 1,200 customers, as the generator's command line writes them."""

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "sample_data", str(folder), "--customers", "1200"]
        subprocess.run(command, check=True, cwd=ROOT, capture_output=True)

    return once("extracts-1200", build)


@pytest.fixture(scope="session")
def loaded_folder(once: Once, bank_folder: Path) -> Path:
    """A data folder with that bank loaded, before any night."""

    def build(folder: Path) -> None:
        stores = stores_in(folder)
        load(stores, bank_folder, sample=True)
        stores.desk.dispose()

    return once("loaded-1200", build)


@pytest.fixture(scope="session")
def after_a_night(once: Once, loaded_folder: Path) -> Path:
    """A data folder with that bank after its first night. Copy it before writing to it."""

    def build(folder: Path) -> None:
        shutil.copytree(loaded_folder, folder, dirs_exist_ok=True)
        stores = stores_in(folder)
        nightly.run(stores)
        stores.desk.dispose()

    return once("night-1200", build)


@pytest.fixture(scope="session")
def loaded(loaded_folder: Path) -> Iterator[Stores]:
    """The loaded sample bank, to read only."""
    stores = stores_in(loaded_folder)
    yield stores
    stores.desk.dispose()


@pytest.fixture
def own_bank(loaded_folder: Path, tmp_path: Path) -> Iterator[Stores]:
    """A copy of the loaded sample bank, so that a test may write."""
    shutil.copytree(loaded_folder, tmp_path / "data")
    stores = stores_in(tmp_path / "data")
    yield stores
    stores.desk.dispose()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Stores]:
    """Stores with an empty desk and no bank."""
    stores = stores_in(tmp_path / "data")
    yield stores
    stores.desk.dispose()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of the tests' own, on a free port, gone when they end."""
    programs = _postgresql_programs()
    if programs is None:
        pytest.skip("no PostgreSQL server is installed: neither on PATH nor in /usr/lib/postgresql")
    # The server must enter its folder as another user, who may not enter pytest's own.
    place = Path(tempfile.mkdtemp(prefix="concord-postgresql-"))
    as_whom = _unprivileged(place)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster, quiet = place / "cluster", {"stdout": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    try:
        subprocess.run(
            [programs / "initdb", "-D", cluster, "-U", "concord", "--auth=trust", "-E", "UTF8", "--no-sync"],
            check=True,
            cwd=place,
            **quiet,
            **as_whom,
        )
        choices = [
            f"port={port}",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={place}",
            "fsync=off",
        ]
        server = subprocess.Popen(
            [programs / "postgres", "-D", cluster, *(word for c in choices for word in ("-c", c))],
            cwd=place,
            **quiet,
            **as_whom,
        )
        try:
            address = f"concord@127.0.0.1:{port}/postgres"
            _wait_until_it_answers(f"postgresql://{address}", server)
            yield f"postgresql+psycopg://{address}"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=30)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _postgresql_programs() -> Path | None:
    found = [Path(p).parent for p in (shutil.which("initdb"), shutil.which("postgres")) if p]
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in found if (f / "initdb").exists() and (f / "postgres").exists()), None)


def _unprivileged(place: Path) -> dict:
    """PostgreSQL refuses to run as root: who runs it instead, for `subprocess`; that user owns `place`."""
    if os.getuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(place, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    pytest.skip("PostgreSQL does not run as root, and there is no user “postgres” or “nobody”")


def _wait_until_it_answers(address: str, server: subprocess.Popen) -> None:
    for _ in range(200):
        assert server.poll() is None, "PostgreSQL ended while starting"
        try:
            psycopg.connect(address, connect_timeout=2).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("PostgreSQL did not answer in 20 seconds")
