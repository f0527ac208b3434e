"""What the bank that is read covers: until which day, which tables and columns, where they came from, what is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any, NewType

import pandas as pd
from sqlalchemy import Select, func, select, tuple_

from warehouse.access.reader import SYSTEM, Reader
from warehouse.access.roles import reads_by_month, sees_single_rows, totals_only
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.errors import NothingLoaded
from warehouse.schema import (
    UNIFIED_TABLES,
    customer_profiles,
    customer_values,
    event_days,
    findings,
    loads,
    origins,
    run_notes,
)
from warehouse.stores.connect import Stores

RUNS_THE_LOADS = "administrator"
MOST_RESTRICTED = "executive"
"""Who sees as totals only whatever anybody does: what is to read alike for everybody is read as she reads it."""
GIVEN_WITH_THE_LOAD = "given with the load"
"""Where the as-of day comes from, unless it is the latest day of a column."""


LoadedTables = NewType("LoadedTables", frozenset[str])
"""The unified tables that have rows."""
AvailableColumns = NewType("AvailableColumns", frozenset[str])
"""`table` for each table with rows, and `table.column` for each column of it that holds something.

Of what a nightly run works out only `customer_values`: on which columns it rests depends on what was given.
"""


@dataclass(frozen=True, kw_only=True)
class EventDays:
    """From when until when a dated column is known; see `warehouse.load.event_days`."""

    first_on: date
    complete_from: date
    latest_on: date
    delivered_until: date
    in_time_until: date
    undated: int
    """Rows of its table without a date in it."""
    untimed: int = 0
    """Rows with a day in it that has no time, where it is a moment."""


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """What a snapshot covers: the one clock that everything that counts, compares, forecasts or headlines asks.

    `tables` → the columns its source gave and that hold something; `empty` are `table.column` given without any value.
    `days` is by `table.column`.
    """

    as_of: date
    as_of_from: str
    tables: Mapping[str, frozenset[str]]
    empty: frozenset[str]
    days: Mapping[str, EventDays]
    sample: bool
    nights: int = 0
    """For how many days the nightly run has described the customers."""
    valued: bool = False
    """Whether a nightly run has valued the customers, on whatever basis was given."""
    by_month: frozenset[str] = frozenset()
    """The tables of which the viewer sees totals only: their figures count whole months that are over."""
    all_by_month: bool = False
    """Whether the viewer reads the whole bank so: her periods are whole months, and so is what they are compared with."""

    @cached_property
    def available(self) -> AvailableColumns:
        """What tells something, as one set for all who ask: `table`s and `table.column`s."""
        return AvailableColumns(
            frozenset(self.tables)
            | ({str(customer_values.name)} if self.valued else frozenset())
            | {f"{table}.{column}" for table, columns in self.tables.items() for column in columns}
        )

    def lacking(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Of some `table`s and `table.column`s those that tell nothing; of a table not given, only the table."""
        return lacking(needed, self.available)


def lacking(needed: Iterable[str], available: AvailableColumns) -> tuple[str, ...]:
    """Of some `table`s and `table.column`s those that are not `available`; of a table that is not, only the table."""
    missing = [name for name in dict.fromkeys(needed) if name not in available]
    return tuple(m for m in missing if "." not in m or m.partition(".")[0] in available)


def coverage(stores: Stores, snapshot: str | None = None) -> Coverage | None:
    """What `snapshot` (the current one) covers, read once per process; None where its load noted nothing."""
    served = snapshot or stores.snapshot()
    return stores.remembered(served, _read)


def of(reader: Reader, *, alike: bool = False) -> Coverage | None:
    """What the reader's snapshot covers, and of which tables the viewer's figures count whole months only.

    With `alike` they do for everybody, as they do for who sees totals only.
    """
    covered, role = coverage(reader.stores, reader.snapshot), reader.viewer.role
    by_month = totals_only(role) | (totals_only(MOST_RESTRICTED) if alike else frozenset())
    if covered is None or not by_month:
        return covered
    return replace(covered, by_month=by_month, all_by_month=alike or reads_by_month(role))


