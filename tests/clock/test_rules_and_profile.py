"""What a bank did not give is not known to a customer's profile, and no rule is checked by it."""

from __future__ import annotations

from sqlalchemy import select

from metrics.customers.profile import needs_of, profile
from tests.clock.daily_extracts import JUNE
from tests.morning import stores_in
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.schema import customer_profiles
from workflow import nightly
from workflow.rules.rule_definitions import lacking
from workflow.rules.rule_drafts import rules

CUSTOMERS = "customer_id,joined_on\nC1,2024-01-05\nC2,2024-01-06\n"
TICKETS = "ticket_id,customer_id,opened_at\nT1,C1,2026-06-02 09:00\n"


def test_without_the_column_that_says_so_nobody_is_without_complaints(bank):
    reader = bank({"customers.csv": CUSTOMERS, "tickets.csv": TICKETS}, JUNE)
    profiles = reader.frame(profile(JUNE, data_coverage.available_columns(reader))).set_index("customer_id")
    assert profiles["open_complaints_90d"].isna().all()
    assert profiles["complaints_365d"].isna().all()
    assert profiles["tickets_90d"].tolist() == [1, 0]


def test_a_profile_number_names_the_tables_and_columns_it_needs():
    assert set(needs_of("open_complaints_90d")) == {
        "tickets",
        "tickets.complaint",
        "tickets.opened_at",
        "tickets.resolved_at",
    }
    assert "balances.balance" in needs_of("balance_change_90d")
    assert needs_of("tenure_days") == ()
    known_to_all = {"customer_id", "as_of", "segment", "rm_id", "tenure_days"}
    assert all(needs_of(c.key) for c in customer_profiles.c if c.key not in known_to_all)


def test_a_rule_whose_columns_were_not_given_is_not_checked_and_closes_nothing(bank):
    reader = bank({"customers.csv": CUSTOMERS, "tickets.csv": TICKETS}, JUNE)
    complaint = next(r for r in rules(reader.stores.settings) if r.code == "complaint_and_dormant_savings")
    sentence = lacking(complaint, data_coverage.of(reader))
    assert "`tickets.complaint`" in sentence
    assert "`balances`" in sentence
    report = nightly.run(reader.stores)
    assert complaint.code not in report.alerts
    assert any("was not checked. Not known" in message for message in report.messages)


def test_a_rule_that_has_all_it_looks_at_is_checked(after_a_night):
    stores = stores_in(after_a_night)
    reader = Reader(stores, SYSTEM)
    assert all(lacking(rule, data_coverage.of(reader)) == "" for rule in rules(stores.settings))
    assert len(reader.frame(select(customer_profiles.c.open_complaints_90d).limit(1)).dropna()) == 1
    stores.app_db.dispose()
