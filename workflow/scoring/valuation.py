"""What the night asks of the bank to value every customer, and what it writes down.

On who left, or on what customers buy, is chosen by what was given (`metrics.query.value_basis`). The model is learned
anew each night, so it needs no file. Once a month the same is done as of a year before: what would have been predicted
then is held against what came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import ColumnElement, Select, Subquery, Text, case, distinct, func, null, select

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day as in_words
from metrics.customers.profile import profile
from metrics.definitions.scope import last_full_month, month
from metrics.query import value_basis
from metrics.query.missing_reasons import not_given
from metrics.query.time_coverage import delivered_until
from models.value import backtest, lifetime_value, repeat_purchases
from models.value.lifetime_value import LifetimeValueModel, Terms
from models.value.repeat_purchases import PurchaseModel
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.errors import ModelRefused
from warehouse.schema import customer_values, customers, leads, revenues, value_hindsight
from warehouse.sql.dialects import days_between, ratio, to_float
from warehouse.stores.snapshots import SnapshotWriter
from workflow.records import run_notes
from workflow.scoring import purchase_histories
from workflow.scoring.training import NO_HISTORY, first_day, month_ends

MARGIN_MONTHS = 3
"""A customer's net revenue a month is the mean of so many month ends."""
TYPICAL_MARGIN = 100.0
"""HKD a month: below this, an error counts alike however little a customer brings."""
LOOKS = 4
"""Days looked back from, a quarter apart."""


def values(
    draft: SnapshotWriter,
    reader: Reader,
    as_of: date,
    available: AvailableColumns,
    tell: Callable[[str], None],
) -> tuple[int, tuple[str, ...]]:
    """Value every customer as of a day and write it; how many, and what there is to say about it."""
    missing = why_not(reader, available)
    if missing:
        return 0, (missing,)
    terms = Terms(
        horizon_months=reader.stores.settings.value_horizon_months,
        discount_rate=reader.stores.settings.discount_rate,
    )
    tell("Valuing every customer")
    by_purchases = value_basis.rests_on_purchases(available)
    try:
        model, people = _model(reader, as_of, available)
    except ModelRefused as refused:
        return 0, (str(refused),)
    valued = _valued(_widened(draft, reader, model, as_of, available), people, terms)
    written = _with_the_past(reader, valued, as_of, terms, available).assign(
        as_of=as_of,
        model=value_basis.NON_CONTRACTUAL if by_purchases else value_basis.CONTRACTUAL,
        horizon_months=terms.horizon_months,
        discount_rate=terms.discount_rate,
    )
    draft.write(customer_values, written, replacing=customer_values.c.as_of == as_of)
    return len(written), (how(reader, available),) if by_purchases else ()


def why_not(reader: Reader, available: AvailableColumns) -> str:
    """What lacks for any value, as a sentence; "" if nothing does."""
    needed: tuple[str, ...] = (
        value_basis.BY_PURCHASES if value_basis.rests_on_purchases(available) else value_basis.BY_LEAVING
    )
    if _earnings(reader, available).costed and value_basis.COST not in available:
        needed = tuple(name for name in needed if name != value_basis.COST)
    missing = not_given(needed, data_coverage.of(reader))
    if missing is None:
        return ""
    if value_basis.COST not in available and "revenues" in available:
        return f"{missing.sentence} The setting `margin_share` can say which part of revenue remains after costs."
    return missing.sentence


def how(reader: Reader, available: AvailableColumns) -> str:
    """On what the values rest and why, and where their costs come from, in sentences."""
    source = _earnings(reader, available).source
    if not value_basis.rests_on_purchases(available):
        return f"{value_basis.WHAT_LEAVING_SAYS} {source}"
    return f"Values rest on purchases, as `{value_basis.LEFT}` was not given. {value_basis.WHAT_PURCHASES_SAY} {source}"


def notes(
    draft: SnapshotWriter, reader: Reader, as_of: date, valued: int, remarks: tuple[str, ...]
) -> dict[str, str]:
    """The notes for `run_notes` after `values` gave how many and what there is to say: on what they rest, or why none."""
    if valued:
        noted = {run_notes.HOW_VALUED: how(reader, data_coverage.available_columns(reader))}
    else:
        noted = {run_notes.LIFETIME_VALUE: remarks[-1] if remarks else ""}
    return noted | why_no_hindsight(draft, reader, as_of)


