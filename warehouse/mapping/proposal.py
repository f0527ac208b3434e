"""A proposal for one unified table: the SELECTs of its mapping, and for each column an expression or none."""

from __future__ import annotations

from dataclasses import dataclass, field

from warehouse.mapping.source_sql import ProposedColumn
from warehouse.schema import BANK, UNIFIED


@dataclass(kw_only=True)
class ProposedRows:
    """One SELECT of a mapping; several are put under each other."""

    label: str
    source: str
    columns: dict[str, ProposedColumn]
    where: str = ""
    group: str = ""


@dataclass(kw_only=True)
class Proposal:
    """A mapping for one unified table."""

    table: str
    rows: list[ProposedRows] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)
    """Name → query, which the SELECTs read beside their file."""
    pieces: list[str] = field(default_factory=list)
    """Lines of SQL that nobody could decide, for a person to take or leave."""

    @property
    def given(self) -> list[str]:
        """The contract's columns that any of its SELECTs gives."""
        return [c for c in columns_of(self.table) if any(c in r.columns for r in self.rows)]


def columns_of(table: str) -> list[str]:
    """The contract's columns of a unified table."""
    return [str(c.key) for c in BANK.tables[f"{UNIFIED}.{table}"].c]
