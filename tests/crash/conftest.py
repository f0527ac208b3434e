"""Two sample banks of different size, and a place for them: files, or a server."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.crash.crash_bank import close
from tests.morning import MORNING
from tests.own_server import fresh_database
from warehouse.load.loading import load
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def small_folder(once) -> Path:
    """The extracts of a bank with 500 customers."""

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "sample_data", str(folder), "--customers", "500"]
        subprocess.run(command, check=True, cwd=ROOT, capture_output=True)

    return once("extracts-500", build)


def _load(folder: Path, url: str, extracts: Path) -> None:
    stores = open_stores(Settings(data_dir=folder, warehouse_url=url), lambda: MORNING)
    load(stores, extracts, sample=True)
    close(stores)


@pytest.fixture(scope="session")
def small_in_files(once, small_folder: Path) -> Path:
    """A data folder with that bank loaded. Copy it."""
    return once("loaded-500", lambda folder: _load(folder, "", small_folder))


@pytest.fixture(scope="session")
def small_on_server(
    postgresql_url: str, small_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A data folder whose bank is loaded into the database “small” of the server. Copy both."""
    folder = tmp_path_factory.mktemp("small")
    _load(folder, fresh_database(postgresql_url, "small"), small_folder)
    return folder


@pytest.fixture(
    params=[
        "files",
        pytest.param("server", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]),
    ]
)
def warehouse_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where the small bank is loaded, for one test; its data folder is `tmp_path / "data"`."""
    where = "small_on_server" if request.param == "server" else "small_in_files"
    shutil.copytree(request.getfixturevalue(where), tmp_path / "data")
    if request.param == "files":
        return ""
    name = hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]
    return fresh_database(request.getfixturevalue("postgresql_url"), name, like="small")


@pytest.fixture
def bank(warehouse_url: str, tmp_path: Path) -> Iterator[Callable[[], Stores]]:
    """Opens the place where the small bank is loaded, as one more process would."""
    opened: list[Stores] = []

    def another() -> Stores:
        settings = Settings(data_dir=tmp_path / "data", warehouse_url=warehouse_url)
        opened.append(open_stores(settings, lambda: MORNING))
        return opened[-1]

    yield another
    for stores in opened:
        close(stores)
