"""From “they go together” to a test: how many people it takes, written down before anybody looks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import select
from statsmodels.stats.power import NormalIndPower
from statsmodels.stats.proportion import proportion_effectsize

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import planned_tests
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores

MAY_PLAN = frozenset({"analyst", "marketing", "service", "executive"})
POWER, ALPHA = 0.8, 0.05
LONGEST = 500


@dataclass(frozen=True, kw_only=True)
class PlannedTest:
    """A row of `planned`: what a test shall answer, and how many people each of its two groups needs."""

    question: str
    per_arm: int
    planned_by: str
    planned_at: datetime


def people_needed(base_rate: float, smallest_effect: float) -> int:
    """Per group, to find a relative change of `smallest_effect` of `base_rate` with 80% power at 5% (two-sided).

    Raises ChangeRefused for a rate outside (0, 1) or an effect that leads out of it or is none.
    """
    other = base_rate * (1 + smallest_effect)
    if not 0 < base_rate < 1 or not 0 < other < 1 or not smallest_effect:
        raise ChangeRefused(
            "Such a test cannot be planned: give a rate between 0% and 100% and a change that stays between them."
        )
    size = abs(proportion_effectsize(other, base_rate))
    needed: float = NormalIndPower().solve_power(size, alpha=ALPHA, power=POWER, alternative="two-sided")
    return math.ceil(needed)


def plan(stores: Stores, viewer: Viewer, question: str, base_rate: float, smallest_effect: float) -> int:
    """Append a planned test and give the people needed per group. Raises AccessRefused (logged) or ChangeRefused."""
    sentence = "Your role does not plan tests. Ask an analyst."
    audit.check_role(stores, viewer, MAY_PLAN, "test.refused", sentence, question)
    question = question.strip()
    if not 10 <= len(question) <= LONGEST:
        raise ChangeRefused(f"Say in 10 to {LONGEST} characters what the test is to answer.")
    needed = people_needed(base_rate, smallest_effect)
    with audit.entry(stores, viewer.username, "test.plan", question[:64]) as entry:
        entry.append(
            planned_tests,
            "planned",
            question=question,
            base_rate=base_rate,
            smallest_effect=smallest_effect,
            per_arm=needed,
        )
    return needed


def planned(reader: Reader) -> pd.DataFrame:
    """All planned tests, the newest first."""
    return reader.frame(select(planned_tests).order_by(planned_tests.c.test_id.desc()))
