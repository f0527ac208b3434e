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
def served_url(postgresql_url: str, bank_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A database with the loaded sample bank: to read, or as a template to copy."""
    url = fresh_database(postgresql_url, "served")
    stores = stores_on(url, tmp_path_factory.mktemp("served"))
    load(stores, bank_folder, sample=True)
    let_go(stores)
    return url


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
