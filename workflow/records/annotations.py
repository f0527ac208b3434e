"""Events pinned to the charts of a metric: said once, seen wherever the metric is drawn over time.

Nothing is changed or removed: an undo is a row that takes the event back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd
from sqlalchemy import func, or_, select

from metrics.catalogue import CATALOGUE
from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db.app_schema import annotations as t
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores

LONGEST = 80
"""Characters that fit beside a line of a chart."""


@dataclass(frozen=True, kw_only=True)
class PinnedEvent:
    """A row of `events`: what happened on a day, and who pinned it."""

    annotation_id: int
    happened_on: date
    said: str
    pinned_by: str


def pin(stores: Stores, viewer: Viewer, metric: str, happened_on: date, text: str) -> None:
    """Pin an event to a metric, or to every metric where `metric` is empty.

    Raises AccessRefused for who reads no figures, ChangeRefused for an unknown metric or a text that is empty or long.
    """
    _check_role(stores, viewer)
    text = checked(metric, text)
    with audit.entry(stores, viewer.username, "annotation.pin", metric or "every metric", text) as entry:
        pin_within(entry, metric, happened_on, text)


def checked(metric: str, text: str) -> str:
    """The text as it is kept. Raises ChangeRefused for an unknown metric or a text that is empty or long."""
    text = " ".join(text.split())
    if metric and metric not in CATALOGUE:
        raise ChangeRefused(f"There is no metric called “{metric}”. The dictionary lists them all.")
    if not text:
        raise ChangeRefused("Say in a few words what happened, such as “rate change”, and pin it again.")
    if len(text) > LONGEST:
        raise ChangeRefused(f"The text has {len(text)} characters; {LONGEST} fit on a chart. Shorten it.")
    return text


def pin_within(entry: AuditEntry, metric: str, happened_on: date, text: str) -> int:
    """Pin an event whose text is checked inside a change that is open, and give its number."""
    entry.append(t, "pinned", metric=metric, happened_on=happened_on, said=text)
    # One writer at a time, so the highest number is the row just written.
    return int(entry.app_db.execute(select(func.max(t.c.annotation_id))).scalar_one())


def withdraw(stores: Stores, viewer: Viewer, annotation_id: int) -> None:
    """Take an event back. Raises AccessRefused unless it is the viewer's own or she is an analyst."""
    _check_role(stores, viewer)
    with audit.entry(stores, viewer.username, "annotation.withdraw", str(annotation_id)) as entry:
        event = entry.app_db.execute(select(t).where(t.c.annotation_id == annotation_id)).mappings().first()
        if event is None or event["withdraws"] is not None:
            raise ChangeRefused("This event does not exist, so nothing was undone.")
        if event["pinned_by"] != viewer.username and viewer.role != "analyst":
            raise AccessRefused("Only who pinned an event, or an analyst, can undo it. Nothing was changed.")
        if entry.app_db.execute(select(t).where(t.c.withdraws == annotation_id)).first():
            raise ChangeRefused("Somebody has already undone this event.")
        entry.append(
            t,
            "pinned",
            metric=event["metric"],
            happened_on=event["happened_on"],
            said=event["said"],
            withdraws=annotation_id,
        )


def events(reader: Reader, metric: str) -> pd.DataFrame:
    """The events of a metric that stand, by day: annotation_id, metric, happened_on, said, pinned_by, pinned_at."""
    frame = reader.frame(
        select(t).where(or_(t.c.metric == metric, t.c.metric == "")).order_by(t.c.happened_on)
    )
    gone = set(frame["withdraws"].dropna().astype(int))
    standing = frame[frame["withdraws"].isna() & ~frame["annotation_id"].isin(gone)]
    return standing.drop(columns="withdraws").reset_index(drop=True)


def _check_role(stores: Stores, viewer: Viewer) -> None:
    sentence = "Your role reads no figures, so it pins no events to them. Nothing was recorded."
    audit.check_role(stores, viewer, {*ROLES} - {"administrator"}, "annotation.refused", sentence)
