"""What a rule would flag, before it goes live: now, for each RM, and at the past month ends.

The viewer's own reader counts: a team lead sees what it would be in her team. A month end is asked about with the very
statement of its night; a score, though, is known only for the nights there were.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import pandas as pd
from sqlalchemy import func, select

from metrics.customers.profile import profile
from models.churn import churn_prediction
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.schema import customer_profiles, customer_scores, relationship_managers
from workflow.rules.rule_definitions import LOOK_BACK_DAYS, AlertRule, flagged_customers, over

MONTHS = 6


@dataclass(frozen=True, kw_only=True)
class RulePreview:
    """What a rule would flag. `per_rm`: name, flagged, capacity. `past`: day, flagged (NaN where not known)."""

    now: int
    people: int
    per_rm: pd.DataFrame
    past: pd.DataFrame


def preview(
    reader: Reader, rule: AlertRule, as_of: date, first: date | None, available: AvailableColumns
) -> RulePreview:
    """Count what `rule` would flag as of a day. `first` is the day the bank's history begins, `available` its tables."""
    flagged = flagged_customers(rule, as_of).subquery("flagged")
    managers = relationship_managers
    mine = (
        select(flagged.c.rm_id, func.count().label("flagged"))
        .where(flagged.c.fires)
        .group_by(flagged.c.rm_id)
    )
    per_rm = reader.frame(mine)
    names = reader.frame(select(managers.c.rm_id, managers.c.name, managers.c.weekly_capacity))
    per_rm = per_rm.merge(names, on="rm_id", how="left").sort_values("flagged", ascending=False)
    everybody = select(func.count().label("n")).where(customer_profiles.c.as_of == as_of)
    return RulePreview(
        now=int(per_rm["flagged"].sum()),
        people=int(reader.frame(everybody)["n"].iloc[0]),
        per_rm=pd.DataFrame(
            {
                "name": per_rm["name"].fillna("No RM (pool)"),
                "flagged": per_rm["flagged"].astype(int),
                "capacity": per_rm["weekly_capacity"],
            }
        ).reset_index(drop=True),
        past=_past(reader, rule, as_of, first, available),
    )


def flagged_now(reader: Reader, rule: AlertRule, as_of: date) -> int:
    """How many customers `rule` flags as of a day, in the viewer's rows."""
    flagged = flagged_customers(rule, as_of).subquery("flagged")
    statement = select(func.count().label("n")).select_from(flagged).where(flagged.c.fires)
    return int(reader.frame(statement)["n"].iloc[0])


def _past(
    reader: Reader, rule: AlertRule, as_of: date, first: date | None, available: AvailableColumns
) -> pd.DataFrame:
    rows = []
    for day in _month_ends(as_of):
        count = None
        if first is not None and day >= first + timedelta(days=LOOK_BACK_DAYS):
            count = _count(reader, rule, day, available)
        rows.append({"day": day, "flagged": count})
    return pd.DataFrame(rows, columns=["day", "flagged"]).astype({"flagged": "Float64"})


def _count(reader: Reader, rule: AlertRule, day: date, available: AvailableColumns) -> int | None:
    if rule.needs_model:
        t = customer_scores
        nights = select(func.count().label("n")).where(t.c.model == churn_prediction.MODEL, t.c.as_of == day)
        if not reader.frame(nights)["n"].iloc[0]:
            return None
        return flagged_now(reader, rule, day)
    people = profile(day, available).subquery("example")
    counted = select(func.count().label("n")).select_from(people).where(over(rule.when, people))
    return int(reader.frame(counted)["n"].iloc[0])


def _month_ends(as_of: date) -> list[date]:
    """The last month ends before a day, oldest first."""
    days: list[date] = []
    day = as_of.replace(day=1) - timedelta(days=1)
    while len(days) < MONTHS:
        days.insert(0, day)
        day = day.replace(day=1) - timedelta(days=1)
    return days
