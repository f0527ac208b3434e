"""One row per customer as of a day: what the rules, the churn model and the customer page share.

Nothing dated after the day is used, also where a row is older but one of its values is not: a case settled later is
still open, an account closed later still held, a survey answered later not yet answered. Each fact is added up on its
own before it is joined, so no row is multiplied.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    Column,
    ColumnElement,
    Float,
    FromClause,
    Select,
    Table,
    case,
    cast,
    func,
    literal,
    null,
    select,
)
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause

from metrics.customers.profile_parts import PARTS
from metrics.customers.relationships import with_us
from warehouse.access.data_coverage import AvailableColumns
from warehouse.schema import UNIFIED, UNIFIED_TABLES, customer_profiles, customers
from warehouse.sql.dialects import days_between, ratio, to_float

EVERY_TABLE = AvailableColumns(frozenset(table.name for table in UNIFIED_TABLES))


def profile(as_of: date, available: AvailableColumns = EVERY_TABLE) -> Select[Any]:
    """The rows of `derived.customer_profiles` for everybody who was with the bank at the end of `as_of`.

    `available` names the unified tables that have rows and, as `table.column`, the columns that hold something; a table
    without any column named is taken to have all of them. What would come from another table or column is NULL, "not
    known"; within a known table no booking, case or session counts as 0, while no balance or revenue row stays NULL,
    because a missing month says nothing about the amount. Windows of n days end with `as_of` and include it.

    Somebody whose day of joining is not known is described, too; for how long he is a customer is not known.

    Values that carry no date of their own are taken as they stand today: a customer's segment and RM, and a
    withdrawal without a day of settlement.
    """
    here = _present(as_of)
    values: dict[str, ColumnElement[Any]] = {
        "customer_id": here.c.customer_id,
        "as_of": literal(as_of),
        "segment": here.c.segment,
        "rm_id": here.c.rm_id,
        "tenure_days": days_between(here.c.joined_on, literal(as_of)),
    }
    joined: FromClause = here
    for needs, part in PARTS:
        if not needs <= available:
            continue
        fact = part(as_of)
        joined = joined.outerjoin(fact, fact.c.customer_id == here.c.customer_id)
        for column in fact.c:
            if column.name != "customer_id" and _columns_of(fact, column.name) <= _given(available):
                values[column.name] = func.coalesce(column, 0) if _counts(column.name) else column
    _complete(values, here, as_of)
    empty = null()
    return select(
        *(_typed(values.get(column.name, empty), column).label(column.name) for column in customer_profiles.c)
    ).select_from(joined)


def needs_of(feature: str) -> tuple[str, ...]:
    """The unified tables and columns (`tickets`, `tickets.complaint`) without which a number of the profile is not known.

    Of what is computed from several facts, those of each; nothing for what every customer has.
    """
    parts = _COMPUTED.get(feature, (feature,))
    names_needed: dict[str, None] = {}
    for needs, part in PARTS:
        fact = part(_ANY_DAY)
        for name in parts:
            if name in fact.c and name != "customer_id":
                names_needed |= dict.fromkeys([*sorted(needs), *sorted(_columns_of(fact, name))])
    return tuple(names_needed)


_ANY_DAY = date(2000, 1, 1)
_COMPUTED = {
    "days_since_customer_made_transaction": ("last_moved_at",),
    "days_since_spoken": ("last_spoken_at",),
    "balance_change_90d": ("total_balance", "balance_90d_before"),
    "balance_change_30d": ("total_balance", "balance_30d_before"),
}
"""A number of the profile that more than one fact gives → those it is computed from."""


def _columns_of(fact: CTE, name: str) -> frozenset[str]:
    """The columns of unified tables, as `table.column`, that a column of a fact is computed from."""
    return frozenset(_read(_statement_of(fact).selected_columns[name]))


def _statement_of(fact: CTE) -> Select[Any]:
    assert isinstance(fact.element, Select)
    return fact.element


def _read(expression: Any) -> Iterator[str]:
    for part in visitors.iterate(expression):
        if isinstance(part, Column) and isinstance(part.table, Table) and part.table.schema == UNIFIED:
            if not part.info["optional"]:
                yield f"{part.table.name}.{part.key}"
        elif isinstance(part, ColumnClause) and isinstance(part.table, CTE):
            yield from _read(_statement_of(part.table).selected_columns[part.key])


@lru_cache(maxsize=64)
def _given(available: AvailableColumns) -> frozenset[str]:
    tables = {
        name for name in available if "." not in name and not any(k.startswith(f"{name}.") for k in available)
    }
    every = (f"{t.name}.{c.key}" for t in UNIFIED_TABLES if t.name in tables for c in t.c)
    return available | frozenset(every)


def _typed(value: ColumnElement[Any], column: Column[Any]) -> ColumnElement[Any]:
    # DuckDB's FLOAT keeps seven digits; a double is the same number on every engine.
    return to_float(value) if isinstance(column.type, Float) else cast(value, column.type)


def _complete(values: dict[str, ColumnElement[Any]], here: CTE, as_of: date) -> None:
    """Add what is computed from more than one fact."""
    if "last_moved_at" in values:
        values["days_since_customer_made_transaction"] = days_between(
            func.coalesce(values["last_moved_at"], here.c.joined_on), literal(as_of)
        )
    if "last_spoken_at" in values:
        values["days_since_spoken"] = days_between(
            func.coalesce(values["last_spoken_at"], here.c.joined_on), literal(as_of)
        )
    for balance, holding in (
        ("total_balance", "saved_accounts"),
        ("savings_balance", "savings_accounts"),
    ):
        if balance in values and holding in values:
            # Without an open account there is nothing to know: the balance is 0.
            values[balance] = case((values[balance].is_not(None), values[balance]), (values[holding] == 0, 0))
    for change, earlier in (
        ("balance_change_90d", "balance_90d_before"),
        ("balance_change_30d", "balance_30d_before"),
    ):
        if earlier in values and "total_balance" in values:
            before = values[earlier]
            values[change] = case((before > 0, ratio(values["total_balance"] - before, before)))


def _counts(name: str) -> bool:
    """Whether nothing found means 0 (events, holdings) rather than not known (amounts at a date, answers)."""
    return not name.endswith(("_on", "_since")) and name not in {
        "total_balance",
        "savings_balance",
        "balance_90d_before",
        "balance_30d_before",
        "last_moved_at",
        "last_spoken_at",
        "last_nps",
        "last_csat",
        "complaint_days_to_settle",
        "revenue_365d",
        "net_revenue_365d",
    }


def _present(as_of: date) -> CTE:
    return (
        select(customers.c.customer_id, customers.c.segment, customers.c.rm_id, customers.c.joined_on)
        .where(with_us(as_of))
        .cte("present")
    )
