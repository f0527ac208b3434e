"""The profile as of a day: worked numbers, nothing from later, nothing multiplied, not known is not 0."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, Table, create_engine, delete, insert, text, update
from sqlalchemy.dialects import sqlite

from metrics.customers.profile import EVERY_TABLE, profile
from warehouse.access.data_coverage import AvailableColumns
from warehouse.schema import (
    BANK,
    PRODUCTS,
    accounts,
    balances,
    customer_profiles,
    customers,
    product_usage,
    revenues,
    surveys,
    tickets,
    touches,
    transactions,
)

DAY = date(2026, 6, 30)
YES_OR_NO = (True, False, None)
MOSTLY_YES = (True, *YES_OR_NO)
FACTS = (accounts, balances, transactions, revenues, product_usage, tickets, surveys, touches)


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = create_engine("duckdb:///:memory:")
    with engine.begin() as bank:
        for schema in ("unified", "derived"):
            bank.execute(text(f"CREATE SCHEMA {schema}"))
        BANK.create_all(bank)
    return engine


@pytest.fixture
def bank(engine: Engine):
    with engine.connect() as connection:
        yield connection
        connection.rollback()


def _ask(bank: Connection, day: date, available: AvailableColumns = EVERY_TABLE) -> pd.DataFrame:
    result = bank.execute(profile(day, available))
    frame = pd.DataFrame(result.fetchall(), columns=list(result.keys()))
    return frame.sort_values("customer_id").reset_index(drop=True)


def _at(day: date, hour: int = 12) -> datetime:
    return datetime.combine(day, datetime.min.time()) + timedelta(hours=hour)


def _ago(days: int) -> date:
    return DAY - timedelta(days=days)


def _fill(bank: Connection, table, *rows: dict) -> None:
    for row in rows:
        bank.execute(insert(table).values(**row))


@pytest.fixture
def ada(bank: Connection) -> Connection:
    """One customer with a bit of everything, small enough to check in the head."""
    me = {"customer_id": "ADA"}
    _fill(bank, customers, me | {"joined_on": date(2024, 6, 30), "segment": "mass", "rm_id": "R1"})
    _fill(
        bank,
        accounts,
        me | {"account_id": "S", "product": "savings", "opened_on": date(2024, 6, 30)},
        me | {"account_id": "I", "product": "investment", "opened_on": date(2025, 1, 1)},
        me | {"account_id": "M", "product": "mortgage", "opened_on": date(2025, 1, 1)},
        me | {"account_id": "X", "product": "card", "opened_on": date(2025, 1, 1), "closed_on": DAY},
    )
    for month, saved in ((date(2026, 3, 31), 900), (date(2026, 5, 31), 700), (DAY, 300)):
        _fill(
            bank,
            balances,
            me | {"account_id": "S", "month_on": month, "balance": saved},
            me | {"account_id": "I", "month_on": month, "balance": 100},
            me | {"account_id": "M", "month_on": month, "balance": -5000},
        )
    booked: list[tuple[int, int, bool | None]] = [
        (29, -10, True),
        (30, -20, True),
        (89, 5, True),
        (90, -7, True),
        (180, -1, True),
    ]
    booked += [(1, 50, False), (2, -3, None)]
    for n, (days, amount, made) in enumerate(booked):
        row = {"transaction_id": str(n), "account_id": "S", "booked_at": _at(_ago(days)), "kind": "transfer"}
        _fill(bank, transactions, me | row | {"amount": amount, "customer_made": made})
    for days in (20, 100, 130, 200):
        row = {"transaction_id": f"salary {days}", "booked_at": _at(_ago(days)), "kind": "salary"}
        _fill(bank, transactions, me | row | {"amount": 9000, "customer_made": False})
    for days, feature, sessions in ((0, "pay", 2), (29, "card", 1), (30, "pay", 4), (119, "fx", 8)):
        row = {"used_on": _ago(days), "feature": feature, "sessions": sessions}
        _fill(bank, product_usage, me | row)
    cases = [
        (10, None, True, False),  # open
        (20, 5, True, None),  # settled
        (30, None, True, True),  # taken back
        (40, None, False, False),  # a question
        (200, None, True, False),  # older than 90 days
    ]
    for n, (days, settled, complaint, withdrawn) in enumerate(cases):
        row = {"opened_at": _at(_ago(days)), "complaint": complaint, "withdrawn": withdrawn}
        row["resolved_at"] = None if settled is None else _at(_ago(settled))
        _fill(bank, tickets, me | row | {"ticket_id": str(n)})
    for n, (days, kind, score) in enumerate(((50, "nps", 9), (40, "nps", 2), (30, "csat", 4))):
        row = {"asked_at": _at(_ago(days)), "answered_at": _at(_ago(days - 1))}
        _fill(bank, surveys, me | row | {"survey_id": str(n), "kind": kind, "score": score})
    for n, kind in enumerate(("call", "email", "branch", "click")):
        _fill(bank, touches, me | {"touch_id": str(n), "kind": kind, "touched_at": _at(_ago(3))})
    _fill(
        bank,
        revenues,
        me | {"product": "savings", "month_on": DAY, "revenue": 70, "cost_to_serve": 20},
        me | {"product": "savings", "month_on": _ago(400), "revenue": 1, "cost_to_serve": 1},
    )
    return bank


ANSWER = {
    "tenure_days": 730,
    "products_held": 3,
    "product_kinds": 3,
    "holds_wealth": 1,
    "holds_credit": 1,
    "total_balance": 400,
    "savings_balance": 300,
    "balance_90d_before": 1000,
    "balance_change_90d": -0.6,
    "balance_30d_before": 800,
    "balance_change_30d": -0.5,
    "balance_on": DAY,
    "balance_90d_before_on": date(2026, 3, 31),
    "balance_30d_before_on": date(2026, 5, 31),
    "accounts_opened_90d": 0,
    "accounts_closed_90d": 1,
    "last_account_opened_on": date(2025, 1, 1),
    "last_account_closed_on": DAY,
    "days_since_customer_made_transaction": 29,
    "customer_made_transactions_30d": 1,
    "customer_made_transactions_90d": 3,
    "customer_made_transactions_prev_90d": 1,
    "outflow_90d": 30,
    "inflow_90d": 5,
    "salaries_90d": 1,
    "salaries_prev_90d": 2,
    "app_sessions_30d": 3,
    "app_sessions_prev_90d": 12,
    "app_features_90d": 2,
    "last_app_use_on": DAY,
    "complaints_90d": 2,
    "complaints_365d": 3,
    "open_complaints_90d": 1,
    "open_complaint_since": _ago(10),
    "last_complaint_on": _ago(10),
    "complaint_days_to_settle": 15,
    "tickets_90d": 4,
    "last_ticket_on": _ago(10),
    "last_nps": 2,
    "last_csat": 4,
    "last_nps_on": _ago(39),
    "last_csat_on": _ago(29),
    "contacts_90d": 3,
    "last_contact_on": _ago(3),
    "days_since_spoken": 3,
    "revenue_365d": 70,
    "net_revenue_365d": 50,
}


def test_every_number_of_a_profile_can_be_checked_by_hand(ada: Connection) -> None:
    (row,) = _ask(ada, DAY).to_dict("records")
    days = {name for name in ANSWER if name.endswith(("_on", "_since"))}
    numbers = {name: row[name] for name in ANSWER if name not in days}
    assert numbers == pytest.approx({name: ANSWER[name] for name in numbers})
    assert {name: pd.Timestamp(row[name]).date() for name in days} == {name: ANSWER[name] for name in days}
    assert set(ANSWER) | {"customer_id", "as_of", "segment", "rm_id"} == set(row)
    assert (row["customer_id"], row["as_of"], row["segment"], row["rm_id"]) == (
        "ADA",
        DAY,
        "mass",
        "R1",
    )


def test_the_columns_are_those_of_the_derived_table() -> None:
    assert profile(DAY).selected_columns.keys() == customer_profiles.c.keys()


def test_only_those_who_were_with_the_bank_at_the_end_of_the_day(bank: Connection) -> None:
    for name, joined, left in (
        ("joined today", DAY, None),
        ("joined tomorrow", _ago(-1), None),
        ("leaves tomorrow", _ago(9), _ago(-1)),
        ("left today", _ago(9), DAY),
        # Not given is not “never”: whose day of joining is not known is a customer until the day of leaving.
        ("no day of joining", None, None),
        ("no day of joining, left", None, _ago(3)),
    ):
        _fill(bank, customers, {"customer_id": name, "joined_on": joined, "left_on": left})
    assert _ask(bank, DAY)["customer_id"].tolist() == ["joined today", "leaves tomorrow", "no day of joining"]


def test_a_department_without_data_is_not_known_rather_than_nothing(ada: Connection) -> None:
    of = {
        "accounts": ["products_held", "holds_credit", "total_balance"],
        "balances": ["total_balance", "balance_change_90d"],
        "transactions": ["customer_made_transactions_30d", "days_since_customer_made_transaction"],
        "product_usage": ["app_sessions_30d", "app_features_90d"],
        "tickets": ["complaints_90d", "open_complaints_90d", "tickets_90d"],
        "surveys": ["last_nps"],
        "touches": ["contacts_90d"],
        "revenues": ["revenue_365d", "net_revenue_365d"],
    }
    for table, columns in of.items():
        (row,) = _ask(ada, DAY, AvailableColumns(EVERY_TABLE - {table})).to_dict("records")
        assert all(pd.isna(row[name]) for name in columns), table


def test_a_customer_without_events_has_none_and_without_amounts_is_not_known(
    ada: Connection,
) -> None:
    _fill(ada, customers, {"customer_id": "BEN", "joined_on": _ago(40)})
    _fill(
        ada,
        accounts,
        {"account_id": "B", "customer_id": "BEN", "product": "savings", "opened_on": _ago(40)},
    )
    row = _ask(ada, DAY).set_index("customer_id").loc["BEN"]
    assert (row["complaints_90d"], row["app_sessions_30d"], row["outflow_90d"]) == (0, 0, 0)
    assert row["days_since_customer_made_transaction"] == 40
    assert row[["total_balance", "savings_balance", "revenue_365d", "last_nps"]].isna().all()


def test_who_has_no_account_to_save_in_has_a_balance_of_0(ada: Connection) -> None:
    _fill(ada, customers, {"customer_id": "CAT", "joined_on": _ago(40)})
    row = _ask(ada, DAY).set_index("customer_id").loc["CAT"]
    assert (row["total_balance"], row["savings_balance"]) == (0, 0)


def test_a_missing_cost_makes_the_net_not_known(ada: Connection) -> None:
    _fill(ada, revenues, {"customer_id": "ADA", "product": "card", "month_on": DAY, "revenue": 5})
    (row,) = _ask(ada, DAY).to_dict("records")
    assert row["revenue_365d"] == 75
    assert pd.isna(row["net_revenue_365d"])


def test_interest_and_fees_do_not_wake_a_dormant_customer(bank: Connection) -> None:
    _fill(bank, customers, {"customer_id": "DOR", "joined_on": _ago(1000)})
    for days, made in ((400, True), (1, False), (0, None)):
        row = {"transaction_id": str(days), "customer_id": "DOR", "booked_at": _at(_ago(days))}
        _fill(bank, transactions, row | {"customer_made": made})
    assert _ask(bank, DAY)["days_since_customer_made_transaction"].tolist() == [400]


def test_it_compiles_for_sqlite_too() -> None:
    assert "WITH present" in str(profile(DAY).compile(dialect=sqlite.dialect()))


class Gathered:
    """Rows of many tables, put in at once: one by one would take most of the test's time."""

    def __init__(self) -> None:
        self.rows: dict[Table, list[dict]] = defaultdict(list)

    def add(self, table: Table, **row: object) -> None:
        self.rows[table].append(row)

    def put_into(self, bank: Connection) -> None:
        raw: Any = bank.connection.driver_connection
        for table, rows in self.rows.items():
            raw.register("gathered", pd.DataFrame(rows, dtype=object).astype("string"))
            names = [column.key for column in table.c if column.key in rows[0]]
            casts = (f"CAST({n} AS {table.c[n].type.compile(bank.dialect)})" for n in names)
            columns, values = ", ".join(names), ", ".join(casts)
            bank.execute(text(f"INSERT INTO {table} ({columns}) SELECT {values} FROM gathered"))
            raw.unregister("gathered")


