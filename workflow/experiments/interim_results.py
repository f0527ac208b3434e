"""What the experiments show: worked out by the night on planned days, kept as totals, read by every role.

A look is worked out once, as of its day, and stays. Between looks the night only checks that the draw went right: how
many are in each arm and how many of the held-out were contacted anyway. Outcomes are not read then.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import select

from models.evaluation.prediction_metrics import PredictionMetric
from models.experiments import sequential_analysis as ex
from models.experiments.balance import standardised_difference
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import offers
from warehouse.disclosure.minimum_cell_size import is_enough, is_few
from warehouse.schema import experiment_results
from workflow.experiments import arms as drawn
from workflow.experiments import persuadable
from workflow.experiments.persuadable import SALVAGEABLE
from workflow.experiments.planned_analyses import Look, plan_of

TARGETS = {"churn": -0.18, "cross_sell": 0.32}
"""The changes the bank set out to reach; an experiment is large enough when it can show them."""
ARMS, CHURN, CROSS_SELL = "arms", "churn", "cross_sell"
COMPLAINTS, OPT_OUTS = "complaints", "opt_outs"
"""The guardrails: what more selling must not raise."""
CONTACTED = "contacted"
"""Not an outcome: whether the held-out were spoken to anyway."""
NEEDS = {
    CHURN: ("customers.left_on",),
    CROSS_SELL: ("accounts", "accounts.opened_on", "accounts.product"),
    COMPLAINTS: ("tickets", "tickets.complaint"),
    OPT_OUTS: ("customers.marketing_consent", "customers.consent_changed_on"),
    CONTACTED: ("touches", "touches.touched_at", "touches.kind"),
}
"""What an outcome is read from: without it nobody knows what happened, and none of it happened to nobody."""
WORTH_NEEDS = ("customers.left_on", "revenues", "revenues.cost_to_serve")
BALANCE = "balance"
"""Not an outcome: how alike the arms were before the draw, by each of `COVARIATES`."""
COVARIATES = (
    *("chance", "tenure_days", "products_held", "total_balance", "revenue_365d"),
    *("days_since_customer_made_transaction", "app_sessions_30d", "complaints_365d"),
)
HORIZONS = {3: 90, 6: 180, 12: 360}
"""Months after the draw → the days within which something counts."""
Figures = dict[str, PredictionMetric]


def after(outcome: str, months: int) -> str:
    """What an outcome is called that is counted within the same time after each customer's draw."""
    return f"{outcome}_{months}m"


def read_out(reader: Reader, as_of: date, available: AvailableColumns) -> pd.DataFrame:
    """The rows of `derived.experiment_results` that the night of `as_of` adds: looks that have come, and the arms."""
    everybody = drawn.arms(reader)
    there = reader.frame(
        select(experiment_results.c.experiment, experiment_results.c.looked_on)
        .where(experiment_results.c.outcome == CHURN)
        .distinct()
    )
    done = set(zip(there["experiment"], pd.to_datetime(there["looked_on"]).dt.date, strict=True))
    parts = []
    for name, rows in everybody.groupby("experiment"):
        experiment = str(name)
        parts.append(_rows(experiment, ARMS, as_of, _draw(reader, rows)))
        for look in plan_of(reader, experiment):
            if look.on <= as_of and (experiment, look.on) not in done:
                for outcome, figures in _look(reader, rows, look, available).items():
                    parts.append(_rows(experiment, outcome, look.on, figures))
    return pd.concat(parts, ignore_index=True) if parts else _rows("", ARMS, as_of, {})


def _rows(
    experiment: str, outcome: str, looked_on: date, figures: Mapping[str, PredictionMetric]
) -> pd.DataFrame:
    table = [
        {"figure": name, "value": figure.value, "low": figure.low, "high": figure.high}
        for name, figure in figures.items()
    ]
    frame = pd.DataFrame(table, columns=["figure", "value", "low", "high"]).astype(
        {"value": float, "low": float, "high": float}
    )
    return frame.assign(experiment=experiment, outcome=outcome, looked_on=looked_on)


