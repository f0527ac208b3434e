"""What a line of the queue says beside the alert: the chance of leaving by now, the last contact, the next task."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import func, select

from models.churn import churn_prediction
from warehouse.access.reader import Reader
from warehouse.schema import customer_scores
from workflow.alerts import contacts
from workflow.collaboration import customer_tasks


def with_facts(reader: Reader, people: pd.DataFrame, today: date) -> pd.DataFrame:
    """The rows of `alert_queue.by_customer` and `chance`, of leaving within 90 days, `contacted_on` and `next_task`.

    `chance` is of the latest night up to `today`, NaN for whom nobody scored; `contacted_on` is NaT where no contact is
    on record.
    """
    ids = sorted(set(people["customer_id"]))
    frame = people.assign(chance=float("nan"), contacted_on=None, next_task=None)
    if not ids:
        return frame
    frame["chance"] = people["customer_id"].map(chances(reader, ids, today)).astype(float)
    spoken = contacts.spoken_to(reader, ids, today)
    frame["contacted_on"] = pd.to_datetime(people["customer_id"].map(spoken))
    frame["next_task"] = people["customer_id"].map(customer_tasks.next_task_words(reader))
    return frame


def chances(reader: Reader, ids: list[str] | None, today: date) -> dict[str, float]:
    """Customer → the chance of leaving within 90 days, of the latest night up to `today`; without `ids` of everybody."""
    t = customer_scores
    of_model = t.c.model == churn_prediction.MODEL
    night = reader.frame(select(func.max(t.c.as_of).label("night")).where(of_model, t.c.as_of <= today))
    last = night["night"].iloc[0]
    if pd.isna(last):
        return {}
    as_of = pd.Timestamp(last).date()
    scored = select(t.c.customer_id, t.c.probability).where(of_model, t.c.as_of == as_of)
    rows = reader.frame(scored if ids is None else scored.where(t.c.customer_id.in_(ids)))
    return dict(zip(rows["customer_id"], rows["probability"].astype(float), strict=True))
