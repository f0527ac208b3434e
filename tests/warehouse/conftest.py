"""The sample bank after a night, and people who look at it."""

from __future__ import annotations

import pytest

from tests.warehouse.onlookers import LEAD, ONE_RM
from warehouse.access.reader import Reader
from warehouse.stores.connect import Stores


@pytest.fixture(scope="session")
def as_rm(night: Stores) -> Reader:
    return Reader(night, ONE_RM)


@pytest.fixture(scope="session")
def as_lead(night: Stores) -> Reader:
    return Reader(night, LEAD)
