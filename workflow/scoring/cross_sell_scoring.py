"""The night's chance of each customer without a wealth product to open one, from a model kept for a quarter."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Select, case, select

from metrics.customers.profile import profile
from models.churn import churn_prediction, cross_sell_prediction, model_files
from models.churn.churn_prediction import ChurnModel
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.errors import ModelRefused
from warehouse.schema import WEALTH_PRODUCTS, accounts
from workflow.records import model_state
from workflow.scoring.training import MODELS, RETRAIN_AFTER_DAYS, first_day, month_ends, whose_data

EVERY = 3
"""Of the month ends each third is learned from: their windows just do not overlap."""


def chances(reader: Reader, profiles: pd.DataFrame, as_of: date, available: AvailableColumns) -> pd.DataFrame:
    """`customer_id`, `probability` and `reasons` of everybody who holds no wealth product; empty without a model."""
    model = _model(reader, as_of, available) if "accounts" in available else None
    without = profiles[profiles["holds_wealth"] == 0]
    if model is None or without.empty:
        return pd.DataFrame(columns=["customer_id", "probability", "reasons", "model_version"])
    return churn_prediction.score(model, without).assign(model_version=model.card.version)


def _model(reader: Reader, as_of: date, available: AvailableColumns) -> ChurnModel | None:
    folder, source = reader.stores.settings.data_dir / MODELS / model_state.WEALTH, whose_data(reader)
    try:
        model = model_files.load(folder, model_state.CROSS_SELL)
        age = (as_of - model.card.trained_until).days - churn_prediction.WINDOW_DAYS
        if model.card.source == source and 0 <= age <= RETRAIN_AFTER_DAYS:
            return model
    except ModelRefused:
        pass  # missing or of another version: a new one follows
    try:
        model = cross_sell_prediction.fit(examples(reader, as_of, available), source=source)
    except ModelRefused:
        return None
    model_files.save(model, folder)
    return model


def examples(reader: Reader, as_of: date, available: AvailableColumns) -> pd.DataFrame:
    """One row per month end and customer without a wealth product: the profile and `opened_in_window`."""
    days = month_ends(first_day(reader, available), as_of)[::-EVERY]
    if not days:
        raise ModelRefused("It is too early for a cross-sell model: the bank's history is too short.")
    return pd.concat([reader.frame(_labelled(day, available)) for day in reversed(days)], ignore_index=True)


def _labelled(day: date, available: AvailableColumns) -> Select[Any]:
    rows = profile(day, available).subquery("example")
    opened = (
        select(accounts.c.customer_id)
        .where(
            accounts.c.product.in_(WEALTH_PRODUCTS),
            accounts.c.opened_on > day,
            accounts.c.opened_on <= day + timedelta(days=churn_prediction.WINDOW_DAYS),
        )
        .distinct()
        .subquery("opened")
    )
    return (
        select(rows, case((opened.c.customer_id.is_not(None), 1), else_=0).label("opened_in_window"))
        .outerjoin_from(rows, opened, opened.c.customer_id == rows.c.customer_id)
        .where(rows.c.holds_wealth == 0)
        .order_by(rows.c.customer_id)
    )
