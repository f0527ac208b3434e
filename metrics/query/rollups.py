"""Totals by day and dimension, worked out once by the nightly run: most questions are answered from them.

A figure that adds up over days and rows is the sum of its daily totals, so the facts would give the same answer. It
costs the same however many customers there are. Stocks, cohorts and medians do not add up: they, and whatever is told
apart by more dimensions than were kept, are read from the facts.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import combinations

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Dialect,
    Float,
    Select,
    Table,
    and_,
    case,
    cast,
    delete,
    false,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union_all,
)

from metrics.definitions.dimensions import DIMENSIONS, has_one_of
from metrics.definitions.measure import Measure, between
from metrics.definitions.scope import Filters, Period
from warehouse.access.reader import SYSTEM, Reader
from warehouse.access.sql_allow_list import tables_of
from warehouse.schema import rollups
from warehouse.sql.dialects import to_float
from warehouse.stores.connect import Stores
from warehouse.stores.postgresql_catalogue import AS_IT_IS
from warehouse.stores.snapshots import SnapshotWriter

log = logging.getLogger("concord")
_ANY_DAY = Period(date(2000, 1, 1), date(2000, 1, 1))

Clock = Callable[[Measure], Sequence[Period | None]]
"""Measure → the days it counts for each period of a question; None where it is not known."""
Kept = frozenset[tuple[str, str]]
"""What a snapshot has totals of: figure, fingerprint of its definition."""

_IN_PAIRS = ("channel", "product", "segment")
"""What the filter bar offers on most pages: a breakdown by one of them under a filter by another is kept, too. A pair
with a dimension of many values would keep about as many rows as the facts have."""


def is_additive(measure: Measure) -> bool:
    """Whether its figure for a period is the sum of its figures for the days, counted in the bank's own tables."""
    return (
        measure.total in ("count", "sum")
        and measure.time_column is not None
        and measure.fact.schema is not None
    )


@lru_cache(maxsize=64)
def sets_of(fact: Table) -> tuple[tuple[str, ...], ...]:
    """By which dimensions the totals of a table are told apart: by none, by each alone, and by pairs."""
    usable = _dimensions_of(fact)
    pairs = combinations((d for d in usable if d in _IN_PAIRS), 2)
    return ((), *((d,) for d in usable), *pairs)


def _dimensions_of(fact: Table) -> list[str]:
    return [d for d, columns in DIMENSIONS.items() if fact in columns]


