"""Days that many rows share though hardly anything can have happened then: kept, and said.

When a date is lost, programs write the first day of their clock, and people the first of January. On New Year's Day a
bank is closed, so many rows of that one day are more likely a missing date than a busy day. Which it is, only the bank
can say, in `words.toml`.
"""

from __future__ import annotations

from datetime import date

import duckdb
from sqlalchemy import Table

from warehouse.cleaning.placeholders import EPOCH, RELATIONS
from warehouse.extracts.bank_words import FILE, BankWords
from warehouse.schema import UNIFIED_TABLES
from warehouse.validation.quality import key_of

SUSPICIOUS = "suspicious day: "
AT_LEAST, TIMES_THE_OTHERS = 5, 10
"""How many rows one New Year's Day must have, and how many times the mean of the other days."""


def find(db: duckdb.DuckDBPyConnection, words: BankWords) -> None:
    """Note the suspicious days of every table in `derived.findings`, and their rows in `derived.quarantine`."""
    for table in UNIFIED_TABLES:
        for name in RELATIONS:
            if name in table.c:
                real = {w for w, meaning in words.of(table.c[name]).items() if meaning == w}
                if days := [d for d in _shared(db, table, name) if str(d) not in real]:
                    _note(db, table, name, days)


def _shared(db: duckdb.DuckDBPyConnection, table: Table, name: str) -> list[date]:
    rows = db.execute(
        f"SELECT {name}, count(*) FROM {table.schema}.{table.name} WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    counts: dict[date, int] = dict(rows)
    suspicious = []
    for day, count in counts.items():
        others = (sum(counts.values()) - count) / max(len(counts) - 1, 1)
        new_year = (day.month, day.day) == (1, 1) and count >= AT_LEAST and count >= TIMES_THE_OTHERS * others
        if day in EPOCH or (new_year and others):
            suspicious.append(day)
    return suspicious


def _note(db: duckdb.DuckDBPyConnection, table: Table, name: str, days: list[date]) -> None:
    named = ", ".join(f"{d.day} {d:%b} {d.year}" for d in days[:4])
    says = (
        f"In {name}, these rows share {named}, which often stands for a date that was lost. They are read as they are; "
        f"{FILE} can say that the day is a placeholder, or that it is real."
    )
    check, owner = f"{SUSPICIOUS}{name}", table.info["owner"]
    condition = f"{name} IN ({', '.join(repr(str(d)) for d in days)})"
    rows = f"{table.schema}.{table.name}"
    db.execute(
        f"INSERT INTO derived.findings SELECT ?, ?, ?, ?, count(*), true FROM {rows} WHERE {condition}",
        [check, table.name, owner, says],
    )
    db.execute(
        f"INSERT INTO derived.quarantine SELECT ?, ?, {key_of(table)}, ?, ?, true FROM {rows} WHERE {condition}",
        [check, table.name, says, owner],
    )
