"""A copy of the small sample bank after its night, with an application database that a test may write."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.morning import copy_of
from warehouse.settings import Settings
from warehouse.stores import connect


@pytest.fixture
def bank(after_a_night: Path, tmp_path: Path) -> connect.Stores:
    """Stores on 1 July 2026, the morning after the last day loaded."""
    copy_of(after_a_night, tmp_path / "data")
    return connect.open_stores(Settings(data_dir=tmp_path / "data"), lambda: datetime(2026, 7, 1, 9))
