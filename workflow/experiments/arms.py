"""Who was drawn into which arm, what was known of them on the day before, and what they did afterwards.

Arms come from two places: experiments the bank itself ran (`unified.experiments`) and the alerts that each rule holds
out (the application database). Both become one frame, and everything after the draw is read the same way for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Select, func, select

from metrics.customers.profile import profile
from models.churn import churn_prediction, fitting
from models.churn.recipes import Recipe
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import alerts, offers
from warehouse.errors import ModelRefused
from warehouse.schema import (
    WEALTH_PRODUCTS,
    accounts,
    customer_profiles,
    customers,
    experiments,
    tickets,
    touches,
)
from workflow.experiments.hold_out import first_arms
from workflow.experiments.planned_analyses import OF_A_RULE
from workflow.scoring.training import examples, whose_data

WINDOW_DAYS = 90
"""How long a rule's customer is watched; in an experiment of the bank everybody is, from the draw to the look."""
CONTACTS = ("call", "branch")
CONTACT_DAYS = 30
"""Who is held out and still gets a call within so many days has been treated after all."""
_AT_ONCE = 10_000

COLUMNS = [
    "experiment",
    "customer_id",
    "treated",
    "drawn_on",
    "treated_share",
    "window",
    "chance",
    "alert_id",
]


def arms(reader: Reader) -> pd.DataFrame:
    """One row per experiment and customer, from the first draw: the columns of `COLUMNS`.

    `window` is in days, NaN for until the look; `chance` the churn model's probability on the alert, NaN elsewhere.
    Needs a reader who sees the held-out alerts: the night.
    """
    return pd.concat([_of_the_bank(reader), arms_of_rules(reader)], ignore_index=True)[COLUMNS]


def first_draws(reader: Reader) -> dict[str, date]:
    """The day of the first draw of every experiment."""
    bank = reader.frame(
        select(experiments.c.experiment, func.min(experiments.c.drawn_on).label("first")).group_by(
            experiments.c.experiment
        )
    )
    own = reader.frame(
        select(alerts.c.rule, func.min(alerts.c.raised_on).label("first")).group_by(alerts.c.rule)
    )
    named = pd.concat([bank, own.assign(experiment=OF_A_RULE + own["rule"].astype(str))])
    firsts = pd.to_datetime(named["first"]).dt.date
    return dict(zip(named["experiment"].astype(str), firsts, strict=True))


def _of_the_bank(reader: Reader) -> pd.DataFrame:
    t = experiments
    frame = reader.frame(select(t.c.experiment, t.c.customer_id, t.c.arm, t.c.drawn_on, t.c.planned_share))
    return frame.assign(
        treated=frame["arm"] == "treated",
        drawn_on=pd.to_datetime(frame["drawn_on"]),
        treated_share=frame["planned_share"].astype(float).fillna(0.5),
        window=np.nan,
        chance=np.nan,
        alert_id=None,
    )


def arms_of_rules(reader: Reader) -> pd.DataFrame:
    """The arms of the customers whom the rules raised alerts about, as they were first assigned by any of them."""
    t = alerts
    frame = reader.frame(
        select(
            t.c.rule,
            t.c.customer_id,
            t.c.arm,
            t.c.raised_on,
            t.c.held_out_share,
            t.c.probability,
            t.c.alert_id,
        )
    ).sort_values(["raised_on", "alert_id"])
    # The arm is that of the customer's first alert, whichever rule raised it: who was once held out of one rule and
    # called by another is counted as assigned. Each rule counts her from its own first alert on.
    firsts = first_arms(frame[["customer_id", "raised_on", "arm"]].to_dict("records"))
    frame = frame.drop_duplicates(["rule", "customer_id"])
    frame["arm"] = frame["customer_id"].map(firsts)
    usual = reader.stores.settings.hold_out_share
    return frame.assign(
        experiment=OF_A_RULE + frame["rule"],
        treated=frame["arm"] == "treated",
        drawn_on=pd.to_datetime(frame["raised_on"]),
        treated_share=1 - frame["held_out_share"].astype(float).fillna(usual),
        window=float(WINDOW_DAYS),
        chance=frame["probability"].astype(float),
    )


def watched(reader: Reader, rows: pd.DataFrame, on: date) -> pd.DataFrame:
    """The rows of `arms` whose window has passed on a day, with its end `until` and whether they `left` in it."""
    end = pd.Timestamp(on)
    until = (rows["drawn_on"] + pd.to_timedelta(rows["window"], unit="D")).fillna(end)
    rows = rows.assign(until=until)[(until <= end) & (rows["drawn_on"] < end)].reset_index(drop=True)
    left = left_on(reader, set(rows["customer_id"])).rename("happened_on").dropna().reset_index()
    return rows.assign(left=happened(rows, left, rows["until"]))


def left_on(reader: Reader, ids: Iterable[str]) -> pd.Series:
    """The day each customer left (NaT while with us), by customer."""
    frame = _in_parts(
        reader,
        ids,
        lambda some: select(customers.c.customer_id, customers.c.left_on).where(
            customers.c.customer_id.in_(some)
        ),
    )
    return pd.to_datetime(frame.set_index("customer_id")["left_on"])


