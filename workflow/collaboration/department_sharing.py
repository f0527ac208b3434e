"""How much of each department's data the other departments read, by the row rules in force."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from warehouse.access.roles import RULES, Access
from warehouse.schema import UNIFIED_TABLES
from workflow.collaboration.record_kind import DEPARTMENT_OF, DEPARTMENTS, IT

READERS = tuple(d for d in DEPARTMENTS if d != IT)
"""The departments that could read data of customers. IT loads all of it, and reads none."""


@dataclass(frozen=True, kw_only=True)
class Sharing:
    """Of the tables that a department gave: how many pairs of a table and another department there are, and read what."""

    owner: str
    tables: tuple[str, ...]
    pairs: int
    by_row: int
    """Pairs of which the other department sees rows: all of them, its own, or without names."""
    as_totals: int
    closed: tuple[tuple[str, str], ...]
    """(table, department) that reads nothing of it."""

    @property
    def share(self) -> float:
        """The share of pairs that are open in some way."""
        return (self.by_row + self.as_totals) / self.pairs


def sharing(given: Collection[str]) -> list[Sharing]:
    """One line for each department that gave a table, the least open first."""
    owners = dict.fromkeys(t.info["owner"] for t in UNIFIED_TABLES if t.name in given)
    lines = [
        _of(owner, [t.name for t in UNIFIED_TABLES if t.name in given and t.info["owner"] == owner])
        for owner in owners
    ]
    return sorted(lines, key=lambda s: (s.share, s.owner))


def _of(owner: str, tables: list[str]) -> Sharing:
    pairs = [(table, d) for table in tables for d in READERS if d != owner]
    reads = {pair: _reads(*pair) for pair in pairs}
    return Sharing(
        owner=owner,
        tables=tuple(tables),
        pairs=len(pairs),
        by_row=sum(bool(see - {Access.AGGREGATES_ONLY}) for see in reads.values()),
        as_totals=sum(see == {Access.AGGREGATES_ONLY} for see in reads.values()),
        closed=tuple(pair for pair, see in reads.items() if not see),
    )


def _reads(table: str, department: str) -> set[Access]:
    """How the roles of a department see a table."""
    roles = [role for role, of in DEPARTMENT_OF.items() if of == department]
    return {RULES[role][table] for role in roles if table in RULES.get(role, {})}