def why_no_hindsight(draft: SnapshotWriter, reader: Reader, as_of: date) -> dict[str, str]:
    """The note for `run_notes` where no value of a year before could be held against what came; {} otherwise."""
    if draft.connection.execute(select(func.count()).select_from(value_hindsight)).scalar():
        return {}
    available = data_coverage.available_columns(reader)
    missing = why_not(reader, available)
    by_purchases = value_basis.rests_on_purchases(available)
    covered = data_coverage.of(reader)
    if by_purchases and covered is not None:
        start: date | None = covered.days[value_basis.BOUGHT].first_on
    else:
        start = first_day(reader, available)
    if start is None:
        return {run_notes.HINDSIGHT: missing or f"Values cannot be compared with what came. {NO_HISTORY}"}
    before = (
        f"{purchase_histories.LEAST_DAYS} days of purchases" if by_purchases else "three quarters of history"
    )
    early = (
        f"It is too early to compare values with what came: the data begin on {in_words(start)}, and a year of revenue "
        f"is needed after {before}; they reach {in_words(as_of)}."
    )
    return {run_notes.HINDSIGHT: missing or early}


def _earnings(reader: Reader, available: AvailableColumns) -> value_basis.Earnings:
    return value_basis.earnings(available, reader.stores.settings.margin_share)


def _model(
    reader: Reader, day: date, available: AvailableColumns
) -> tuple[LifetimeValueModel | PurchaseModel, pd.DataFrame]:
    """A model learned up to `day`, and the customers of that day. Raises ModelRefused if there is too little."""
    if not value_basis.rests_on_purchases(available):
        return fitted(reader, day, available), _people(reader, day, available)
    booked = _last_month_booked(reader, day)
    people = purchase_histories.histories(reader, day, booked)
    return purchase_histories.fitted(reader, people, booked, available), people


def _valued(model: LifetimeValueModel | PurchaseModel, people: pd.DataFrame, terms: Terms) -> pd.DataFrame:
    if isinstance(model, PurchaseModel):
        return repeat_purchases.value(model, people, terms)
    return lifetime_value.value(model, people, terms)


def fitted(reader: Reader, as_of: date, available: AvailableColumns) -> LifetimeValueModel:
    """A model from the quarters before `as_of`, using nothing dated later. Raises ModelRefused if there is too little."""
    first = first_day(reader, available)
    if first is None:
        raise ModelRefused(f"There are no lifetime values. {NO_HISTORY}")
    days = month_ends(first, as_of)[::-1][::3][:LOOKS]
    if not days:
        raise ModelRefused(
            "It is too early for lifetime values: half a year of history is needed, and a quarter after it. "
            "The other figures go on without them."
        )
    examples, growth = [], []
    net = _earnings(reader, available).amount
    for day in days:
        rows = _people(reader, day, available)
        until = month_number(last_full_month(as_of).end) - month_number(day)
        left = pd.to_datetime(rows.pop("left_on"))
        gone = (left.dt.year * 12 + left.dt.month) - month_number(day)
        # In the month somebody leaves, no month end with revenue follows.
        rows["left"] = (gone <= until).astype(int)
        rows["months_seen"] = gone.clip(lower=1).where(gone <= until, until).astype(int)
        examples.append(rows)
        moved = reader.frame(_growth(day, as_of, net))
        growth.append(moved.assign(ahead=_ahead(moved["month_on"], day)))
    return lifetime_value.fit(pd.concat(examples, ignore_index=True), pd.concat(growth, ignore_index=True))


