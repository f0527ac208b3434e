"""Whose day of joining is not known is a customer: counted, described, and dated by his first account where it tells."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from metrics.catalogue import CATALOGUE
from metrics.customers.departures import departures
from metrics.customers.profile import profile
from metrics.definitions.scope import Period, Scope
from metrics.query.query import Query, ask
from tests.morning import stores_in
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import load
from warehouse.stores.connect import Stores
from warehouse.validation.checks import UNDATED

DAY = date(2026, 6, 30)
Q2 = Period(date(2026, 4, 1), DAY)
CUSTOMERS = "customer_id,joined_on,left_on\n" + "".join(
    f"C{i},{'' if i <= 5 else '2020-01-01'},{'2026-05-10' if i in (1, 6) else ''}\n" for i in range(1, 11)
)


@pytest.fixture
def stores(tmp_path: Path):
    opened = stores_in(tmp_path / "data")
    yield opened
    opened.app_db.dispose()


def bank(stores: Stores, folder: Path, **files: str) -> Reader:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    load(stores, folder, as_of=DAY)
    return Reader(stores, SYSTEM)


def figures(reader: Reader) -> dict[str, float]:
    names = ["customers_at_start", "customers_left", "churn_rate"]
    answer = ask(Query.of(names, Scope(Q2), [], [Q2]), reader).iloc[0]
    return {name: answer[name] for name in names}


def joined(reader: Reader) -> dict[str, object]:
    from sqlalchemy import select

    from warehouse.schema import customers

    frame = reader.frame(select(customers.c.customer_id, customers.c.joined_on))
    days = frame["joined_on"].astype(object).where(frame["joined_on"].notna(), None)
    return dict(zip(frame["customer_id"], [d and str(d)[:10] for d in days], strict=True))


def test_ten_customers_of_whom_five_have_no_day_of_joining_are_ten(stores, tmp_path):
    reader = bank(stores, tmp_path / "f", customers=CUSTOMERS)
    assert figures(reader) == {"customers_at_start": 10, "customers_left": 2, "churn_rate": 0.2}
    checked = data_coverage.visible_failed_checks(reader)
    (row,) = checked[checked["check_name"] == UNDATED].itertuples()
    assert (row.table_name, row.row_count) == ("customers", 5)
    described = reader.frame(profile(DAY, AvailableColumns(frozenset({"customers"}))))
    assert sorted(described["customer_id"]) == sorted(f"C{i}" for i in range(1, 11) if i not in (1, 6))
    assert described["tenure_days"].isna().sum() == 4, "for how long is not known"
    assert len(reader.frame(departures(date(2026, 3, 31), 90))) == 10


def test_the_first_account_dates_its_customer_where_every_account_has_its_day(stores, tmp_path):
    accounts = (
        "account_id,customer_id,product,opened_on\nA1,C2,savings,2026-05-01\nA2,C2,card,2026-06-01\n"
        "A3,C3,savings,2026-05-01\nA4,C3,card,\nA5,C4,savings,2019-01-01\nA6,C7,savings,2026-02-01\n"
    )
    reader = bank(stores, tmp_path / "f", customers=CUSTOMERS, accounts=accounts)
    days = joined(reader)
    assert (days["C2"], days["C3"], days["C4"], days["C7"]) == (
        "2026-05-01",
        None,
        "2019-01-01",
        "2020-01-01",
    )
    assert figures(reader)["customers_at_start"] == 9, "C2 joined in May"
    findings = reader.frame(data_coverage.failed_checks()).set_index("check_name")["row_count"]
    assert findings["joined with the first account"] == 2
    described = reader.frame(profile(DAY, AvailableColumns(frozenset({"customers", "accounts"})))).set_index(
        "customer_id"
    )
    assert described.loc["C3", "products_held"] == 2, "an account without its day is held until it is closed"


def test_an_older_account_that_comes_later_dates_its_customer_anew(stores, tmp_path):
    head = "account_id,customer_id,product,opened_on\n"
    bank(stores, tmp_path / "f", customers=CUSTOMERS, accounts=head + "A1,C2,savings,2026-05-01\n")
    (tmp_path / "g").mkdir()
    (tmp_path / "g" / "accounts.csv").write_text(head + "A0,C2,savings,2015-05-01\nA9,C9,card,2026-06-30\n")
    load(stores, tmp_path / "g", as_of=DAY, since=DAY)
    assert joined(Reader(stores, SYSTEM))["C2"] == "2015-05-01"


def test_a_bank_that_gives_no_day_of_joining_at_all_is_given_none(stores, tmp_path):
    accounts = "account_id,customer_id,opened_on\nA1,C1,2026-05-01\n"
    reader = bank(stores, tmp_path / "f", customers="customer_id\nC1\n", accounts=accounts)
    assert joined(reader) == {"C1": None}
    assert "customers.joined_on" not in data_coverage.available_columns(reader)


def test_the_words_say_that_they_count():
    assert "not known" in CATALOGUE["customers_at_start"].description
