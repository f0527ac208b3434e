"""Adding days to a bank: rows with a key that is there replace the old ones, new ones are added, all else is carried.

The result depends only on what was delivered, not on how it was cut or how often it came.
Between two deliveries that give the same key differently, the later load counts: a correction is what comes last.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import duckdb
from sqlalchemy import Table

from warehouse.cleaning import later_rows, lead_history
from warehouse.cleaning.cleaning import DURING_LOAD
from warehouse.cleaning.deletions import DELETED, REFERS
from warehouse.cleaning.first_accounts import DATED
from warehouse.cleaning.later_rows import as_delivered
from warehouse.cleaning.suspicious_days import SUSPICIOUS
from warehouse.errors import LoadRefused
from warehouse.extracts.sources import Source
from warehouse.schema import FINGERPRINT, UNIFIED_TABLES, leads
from warehouse.stores.connect import Stores
from warehouse.validation import contract
from warehouse.validation.checks import CHECKS
from warehouse.validation.contract import NOTHING
from warehouse.validation.quality import Declared, key_of, note

NOT_AGAIN = "not delivered again"
NOT_AGAIN_SAYS = (
    "When the days of these rows were last delivered, these rows were not among them. They are kept; where they were "
    "deleted or merged, the source can mark them in a column “deleted”."
)


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
        loads = db.execute(
            "SELECT table_name, source, given, row_count, sample FROM before.derived.loads"
        ).fetchall()
        if any(bool(row[4]) != sample for row in loads):
            raise LoadRefused(
                "The bank loaded is the invented one and these days are not, or the other way round. Load the whole "
                f"folder first, without --since. {NOTHING}"
            )
        self.sources = {row[0]: Source(label=row[1]) for row in loads if row[1]}
        self.given = {row[0]: row[2] for row in loads if row[3]}
        self.missing: dict[str, int] = {}
        """Table → how many of its rows from the first delivered day on were not delivered again."""

    def add(self, delivered: Mapping[str, Source], given: dict[str, str], since: date) -> None:
        """Carry everything of before that the delivered rows do not replace. Raises LoadRefused if they do not fit."""
        tables = [t for t in UNIFIED_TABLES if t.name in delivered]
        check_since(self.db, tables, since)
        for table in tables:
            if self._count(f"SELECT count(*) FROM {table.schema}.{table.name}"):
                self._check_columns(table, delivered[table.name].label, given[table.name])
            elif table.name in self.given:
                given[table.name] = self.given[table.name]  # without a row, nothing is known of it anew
        self.db.execute("CREATE TEMP TABLE delivered (table_name VARCHAR, row_key VARCHAR)")
        for table in tables:
            rows = f"{table.schema}.{table.name}"
            self.db.execute(f"INSERT INTO delivered SELECT ?, {key_of(table)} FROM {rows}", [table.name])
            self._note_what_did_not_come_again(table, since)
        for table in UNIFIED_TABLES:
            self._carry(table)

    def _check_columns(self, table: Table, source: str, given: str) -> None:
        """New days must give the columns the bank has, or these would be known for some rows and lost for others."""
        had = set(self.given.get(table.name, given).split())
        # A column that the history gave needs no column of its own.
        by_history = (
            set(lead_history.COLUMN_OF.values()) if table is leads and "lead_stages" in self.given else set()
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
        stays = f"NOT EXISTS (SELECT 1 FROM {rows} new WHERE {same})"
        if self._count(f"SELECT count(*) FROM ({_deleted(table)})"):
            stays += f" AND {key_of(table)} NOT IN ({_deleted(table)})"
        self.db.execute(
            f"INSERT INTO {rows} ({names}) SELECT {names} FROM ({as_delivered(table, 'before')}) old WHERE {stays}"
        )

    def _note_what_did_not_come_again(self, table: Table, since: date) -> None:
        """Rows of the days delivered that the bank has and the delivery has not: merged or deleted at their source?

        Where none of the bank's rows of these days came again the delivery only brings new ones. Then they are counted,
        not listed, and the next delivery says nothing more of them.
        """
        if not table.info["happened_on"]:
            return
        came = f"SELECT row_key FROM delivered WHERE table_name = '{table.name}'"
        window = (
            f"SELECT {key_of(table)} AS row_key FROM ({as_delivered(table, 'before')}) "
            f"WHERE {table.info['happened_on']} >= DATE '{since}'"
        )
        missing = f"SELECT row_key FROM ({window}) WHERE row_key NOT IN ({came}) AND row_key NOT IN ({_deleted(table)})"
        count = self._count(f"SELECT count(*) FROM ({missing})")
        if not count:
            return
        self.missing[table.name] = count
        if self._count(f"SELECT count(*) FROM ({window}) WHERE row_key IN ({came})"):
            self.db.execute(
                f"INSERT INTO derived.quarantine SELECT ?, ?, row_key, ?, ?, true FROM ({missing})",
                [NOT_AGAIN, table.name, NOT_AGAIN_SAYS, table.info["owner"]],
            )
            note(self.db, NOT_AGAIN, table.name, table.info["owner"], NOT_AGAIN_SAYS, count, kept=True)

    def _note_the_rest(self) -> None:
        """The tables of which nothing came again, after the findings of before have been carried."""
        noted = self.db.execute(
            "SELECT table_name FROM derived.findings WHERE check_name = ?", [NOT_AGAIN]
        ).fetchall()
        for table in UNIFIED_TABLES:
            if table.name in self.missing and (table.name,) not in noted:
                count, owner = self.missing[table.name], table.info["owner"]
                note(self.db, NOT_AGAIN, table.name, owner, NOT_AGAIN_SAYS, count, kept=True)

    def _count(self, query: str) -> int:
        row = self.db.execute(query).fetchone()
        return int(row[0]) if row else 0

    def carry_findings(self, declared: tuple[Declared, ...]) -> None:
        """Keep what was set aside and not delivered again, and what the bank's own checks found that are not run now."""
        check_names = {c.name for c in CHECKS} | {c.title for c in declared} | later_rows.FINDINGS | {DATED}
        own = ", ".join("'" + name.replace("'", "''") + "'" for name in sorted(check_names))
        during = " OR ".join(
            f"starts_with(old.check_name, '{begin}')" for begin in (*DURING_LOAD, REFERS, NOT_AGAIN)
        )
        anew = f"old.check_name IN ({own}) OR starts_with(old.check_name, '{SUSPICIOUS}')"
        for table in UNIFIED_TABLES:
            deleted = f"old.row_key IN ({_deleted(table)})"
            came = f"old.row_key IN (SELECT row_key FROM delivered WHERE table_name = '{table.name}')"
            there = f"old.row_key IN (SELECT {key_of(table)} FROM {table.schema}.{table.name})"
            self.db.execute(
                f"INSERT INTO derived.quarantine SELECT old.* FROM before.derived.quarantine old "
                f"ANTI JOIN derived.quarantine new USING (check_name, table_name, row_key) "
                f"WHERE old.table_name = ? AND CASE WHEN {deleted} THEN false WHEN NOT old.kept THEN NOT {there} "
                f"WHEN {during} THEN {there} AND NOT {came} ELSE NOT ({anew}) END",
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
        self._note_the_rest()


def _deleted(table: Table) -> str:
    """SQL: the keys that this delivery marks as deleted."""
    return f"SELECT row_key FROM derived.quarantine WHERE check_name = '{DELETED}' AND table_name = '{table.name}'"


def check_since(db: duckdb.DuckDBPyConnection, delivered: list[Table], since: date) -> None:
    """Refuse a delivery that has dated rows, and none from `since` on: it is most likely the wrong folder."""
    latest = [contract.latest(db, table) for table in delivered]
    days = [day for day in latest if day]
    if days and max(days) < since:
        raise LoadRefused(
            f"The folder holds nothing dated {since:%d %b %Y} or later; its latest day is {max(days):%d %b %Y}. Give "
            f"the folder of the new days, or an earlier --since. {NOTHING}"
        )
