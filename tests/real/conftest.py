"""Two real banks, loaded through the mappings kept here. Their files lie beside the project and are not part of it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import missing
from tests.morning import stores_in
from warehouse.load.loading import load
from warehouse.stores.connect import Stores

HERE = Path(__file__).parent
REAL = HERE.parents[2] / "shared" / "real"

Once = Callable[[str, Callable[[Path], None]], Path]


def _raw(name: str) -> Path:
    folder = REAL / name
    if not folder.is_dir():
        missing.skip("the real data", f"../shared/real/{name}")
    return folder


@pytest.fixture(scope="session")
def berka_files() -> Path:
    """The raw files of a Czech bank (PKDD'99)."""
    return _raw("berka")


@pytest.fixture(scope="session")
def bank_marketing_files() -> Path:
    """The raw file of a Portuguese bank's telephone campaigns (Moro et al. 2014)."""
    return _raw("bank_marketing")


@pytest.fixture(scope="session")
def telco_files() -> Path:
    """The customers of a telephone company, with who left (IBM)."""
    return _raw("telco")


def _loaded(once: Once, name: str, raw: Path) -> Path:
    def build(folder: Path) -> None:
        extracts = folder / "extracts"
        shutil.copytree(raw, extracts)
        for mapping in (HERE / name).glob("*.sql"):
            shutil.copy(mapping, extracts)
        stores = stores_in(folder / "data")
        load(stores, extracts)
        stores.app_db.dispose()

    return once(f"real-{name}", build) / "data"


@pytest.fixture(scope="session")
def berka_folder(once: Once, berka_files: Path) -> Path:
    """A data folder with that bank loaded. Copy it before writing to it."""
    return _loaded(once, "berka", berka_files)


@pytest.fixture(scope="session")
def bank_marketing_folder(once: Once, bank_marketing_files: Path) -> Path:
    """A data folder with that bank loaded. Copy it before writing to it."""
    return _loaded(once, "bank_marketing", bank_marketing_files)


@pytest.fixture(scope="session")
def berka(berka_folder: Path) -> Iterator[Stores]:
    """That bank, to read only."""
    stores = stores_in(berka_folder)
    yield stores
    stores.app_db.dispose()


@pytest.fixture(scope="session")
def bank_marketing(bank_marketing_folder: Path) -> Iterator[Stores]:
    """That bank, to read only."""
    stores = stores_in(bank_marketing_folder)
    yield stores
    stores.app_db.dispose()


@pytest.fixture
def own_copy(tmp_path: Path) -> Iterator[Callable[[Path], Stores]]:
    """Stores on a copy of a data folder, so that a night may write."""
    opened: list[Stores] = []

    def copy(folder: Path) -> Stores:
        shutil.copytree(folder, tmp_path / "copy")
        opened.append(stores_in(tmp_path / "copy"))
        return opened[-1]

    yield copy
    for stores in opened:
        stores.app_db.dispose()