def _random_bank(bank: Connection, seed: int, people: int = 12) -> None:
    """Facts of a few customers scattered over the years round DAY, with gaps, later ends and unknown values."""
    random, rows = np.random.default_rng(seed), Gathered()

    def day(low: int = -500, high: int = 300) -> date:
        return DAY + timedelta(days=int(random.integers(low, high)))

    def later(start: date | datetime, gap: int = 200) -> date | datetime | None:
        return None if random.random() < 0.4 else start + timedelta(days=int(random.integers(0, gap)))

    def number(low: int, high: int) -> int | None:
        return None if random.random() < 0.15 else int(random.integers(low, high))

    def pick(*values: object) -> object:
        return values[int(random.integers(len(values)))]

    for i in range(people):
        me = {"customer_id": f"C{i:02}"}
        joined = day(-900, 100)
        rows.add(customers, **me, joined_on=joined, left_on=later(joined, 1200))
        for a in range(int(random.integers(0, 4))):
            held, opened = me | {"account_id": f"{i}-{a}"}, joined + timedelta(days=a * 50)
            rows.add(
                accounts,
                **held,
                product=pick(*PRODUCTS),
                opened_on=opened,
                closed_on=later(opened, 900),
            )
            for month in pd.date_range(DAY - timedelta(days=200), periods=12, freq="ME"):
                rows.add(balances, **held, month_on=month.date(), balance=number(-50, 900))
        for n in range(int(random.integers(0, 12))):
            key, at = f"{i}-{n}", _at(day(), int(random.integers(0, 24)))
            rows.add(
                transactions,
                **me,
                transaction_id=key,
                booked_at=at,
                amount=number(-99, 99),
                kind=pick("salary", "transfer", None),
                customer_made=pick(*MOSTLY_YES),
            )
            rows.add(
                tickets,
                **me,
                ticket_id=key,
                opened_at=at,
                resolved_at=later(at),
                complaint=pick(*YES_OR_NO),
                withdrawn=pick(*YES_OR_NO),
            )
            answered = later(at, 60)
            rows.add(
                surveys,
                **me,
                survey_id=key,
                kind=pick("nps", "csat", "ces"),
                asked_at=at,
                answered_at=answered,
                score=answered and number(0, 11),
            )
            rows.add(touches, **me, touch_id=key, kind=pick("call", "click"), touched_at=at)
            rows.add(product_usage, **me, feature=key, used_on=day(), sessions=number(0, 9))
            on = DAY + timedelta(days=31 * (n - 6))
            cost = number(0, 50)
            rows.add(revenues, **me, product="savings", month_on=on, revenue=50, cost_to_serve=cost)
    rows.put_into(bank)


