"""What the night asks of a shop to value its customers: who bought how often, when last, and for how much.

A purchase is a day with a transaction the customer made; an amount below 0 is a refund and none. Who bought before the
transactions begin counts from his first purchase in them.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import and_, case, func, select

from metrics.comparison.words import day as in_words
from metrics.customers.timeline import is_purchase
from metrics.definitions.scope import last_full_month
from metrics.query.value_basis import BOUGHT, COST, earnings
from models.value import repeat_purchases
from models.value.repeat_purchases import PurchaseModel
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.errors import ModelRefused
from warehouse.schema import customers, revenues
from warehouse.schema import transactions as t
from warehouse.sql.dialects import add_days, to_float

LEAST_DAYS = 180
"""Fewer days of purchases cannot tell who pauses from who is gone."""


def fitted(
    reader: Reader, people: pd.DataFrame, booked_until: date, available: AvailableColumns
) -> PurchaseModel:
    """A model from `histories`. Raises ModelRefused if they are too few or too short, or nothing remains of revenue."""
    if people.empty or people["age"].max() < LEAST_DAYS / 7:
        raise ModelRefused(
            f"It is too early for lifetime values: {LEAST_DAYS} days of purchases are needed"
            + _begins(reader)
            + ". The other figures go on without them."
        )
    return repeat_purchases.fit(people, _margin_share(reader, booked_until, available))


def _begins(reader: Reader) -> str:
    covered = data_coverage.of(reader)
    return f", and they begin on {in_words(covered.days[BOUGHT].first_on)}" if covered else ""


def _margin_share(reader: Reader, until: date, available: AvailableColumns) -> float:
    """Which part of revenue remained in the 12 months to `until`: as booked, or as the settings say."""
    chosen = reader.stores.settings.margin_share
    if COST not in available and chosen is not None:
        return chosen
    net = earnings(available, None).amount
    booked = select(
        to_float(func.sum(net)).label("net"),
        to_float(func.sum(case((revenues.c.cost_to_serve.is_not(None), revenues.c.revenue)))).label("gross"),
    ).where(revenues.c.month_on > until - timedelta(days=365), revenues.c.month_on <= until)
    row = reader.frame(booked).iloc[0]
    if pd.isna(row["gross"]) or not row["gross"] > 0:
        raise ModelRefused(
            "There are no lifetime values: in the last twelve months no revenue has its cost to serve beside it."
        )
    return float(row["net"] / row["gross"])


def histories(reader: Reader, day: date, booked_until: date) -> pd.DataFrame:
    """Everybody who bought by `day`, as `models.value.repeat_purchases.value` wants them, with revenue `booked_until`."""
    first = reader.frame(select(func.min(revenues.c.month_on).label("on")))["on"].iloc[0]
    with_revenue = pd.Timestamp(first).date().replace(day=1)
    bought = _purchases(day).subquery("bought")
    in_months = and_(bought.c.day_on >= with_revenue, bought.c.day_on <= booked_until)
    earned = (
        select(revenues.c.customer_id, to_float(func.sum(revenues.c.revenue)).label("revenue"))
        .where(revenues.c.month_on <= booked_until)
        .group_by(revenues.c.customer_id)
        .subquery("earned")
    )
    counted = (
        select(
            bought.c.customer_id,
            func.count().label("days"),
            func.min(bought.c.day_on).label("first_on"),
            func.max(bought.c.day_on).label("last_on"),
            func.sum(case((in_months, 1), else_=0)).label("purchases"),
        )
        .group_by(bought.c.customer_id)
        .subquery("counted")
    )
    frame = reader.frame(
        select(counted, earned.c.revenue, customers.c.joined_on)
        .join_from(counted, customers, customers.c.customer_id == counted.c.customer_id)
        .outerjoin(earned, earned.c.customer_id == counted.c.customer_id)
        .order_by(counted.c.customer_id)
    )
    return _described(frame, min(day, _delivered(reader, day)), day)


def _purchases(day: date) -> Any:
    """Customer and day, once for each day with a purchase up to `day`."""
    until = datetime.combine(day + timedelta(days=1), time())
    each = select(t.c.customer_id, add_days(t.c.booked_at, 0).label("day_on"))
    return each.where(t.c.booked_at < until, is_purchase()).distinct()


def _described(frame: pd.DataFrame, seen_until: date, day: date) -> pd.DataFrame:
    first, last = pd.to_datetime(frame["first_on"]), pd.to_datetime(frame["last_on"])
    joined, end = pd.to_datetime(frame["joined_on"]), last_full_month(day).end
    months = (end.year * 12 + end.month) - (joined.dt.year * 12 + joined.dt.month) + 1
    purchases = frame["purchases"].astype(int).where(frame["revenue"].notna(), 0)
    return pd.DataFrame(
        {
            "customer_id": frame["customer_id"],
            "repeats": frame["days"].astype(int) - 1,
            "last": (last - first).dt.days / 7,
            "age": (pd.Timestamp(seen_until) - first).dt.days / 7,
            "purchases": purchases,
            "spend": (frame["revenue"] / purchases.where(purchases > 0)).astype(float),
            "months_since_joining": months.clip(lower=0),
        }
    )


def _delivered(reader: Reader, day: date) -> date:
    """Until when purchases were delivered: what has not come yet is not a pause."""
    covered = data_coverage.of(reader)
    return covered.days[BOUGHT].delivered_until if covered and BOUGHT in covered.days else day
