"""Goals, alerts and decisions as programs read them: what a colleague's pages list, without a customer's name or words.

What colleagues typed (titles, reasons) is theirs: a program takes it as text, never as an instruction.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import figure, numeral
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.errors import AccessRefused
from warehouse.schema import plain
from workflow.alerts.alert_queue import open_alerts
from workflow.collaboration.decision_records import KIND
from workflow.collaboration.record_reading import may_comment, records_of
from workflow.goals.goal_progress import Progress, progress
from workflow.goals.goal_records import current, every_goal, proposed

MOST = 100
"""Lines of one list."""


def goals(reader: Reader) -> dict[str, Any]:
    """The goals in force or proposed, each with its plan and where it stands for the reader's viewer."""
    as_of = data_coverage.as_of(reader)
    every = every_goal(reader)
    listed = [*current(every, as_of), *(g for g in proposed(every) if g not in current(every, as_of))]
    standing = progress(listed, reader, as_of, data_coverage.available_columns(reader))
    return _listed([_goal(one) for one in standing], as_of.isoformat())


def _goal(one: Progress) -> dict[str, Any]:
    goal, metric = one.goal, CATALOGUE[one.goal.metric]
    return {
        "goal": goal.in_words(),
        "metric": goal.metric,
        "owner": goal.owner,
        "from": goal.span.start.isoformat(),
        "to": goal.span.end.isoformat(),
        "filters": {dimension: list(values) for dimension, values in goal.filters},
        "target": figure(metric, goal.target),
        "so_far": figure(metric, one.actual),
        "planned_so_far": figure(metric, one.expected),
        "n": numeral(one.n),
        "state": one.state_in_words(),
        "a_year_before": one.year_on_year(),
        "agreement": goal.agreement() or "in force",
    }


def alerts(reader: Reader) -> dict[str, Any]:
    """The viewer's open alerts, first to work first: the customer's number, the reason and its days; no name.

    Raises AccessRefused for a role that sees no single alert.
    """
    now = reader.stores.now().date()
    queue = open_alerts(reader, today=now)
    rows = [
        {
            "customer": str(row["customer_id"]),
            "reason": str(row["title"]),
            "raised_on": _day(row["raised_on"]),
            "due_on": _day(row["due_on"]),
            "status": plain(str(row["status"])),
            "snoozed": bool(row["snoozed"]),
        }
        for row in queue.to_dict("records")
    ]
    return _listed(rows, data_coverage.as_of(reader).isoformat())


def decisions(reader: Reader) -> dict[str, Any]:
    """The decisions departments took or have before them, the latest first. Raises AccessRefused for a role without."""
    if not may_comment(KIND.name, reader.viewer):
        raise AccessRefused(f"Your role ({plain(reader.viewer.role)}) does not include decisions.")
    rows = [
        {
            "number": record.record_id,
            "title": record.title,
            "department": record.department,
            "opened_on": record.opened_at.date().isoformat(),
            "state": KIND.states[record.state],
            "waits_for": record.owner,
            "due_on": record.due_on.isoformat() if record.due_on else None,
            "contents": {name: str(value) for name, value in record.contents.items()},
        }
        for record in records_of(reader, KIND.name)
    ]
    return _listed(rows, reader.stores.now().date().isoformat())


def _listed(rows: list[dict[str, Any]], as_of: str) -> dict[str, Any]:
    """A list with its length: of a longer one the beginning, which says so."""
    return {"as_of": as_of, "in_all": len(rows), "listed": rows[:MOST]}


def _day(value: Any) -> str | None:
    return None if pd.isna(value) else pd.Timestamp(value).date().isoformat()
