"""Rules that raise no alert because nobody can check them: what they look at was not given, or there is no model."""

from __future__ import annotations

from sqlalchemy import select

from metrics.missing import Missing, not_given
from warehouse import coverage
from warehouse.access import SYSTEM, Reader
from warehouse.desk import alerts
from workflow.rule_versions import rules_in_force
from workflow.rules import lacking, needed_by
from workflow.run_notes import CHURN_MODEL


def not_checked(reader: Reader) -> tuple[list[str], int]:
    """A sentence for each rule in force that the last nightly run could not check, and how many it could."""
    # Which rules there are, and what the bank gave, is about no customer.
    of_the_bank = Reader(reader.stores, SYSTEM, reader.snapshot)
    no_model = coverage.why_not_there(of_the_bank, CHURN_MODEL)
    sentences, checked = [], 0
    for rule in rules_in_force(of_the_bank):
        why = lacking(rule, coverage.of(reader)) or (no_model if rule.needs_model else "")
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
    missing = not_given(needed, coverage.of(reader))
    why = (
        missing.clause.removeprefix("not known: ")
        if missing
        else coverage.why_not_there(of_the_bank, CHURN_MODEL)
    )
    return Missing("not given", f"Not known, as no rule could be checked: {why.rstrip('.')}.")
