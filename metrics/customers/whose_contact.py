"""Whose a contact is that the bank delivers: one rule for every page and every check that asks.

A campaign's e-mail or event is Marketing's; a call, a branch visit and an e-mail without a campaign are of branches and
RMs, for the bank does not say of which of the two. What people see, click or visit themselves is nobody's contact.
"""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, and_, or_

from warehouse.schema import touches

MARKETING, SERVICE = "Marketing", "Service"
BRANCHES = "Branches and RMs"
RULE = (
    "A campaign's e-mail and an event are Marketing's; calls, branch visits and e-mails without a campaign are of "
    "branches and RMs, and the bank's data do not say which. A first reply to a case is Service's."
)
"""The rule as a page says it."""
_MAILED = and_(touches.c.kind == "email", touches.c.campaign_id.is_not(None))
_WRITTEN = and_(touches.c.kind == "email", touches.c.campaign_id.is_(None))
WHOSE: Mapping[str, ColumnElement[bool]] = {
    MARKETING: or_(_MAILED, touches.c.kind == "event"),
    BRANCHES: or_(_WRITTEN, touches.c.kind.in_(("call", "branch"))),
}
"""Department → which rows of `touches` are its contacts; no row is of two. Conditions rather than a case: a total for who
sees totals only may not be over people whom a case picks."""
