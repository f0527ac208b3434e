"""The batch alarm: quiet about small batches, rarely wrong, and clear about a campaign that promises too much."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.experiments.control_limits import FALSE_ALARM, SMALLEST, alarms, judged


def bank(*batches: tuple[int, int], window: int = 90) -> pd.DataFrame:
    """(reviewed, accepted) of campaigns A, B, …"""
    return pd.DataFrame(
        [
            {"campaign": chr(65 + i), "window": window, "decided": n, "accepted": k}
            for i, (n, k) in enumerate(batches)
        ]
    )


def test_a_campaign_far_below_the_others_alarms_and_the_others_do_not() -> None:
    raised = alarms(bank((400, 320), (300, 240), (200, 60)))
    assert raised["campaign"].tolist() == ["C"]
    assert raised["usual"].item() == pytest.approx(0.8)
    assert 0.3 < raised["limit"].item() < 0.8


@pytest.mark.parametrize("small", range(1, SMALLEST))
def test_a_small_batch_never_alarms_even_if_none_was_accepted(small: int) -> None:
    assert alarms(bank((400, 320), (300, 240), (small, 0))).empty


def test_the_limit_is_wider_for_a_smaller_batch() -> None:
    limit = judged(bank((4000, 3200), (25, 20), (100, 80), (400, 320))).set_index("campaign")["limit"]
    assert limit["B"] < limit["C"] < limit["D"] < 0.8


def test_a_small_difference_is_none_however_many_leads_show_it() -> None:
    assert alarms(bank((50_000, 40_000), (50_000, 37_500))).empty


def test_without_other_campaigns_or_figures_nothing_is_judged() -> None:
    assert alarms(bank((400, 20))).empty
    blank = bank((400, 320), (300, 240), (200, 60)).astype({"accepted": float})
    blank.loc[2, "accepted"] = np.nan
    assert alarms(blank).empty


def test_the_shortest_window_that_shows_it_speaks() -> None:
    both = pd.concat([bank((400, 320), (60, 12), window=30), bank((900, 720), (300, 100), window=365)])
    assert alarms(both.reset_index(drop=True))["window"].tolist() == [30]


def test_false_alarms_are_as_rare_as_stated() -> None:
    """30 campaigns alike, three windows, 400 banks: below the stated rate for campaign and bank."""
    draw, wrong, judged_batches = np.random.default_rng(7), 0, 0
    for _ in range(400):
        sizes = draw.integers(5, 400, 30)
        batches = pd.concat(
            pd.DataFrame(
                {
                    "campaign": range(30),
                    "window": w,
                    "decided": sizes,
                    "accepted": draw.binomial(sizes, 0.75),
                }
            )
            for w in (30, 90, 365)
        )
        wrong += len(alarms(batches.reset_index(drop=True)))
        judged_batches += 30
    assert wrong / judged_batches <= FALSE_ALARM


def test_a_campaign_that_turned_bad_is_found() -> None:
    """Half as many accepted as elsewhere, 60 reviewed: found nearly always."""
    draw = np.random.default_rng(8)
    alarm_counts = [len(alarms(bank((900, 675), (60, int(k))))) for k in draw.binomial(60, 0.375, 300)]
    assert np.mean(alarm_counts) > 0.95
