"""A desk of its own for each test, and a small sample bank, written and loaded once."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from sample_data.bank import generate
from warehouse.access import Viewer
from warehouse.connect import Stores, open_stores
from warehouse.load import load
from warehouse.settings import Settings

MORNING = datetime(2026, 7, 1, 8, 0)
"""The clock of every test; the sample bank is fully loaded up to the day before."""

AMY = Viewer(username="amy", full_name="Amy", role="relationship_manager", rm_id="R1", team="East")
BOB = Viewer(username="bob", full_name="Bob", role="relationship_manager", rm_id="R2", team="East")
LEAD = Viewer(username="lea", full_name="Lea", role="team_lead", team="East")


@dataclass
class Clock:
    now: datetime = MORNING

    def __call__(self) -> datetime:
        return self.now

    def pass_days(self, days: int) -> None:
        self.now += timedelta(days=days)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(tmp_path: Path, clock: Clock) -> Iterator[Stores]:
    """Stores with an empty desk and no bank."""
    stores = open_stores(Settings(data_dir=tmp_path), clock)
    yield stores
    stores.desk.dispose()


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a sample bank of 4,000 customers, as loaded, before any night."""
    extracts, folder = tmp_path_factory.mktemp("extracts"), tmp_path_factory.mktemp("data")
    generate(extracts, customers=4_000, seed=2026)
    stores = open_stores(Settings(data_dir=folder), Clock())
    load(stores, extracts, sample=True)
    stores.desk.dispose()
    return folder


@pytest.fixture(scope="session")
def after_a_night(loaded: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after its first night, with a trained model."""
    from workflow import nightly

    folder = tmp_path_factory.mktemp("night") / "data"
    shutil.copytree(loaded, folder)
    stores = open_stores(Settings(data_dir=folder), Clock())
    nightly.run(stores)
    stores.desk.dispose()
    return folder


@pytest.fixture
def copied(tmp_path: Path, clock: Clock) -> Callable[[Path], Stores]:
    """Stores on a copy of a data folder, so that no test sees another's writes."""

    def copy(folder: Path) -> Stores:
        shutil.copytree(folder, tmp_path / "copy")
        return open_stores(Settings(data_dir=tmp_path / "copy"), clock)

    return copy


def found(*customers: str, rm: str | None = "R1", **changed: object) -> pd.DataFrame:
    """What `rules.found` gives for these customers, for whom the complaint rule fires."""
    row = {
        "rm_id": rm,
        "team": "East",
        "weekly_capacity": 5,
        "segment": "affluent",
        "fires": True,
        "probability": None,
        "model_reasons": None,
        "value_at_stake": 900_000.0,
        "open_complaints_90d": 1,
        "savings_balance": 800_000.0,
        "days_since_customer_made_transaction": 200,
        "total_balance": 900_000.0,
    }
    rows = [{"customer_id": name} | row | changed for name in customers]
    return pd.DataFrame(rows, columns=["customer_id", *row])
