"""CDNOW, the shop whose customers every paper on buying without a contract is about: the published fit comes out again.

Fader, Hardie and Lee, Marketing Science 24 (2005), table 3: the cohort's 1/10 sample, 39 of 78 weeks.
"""

from __future__ import annotations

from pathlib import Path

import lifetimes
import missing
import numpy as np
import pandas as pd
import pytest

from models import repeat_purchase

FILE = Path(__file__).parents[3] / "shared" / "real" / "cdnow" / "CDNOW_master.txt"

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def histories() -> pd.DataFrame:
    """The sampled customers until 30 September 1997, in weeks; several purchases of a day are one."""
    file = FILE if FILE.exists() else Path(__file__).parents[4] / "shared" / "real" / "cdnow" / FILE.name
    if not file.exists():
        missing.skip("the real data", "../shared/real/cdnow")
    rows = pd.read_csv(
        file, sep=r"\s+", names=["customer", "day", "cds", "spent"], header=0, dtype={"day": str}
    )
    # The library carries the list of the 2,357 customers the papers drew.
    drawn = pd.read_csv(
        Path(lifetimes.__file__).parent / "datasets" / "CDNOW_sample.txt", sep=r"\s+", header=None
    )
    rows["day"] = pd.to_datetime(rows["day"], format="%Y%m%d")
    rows = rows[rows["customer"].isin(drawn[0]) & (rows["day"] <= "1997-09-30")]
    days = rows.groupby(["customer", "day"], as_index=False)["spent"].sum()
    first = days.groupby("customer")["day"].transform("min")
    repeat = days[days["day"] > first].groupby("customer")
    people = days.groupby("customer")["day"].min().to_frame("first")
    people["frequency"] = repeat.size().reindex(people.index).fillna(0)
    last = repeat["day"].max().reindex(people.index).fillna(people["first"])
    people["recency"] = (last - people["first"]).dt.days / 7
    people["T"] = (pd.Timestamp("1997-09-30") - people["first"]).dt.days / 7
    people["spent"] = repeat["spent"].mean().reindex(people.index)
    return people.reset_index()


@pytest.fixture(scope="module")
def fitted(histories: pd.DataFrame) -> repeat_purchase.Fitted:
    return repeat_purchase.fit(histories)


def test_the_published_parameters_come_out_again(histories, fitted):
    assert len(histories) == 2357
    found = fitted.parameters
    assert [found[n] for n in ("r", "alpha", "a", "b")] == pytest.approx(
        [0.2426, 4.414, 0.793, 2.426], rel=2e-3
    )
    assert fitted.log_likelihood == pytest.approx(-9582.43, abs=0.05)
    assert [found[n] for n in ("p", "q", "v")] == pytest.approx([6.25, 3.745, 15.45], rel=5e-3)


def test_who_bought_more_and_later_is_expected_to_buy_more(histories, fitted):
    ahead = repeat_purchase.expected(fitted, histories, 39.0)
    assert (ahead["purchases"] >= 0).all()
    assert ahead["value"].notna().all()
    often = histories["frequency"] >= 5
    assert ahead[often]["purchases"].mean() > 10 * ahead[histories["frequency"] == 0]["purchases"].mean()
    assert np.isfinite(ahead["value"]).all()
