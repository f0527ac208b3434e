"""Somebody who was erased stays out of every later load: what a delivery brings of the person is left out and counted.

The application database knows the person by keyed hashes alone; the key lies beside it in the data folder. A row is the
person's by the numbers it carries. Where it carries no customer number, e-mail address or phone tell, unless a lead
came after the erasure: whoever comes back of her own accord is somebody new.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass

import duckdb
from sqlalchemy import Engine, Table, select

from warehouse.app_db.app_schema import erased_keys, erasures
from warehouse.identity.match_keys import NORMAL_EMAIL, NORMAL_PHONE
from warehouse.validation import contract
from warehouse.validation.quality import key_of, note

CUSTOMER, LEAD, TICKET, RECORD, EMAIL, PHONE = "customer", "lead", "ticket", "record", "email", "phone"
LEFT_OUT = "belongs to a person who was erased"
_SAYS = (
    "The person was erased at the person's own wish or because the time was over; nothing of it was taken in."
)
_BETWEEN = "\x1f"
"""Between a source and the number of its record; no text of a file holds it."""
_OWN = {CUSTOMER: "customer_id", LEAD: "lead_id", TICKET: "ticket_id"}
"""Kind of key → the column in which rows of any table carry it."""


@dataclass(frozen=True)
class Register:
    """The hashes of those who were erased, by kind, with the day of the erasure, and the key they were made with."""

    rows: tuple[tuple[str, str, str], ...]
    """kind, hash, ISO day."""
    secret: str


def register(app_db: Engine, audit_key: bytes) -> Register:
    """Who was erased, for a load to leave out."""
    t, e = erased_keys, erasures
    query = select(t.c.kind, t.c.key_hash, e.c.erased_at).join(e, e.c.erasure_id == t.c.erasure_id)
    with app_db.connect() as connection:
        rows = connection.execution_options(reading=True).execute(query).all()
    return Register(tuple((r.kind, r.key_hash, f"{r.erased_at:%Y-%m-%d}") for r in rows), _secret(audit_key))


def hashed(audit_key: bytes, kind: str, value: str) -> str:
    """The keyed hash of what a source calls somebody; `kind` keeps two numbers of one look apart."""
    secret = _secret(audit_key)
    inner = hashlib.sha256(f"{secret}{kind}:{value}".encode()).hexdigest()
    return hashlib.sha256(f"{secret}{inner}".encode()).hexdigest()


def record_key(source: str, record_id: str) -> str:
    """A record of `identities` as one text."""
    return f"{source}{_BETWEEN}{record_id}"


def normal(email: str | None, phone: str | None) -> tuple[str | None, str | None]:
    """E-mail address and phone as a load compares them; None for what is no key."""
    with duckdb.connect() as db:
        row = db.execute(
            f"SELECT {NORMAL_EMAIL.format('email')}, {_phone()} FROM (SELECT ? AS email, ? AS phone)",
            [email, phone],
        ).fetchone()
    return (row[0], row[1]) if row else (None, None)


def leave_out(db: duckdb.DuckDBPyConnection, erased: Register) -> bool:
    """Take every row of an erased person out of the unified tables, and note how many; whether there was any."""
    if not erased.rows:
        return False
    db.execute("CREATE TEMP TABLE erased (kind VARCHAR, key_hash VARCHAR, day VARCHAR)")
    db.executemany("INSERT INTO erased VALUES (?, ?, ?)", erased.rows)
    filled = contract.with_rows(db)
    gone: dict[str, str] = {}
    removed = False
    for kind, column in _OWN.items():
        holders = [t for t in filled if column in t.c]
        _gather(db, erased.secret, kind, column, holders)
        gone[column] = f"gone_{kind}"
    by_name = {t.name: t for t in filled}
    if "leads" in by_name:
        _gather_leads(db, erased.secret)
    for table in filled:
        conditions = [f'"{c}" IN (SELECT id FROM {there})' for c, there in gone.items() if c in table.c]
        if table.name == "identities":
            conditions.append(_records(db, erased.secret))
        if conditions:
            removed |= _delete(db, table, " OR ".join(f"coalesce({c}, false)" for c in conditions))
    if "customers" in by_name:
        db.execute(
            "UPDATE unified.customers SET acquired_by_lead_id = NULL "
            f"WHERE acquired_by_lead_id IN (SELECT id FROM {gone['lead_id']})"
        )
    return removed


def _gather(
    db: duckdb.DuckDBPyConnection, secret: str, kind: str, column: str, holders: Iterable[Table]
) -> None:
    """The delivered numbers of a kind that are erased people's, as a table."""
    each = [f'SELECT DISTINCT "{column}" AS id FROM {t.schema}.{t.name}' for t in holders]
    every = " UNION ".join(each) or "SELECT NULL AS id"
    db.execute(
        f"CREATE TEMP TABLE gone_{kind} AS SELECT id FROM ({every}) WHERE {_is_in(kind, 'id')}",
        [secret, secret],
    )


