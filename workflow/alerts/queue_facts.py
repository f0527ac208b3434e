"""What a line of the queue says beside the alert: how likely the customer is to leave by now, and the last contact."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pandas as pd
from sqlalchemy import func, select

from models.churn import churn_prediction
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import alert_steps
from warehouse.schema import customer_scores, touches

SPOKEN = ("call", "branch", "event")
"""Touches in which somebody of the bank spoke with the customer; a mailing is none."""
SPOKE = ("contacted", "offered", "accepted", "declined")
"""Steps on an alert that say that the customer was spoken to."""


def with_facts(reader: Reader, people: pd.DataFrame, today: date) -> pd.DataFrame:
    """The rows of `alert_queue.by_customer` and `chance`, of leaving within 90 days, and `contacted_on`.

    `chance` is of the latest night up to `today`, NaN for whom nobody scored; `contacted_on` is NaT where no contact is
    on record.
    """
    ids = sorted(set(people["customer_id"]))
    frame = people.assign(chance=float("nan"), contacted_on=None)
    if not ids:
        return frame
    frame["chance"] = people["customer_id"].map(_chances(reader, ids, today)).astype(float)
    spoken = _spoken(reader, ids, today)
    frame["contacted_on"] = pd.to_datetime(people["customer_id"].map(spoken))
    return frame


def _chances(reader: Reader, ids: list[str], today: date) -> dict[str, float]:
    t = customer_scores
    of_model = t.c.model == churn_prediction.MODEL
    night = reader.frame(select(func.max(t.c.as_of).label("night")).where(of_model, t.c.as_of <= today))
    last = night["night"].iloc[0]
    if pd.isna(last):
        return {}
    as_of = pd.Timestamp(last).date()
    rows = reader.frame(
        select(t.c.customer_id, t.c.probability).where(of_model, t.c.as_of == as_of, t.c.customer_id.in_(ids))
    )
    return dict(zip(rows["customer_id"], rows["probability"].astype(float), strict=True))


def _spoken(reader: Reader, ids: list[str], today: date) -> dict[str, pd.Timestamp]:
    """The last day on which somebody spoke with each customer, by the bank's records or by a step on an alert."""
    t, s = touches, alert_steps
    after = datetime.combine(today + timedelta(days=1), time())
    by_bank = reader.frame(
        select(t.c.customer_id, func.max(t.c.touched_at).label("at"))
        .where(t.c.customer_id.in_(ids), t.c.kind.in_(SPOKEN), t.c.touched_at < after)
        .group_by(t.c.customer_id)
    )
    steps = reader.frame(
        select(s.c.step_id, s.c.customer_id, s.c.step, s.c.taken_at, s.c.corrects).where(
            s.c.customer_id.in_(ids)
        )
    )
    stands = steps["step"].isin(SPOKE) & ~steps["step_id"].isin(steps["corrects"].dropna())
    by_step = steps[stands].rename(columns={"taken_at": "at"})[["customer_id", "at"]]
    both = pd.concat(
        [part.assign(at=pd.to_datetime(part["at"])) for part in (by_bank, by_step) if len(part)]
        or [by_bank.assign(at=pd.to_datetime(by_bank["at"]))]
    )
    days = both.assign(at=both["at"].dt.normalize()).groupby("customer_id")["at"].max()
    return {str(customer): at for customer, at in days.items()}
