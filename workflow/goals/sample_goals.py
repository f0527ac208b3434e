"""What the sample bank's departments agreed: goals of this and the last fiscal year, and a proposed “qualified”.

Goals are dated in the first days of what they are for, as the invented departments agreed them then: a goal of after a
quarter's end would not be among that quarter's.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.condition import at_least
from metrics.comparison.plan_pace import is_count
from metrics.comparison.words import rounded
from metrics.definitions.scope import Period, Scope, fiscal_year, month, year_before
from metrics.qualification.qualification_rule import QualificationRule
from metrics.query.query import Query, ask
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.stores.connect import Stores
from workflow.goals.goal_outlook import a_year_before, with_path
from workflow.goals.goal_records import DIGITAL, GoalDraft, departments
from workflow.goals.goal_setting import end_goal, set_goal
from workflow.goals.goal_signatures import SIGNS, sign_goal
from workflow.goals.smart import plus_a_quarter
from workflow.qualification.qualification_proposals import propose, sign

CHANGES = {
    "leads": (1.10, "revenue"),
    "mql": (1.25, "revenue"),
    "sql": (1.10, "revenue"),
    "opportunities": (1.10, "revenue"),
    "won": (1.10, "revenue"),
    "win_rate": (1.05, "revenue"),
    "acceptance_rate": (1.05, "cost"),
    "marketing_cost": (1.00, "cost"),
    "cac": (0.90, "cost"),
    "revenue": (1.08, "revenue"),
    "churn_rate": (0.82, "revenue"),
    "nps": (1.10, "satisfaction"),
}
"""Metric → this fiscal year's target as a multiple of the year before, and what it serves."""
LAST_YEAR = {"won": 0.97, "win_rate": 0.99, "revenue": 1.02, "churn_rate": 0.90, "nps": 0.95, "cac": 0.85}
"""Metric → last fiscal year's target as a multiple of what it became: invented, so that some were met and some not."""
QUARTER = {"sql": 0.98, "acceptance_rate": 0.97}
"""The same for the quarter that ends with the data: what there is to announce."""
NOTE = "A sample target, agreed by both departments at the start of the year."
AGREED_AFTER, RETHOUGHT_AFTER = timedelta(days=4), timedelta(days=25)
"""When goals were agreed, and the first digital one given up, counted from the first day of their span."""
MARKETING = Viewer("marketing", "Carmen Ho", "marketing")
SALES = Viewer("sales", "Edmond Lau", "sales")
EXECUTIVE = Viewer("executive", "Vivian Tse", "executive")
"""The demo accounts of those names."""


def set_sample_goals(stores: Stores, as_of: date) -> None:
    """Set goals for the fiscal year of `as_of` and the one before, and propose version 2 of “qualified”."""
    reader = Reader(stores, SYSTEM)
    year = fiscal_year(as_of, stores.settings.fiscal_year_starts)
    last = year_before(year)
    for name, multiple in LAST_YEAR.items():
        _set(stores, reader, name, multiple, last, CHANGES[name][1])
    for name, (multiple, link) in CHANGES.items():
        _set(stores, reader, name, multiple, year, link, from_year_before=True)
    _digital(stores, reader, year)
    quarter = Period(month(as_of.year, as_of.month - 2).start, month(as_of.year, as_of.month).end)
    for name, multiple in QUARTER.items():
        _set(stores, reader, name, multiple, quarter, "revenue")
    _propose(stores, as_of)


def _set(
    stores: Stores,
    reader: Reader,
    name: str,
    multiple: float,
    span: Period,
    link: str,
    *,
    from_year_before: bool = False,
) -> None:
    draft = GoalDraft(
        metric=name, target=1.0, span=span, owner=CATALOGUE[name].owner, linked_to=link, note=NOTE
    )
    if from_year_before:
        base = a_year_before(draft, reader)[0]
    else:
        base = float(ask(Query.of([name], Scope(span), periods=[span]), reader)[name].iloc[0])
    if pd.notna(base) and base > 0:
        target = float(f"{base * multiple:.3g}")
        whole = rounded(target) if is_count(CATALOGUE[name]) else target
        _agree(stores, with_path(replace(draft, target=whole), reader), AGREED_AFTER)


def _agree(stores: Stores, draft: GoalDraft, after: timedelta) -> int:
    """Set a goal so long after its span began, signed by each department that shares it; gives its number."""
    there = _on(stores, draft.span.start + after)
    number = set_goal(there, EXECUTIVE, draft)
    if len(sharing := departments(draft)) > 1:
        for department in sharing:
            signing = next(v for v in (MARKETING, SALES, EXECUTIVE) if department in SIGNS[v.role])
            sign_goal(there, signing, number, department, "signed")
    return number


def _on(stores: Stores, day: date) -> Stores:
    """The stores on a morning of the invented past."""
    return replace(stores, now=lambda: datetime.combine(day, time(9)))


def _digital(stores: Stores, reader: Reader, year: Period) -> None:
    """The shared goal, and the first try it took the place of."""
    filters = (("channel", DIGITAL),)
    first = GoalDraft(
        metric="leads",
        target=1.0,
        span=year,
        owner="Marketing",
        filters=filters,
        linked_to="revenue",
        note=NOTE,
    )
    before = a_year_before(first, reader)[0]
    if before > 0:
        goal = with_path(replace(first, target=rounded(1.4 * before)), reader)
        end_goal(
            _on(stores, year.start + RETHOUGHT_AFTER),
            EXECUTIVE,
            _agree(stores, goal, AGREED_AFTER),
            "More leads alone pleased nobody: Sales wants leads it can accept.",
        )
    draft = plus_a_quarter(year, None, filters)
    base = a_year_before(draft, reader)[0]
    if base > 0:
        goal = replace(plus_a_quarter(year, base, filters), note=NOTE)
        _agree(stores, with_path(goal, reader), RETHOUGHT_AFTER)


def _propose(stores: Stores, as_of: date) -> None:
    """Marketing has proposed a score and signed; Sales has not yet."""
    rule = QualificationRule(conditions=(at_least("score", 45.0),))
    effective = month(as_of.year, as_of.month + 2).start
    number = propose(
        stores, MARKETING, rule, effective, "Sales rejects most leads with a score below 45, and says so."
    )
    sign(stores, MARKETING, number, "signed")
