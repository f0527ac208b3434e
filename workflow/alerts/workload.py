"""Workload on a team: what each RM has open against what she can do in a week, and what could move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from metrics.comparison.words import numeral
from warehouse.access.reader import Reader
from workflow.alerts import assignment
from workflow.alerts.raising import USUAL_CAPACITY

DUE_WEIGHT, OVERDUE_WEIGHT = 2, 3
"""How much a customer due within seven days, and one overdue, weighs in the index against another."""
MOVES_AT_ONCE = 3
"""Suggestions at a time: a team lead should be able to think about each."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """A suggestion: a customer nobody started on, with all her open alerts, from one RM to another."""

    seen: Mapping[str, int]
    """Alert → the version it had."""
    customer_id: str
    full_name: str | None
    titles: tuple[str, ...]
    from_name: str
    to_rm: str
    to_name: str


def workload(queue: pd.DataFrame, reader: Reader, today: date) -> pd.DataFrame:
    """One row per RM of the lead's team, the busiest first, from her `queue.open_alerts`, counted in customers.

    Columns: rm_id, name, weekly_capacity, open (snoozed ones too), due (within seven days), overdue, weeks (of work
    that open customers are at that capacity), and index: the customers weighted by what presses, for the capacity, where
    100 is the team's average; NaN where nothing is open.
    """
    team = assignment.members(reader)
    people = _people(queue)
    left = (people["due_on"] - pd.Timestamp(today)).dt.days
    for name, mask in (("open", left.notna()), ("due", left.between(0, 7)), ("overdue", left < 0)):
        team[name] = team["rm_id"].map(people[mask]["rm_id"].value_counts()).fillna(0).astype(int)
    capacity = team["weekly_capacity"].fillna(USUAL_CAPACITY).clip(lower=1)
    team["weeks"] = team["open"] / capacity
    pressing = (
        team["open"] + (DUE_WEIGHT - 1) * team["due"] + (OVERDUE_WEIGHT - 1) * team["overdue"]
    ) / capacity
    team["index"] = 100 * pressing / pressing.mean() if len(team) and pressing.sum() else float("nan")
    return team.sort_values(["weeks", "name"], ascending=[False, True]).reset_index(drop=True)


def _people(queue: pd.DataFrame) -> pd.DataFrame:
    """One row per RM and customer, with the earliest day due: one call settles all reasons."""
    dated = queue.assign(due_on=pd.to_datetime(queue["due_on"]))
    return dated.groupby(["rm_id", "customer_id"], sort=False)["due_on"].min().reset_index()


def suggestions(queue: pd.DataFrame, load: pd.DataFrame) -> list[Move]:
    """Which customers to move so that everybody has about the same weeks of work; none if that is so already.

    A customer moves with all open alerts, or stays. Only customers nobody started on, those due last first: whoever
    gets them has the most time.
    """
    return list(_moves(queue, load))[:MOVES_AT_ONCE]


def _moves(queue: pd.DataFrame, load: pd.DataFrame) -> Iterator[Move]:
    count = dict(zip(load["rm_id"], load["open"], strict=True))
    capacity = dict(
        zip(load["rm_id"], load["weekly_capacity"].fillna(USUAL_CAPACITY).clip(lower=1), strict=True)
    )
    names = dict(zip(load["rm_id"], load["name"], strict=True))
    by_rm = _untouched(queue)
    while len(count) > 1:
        weeks = {rm: count[rm] / capacity[rm] for rm in count}
        most, least = max(weeks, key=lambda rm: weeks[rm]), min(weeks, key=lambda rm: weeks[rm])
        after = (count[most] - 1) / capacity[most], (count[least] + 1) / capacity[least]
        # Half a week of difference is nothing anybody would move a customer for.
        if weeks[most] - weeks[least] < 0.5 or after[1] > after[0] or not by_rm.get(most):
            return
        alerts = by_rm[most].pop(0)
        count[most], count[least] = count[most] - 1, count[least] + 1
        first = alerts.iloc[0]
        yield Move(
            seen={str(a): int(v) for a, v in zip(alerts["alert_id"], alerts["version"], strict=True)},
            customer_id=first["customer_id"],
            full_name=first["full_name"] if isinstance(first["full_name"], str) else None,
            titles=tuple(alerts["title"]),
            from_name=names[most],
            to_rm=least,
            to_name=names[least],
        )


def _untouched(queue: pd.DataFrame) -> dict[Any, list[pd.DataFrame]]:
    """RM → the customers she alone has and has not started on, those due last first."""
    by_rm: dict[Any, list[pd.DataFrame]] = {}
    groups = [rows for _, rows in queue.groupby("customer_id", sort=False)]
    for rows in sorted(groups, key=lambda rows: rows["due_on"].min(), reverse=True):
        if (rows["status"] == "open").all() and rows["rm_id"].nunique() == 1:
            by_rm.setdefault(rows["rm_id"].iloc[0], []).append(rows)
    return by_rm


def in_words(load: pd.DataFrame) -> str:
    """The finding: who has most, who least, in weeks of work."""
    if load.empty or not load["open"].sum():
        return "Nobody in your team has a customer to call."
    most, least = load.iloc[0], load.iloc[-1]
    if most["weeks"] - least["weeks"] < 0.5:
        few, many = numeral(least["weeks"], 1), numeral(most["weeks"], 1)
        each = f"{many} weeks of calls each" if few == many else f"{few} to {many} weeks of calls each"
        return f"The work is spread evenly: {each}."
    return (
        f"{most['name']} has {numeral(most['weeks'], 1)} weeks of calls open, {least['name']} has "
        f"{numeral(least['weeks'], 1)}."
    )
