"""One campaign has one conclusion: value, complaints and leaving together, and no mean that few carry is praised."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from morning import stores_in

from models import worth
from pages.growth.channel_value import headline
from reports.answers.channels import praised
from warehouse import coverage
from warehouse.access import SYSTEM, Reader, Viewer
from workflow.conclusions import ALIKE, FEW, PROMISES, Conclusion, conclude, concluded

FARES = (ALIKE, FEW, PROMISES, "more complain", "more complain, more leave early")


def group(
    verdict: str = worth.WORTH, fares: str = ALIKE, paying: float = 80.0, **more: object
) -> pd.DataFrame:
    row = {
        "group": "C1",
        "verdict": verdict,
        "fares": fares,
        "median": 900.0,
        "paying": paying,
        "valued": 100.0,
        "won": 100.0,
        "cac": 500.0,
        "cost": 50_000.0,
        "ltv": 1_500.0,
        "ltv_low": 1_000.0,
        "ltv_high": 2_000.0,
    }
    return pd.DataFrame([row | more])


def conclusion(frame: pd.DataFrame) -> Conclusion:
    return Conclusion(conclude(frame)["conclusion"].iloc[0])


@pytest.mark.parametrize(
    ("frame", "expected"),
    [
        (group(), Conclusion.MORE),
        (group(fares=FEW), Conclusion.MORE),
        (group(paying=20), Conclusion.FEW_CARRY),
        (group(paying=45), Conclusion.MORE),  # 35.6 to 54.8 %: fewer than half, but not clearly
        (group(fares="more complain"), Conclusion.MEND),
        (group(fares=PROMISES), Conclusion.OVERPROMISES),
        (group(worth.NOT_WORTH, PROMISES), Conclusion.OVERPROMISES),
        (group(worth.NOT_WORTH), Conclusion.LESS),
        (group(worth.NOT_CLEAR), Conclusion.NOT_CLEAR),
        (group(worth.TOO_FEW), Conclusion.TOO_FEW),
        (group(worth.NO_COST), Conclusion.NO_COST),
        (group(worth.NO_VALUE), Conclusion.NO_VALUE),
    ],
)
def test_the_conclusion_takes_value_complaints_and_leaving_together(
    frame: pd.DataFrame, expected: Conclusion
) -> None:
    assert conclusion(frame) is expected


def test_the_sentence_has_mean_median_and_the_share_that_pays_back_with_their_intervals() -> None:
    said = conclude(group(paying=20))["why"].iloc[0]
    assert "HKD 1,500 on average (HKD 1,000 to HKD 2,000)" in said
    assert "half bring HKD 900 or less" in said
    assert "20.0 % (13.3 % to 28.9 %) bring what one cost, HKD 500" in said
    assert said.endswith("(n = 100)")


@settings(max_examples=60)
@given(
    verdict=some.sampled_from(worth.VERDICTS),
    fares=some.sampled_from(FARES),
    paying=some.one_of(some.integers(0, 100).map(float), some.just(math.nan)),
)
def test_nothing_is_praised_on_a_page_or_a_slide_that_the_conclusion_does_not_praise(
    verdict: str, fares: str, paying: float
) -> None:
    found = conclude(group(verdict, fares, paying)).assign(label="Email")
    good = found["conclusion"].iloc[0] == Conclusion.MORE
    assert ("is worth it" in headline(found, "campaign")) == good
    assert (len(praised(found)) == 1) == good
    if good:
        assert fares in (ALIKE, FEW)
        assert verdict == worth.WORTH


def test_every_role_reads_the_same_conclusions(after_a_night: Path) -> None:
    stores = stores_in(after_a_night)
    seen = {}
    for viewer in (SYSTEM, *(Viewer(r, r, r) for r in ("sales", "marketing", "analyst", "executive"))):
        door = Reader(stores, viewer, stores.snapshot())
        found = concluded(door, "campaign", date(2026, 6, 30), coverage.known(door))
        seen[viewer.role] = dict(zip(found["group"], found["conclusion"], strict=True))
    whole = seen.pop(SYSTEM.role)
    assert whole
    assert all(s == whole for s in seen.values())