@lru_cache(maxsize=4096)
def definition_of(measure: Measure, dialect: Dialect) -> str:
    """A fingerprint of all that its daily totals depend on: no total is used under another definition."""
    dimensions = [DIMENSIONS[d][measure.fact] for d in _dimensions_of(measure.fact)]
    parts = select(_moment(measure), measure.where, _amount(measure), *dimensions)
    text = str(parts.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
    return hashlib.sha256(f"{measure.total} {text}".encode()).hexdigest()[:16]


def sources_of(measure: Measure, dimensions: Iterable[str]) -> frozenset[Table]:
    """The tables that a figure by some dimensions is read from."""
    return _read_by(measure).union(*(_read_for(measure.fact, d) for d in dimensions))


@lru_cache(maxsize=4096)
def _read_by(measure: Measure) -> frozenset[Table]:
    return frozenset({measure.fact, *tables_of(select(measure.over(_ANY_DAY)))})


@lru_cache(maxsize=256)
def _read_for(fact: Table, dimension: str) -> frozenset[Table]:
    return frozenset(tables_of(select(DIMENSIONS[dimension][fact])))


def _moment(measure: Measure) -> ColumnElement:
    assert measure.time_column is not None, f"{measure.label} does not add up over days"
    return measure.time_column


def _amount(measure: Measure) -> ColumnElement:
    return literal(1) if measure.expression is None else measure.expression


def write(draft: SnapshotWriter, measures: Iterable[Measure]) -> None:
    """Total the facts of `draft` anew, for every one of `measures` that adds up."""
    draft.connection.execute(delete(rollups))
    alike: dict[tuple[Table, ColumnElement], list[Measure]] = {}
    for measure in filter(is_additive, dict.fromkeys(measures)):
        alike.setdefault((measure.fact, _moment(measure)), []).append(measure)
    for (fact, moment), together in alike.items():
        draft.write(rollups, totals(fact, moment, together, draft.connection.dialect))


def totals(fact: Table, moment: ColumnElement, measures: Sequence[Measure], dialect: Dialect) -> Select:
    """The rows of `rollups` of figures of one table that are dated by one moment: its facts are read once for all."""
    usable = _dimensions_of(fact)
    dated = (
        select(
            cast(moment, Date).label("day"),
            *(DIMENSIONS[d][fact].label(d) for d in usable),
            *(case((m.where, 1)).label(f"row_{at}") for at, m in enumerate(measures)),
            *(case((m.where, _amount(m))).label(f"amount_{at}") for at, m in enumerate(measures)),
        )
        .select_from(fact)
        .where(moment.is_not(None))
        .subquery("dated")
    )
    sums = (
        select(
            dated.c.day,
            *(dated.c[d] for d in usable),
            func.grouping(*(dated.c[d] for d in usable)).label("left_out"),
            *(func.count(dated.c[f"row_{at}"]).label(f"rows_{at}") for at in range(len(measures))),
            *(func.sum(dated.c[f"amount_{at}"]).label(f"total_{at}") for at in range(len(measures))),
        )
        .group_by(func.grouping_sets(*(tuple_(dated.c.day, *(dated.c[d] for d in s)) for s in sets_of(fact))))
        .cte("sums")
    )
    parts = [_of_one(measure, at, sums, dialect) for at, measure in enumerate(measures)]
    every = union_all(*parts).subquery("every")
    return select(*every.c)


def _of_one(measure: Measure, at: int, sums: CTE, dialect: Dialect) -> Select:
    """The rows of one figure, of every set of dimensions."""
    usable = _dimensions_of(measure.fact)
    left_out = {
        sum(2**bit for bit, d in enumerate(reversed(usable)) if d not in s): s for s in sets_of(measure.fact)
    }
    names = case({bits: _spaced(s) for bits, s in left_out.items()}, value=sums.c.left_out)
    sources = case(
        {bits: _spaced(t.name for t in sources_of(measure, s)) for bits, s in left_out.items()},
        value=sums.c.left_out,
    )
    total = sums.c[f"rows_{at}" if measure.total == "count" else f"total_{at}"]
    told_apart = (sums.c[d] if d in usable else null().cast(rollups.c[d].type).label(d) for d in DIMENSIONS)
    return select(
        literal(measure.name).label("measure"),
        literal(definition_of(measure, dialect)).label("definition"),
        sources.label("sources"),
        names.label("dimensions"),
        sums.c.day,
        *told_apart,
        to_float(total).label("total"),
    ).where(sums.c[f"rows_{at}"] > 0)


def _spaced(names: Iterable[str]) -> str:
    """Names in one text, each between spaces, so that one is never taken for a part of another."""
    return f" {' '.join(sorted(names))} "


def can_answer(reader: Reader, measure: Measure, filters: Filters, by: Sequence[str]) -> bool:
    """Whether the snapshot has daily totals of a measure told apart so, and the viewer sees all that they are made of."""
    if not is_additive(measure):
        return False
    dimensions = _told_apart(filters, by)
    if dimensions not in map(frozenset, sets_of(measure.fact)):
        log.info("%s by %s: asked of the facts, no totals are kept.", measure.name, _spaced(dimensions))
        return False
    if not reader.sees_whole(rollups, *sources_of(measure, dimensions)):
        return False
    kept = _kept(reader.stores, reader.snapshot or reader.stores.snapshot())
    return bool(kept) and (measure.name, definition_of(measure, reader.dialect)) in kept


def _told_apart(filters: Filters, by: Sequence[str]) -> frozenset[str]:
    return frozenset((*by, *(dimension for dimension, _ in filters)))


def _kept(stores: Stores, snapshot: str) -> Kept:
    """What a snapshot has daily totals of. A warehouse that somebody else keeps changes under its one name: nothing."""
    return frozenset() if snapshot == AS_IT_IS else stores.remembered(snapshot, _read_kept)


def _read_kept(stores: Stores, snapshot: str) -> Kept:
    named = select(rollups.c.measure, rollups.c.definition).distinct()
    frame = Reader(stores, SYSTEM, snapshot).frame(named)
    return frozenset(zip(frame["measure"], frame["definition"], strict=True))


def statement(
    measures: Mapping[str, Measure], filters: Filters, by: Sequence[str], periods: Clock, dialect: Dialect
) -> Select:
    """What `metrics.query.query.statement` asks the facts, asked of the daily totals: the same columns and rows."""
    t = rollups.c
    columns: list[ColumnElement] = []
    inside: list[ColumnElement[bool]] = []
    for name, measure in measures.items():
        for index, period in enumerate(periods(measure)):
            if period is None:
                columns.append(to_float(func.sum(null().cast(Float))).label(f"{name}__{index}"))
                continue
            days = and_(t.measure == measure.name, between(t.day, period))
            inside.append(days)
            total: ColumnElement = func.sum(case((days, t.total)))
            if measure.total == "count":
                total = func.coalesce(total, 0)
            columns.append(to_float(total).label(f"{name}__{index}"))
    chosen = [t.dimensions == _spaced(_told_apart(filters, by)), or_(false(), *dict.fromkeys(inside))]
    chosen.append(t.definition.in_(sorted({definition_of(m, dialect) for m in measures.values()})))
    selection = select(*(t[d].label(d) for d in by), *columns).where(*chosen)
    for dimension, values in filters:
        selection = selection.where(has_one_of(t[dimension], values))
    return selection.group_by(*(t[d] for d in by)) if by else selection