def _cut(bank: Connection, day: date) -> None:
    """Make the bank what it was at the end of `day`: later rows gone, values recorded later not there yet."""
    for table in (customers, *FACTS):
        column = table.c[table.info["happened_on"]]
        bank.execute(delete(table).where(column >= _at(day + timedelta(days=1), 0)))
    after = _at(day + timedelta(days=1), 0)
    for table, end, also in (
        (customers, "left_on", ()),
        (accounts, "closed_on", ()),
        (tickets, "first_reply_at", ()),
        (tickets, "resolved_at", ("withdrawn",)),
        (surveys, "answered_at", ("score", "comment")),
    ):
        gone = dict.fromkeys((end, *also))
        bank.execute(update(table).where(table.c[end] >= after).values(**gone))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6), shift=st.integers(-150, 150))
def test_a_profile_uses_nothing_dated_after_its_day(engine: Engine, seed: int, shift: int) -> None:
    day = DAY + timedelta(days=shift)
    with engine.connect() as bank:
        _random_bank(bank, seed)
        whole = _ask(bank, day)
        _cut(bank, day)
        pd.testing.assert_frame_equal(whole, _ask(bank, day))
        bank.rollback()


def test_one_row_per_customer_however_many_facts(bank: Connection) -> None:
    _random_bank(bank, seed=4, people=20)
    assert not _ask(bank, DAY)["customer_id"].duplicated().any()
