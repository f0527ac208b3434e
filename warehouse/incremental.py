"""Adding days to a bank: rows with a key that is there replace the old ones, new ones are added, all else is carried.

The result depends only on what was delivered, not on how it was cut or how often it came; `contents` says so in a hash.
Between two deliveries that give the same key differently, the later load counts: a correction is what comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb
from sqlalchemy import Table

from warehouse import contract, later_rows, moves
from warehouse.checks import CHECKS
from warehouse.connect import Stores
from warehouse.contract import NOTHING
from warehouse.errors import LoadRefused
from warehouse.later_rows import as_delivered
from warehouse.quality import Declared, key_of
from warehouse.schema import FINGERPRINT, UNIFIED_TABLES, leads
from warehouse.snapshots import snapshot_file
from warehouse.sources import Source


class Bank:
    """The bank as loaded before, attached to the new file as `before` until the load ends."""

    def __init__(self, db: duckdb.DuckDBPyConnection, stores: Stores, snapshot: str, *, sample: bool):
        served = stores.place.served()
        if served is None or not served.endswith(FINGERPRINT):
            raise LoadRefused(
                "There is no bank yet to which days could be added, or it was loaded by another version. Load the whole "
                f"folder first, without --since. {NOTHING}"
            )
        self.db = db
        place = str(stores.place.bank_before(snapshot)).replace("'", "''")
        db.execute(f"ATTACH '{place}' AS before (READ_ONLY)")
        found = db.execute(
            "SELECT table_name, source, given, row_count, sample FROM before.derived.loads"
        ).fetchall()
        if any(bool(row[4]) != sample for row in found):
            raise LoadRefused(
                "The bank loaded is the invented one and these days are not, or the other way round. Load the whole "
                f"folder first, without --since. {NOTHING}"
            )
        self.sources = {row[0]: Source(label=row[1]) for row in found if row[1]}
        self.given = {row[0]: row[2] for row in found if row[3]}

    def add(self, delivered: Mapping[str, Source], given: Mapping[str, str], since: date) -> None:
        """Carry everything of before that the delivered rows do not replace. Raises LoadRefused if they do not fit."""
        tables = [t for t in UNIFIED_TABLES if t.name in delivered]
        check_since(self.db, tables, since)
        for table in tables:
            self._check_columns(table, delivered[table.name].label, given[table.name])
        for table in UNIFIED_TABLES:
            self._carry(table)

    def _check_columns(self, table: Table, source: str, given: str) -> None:
        """New days must give the columns the bank has, or these would be known for some rows and lost for others."""
        had = set(self.given.get(table.name, given).split())
        # A column that the history gave needs no column of its own.
        by_history = (
            set(moves.COLUMN_OF.values()) if table is leads and "lead_stages" in self.given else set()
        )
        for column in sorted((had ^ set(given.split())) - by_history):
            which = "does not give" if column in had else "gives"
            other = "has" if column in had else "does not have"
            raise LoadRefused(
                f"Table {table.name}: {source} {which} the column {column}, which the bank loaded before {other}. Give "
                f"the same columns, or load the whole folder without --since. {NOTHING}"
            )

    def _carry(self, table: Table) -> None:
        """Add the rows of before whose keys are not among those delivered."""
        rows, key = f"{table.schema}.{table.name}", [c.key for c in table.c if c.primary_key]
        names = ", ".join(f'"{c.key}"' for c in table.c)
        same = " AND ".join(f'new."{k}" = old."{k}"' for k in key)
        self.db.execute(
            f"INSERT INTO {rows} ({names}) SELECT {names} FROM ({as_delivered(table, 'before')}) old "
            f"WHERE NOT EXISTS (SELECT 1 FROM {rows} new WHERE {same})"
        )

    def carry_findings(self, declared: tuple[Declared, ...]) -> None:
        """Keep what was set aside and did not come again, and what the bank's own checks found that are not asked now."""
        asked = {c.name for c in CHECKS} | {c.title for c in declared} | later_rows.FINDINGS
        own = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(asked))
        for table in UNIFIED_TABLES:
            self.db.execute(
                f"INSERT INTO derived.quarantine SELECT old.* FROM before.derived.quarantine old "
                f"ANTI JOIN derived.quarantine new USING (check_name, table_name, row_key) "
                f"WHERE old.table_name = ? AND ((NOT old.kept AND old.row_key NOT IN "
                f"(SELECT {key_of(table)} FROM {table.schema}.{table.name})) OR (old.kept "
                f"AND old.check_name NOT IN ({own})))",
                [table.name],
            )
        counted = (
            "(SELECT count(*) FROM derived.quarantine q "
            "WHERE q.check_name = f.check_name AND q.table_name = f.table_name)"
        )
        self.db.execute(f"UPDATE derived.findings f SET row_count = {counted} WHERE row_count IS NOT NULL")
        self.db.execute(
            f"INSERT INTO derived.findings SELECT f.* REPLACE ({counted} AS row_count) FROM before.derived.findings f "
            f"ANTI JOIN derived.findings USING (check_name, table_name) WHERE {counted} > 0"
        )


def check_since(db: duckdb.DuckDBPyConnection, delivered: list[Table], since: date) -> None:
    """Refuse a delivery that has dated rows, and none from `since` on: it is most likely the wrong folder."""
    latest = [contract.latest(db, table) for table in delivered]
    known = [day for day in latest if day]
    if known and max(known) < since:
        raise LoadRefused(
            f"The folder holds nothing dated {since:%d %b %Y} or later; its latest day is {max(known):%d %b %Y}. Give "
            f"the folder of the new days, or an earlier --since. {NOTHING}"
        )


def contents(stores: Stores, snapshot: str | None = None) -> dict[str, str]:
    """`contents_of` a snapshot that is kept as a file; the one that is served unless another is named."""
    return contents_of(snapshot_file(stores.settings, snapshot or stores.snapshot()))


def contents_of(file: Path) -> dict[str, str]:
    """A hash per unified table that is equal exactly when the rows are, in whatever order they lie."""
    with duckdb.connect(str(file), read_only=True) as db:
        found = {}
        for table in UNIFIED_TABLES:
            row = db.execute(
                "SELECT count(*), sum(md5_number_lower(to_json(t)::VARCHAR)), sum(md5_number_upper(to_json(t)::VARCHAR)) "
                f"FROM {table.schema}.{table.name} t"
            ).fetchone()
            found[table.name] = "-".join(str(part or 0) for part in row or ())
    return found
