"""The alerts somebody may work, in the order to work them, with the customers' names joined in from the bank."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import select

from metrics.customers.customer_search import named
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import alert_steps, alerts
from warehouse.sql.moments import instant_of
from workflow.alerts.alert_rows import ClosedAlert
from workflow.alerts.alert_steps import CLOSING, STEPS
from workflow.alerts.raising import CONDITION_ENDED, CUSTOMER_LEFT
from workflow.alerts.still_valid import balances_today, facts_today
from workflow.experiments.persuadable import known_chances
from workflow.records.escalation import RULE_REMOVED
from workflow.rules.rule_versions import known_rules

COLUMNS = ["full_name", "preferred_channel"]


def open_alerts(reader: Reader, customer_id: str | None = None, today: date | None = None) -> pd.DataFrame:
    """The viewer's open alerts, first to work first: HKD at stake × chance of leaving, unscored rules by stake alone.

    Once an experiment has shown who can be kept, the chance that a call keeps the customer (`saved`, else NaN) takes
    the place of the chance of leaving: it is that chance times the share of such leavers a call keeps.

    Columns of `app_db.alerts` and `title`, `advice`, `facts`, `facts_now`, `full_name`, `preferred_channel`,
    `snoozed`, and `worth`, the product it is ordered by, in HKD. `facts` are sentences, as of the day it was raised;
    `facts_now` what each is by `today`, None where it is the same. `snoozed` says whether the alert waits for a day
    after `today`. What is at stake is as of `today` too, as the customer's page shows it. Not among them: the pool, and
    what a colleague works.
    """
    query = select(alerts).where(alerts.c.status != "closed", alerts.c.rm_id.is_not(None))
    if reader.viewer.role == "relationship_manager":
        query = query.where(alerts.c.rm_id == reader.viewer.rm_id)
    if customer_id is not None:
        query = query.where(alerts.c.customer_id == customer_id)
    frame = _described(reader.frame(query), reader, today)
    if today is not None and len(frame):
        frame["facts_now"] = facts_today(reader, frame, today)
    frame["snoozed"] = (
        False if today is None else pd.to_datetime(frame["snoozed_until"]) > pd.Timestamp(today)
    )
    return frame


def pool(reader: Reader, today: date | None = None) -> pd.DataFrame:
    """Alerts nobody works yet that the viewer may take or give; names only of customers she may see."""
    query = select(alerts).where(alerts.c.status != "closed", alerts.c.rm_id.is_(None))
    return _described(reader.frame(query), reader, today)


def worked_by_others(reader: Reader, customer_id: str) -> pd.DataFrame:
    """Open alerts of the viewer's customer that a colleague works: rule, rm_id, team, title, due_on."""
    query = select(alerts).where(
        alerts.c.status != "closed",
        alerts.c.customer_id == customer_id,
        alerts.c.rm_id.is_distinct_from(reader.viewer.rm_id),
    )
    return _described(reader.frame(query), reader)


def closed_alerts(reader: Reader, since: date, customer_id: str | None = None) -> pd.DataFrame:
    """The viewer's alerts closed on or after a day, latest first; same columns.

    And `why` of those the nightly run ended, and `started`: whether somebody had recorded a step before.
    """
    query = select(alerts).where(alerts.c.status == "closed", alerts.c.closed_at >= since)
    if customer_id is not None:
        query = query.where(alerts.c.customer_id == customer_id)
    frame = _described(reader.frame(query), reader)
    frame = frame.sort_values("closed_at", ascending=False, key=lambda at: at.map(instant_of))
    lines = select(alert_steps.c.alert_id, alert_steps.c.step, alert_steps.c.note)
    taken = reader.frame(lines.where(alert_steps.c.alert_id.in_(sorted(set(frame["alert_id"])))))
    why = taken[taken["step"] == "ended"].drop_duplicates("alert_id", keep="last").set_index("alert_id")
    frame["why"] = frame["alert_id"].map(why["note"])
    frame["started"] = frame["alert_id"].isin(taken[taken["step"].isin(list(STEPS))]["alert_id"])
    return frame


def steps(reader: Reader, customer_id: str) -> pd.DataFrame:
    """What was done about a customer's alerts, latest first: step_id, alert_id, step, note, until, taken_by, taken_at,
    and `taken_back`: whether a later line took it back."""
    t = alert_steps
    frame = reader.frame(
        select(
            t.c.step_id, t.c.alert_id, t.c.step, t.c.note, t.c.until, t.c.taken_by, t.c.taken_at, t.c.corrects
        )
        .where(t.c.customer_id == customer_id)
        .order_by(t.c.step_id.desc())
    )
    frame["taken_back"] = frame["step_id"].isin(frame["corrects"].dropna())
    return frame


