"""A shop's customers do not say when they leave: the night values them by what they buy, and says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.definitions.scope import Period, Scope
from metrics.query import value_basis
from metrics.query.missing_reasons import why
from metrics.query.query import Query, ask, figures
from models.value.repeat_purchases import PurchaseModel
from tests import shop
from tests.morning import copy_of, stores_in
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns, why_not_there
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import next_snapshot
from warehouse.schema import customer_values, customers, revenues, transactions, value_hindsight
from warehouse.stores.connect import Stores
from workflow.records import run_notes
from workflow.scoring import valuation

Once = Callable[[str, Callable[[Path], None]], Path]
YEAR = Period(date(2025, 7, 1), date(2026, 6, 30))


@pytest.fixture
def bought(shop_folder: Path, tmp_path: Path) -> Stores:
    """A copy of the shop after its night."""
    copy_of(shop_folder / "data", tmp_path / "data")
    return stores_in(tmp_path / "data", products="orders", margin_share=shop.MARGIN_SHARE)


def test_what_was_given_decides_on_what_values_rest() -> None:
    sells = {"customers", "revenues", "transactions", value_basis.BOUGHT}
    assert value_basis.rests_on_purchases(sells)
    assert not value_basis.rests_on_purchases(sells | {value_basis.LEFT})
    # Whoever holds accounts has a contract, though nobody said when it ended.
    assert not value_basis.rests_on_purchases(sells | {"accounts"})
    assert not value_basis.rests_on_purchases(sells - {"revenues"})


def test_the_night_values_everybody_who_bought_and_says_on_what_it_rests(bought: Stores) -> None:
    reader = Reader(bought, SYSTEM, bought.snapshot())
    values = reader.frame(select(customer_values))
    buyers = reader.frame(select(transactions.c.customer_id).distinct())
    assert set(values["customer_id"]) == set(buyers["customer_id"])
    assert set(values["model"]) == {"non_contractual"}
    assert (values["value_low"] <= values["value"]).all()
    assert (values["value"] <= values["value_high"]).all()
    assert values["stay_probability"].between(0, 1).all()
    note = why_not_there(reader, run_notes.HOW_VALUED)
    assert "as `customers.left_on` was not given" in note
    assert "40.0% of revenue, as the setting `margin_share` says" in note


def test_once_its_customers_are_valued_a_shop_still_does_not_know_who_left(bought: Stores) -> None:
    reader = Reader(bought, SYSTEM, bought.snapshot())
    available = data_coverage.available_columns(reader)
    answer = ask(
        Query.of(["customers_left", "churn_rate", "lifetime_value"], Scope(YEAR)), reader, available
    ).iloc[0]
    assert pd.isna(answer["customers_left"])
    assert pd.isna(answer["churn_rate"])


def test_a_years_values_are_held_against_what_came_with_nothing_dated_later(bought: Stores) -> None:
    reader = Reader(bought, SYSTEM, bought.snapshot())
    table = reader.frame(select(value_hindsight).order_by(value_hindsight.c.tenth))
    assert set(table["model"]) == {"non_contractual"}
    assert set(table["predicted_on"].astype(str)) == {"2025-06-30"}
    assert table["predicted"].is_monotonic_increasing
    total = (table["predicted"] * table["people"]).sum() / (table["realised"] * table["people"]).sum()
    assert 0.75 < total < 1.25
    then, available = date(2025, 6, 30), data_coverage.available_columns(reader)
    before, _ = valuation._model(reader, then, available)
    with next_snapshot(bought) as draft:
        later = transactions.c.booked_at >= pd.Timestamp(2025, 7, 1)
        draft.connection.execute(transactions.delete().where(later))
        dear = revenues.update().where(revenues.c.month_on > then).values(revenue=1_000_000)
        draft.connection.execute(dear)
    after, _ = valuation._model(Reader(bought, SYSTEM, bought.snapshot()), then, available)
    assert before == after


def test_what_a_customer_brought_so_far_is_his_revenue_times_what_remains(bought: Stores) -> None:
    """Added up in another way, for who bought once, so long ago that nothing more is counted."""
    short = replace(bought, settings=replace(bought.settings, value_horizon_months=6))
    shop.night(short)
    reader = Reader(short, SYSTEM, short.snapshot())
    values = reader.frame(select(customer_values)).set_index("customer_id")["since_joining"]
    booked = reader.frame(select(revenues)).groupby("customer_id").filter(lambda rows: len(rows) == 1)
    joined = reader.frame(select(customers.c.customer_id, customers.c.joined_on))
    old = booked.merge(joined, on="customer_id")
    old = old[pd.to_datetime(old["joined_on"]) < pd.Timestamp(2025, 12, 1)]
    assert len(old) > 5
    expected = 0.4 * old["revenue"].astype(float) / 1.08 ** (1 / 12)
    assert values.loc[old["customer_id"]].to_list() == pytest.approx(expected.to_list())


def test_a_cost_that_was_not_given_is_not_zero(shop_folder: Path, tmp_path: Path) -> None:
    copy_of(shop_folder / "data", tmp_path / "data")
    stores = stores_in(tmp_path / "data", products="orders")
    with next_snapshot(stores) as draft:
        draft.connection.execute(customer_values.delete())
        draft.connection.execute(value_hindsight.delete())
    valued, (remark,) = shop.night(stores)
    assert valued == 0
    assert remark == (
        "Not known: `revenues.cost_to_serve` was not given. The setting `margin_share` can say which part of revenue "
        "remains after costs."
    )
    reader = Reader(stores, SYSTEM, stores.snapshot())
    assert why_not_there(reader, run_notes.HINDSIGHT) == remark
    covered = data_coverage.of(reader)
    assert covered is not None
    answer = ask(Query.of(["customers_valued"], Scope(YEAR), (), [YEAR]), reader, covered.available)
    values = figures(CATALOGUE["customers_valued"], answer.iloc[0])
    missing = why("customers_valued", YEAR, values, covered)
    assert missing is not None
    assert missing.sentence == "Not known: `revenues.cost_to_serve` was not given."


def test_lifetime_value_is_a_figure_of_a_shop_too(bought: Stores) -> None:
    reader = Reader(bought, SYSTEM, bought.snapshot())
    covered = data_coverage.of(reader)
    assert covered is not None
    answer = ask(
        Query.of(["lifetime_value", "customers_valued"], Scope(YEAR), (), [YEAR]), reader, covered.available
    )
    assert answer["customers_valued"].iloc[0] > 50
    assert answer["lifetime_value"].iloc[0] > 0


def test_booked_costs_come_before_the_setting(bought: Stores) -> None:
    with next_snapshot(bought) as draft:
        draft.connection.execute(revenues.update().values(cost_to_serve=revenues.c.revenue * 0.9))
    reader = Reader(bought, SYSTEM, bought.snapshot())
    available = AvailableColumns(data_coverage.available_columns(reader) | {value_basis.COST})
    assert "less cost to serve" in valuation.how(reader, available)
    model, _ = valuation._model(reader, shop.AS_OF, available)
    assert isinstance(model, PurchaseModel)
    assert model.margin_share == pytest.approx(0.1, abs=1e-4)


def test_a_shop_that_has_just_opened_is_told_how_long_to_wait(bought: Stores) -> None:
    with next_snapshot(bought) as draft:
        early = transactions.c.booked_at < pd.Timestamp(2026, 4, 1)
        draft.connection.execute(transactions.delete().where(early))
    valued, (remark,) = shop.night(bought)
    assert valued == 0
    assert remark.startswith("It is too early for lifetime values: 180 days of purchases are needed")
