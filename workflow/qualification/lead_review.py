"""Sales decides on the leads Marketing hands over: accept, or reject with a reason. Appended; the latest decision counts.

The bank's own tables learn of it with a later load. Until then a decision stands here alone, and what is counted from
both is put together lead by lead where single leads may be seen, and otherwise by the day: the bank's tables end with
the last day loaded, so what was recorded here after that day cannot be in them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from metrics.definitions.scope import Filters
from metrics.query.query import filtered
from models.service.working_time import working_time
from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import lead_reviews as r
from warehouse.app_db.app_schema import users
from warehouse.errors import ChangeRefused
from warehouse.schema import lead_moves as m
from warehouse.schema import leads as t
from warehouse.sql.moments import before
from warehouse.stores.connect import Stores
from workflow.qualification.contact_deadlines import DECIDING
from workflow.qualification.lead_decisions import latest

OTHER = "Other"
"""The reason that needs words of its own."""
REASONS = {
    "Cannot be reached": True,
    "Not now, later perhaps": True,
    "Expected another rate": False,
    "Not eligible": False,
    "Duplicate enquiry": False,
    "Wrong contact details": False,
    OTHER: False,
}
"""Why a lead is rejected, and whether it then goes back to Marketing to be nurtured."""
TO_NURTURE = tuple(reason for reason, back in REASONS.items() if back)
"""The reasons after which Marketing gets the lead back."""
LONGEST_NOTE = 300
_FIRST_TIME = 2
"""A lead's moves until it waits for Sales the first time: it came, and was called qualified."""
_OF_THE_LIST = ["verdict", "reviewed_at", "entered_at", "move"]
VERDICTS = ("accepted", "rejected", "taken_back")


def review(
    stores: Stores,
    viewer: Viewer,
    lead_id: str,
    verdict: str,
    reason: str = "",
    seen_version: int = 0,
    note: str = "",
) -> int:
    """Append a decision on a lead and give its new version; `seen_version` is the one the viewer had on screen.

    Raises as `review_all` does.
    """
    review_all(stores, viewer, {lead_id: seen_version}, verdict, reason, note)
    return seen_version + 1


def review_all(
    stores: Stores,
    viewer: Viewer,
    seen: Mapping[str, int],
    verdict: str,
    reason: str = "",
    note: str = "",
    also: Callable[[AuditEntry, Collection[str]], None] | None = None,
) -> None:
    """Append one decision on several leads (number → the version seen) in one transaction: on all of them or on none.

    Raises AccessRefused unless the viewer is of Sales (the attempt is logged). Raises ChangeRefused if the verdict or
    the reason is none, a lead was not handed over or is decided, or somebody else decided first. Taking back is for
    who decided, and leaves both lines. A lead that the bank's tables show as reopened since is decided on anew.
    `also` writes what belongs to it inside the same change, given the leads' campaigns.
    """
    sentence = "Only Sales decides on leads, so nothing was recorded."
    subject = " ".join(seen)
    audit.check_role(stores, viewer, ("sales",), "lead.refused", sentence, subject, verdict[:16])
    if verdict not in VERDICTS:
        raise ChangeRefused(f"“{verdict[:40]}” is not a decision. A lead is accepted or rejected.")
    if (verdict == "rejected") != (reason in REASONS) or (reason and reason not in REASONS):
        raise ChangeRefused(f"A rejection needs one of these reasons: {', '.join(REASONS)}.")
    if not seen:
        raise ChangeRefused("Tick at least one lead, and record it again.")
    note = _checked_note(reason, note)
    reader = Reader(stores, viewer, stores.snapshot())
    leads = _handed_over(reader, tuple(seen))
    with audit.entry(stores, viewer.username, f"lead.{verdict}", subject, reason) as entry:
        for lead_id, version in seen.items():
            _append(entry, viewer, lead_id, leads[lead_id], version, (verdict, reason, note))
        if also is not None:
            also(entry, {lead.campaign_id for lead in leads.values() if lead.campaign_id is not None})


def _checked_note(reason: str, note: str) -> str:
    missing = "Say in a few words why, so that Marketing can learn from it. Then record it again."
    if reason == OTHER or note.strip():
        return audit.checked_text(note, LONGEST_NOTE, missing, "The reason has")
    return ""


def _append(
    entry: AuditEntry,
    viewer: Viewer,
    lead_id: str,
    lead: _Waits,
    seen_version: int,
    decision: tuple[str, str, str],
) -> None:
    verdict, reason, note = decision
    last = entry.app_db.execute(
        select(r).where(r.c.lead_id == lead_id).order_by(r.c.version.desc()).limit(1)
    ).first()
    if (last.version if last else 0) != seen_version:
        assert last is not None
        raise ChangeRefused(_decided_meanwhile(entry.app_db, last))
    if last is not None and before([last.reviewed_at], [lead.entered_at])[0]:
        last = None
    if verdict == "taken_back":
        if last is None or last.verdict == "taken_back" or last.reviewed_by != viewer.username:
            raise ChangeRefused("You have no decision on this lead to undo.")
    elif last is not None and last.verdict != "taken_back":
        raise ChangeRefused(_decided_meanwhile(entry.app_db, last))
    entry.append(
        r,
        "reviewed",
        lead_id=lead_id,
        campaign_id=lead.campaign_id,
        channel=lead.channel,
        version=seen_version + 1,
        verdict=verdict,
        reason=reason,
        note=note,
        to_nurture=REASONS.get(reason, False),
    )