def _plain(value: float) -> PredictionMetric:
    return PredictionMetric(value=float(value), low=np.nan, high=np.nan)


def _size(people: int, smallest: int) -> PredictionMetric:
    """How many are in an arm; everybody may read it, so fewer than `smallest` are not told."""
    return _plain(np.nan if is_few(people, smallest) else people)


def _draw(reader: Reader, rows: pd.DataFrame) -> Figures:
    """How the draw went: sizes, their chance, and who was contacted within 30 days of it."""
    smallest = reader.smallest_cell
    treated = rows["treated"]
    n, m = int(treated.sum()), int((~treated).sum())
    figures = {
        "first_on": _plain(rows["drawn_on"].min().toordinal()),
        "treated": _size(n, smallest),
        "held_out": _size(m, smallest),
        "treated_share": _plain(rows["treated_share"].mean()),
    }
    if not is_enough(min(n, m), smallest):
        return figures
    figures["sample_ratio"] = _plain(ex.sample_ratio(n, m, float(rows["treated_share"].mean())))
    if not data_coverage.available_columns(reader).issuperset(NEEDS[CONTACTED]):
        return figures
    until = rows["drawn_on"] + pd.Timedelta(days=drawn.CONTACT_DAYS)
    spoken = drawn.happened(rows, drawn.contacts(reader, set(rows["customer_id"])), until)
    for name, arm in (("contacted_treated", treated), ("contacted_held_out", ~treated)):
        did, not_ = int(spoken[arm].sum()), int((1 - spoken[arm]).sum())
        few = is_few(did, smallest) or is_few(not_, smallest)
        figures[name] = _plain(np.nan if few else spoken[arm].mean())
    return figures


def _look(reader: Reader, rows: pd.DataFrame, look: Look, available: AvailableColumns) -> dict[str, Figures]:
    """Every outcome as of the day of a look, whether it can be told who is kept, and how alike the arms were before."""
    everybody = rows
    rows = drawn.watched(reader, rows, look.on)
    if rows.empty:
        return {CHURN: {"treated": _plain(0), "held_out": _plain(0)}}
    smallest = reader.smallest_cell
    described = drawn.before_the_draw(reader, rows, available)
    rows = rows.assign(chance=rows["customer_id"].map(described.set_index("customer_id")["chance"]))
    given = data_coverage.available_columns(reader)
    figures = {CHURN: _sizes(rows, smallest)}
    if given.issuperset(NEEDS[CHURN]):
        figures = {CHURN: _compared(rows.assign(happened=rows["left"]), CHURN, look, smallest)}
    if given.issuperset(NEEDS[CROSS_SELL]):
        opened = drawn.happened(rows, drawn.wealth_openings(reader, set(rows["customer_id"])), rows["until"])
        figures[CROSS_SELL] = _compared(rows.assign(happened=opened), CROSS_SELL, look, smallest)
    for outcome, events in ((COMPLAINTS, drawn.complaints), (OPT_OUTS, drawn.opt_outs)):
        if given.issuperset(NEEDS[outcome]):
            did = drawn.happened(rows, events(reader, set(rows["customer_id"])), rows["until"])
            figures[outcome] = _compared(rows.assign(happened=did), outcome, look, smallest)
    figures[CHURN] |= _worth(reader, rows, described, figures[CHURN])
    figures[SALVAGEABLE] = persuadable.judged(described, smallest, look.bound)
    figures[BALANCE] = _balance(described, smallest)
    return figures | _side_by_side(reader, everybody, look, rows.set_index("customer_id")["chance"])


