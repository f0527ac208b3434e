"""One campaign has one conclusion: value, complaints and leaving together, and no mean that few carry is praised."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.value import net_value
from pages.growth.channels import budget
from pages.growth.channels.channel_value import ValuedGroup, headline, sentence
from reports.answers import channels, decisions
from tests.morning import stores_in
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.typed_rows import rows_of
from workflow.campaigns.campaign_conclusions import ALIKE, FEW, PROMISES, Conclusion, conclude, concluded

FARES = (ALIKE, FEW, PROMISES, "more complain", "more complain, more leave early")


def group(
    verdict: str = net_value.WORTH, fares: str = ALIKE, paying: float = 80.0, **more: object
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
        (group(paying=45), Conclusion.MORE),  # 35.6 to 54.8%: fewer than half, but not clearly
        (group(fares="more complain"), Conclusion.MEND),
        (group(fares=PROMISES), Conclusion.OVERPROMISES),
        (group(net_value.NOT_WORTH, PROMISES), Conclusion.OVERPROMISES),
        (group(net_value.NOT_WORTH), Conclusion.LESS),
        (group(net_value.NOT_CLEAR), Conclusion.NOT_CLEAR),
        (group(net_value.TOO_FEW), Conclusion.TOO_FEW),
        (group(net_value.NO_COST), Conclusion.NO_COST),
        (group(net_value.NO_VALUE), Conclusion.NO_VALUE),
    ],
)
def test_the_conclusion_takes_value_complaints_and_leaving_together(
    frame: pd.DataFrame, expected: Conclusion
) -> None:
    assert conclusion(frame) is expected


def test_the_sentence_has_mean_median_and_the_share_that_pays_back_with_their_intervals() -> None:
    sentence = conclude(group(paying=20))["why"].iloc[0]
    assert "HKD 1,500 on average (HKD 1,000 to HKD 2,000)" in sentence
    assert "half bring HKD 900 or less" in sentence
    assert "20.0% (13.3% to 28.9%) bring what one cost, HKD 500" in sentence
    assert sentence.endswith("(n = 100)")


VALUES = {net_value.WORTH: (900.0, 1_100.0), net_value.NOT_WORTH: (-1_100.0, -900.0)}
OF_A_GROUP = {
    "verdict": some.sampled_from(net_value.VERDICTS),
    "shown": some.sampled_from(net_value.VERDICTS),
    "fares": some.sampled_from(FARES),
    "paying": some.one_of(some.integers(0, 100).map(float), some.just(math.nan)),
    "listed": some.booleans(),
}


@settings(max_examples=150)
@given(some.lists(some.fixed_dictionaries(OF_A_GROUP), min_size=1, max_size=4))
def test_no_page_slide_or_decision_praises_or_blames_what_the_conclusion_does_not(
    drawn: list[dict[str, Any]],
) -> None:
    """`verdict` is that of the 24 months, `shown` that of the days a page shows; not `listed`: nothing concluded."""
    groups = pd.concat(
        [
            conclude(group(d["verdict"], d["fares"], d["paying"], group=f"g{i}")).assign(
                verdict=d["shown"],
                label=f"Channel{i}",
                paid="payback not known",
                gain_low=VALUES.get(d["shown"], (-1.0, 1.0))[0],
                gain_high=VALUES.get(d["shown"], (-1.0, 1.0))[1],
            )
            for i, d in enumerate(drawn)
        ],
        ignore_index=True,
    )
    listed = pd.Series([d["listed"] for d in drawn], index=groups.index)
    groups["conclusion"] = groups["conclusion"].where(listed, "")
    good = {r.label for r in groups.itertuples() if r.conclusion == Conclusion.MORE}
    bad = {r.label for r in groups.itertuples() if r.conclusion in (Conclusion.LESS, Conclusion.OVERPROMISES)}

    def named(text: str) -> set[str]:
        return {label for label in groups["label"] if label in text}

    for part in headline(groups, "channel").split("; "):
        assert named(part) <= (bad if "not" in part.split() else good)
    for part in channels._title(groups).split("; "):
        assert named(part) <= (bad if part.lower().startswith("less for") else good)
    for decision in decisions._channels(groups):
        taken, _, given_to = decision.what.partition(" to Channel")
        assert named(taken) <= bad
        assert named(f"Channel{given_to}" if given_to else "") <= good
    for row, group_row in zip(groups.itertuples(), rows_of(groups, ValuedGroup), strict=True):
        for sentence_of_group in (sentence(group_row, 36), channels._sentence(row, 36), channels._open(row)):
            first = sentence_of_group.replace("*", "").partition(": ")[2].split(". ")[0]
            assert first.startswith((group_row.conclusion or "no conclusion", group_row.verdict))
            if first.startswith("worth"):
                assert str(group_row.conclusion).startswith(
                    "worth its cost"
                ) or sentence_of_group == channels._open(row)
    rows = pd.DataFrame(
        {"channel": groups["group"], "next_best": 1 / len(groups), "next_low": 1.0, "next_high": 2.0}
    ).assign(next_value=10.0)
    praising = budget.headline(rows, dict(zip(groups["group"], groups["conclusion"], strict=True)))
    assert {f"Channel{g[1:]}" for g in groups["group"] if g in praising} <= good


def test_a_product_has_a_verdict_and_no_conclusion() -> None:
    product = group().drop(columns="fares").assign(label="Card", verdict=net_value.NOT_WORTH)
    assert headline(product, "product") == "Card costs HKD 500 a customer and is not worth it"


def test_every_role_reads_the_same_conclusions(after_a_night: Path) -> None:
    stores = stores_in(after_a_night)
    seen = {}
    for viewer in (SYSTEM, *(Viewer(r, r, r) for r in ("sales", "marketing", "analyst", "executive"))):
        door = Reader(stores, viewer, stores.snapshot())
        campaigns = concluded(door, "campaign", date(2026, 6, 30), data_coverage.available_columns(door))
        seen[viewer.role] = dict(zip(campaigns["group"], campaigns["conclusion"], strict=True))
    whole = seen.pop(SYSTEM.role)
    assert whole
    assert all(s == whole for s in seen.values())
