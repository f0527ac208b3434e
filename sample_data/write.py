"""Writing the extracts block by block: CSV and JSON lines are appended, Parquet by row groups.

Arrays go in as codes and days; one SELECT per file gives them the department's own look. That keeps
text out of Python and the memory of a run independent of the number of customers.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Self

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from sample_data.names import pick
from sample_data.window import NEVER, Ints

Cells = dict[str, Any]


def dates(days: Ints) -> pa.Array:
    """Day numbers as dates, NEVER as an empty cell."""
    never = days == NEVER
    return pa.array(np.where(never, 0, days).astype(np.int32), pa.int32(), mask=never).cast(pa.date32())


def moments(seconds: Ints) -> pa.Array:
    """Second numbers as timestamps without zone, NEVER as an empty cell."""
    never = seconds == NEVER
    return pa.array(np.where(never, 0, seconds), pa.int64(), mask=never).cast(pa.timestamp("s"))


def numbers(values: np.ndarray[Any, Any], given: np.ndarray[Any, Any]) -> pa.Array:
    """Numbers, empty where not known."""
    return pa.array(values, mask=~given)


class Extracts:
    """The output folder while it grows. Use as a context: leaving it closes every file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, int] = {}
        self._engine = duckdb.connect(config={"threads": 2})
        self._parquet: dict[str, pq.ParquetWriter] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for writer in self._parquet.values():
            writer.close()
        self._engine.close()

    def append(self, name: str, cells: Cells, select: str = "SELECT * FROM cells") -> None:
        """Append rows to a file; `select` is over a table named `cells`."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        table = pa.table(cells)
        if table.num_rows == 0 and name in self.rows:
            return
        self._engine.register("cells", table)
        if path.suffix == ".parquet":
            self._append_parquet(path, name, select)
        else:
            self._append_text(path, name, select)
        self._engine.unregister("cells")
        self.rows[name] = self.rows.get(name, 0) + table.num_rows

    def _append_parquet(self, path: Path, name: str, select: str) -> None:
        rows = self._engine.sql(select).to_arrow_table()
        if name not in self._parquet:
            self._parquet[name] = pq.ParquetWriter(path, rows.schema, compression="zstd")
        self._parquet[name].write_table(rows, row_group_size=250_000)

    def _append_text(self, path: Path, name: str, select: str) -> None:
        first = name not in self.rows
        part = path.with_suffix(".part") if not first else path
        look = "FORMAT json" if path.suffix == ".jsonl" else f"FORMAT csv, HEADER {first}"
        self._engine.execute(f"COPY ({select}) TO '{part}' ({look})")
        if not first:
            with path.open("ab") as whole, part.open("rb") as more:
                shutil.copyfileobj(more, whole, 1 << 20)
            part.unlink()


def words(vocabulary: tuple[str, ...], index: Ints) -> pa.Array:
    """A department's words for our positions; -1 is an empty cell."""
    return pick(vocabulary, np.asarray(index))
