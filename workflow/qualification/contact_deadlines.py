"""The nightly timing of every handoff: until when Sales was to speak to the lead, and how long it took."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select, true

from models.service.working_time import working_time
from warehouse.access.reader import Reader
from warehouse.schema import hand_offs, lead_moves, leads
from warehouse.settings import Settings
from warehouse.sql.dialects import add_days
from warehouse.stores.snapshots import SnapshotWriter

DECIDING = ("accepted", "rejected", "sql", "opportunity", "won", "lost")
"""The stages in which somebody has dealt with a lead."""


def write_hand_offs(draft: SnapshotWriter, reader: Reader, settings: Settings, as_of: date) -> int:
    """Time every handoff up to `as_of` again and give their number: a late record may change an old one.

    So may the settings: the SLA of an earlier day is judged by the working hours in force now.
    """
    end, t, m = datetime.combine(as_of + timedelta(days=1), time()), leads.c, lead_moves.c
    copied = (t.lead_id, t.customer_id, t.campaign_id, t.channel, t.product, t.sales_rep, t.mql_at)
    frame = reader.frame(select(*copied, t.contacted_at).where(t.mql_at < end))
    # The first decision from the handoff on: what came before it settled nothing, and a later one not again.
    settled = reader.frame(
        select(m.lead_id, func.min(m.entered_at).label("settled_at"))
        .where(m.stage.in_(DECIDING), add_days(m.entered_at, 1) > m.mql_at, m.entered_at < end)
        .group_by(m.lead_id)
    )
    frame = frame.merge(settled, on="lead_id", how="left")
    office = working_time(settings)
    frame["due_at"] = office.due(frame["mql_at"], settings.contact_promise_hours)
    frame["working_hours"] = office.hours(frame["mql_at"], frame["contacted_at"])
    draft.write(hand_offs, frame, replacing=true())
    return len(frame)
