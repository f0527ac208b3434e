"""Two sample banks of different size, and a place for them: files, or a server."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from crash_bank import close
from morning import MORNING

from warehouse.connect import Stores, open_stores
from warehouse.load import load
from warehouse.settings import Settings

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def small_folder(once) -> Path:
    """The extracts of a bank with 500 customers."""

    def build(folder: Path) -> None:
        command = [sys.executable, "-m", "sample_data", str(folder), "--customers", "500"]
        subprocess.run(command, check=True, cwd=ROOT, capture_output=True)

    return once("extracts-500", build)


@pytest.fixture(
    params=[
        "files",
        pytest.param("server", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]),
    ]
)
def warehouse_url(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue("database_url") if request.param == "server" else ""


@pytest.fixture
def bank(warehouse_url: str, tmp_path: Path, small_folder: Path) -> Iterator[Callable[[], Stores]]:
    """Opens the place where the small bank is loaded, as one more process would."""
    opened: list[Stores] = []

    def another() -> Stores:
        settings = Settings(data_dir=tmp_path / "data", warehouse_url=warehouse_url)
        opened.append(open_stores(settings, lambda: MORNING))
        return opened[-1]

    load(another(), small_folder, sample=True)
    yield another
    for stores in opened:
        close(stores)
