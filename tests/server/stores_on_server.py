"""Stores whose bank and application database are both on a PostgreSQL server."""

from __future__ import annotations

from pathlib import Path

from tests.morning import MORNING
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores


def stores_on(url: str, folder: Path) -> Stores:
    """Stores whose bank and application database are both on the server."""
    settings = Settings(data_dir=folder, warehouse_url=url, app_db_url=url)
    return open_stores(settings, lambda: MORNING)


def let_go(stores: Stores) -> None:
    """Close every connection, so that the database can be dropped."""
    stores.app_db.dispose()
    for engine in getattr(stores.place, "_engines", {}).values():
        engine.dispose()
