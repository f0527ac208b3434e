"""Analysts rule on whose record it is; the ruling is on record, and every later load follows it."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from warehouse.access.audit import broken_line
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import audit_log, identity_rulings
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.load.loading import load
from warehouse.schema import customers, leads, person_links, touches
from warehouse.stores.connect import Stores
from workflow.records.link_rulings import history, rule

ANALYST = Viewer("ana", "Ana Au", "analyst")


def _a_link(stores: Stores, how: str, source: str) -> tuple[str, str]:
    """A record linked this way, and its customer."""
    links = person_links.c
    rows = Reader(stores, SYSTEM).rows(
        select(links.record_id, links.customer_id)
        .where(links.how == how, links.source == source, links.customer_id.is_not(None))
        .order_by(links.record_id)
    )
    return rows[0].record_id, rows[0].customer_id


def _customer_of(stores: Stores, source: str, record: str):
    links = person_links.c
    rows = Reader(stores, SYSTEM).frame(
        select(links.customer_id).where(links.source == source, links.record_id == record)
    )
    customer_id = rows["customer_id"].iloc[0]
    return customer_id if isinstance(customer_id, str) else None


def _lead(stores: Stores, lead: str):
    customers = Reader(stores, SYSTEM).frame(select(leads.c.customer_id).where(leads.c.lead_id == lead))
    return customers["customer_id"].iloc[0] if customers["customer_id"].notna().all() else None


def test_a_split_survives_the_next_load_and_a_later_join_turns_it_round(own_bank: Stores, bank_folder: Path):
    record, customer = _a_link(own_bank, "email", "CRM")
    assert _lead(own_bank, record) == customer
    rule(own_bank, ANALYST, "split", "CRM", record, customer, "Father and son share the address.")
    for _ in range(2):
        load(own_bank, bank_folder, sample=True)
        assert _customer_of(own_bank, "CRM", record) is None
        assert _lead(own_bank, record) is None
    touched = select(touches.c.touch_id).where(touches.c.lead_id == record, touches.c.customer_id == customer)
    assert Reader(own_bank, SYSTEM).frame(touched).empty
    rule(own_bank, ANALYST, "join", "CRM", record, customer, "They are one after all.")
    load(own_bank, bank_folder, sample=True)
    assert _customer_of(own_bank, "CRM", record) == customer
    assert _lead(own_bank, record) == customer


def test_a_join_survives_the_next_load_and_reaches_the_lead(own_bank: Stores, bank_folder: Path):
    alone = select(person_links.c.record_id).where(
        person_links.c.source == "CRM", person_links.c.how == "none"
    )
    record = Reader(own_bank, SYSTEM).rows(alone.order_by(person_links.c.record_id))[0].record_id
    customer = Reader(own_bank, SYSTEM).rows(select(customers.c.customer_id).limit(1))[0].customer_id
    rule(own_bank, ANALYST, "join", "CRM", record, customer, "The branch knows her.")
    for _ in range(2):
        load(own_bank, bank_folder, sample=True)
        assert _customer_of(own_bank, "CRM", record) == customer
        assert _lead(own_bank, record) == customer


def test_a_ruling_is_on_record_with_who_and_why(own_bank: Stores):
    record, customer = _a_link(own_bank, "email", "Marketing")
    rule(own_bank, ANALYST, "split", "Marketing", record, customer, "  Another person.  ")
    with own_bank.app_db.connect() as app_db:
        line = app_db.execute(select(audit_log).order_by(audit_log.c.line.desc())).first()
        assert broken_line(own_bank) is None
    assert line is not None
    assert (line.who, line.action, line.why) == ("ana", "identity.split", "Another person.")
    assert line.subject == f"Marketing {record} {customer}"
    row = history(Reader(own_bank, ANALYST)).iloc[0]
    assert (row["ruled_by"], row["why"], row["verdict"]) == ("ana", "Another person.", "split")
    assert row["ruled_at"] is not None


@pytest.mark.parametrize("role", [r for r in ROLES if r != "analyst"])
def test_nobody_but_an_analyst_may_rule_and_the_attempt_is_on_record(own_bank: Stores, role: str):
    viewer = Viewer("eve", "Eve", role, rm_id="RM01", team="Central")
    record, customer = _a_link(own_bank, "email", "CRM")
    with pytest.raises(AccessRefused, match="Only analysts"):
        rule(own_bank, viewer, "split", "CRM", record, customer, "I say so.")
    with own_bank.app_db.connect() as app_db:
        assert app_db.execute(select(identity_rulings)).first() is None
        line = app_db.execute(select(audit_log).order_by(audit_log.c.line.desc())).first()
    assert line is not None
    assert (line.who, line.action) == ("eve", "identity.refused")


def test_a_number_that_the_source_keeps_cannot_be_ruled_away(own_bank: Stores):
    record, customer = _a_link(own_bank, "number", "CRM")
    with pytest.raises(ChangeRefused, match="itself keeps the customer number"):
        rule(own_bank, ANALYST, "split", "CRM", record, customer, "Wrong.")
    with pytest.raises(ChangeRefused, match="itself keeps the customer number"):
        rule(own_bank, ANALYST, "join", "CRM", record, "C00000001", "Wrong.")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"verdict": "merge"}, "not a verdict"),
        ({"why": "   "}, "needs a reason"),
        ({"why": "x" * 2001}, "2,001 characters"),
        ({"record_id": "L-999999"}, "has no record"),
        ({"source": "Nowhere"}, "has no record"),
        ({"customer_id": "C99999999"}, "no customer"),
    ],
)
def test_a_ruling_that_does_not_fit_is_refused_with_a_sentence(own_bank: Stores, change, says):
    record, customer = _a_link(own_bank, "email", "CRM")
    ruling = {
        "verdict": "split",
        "source": "CRM",
        "record_id": record,
        "customer_id": customer,
        "why": "Why.",
    }
    with pytest.raises(ChangeRefused, match=says):
        rule(own_bank, ANALYST, **{**ruling, **change})
    with own_bank.app_db.connect() as app_db:
        assert app_db.execute(select(identity_rulings)).first() is None
