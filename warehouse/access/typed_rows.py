"""Rows of a frame as values of one class, which says the columns it is made of. An empty cell is None."""

from collections.abc import Hashable
from dataclasses import MISSING, fields
from functools import cache
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_type_hints

import pandas as pd

Row = TypeVar("Row")


def rows_of(frame: pd.DataFrame, row_type: type[Row]) -> list[Row]:
    """Each row of a frame as a `row_type`, a dataclass whose fields are columns of the frame.

    A field with a default may have no column. Raises LookupError where another has none, and ValueError where a cell is
    empty whose field says it never is.
    """
    columns: dict[str, list[Any]] = {}
    for name, needed, may_be_empty in _fields(cast(Hashable, row_type)):
        if name not in frame:
            if needed:
                raise LookupError(f"{row_type.__name__}: the frame has no column {name}.")
            continue
        empty = frame[name].isna()
        if not may_be_empty and empty.any():
            raise ValueError(f"{row_type.__name__}: {name} is empty in {int(empty.sum())} rows.")
        columns[name] = frame[name].astype(object).where(~empty, None).tolist()
    return [row_type(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


@cache
def _fields(row_type: Hashable) -> list[tuple[str, bool, bool]]:
    """Each field: its name, whether it needs a column, and whether its cells may be empty."""
    hints = get_type_hints(row_type)
    return [
        (
            f.name,
            f.default is MISSING and f.default_factory is MISSING,
            hints[f.name] is Any or NoneType in get_args(hints[f.name]),
        )
        for f in fields(cast(Any, row_type))
    ]
