"""When the churn model is trained again, and on what: rolling month ends of the bank's own history.

Each month end is asked about with exactly the statement the nightly run uses, so an example knows no more than the
night of that day knew. Only month ends whose 90 days have passed have an answer yet.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Select, case, func, or_, select

from metrics.comparison.words import numeral
from metrics.customers.departures import departures
from metrics.customers.profile import profile
from metrics.query.missing_reasons import not_given
from models.churn import churn_prediction, fitting, model_files
from models.churn.churn_prediction import ChurnModel
from models.value.sampling import whole_customers
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.errors import ModelRefused
from warehouse.schema import (
    balances,
    customers,
    loads,
    relationship_managers,
    transactions,
)
from warehouse.settings import Settings
from workflow.records import model_state
from workflow.rules.rule_definitions import LOOK_BACK_DAYS, over
from workflow.rules.rule_drafts import rules

MOST_DAYS, MOST_EXAMPLES, MOST_JUDGED = 15, 400_000, 100_000
RETRAIN_AFTER_DAYS = 92
NO_HISTORY = (
    "Not known: neither `transactions` nor `balances` was given, so there is no history to learn from."
)
"""Not given is another reason than too early: no next month mends it."""
MODELS = model_state.MODELS

Progress = Callable[[str], None]


def usable_model(
    reader: Reader, settings: Settings, as_of: date, available: AvailableColumns, progress: Progress
) -> tuple[ChurnModel | None, tuple[str, ...]]:
    """The model to score with as of a day, trained now if there is none that fits, and what there is to say about it.

    Without a model the first value is None and a sentence says why; nothing is raised for that.
    """
    folder, source = settings.data_dir / MODELS, whose_data(reader)
    remarks: list[str] = []
    try:
        model = model_files.load(folder)
        stale = _why_stale(model, as_of, source)
        if not stale:
            return model, ()
        remarks.append(stale)
    except ModelRefused as refused:
        # On a first night there is nothing to report: training follows.
        if model_files.is_there(folder):
            remarks.append(str(refused).removesuffix(model_files.AGAIN).strip())
    try:
        model, sentence = train(reader, settings, as_of, available, progress)
    except ModelRefused as refused:
        return None, (*remarks, str(refused))
    return model, (*remarks, sentence)


def train(
    reader: Reader, settings: Settings, as_of: date, available: AvailableColumns, progress: Progress
) -> tuple[ChurnModel, str]:
    """A new model, saved in the place of the one before, and a sentence about it.

    Raises ModelRefused if it cannot be trusted; the one before then stays.
    """
    progress("Training the churn model")
    rows = examples(reader, settings, as_of, available)
    fitted = fitting.fit(rows, source=whose_data(reader), smallest=settings.smallest_cell)
    model = model_files.save(fitted, settings.data_dir / MODELS)
    area = model.card.figures["model"]["roc_auc"]
    return model, (
        f"Trained churn model {model.card.version}: ROC-AUC {numeral(area['value'], 3)} "
        f"({numeral(area['low'], 3)} to {numeral(area['high'], 3)}) on {model.card.judged_on:%d %b %Y}."
    )


def whose_data(reader: Reader) -> str:
    """`sample` or `bank`: a model of the invented bank is never used on a real one."""
    return "sample" if reader.frame(select(loads.c.sample))["sample"].fillna(value=False).any() else "bank"


def _why_stale(model: ChurnModel, as_of: date, source: str) -> str:
    learned_until = model.card.trained_until + timedelta(days=model.card.window_days)
    if model.card.source != source:
        return "The churn model was trained on another bank's data, so a new one is trained."
    if learned_until > as_of:
        return "The churn model learned from days after the one asked about, so a new one is trained."
    if (as_of - learned_until).days > RETRAIN_AFTER_DAYS:
        return "The churn model is more than a quarter old, so a new one is trained."
    return ""


def examples(reader: Reader, settings: Settings, as_of: date, available: AvailableColumns) -> pd.DataFrame:
    """One row per customer and month end, as `fitting.fit` wants them.

    Raises ModelRefused if no month end has both a history before it and a window after it.
    """
    missing = not_given(["customers", "customers.joined_on", "customers.left_on"], data_coverage.of(reader))
    if missing:
        raise ModelRefused(f"There is no churn model, because it is not known who left. {missing.sentence}")
    first = first_day(reader, available)
    if first is None:
        raise ModelRefused(f"There is no churn model. {NO_HISTORY}")
    days = month_ends(first, as_of)
    if not days:
        raise ModelRefused(
            "It is too early for a churn model: it needs half a year of history before a month end and 90 days after "
            "it. The rules go on without it."
        )
    parts: list[pd.DataFrame] = []
    for day in days:
        rows = reader.frame(_labelled(day, settings, available))
        # The day judged by is kept whole where it can be: then its figures are about everybody.
        most = MOST_JUDGED if day == days[-1] else MOST_EXAMPLES / len(days)
        drawn = whole_customers(rows, most / max(len(rows), 1))
        # Of a sample, an RM can call only as large a share.
        calls = drawn["weekly_capacity"] * (len(drawn) / max(len(rows), 1))
        parts.append(drawn.assign(calls_a_week=calls))
    return pd.concat(parts, ignore_index=True)


def month_ends(first: date | None, as_of: date) -> list[date]:
    """The latest month ends, oldest first, with a full look-back after `first` and a full window before `as_of`."""
    days: list[date] = []
    if first is None:
        return days
    day = (as_of + timedelta(days=1)).replace(day=1) - timedelta(days=1)
    while day >= first + timedelta(days=LOOK_BACK_DAYS) and len(days) < MOST_DAYS:
        if day + timedelta(days=churn_prediction.WINDOW_DAYS) <= as_of:
            days.insert(0, day)
        day = day.replace(day=1) - timedelta(days=1)
    return days


def first_day(reader: Reader, available: AvailableColumns) -> date | None:
    """The day the bank's history of transactions or balances begins."""
    for name, column in (
        ("transactions", transactions.c.booked_at),
        ("balances", balances.c.month_on),
    ):
        if name in available:
            first = reader.frame(select(func.min(column).label("first")))["first"].iloc[0]
            return None if pd.isna(first) else pd.Timestamp(first).date()
    return None


def _labelled(day: date, settings: Settings, available: AvailableColumns) -> Select[Any]:
    rows = profile(day, available).subquery("example")
    gone = departures(day, churn_prediction.WINDOW_DAYS).subquery("departure")
    # A rule that needs a score cannot be compared with the score.
    plain = [rule.when for rule in rules(settings) if not rule.needs_model]
    fired = [over(when, rows) for when in plain]
    return (
        select(
            rows,
            case((or_(*fired), 1), else_=0).label("rule_fired"),
            gone.c.left_in_window,
            # For the judgement alone: the model may look at none of these.
            customers.c.birth_year,
            customers.c.district,
            customers.c.branch,
            relationship_managers.c.weekly_capacity,
        )
        .join_from(rows, gone, gone.c.customer_id == rows.c.customer_id)
        .join(customers, customers.c.customer_id == rows.c.customer_id)
        .outerjoin(relationship_managers, relationship_managers.c.rm_id == rows.c.rm_id)
        .order_by(rows.c.customer_id)
    )
