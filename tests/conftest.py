"""What several folders of tests share: one small sample bank, written and loaded once, and a private PostgreSQL."""

from __future__ import annotations

import fcntl
import gc
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests import missing, shop
from tests.morning import copy_of, stores_in
from tests.own_server import OwnServer, fresh_database
from warehouse.load.loading import load
from warehouse.stores.connect import Stores
from workflow import nightly

ROOT = Path(__file__).parents[1]
# A rule is judged by what it says, not by how busy the machine is.
settings.register_profile("concord", deadline=None, max_examples=60)
settings.load_profile("concord")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--write-golden",
        action="store_true",
        help="write tests/golden/ anew, for a change of meaning; the difference is then read in review",
    )


NEEDS_A_BANK = frozenset({"bank_folder", "loaded_folder", "loaded"})


DEAREST_FIRST = (
    "browser",
    "postgresql",
    "night-4000",
    "valued-20000",
    *(
        f"tests/{file}.py"
        for file in (
            "test_recipes",
            "warehouse/test_load_under_way",
            "warehouse/test_load_refusals",
            "warehouse/test_malformed_inputs",
            "crash/test_kills",
            "crash/test_readers",
            "pages/test_meetings_page",
            "pages/test_filter_bar",
            "pages/test_review_page",
            "pages/test_same_figure_twice",
        )
    ),
    "quarterly review",
)
"""Groups that take longest, so that none of them is begun last while the other worker has nothing left to do."""


def _group(item: pytest.Item) -> str:
    """What of the run is done by one worker: what says so itself, otherwise the tests of a file, in their order.

    So what a file prepares, and what its pages have asked before, is worked out once rather than by each worker.
    """
    names = {str(mark.args[0]) for mark in item.iter_markers("xdist_group")}
    if not names:
        names = {item.nodeid.partition("::")[0]}
        item.add_marker(pytest.mark.xdist_group(*names))
    return "_".join(sorted(names))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what has a sample bank made first: that alone takes half of the time a fast run has; and say who runs what."""
    for item in items:
        if NEEDS_A_BANK & set(getattr(item, "fixturenames", ())):
            item.add_marker("bank")
    place = {group: place for place, group in enumerate(DEAREST_FIRST)}
    items.sort(key=lambda item: place.get(_group(item), len(place)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The last lines before pytest's own: what was skipped on this machine, why, and how to get it."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = (str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)
    terminalreporter.section("what was skipped")
    for line in missing.counted(reasons):
        terminalreporter.write_line(line)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Everything imported stays until the end: nothing is gained by looking through it again and again.

    Raises UsageError where the workers would not keep groups together: each would then prepare every file for itself.
    """
    grouping = os.environ.get("PYTEST_XDIST_WORKER") and getattr(session.config.option, "loadgroup", False)
    if grouping and not all("@" in item.nodeid for item in session.items):
        raise pytest.UsageError(
            "pytest-xdist no longer tells the group of a test by its name (--dist loadgroup)"
        )
    gc.collect()
    gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """What a file of tests leaves for good, libraries and caches, is looked through once, not by every later collection."""
    if nextitem is not None and nextitem.path != item.path:
        gc.collect()
        gc.freeze()


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
        stores.app_db.dispose()

    return once("loaded-1200", build)


@pytest.fixture(scope="session")
def after_a_night(once: Once, loaded_folder: Path) -> Path:
    """A data folder with that bank after its first night. Copy it before writing to it."""

    def build(folder: Path) -> None:
        copy_of(loaded_folder, folder, dirs_exist_ok=True)
        stores = stores_in(folder)
        nightly.run(stores)
        stores.app_db.dispose()

    return once("night-1200", build)


@pytest.fixture(scope="session")
def shop_folder(once: Once) -> Path:
    """An invented shop whose customers are valued, its stores in `data`. Copy it before writing to it."""

    def build(folder: Path) -> None:
        stores = shop.loaded(folder)
        shop.night(stores)
        stores.app_db.dispose()

    return once("shop-400", build)


@pytest.fixture(scope="session")
def loaded(loaded_folder: Path) -> Iterator[Stores]:
    """The loaded sample bank, to read only."""
    stores = stores_in(loaded_folder)
    yield stores
    stores.app_db.dispose()


@pytest.fixture(scope="session")
def night(after_a_night: Path) -> Iterator[Stores]:
    """The sample bank after its first night, to read only."""
    stores = stores_in(after_a_night)
    yield stores
    stores.app_db.dispose()


@pytest.fixture
def own_bank(loaded_folder: Path, tmp_path: Path) -> Iterator[Stores]:
    """A copy of the loaded sample bank, so that a test may write."""
    copy_of(loaded_folder, tmp_path / "data")
    stores = stores_in(tmp_path / "data")
    yield stores
    stores.app_db.dispose()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Stores]:
    """Stores with an empty application database and no bank."""
    stores = stores_in(tmp_path / "data")
    yield stores
    stores.app_db.dispose()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of the tests' own, on a free port, gone when they end."""
    server = OwnServer()
    yield server.url
    server.close()


@pytest.fixture
def database_url(postgresql_url: str, request: pytest.FixtureRequest) -> str:
    """An empty database on that server, for one test."""
    return fresh_database(postgresql_url, hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12])
