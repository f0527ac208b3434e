"""Pages on a shop, whose customers do not say when they leave: values by what they buy, and no word of contracts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from tests import shop
from tests.morning import copy_of, stores_in
from tests.pages.staff import Open, cells, opener, somebody, words
from warehouse.access.reader import SYSTEM, Reader
from warehouse.load.loading import next_snapshot
from warehouse.schema import customer_values, loads
from warehouse.stores.connect import Stores

ANALYST = somebody("analyst")
SAYS = "a value is what customers with such a buying history bring"


@pytest.fixture(scope="module")
def stores(shop_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    folder = copy_of(shop_folder / "data", tmp_path_factory.mktemp("shop") / "data")
    opened = stores_in(folder, products="orders", margin_share=shop.MARGIN_SHARE)
    yield opened
    opened.app_db.dispose()


@pytest.fixture
def open_as(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    yield from opener(stores, monkeypatch)


def test_channel_value_judges_channels_and_says_on_what_values_rest(open_as: Open) -> None:
    app = open_as(ANALYST, "channel-value")
    assert not app.error
    page_text = words(app)
    assert SAYS in page_text
    assert "40.0% of revenue, as the setting `margin_share` says" in page_text.replace("\\", "")
    assert "net revenue a customer was predicted for the 12 months" in page_text
    assert "contract" not in page_text.lower().replace("non_contractual", "")
    assert "left again" not in page_text
    # A month in which none of a few newcomers bought brought nothing: it was delivered, with what others bought.
    assert "not on record" not in cells(app)


def test_a_customers_page_says_how_likely_he_buys_again_and_what_he_bought(
    stores: Stores, open_as: Open
) -> None:
    reader = Reader(stores, SYSTEM, stores.snapshot())
    best = select(customer_values.c.customer_id).order_by(customer_values.c.value.desc()).limit(1)
    number = str(reader.frame(best)["customer_id"].iloc[0])
    app = open_as(somebody("relationship_manager"), "customer", cid=number)
    assert not app.error
    page_text = words(app)
    assert "such customers buy again" in page_text
    assert "Square: purchase" in page_text
    assert "Bought" in cells(app)
    metrics = {m.label: m for m in app.metric}
    assert {"Purchases", "Last purchase", "Lifetime value"} <= set(metrics)
    assert SAYS in metrics["Lifetime value"].help
    assert "such customers leave" not in page_text
    assert "contract" not in page_text.lower()


def test_what_a_role_does_not_see_is_not_said_to_be_absent(open_as: Open) -> None:
    """C0000 was won by no lead: all that is on record are purchases, which Service does not see."""
    page_text = words(open_as(somebody("service"), "customer", cid="C0000"))
    assert "No contact or case of this customer is on record in what your role sees." in page_text
    assert "purchase" not in page_text.lower()


def test_data_status_says_on_what_values_rest(open_as: Open) -> None:
    assert SAYS in words(open_as(ANALYST, "data-status"))


def test_without_costs_and_leads_it_is_revenue_by_month_under_that_name(
    shop_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_of(shop_folder / "data", tmp_path / "data")
    poor = stores_in(tmp_path / "data", products="orders")
    with next_snapshot(poor) as draft:
        draft.connection.execute(delete(customer_values))
        # As if the leads had never been delivered.
        draft.connection.execute(update(loads).where(loads.c.table_name == "leads").values(row_count=0))
    shop.night(poor)
    app = next(opener(poor, monkeypatch))(ANALYST, "channel-value")
    assert not app.error
    page_text = words(app)
    assert "What each channel costs and brings: not known: `leads` was not given" in page_text
    assert "Revenue of new customers, by month since joining" in page_text
    assert "Revenue before all costs" in page_text
    assert "Net revenue of new customers" not in page_text
    assert app.title[0].value.endswith("is not known: `revenues.cost_to_serve` was not given")
    poor.app_db.dispose()


@pytest.mark.parametrize("role", ["analyst", "executive"])
def test_without_leads_it_is_the_value_of_everybody_by_month_of_joining(
    role: str, shop_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy_of(shop_folder / "data", tmp_path / "data")
    alone = stores_in(tmp_path / "data", products="orders", margin_share=shop.MARGIN_SHARE)
    with next_snapshot(alone) as draft:
        draft.connection.execute(update(loads).where(loads.c.table_name == "leads").values(row_count=0))
    app = next(opener(alone, monkeypatch))(somebody(role), "channel-value")
    assert app.title[0].value.startswith("A customer is expected to bring HKD")
    assert app.title[0].value.endswith("in the next 36 months, on average over 400 customers")
    assert "Lifetime value by month of joining" in words(app)
    assert "Jul 2025" in cells(app)
    alone.app_db.dispose()
