"""An application database of its own for each test, and a small sample bank, written and loaded once."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sample_data.bank import generate
from tests.morning import copy_of
from tests.workflow.alert_queue import Clock
from warehouse.load.loading import load
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores
from workflow import nightly


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app_db(tmp_path: Path, clock: Clock) -> Iterator[Stores]:
    """Stores with an empty application database and no bank, which hold nobody out: whoever is raised is shown."""
    stores = open_stores(Settings(data_dir=tmp_path, hold_out_share=0.0), clock)
    yield stores
    stores.app_db.dispose()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a sample bank of 4,000 customers, as loaded, before any night."""
    return _once(tmp_path_factory, "loaded", _load)


@pytest.fixture(scope="session")
def after_a_night(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after its first night, with a trained model."""
    return _once(tmp_path_factory, "night", lambda folder: _spend_a_night(loaded, folder))


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """`make(folder)` by the first of the test processes that asks; the others wait and share the folder."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    folder = shared / f"bank-{name}"
    with (shared / f"bank-{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            partly = shared / f"bank-{name}.partly"
            make(partly)
            partly.rename(folder)
    return folder


def _load(folder: Path) -> None:
    extracts = folder.with_name("extracts")
    generate(extracts, customers=4_000, seed=2026)
    stores = open_stores(Settings(data_dir=folder), Clock())
    load(stores, extracts, sample=True)
    stores.app_db.dispose()


def _spend_a_night(loaded: Path, folder: Path) -> None:
    copy_of(loaded, folder)
    stores = open_stores(Settings(data_dir=folder), Clock())
    nightly.run(stores)
    stores.app_db.dispose()


@pytest.fixture
def copied(tmp_path: Path, clock: Clock) -> Callable[[Path], Stores]:
    """Stores on a copy of a data folder, so that no test sees another's writes."""

    def copy(folder: Path) -> Stores:
        shutil.copytree(folder, tmp_path / "copy")
        return open_stores(Settings(data_dir=tmp_path / "copy"), clock)

    return copy
