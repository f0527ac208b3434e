"""What a table of a folder seems to be: its kind, the tool it comes from, and which of its columns is what.

A name alone convinces nobody: what stands in the column must be able to mean it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from warehouse.mapping.export_columns import KINDS, KNOWN_EXPORTS, Kind, KnownExport
from warehouse.mapping.source_tables import SourceColumn, SourceTable, plain_name

_SHAPES: Mapping[str, frozenset[str]] = {
    "id": frozenset({"whole", "text", "word", "email", "flag", "day"}),
    "email": frozenset({"email"}),
    "moment": frozenset({"day", "moment"}),
    "day": frozenset({"day", "moment"}),
    "amount": frozenset({"amount", "whole", "flag"}),
    "number": frozenset({"amount", "whole", "flag"}),
    "flag": frozenset({"flag"}),
    "word": frozenset({"word", "text", "flag", "whole"}),
    "text": frozenset({"word", "text", "whole", "day", "email"}),
}
"""What a field holds → the shapes of columns that can be it."""
_EXACT, _PART, _TELLING = 2.0, 1.0, 1.5
_STAFF = re.compile(r"\b(owner|agent|assignee|manager|rep|created by|modified by)\b")
"""A colleague's address or name is no customer's."""
_ENOUGH = 6.0
"""So much must speak for a kind."""


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A column taken for a field; `sure` where its whole name is one that exports use for it."""

    column: SourceColumn
    sure: bool


@dataclass(frozen=True, kw_only=True)
class Recognised:
    """A table of the folder, what it is taken for, and field → the column taken for it."""

    table: SourceTable
    kind: str
    export: KnownExport | None
    fields: Mapping[str, Guess]

    @property
    def label(self) -> str:
        """Its file, and what it was taken for: `deals.csv (HubSpot deals)`."""
        return f"{self.table.label} ({self.export.label if self.export else KINDS[self.kind].label})"

    def has(self, name: str) -> bool:
        """Whether this field is there."""
        return name in self.fields

    def has_any(self, *names: str) -> bool:
        """Whether any of these fields is there."""
        return any(name in self.fields for name in names)


def recognise(table: SourceTable) -> Recognised | None:
    """The kind that most speaks for, or None where nothing does."""
    plain = {plain_name(c.name) for c in table.columns}
    export = max(
        (e for e in KNOWN_EXPORTS if plain.issuperset(e.known_by)),
        key=lambda e: len(e.known_by),
        default=None,
    )
    if export:
        fields = _fields(table, KINDS[export.kind], export)
        # An export can be made without a column that its tool has; then it tells what its other columns do.
        if _has_needed(KINDS[export.kind], fields):
            return Recognised(table=table, kind=export.kind, export=export, fields=fields)
    scored = [
        (score, name, fields)
        for name, kind in KINDS.items()
        if (fields := _fields(table, kind)) and (score := _score(table, kind, fields)) >= _ENOUGH
    ]
    if not scored:
        return None
    _, name, fields = max(scored, key=lambda s: s[0])
    return Recognised(table=table, kind=name, export=None, fields=fields)


def _fields(table: SourceTable, kind: Kind, export: KnownExport | None = None) -> dict[str, Guess]:
    """Field → column. Whole names come first, then names that contain one; a column is taken once."""
    own = export.columns if export else {}
    taken: dict[str, Guess] = {}
    used: set[str] = set()
    for whole in (True, False):
        wishes = []
        for field, (shape, names) in kind.columns.items():
            if field in taken:
                continue
            for rank, name in enumerate((own.get(field) or names).split("|")):
                if not whole and (len(name) < 4 or shape == "id"):
                    continue  # “number of items” is nobody's number
                for column in table.columns:
                    fits = (
                        plain_name(column.name) == name if whole else _contains(plain_name(column.name), name)
                    )
                    if fits and column.name not in used and _can_be(column, shape):
                        # The name a tool itself uses outweighs everything; then the order of the list.
                        wishes.append((field not in own, rank, column.filled == 0, field, column))
        for _, _, _, field, column in sorted(wishes, key=lambda w: w[:3]):
            if field not in taken and column.name not in used:
                taken[field] = Guess(column=column, sure=whole)
                used.add(column.name)
    return taken


def _contains(text: str, name: str) -> bool:
    if _STAFF.search(text) and not _STAFF.search(name):
        return False
    return re.search(rf"\b{re.escape(name)}\b", text) is not None and len(text) <= 5 * len(name)


def _can_be(column: SourceColumn, shape: str) -> bool:
    return column.shape == "empty" or column.shape in _SHAPES[shape]


def _filled(fields: Mapping[str, Guess]) -> set[str]:
    return {name for name, guess in fields.items() if guess.column.filled}


def _has_needed(kind: Kind, fields: Mapping[str, Guess]) -> bool:
    filled = _filled(fields)
    return all(any(name in filled for name in any_of) for any_of in kind.needs)


def _score(table: SourceTable, kind: Kind, fields: Mapping[str, Guess]) -> float:
    if not _has_needed(kind, fields):
        return 0.0
    filled = _filled(fields)
    score = sum(_EXACT if fields[name].sure else _PART for name in filled)
    score += sum(_TELLING for any_of in kind.needs if any(n in filled and fields[n].sure for n in any_of))
    if kind.file_names and re.search(kind.file_names, table.label.lower()):
        score += 2 * _EXACT
    # A kind that leaves most of a file's columns unexplained explains less.
    return score * (0.6 + 0.4 * min(1.0, len(filled) / max(1, len(table.columns))))
