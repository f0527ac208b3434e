"""What the nightly run decided is shown to who sees totals only, kept beside the bank for every question to read.

A decision is used only under the fingerprint of the definition it was made by. What has none, such as a new version of
“qualified” or a bank before its first nightly run, is decided when it is first asked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Dialect, Table, delete, func, select

from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.measure import Measure
from metrics.definitions.scope import Period, full_months
from metrics.query.cell_decisions import Requested, decide
from metrics.query.people_by_month import dimensions_of, visible, whose
from metrics.query.shown_cells import ShownCells
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.access.sql_allow_list import tables_of
from warehouse.schema import published_cells
from warehouse.sql.dialects import content_of
from warehouse.stores.connect import Stores
from warehouse.stores.postgresql_catalogue import AS_IT_IS
from warehouse.stores.snapshots import SnapshotWriter

MONTHS = 48
"""So many months back who sees totals only may ask about people."""
_WAY = 1
"""Counted up when it is decided in another way: what was decided before is then not used."""
Kept = Mapping[tuple[str, str], pd.DataFrame]
"""Fingerprint of a definition, dimension → the rows of `published_cells` about it."""


def is_about_people(fact: Table) -> bool:
    """Whether its rows are somebody's; what a campaign cost on a day is nobody's."""
    return "lead_id" in fact.c or "customer_id" in fact.c


def months_of(reader: Reader) -> Sequence[Period]:
    """The months about which anything is shown to who sees totals only."""
    return full_months(data_coverage.loaded_until(reader), MONTHS)


def write(draft: SnapshotWriter, reader: Reader, requested: Iterable[Requested]) -> None:
    """Decide on the facts of `draft`, for all of `requested` that are about people in the bank's own tables.

    What was decided on the same facts stays: a night that is run again does not decide again. `reader` reads what the
    load of the same bank noted.
    """
    months, smallest = months_of(reader), reader.smallest_cell
    by_fact: dict[Table, dict[str, Requested]] = {}
    for one in dict.fromkeys(requested):
        fact = one.measure.fact
        if fact.schema is not None and is_about_people(fact):
            definition = definition_of(one, months[-1], smallest, draft.connection.dialect)
            by_fact.setdefault(fact, {}).setdefault(definition, one)
    before = _decided_before(draft)
    kept: set[str] = set()
    lines: list[dict[str, str | None]] = []
    for fact, wanting in by_fact.items():
        facts = _content(draft, wanting.values(), months[-1])
        if before.issuperset(product(wanting, dimensions_of(fact), [facts])):
            kept |= wanting.keys()
            continue
        decided = decide(draft.frame, [*wanting.values()], [dimensions_of(fact)], months, smallest)
        for definition, one in wanting.items():
            for dimension, cells in decided[one].items():
                key = {"measure": one.measure.name or one.measure.label, "definition": definition}
                lines += ({**key, "dimension": dimension, "facts": facts, **row} for row in _as_rows(cells))
    draft.connection.execute(delete(published_cells).where(published_cells.c.definition.not_in(kept)))
    draft.write(published_cells, pd.DataFrame(lines, columns=[c.key for c in published_cells.c]))


def _decided_before(draft: SnapshotWriter) -> set[tuple[str, str, str]]:
    """Definition, dimension and the content of the facts it was decided on."""
    t = published_cells.c
    rows = draft.frame(select(t.definition, t.dimension, t.facts).distinct())
    return set(rows.itertuples(index=False, name=None))


def _content(draft: SnapshotWriter, requested: Iterable[Requested], last: Period) -> str:
    """A fingerprint of every row of every table that decisions on `requested` read."""
    tables = {table for one in requested for table in tables_of(select(*_parts(one, last)))}
    parts = []
    for table in sorted(tables, key=lambda table: table.name):
        rows, content = func.count().label("rows"), content_of(*table.c).label("content")
        of = draft.frame(select(rows, content).select_from(table))
        parts.append(f"{table.name} {of['rows'].iloc[0]} {of['content'].iloc[0]}")
    return hashlib.sha256(" ".join(parts).encode()).hexdigest()[:16]


def _as_rows(cells: ShownCells) -> list[dict[str, str | None]]:
    """A row per value; where nobody has any, one without blocks, which says that this was decided."""
    rows = [{"value": v, "blocks": " ".join(map(str, cells.labels[n]))} for v, n in cells.rows.items()]
    return rows or [{"value": None, "blocks": ""}]


def read(reader: Reader, requested: Requested, dimension: str) -> ShownCells | None:
    """What was decided on a measure by a dimension; None if nothing was under this definition."""
    snapshot = reader.snapshot or reader.stores.snapshot()
    if snapshot == AS_IT_IS:
        # A warehouse that somebody else keeps changes under its one name.
        return None
    kept = reader.stores.remembered(snapshot, _kept)
    if not kept:
        return None
    months = reader.stores.remembered(snapshot, _months)
    definition = definition_of(requested, months[-1], reader.smallest_cell, reader.dialect)
    rows = kept.get((definition, dimension))
    return None if rows is None else _from_rows(rows, requested.measure, months)


def _from_rows(rows: pd.DataFrame, measure: Measure, months: Sequence[Period]) -> ShownCells:
    decided = rows[rows["blocks"] != ""]
    values = [None if pd.isna(v) else str(v) for v in decided["value"]]
    edges = len(months) if measure.is_stock else len(months) + 1
    labels = np.array([text.split() for text in decided["blocks"]], int).reshape(len(values), edges)
    numbers = {value: number for number, value in enumerate(values)}
    return ShownCells(months, numbers, labels, of_stock=measure.is_stock, opening=measure.opening)


def _kept(stores: Stores, snapshot: str) -> Kept:
    t = published_cells.c
    frame = Reader(stores, SYSTEM, snapshot).frame(select(t.definition, t.dimension, t.value, t.blocks))
    return {(str(d), str(by)): rows for (d, by), rows in frame.groupby(["definition", "dimension"])}


def _months(stores: Stores, snapshot: str) -> Sequence[Period]:
    return months_of(Reader(stores, SYSTEM, snapshot))


@lru_cache(maxsize=4096)
def definition_of(requested: Requested, last: Period, smallest: int, dialect: Dialect) -> str:
    """A fingerprint of all that a decision depends on beside the rows; `last` is the last of its months."""
    measure = requested.measure
    text = str(
        select(*_parts(requested, last)).compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    )
    kind = f"{_WAY} {last.end} {smallest} {measure.is_stock} {measure.opening}"
    return hashlib.sha256(f"{kind} {text}".encode()).hexdigest()[:16]


def _parts(requested: Requested, last: Period) -> list[ColumnElement[Any]]:
    """The expressions that a decision reads; those of a stock's other months differ by their days alone."""
    measure, fact = requested.measure, requested.measure.fact
    parts = [whose(fact), visible(fact), *(DIMENSIONS[d][fact] for d in dimensions_of(fact) if d)]
    for one in (measure, *requested.larger):
        parts += [p for p in (one.within(last), one.time_column, one.month_column) if p is not None]
    return parts
