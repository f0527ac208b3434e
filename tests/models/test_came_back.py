"""A customer who left and came back is one again from that day; the departure and the return stay in their months."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd
import pytest
from sqlalchemy import select

from metrics.customers import customer_search, timeline
from metrics.customers.departures import departures
from metrics.customers.profile import profile
from metrics.definitions.scope import Scope, month
from metrics.query import query
from metrics.query.query import Query
from tests.morning import stores_in
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.load.loading import load
from warehouse.schema import findings
from warehouse.stores.connect import Stores

CUSTOMERS = """\
customer_id,full_name,joined_on,left_on,acquired_by_lead_id
STAYED,Ann,2020-01-01,,
LEFT,Ben,2020-01-01,2026-02-10,
JOINED,Cat,2026-04-20,2026-02-10,
OPENED,Dan,2020-01-01,2026-02-10,
TWICE,Eva,2020-01-01,2026-02-10,
"""
ACCOUNTS = """\
account_id,customer_id,product,opened_on,closed_on
A0,STAYED,current,2020-01-01,
A1,LEFT,current,2020-01-01,2026-02-10
A2,JOINED,current,2020-01-01,2026-02-10
A3,JOINED,current,2026-04-20,
A4,OPENED,current,2020-01-01,2026-02-10
A5,OPENED,savings,2026-03-05,
A6,TWICE,current,2020-01-01,2026-02-10
A7,TWICE,savings,2026-03-05,2026-05-05
"""
AS_OF = date(2026, 6, 30)


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    folder = tmp_path_factory.mktemp("back")
    (folder / "files").mkdir()
    (folder / "files" / "customers.csv").write_text(CUSTOMERS)
    (folder / "files" / "accounts.csv").write_text(ACCOUNTS)
    stores = stores_in(folder / "data")
    load(stores, folder / "files", as_of=AS_OF)
    yield stores
    stores.app_db.dispose()


def test_the_departure_and_the_return_are_each_in_their_month(bank: Stores) -> None:
    months = tuple(month(2026, n) for n in range(2, 7))
    question = Query.of(["customers_at_start", "customers_left"], Scope(months[0]), periods=months)
    by_month = query.ask(question, Reader(bank, SYSTEM))
    assert by_month["customers_left"].tolist() == [4, 0, 0, 0, 0]
    # April: two opened an account again in March. May: one joined again. June: of the two one closed it.
    assert by_month["customers_at_start"].tolist() == [5, 1, 3, 4, 3]


def test_who_is_with_us_today_has_a_profile_and_who_left_again_has_none(bank: Stores) -> None:
    profiles = Reader(bank, SYSTEM).frame(
        profile(AS_OF, AvailableColumns(frozenset({"customers", "accounts"})))
    )
    assert set(profiles["customer_id"]) == {"STAYED", "JOINED", "OPENED"}


def test_a_departure_of_before_is_no_departure_of_the_window(bank: Stores) -> None:
    departed = Reader(bank, SYSTEM).frame(departures(date(2026, 4, 30), 30)).set_index("customer_id")
    assert departed["left_in_window"].to_dict() == {"STAYED": 0, "JOINED": 0, "OPENED": 0, "TWICE": 1}


def test_the_page_of_a_customer_says_the_return_and_not_the_departure(bank: Stores) -> None:
    reader = Reader(bank, Viewer("sam", "Sam", "service"))
    (row,) = reader.rows(timeline.person("OPENED"))
    assert pd.isna(row.left_on)
    assert pd.Timestamp(row.returned_on).date() == date(2026, 3, 5)
    left_on = reader.frame(customer_search.search("n")).set_index("customer_id")["left_on"]
    assert left_on[left_on.notna()].index.tolist() == ["LEFT"]


def test_dates_that_contradict_each_other_are_findings(bank: Stores) -> None:
    failed_checks = Reader(bank, SYSTEM).frame(select(findings)).set_index("check_name")["row_count"]
    assert failed_checks["left before joined"] == 1
    assert failed_checks["opened after the customer left"] == 2
