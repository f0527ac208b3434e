"""A proposal as the text of a mapping: every column of the contract, with where it comes from and what it is for."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

from warehouse.mapping.proposal import Proposal, ProposedRows
from warehouse.schema import BANK, UNIFIED

PROPOSED = "-- Proposed by `python -m cli init`"
"""How a mapping begins that nobody has taken over yet."""
_WIDTH = 116


def text_of(proposal: Proposal, needed_for: Mapping[str, Sequence[str]]) -> str:
    """The mapping; `needed_for` is `table.column` → labels of the figures that read it."""
    table = BANK.tables[f"{UNIFIED}.{proposal.table}"]
    lines = [
        f"{PROPOSED} for the table {proposal.table}: {table.comment}",
        *_comment(
            f"From {'; '.join(r.label for r in proposal.rows)}. Read it, correct what is wrong, then run "
            "`python -m cli load --dry-run` on this folder. Lines with CHECK are the doubtful ones; a column in a "
            "comment is not given."
        ),
    ]
    for piece in proposal.pieces:
        lines += _comment(piece)
    if proposal.named:
        named = (f"{name} AS (\n    {_indented(query)}\n)" for name, query in proposal.named.items())
        lines.append("WITH " + ",\n".join(named))
    for at, rows in enumerate(proposal.rows):
        lines += ["UNION ALL"] if at else []
        lines += _select(proposal.table, rows, proposal.given, needed_for, first=at == 0)
    return "\n".join(lines) + "\n"


def _select(
    table: str, rows: ProposedRows, given: list[str], needed_for: Mapping[str, Sequence[str]], *, first: bool
) -> list[str]:
    contract = BANK.tables[f"{UNIFIED}.{table}"]
    lines = _comment(rows.label) if not first else []
    lines.append("SELECT")
    for column in contract.c:
        name = str(column.key)
        if first:
            lines += _comment(
                f"{column.comment} {_need(f'{table}.{name}', needed_for, given=name in given)}".strip(),
                "    ",
            )
        proposed = rows.columns.get(name)
        if proposed is not None:
            if first or proposed.check:
                check = f" · CHECK: {proposed.check}" if proposed.check else ""
                lines += _comment(f"Guessed from {proposed.origin}{check}", "    ")
            lines.append(f'    {proposed.sql} AS "{name}",')
        elif name in given:
            lines.append(f'    NULL::VARCHAR AS "{name}",')
        elif first:
            lines.append(f'    -- NULL AS "{name}",')
    lines.append(f"FROM {rows.source}")
    if rows.where:
        lines.append(f"WHERE {rows.where}")
    if rows.group:
        lines.append(f"GROUP BY {rows.group}")
    return lines


def _need(column: str, needed_for: Mapping[str, Sequence[str]], *, given: bool) -> str:
    figures = needed_for.get(column, ())
    if not figures:
        return ""
    some = ", ".join(figures[:3]) + (f" and {len(figures) - 3} more" if len(figures) > 3 else "")
    return f"For {some}." if given else f"Without it not known: {some}."


def _comment(text: str, indent: str = "") -> list[str]:
    # What a file's own words hold beside letters could end the comment, and be read as a mapping.
    return textwrap.wrap(
        "".join(letter if letter.isprintable() else " " for letter in text),
        _WIDTH,
        initial_indent=f"{indent}-- ",
        subsequent_indent=f"{indent}--   ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _indented(query: str) -> str:
    return query.replace("\n", "\n    ")
