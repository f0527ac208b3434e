"""A real bank's accounts, clients, cards, loans and orders: the figures its files are known for come out again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import func, select

from metrics.catalogue import CATALOGUE
from metrics.definitions.scope import Period, Scope
from metrics.query import query
from metrics.query.query import Query
from warehouse.access.data_coverage import as_of, available_columns, loaded_tables
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.schema import accounts, customer_profiles, customers, transactions
from warehouse.stores.connect import Stores
from workflow import nightly

pytestmark = [pytest.mark.real, pytest.mark.xdist_group("berka")]


@pytest.fixture
def reader(berka: Stores) -> Reader:
    return Reader(berka, SYSTEM)


@pytest.fixture(scope="module")
def clients(berka_files: Path) -> pd.DataFrame:
    """The raw file of clients, read without the mapping."""
    return pd.read_csv(berka_files / "client.asc", sep=";", dtype=str)


def _one(reader: Reader, statement) -> int:
    ((number,),) = reader.rows(statement)
    return int(number)


def test_every_client_account_card_and_loan_is_there(reader: Reader) -> None:
    assert _one(reader, select(func.count()).select_from(customers)) == 5_369
    held = reader.frame(select(accounts.c.product, func.count().label("n")).group_by(accounts.c.product))
    assert dict(zip(held["product"], held["n"], strict=True)) == {"current": 4_500, "card": 892, "loan": 682}


def test_the_owners_with_a_standing_order_and_those_with_neither_card_nor_loan(reader: Reader) -> None:
    owners = select(transactions.c.customer_id).where(transactions.c.kind == "standing_order").distinct()
    assert _one(reader, select(func.count()).select_from(owners.subquery())) == 3_758
    more = select(accounts.c.customer_id).where(accounts.c.product.in_(["card", "loan"]))
    plain = owners.where(transactions.c.customer_id.not_in(more)).subquery()
    assert _one(reader, select(func.count()).select_from(plain)) == 2_544


def test_accounts_opened_by_year(reader: Reader) -> None:
    opened = reader.frame(select(accounts.c.opened_on).where(accounts.c.product == "current"))["opened_on"]
    years = Counter(pd.to_datetime(opened).dt.year)
    assert years == {1993: 1_139, 1994: 439, 1995: 661, 1996: 1_363, 1997: 898}


def test_women_and_men_are_told_by_the_month_of_birth(clients: pd.DataFrame) -> None:
    month = clients["birth_number"].str[2:4].astype(int)
    assert ((month > 50).sum(), (month <= 50).sum()) == (2_645, 2_724)
    assert month.where(month <= 50, month - 50).between(1, 12).all()


def test_the_year_of_birth_is_read_right_for_women_too(reader: Reader, clients: pd.DataFrame) -> None:
    loaded = reader.frame(select(customers.c.customer_id, customers.c.birth_year)).set_index("customer_id")
    raw = clients.set_index("client_id")["birth_number"]
    assert len(loaded) == len(raw)
    assert (loaded["birth_year"] == 1900 + raw.str[:2].astype(int).reindex(loaded.index)).all()
    assert loaded["birth_year"].between(1911, 1987).all()


def test_everybody_joined_with_the_first_account_they_may_use(reader: Reader, berka_files: Path) -> None:
    may_use = pd.read_csv(berka_files / "disp.asc", sep=";", dtype=str)
    opened = pd.read_csv(berka_files / "account.asc", sep=";", dtype=str)
    first = may_use.merge(opened, on="account_id").groupby("client_id")["date"].min()
    loaded = reader.frame(select(customers.c.customer_id, customers.c.joined_on)).set_index("customer_id")
    joined = pd.to_datetime(loaded["joined_on"]).dt.strftime("%y%m%d")
    assert (joined == first.reindex(joined.index)).all()


def test_a_standing_order_has_no_day_and_is_no_sign_of_life(reader: Reader) -> None:
    orders = reader.frame(
        select(transactions.c.booked_at, transactions.c.customer_made).where(
            transactions.c.kind == "standing_order"
        )
    )
    assert orders["booked_at"].isna().all()
    assert not orders["customer_made"].astype(bool).any()


def test_what_the_bank_did_not_give_is_not_known_rather_than_0(reader: Reader) -> None:
    assert set(loaded_tables(reader)) == {"customers", "accounts", "transactions"}
    year = Scope(Period(date(1996, 1, 1), date(1996, 12, 31)))
    answer = query.ask(Query.of(sorted(CATALOGUE), year), reader, available_columns(reader))
    for name in ("leads", "won", "win_rate", "marketing_cost", "revenue", "nps", "complaints"):
        assert answer[name].isna().all(), name
    # The files do not say who left, so nobody knows how many stayed.
    for name in ("churn_rate", "customers_left", "customers_at_start"):
        assert answer[name].isna().all(), name
    assert answer["open_alerts"].eq(0).all()


def test_customers_at_the_start_of_a_year_are_those_who_joined_before(reader: Reader) -> None:
    for year in (1995, 1998):
        scope = Scope(Period(date(year, 1, 1), date(year, 12, 31)))
        there = query.ask(Query.of(["customers_at_start"], scope), reader)["customers_at_start"].iloc[0]
        assert there == _one(
            reader,
            select(func.count()).select_from(customers).where(customers.c.joined_on < scope.period.start),
        )


def test_an_rm_of_a_bank_without_rms_sees_nobody(berka: Stores) -> None:
    assert Reader(berka, Viewer("a", "A", "relationship_manager", rm_id="R1")).frame(select(customers)).empty


def test_a_night_describes_everybody_and_says_why_nobody_was_scored(
    berka_folder: Path, own_copy: Callable[[Path], Stores]
) -> None:
    stores = own_copy(berka_folder)
    report = nightly.run(stores)
    reader = Reader(stores, SYSTEM)
    assert report.as_of == as_of(reader)
    assert report.customers == 5_369 == _one(reader, select(func.count()).select_from(customer_profiles))
    assert (report.scored, report.credits) == (0, 0)
    assert report.messages
    again = nightly.run(stores)
    assert again.customers == 5_369 == _one(reader, select(func.count()).select_from(customer_profiles))