def _balance(described: pd.DataFrame, smallest: int) -> Figures:
    """The standardised difference of each number that was known before the draw, of enough customers in both arms."""
    treated, figures = described["treated"].astype(bool), {}
    for name in COVARIATES:
        column = described[name].astype(float) if name in described else pd.Series(np.nan, described.index)
        if is_enough(min(column[treated].count(), column[~treated].count()), smallest):
            difference = standardised_difference(column[treated], column[~treated])
            if difference is not None:
                figures[name] = difference
    return figures


def _side_by_side(
    reader: Reader, everybody: pd.DataFrame, look: Look, chance: pd.Series
) -> dict[str, Figures]:
    """What had happened 3, 6 and 12 months after the draw, to the customers drawn that long ago."""
    figures: dict[str, Figures] = {}
    given = data_coverage.available_columns(reader)
    for months, days in HORIZONS.items():
        rows = drawn.watched(reader, everybody.assign(window=float(days)), look.on)
        if rows.empty:
            continue
        rows = rows.assign(chance=rows["customer_id"].map(chance))
        if given.issuperset(NEEDS[CHURN]):
            name = after(CHURN, months)
            figures[name] = _compared(rows.assign(happened=rows["left"]), name, look, reader.smallest_cell)
        if given.issuperset(NEEDS[CROSS_SELL]):
            opened = drawn.happened(
                rows, drawn.wealth_openings(reader, set(rows["customer_id"])), rows["until"]
            )
            name = after(CROSS_SELL, months)
            figures[name] = _compared(rows.assign(happened=opened), name, look, reader.smallest_cell)
    return figures


def _compared(rows: pd.DataFrame, outcome: str, look: Look, smallest: int) -> Figures:
    treated = rows["treated"]
    n, m = int(treated.sum()), int((~treated).sum())
    did = rows.groupby("treated")["happened"].agg(["sum", "count"])
    few = not is_enough(min(did["sum"].min(), (did["count"] - did["sum"]).min()), smallest)
    figures = {} if few else ex.effect(rows, look.bound)
    shares = {}
    if figures:
        shares = {
            "share_treated": _plain(rows.loc[treated, "happened"].mean()),
            "share_held_out": _plain(rows.loc[~treated, "happened"].mean()),
        }
    expected = float(rows.loc[~treated, "happened"].mean()) if figures else float(rows["chance"].mean())
    cut = figures["variance_cut"].value if "variance_cut" in figures else 0.0
    # How many more are needed would tell how few there are.
    if outcome in TARGETS and 0 < expected < 0.7 and not is_few(min(n, m), smallest):
        share = float(rows["treated_share"].mean())
        for name, part in (("needed", 1.0), ("needed_half", 0.5)):
            needed = ex.needed(expected, part * TARGETS[outcome], share, look.bound, max(cut, 0.0))
            shares[name] = _plain(max(needed - n - m, 0))
    return _sizes(rows, smallest) | {"bound": _plain(look.bound)} | shares | figures


def _sizes(rows: pd.DataFrame, smallest: int) -> Figures:
    treated = rows["treated"]
    return {
        "treated": _size(int(treated.sum()), smallest),
        "held_out": _size(int((~treated).sum()), smallest),
    }


def _worth(reader: Reader, rows: pd.DataFrame, described: pd.DataFrame, churn: Figures) -> Figures:
    """What the kept customers bring in a year, and what the offers made on the treated cost."""
    points = ex.best(churn, "points")
    yearly = described["net_revenue_365d"].astype(float).mean()
    if points is None or np.isnan(yearly):
        return {}
    figures = {"worth": ex.worth(points, int(rows["treated"].sum()), yearly), "yearly": _plain(yearly)}
    if rows["alert_id"].notna().all():
        made = reader.frame(select(offers.c.alert_id, offers.c.customer_id, offers.c.cost))
        made = made[made["alert_id"].isin(set(rows["alert_id"]))]
        few = is_few(made["customer_id"].nunique(), reader.smallest_cell)
        all_costed = made["cost"].notna().all() and not few
        figures["cost"] = _plain(made["cost"].astype(float).sum() if all_costed else np.nan)
    return figures