def _gather_leads(db: duckdb.DuckDBPyConnection, secret: str) -> None:
    """Further leads of the same people: by their customer number, or by e-mail or phone where they carry none."""
    came_before = "coalesce(CAST(created_at AS DATE) <= CAST({day} AS DATE), true)"
    alike = " OR ".join(
        f"EXISTS (SELECT 1 FROM erased e WHERE e.kind = '{kind}' AND e.key_hash = {_hash(kind, written)} "
        f"AND {came_before.format(day='e.day')})"
        for kind, written in ((EMAIL, NORMAL_EMAIL.format("email")), (PHONE, _phone()))
    )
    db.execute(
        "INSERT INTO gone_lead SELECT lead_id FROM unified.leads WHERE lead_id NOT IN (SELECT id FROM gone_lead) AND "
        f"(customer_id IN (SELECT id FROM gone_customer) OR customer_id IS NULL AND ({alike}))",
        [secret] * 4,
    )
    db.execute(
        "INSERT INTO gone_ticket SELECT ticket_id FROM unified.tickets "
        "WHERE customer_id IN (SELECT id FROM gone_customer) AND ticket_id NOT IN (SELECT id FROM gone_ticket)"
    )


def _records(db: duckdb.DuckDBPyConnection, secret: str) -> str:
    """SQL: the records of erased people. One without a customer number that stands behind no row that stays."""
    own = f"source || '{_BETWEEN}' || record_id"
    db.execute(
        "CREATE TEMP TABLE gone_record AS SELECT source, record_id FROM unified.identities WHERE "
        f"{_is_in(RECORD, own)} OR customer_id IS NULL AND ({_is_in(EMAIL, NORMAL_EMAIL.format('email'))} OR "
        f"{_is_in(PHONE, _phone())}) AND (lead_id IS NULL OR lead_id IN (SELECT id FROM gone_lead)) "
        "AND (ticket_id IS NULL OR ticket_id IN (SELECT id FROM gone_ticket))",
        [secret] * 6,
    )
    return "(source, record_id) IN (SELECT source, record_id FROM gone_record)"


def _delete(db: duckdb.DuckDBPyConnection, table: Table, condition: str) -> bool:
    rows = f"{table.schema}.{table.name}"
    count = db.execute(f"SELECT count(*) FROM {rows} WHERE {condition}").fetchone()
    if not count or not count[0]:
        return False
    db.execute(
        f"DELETE FROM derived.quarantine WHERE table_name = '{table.name}' AND row_key IN "
        f"(SELECT {key_of(table)} FROM {rows} WHERE {condition})"
    )
    db.execute(f"DELETE FROM {rows} WHERE {condition}")
    note(db, LEFT_OUT, table.name, table.info["owner"], _SAYS, count[0], kept=False)
    return True


def _is_in(kind: str, expression: str) -> str:
    return f"{_hash(kind, expression)} IN (SELECT key_hash FROM erased WHERE kind = '{kind}')"


def _hash(kind: str, expression: str) -> str:
    """SQL of `hashed`, with the secret as two parameters."""
    return f"sha256(? || sha256(? || '{kind}:' || {expression}))"


def _phone() -> str:
    return NORMAL_PHONE.replace("{0}", "phone")


def _secret(audit_key: bytes) -> str:
    return hmac.digest(audit_key, b"erased people", hashlib.sha256).hex()
