"""Canaries: in every personal column, every amount of a person and every text about one stands a sign of its own.

Wherever one of them sings, it says whose row and which column it is; the access rules, as data, say who may read that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import duckdb
import pandas as pd
from sqlalchemy import Column, Integer, Table, insert, select

from metrics.definitions.scope import Period, Scope
from tests.pages.staff import EVERYBODY, somebody
from warehouse import schema
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.access.roles import RULES, Access
from warehouse.app_db import app_schema
from warehouse.stores.connect import Stores
from warehouse.stores.snapshot_files import POINTER, snapshot_file
from workflow.alerts.alert_steps import add_note
from workflow.collaboration import customer_tasks, interactions, record_store
from workflow.collaboration.pinned_figures import pin_figure
from workflow.collaboration.record_kind import DEPARTMENTS, RecordField, department_of
from workflow.collaboration.record_kinds import KINDS

PREFIX = "zq"
"""What all canaries in texts begin with, to search for them without writing one."""
_IN_TEXT = re.compile(rf"{PREFIX}(\d+)o(\w*?)n\d+q", re.IGNORECASE)
_CUSTOMER = re.compile(r"\bC\d{8}\b")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_HKD = re.compile(r"HKD\s([\d,]+)")
OWN_RM, OTHER_RM = "RM01", "RM07"
_QUARTER = Scope(Period(date(2026, 4, 1), date(2026, 6, 30)))


@dataclass(frozen=True)
class Planted:
    """What a canary stands for: a table's column, or a kind of record, and the RM whose customer the row is about."""

    table: str
    column: str
    personal: bool
    rm_id: str = ""

    def may_be_read_by(self, viewer: Viewer, teams: Mapping[str, str]) -> bool:
        """What the rules say, and nothing of how they are kept."""
        hers = bool(self.rm_id) and (self.rm_id == viewer.rm_id or teams.get(self.rm_id) == viewer.team)
        if self.table in RECORD_RIGHTS:
            about_customer = KINDS[self.table].about_customer
            sees = viewer.role in RECORD_RIGHTS[self.table].see
            return sees and (not about_customer or viewer.role == "service" or hers)
        access = RULES[viewer.role].get(self.table)
        if access is Access.OWN_ROWS:
            return hers
        return access is Access.ALL_ROWS or (access is Access.MASKED and not self.personal)


@dataclass
class Canaries:
    """A bank in which they stand, and what each of them stands for."""

    stores: Stores
    columns: list[tuple[str, str]] = field(default_factory=list)
    amounts: dict[float, Planted] = field(default_factory=dict)
    customers: dict[str, str] = field(default_factory=dict)
    teams: dict[str, str] = field(default_factory=dict)
    records: dict[str, int] = field(default_factory=dict)
    """Kind → the number of a record of it."""

    def text(self, table: str, column: str, rm_id: str = "", number: int = 1) -> str:
        """A canary for one place."""
        if (table, column) not in self.columns:
            self.columns.append((table, column))
        return f"{PREFIX}{self.columns.index((table, column))}o{rm_id}n{number}q"

    def leaks(
        self, viewer: Viewer, text: str, numbers: Iterable[float] = (), *, whole: bool = False
    ) -> list[str]:
        """What of a surface the viewer may not read, in words. `whole` looks at every number of the text, too."""
        leaking = {p for p in self.in_text(text) if not p.may_be_read_by(viewer, self.teams)}
        written = [float(n.replace(",", "")) for n in (_NUMBER if whole else _HKD).findall(text)]
        for number in (*numbers, *written):
            planted = self.amounts.get(number)
            if planted is not None and not planted.may_be_read_by(viewer, self.teams):
                leaking.add(planted)
        sayings = [f"{p.table}.{p.column} of {p.rm_id or 'nobody'}" for p in leaking]
        return sorted({*sayings, *self._customers_not_hers(viewer, text)})

    def in_text(self, text: str) -> Iterator[Planted]:
        """What the canaries of a text stand for."""
        for number, rm_id in _IN_TEXT.findall(text):
            yield Planted(*self.columns[int(number)], personal=True, rm_id=rm_id.upper())

    def _customers_not_hers(self, viewer: Viewer, text: str) -> Iterator[str]:
        access = RULES[viewer.role].get("customers")
        if access in (Access.ALL_ROWS, Access.MASKED):
            return
        for customer_id in set(_CUSTOMER.findall(text)):
            row = Planted(
                "customers", "customer_id", personal=False, rm_id=self.customers.get(customer_id, "")
            )
            if not row.may_be_read_by(viewer, self.teams):
                yield f"customer {customer_id} of {row.rm_id or 'nobody'}"

    def foreign(self, viewer: Viewer) -> list[str]:
        """The numbers of customers whose rows the viewer may not read one by one."""
        rows = {
            c: Planted("customers", "customer_id", personal=False, rm_id=rm)
            for c, rm in self.customers.items()
        }
        return sorted(c for c, row in rows.items() if not row.may_be_read_by(viewer, self.teams))


