"""What Sales decided on leads here, as it is read: the latest about a lead counts, until the bank's tables say it too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import pandas as pd
from sqlalchemy import ColumnElement, Select, and_, case, func, select

from metrics.definitions.scope import Filters
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import lead_reviews as r
from warehouse.disclosure.people_behind import BESIDES, PEOPLE, counted
from warehouse.schema import lead_moves as m


@dataclass(frozen=True, kw_only=True)
class RecordedDecision:
    """A row of `recorded`: what somebody decided here on a lead, and whether the bank's tables say the same."""

    lead_id: str
    campaign_id: str | None
    verdict: str
    reason: str | None
    note: str | None
    reviewed_by: str
    reviewed_at: datetime
    version: int
    in_bank: str


def latest() -> ColumnElement[bool]:
    """Whether a decision is the latest about its lead."""
    later = r.alias("later")
    newer = select(later.c.lead_id).where(later.c.lead_id == r.c.lead_id, later.c.version > r.c.version)
    return ~newer.correlate(r).exists()


def are_kept_by(filters: Filters) -> bool:
    """Whether the decisions recorded here know these filters: they carry campaign and channel, and nothing else."""
    return {name for name, _ in filters} <= set(_KEPT)


_KEPT = {"campaign": r.c.campaign_id, "channel": r.c.channel}


def recycled(as_of: date, filters: Filters = ()) -> Select:
    """One row about the leads `rejected` here after a day: how many, and how many of them went back to Marketing
    (`to_nurture`).
    """
    conditions = [_KEPT[name].in_(values) for name, values in filters]
    back = case((r.c.to_nurture, r.c.lead_id))
    people = func.count(r.c.lead_id.distinct())
    return select(
        *counted("rejected", people),
        *counted("to_nurture", func.count(back.distinct())),
        func.count(case((r.c.to_nurture.is_not(True), r.c.lead_id)).distinct()).label(
            f"to_nurture{BESIDES}{PEOPLE}"
        ),
    ).where(and_(r.c.reviewed_at >= _end(as_of), r.c.verdict == "rejected", latest(), *conditions))


def since(as_of: date, filters: Filters = ()) -> Select:
    """Decisions recorded here after a day, by campaign: `decided` and how many of them `accepted`."""
    counts = r.c.verdict.in_(("accepted", "rejected"))
    conditions = [_KEPT[name].in_(values) for name, values in filters]
    people = func.count(case((counts, r.c.lead_id)).distinct())
    accepted = func.sum(case((counts, case((r.c.verdict == "accepted", 1), else_=0))))
    return (
        select(
            r.c.campaign_id,
            *counted("decided", func.count(case((counts, 1))), people),
            *counted("accepted", accepted, people),
        )
        .where(and_(r.c.reviewed_at >= _end(as_of), counts, latest(), *conditions))
        .group_by(r.c.campaign_id)
    )


def recorded(reader: Reader) -> pd.DataFrame:
    """The decisions people recorded, latest first, with what the bank's tables say about the same lead.

    Columns of the application database and `in_bank`: `agrees`, `differs`, or `not yet`.
    """
    frame = reader.frame(
        select(r).where(latest(), r.c.verdict != "taken_back").order_by(r.c.review_id.desc())
    )
    decisions = reader.frame(
        select(m.c.lead_id, m.c.stage, m.c.entered_at)
        .where(m.c.lead_id.in_(frame["lead_id"].tolist()), m.c.stage.in_(("accepted", "rejected")))
        .order_by(m.c.lead_id, m.c.move)
    )
    bank = [
        _meant(decisions[decisions["lead_id"] == lead_id], pd.Timestamp(at))
        for lead_id, at in zip(frame["lead_id"], frame["reviewed_at"], strict=True)
    ]
    same = [
        "not yet" if stage is None else "agrees" if stage == verdict else "differs"
        for stage, verdict in zip(bank, frame["verdict"], strict=True)
    ]
    return frame.assign(in_bank=pd.Series(same, frame.index, dtype=object))


def _meant(decisions: pd.DataFrame, reviewed_at: pd.Timestamp) -> str | None:
    """The bank's decision that one recorded here is about: the first from its day on, else the latest before it.

    A lead may have been rejected, reopened and accepted; each decision is compared with its own.
    """
    from_then = decisions.loc[decisions["entered_at"] >= reviewed_at.normalize(), "stage"]
    if len(from_then):
        return str(from_then.iloc[0])
    return str(decisions["stage"].iloc[-1]) if len(decisions) else None


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min)
