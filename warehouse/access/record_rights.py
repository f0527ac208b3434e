"""Who sees, opens and decides each kind of record that departments keep together, as data.

A kind without a line here is seen by nobody. `warehouse.access.reader` keeps who sees it, `workflow.collaboration` who
writes.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RecordRights:
    """The roles that read a kind of record, that open one, and that take the steps by which it is decided."""

    see: frozenset[str]
    open: frozenset[str]
    decide: frozenset[str]


_COLLEAGUES = frozenset(
    {"relationship_manager", "team_lead", "service", "sales", "marketing", "analyst", "executive"}
)
"""Everybody who works with figures; an administrator runs the machine and reads none."""
_WITH_IT = _COLLEAGUES | {"administrator"}
_LEADING = frozenset({"team_lead", "service", "sales", "marketing", "analyst", "executive"})

_WITH_CUSTOMERS = frozenset({"relationship_manager", "team_lead", "service"})
"""Who sees customers by name; of a record about a customer each reads those of the customers she sees."""

RECORD_RIGHTS: dict[str, RecordRights] = {
    "discussion": RecordRights(see=_COLLEAGUES, open=_COLLEAGUES, decide=_COLLEAGUES),
    "observation": RecordRights(see=_COLLEAGUES, open=_COLLEAGUES, decide=_LEADING),
    "dispute": RecordRights(see=_COLLEAGUES, open=_LEADING, decide=_LEADING),
    "decision": RecordRights(see=_COLLEAGUES, open=_LEADING, decide=frozenset({"executive", "team_lead"})),
    "data_request": RecordRights(see=_WITH_IT, open=_COLLEAGUES, decide=frozenset({"analyst"})),
    "meeting": RecordRights(see=_WITH_IT, open=_LEADING, decide=_LEADING),
    "initiative": RecordRights(see=_WITH_IT, open=_LEADING, decide=_LEADING),
    "retrospective": RecordRights(see=_WITH_IT, open=_LEADING, decide=_LEADING),
    "feedback": RecordRights(see=_COLLEAGUES, open=_COLLEAGUES, decide=_COLLEAGUES),
    "idea": RecordRights(see=_WITH_IT, open=_WITH_IT, decide=_LEADING),
    "leader_question": RecordRights(see=_WITH_IT, open=_WITH_IT, decide=frozenset({"executive"})),
    "thanks": RecordRights(see=_WITH_IT, open=_WITH_IT, decide=_WITH_IT),
    "charter": RecordRights(see=_WITH_IT, open=_LEADING, decide=_LEADING),
    "negotiation": RecordRights(see=_WITH_IT, open=_LEADING | {"administrator"}, decide=_LEADING),
    "tool": RecordRights(see=_WITH_IT, open=_WITH_IT, decide=frozenset({"executive"})),
    "need": RecordRights(see=_WITH_IT, open=_WITH_IT, decide=_LEADING),
    "strategy": RecordRights(see=_WITH_IT, open=_LEADING, decide=frozenset({"executive", "team_lead"})),
    "event": RecordRights(see=_WITH_IT, open=_WITH_IT, decide=_LEADING),
    "service_case": RecordRights(see=_WITH_CUSTOMERS, open=_WITH_CUSTOMERS, decide=_WITH_CUSTOMERS),
    "customer_note": RecordRights(see=_WITH_CUSTOMERS, open=_WITH_CUSTOMERS, decide=_WITH_CUSTOMERS),
}
"""Kind → its rights. Whoever decides must still be the one whose turn it is; see the steps of the kind."""


def kinds_seen(role: str) -> frozenset[str]:
    """The kinds of records that a role reads."""
    return frozenset(kind for kind, rights in RECORD_RIGHTS.items() if role in rights.see)