def _read(stores: Stores, snapshot: str) -> Coverage | None:
    reader = Reader(stores, SYSTEM, snapshot)
    noted = reader.frame(select(loads))
    if noted.empty:
        return None
    there = noted[noted["row_count"] > 0]
    given = {row.table_name: frozenset(row.given.split()) for row in _rows(there)}
    empty = {row.table_name: frozenset(row.empty.split()) for row in _rows(there)}
    days = reader.frame(select(event_days))
    return Coverage(
        as_of=_day(noted["as_of"].iloc[0]),
        as_of_from=str(noted["as_of_from"].iloc[0]),
        tables={table: columns - empty[table] for table, columns in given.items()},
        empty=frozenset(f"{table}.{column}" for table, columns in empty.items() for column in columns),
        days={
            f"{row.table_name}.{row.column_name}": EventDays(
                first_on=_day(row.first_on),
                complete_from=_day(row.complete_from),
                latest_on=_day(row.latest_on),
                delivered_until=_day(row.delivered_until),
                in_time_until=_day(row.in_time_until),
                undated=int(row.undated_rows),
                untimed=int(row.untimed_rows),
            )
            for row in _rows(days)
        },
        sample=bool(noted["sample"].fillna(value=False).any()),
        nights=nights(reader),
        valued=len(reader.frame(select(customer_values.c.as_of).limit(1))) > 0,
    )


def _rows(frame: pd.DataFrame) -> Iterator[Any]:
    yield from frame.itertuples(index=False)


def _day(value: Any) -> date:
    return pd.Timestamp(value).date()


def as_of(reader: Reader) -> date:
    """The last day fully loaded, or for who reads the bank by whole months the last day of the last full month."""
    day = loaded_until(reader)
    return last_month_end(day) if reads_by_month(reader.viewer.role) else day


def loaded_until(reader: Reader) -> date:
    """The last day fully loaded, for everybody: of what is about no person."""
    covered = coverage(reader.stores, reader.snapshot)
    if covered is None:
        raise NothingLoaded("There is no record of when this bank was loaded. Load it again.")
    return covered.as_of


def last_month_end(day: date) -> date:
    """The end of the last month that is over by the evening of `day`."""
    tomorrow = day + timedelta(days=1)
    return tomorrow.replace(day=1) - timedelta(days=1)


def loaded_tables(reader: Reader) -> LoadedTables:
    """The unified tables that have rows: the departments this bank has data of."""
    covered = of(reader)
    return LoadedTables(frozenset(covered.tables) if covered else frozenset())


def available_columns(reader: Reader) -> AvailableColumns:
    """What this bank has data of; the same for every viewer, so that it is put together once."""
    covered = coverage(reader.stores, reader.snapshot)
    return covered.available if covered else AvailableColumns(frozenset())


def status() -> Select:
    """One row per unified table: table_name, source, row_count, loaded_at, latest_on, as_of, sample."""
    return select(loads).order_by(loads.c.table_name)


def origins_of(columns: Iterable[tuple[str, str]]) -> Select:
    """The files and file columns behind some (table, column) pairs of the unified tables."""
    in_columns = tuple_(origins.c.table_name, origins.c.column_name).in_(list(columns))
    return select(origins).where(in_columns).order_by(*origins.c)


def failed_checks() -> Select:
    """One row per check that found something: check_name, table_name, department, says, row_count, kept."""
    return select(findings).order_by(findings.c.department, findings.c.table_name, findings.c.check_name)


def visible_failed_checks(reader: Reader) -> pd.DataFrame:
    """`failed_checks` as the viewer may see it: `row_count` is blank where few rows are of a table she sees no row of.

    Who runs the loads reads how many there are: she has them corrected, and sees no figure beside them.
    """
    frame = reader.frame(failed_checks())
    if reader.viewer.role == RUNS_THE_LOADS:
        return frame
    no_row = {t.name for t in UNIFIED_TABLES if not sees_single_rows(reader.viewer.role, t.name)}
    few = is_few(frame["row_count"], reader.smallest_cell)
    return frame.assign(row_count=frame["row_count"].mask(few & frame["table_name"].isin(no_row)))


def why_not_there(reader: Reader, subject: str) -> str:
    """Why the last nightly run did not work out `subject` (a key of `derived.run_notes`); "" if it noted nothing."""
    noted = reader.frame(select(run_notes.c.sentence).where(run_notes.c.subject == subject))
    if len(noted):
        return str(noted["sentence"].iloc[0])
    covered = of(reader)
    return "" if covered is not None and covered.nights else "There has been no nightly run on this bank yet."


def nights(reader: Reader) -> int:
    """For how many days the nightly run has described the customers; 0 if it never ran on this bank."""
    days = reader.frame(select(func.count(customer_profiles.c.as_of.distinct()).label("days")))
    return int(days["days"].iloc[0])