def plant(stores: Stores) -> Canaries:
    """Put them into the bank that `stores` serve, as a snapshot of its own, and into what people write."""
    canaries = Canaries(stores)
    before = stores.snapshot()
    file = snapshot_file(stores.settings, before)
    # Answers are kept under a snapshot's id, so this one has its own; its last part is that of the contract.
    canary = "-".join(["canary", *before.split("-")[-1:]])
    file.rename(snapshot_file(stores.settings, canary))
    with duckdb.connect(str(snapshot_file(stores.settings, canary))) as bank:
        canaries.customers = dict(
            bank.sql("SELECT customer_id, coalesce(rm_id, '') FROM unified.customers").fetchall()
        )
        canaries.teams = dict(bank.sql("SELECT rm_id, team FROM unified.relationship_managers").fetchall())
        for table in schema.BANK.sorted_tables:
            _plant_in(bank, table, canaries)
    (stores.settings.data_dir / POINTER).write_text(canary, encoding="utf-8")
    _write_about_customers(canaries)
    _open_records(canaries)
    return canaries


def is_money(column: Column[Any]) -> bool:
    """Whether a column holds an amount."""
    return column.type is schema.Money


def _plant_in(bank: duckdb.DuckDBPyConnection, table: Table, canaries: Canaries) -> None:
    personal = [c for c in table.c if c.info["personal"]]
    amounts = [c for c in table.c if is_money(c) and table.info["person"]]
    if personal and not bank.sql(f"SELECT count(*) FROM {table.fullname}").fetchall()[0][0]:
        keys = [c.name for c in table.c if not c.nullable]
        bank.sql(f"INSERT INTO {table.fullname} ({', '.join(keys)}) VALUES ({', '.join(['1'] * len(keys))})")
    owner = "''"
    if "customer_id" in table.c:
        owner = f"coalesce((SELECT rm_id FROM unified.customers c WHERE c.customer_id = {table.name}.customer_id), '')"
    for column in personal:
        if not isinstance(column.type, Integer):
            number = canaries.text(table.name, column.name).split("o")[0]
            bank.sql(
                f"UPDATE {table.fullname} SET {column.name} = '{number}o' || {owner} || 'n' || rowid || 'q'"
            )
    for column in (*amounts, *(c for c in personal if isinstance(c.type, Integer))):
        _plant_amounts(bank, table, column, owner, canaries)


def _plant_amounts(
    bank: duckdb.DuckDBPyConnection, table: Table, column: Column[Any], owner: str, canaries: Canaries
) -> None:
    """Amounts that occur once, in some rows of each of two RMs and of nobody: the latest, which pages show."""
    latest = table.info["happened_on"] or "rowid"
    rows = bank.sql(
        f"SELECT rowid AS place, owner FROM (SELECT rowid, {owner} AS owner, {latest} AS latest FROM {table.fullname}) "
        f"WHERE owner IN ('{OWN_RM}', '{OTHER_RM}', '') "
        "QUALIFY row_number() OVER (PARTITION BY owner ORDER BY latest DESC, rowid) <= 15"
    ).fetchall()
    values = []
    for place, rm_id in rows:
        amount = 1_204_657 + 997 * 7 * len(canaries.amounts) + (0.37 if is_money(column) else 0)
        planted = Planted(table.name, column.name, personal=not is_money(column), rm_id=rm_id)
        values.append((place, amount))
        # As it is kept, and as the house rounds it.
        canaries.amounts |= {amount: planted, float(round(amount)): planted}
    if values:
        chosen = pd.DataFrame(values, columns=["place", "amount"])
        bank.register("chosen", chosen)
        bank.sql(
            f"UPDATE {table.fullname} t SET {column.name} = chosen.amount FROM chosen WHERE t.rowid = chosen.place"
        )