def _handed_over(reader: Reader, lead_ids: Collection[str]) -> dict[str, _Waits]:
    """Of each lead campaign and channel, and by which move (`entered_at`) it came, or came back, to be decided on."""
    columns = (t.c.lead_id, t.c.campaign_id, t.c.channel, t.c.mql_at)
    rows = {row.lead_id: row for row in reader.rows(select(*columns).where(t.c.lead_id.in_(lead_ids)))}
    moves = select(m.c.lead_id, m.c.entered_at).where(m.c.lead_id.in_(lead_ids), m.c.is_waiting)
    waits = {row.lead_id: row.entered_at for row in reader.rows(moves)}
    leads = {}
    for lead_id in lead_ids:
        row = rows.get(lead_id)
        if row is None or pd.isna(row.mql_at):
            raise ChangeRefused("This lead was not handed over to Sales, so nothing was recorded.")
        if lead_id not in waits:
            raise ChangeRefused("The bank's tables already hold a decision on this lead. Reload the page.")
        leads[lead_id] = _Waits(
            campaign_id=None if pd.isna(row.campaign_id) else row.campaign_id,
            channel=None if pd.isna(row.channel) else row.channel,
            entered_at=pd.Timestamp(waits[lead_id]).to_pydatetime(),
        )
    return leads


@dataclass(frozen=True, kw_only=True)
class _Waits:
    campaign_id: str | None
    channel: str | None
    entered_at: datetime


def _decided_meanwhile(app_db: Connection, last: Any) -> str:
    did = {"accepted": "accepted this lead", "rejected": f"rejected this lead ({last.reason.lower()})"}
    act = did.get(last.verdict, "withdrew a decision on this lead")
    name = app_db.execute(select(users.c.full_name).where(users.c.username == last.reviewed_by)).scalar()
    return (
        f"{name or last.reviewed_by} {act} at {last.reviewed_at:%H:%M} while you had it open, so yours was not saved. "
        "Reload the page."
    )


@dataclass(frozen=True, kw_only=True)
class WaitingLead:
    """A row of `waiting`."""

    lead_id: str
    version: int
    full_name: str | None
    phone: str | None
    campaign_id: str | None
    product: str | None
    score: float | None
    sales_rep: str | None
    mql_at: datetime
    contacted_at: datetime | None
    due_at: datetime
    late: float
    again: bool


def waiting(reader: Reader, as_of: date, filters: Filters = ()) -> pd.DataFrame:
    """The leads of a part of the bank that wait for a decision, first to call first.

    First those whose SLA can still be met, then the least late; those Sales has spoken to come last.

    Columns lead_id, full_name, phone, campaign_id, channel, product, score, mql_at, contacted_at, sales_rep, due_at,
    `late`, `again` and `version`. `late` are working hours past the SLA by the end of `as_of`, negative while there
    is time. `again` says whether Sales decided on it once and it came back. Of a lead that was reopened, `mql_at` is
    when, and a contact before that is none.
    """
    columns = (t.c.lead_id, t.c.full_name, t.c.phone, t.c.campaign_id, t.c.channel, t.c.product, t.c.score)
    statement = select(*columns, t.c.mql_at, t.c.contacted_at, t.c.sales_rep)
    waits = select(m.c.lead_id).where(m.c.is_waiting)
    frame = reader.frame(
        filtered(statement.where(t.c.mql_at < _end(as_of), t.c.lead_id.in_(waits)), t, filters)
    )
    since = reader.frame(select(m.c.lead_id, m.c.entered_at, m.c.move).where(m.c.is_waiting))
    before_now = reader.frame(
        select(m.c.lead_id).where(m.c.stage.in_(DECIDING), m.c.lead_id.in_(waits)).distinct()
    )
    here = reader.frame(select(r.c.lead_id, r.c.version, r.c.verdict, r.c.reviewed_at).where(latest()))
    frame = frame.merge(since, on="lead_id").merge(here, on="lead_id", how="left")
    # A decision of before the bank reopened the lead decided on what was then.
    stands = frame["verdict"].isin(("accepted", "rejected")) & ~before(
        frame["reviewed_at"], frame["entered_at"]
    )
    frame = frame[~stands].copy()
    frame["version"] = frame["version"].fillna(0).astype(int)
    frame["again"] = frame["lead_id"].isin(before_now["lead_id"])
    frame["mql_at"] = frame[["mql_at", "entered_at"]].max(axis=1)
    frame["contacted_at"] = frame["contacted_at"].where(
        (frame["move"] <= _FIRST_TIME)
        | (frame["contacted_at"].notna() & ~before(frame["contacted_at"], frame["mql_at"]))
    )
    settings = reader.stores.settings
    office = working_time(settings)
    frame["due_at"] = office.due(frame["mql_at"], settings.contact_promise_hours)
    now = pd.Series(pd.Timestamp(_end(as_of)), frame.index)
    frame["late"] = office.hours_at_least(frame["mql_at"], now) - settings.contact_promise_hours
    frame["called"], frame["far"] = frame["contacted_at"].notna(), frame["late"].abs()
    frame["missed"] = frame["late"] > 0
    order = ["called", "missed", "far", "lead_id"]
    return (
        frame.sort_values(order)
        .drop(columns=[*_OF_THE_LIST, "called", "far", "missed"])
        .reset_index(drop=True)
    )


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min)
