"""The sample bank after a night, and people who look at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.morning import stores_in
from tests.warehouse.onlookers import LEAD, ONE_RM
from warehouse.access.reader import Reader
from warehouse.stores.connect import Stores


@pytest.fixture(scope="session")
def night(after_a_night: Path) -> Iterator[Stores]:
    """The sample bank after its first night, to read only."""
    stores = stores_in(after_a_night)
    yield stores
    stores.app_db.dispose()


@pytest.fixture(scope="session")
def as_rm(night: Stores) -> Reader:
    return Reader(night, ONE_RM)


@pytest.fixture(scope="session")
def as_lead(night: Stores) -> Reader:
    return Reader(night, LEAD)
