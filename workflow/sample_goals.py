"""Targets for the sample bank's fiscal year, so that every card has one to be judged by."""

from __future__ import annotations

from datetime import date

from metrics import CATALOGUE
from metrics.query import Question, ask
from metrics.scope import Period, Scope, months_back
from warehouse.access import SYSTEM, Reader
from warehouse.connect import Stores
from workflow.goals import set_goal

CHANGES = {
    "leads": 1.10,
    "mql": 1.25,
    "sql": 1.10,
    "opportunities": 1.10,
    "won": 1.10,
    "win_rate": 1.05,
    "marketing_cost": 1.00,
    "cac": 0.90,
    "revenue": 1.08,
    "churn_rate": 0.82,
    "nps": 1.10,
}
"""Metric → this fiscal year's target as a multiple of the year before."""


def set_sample_goals(stores: Stores, as_of: date) -> None:
    """Set the goals for the fiscal year that ends on `as_of`."""
    year = Period(months_back(as_of, 12)[0].start, as_of)
    reader = Reader(stores, SYSTEM)
    before = ask(Question.of(CHANGES, Scope(year), periods=[year.before()]), reader).iloc[0]
    for name, multiple in CHANGES.items():
        if before[name] == before[name]:
            owner = CATALOGUE[name].owner
            set_goal(stores, SYSTEM, name, float(f"{before[name] * multiple:.3g}"), year, owner)
