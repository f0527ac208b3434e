"""The floor of a page: the SQL its first opening sends to the bank, sent again to bare DuckDB on one connection."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
from sqlalchemy import Connection, Engine, event
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from warehouse.access.reader import Viewer
from warehouse.settings import Settings
from warehouse.stores import connect

FRAME = Path(__file__).parents[1] / "pages" / "frame.py"


def of_pages(data: Path, roles: Sequence[str], only: Sequence[str] = ()) -> dict[tuple[str, str], float]:
    """CPU milliseconds of the floor of every page of every role, in the order a person walks through the menu."""
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "data"
        shutil.copytree(data, copy)
        stores = connect.open_stores(Settings(data_dir=copy), datetime.now)
        connect.use(stores)
        bank = Path(scratch) / "bare.duckdb"
        shutil.copy(copy / f"bank-{stores.snapshot().removeprefix('bank-')}.duckdb", bank)
        statements_of = {place: statements for role in roles for place, statements in _walk(role, only)}
        stores.app_db.dispose()
        with duckdb.connect(str(bank), read_only=True) as bare:
            return {place: _cost(bare, statements) for place, statements in statements_of.items()}


def _walk(role: str, only: Sequence[str]) -> list[tuple[tuple[str, str], list[tuple[str, Any]]]]:
    from pages import MENU  # imports Streamlit's pages, which a server of its own has no use for
    from pages.components import viewer as door

    number = "RM01" if role == "relationship_manager" else None
    viewer = Viewer(f"bench-{role}", "Bench", role, number)
    door.viewer = lambda: viewer
    door.later = lambda: lambda: viewer
    walked = []
    for url in [e.url for entries in MENU.values() for e in entries if role in e.roles]:
        if only and url not in only:
            continue
        sent: list[tuple[str, Any]] = []

        def note(
            connection: Connection, _: object, statement: str, values: Any, *_more: object, to: Any = sent
        ) -> None:
            if connection.dialect.name == "duckdb":
                to.append((statement, values))

        event.listen(Engine, "before_cursor_execute", note)
        app = AppTest.from_file(str(FRAME), default_timeout=600)
        app._page_hash = calc_hash("" if url == "today" else url)
        app.run()
        event.remove(Engine, "before_cursor_execute", note)
        walked.append(((role, url), sent))
    return walked


def _cost(bare: duckdb.DuckDBPyConnection, statements: Sequence[tuple[str, Any]]) -> float:
    before = time.process_time()
    for statement, values in statements:
        bare.execute(statement, values).fetch_df()
    return 1000 * (time.process_time() - before)