def judged(
    reader: Reader, as_of: date, available: AvailableColumns, fewest: int
) -> tuple[date, pd.DataFrame, lifetime_value.Widening] | None:
    """The day a year before, the prediction of that day against what came, and the widening; None if it is too early."""
    end = _last_month_booked(reader, as_of)
    then = month(end.year - 1, end.month).end
    try:
        model, people = _model(reader, then, available)
    except ModelRefused:
        return None
    net = _earnings(reader, available).amount
    came = (
        select(revenues.c.customer_id, to_float(func.sum(net)).label("net"))
        .where(revenues.c.month_on > then, revenues.c.month_on <= end)
        .group_by(revenues.c.customer_id)
    )
    table, widening = backtest.judge(_valued(model, people, backtest.TERMS), reader.frame(came), fewest)
    return then, table, widening


def month_number(day: date) -> int:
    """Months since year 0, so that two of them can be subtracted."""
    return day.year * 12 + day.month


def _ahead(month_on: pd.Series, day: date) -> pd.Series:
    moment = pd.to_datetime(month_on)
    return moment.dt.year * 12 + moment.dt.month - month_number(day)


def _widened(
    draft: SnapshotWriter,
    reader: Reader,
    model: LifetimeValueModel | PurchaseModel,
    as_of: date,
    available: AvailableColumns,
) -> LifetimeValueModel | PurchaseModel:
    """The model with the widening of this month's hindsight, which is worked out once and kept."""
    end = _last_month_booked(reader, as_of)
    then = month(end.year - 1, end.month).end
    basis = value_basis.NON_CONTRACTUAL if isinstance(model, PurchaseModel) else value_basis.CONTRACTUAL
    widenings = reader.frame(
        select(value_hindsight.c.widening_down, value_hindsight.c.widening_up)
        .where(value_hindsight.c.predicted_on == then, value_hindsight.c.model == basis)
        .order_by(value_hindsight.c.tenth)
    )
    if len(widenings):
        return replace(
            model, widening=tuple((float(d), float(u)) for d, u in widenings.to_numpy(dtype=float))
        )
    judgement = judged(reader, as_of, available, reader.smallest_cell)
    if judgement is None:
        return model
    then, table, widening = judgement
    rows = table.assign(
        predicted_on=then,
        model=basis,
        realised_until=end,
        widening_down=[down for down, _ in widening],
        widening_up=[up for _, up in widening],
    )
    draft.write(value_hindsight, rows, replacing=value_hindsight.c.predicted_on == then)
    return replace(model, widening=widening)


def _last_month_booked(reader: Reader, day: date) -> date:
    """The last month end up to `day` whose revenue was delivered: a month not booked yet earned more than nothing."""
    covered = data_coverage.of(reader)
    until = day if covered is None else min(day, delivered_until(CATALOGUE["net_revenue"], covered))
    return last_full_month(until).end


def _margin(day: date, net: ColumnElement[Any]) -> Subquery:
    """Net revenue a month of each customer: the mean of the last month ends up to `day`."""
    end = last_full_month(day).end
    first = month(end.year, end.month - MARGIN_MONTHS + 1).start
    return (
        select(
            revenues.c.customer_id,
            ratio(func.sum(net), func.count(distinct(revenues.c.month_on))).label("margin"),
        )
        .where(revenues.c.month_on >= first, revenues.c.month_on <= end)
        .group_by(revenues.c.customer_id)
        .subquery("margin")
    )


def _people(reader: Reader, day: date, available: AvailableColumns) -> pd.DataFrame:
    """Everybody present at `day`: profile, `channel`, `margin`, `left_on`, `months_since_joining`."""
    profiles = profile(day, available).subquery("profiles")
    margin = _margin(_last_month_booked(reader, day), _earnings(reader, available).amount)
    joined: Any = profiles.join(customers, customers.c.customer_id == profiles.c.customer_id)
    joined = joined.outerjoin(margin, margin.c.customer_id == profiles.c.customer_id)
    # Who left before the day is present because he came back.
    left = case((customers.c.left_on > day, customers.c.left_on)).label("left_on")
    columns: list[Any] = [profiles, margin.c.margin, left, customers.c.joined_on]
    if "leads" in available:
        joined = joined.outerjoin(leads, leads.c.lead_id == customers.c.acquired_by_lead_id)
    columns.append(leads.c.channel if "leads" in available else null().cast(Text).label("channel"))
    frame = reader.frame(select(*columns).select_from(joined).order_by(profiles.c.customer_id))
    since = pd.to_datetime(frame.pop("joined_on"))
    months = month_number(last_full_month(day).end) - (since.dt.year * 12 + since.dt.month) + 1
    return frame.assign(months_since_joining=months.clip(lower=0))


