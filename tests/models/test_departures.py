"""Who left: the end of the relationship or of the main account, inside the window and not outside it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, create_engine, insert, text
from sqlalchemy.dialects import sqlite

from metrics.customers.departures import departures
from warehouse.schema import BANK, accounts, customers

DAY = date(2026, 3, 31)


def _in(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest.fixture
def bank() -> Iterator[Connection]:
    engine = create_engine("duckdb:///:memory:")
    with engine.connect() as connection:
        for schema in ("unified", "derived"):
            connection.execute(text(f"CREATE SCHEMA {schema}"))
        BANK.create_all(connection)
        yield connection


def _holder(bank: Connection, name: str, *held: tuple[str, date | None], left: date | None = None) -> None:
    bank.execute(insert(customers).values(customer_id=name, joined_on=date(2020, 1, 1), left_on=left))
    for n, (product, closed) in enumerate(held):
        row = {"account_id": f"{name} {n}", "customer_id": name, "product": product}
        bank.execute(insert(accounts).values(**row, opened_on=date(2020, 1, 1), closed_on=closed))


def left_by_customer(bank: Connection) -> dict[str, int]:
    return dict(bank.execute(departures(DAY, 90)).fetchall())


def test_a_relationship_that_ends_inside_the_window_counts(bank: Connection) -> None:
    for name, left in (("first day", 1), ("last day", 90), ("a day later", 91), ("before", 0)):
        _holder(bank, name, left=_in(left))
    _holder(bank, "stays")
    assert left_by_customer(bank) == {"first day": 1, "last day": 1, "a day later": 0, "stays": 0}


def test_who_closes_the_current_account_has_left_though_other_accounts_stay(bank: Connection) -> None:
    _holder(bank, "current closed", ("current", _in(30)), ("savings", None), ("mortgage", None))
    _holder(bank, "current closed too late", ("current", _in(91)), ("savings", None))
    _holder(bank, "savings closed beside a current account", ("current", None), ("savings", _in(30)))
    _holder(bank, "savings is the main account", ("savings", _in(30)), ("card", None))
    _holder(bank, "neither", ("card", _in(30)))
    _holder(bank, "closed long before", ("current", _in(-30)), ("savings", None))
    assert left_by_customer(bank) == {
        "current closed": 1,
        "current closed too late": 0,
        "savings closed beside a current account": 0,
        "savings is the main account": 1,
        "neither": 0,
        "closed long before": 0,
    }


def test_a_new_number_for_the_same_kind_of_account_is_no_departure(bank: Connection) -> None:
    _holder(bank, "renumbered", ("current", _in(30)))
    row = {"account_id": "new", "customer_id": "renumbered", "product": "current"}
    bank.execute(insert(accounts).values(**row, opened_on=_in(20)))
    assert left_by_customer(bank) == {"renumbered": 0}


def test_it_compiles_for_sqlite_too() -> None:
    assert "main_accounts" in str(departures(DAY, 90).compile(dialect=sqlite.dialect()))
