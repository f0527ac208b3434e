"""An application database of each kind, empty, for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores

Opened = Callable[[], Stores]
AT = datetime(2026, 7, 1, 9)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")]),
    ]
)
def app_db_url(request: pytest.FixtureRequest) -> str:
    """The setting `app_db_url`: empty for SQLite in the data folder."""
    return request.getfixturevalue("database_url") if request.param == "postgresql" else ""


@pytest.fixture
def open_app_db(app_db_url: str, tmp_path: Path) -> Iterator[Opened]:
    """Opens the application database, as one more process would."""
    opened: list[Stores] = []

    def another() -> Stores:
        opened.append(open_stores(Settings(data_dir=tmp_path, app_db_url=app_db_url), lambda: AT))
        return opened[-1]

    yield another
    for stores in opened:
        stores.app_db.dispose()
