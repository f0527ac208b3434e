"""What is dated after the as-of day counts nowhere: it is set aside at load, told as a finding, and kept for its day.

A row whose own day lies ahead leaves its table; of any other row the moment that lies ahead is empty, with what it says
about that moment. So nothing above has to look at a date to know whether it has happened yet.

The same table keeps, as delivered, the leads whose columns the history of stages dates otherwise
(`warehouse.cleaning.lead_history`): a later load that adds to them begins with what their source said.
"""

from __future__ import annotations

from datetime import date

import duckdb
from sqlalchemy import Column, Table

from warehouse.schema import UNIFIED_TABLES, event_columns
from warehouse.validation import contract
from warehouse.validation.checks import event_in_words
from warehouse.validation.quality import key_of, note

_TOLD_WITH = {
    "leads.rejected_at": {"rejected_reason": "NULL"},
    "leads.lost_at": {"lost_reason": "NULL"},
    "leads.won_at": {"won_value": "NULL"},
    # A case is taken back on the day it is settled.
    "tickets.resolved_at": {"withdrawn": "CASE WHEN withdrawn THEN NULL ELSE withdrawn END"},
    "surveys.answered_at": {"score": "NULL", "comment": "NULL"},
    # A consent that begins later is none yet; one withdrawn is kept: nobody is written to against a known wish.
    "customers.consent_changed_on": {
        "marketing_consent": "CASE WHEN marketing_consent THEN NULL ELSE false END"
    },
}
"""Column → what else of the row says something about that moment, and its value until then."""


def finding_of(column: str) -> str:
    """The name of the check under which days ahead in a column are counted."""
    return f"{event_in_words(column)} after the as-of day"


FINDINGS = frozenset(finding_of(c.key) for t in UNIFIED_TABLES for c in event_columns(t))
"""Every name `finding_of` gives."""


def set_aside(db: duckdb.DuckDBPyConnection, day: date) -> None:
    """Take what is dated after `day` out of the unified tables, into `derived.later_rows`, and note how much it is."""
    for table in contract.with_rows(db):
        ahead = _ahead(db, table, day)
        if not ahead:
            continue
        rows = f"{table.schema}.{table.name}"
        either = " OR ".join(ahead.values())
        keep(db, table, either)
        for name, condition in ahead.items():
            leaves = name == table.info["happened_on"]
            says = f"“{event_in_words(name)}” is after the as-of day; the row counts from that day on."
            check = finding_of(name)
            count = db.execute(f"SELECT count(*) FROM {rows} WHERE {condition}").fetchone()
            note(db, check, table.name, table.info["owner"], says, count[0] if count else 0, kept=not leaves)
            db.execute(
                f"INSERT INTO derived.quarantine SELECT ?, ?, {key_of(table)}, ?, ?, ? FROM {rows} WHERE {condition}",
                [check, table.name, says, table.info["owner"], not leaves],
            )
            if leaves:
                db.execute(f"DELETE FROM {rows} WHERE {condition}")
        for name, condition in ahead.items():
            if name != table.info["happened_on"]:
                values = {name: "NULL"} | _TOLD_WITH.get(f"{table.name}.{name}", {})
                changes = ", ".join(f'"{column}" = {value}' for column, value in values.items())
                db.execute(f"UPDATE {rows} SET {changes} WHERE {condition}")


def keep(db: duckdb.DuckDBPyConnection, table: Table, condition: str) -> None:
    """Keep the rows of which an SQL `condition` holds as they are now, unless they are kept already."""
    db.execute(
        f"INSERT INTO derived.later_rows SELECT ?, {key_of(table)}, CAST({_as_json(table)} AS VARCHAR) "
        f"FROM {table.schema}.{table.name} WHERE ({condition}) AND {key_of(table)} NOT IN "
        "(SELECT row_key FROM derived.later_rows WHERE table_name = ?)",
        [table.name, table.name],
    )


def as_delivered(table: Table, database: str) -> str:
    """SQL: the rows of `table` in an attached `database` as they were delivered, with what its load had set aside."""
    names = ", ".join(f'"{c.key}"' for c in table.c)
    later = f"SELECT row_key FROM {database}.derived.later_rows WHERE table_name = '{table.name}'"
    values = ", ".join(
        f"""CAST(json_extract_string(content, '$."{c.key}"') AS {contract.type_of(c)}) AS "{c.key}\""""
        for c in table.c
    )
    return (
        f"SELECT {names} FROM {database}.{table.schema}.{table.name} WHERE {key_of(table)} NOT IN ({later}) "
        f"UNION ALL SELECT {values} FROM {database}.derived.later_rows WHERE table_name = '{table.name}'"
    )


def _ahead(db: duckdb.DuckDBPyConnection, table: Table, day: date) -> dict[str, str]:
    """Dated column → SQL condition, for those that hold a later day: the row's own day first."""
    columns = event_columns(table)
    if not columns:
        return {}
    # The engine knows the extremes of a column almost for nothing.
    latest = db.execute(
        f"SELECT {', '.join(f'max({_day(c)}) > ?' for c in columns)} FROM {table.schema}.{table.name}",
        [day] * len(columns),
    ).fetchall()[0]
    return {c.key: f"{_day(c)} > DATE '{day}'" for c, later in zip(columns, latest, strict=True) if later}


def _day(column: Column) -> str:
    return f'CAST("{column.key}" AS DATE)'


def _as_json(table: Table) -> str:
    """Every value as its text, so that none is rounded on the way."""
    return (
        "to_json(struct_pack(" + ", ".join(f'"{c.key}" := CAST("{c.key}" AS VARCHAR)' for c in table.c) + "))"
    )
