"""Pages on a small real bank: opened as each role through the frame, as Streamlit runs it."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.morning import copy_of
from tests.pages.staff import Open, opener
from warehouse.settings import Settings
from warehouse.stores import connect


@pytest.fixture
def bank(after_a_night: Path, tmp_path: Path) -> connect.Stores:
    """A copy of the sample bank after a night, so that a test may write."""
    copy_of(after_a_night, tmp_path / "data")
    return connect.open_stores(Settings(data_dir=tmp_path / "data"), lambda: datetime(2026, 7, 1, 9))


@pytest.fixture
def open_page(bank: connect.Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Open a page of the sample bank as somebody."""
    yield from opener(bank, monkeypatch)
