"""What later loads changed in days that were loaded before: kept with each load, read to explain a pinned figure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import insert, select

from metrics.comparison.words import numeral
from metrics.definitions.scope import Period
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import row_changes as t
from warehouse.disclosure.minimum_cell_size import in_whole_cells
from warehouse.load.loading import Loaded
from warehouse.load.row_changes import ADDED, CHANGED, GONE
from warehouse.schema import BANK, event_columns
from warehouse.stores.connect import Stores

KEPT = "load.compared"
"""What the audit log calls it."""


@dataclass(frozen=True, kw_only=True)
class ChangedRows:
    """What became of the rows that a figure is read from."""

    late: int
    gone: int
    corrected: int


def keep(stores: Stores, loaded: Loaded, by: str) -> None:
    """Keep what a load changed in days that were loaded before it; nothing is written where it changed nothing."""
    if not loaded.changes:
        return
    with audit.entry(stores, by, KEPT, loaded.snapshot[:64]) as entry:
        rows = [
            {
                "snapshot": loaded.snapshot,
                "loaded_at": entry.at,
                "table_name": c.table,
                "dated_by": c.dated_by,
                "month_on": c.month,
                "change": c.change,
                "column_name": c.column,
                "row_count": c.rows,
            }
            for c in loaded.changes
        ]
        entry.app_db.execute(insert(t), rows)


def since(
    stores: Stores, then: datetime, period: Period, columns: Iterable[tuple[str, str]]
) -> ChangedRows | None:
    """What loads after a moment changed among the rows of a period's months that `columns` (table, column) are read from.

    None where no such change is on record. A row counts as corrected if one of these columns reads differently; of
    several columns the one that changed most often is counted, so that no row is counted twice.
    """
    frame = Reader(stores, SYSTEM).kept(_everything)
    first = period.start.replace(day=1)
    frame = frame[
        (frame["loaded_at"] > then) & (frame["month_on"] >= first) & (frame["month_on"] <= period.end)
    ]
    read: dict[str, set[str]] = {}
    for table, column in columns:
        read.setdefault(table, set()).add(column)
    late = gone = corrected = 0
    for table, of_figure in read.items():
        mine = frame[frame["table_name"] == table]
        mine = mine[mine["dated_by"].isin(_dated_by(table, of_figure))]
        late += _most(mine[mine["change"] == ADDED], ["dated_by"])
        gone += _most(mine[mine["change"] == GONE], ["dated_by"])
        changed = mine[(mine["change"] == CHANGED) & mine["column_name"].isin(of_figure)]
        corrected += _most(changed, ["dated_by", "column_name"])
    if not late and not gone and not corrected:
        return None
    return ChangedRows(late=late, gone=gone, corrected=corrected)


def in_words(rows: ChangedRows, smallest: int | None) -> str:
    """`14 rows came late, 3 were corrected`; for who sees totals only in whole cells of `smallest`, None for others."""
    parts = [
        _counted(rows.late, smallest, "came late"),
        _counted(rows.corrected, smallest, "corrected", "was ", "were "),
        _counted(rows.gone, smallest, "taken out", "was ", "were "),
    ]
    words = ", ".join(part for part in parts if part)
    return words[:1].upper() + words[1:]


def _counted(count: int, smallest: int | None, did: str, one: str = "", more: str = "") -> str:
    if not count:
        return ""
    if smallest is None:
        return f"{numeral(count)} {'row' if count == 1 else 'rows'} {one if count == 1 else more}{did}"
    whole = in_whole_cells(count, smallest)
    number = f"at least {numeral(whole)}" if whole else f"fewer than {smallest}"
    return f"{number} rows {more}{did}"


def _dated_by(table: str, of_figure: Collection[str]) -> list[str]:
    """The dated columns of a table that the figure reads, or the one it is dated by."""
    unified = next(x for x in BANK.tables.values() if x.name == table)
    dated = [c.key for c in event_columns(unified)]
    return [c for c in dated if c in of_figure] or dated[:1]


def _most(frame: pd.DataFrame, by: list[str]) -> int:
    return int(frame.groupby(by)["row_count"].sum().max()) if len(frame) else 0


def _everything(reader: Reader) -> pd.DataFrame:
    frame = reader.frame(
        select(
            t.c.loaded_at,
            t.c.table_name,
            t.c.dated_by,
            t.c.month_on,
            t.c.change,
            t.c.column_name,
            t.c.row_count,
        )
    )
    frame["loaded_at"] = pd.to_datetime(frame["loaded_at"])
    frame["month_on"] = [pd.Timestamp(day).date() for day in frame["month_on"]]
    return frame
