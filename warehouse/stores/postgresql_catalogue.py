"""The small table on a server that names its snapshots, and one transaction for the whole of a load."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, Engine, Identity, Integer, MetaData, Row, Table, Text, select
from sqlalchemy.exc import DBAPIError

from warehouse.errors import LoadRefused
from warehouse.retry import is_passing
from warehouse.schema import DERIVED, UNIFIED

STAYS = "Nothing was loaded; the bank loaded before stays."
AS_IT_IS = "server"
"""The snapshot id of a warehouse that somebody else keeps: its schemas `unified` and `derived` are read as they are."""

OURS = MetaData(schema="concord")
snapshots = Table(
    "snapshots",
    OURS,
    Column("number", Integer, Identity(), primary_key=True),
    Column("snapshot", Text, nullable=False, unique=True),
    Column("unified", Text, nullable=False, comment="The schema of its loaded tables."),
    Column("derived", Text, nullable=False, comment="The schema of its derived tables."),
)
NEWEST = select(snapshots).order_by(snapshots.c.number.desc())


def schemas_of(row: Row[Any]) -> dict[str | None, str | None]:
    """Where the tables of a snapshot are, for `schema_translate_map`."""
    return {UNIFIED: row.unified, DERIVED: row.derived}


@contextmanager
def in_one(engine: Engine) -> Iterator[Connection]:
    """One transaction. The server's complaint becomes a sentence; it never holds the address or the password."""
    try:
        with engine.begin() as connection:
            yield connection
    except DBAPIError as error:
        raise LoadRefused(_sentence(error)) from error
    except Exception as error:
        # COPY is spoken in the driver's own words, below the library that wraps its errors.
        if type(error).__module__.startswith("psycopg"):
            raise LoadRefused(_sentence(DBAPIError("", {}, error))) from error
        raise


def _sentence(error: DBAPIError) -> str:
    state = getattr(error.orig, "sqlstate", None)
    if is_passing(error) or state is None:
        return f"The connection to the server was lost. {STAYS}"
    if state == "53100":
        return f"The server's disk is full. Make room there, then load again. {STAYS}"
    if state == "42501":
        return (
            "This account may not create schemas on the server. Give it that right, or name another one in "
            f"WAREHOUSE_LOAD_URL. {STAYS}"
        )
    first = (str(error.orig).strip().splitlines() or ["no reason"])[0].rstrip(".")
    return f"The server refused the load: {first}. {STAYS}"
