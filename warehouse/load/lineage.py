"""Where a column comes from: the files a mapping reads, and their columns, found by reading the mapping's SQL.

What the reading cannot follow (a union by name, a star over a file) still names its files: then the column is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.lineage import Node
from sqlglot.lineage import lineage as follow
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from warehouse.extracts import named_tables
from warehouse.sql import reading_pieces


@dataclass(frozen=True, order=True)
class Origin:
    """A file, and the column in it where that is known."""

    file: str
    column: str = ""


def origins(mapping: str, columns: list[str]) -> Mapping[str, tuple[Origin, ...]]:
    """For each column a mapping gives, the files and columns it is made from; empty where SQL cannot be read."""
    return _origins(mapping, tuple(columns))


@cache
def _origins(mapping: str, columns: tuple[str, ...]) -> Mapping[str, tuple[Origin, ...]]:
    try:
        tree = sqlglot.parse_one(mapping, dialect="duckdb")
    except SqlglotError:
        return {}
    everywhere = tuple(sorted({Origin(file) for file in _files(tree)}))
    # The reader pairs the columns of a union by their place; where they are paired by name it would name wrong ones.
    if any(union.args.get("by_name") for union in tree.find_all(exp.SetOperation)):
        return dict.fromkeys(columns, everywhere)
    try:
        # Once for all columns: each column's table is named.
        scope = build_scope(qualify(tree, dialect="duckdb", validate_qualify_columns=False, identify=False))
    except (SqlglotError, ValueError, KeyError, IndexError):
        scope = None
    if scope is None:
        return dict.fromkeys(columns, everywhere)
    return {column: _of(column, scope) or everywhere for column in columns}


def _of(column: str, scope: Scope) -> tuple[Origin, ...]:
    try:
        root = follow(column, scope.expression, schema={}, dialect="duckdb", scope=scope, copy=False)
    except (SqlglotError, ValueError, KeyError, IndexError):
        return ()
    assert isinstance(root, Node)
    leaves = [node for node in root.walk() if not node.downstream]
    all_origins = {
        Origin(file, node.name.rpartition(".")[2].strip('"') if _is_a_files_column(node) else "")
        for node in leaves
        for file in _files(node.source)
    }
    named = {origin.file for origin in all_origins if origin.column}
    return tuple(sorted(o for o in all_origins if o.column or o.file not in named))


def _is_a_files_column(node: Node) -> bool:
    """Not a star, and not a constant or a row number, which end in the SELECT that makes them."""
    return isinstance(node.source, exp.Table) and "*" not in node.name


def _files(tree: exp.Expr | None) -> Iterator[str]:
    """The paths in `read_csv('…')` and its like."""
    if tree is None:
        return
    for call in tree.find_all(exp.Func):
        name = call.name if isinstance(call, exp.Anonymous) else call.sql_name()
        if name.lower().startswith("read_") and name.lower() not in reading_pieces.NAMES:
            path = next((a for a in call.find_all(exp.Literal) if a.is_string), None)
            if path is not None:
                yield path.this
    for table in tree.find_all(exp.Table):
        if named_tables.named(f'"{table.name}"'):
            yield named_tables.file_of(table.name)
