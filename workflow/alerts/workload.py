"""Workload on a team: what each RM has open against what she can do in a week, and what could move."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from metrics.comparison.words import numeral
from warehouse.access.reader import Reader
from workflow.alerts import assignment
from workflow.alerts.raising import USUAL_CAPACITY

MOVES_AT_ONCE = 3
"""Suggestions at a time: a team lead should be able to think about each."""


@dataclass(frozen=True, kw_only=True)
class Move:
    """A suggestion: this alert, which nobody started on, from one RM to another."""

    alert_id: str
    version: int
    customer_id: str
    full_name: str | None
    title: str
    from_name: str
    to_rm: str
    to_name: str


def workload(queue: pd.DataFrame, reader: Reader, today: date) -> pd.DataFrame:
    """One row per RM of the lead's team, the busiest first, from her `queue.open_alerts`.

    Columns: rm_id, name, weekly_capacity, open (snoozed ones too), due (within seven days), overdue, weeks (of work
    that open alerts are at that capacity).
    """
    team = assignment.members(reader)
    left = (pd.to_datetime(queue["due_on"]) - pd.Timestamp(today)).dt.days
    for name, mask in (("open", left.notna()), ("due", left.between(0, 7)), ("overdue", left < 0)):
        team[name] = team["rm_id"].map(queue[mask]["rm_id"].value_counts()).fillna(0).astype(int)
    capacity = team["weekly_capacity"].fillna(USUAL_CAPACITY).clip(lower=1)
    team["weeks"] = team["open"] / capacity
    return team.sort_values(["weeks", "name"], ascending=[False, True]).reset_index(drop=True)


def suggestions(queue: pd.DataFrame, load: pd.DataFrame) -> list[Move]:
    """Which alerts to move so that everybody has about the same weeks of work; none if that is so already.

    Only alerts nobody started on, those due last first: whoever gets them has the most time.
    """
    return list(_moves(queue, load))[:MOVES_AT_ONCE]


def _moves(queue: pd.DataFrame, load: pd.DataFrame) -> Iterator[Move]:
    count = dict(zip(load["rm_id"], load["open"], strict=True))
    capacity = dict(
        zip(load["rm_id"], load["weekly_capacity"].fillna(USUAL_CAPACITY).clip(lower=1), strict=True)
    )
    names = dict(zip(load["rm_id"], load["name"], strict=True))
    untouched = queue[queue["status"] == "open"].sort_values("due_on", ascending=False, kind="stable")
    by_rm: dict[Any, list[dict[Any, Any]]] = {
        rm: rows.to_dict("records") for rm, rows in untouched.groupby("rm_id")
    }
    while len(count) > 1:
        weeks = {rm: count[rm] / capacity[rm] for rm in count}
        most, least = max(weeks, key=lambda rm: weeks[rm]), min(weeks, key=lambda rm: weeks[rm])
        after = (count[most] - 1) / capacity[most], (count[least] + 1) / capacity[least]
        # Half a week of difference is nothing anybody would move an alert for.
        if weeks[most] - weeks[least] < 0.5 or after[1] > after[0] or not by_rm.get(most):
            return
        alert = by_rm[most].pop(0)
        count[most], count[least] = count[most] - 1, count[least] + 1
        yield Move(
            alert_id=alert["alert_id"],
            version=int(alert["version"]),
            customer_id=alert["customer_id"],
            full_name=alert["full_name"] if isinstance(alert["full_name"], str) else None,
            title=alert["title"],
            from_name=names[most],
            to_rm=least,
            to_name=names[least],
        )


def in_words(load: pd.DataFrame) -> str:
    """The finding: who has most, who least, in weeks of work."""
    if load.empty or not load["open"].sum():
        return "Nobody in your team has an open alert."
    most, least = load.iloc[0], load.iloc[-1]
    if most["weeks"] - least["weeks"] < 0.5:
        few, many = numeral(least["weeks"], 1), numeral(most["weeks"], 1)
        each = f"{many} weeks of calls each" if few == many else f"{few} to {many} weeks of calls each"
        return f"The work is spread evenly: {each}."
    return (
        f"{most['name']} has {numeral(most['weeks'], 1)} weeks of calls open, {least['name']} has "
        f"{numeral(least['weeks'], 1)}."
    )
