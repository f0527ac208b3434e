"""The nightly timing of every hand-over: until when Sales was to speak to the lead, and how long it took."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select, true

from models.working_time import working_time
from warehouse.access import Reader
from warehouse.schema import hand_offs, leads
from warehouse.settings import Settings
from warehouse.snapshots import Draft


def write_hand_offs(draft: Draft, reader: Reader, settings: Settings, as_of: date) -> int:
    """Time every hand-over up to `as_of` anew and give their number: a late record may change an old one.

    So may the settings: the promise of an earlier day is judged by the working hours in force now.
    """
    end, t = datetime.combine(as_of + timedelta(days=1), time()), leads.c
    settled = func.coalesce(t.accepted_at, t.rejected_at, t.sql_at, t.opportunity_at, t.won_at, t.lost_at)
    copied = (t.lead_id, t.customer_id, t.campaign_id, t.channel, t.product, t.sales_rep, t.mql_at)
    found = reader.frame(select(*copied, t.contacted_at, settled.label("settled_at")).where(t.mql_at < end))
    office = working_time(settings)
    found["due_at"] = office.due(found["mql_at"], settings.contact_promise_hours)
    found["working_hours"] = office.hours(found["mql_at"], found["contacted_at"])
    draft.write(hand_offs, found, replacing=true())
    return len(found)
