"""What a loaded bank holds, in hashes: two banks with the same rows compare equal."""

from __future__ import annotations

from pathlib import Path

import duckdb

from warehouse.schema import UNIFIED_TABLES
from warehouse.stores.connect import Stores
from warehouse.stores.snapshot_files import snapshot_file


def contents(stores: Stores) -> dict[str, str]:
    """`contents_of` the snapshot that is served."""
    return contents_of(snapshot_file(stores.settings, stores.snapshot()))


def contents_of(file: Path) -> dict[str, str]:
    """A hash per unified table that is equal exactly when the rows are, in whatever order they lie."""
    with duckdb.connect(str(file), read_only=True) as db:
        hashes = {}
        for table in UNIFIED_TABLES:
            row = db.execute(
                "SELECT count(*), sum(md5_number_lower(to_json(t)::VARCHAR)), sum(md5_number_upper(to_json(t)::VARCHAR)) "
                f"FROM {table.schema}.{table.name} t"
            ).fetchone()
            hashes[table.name] = "-".join(str(part or 0) for part in row or ())
    return hashes
