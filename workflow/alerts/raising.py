"""Alerts: one open alert per customer and rule, with an owner and a day it is due; a share is held out at random.

Held-out alerts are raised like the others and shown to nobody, so that what the calls achieve can be measured. Whom one
rule holds out no other rule has called. Who is held out is randomly assigned (`hold_out`) before anybody has seen
anything, and recorded with its stratum.

How an alert ends: somebody closes it by a step; or its condition ends or the customer leaves, whether somebody has
started on it or not, and the same for both arms. Its history then says why. One that people closed is settled: it is
not raised again for the due time after closing. One whose condition ended may come back with the condition, on a later
day. No day raises the same alert twice.

Whoever gets an alert finds it awake: a snooze was a promise of the one who had it before.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, insert, select

from warehouse.access import audit
from warehouse.app_db.app_schema import alerts
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.experiments.hold_out import Draw, stratum
from workflow.records import outbox
from workflow.records.alert_history import BY_NIGHT, end_by_night, move_by_night
from workflow.rules.rule_definitions import AlertRule, facts

CONDITION_ENDED, CUSTOMER_LEFT = "condition_ended", "customer_left"
USUAL_CAPACITY = 10
"""Alerts a week for an RM whose capacity nobody has recorded, and for customers without an RM together."""
Why = Callable[[Sequence[Mapping[str, Any]]], Mapping[str, str]]
"""Alerts that end → alert id → the sentence that says why."""


@dataclass(frozen=True, kw_only=True)
class RuleRun:
    """What a night did with one rule's alerts."""

    raised: int = 0
    held_out: int = 0
    ended: int = 0
    moved: int = 0
    over_capacity: int = 0


@dataclass(frozen=True, kw_only=True)
class _Plan:
    new: list[dict[str, Any]]
    ended: list[dict[str, Any]]
    moved: list[tuple[dict[str, Any], dict[str, Any]]]
    over_capacity: int


def tonight(
    stores: Stores,
    rule: AlertRule,
    flagged: pd.DataFrame,
    as_of: date,
    present: frozenset[str],
    why: Why | None = None,
) -> RuleRun:
    """Bring the open alerts of `rule` in line with `flagged` as of a day (`flagged_customers` in its order).

    `present` are the customers with the bank on that day; `why` tells of those that end what no longer holds. Running
    it again on the same day changes nothing, not even the audit log.
    """
    with stores.read_app_db() as connection:
        plan = _plan(connection, stores.settings, rule, flagged, as_of, present)
    if not (plan.new or plan.ended or plan.moved):
        return RuleRun(over_capacity=plan.over_capacity)
    reasons = why(plan.ended) if why is not None and plan.ended else {}
    with audit.entry(stores, BY_NIGHT, "alert.raise", rule.code, f"as of {as_of:%Y-%m-%d}") as entry:
        # Planned again inside the entry: somebody may have recorded a step in between.
        plan = _plan(entry.app_db, stores.settings, rule, flagged, as_of, present)
        if plan.new:
            entry.app_db.execute(insert(alerts), plan.new)
            outbox.write_new_alerts(entry, plan.new)
        for alert in plan.ended:
            end_by_night(entry, alert, alert["outcome"], reasons.get(alert["alert_id"], ""))
        for alert, owner in plan.moved:
            # The customer has a new RM: whoever worked the alert so far, it goes to her.
            move_by_night(entry, alert, "followed", "The customer has another RM now.", **owner)
    held_out = sum(alert["arm"] == "held_out" for alert in plan.new)
    return RuleRun(
        raised=len(plan.new) - held_out,
        held_out=held_out,
        ended=len(plan.ended),
        moved=len(plan.moved),
        over_capacity=plan.over_capacity,
    )


