"""The parts of a statement, each once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.sql import elements as e


def parts_of(statement: Any, but_not_inside: frozenset[int] = frozenset()) -> Iterator[Any]:
    """Every part once, also the table or subquery a column belongs to, since the column brings it into the FROM.

    `but_not_inside` holds the ids of parts to leave out.
    """
    waiting, seen = [statement], set(but_not_inside)
    while waiting:
        part = waiting.pop()
        if id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        waiting.extend(part.get_children())
        if isinstance(part, e.ColumnClause) and part.table is not None:
            waiting.append(part.table)
