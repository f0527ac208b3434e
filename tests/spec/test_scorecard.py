"""The campaign scorecard accuses who deserves it, and nobody among equals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from metrics.attribution.campaign_quality import ASPECTS, judge

COUNTS = [c for a in ASPECTS for c in (a.top, a.bottom)]


def _counts(random: np.random.Generator, campaigns: int, size: int = 800) -> pd.DataFrame:
    """Campaigns that are all alike: 80% accepted, 4% complaints, 10% early leavers."""
    shares = {"accepted": 0.8, "complained_early": 0.04, "left_early": 0.1}
    frame = pd.DataFrame({"campaign": [f"C{i:02}" for i in range(campaigns)]})
    for aspect in ASPECTS:
        people = size * (4 if aspect.bottom == "decided" else 1)
        frame[aspect.bottom] = float(people)
        frame[aspect.top] = random.binomial(people, shares[aspect.top], campaigns).astype(float)
    return frame


def _bad(counts: pd.DataFrame) -> pd.DataFrame:
    """The first campaign made worse in all three."""
    counts.loc[0, ["accepted", "complained_early", "left_early"]] = [1_200.0, 120.0, 220.0]
    return counts


def test_a_campaign_that_is_worse_in_all_three_is_accused_and_no_other() -> None:
    counts = _bad(_counts(np.random.default_rng(1), 20))
    judged = judge(counts, counts[COUNTS].sum())
    assert judged["verdict"].tolist()[0] == "overpromise risk: high"
    assert judged["campaign"].iloc[0] == "C00"
    assert (judged["verdict"].iloc[1:] == "in line with the others").all()
    assert judged["rank_held"].iloc[0] > 0.99
    assert judged["times_worse"].iloc[0] > 2


@pytest.mark.parametrize(
    ("better", "verdict"),
    [
        ("accepted", "more complain, more leave early"),
        ("complained_early", "fewer accepted, more leave early"),
        ("left_early", "fewer accepted, more complain"),
    ],
)
def test_two_of_the_three_are_another_trouble_and_it_is_named(better: str, verdict: str) -> None:
    """Leads that Sales accepts, or customers who neither complain nor leave: then it does not promise too much."""
    counts = _counts(np.random.default_rng(1), 20)
    fine = counts[better][0]
    counts = _bad(counts)
    counts.loc[[0], better] = fine
    verdicts = judge(counts, counts[COUNTS].sum()).set_index("campaign")["verdict"]
    assert verdicts.pop("C00") == verdict
    assert (verdicts == "in line with the others").all()


def test_among_equal_campaigns_one_is_accused_in_at_most_one_of_twenty_banks() -> None:
    random = np.random.default_rng(2026)
    accused = 0
    for _ in range(20):
        counts = _counts(random, 12)
        accused += bool((judge(counts, counts[COUNTS].sum())["verdict"] != "in line with the others").any())
    assert accused <= 1


def test_too_few_people_too_few_cases_and_not_known_are_not_judged() -> None:
    counts = _bad(_counts(np.random.default_rng(1), 20))
    counts.loc[1, ["decided", "accepted"]] = [29.0, 10.0]
    counts.loc[2, "complained_early"] = 9.0
    counts.loc[3, "left_early"] = np.nan
    judged = judge(counts, counts[COUNTS].sum()).set_index("campaign")
    assert (judged.loc[["C01", "C02", "C03"], "verdict"] == "not enough data yet").all()
    assert judged.loc[["C01", "C02", "C03"], ["rank", "times_worse", "p"]].isna().all(axis=None)
    assert np.isnan(judged["early_complaints"]["C02"])
    assert judged["acceptance_rate"]["C02"] > 0  # what is known is shown


def test_no_campaign_gives_no_verdict() -> None:
    none = _counts(np.random.default_rng(1), 2).iloc[:0]
    assert judge(none, none[COUNTS].sum()).empty


def test_an_interval_holds_its_share() -> None:
    counts = _counts(np.random.default_rng(3), 5)
    judged = judge(counts, counts[COUNTS].sum())
    for aspect in ASPECTS:
        assert (judged[f"{aspect.name}_low"] < judged[aspect.name]).all()
        assert (judged[aspect.name] < judged[f"{aspect.name}_high"]).all()
