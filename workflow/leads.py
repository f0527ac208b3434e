"""Sales decides on the leads Marketing hands over: accept, or reject with a reason. Appended; the latest decision counts.

The bank's own tables learn of it with a later load. Until then a decision stands here alone, and what is counted from
both is put together lead by lead where single leads may be seen, and otherwise by the day: the bank's tables end with
the last day loaded, so what was recorded here after that day cannot be in them.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import func, insert, select

from metrics.query import filtered
from models.working_time import working_time
from warehouse import journal
from warehouse.access import Reader, Viewer
from warehouse.connect import Stores
from warehouse.desk import lead_reviews as r
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.schema import leads as t
from workflow.lead_decisions import latest

REASONS = {
    "Cannot be reached": True,
    "Not now, later perhaps": True,
    "Expected another rate": False,
    "Not eligible": False,
    "Duplicate enquiry": False,
    "Wrong contact details": False,
}
"""Why a lead is rejected, and whether it then goes back to Marketing to be nurtured."""
TO_NURTURE = tuple(reason for reason, back in REASONS.items() if back)
"""The reasons after which Marketing gets the lead back."""
VERDICTS = ("accepted", "rejected", "taken_back")
_DECIDED = func.coalesce(
    t.c.accepted_at, t.c.rejected_at, t.c.sql_at, t.c.opportunity_at, t.c.won_at, t.c.lost_at
)


def review(
    stores: Stores, viewer: Viewer, lead_id: str, verdict: str, reason: str = "", seen_version: int = 0
) -> int:
    """Append a decision on a lead and give its new version; `seen_version` is the one the viewer had on screen.

    Raises AccessRefused unless the viewer is of Sales (the attempt is logged), and ChangeRefused if the verdict or the
    reason is none, the lead was not handed over or is decided, or somebody else decided first. Taking back is for who
    decided, and leaves both lines.
    """
    if viewer.role != "sales":
        journal.note(stores, viewer.username, "lead.refused", lead_id[:64], verdict[:16])
        raise AccessRefused("Only Sales decides on leads, so nothing was recorded.")
    if verdict not in VERDICTS:
        raise ChangeRefused(f"“{verdict[:40]}” is not a decision. A lead is accepted or rejected.")
    if (verdict == "rejected") != (reason in REASONS) or (reason and reason not in REASONS):
        raise ChangeRefused(f"A rejection needs one of these reasons: {', '.join(REASONS)}.")
    lead = _handed_over(Reader(stores, viewer, stores.snapshot()), lead_id)
    with journal.entry(stores, viewer.username, f"lead.{verdict}", lead_id, reason) as entry:
        last = entry.desk.execute(
            select(r).where(r.c.lead_id == lead_id).order_by(r.c.version.desc()).limit(1)
        ).first()
        if (last.version if last else 0) != seen_version:
            assert last is not None
            raise ChangeRefused(_told(last))
        if verdict == "taken_back":
            if last is None or last.verdict == "taken_back" or last.reviewed_by != viewer.username:
                raise ChangeRefused("There is no decision of yours on this lead to take back.")
        elif last is not None and last.verdict != "taken_back":
            raise ChangeRefused(_told(last))
        entry.desk.execute(
            insert(r).values(
                lead_id=lead_id,
                campaign_id=lead.campaign_id,
                channel=lead.channel,
                version=seen_version + 1,
                verdict=verdict,
                reason=reason,
                to_nurture=REASONS.get(reason, False),
                reviewed_by=viewer.username,
                reviewed_at=entry.at,
            )
        )
    return seen_version + 1


def _handed_over(reader: Reader, lead_id: str) -> Any:
    asked = select(t.c.campaign_id, t.c.channel, t.c.mql_at, _DECIDED.label("decided_at"))
    found = reader.rows(asked.where(t.c.lead_id == lead_id))
    if not found or pd.isna(found[0].mql_at):
        raise ChangeRefused("This lead was not handed over to Sales, so nothing was recorded.")
    if not pd.isna(found[0].decided_at):
        raise ChangeRefused("The bank's tables already hold a decision on this lead. Reload the page.")
    return found[0]._replace(**{n: None for n in ("campaign_id", "channel") if pd.isna(getattr(found[0], n))})


def _told(last: Any) -> str:
    did = {"accepted": "accepted this lead", "rejected": f"rejected this lead ({last.reason.lower()})"}
    said = did.get(last.verdict, "took a decision on this lead back")
    return (
        f"{last.reviewed_by} {said} at {last.reviewed_at:%H:%M} while you had it open, so yours was not saved. "
        "Reload the page."
    )


def waiting(
    reader: Reader, as_of: date, filters: tuple[tuple[str, tuple[str, ...]], ...] = ()
) -> pd.DataFrame:
    """The leads of a part of the bank that wait for a decision, first to call first.

    First whose promise can still be kept, then the least late; those Sales has spoken to come last.

    Columns lead_id, full_name, phone, campaign_id, channel, product, score, mql_at, contacted_at, sales_rep, due_at,
    `late` (working hours past the promise by the end of `as_of`, negative while there is time) and `version`.
    """
    shown = (t.c.lead_id, t.c.full_name, t.c.phone, t.c.campaign_id, t.c.channel, t.c.product, t.c.score)
    asked = select(*shown, t.c.mql_at, t.c.contacted_at, t.c.sales_rep)
    found = reader.frame(filtered(asked.where(t.c.mql_at < _end(as_of), _DECIDED.is_(None)), t, filters))
    here = reader.frame(select(r.c.lead_id, r.c.version, r.c.verdict).where(latest()))
    found = found.merge(here, on="lead_id", how="left")
    found = found[found["verdict"].isna() | (found["verdict"] == "taken_back")].copy()
    found["version"] = found["version"].fillna(0).astype(int)
    settings = reader.stores.settings
    office = working_time(settings)
    found["due_at"] = office.due(found["mql_at"], settings.contact_promise_hours)
    now = pd.Series(pd.Timestamp(_end(as_of)), found.index)
    found["late"] = office.hours_at_least(found["mql_at"], now) - settings.contact_promise_hours
    found["called"], found["far"] = found["contacted_at"].notna(), found["late"].abs()
    found["missed"] = found["late"] > 0
    order = ["called", "missed", "far", "lead_id"]
    return (
        found.sort_values(order).drop(columns=["verdict", "called", "far", "missed"]).reset_index(drop=True)
    )


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min)
