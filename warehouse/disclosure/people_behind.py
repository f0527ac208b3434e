"""The people behind a figure: the columns that count them, and the keys by which a statement may."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement

PEOPLE = "__people"
"""Suffix of the column that counts the people behind a figure."""
BESIDES = "__besides"
"""`<figure>__besides…__people` counts those whom the figure leaves out of a whole that is shown beside it."""

PERSONS = frozenset({"customer_id", "lead_id", "answer_id"})
"""The keys that stand for one person."""
STAFF, ABOUT_STAFF = frozenset({"username"}), frozenset({"users", "sessions"})
"""The key of a colleague, and the tables about colleagues alone: only there does she count as one of the people."""

IDENTIFYING = PERSONS | {
    *("account_id", "transaction_id", "touch_id", "ticket_id", "survey_id"),
    *("alert_id", "step_id", "offer_id", "acquired_by_lead_id", "same_as_lead_id"),
    *("record_id", "person_id", "username", "token_hash"),
}
"""The keys that lead to one person: nothing may be grouped by them."""


def counted(
    name: str, total: ColumnElement[Any], people: ColumnElement[Any] | None = None
) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """The columns of a total and of the people behind it, who are the total itself unless given."""
    return total.label(name), (total if people is None else people).label(f"{name}{PEOPLE}")
