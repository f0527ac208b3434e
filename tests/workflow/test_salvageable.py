"""Who can be saved: unknown until an experiment proves it; then the queue goes by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.load.loading import next_snapshot
from warehouse.schema import customer_scores, experiment_results
from warehouse.stores.connect import Stores
from workflow import nightly
from workflow.alerts import alert_queue
from workflow.experiments.persuadable import (
    GROUPS,
    MODEL,
    SALVAGEABLE,
    hidden_groups,
    judged,
    known_chances,
)

# One worker builds the bank these share; the other goes on elsewhere meanwhile.
pytestmark = pytest.mark.xdist_group("night-4000")

LEAD = Viewer("lead", "Lead", "team_lead", team="Central")


@pytest.fixture
def night(copied: Callable[[Path], Stores], after_a_night: Path) -> Stores:
    return copied(after_a_night)


def _chances(stores: Stores) -> pd.DataFrame:
    t = customer_scores
    return Reader(stores, SYSTEM).frame(select(t).where(t.c.model == MODEL))


def test_without_proof_nobody_is_said_to_be_kept_and_the_queue_goes_by_risk(night: Stores) -> None:
    assert _chances(night).empty
    queue = alert_queue.open_alerts(Reader(night, LEAD))
    assert queue["saved"].isna().all()
    scored = queue[queue["probability"].notna()]
    worth = (scored["value_at_stake"].astype(float) * scored["probability"].astype(float)).tolist()
    assert worth == sorted(worth, reverse=True)


def test_with_proof_everybody_gets_a_chance_and_the_queue_goes_by_it(night: Stores) -> None:
    proof = pd.DataFrame(
        {
            "experiment": ["Project Unity"],
            "outcome": [SALVAGEABLE],
            "looked_on": [date(2026, 6, 30)],
            "figure": ["qini"],
            "value": [0.01],
            "low": [0.005],
            "high": [0.02],
        }
    )
    t = experiment_results
    with next_snapshot(night) as draft:
        draft.write(t, proof, replacing=(t.c.outcome == SALVAGEABLE))
    nightly.run(night)
    chances = _chances(night)
    assert len(chances) > 3000
    assert chances["probability"].between(0, 1).all()
    queue = alert_queue.open_alerts(Reader(night, LEAD))
    assert queue["saved"].notna().all()
    worth = queue["value_at_stake"].astype(float).clip(lower=0) * queue["saved"]
    assert worth.is_monotonic_decreasing
    who = queue["customer_id"].iloc[0]
    assert known_chances(Reader(night, LEAD), [who]).loc[who] == queue["saved"].iloc[0]


def test_too_few_departures_give_no_figure() -> None:
    described = pd.DataFrame({"treated": [True, False] * 50, "left": [0, 1, 1, 0] * 25})
    assert judged(described.assign(total_balance=np.arange(100.0)), 10, 1.96) == {}


@given(st.lists(st.one_of(st.integers(0, 25), st.integers(0, 2000)), min_size=4, max_size=4))
def test_of_the_four_groups_no_few_people_are_left_by_subtraction(numbers: list[int]) -> None:
    sizes = dict(zip(GROUPS, numbers, strict=True))
    hidden = hidden_groups(sizes, 10)
    assert {group for group, n in sizes.items() if 0 < n < 10} <= hidden
    rest = sum(sizes[group] for group in hidden)
    assert not hidden or (len(hidden) > 1 and rest >= 10) or all(sizes[g] == 0 for g in set(GROUPS) - hidden)


def test_the_four_groups_hold_everybody_once_and_call_helps_the_persuadable_alone() -> None:
    random = np.random.default_rng(5)
    n = 8000
    moved, balance = random.integers(0, 300, n), random.lognormal(11, 1, n)
    treated = random.random(n) < 0.5
    chance = np.where(moved > 150, 0.35 - 0.3 * treated, 0.2)
    described = pd.DataFrame(
        {
            "days_since_customer_made_transaction": moved,
            "total_balance": balance,
            "treated": treated,
            "left": (random.random(n) < chance).astype(int),
        }
    )
    figures = judged(described, 10, 1.96)
    assert figures["qini"].low > 0
    sizes = [figures[group].value for group in GROUPS]
    assert n / 2 < np.nansum(sizes) <= n
    assert np.isnan(sizes).sum() != 1, "one that is hidden alone could be worked out"
    kept = figures["persuadable_effect"]
    assert kept.high < -0.15, "treated less held out: fewer of them leave"
    others = [figures[f"{group}_effect"] for group in GROUPS[1:3] if f"{group}_effect" in figures]
    assert others
    assert all(abs(effect.value) < 0.1 for effect in others)