def _plan(
    app_db: Connection,
    settings: Settings,
    rule: AlertRule,
    flagged: pd.DataFrame,
    as_of: date,
    present: frozenset[str],
) -> _Plan:
    earlier = [
        dict(row) for row in app_db.execute(select(alerts).where(alerts.c.rule == rule.code)).mappings()
    ]
    a = alerts.c
    others = select(a.customer_id, a.raised_on, a.arm).where(a.rule != rule.code)
    elsewhere = [dict(row) for row in app_db.execute(others).mappings()]
    rows = {row["customer_id"]: row for row in _plain(flagged)}
    ended, moved = [], []
    for alert in earlier:
        row = rows.get(alert["customer_id"])
        if alert["status"] == "closed" or alert["raised_on"] > as_of:
            continue
        if row is None:
            gone = alert["customer_id"] not in present
            ended.append(alert | {"outcome": CUSTOMER_LEFT if gone else CONDITION_ENDED})
        elif row["rm_id"] != alert["customer_rm_id"]:
            owner = {"rm_id": row["rm_id"], "customer_rm_id": row["rm_id"], "team": row["team"]}
            moved.append((alert, owner))
    taken = {a["customer_id"] for a in earlier if _is_settled(a, as_of, settings)}
    firing = [r for r in rows.values() if r["fires"] and r["customer_id"] not in taken]
    new = [_alert(rule, row, as_of, settings) for row in firing]
    draw = Draw(rule.code, settings.hold_out_share, earlier, elsewhere)
    chosen = _drawn(rule, new, rows, earlier, as_of, draw)
    return _Plan(new=chosen, ended=ended, moved=moved, over_capacity=len(new) - len(chosen))


def _plain(frame: pd.DataFrame) -> list[dict[Hashable, Any]]:
    """The rows with None for what is not known, whatever pandas made of it."""
    return frame.astype(object).where(frame.notna(), None).to_dict("records")


def _is_settled(alert: Mapping[str, Any], as_of: date, settings: Settings) -> bool:
    """Whether an earlier alert keeps a new one for the same customer and rule from being raised."""
    if alert["status"] != "closed" or alert["raised_on"] >= as_of:
        return True
    if alert["outcome"] in (CONDITION_ENDED, CUSTOMER_LEFT):
        return False
    # The bank's data may end on a day long before or after the day people close an alert.
    closed_on = max(alert["closed_at"].date(), alert["raised_on"])
    return bool(as_of <= closed_on + timedelta(days=settings.alert_due_days))


def _alert(rule: AlertRule, row: Mapping[Hashable, Any], as_of: date, settings: Settings) -> dict[str, Any]:
    customer = str(row["customer_id"])
    # The same customer, rule and day always give the same key, so no day can raise an alert twice.
    key = hashlib.sha256(f"{rule.code}|{customer}|{as_of.isoformat()}".encode()).hexdigest()
    return {
        "alert_id": f"A{key[:15]}",
        "customer_id": customer,
        "rule": rule.code,
        "rm_id": row["rm_id"],
        "customer_rm_id": row["rm_id"],
        "team": row["team"],
        "segment": row["segment"],
        "raised_on": as_of,
        # What the rule promises, such as a call within two days, else the bank's usual time.
        "due_on": as_of + timedelta(days=rule.due_days or settings.alert_due_days),
        "stratum": stratum(row),
        "held_out_share": settings.hold_out_share,
        "probability": row["probability"],
        "value_at_stake": row["value_at_stake"],
        "reasons": facts(rule, {str(name): value for name, value in row.items()}),
        "status": "open",
        "version": 1,
    }


def _drawn(
    rule: AlertRule,
    new: list[dict[str, Any]],
    rows: Mapping[Any, Mapping[Hashable, Any]],
    earlier: list[dict[str, Any]],
    as_of: date,
    draw: Draw,
) -> list[dict[str, Any]]:
    """`new` with their arms; within capacity, the first for each RM until a week's worth has been shown to her.

    A held-out alert takes no capacity, but is only drawn from those she would have been shown: the two arms are alike.
    """
    week_ago = as_of - timedelta(days=7)
    alerts_of_rm = Counter(
        a["rm_id"] for a in earlier if a["arm"] == "treated" and week_ago < a["raised_on"] <= as_of
    )
    chosen = []
    for alert in new:
        capacity = rows[alert["customer_id"]]["weekly_capacity"]
        full = alerts_of_rm[alert["rm_id"]] >= (USUAL_CAPACITY if capacity is None else capacity)
        if rule.within_capacity and full:
            continue
        by_another_rule = draw.drawn_elsewhere(alert["customer_id"])
        arm = draw.arm(alert["customer_id"], alert["stratum"])
        chosen.append(alert | {"arm": arm, "stratum": None if by_another_rule else alert["stratum"]})
        alerts_of_rm[alert["rm_id"]] += arm == "treated"
    return chosen