def wealth_openings(reader: Reader, ids: Iterable[str]) -> pd.DataFrame:
    """Every investment or insurance these customers opened: customer_id, happened_on."""
    t = accounts
    return _dated(
        _in_parts(
            reader,
            ids,
            lambda some: select(t.c.customer_id, t.c.opened_on.label("happened_on")).where(
                t.c.product.in_(WEALTH_PRODUCTS), t.c.customer_id.in_(some)
            ),
        )
    )


def complaints(reader: Reader, ids: Iterable[str]) -> pd.DataFrame:
    """Every complaint of these customers that they did not take back: customer_id, happened_on."""
    t = tickets
    return _dated(
        _in_parts(
            reader,
            ids,
            lambda some: select(t.c.customer_id, t.c.opened_at.label("happened_on")).where(
                t.c.complaint.is_(True), t.c.withdrawn.is_not(True), t.c.customer_id.in_(some)
            ),
        )
    )


def opt_outs(reader: Reader, ids: Iterable[str]) -> pd.DataFrame:
    """When these customers last withdrew their consent to marketing: customer_id, happened_on.

    Of who gave it again since, the bank keeps no earlier day.
    """
    t = customers
    return _dated(
        _in_parts(
            reader,
            ids,
            lambda some: select(t.c.customer_id, t.c.consent_changed_on.label("happened_on")).where(
                t.c.marketing_consent.is_(False),
                t.c.consent_changed_on.is_not(None),
                t.c.customer_id.in_(some),
            ),
        )
    )


def contacts(reader: Reader, ids: Iterable[str]) -> pd.DataFrame:
    """Every call and meeting in the branch of these customers, and every offer recorded: customer_id, happened_on."""
    t = touches
    ids = list(ids)
    spoken = _in_parts(
        reader,
        ids,
        lambda some: select(t.c.customer_id, t.c.touched_at.label("happened_on")).where(
            t.c.kind.in_(CONTACTS), t.c.customer_id.in_(some)
        ),
    )
    offered = reader.frame(select(offers.c.customer_id, offers.c.offered_at.label("happened_on")))
    return pd.concat([_dated(spoken), _dated(offered[offered["customer_id"].isin(ids)])], ignore_index=True)


def happened(rows: pd.DataFrame, events: pd.DataFrame, until: pd.Series) -> pd.Series:
    """0 or 1 for each of `rows`: whether one of its customer's `events` lies after the draw and not after `until`."""
    both = (
        rows[["customer_id", "drawn_on"]].assign(until=until, row=rows.index).merge(events, on="customer_id")
    )
    inside = both[(both["happened_on"] > both["drawn_on"]) & (both["happened_on"] <= both["until"])]
    return pd.Series(rows.index.isin(inside["row"]).astype(int), index=rows.index)


def before_the_draw(reader: Reader, rows: pd.DataFrame, available: AvailableColumns) -> pd.DataFrame:
    """What was known of `rows` when they were drawn: their profile, and `chance` where a model could know it.

    Of an alert that is the night it was raised. Of an experiment of the bank it is the day before the draw; the chance
    comes from a model that saw no outcome after that day, so that it cannot favour an arm.
    """
    if rows["alert_id"].notna().all():
        t = customer_profiles
        stored = _in_parts(
            reader, set(rows["customer_id"]), lambda some: select(t).where(t.c.customer_id.in_(some))
        )
        stored["drawn_on"] = pd.to_datetime(stored["as_of"])
        return rows.merge(stored, on=["customer_id", "drawn_on"], how="left")
    parts = []
    for drawn_on, some in rows.groupby("drawn_on"):
        day = pd.Timestamp(str(drawn_on)).date() - timedelta(days=1)
        then = reader.frame(profile(day, available))
        then = then[then["customer_id"].isin(some["customer_id"])]
        parts.append(
            some.drop(columns="chance").merge(
                _scored(reader, then, day, available), on="customer_id", how="left"
            )
        )
    return pd.concat(parts, ignore_index=True)


def _scored(reader: Reader, then: pd.DataFrame, day: date, available: AvailableColumns) -> pd.DataFrame:
    try:
        past = examples(reader, reader.stores.settings, day, available)
        model = fitting.fit(past, source=whose_data(reader), recipe=Recipe(kind="curves"), with_checks=False)
    except ModelRefused:
        return then.assign(chance=np.nan)
    return then.assign(chance=churn_prediction.score(model, then)["probability"].to_numpy())


def _dated(events: pd.DataFrame) -> pd.DataFrame:
    """Days without their time: what happens on the day of the draw is not after it."""
    return events.assign(happened_on=pd.to_datetime(events["happened_on"]).dt.normalize())


def _in_parts(
    reader: Reader, ids: Iterable[str], statement_for: Callable[[list[str]], Select[Any]]
) -> pd.DataFrame:
    """The answers for some customers at a time: no statement grows with the number of customers."""
    everybody = sorted(ids)
    parts = [everybody[i : i + _AT_ONCE] for i in range(0, max(len(everybody), 1), _AT_ONCE)]
    return pd.concat([reader.frame(statement_for(part)) for part in parts], ignore_index=True)
