"""In a larger bank the campaign that promises too much is found, and no other is accused."""

from __future__ import annotations

import pandas as pd
import pytest
from sqlalchemy import select

from metrics.attribution import campaign_quality
from warehouse.access.data_coverage import as_of, available_columns
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.schema import campaigns
from warehouse.stores.connect import Stores

# One worker builds the bank these share; the other goes on elsewhere meanwhile.
pytestmark = pytest.mark.xdist_group("valued-20000")


def _judged(stores: Stores, viewer: Viewer) -> pd.DataFrame:
    reader = Reader(stores, viewer, stores.snapshot())
    return campaign_quality.of_the_bank(reader, as_of(reader), available_columns(reader))


def test_the_overpromising_campaign_is_flagged_and_no_other(large: tuple[Stores, dict]) -> None:
    stores, truth = large[0], large[1]["overpromising_campaign"]
    judged = _judged(stores, SYSTEM)
    assert judged[judged["verdict"] == "overpromise risk: high"]["campaign"].tolist() == [truth]
    assert judged["campaign"].iloc[0] == truth
    assert judged["rank_held"].iloc[0] > 0.95
    every = Reader(stores, SYSTEM).frame(select(campaigns.c.campaign_id))
    assert set(judged["campaign"]) <= set(every["campaign_id"])


@pytest.mark.parametrize("role", ["marketing", "sales", "executive", "analyst"])
def test_every_role_of_the_page_reads_the_same_verdicts(large: tuple[Stores, dict], role: str) -> None:
    stores, _ = large
    seen = _judged(stores, Viewer("v", "V", role)).set_index("campaign")["verdict"]
    pd.testing.assert_series_equal(
        seen.sort_index(), _judged(stores, SYSTEM).set_index("campaign")["verdict"].sort_index()
    )
