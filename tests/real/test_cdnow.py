"""A shop's purchases (CDNOW, 23,570 customers): the published parameters of its tenth, and who buys in the half that follows.

`sample_customers.txt` lists the customers of the tenth that Fader, Hardie and Lee (2005) fitted.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.value import repeat_purchases
from models.value.repeat_purchases import PurchaseRates
from tests import missing

pytestmark = pytest.mark.real
HERE = Path(__file__).parent
FIRST_HALF = pd.Timestamp("1997-09-30")


@pytest.fixture(scope="module")
def purchases() -> pd.DataFrame:
    """A row per customer of the tenth and day with a purchase: `customer_id`, `on`, `spend`."""
    file = HERE.parents[2] / "shared" / "real" / "cdnow" / "CDNOW_master.txt"
    if not file.exists():
        missing.skip("the real data", "../shared/real/cdnow")
    columns = ["customer_id", "on", "number", "spend"]
    rows = pd.read_csv(file, sep=r"\s+", header=0, names=columns)
    sample = {int(number) for number in (HERE / "cdnow" / "sample_customers.txt").read_text().split()}
    rows = rows[rows["customer_id"].isin(sample)]
    rows["on"] = pd.to_datetime(rows["on"].astype(str), format="%Y%m%d")
    return rows.groupby(["customer_id", "on"])["spend"].sum().reset_index()


@pytest.fixture(scope="module")
def histories(purchases: pd.DataFrame) -> pd.DataFrame:
    """The histories of the first 39 weeks, with what repeat purchases brought as in the paper."""
    seen = purchases[purchases["on"] <= FIRST_HALF]
    first = seen.groupby("customer_id")["on"].transform("min")
    by_customer = seen.assign(again=seen["spend"].where(seen["on"] > first)).groupby("customer_id")
    began, last = by_customer["on"].min(), by_customer["on"].max()
    return pd.DataFrame(
        {
            "repeats": by_customer.size() - 1,
            "last": (last - began).dt.days / 7,
            "age": (FIRST_HALF - began).dt.days / 7,
            "spend": by_customer["again"].mean(),
        }
    )


@pytest.fixture(scope="module")
def rates(histories: pd.DataFrame) -> PurchaseRates:
    return repeat_purchases.fitted_rates(histories)


def test_the_published_rates_of_buying_and_leaving_come_out(
    rates: PurchaseRates, histories: pd.DataFrame
) -> None:
    assert len(histories) == 2357
    assert (rates.r, rates.alpha, rates.a, rates.b) == pytest.approx((0.243, 4.414, 0.793, 2.426), abs=5e-4)
    assert rates.log_likelihood == pytest.approx(-9582.4, abs=0.05)


def test_the_published_rates_of_spending_come_out(histories: pd.DataFrame) -> None:
    spend = repeat_purchases.fitted_spend(histories["repeats"], histories["spend"])
    assert (spend.p, spend.q) == pytest.approx((6.25, 3.745), abs=5e-3)
    assert spend.v == pytest.approx(15.45, abs=0.01)


def test_who_bought_much_buys_much_in_the_half_that_follows(
    rates: PurchaseRates, histories: pd.DataFrame, purchases: pd.DataFrame
) -> None:
    """Out of time: 39 weeks predicted from the 39 before; the model is known to stay a little below here."""
    later = purchases[purchases["on"] > FIRST_HALF].groupby("customer_id").size()
    came = later.reindex(histories.index, fill_value=0)
    expected = pd.Series(
        repeat_purchases.expected_purchases(rates, histories, np.array([39.0]))[:, 0], histories.index
    )
    assert came.sum() == 1882
    assert 0.85 < expected.sum() / came.sum() < 1
    bought = histories["repeats"].clip(upper=7)
    by_bought = pd.DataFrame({"expected": expected, "came": came}).groupby(bought).mean()
    assert by_bought["came"].is_monotonic_increasing
    assert np.corrcoef(by_bought["expected"], by_bought["came"])[0, 1] > 0.99
    assert by_bought.loc[7, "expected"] == pytest.approx(by_bought.loc[7, "came"], rel=0.05)
    # Who is called likely to buy does buy: not one group of ten is out of order by chance alone.
    chance = repeat_purchases.buys_again(rates, histories, 39.0)
    fifth = pd.qcut(pd.Series(chance, histories.index).rank(method="first"), 5, labels=False)
    did = (came > 0).groupby(fifth).mean()
    predicted = pd.Series(chance, histories.index).groupby(fifth).mean()
    assert did.iloc[-1] > 3 * did.iloc[0]
    assert (did - predicted).abs().max() < 0.1
