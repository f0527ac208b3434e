"""The sample bank on a PostgreSQL server: loaded once for those who only read, anew for those who write."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.own_server import fresh_database
from tests.server.stores_on_server import let_go, stores_on
from warehouse.load.loading import load
from warehouse.stores.connect import Stores


@pytest.fixture(scope="session")
def loaded_database(postgresql_url: str, bank_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The name of a database with the loaded sample bank, as a template to copy: nobody is in it."""
    stores = stores_on(fresh_database(postgresql_url, "loaded"), tmp_path_factory.mktemp("loaded"))
    load(stores, bank_folder, sample=True)
    let_go(stores)
    return "loaded"


@pytest.fixture(scope="session")
def served_url(postgresql_url: str, loaded_database: str) -> str:
    """A database with the loaded sample bank, to read."""
    return fresh_database(postgresql_url, "served", like=loaded_database)


@pytest.fixture(scope="session")
def served(served_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    """The sample bank on the server, to read only."""
    stores = stores_on(served_url, tmp_path_factory.mktemp("reading"))
    yield stores
    let_go(stores)


@pytest.fixture
def own_server_bank(database_url: str, bank_folder: Path, tmp_path: Path) -> Iterator[Callable[[], Stores]]:
    """Stores on an empty database of the test's own."""
    opened: list[Stores] = []

    def another() -> Stores:
        opened.append(stores_on(database_url, tmp_path / f"data-{len(opened)}"))
        return opened[-1]

    yield another
    for stores in opened:
        let_go(stores)
        shutil.rmtree(stores.settings.data_dir, ignore_errors=True)
