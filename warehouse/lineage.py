"""Where a column comes from: the files a mapping reads, and their columns, found by reading the mapping's SQL.

What the reading cannot follow (a union by name, a star over a file) still names its files: then the column is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node
from sqlglot.lineage import lineage as follow


@dataclass(frozen=True, order=True)
class Origin:
    """A file, and the column in it where that is known."""

    file: str
    column: str = ""


def origins(mapping: str, columns: list[str]) -> dict[str, list[Origin]]:
    """For each column a mapping gives, the files and columns it is made from; empty where SQL cannot be read."""
    try:
        tree = sqlglot.parse_one(mapping, dialect="duckdb")
    except SqlglotError:
        return {}
    everywhere = sorted({Origin(file) for file in _files(tree)})
    # The reader pairs the columns of a union by their place; where they are paired by name it would name wrong ones.
    if any(union.args.get("by_name") for union in tree.find_all(exp.SetOperation)):
        return dict.fromkeys(columns, everywhere)
    return {column: _of(column, mapping) or everywhere for column in columns}


def _of(column: str, mapping: str) -> list[Origin]:
    try:
        found = follow(column, mapping, schema={}, dialect="duckdb")
    except (SqlglotError, ValueError, KeyError, IndexError):
        return []
    assert isinstance(found, Node)
    leaves = [node for node in found.walk() if not node.downstream]
    known = {
        Origin(file, node.name.rpartition(".")[2].strip('"') if _is_a_files_column(node) else "")
        for node in leaves
        for file in _files(node.source)
    }
    named = {origin.file for origin in known if origin.column}
    return sorted(o for o in known if o.column or o.file not in named)


def _is_a_files_column(node: Node) -> bool:
    """Not a star, and not a constant or a row number, which end in the SELECT that makes them."""
    return isinstance(node.source, exp.Table) and "*" not in node.name


def _files(tree: exp.Expr | None) -> Iterator[str]:
    """The paths in `read_csv('…')` and its like."""
    if tree is None:
        return
    for call in tree.find_all(exp.Func):
        name = call.name if isinstance(call, exp.Anonymous) else call.sql_name()
        if name.lower().startswith("read_"):
            path = next((a for a in call.find_all(exp.Literal) if a.is_string), None)
            if path is not None:
                yield path.this
