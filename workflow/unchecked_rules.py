"""Rules that raise no alert because nobody can check them: what they look at was not given, or there is no model."""

from __future__ import annotations

from warehouse import coverage
from warehouse.access import SYSTEM, Reader
from workflow.rule_versions import rules_in_force
from workflow.rules import lacking
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
