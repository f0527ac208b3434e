"""Open alerts follow their customers, whatever became of the rules: who left is called no more, who moved is called by
the new RM. What an RM had who is no longer with the bank waits in the pool of her team."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Table, select, update

from warehouse.access import audit
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import (
    alerts,
    customer_tasks,
    interactions,
    record_entries,
    records,
    test_assignments,
)
from warehouse.schema import customers, relationship_managers
from warehouse.stores.connect import Stores
from workflow.alerts.raising import CUSTOMER_LEFT
from workflow.alerts.still_valid import left_because
from workflow.records.alert_history import BY_NIGHT, change_by_night, end_by_night, move_by_night

Owner = dict[str, Any]
_WRITTEN = (
    (test_assignments, "assignment.follow"),
    (interactions, "interaction.follow"),
    (customer_tasks, "task.follow"),
)
"""Lists of agreed tests, logged contacts and tasks, with what their audit line is called."""
_AT_ONCE = 10_000
"""No statement grows with the number of alerts."""


def follow_customers(stores: Stores, night: Reader, as_of: date, present: frozenset[str]) -> int:
    """Bring every open alert, and every record about a customer, in line with where the customer is as of a day.

    Gives how many alerts changed.

    `night` reads the bank of that night, `present` are the customers with the bank. Held-out alerts follow alike.
    """
    _follow_records(stores, night, as_of)
    for table, action in _WRITTEN:
        _follow_writing(stores, night, as_of, table, action)
    waiting = [alerts.c.status != "closed", alerts.c.raised_on <= as_of]
    with stores.read_app_db() as app_db:
        open_ones = [dict(row) for row in app_db.execute(select(alerts).where(*waiting)).mappings()]
    left = left_because(night, {a["customer_id"] for a in open_ones} - present, as_of)
    owners = _owners(night, open_ones, present)
    ids = [*(a["alert_id"] for a in open_ones if a["customer_id"] in left), *owners]
    if not ids:
        return 0
    with audit.entry(stores, BY_NIGHT, "alert.follow", "", f"as of {as_of:%Y-%m-%d}") as entry:
        # Read again inside the entry: somebody may have closed one in between.
        for row in entry.app_db.execute(
            select(alerts).where(*waiting, alerts.c.alert_id.in_(ids))
        ).mappings():
            alert = dict(row)
            if alert["customer_id"] in left:
                end_by_night(entry, alert, CUSTOMER_LEFT, left[alert["customer_id"]])
                continue
            owner, why = owners[alert["alert_id"]]
            if why:
                move_by_night(entry, alert, "followed", why, **owner)
            else:
                change_by_night(entry.app_db, alert, **owner)
    return len(ids)


def _follow_records(stores: Stores, night: Reader, as_of: date) -> None:
    """Bring what colleagues wrote about customers to who looks after them now."""
    about = records.c.customer_id.is_not(None)
    with stores.read_app_db() as app_db:
        rows = [dict(row) for row in app_db.execute(select(records).where(about)).mappings()]
    rm_of, teams = _rms(night, sorted({r["customer_id"] for r in rows})), _teams(night)
    moved = {}
    for row in rows:
        rm = rm_of.get(row["customer_id"], row["customer_rm_id"])
        team = teams.get(rm or "", row["team"])
        if (rm, team) != (row["customer_rm_id"], row["team"]):
            moved[row["record_id"]] = {"rm_id": rm, "customer_rm_id": rm, "team": team}
    if not moved:
        return
    with audit.entry(stores, BY_NIGHT, "record.follow", "", f"as of {as_of:%Y-%m-%d}") as entry:
        for number, keys in moved.items():
            for table in (records, record_entries):
                entry.app_db.execute(update(table).where(table.c.record_id == number).values(**keys))


def _follow_writing(stores: Stores, night: Reader, as_of: date, table: Table, action: str) -> None:
    """Bring what was written for customers to who looks after them now."""
    t = table
    with stores.read_app_db() as app_db:
        rows = app_db.execute(select(t.c.customer_id, t.c.customer_rm_id, t.c.team).distinct()).all()
    rm_of, teams = _rms(night, sorted({r.customer_id for r in rows})), _teams(night)
    moved = {}
    for row in rows:
        rm = rm_of.get(row.customer_id, row.customer_rm_id)
        team = teams.get(rm or "", row.team)
        if (rm, team) != (row.customer_rm_id, row.team):
            moved[row.customer_id] = {"rm_id": rm, "customer_rm_id": rm, "team": team}
    if not moved:
        return
    with audit.entry(stores, BY_NIGHT, action, "", f"as of {as_of:%Y-%m-%d}") as entry:
        for number, keys in moved.items():
            entry.app_db.execute(update(t).where(t.c.customer_id == number).values(**keys))


def _owners(
    night: Reader, open_ones: Iterable[dict[str, Any]], present: frozenset[str]
) -> dict[str, tuple[Owner, str]]:
    """Alert id → who has it now and why, of those that change hands; no reason where only the team has another name."""
    teams = _teams(night)
    here = [a for a in open_ones if a["customer_id"] in present]
    rm_of = _rms(night, sorted({a["customer_id"] for a in here}))
    owners: dict[str, tuple[Owner, str]] = {}
    for alert in here:
        rm, worker = rm_of.get(alert["customer_id"]), alert["rm_id"]
        if rm != alert["customer_rm_id"]:
            owner, why = {"rm_id": rm, "customer_rm_id": rm}, "The customer has another RM now."
            worker = rm
        else:
            owner, why = {}, ""
        if worker is not None and teams and worker not in teams:
            owner |= {"rm_id": None}
            why = f"RM {worker} is no longer with the bank; the alert waits in the pool."
            team = teams.get(rm or "", alert["team"])
        else:
            team = teams.get(worker or "", alert["team"])
        if team != alert["team"]:
            owner |= {"team": team}
        if owner:
            owners[alert["alert_id"]] = owner, why
    return owners


def _teams(night: Reader) -> dict[str, str | None]:
    t = relationship_managers
    return {r.rm_id: None if pd.isna(r.team) else r.team for r in night.rows(select(t.c.rm_id, t.c.team))}


def _rms(night: Reader, ids: list[str]) -> dict[str, str | None]:
    t = customers
    rm_of_customer: dict[str, str | None] = {}
    for first in range(0, len(ids), _AT_ONCE):
        some = ids[first : first + _AT_ONCE]
        for row in night.rows(select(t.c.customer_id, t.c.rm_id).where(t.c.customer_id.in_(some))):
            rm_of_customer[row.customer_id] = None if pd.isna(row.rm_id) else row.rm_id
    return rm_of_customer
