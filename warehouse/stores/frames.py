"""The answer of an engine that keeps a bank as a frame: the same kinds of columns from each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import pandas as pd
from sqlalchemy import (
    Boolean,
    Connection,
    CursorResult,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    Select,
    Text,
)


def frame(connection: Connection, statement: Select) -> pd.DataFrame:
    """The answer of a statement about the bank; dates are moments, numbers are numbers."""
    result = connection.execute(statement)
    if connection.dialect.name == "duckdb":
        rows: pd.DataFrame = cast(Any, result.cursor).fetch_df()
        rows.columns = list(result.keys())
        return rows
    if connection.dialect.name == "postgresql":
        return _from_postgresql(result, statement)
    return pd.DataFrame(result.fetchall(), columns=list(result.keys()))


ROWS_AT_ONCE = 100_000


def in_parts(connection: Connection, statement: Select) -> Iterator[pd.DataFrame]:
    """The same answer in frames of some `ROWS_AT_ONCE` rows, so that no table need fit into memory."""
    if connection.dialect.name == "duckdb":
        result = connection.execute(statement)
        # 2,048 rows are one of its vectors.
        while len(rows := cast(Any, result.cursor).fetch_df_chunk(ROWS_AT_ONCE // 2048)):
            rows.columns = list(result.keys())
            yield rows
        return
    result = connection.execution_options(yield_per=ROWS_AT_ONCE).execute(statement)
    for lines in result.partitions():
        part = pd.DataFrame(lines, columns=list(result.keys()))
        yield _as_duckdb(part, statement) if connection.dialect.name == "postgresql" else part


def _from_postgresql(result: CursorResult[Any], statement: Select) -> pd.DataFrame:
    return _as_duckdb(pd.DataFrame(result.fetchall(), columns=list(result.keys())), statement)


def _as_duckdb(answer: pd.DataFrame, statement: Select) -> pd.DataFrame:
    """With the same kinds of columns as DuckDB gives."""
    for column, kind in zip(answer.columns, (c.type for c in statement.selected_columns), strict=True):
        if isinstance(kind, Date | DateTime):
            answer[column] = pd.to_datetime(answer[column]).astype("datetime64[us]")
        elif isinstance(kind, Integer | Float | Numeric):
            answer[column] = pd.to_numeric(answer[column], errors="coerce")
        elif not isinstance(kind, Boolean | Text):
            answer[column] = _numbers_if_decimal(answer[column])
    return answer


def _numbers_if_decimal(values: pd.Series) -> pd.Series:
    first = next((v for v in values if v is not None), None)
    return pd.to_numeric(values) if type(first).__name__ == "Decimal" else values
