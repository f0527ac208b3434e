"""A bank large enough to judge its campaigns and channels, with every customer valued."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sample_data.bank import generate
from tests.morning import stores_in
from warehouse.access.data_coverage import as_of, available_columns
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import load, next_snapshot
from warehouse.stores.connect import Stores
from workflow.scoring import valuation

CUSTOMERS = 20_000


@pytest.fixture(scope="session")
def large(once: Callable[[str, Callable[[Path], None]], Path]) -> tuple[Stores, dict[str, Any]]:
    """The bank, and what is true of it."""

    def build(folder: Path) -> None:
        generate(folder / "extracts", customers=CUSTOMERS, seed=2026)
        stores = stores_in(folder / "data")
        load(stores, folder / "extracts", sample=True)
        with next_snapshot(stores) as draft:
            reader = Reader(stores, SYSTEM, stores.snapshot())
            valuation.values(draft, reader, as_of(reader), available_columns(reader), lambda _: None)
        stores.app_db.dispose()

    folder = once(f"valued-{CUSTOMERS}", build)
    truth = json.loads((folder / "extracts" / "truth.json").read_text(encoding="utf-8"))
    return stores_in(folder / "data"), truth
