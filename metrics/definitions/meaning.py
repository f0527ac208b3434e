"""What a table's figures mean where they are no metrics of the catalogue: for its Explain button and for its file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, Select, Table
from sqlalchemy.sql import visitors


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """Terms with a sentence each, the statements that read the figures, and over what (period and filters, in words)."""

    terms: tuple[tuple[str, str], ...]
    reads: tuple[Select, ...] = ()
    over: str = ""

    def tables(self) -> list[Table]:
        """The tables that the statements read, each once."""
        return list(dict.fromkeys(c.table for c in self._columns() if isinstance(c.table, Table)))

    def columns(self) -> list[tuple[str, str]]:
        """The (table, column) pairs that the statements read."""
        return list(
            dict.fromkeys((c.table.name, c.key) for c in self._columns() if isinstance(c.table, Table))
        )

    def _columns(self) -> list[Column]:
        return [c for read in self.reads for c in visitors.iterate(read) if isinstance(c, Column)]