def _described(frame: pd.DataFrame, reader: Reader, today: date | None = None) -> pd.DataFrame:
    by_code = known_rules(reader)
    frame = frame.copy()
    frame["title"] = [by_code[c].title if c in by_code else c for c in frame["rule"]]
    frame["advice"] = [by_code[c].advice if c in by_code else "" for c in frame["rule"]]
    frame["facts"] = [[f["sentence"] for f in r] for r in frame["reasons"]]
    frame["facts_now"] = [[None] * len(facts) for facts in frame["facts"]]
    frame["due_on"] = pd.to_datetime(frame["due_on"])
    frame["raised_on"] = pd.to_datetime(frame["raised_on"])
    if len(frame):
        names = reader.frame(named(sorted(set(frame["customer_id"]))))
        frame = frame.merge(names.drop(columns="segment"), on="customer_id", how="left")
    else:
        frame[COLUMNS] = None
    if today is not None and len(frame):
        # The alert keeps what was at stake when it was raised; money moves, and the customer's page shows what is there.
        now = balances_today(reader, sorted(set(frame["customer_id"])), today)
        stake = frame["customer_id"].map(now).astype(float)
        then = frame["value_at_stake"].astype(float)
        frame["value_at_stake"] = then.mask(frame["customer_id"].isin(list(now)), stake)
    stake = frame["value_at_stake"].astype(float).fillna(0).clip(lower=0)
    chance = frame["probability"].astype(float).fillna(frame["probability"].astype(float).median()).fillna(1)
    frame["saved"] = (
        frame["customer_id"].map(known_chances(reader, sorted(set(frame["customer_id"])))).astype(float)
    )
    if frame["saved"].notna().any():
        chance = frame["saved"].fillna(frame["saved"].median())
    frame["worth"] = stake * chance
    order = frame["worth"].sort_values(ascending=False, kind="stable").index
    return frame.loc[order].reset_index(drop=True)


def due_words(due_on: date, today: date) -> str:
    """`overdue by 3 days`, `due today`, `due in 12 days`."""
    left = (due_on - today).days
    if left < 0:
        return f"overdue by {-left} day{'s' if left < -1 else ''}"
    return "due today" if left == 0 else f"due in {left} day{'s' if left > 1 else ''}"


def by_customer(queue: pd.DataFrame) -> pd.DataFrame:
    """One row per customer in the same order: one call settles all reasons to call.

    The row is the customer's most pressing alert, with `titles` of all of them and the earliest `due_on`. Its `status`
    is working once any of them was started, and it is `snoozed` if all of them wait.
    """
    if queue.empty:
        return queue.assign(titles=None, snoozed=False)
    groups = queue.groupby("customer_id", sort=False)
    rows = groups.head(1).set_index("customer_id")
    rows["titles"] = groups["title"].agg(list)
    rows["due_on"] = groups["due_on"].min()
    rows["status"] = groups["status"].agg(lambda s: "working" if (s == "working").any() else "open")
    rows["snoozed"] = groups["snoozed"].all()
    rows["escalated_on"] = pd.to_datetime(queue["escalated_on"]).groupby(queue["customer_id"]).min()
    return rows.reset_index()


def units(queue: pd.DataFrame, people: pd.DataFrame, today: date) -> str:
    """In what the figures of a queue are counted: customers, and how many alerts stand behind them."""
    snoozed = int(kinds(people, today)["snoozed"].sum()) if len(people) else 0
    alerts = "1 alert is open" if len(queue) == 1 else f"{len(queue):,} alerts are open"
    customers = "1 customer" if len(people) == 1 else f"{len(people):,} customers"
    waits = f", {snoozed:,} of them snoozed" if snoozed else ""
    return f"Counted in customers: {alerts} on {customers}{waits}."


def counts(people: pd.DataFrame, today: date) -> dict[str, int]:
    """Of the rows of `by_customer`: how many are open and not snoozed, and how many of each of `kinds`."""
    masks = kinds(people, today)
    waiting = int(masks["snoozed"].sum())
    return {"open": len(people) - waiting, **{name: int(mask.sum()) for name, mask in masks.items()}}


def kinds(people: pd.DataFrame, today: date) -> dict[str, pd.Series]:
    """Which rows are due within seven days, overdue, new, started, and passed on to the team lead; which are snoozed.

    A snoozed one is none of the others until its day, but overdue it stays: the thirty days go on.
    """
    left = (pd.to_datetime(people["due_on"]) - pd.Timestamp(today)).dt.days
    snoozed = people["snoozed"].astype(bool)
    overdue = left < 0
    awake = ~snoozed
    return {
        "due": left.between(0, 7) & awake,
        "overdue": overdue,
        "new": (people["status"] == "open") & awake,
        "working": (people["status"] == "working") & awake,
        "escalated": people["escalated_on"].notna(),
        "snoozed": snoozed & ~overdue,
    }


BY_ITSELF = {
    CONDITION_ENDED: "No longer applies",
    CUSTOMER_LEFT: "Customer left",
    RULE_REMOVED: "The rule behind it was removed",
}
"""How alerts end that nobody closed."""


def outcome_words(outcome: str | None) -> str:
    """How an alert ended, in words."""
    return CLOSING.get(outcome or "", BY_ITSELF.get(outcome or "", "Closed"))


def ending_words(alert: ClosedAlert) -> str:
    """How an alert ended and why: `No longer applies: the complaint was settled on 2 Jun 2026.`"""
    why = alert.why or ""
    how = outcome_words(alert.outcome)
    if alert.outcome == CUSTOMER_LEFT and why:
        return why
    if alert.outcome == RULE_REMOVED or not why:
        return f"{how}."
    return f"{how}: {why[0].lower()}{why[1:]}"
