"""Banks of a few lines, loaded as of a day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.morning import stores_in
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import load
from warehouse.stores.connect import Stores

Bank = Callable[..., Reader]


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    """`bank({file: text}, as_of)`: those extracts, loaded; the reader sees everything."""
    opened: list[Stores] = []

    def loaded(files: dict[str, str], as_of: date | None, since: date | None = None) -> Reader:
        if not opened:
            opened.append(stores_in(tmp_path / "data"))
        folder = tmp_path / f"extracts-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        load(opened[0], folder, as_of=as_of, since=since)
        return Reader(opened[0], SYSTEM, opened[0].snapshot())

    yield loaded
    for stores in opened:
        stores.app_db.dispose()
