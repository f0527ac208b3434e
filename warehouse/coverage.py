"""What the bank that is read covers: until which day, which tables and columns, where they came from, what is wrong."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import Select, func, select, tuple_

from warehouse.access import Reader
from warehouse.checks import UNDATED
from warehouse.schema import UNIFIED_TABLES, customer_profiles, findings, loads, origins


def as_of(reader: Reader) -> date:
    """The last day fully loaded."""
    day = reader.frame(select(loads.c.as_of).limit(1))
    return pd.Timestamp(day["as_of"].iloc[0]).date()


def loaded_tables(reader: Reader) -> frozenset[str]:
    """The unified tables that have rows: the departments this bank has data of."""
    return frozenset(reader.frame(select(loads.c.table_name).where(loads.c.row_count > 0))["table_name"])


def known(reader: Reader) -> frozenset[str]:
    """What this bank has data of: `table` for each table with rows, `table.column` for each column its source gave."""
    found = reader.frame(select(loads.c.table_name, loads.c.given).where(loads.c.row_count > 0))
    tables = dict(zip(found["table_name"].tolist(), found["given"].str.split().tolist(), strict=True))
    return frozenset(tables) | {
        f"{table}.{column}" for table, columns in tables.items() for column in columns
    }


def status() -> Select:
    """One row per unified table: table_name, source, row_count, loaded_at, latest_on, as_of, sample."""
    return select(loads).order_by(loads.c.table_name)


def origins_of(columns: list[tuple[str, str]]) -> Select:
    """The files and file columns behind some (table, column) pairs of the unified tables."""
    wanted = tuple_(origins.c.table_name, origins.c.column_name).in_(columns)
    return select(origins).where(wanted).order_by(*origins.c)


def failed_checks() -> Select:
    """One row per check that found something: check_name, table_name, department, says, row_count, kept."""
    return select(findings).order_by(findings.c.department, findings.c.table_name, findings.c.check_name)


def found_by_checks(reader: Reader) -> pd.DataFrame:
    """`failed_checks` as the viewer may see it: `row_count` is blank where few people's rows are seen in total only."""
    found = reader.frame(failed_checks())
    in_total = {t.name for t in UNIFIED_TABLES if reader.sees_totals_only(t)}
    few = found["row_count"].between(1, reader.stores.settings.smallest_cell - 1)
    return found.assign(row_count=found["row_count"].mask(few & found["table_name"].isin(in_total)))


def undated(reader: Reader) -> pd.DataFrame:
    """Rows whose main day is not known: table_name, column_name, row_count, says.

    `row_count` is blank where the column was not given for any row, or where the rows are too few to be shown to the
    viewer. Such rows are in no figure that goes by that day.
    """
    rows = found_by_checks(reader)
    rows = rows[rows["check_name"] == UNDATED]
    main_day = {t.name: t.info["happened_on"] for t in UNIFIED_TABLES}
    rows = rows.assign(column_name=rows["table_name"].map(main_day))
    return rows[["table_name", "column_name", "row_count", "says"]].reset_index(drop=True)


def nights(reader: Reader) -> int:
    """For how many days the nightly job has described the customers; 0 if it never ran on this bank."""
    days = reader.frame(select(func.count(customer_profiles.c.as_of.distinct()).label("days")))
    return int(days["days"].iloc[0])