def _growth(day: date, as_of: date, net: ColumnElement[Any]) -> Select[Any]:
    """For each later month the weighted sums `models.value.lifetime_value` learns growth from, the newly joined apart."""
    margin = _margin(day, net)
    later = (
        select(revenues.c.customer_id, revenues.c.month_on, to_float(func.sum(net)).label("net"))
        .where(revenues.c.month_on > day, revenues.c.month_on <= last_full_month(as_of).end)
        .group_by(revenues.c.customer_id, revenues.c.month_on)
        .subquery("later")
    )
    new = case((days_between(customers.c.joined_on, day) < lifetime_value.NEW_FOR_DAYS, 1), else_=0).label(
        "new"
    )
    today, moved = to_float(margin.c.margin), later.c.net - margin.c.margin
    # Without weights the few largest customers would decide the line for everybody.
    weight = ratio(1.0, TYPICAL_MARGIN + func.abs(today))
    sums = {
        "weight": weight,
        "today": weight * today,
        "today_today": weight * today * today,
        "moved": weight * moved,
        "today_moved": weight * today * moved,
    }
    return (
        select(later.c.month_on, new, *(func.sum(v).label(n) for n, v in sums.items()))
        .select_from(
            later.join(margin, margin.c.customer_id == later.c.customer_id).join(
                customers, customers.c.customer_id == later.c.customer_id
            )
        )
        .where(margin.c.margin.is_not(None))
        .group_by(later.c.month_on, new)
    )


def _with_the_past(
    reader: Reader, valued: pd.DataFrame, as_of: date, terms: Terms, available: AvailableColumns
) -> pd.DataFrame:
    """Add what those who joined since revenue is known brought already, also those who left again."""
    net = _earnings(reader, available).amount
    start = reader.frame(select(func.min(revenues.c.month_on).label("first")))["first"].iloc[0]
    first = pd.Timestamp(start).date().replace(day=1)
    joined = select(customers.c.customer_id, customers.c.joined_on).where(
        customers.c.joined_on >= first, customers.c.joined_on <= as_of
    )
    who = reader.frame(joined)
    flows = reader.frame(
        select(revenues.c.customer_id, revenues.c.month_on, to_float(func.sum(net)).label("net"))
        .where(
            revenues.c.customer_id.in_(select(joined.subquery().c.customer_id)), revenues.c.month_on <= as_of
        )
        .group_by(revenues.c.customer_id, revenues.c.month_on)
    ).merge(who, on="customer_id")
    month_on, since = pd.to_datetime(flows["month_on"]), pd.to_datetime(flows["joined_on"])
    elapsed = 12 * (month_on.dt.year - since.dt.year) + month_on.dt.month - since.dt.month + 1
    counted = (elapsed >= 1) & (elapsed <= terms.horizon_months)
    flows["brought"] = flows["net"] * (1 + terms.discount_rate) ** (-elapsed / 12)
    brought = flows[counted].groupby("customer_id", as_index=False)["brought"].sum()
    past = who[["customer_id"]].merge(brought, on="customer_id", how="left").fillna({"brought": 0.0})
    # Who has no value has left, and nothing more will come; where nobody says so, he never bought, and is not known.
    if value_basis.rests_on_purchases(available):
        past = past[past["customer_id"].isin(valued["customer_id"])]
    both = valued.merge(past, on="customer_id", how="outer").sort_values("customer_id", ignore_index=True)
    gone = both["value"].isna()
    both["since_joining"] = both["brought"] + both["rest"].where(~gone, 0.0)
    both["since_joining_swing"] = both["rest_swing"].where(~gone, 0.0).where(both["brought"].notna())
    columns = ["value", "value_low", "value_high", "stay_probability", "swing"]
    both[columns] = both[columns].fillna(0.0)
    return both.drop(columns=["brought", "rest", "rest_swing", "swing"])
