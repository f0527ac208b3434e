"""Rules that raise no alert because nobody can check them: what they look at was not given, or there is no model."""

from __future__ import annotations

from sqlalchemy import select

from metrics.query.missing_reasons import Missing, not_given
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts
from workflow.records.run_notes import CHURN_MODEL
from workflow.rules.rule_definitions import lacking, needed_by
from workflow.rules.rule_versions import rules_in_force


def not_checked(reader: Reader) -> tuple[list[str], int]:
    """A sentence for each rule in force that the last nightly run could not check, and how many it could."""
    # Which rules there are, and what the bank gave, is about no customer.
    of_the_bank = Reader(reader.stores, SYSTEM, reader.snapshot)
    no_model = data_coverage.why_not_there(of_the_bank, CHURN_MODEL)
    sentences, checked = [], 0
    for rule in rules_in_force(of_the_bank):
        why = lacking(rule, data_coverage.of(reader)) or (no_model if rule.needs_model else "")
        if why:
            sentences.append(f"“{rule.title}” is not checked. {why}")
        else:
            checked += 1
    return sentences, checked


def why_no_alert(reader: Reader) -> Missing | None:
    """Why nobody is flagged, where nobody could be: no rule can be checked, and none ever raised an alert.

    None where an alert was raised once, or a rule can be checked: then no open alert is a finding.
    """
    of_the_bank = Reader(reader.stores, SYSTEM, reader.snapshot)
    if list(of_the_bank.rows(select(alerts.c.alert_id).limit(1))):
        return None
    sentences, checked = not_checked(reader)
    if checked or not sentences:
        return None
    needed = (need for rule in rules_in_force(of_the_bank) for need in needed_by(rule))
    missing = not_given(needed, data_coverage.of(reader))
    why = (
        missing.clause.removeprefix("not known: ")
        if missing
        else data_coverage.why_not_there(of_the_bank, CHURN_MODEL)
    )
    return Missing("not given", f"Not known, as no rule could be checked: {why.rstrip('.')}.")