def _write_about_customers(canaries: Canaries) -> None:
    """What colleagues wrote: contacts, tasks, notes on alerts, reviews of leads, steps on complaints; their addresses."""
    stores = canaries.stores
    today, at = stores.now().date(), stores.now()
    for n, rm_id in enumerate((OWN_RM, OTHER_RM)):
        rm = somebody("relationship_manager", rm_id=rm_id)
        hers = [c for c, whose in canaries.customers.items() if whose == rm_id]
        interactions.log(stores, rm, hers[0], "note", today, "", canaries.text("interactions", "note", rm_id))
        customer_tasks.make(stores, rm, hers[0], canaries.text("customer_tasks", "title", rm_id), today)
        alerts = Reader(stores, rm).frame(select(app_schema.alerts).where(app_schema.alerts.c.rm_id == rm_id))
        for alert_id in alerts["alert_id"].head(1):
            add_note(stores, rm, alert_id, canaries.text("alert_steps", "note", rm_id))
        with stores.app_db.begin() as app_db:
            bank = Reader(stores, SYSTEM)
            lead, ticket = (
                str(bank.frame(select(key).order_by(key.desc()).limit(2)).iloc[n, 0])
                for key in (schema.leads.c.lead_id, schema.tickets.c.ticket_id)
            )
            note = canaries.text("lead_reviews", "note", "")
            review = {"lead_id": lead, "version": 1, "verdict": "rejected", "reason": "other", "note": note}
            app_db.execute(
                insert(app_schema.lead_reviews).values(
                    **review, to_nurture=False, reviewed_by="x", reviewed_at=at
                )
            )
            step = {
                "ticket_id": ticket,
                "version": 1,
                "step": "note",
                "owner": "service-1",
                "taken_by": "service-1",
            }
            note = canaries.text("complaint_steps", "note", "")
            app_db.execute(insert(app_schema.complaint_steps).values(**step, note=note, taken_at=at))
    with stores.app_db.begin() as app_db:
        for n, viewer in enumerate(EVERYBODY):
            row: dict[str, Any] = {
                "username": viewer.username,
                "full_name": viewer.full_name,
                "role": viewer.role,
            }
            row |= {"rm_id": viewer.rm_id, "team": viewer.team, "password_hash": ""}
            row["email"] = canaries.text("users", "email", "", n)
            app_db.execute(insert(app_schema.users).values(**row, created_at=at, must_change_password=False))


def _open_records(canaries: Canaries) -> None:
    """A record of each kind with a comment; those about customers are of another RM's customer."""
    stores = canaries.stores
    hers = next(c for c, whose in canaries.customers.items() if whose == OTHER_RM)
    pin = pin_figure(stores, somebody("sales"), "leads", _QUARTER)
    for name, kind in KINDS.items():
        about = kind.about_customer
        role = "relationship_manager" if about else sorted(RECORD_RIGHTS[name].open)[0]
        viewer = somebody(role, rm_id=OTHER_RM if about else OWN_RM)
        text = canaries.text(name, "title", OTHER_RM if about else "")
        values = sound(kind.title, *kind.fields, but=department_of(viewer)) | {"title": text}
        customer, pinned = hers if about else None, pin if kind.needs_pin else None
        number = record_store.open_record(stores, viewer, name, values, pin_id=pinned, customer_id=customer)
        record_store.comment(
            stores, viewer, number, canaries.text(name, "comment", OTHER_RM if about else "")
        )
        canaries.records[name] = number


def sound(*fields: RecordField, but: str = "") -> dict[str, object]:
    """Something that fits each field of a record."""
    by_kind: dict[str, object] = {
        "line": "Q2 2026",
        "paragraph": "Some words",
        "lines": "Sales: one\nService: two",
        "day": date(2027, 1, 4),
        "number": 12.0,
        "departments": list(DEPARTMENTS),
    }
    return {
        f.name: next(c for c in f.choices if c != but) if f.kind == "choice" else by_kind[f.kind]
        for f in fields
    }
