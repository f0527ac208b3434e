"""What Sales rejects of a campaign's leads reaches Marketing the same day: as feedback, a cell of people at a time.

Who sees totals only may not be told of a few people, nor work them out from two counts. So nothing is written between
two whole cells, and a reason is counted in whole cells, too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, time

import pandas as pd
from sqlalchemy import distinct, func, select

from metrics.comparison.words import numeral
from metrics.definitions.scope import month
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import lead_reviews as r
from warehouse.app_db.app_schema import record_entries, records
from warehouse.disclosure.minimum_cell_size import in_whole_cells
from warehouse.schema import campaigns
from warehouse.stores.connect import Stores
from workflow.collaboration import record_reading, record_store
from workflow.collaboration.record_kind import MARKETING
from workflow.qualification import lead_review
from workflow.qualification.lead_decisions import latest

KIND = "feedback"


def reject_all(stores: Stores, viewer: Viewer, seen: Mapping[str, int], reason: str, note: str = "") -> None:
    """`lead_review.review_all` with a rejection; in the same change Marketing is told where a cell is complete.

    A cell of a campaign's month is told once, though a rejection be taken back and another follow.
    """

    def also(entry: AuditEntry, campaign_ids: Collection[str]) -> None:
        reader = Reader(stores, viewer, stores.snapshot())
        for campaign_id in sorted(campaign_ids):
            _tell(entry, reader, viewer, campaign_id)

    lead_review.review_all(stores, viewer, seen, "rejected", reason, note, also=also)


def _tell(entry: AuditEntry, reader: Reader, viewer: Viewer, campaign_id: str) -> None:
    first = datetime.combine(month(entry.at.year, entry.at.month).start, time())
    rows = entry.app_db.execute(
        select(r.c.reason, func.count(distinct(r.c.lead_id)).label("leads"))
        .where(r.c.campaign_id == campaign_id, r.c.verdict == "rejected", r.c.reviewed_at >= first, latest())
        .group_by(r.c.reason)
    )
    by_reason = {str(row.reason): int(row.leads) for row in rows}
    whole = in_whole_cells(sum(by_reason.values()), reader.smallest_cell)
    if not whole:
        return
    name, owner = _campaign(reader, campaign_id)
    so_far = f"Sales has rejected at least {numeral(whole)} leads of this campaign in {first:%B %Y}."
    answers = f"{owner} answers for it. " if owner else ""
    news = f"{so_far} {_reasons(by_reason, reader.smallest_cell)} {answers}@{MARKETING}"
    title = f"Sales rejects leads of {name}, {first:%B %Y}"
    same = select(records).where(records.c.kind == KIND, records.c.title == title)
    row = entry.app_db.execute(same).mappings().first()
    if row is None:
        contents = {"to": MARKETING, "about": "This does not work", "said": news}
        record_store.open_within(entry, viewer, KIND, title, contents)
        return
    lines = select(record_entries).where(record_entries.c.record_id == row["record_id"])
    happened = entry.app_db.execute(lines.order_by(record_entries.c.version)).mappings()
    record = record_reading.record_of(row, tuple(record_reading.entry_of(line) for line in happened))
    if not any(so_far in (e.note or str(e.contents.get("said", ""))) for e in record.entries):
        record_store.comment_within(entry, viewer, record, news)


def _campaign(reader: Reader, campaign_id: str) -> tuple[str, str | None]:
    """A campaign's name, or its code, and who answers for it."""
    rows = reader.rows(
        select(campaigns.c.name, campaigns.c.owner).where(campaigns.c.campaign_id == campaign_id)
    )
    name, owner = (rows[0].name, rows[0].owner) if rows else (None, None)
    return (campaign_id if pd.isna(name) else str(name)), (None if pd.isna(owner) else str(owner))


def _reasons(by_reason: Mapping[str, int], smallest: int) -> str:
    """`At least 20 “Not eligible”, at least 30 “Duplicate enquiry”.`"""
    cells = {reason: in_whole_cells(n, smallest) for reason, n in by_reason.items()}
    enough = sorted((-n, reason) for reason, n in cells.items() if n)
    if not enough:
        return f"Each reason was given for fewer than {smallest} of them."
    words = ", ".join(f"at least {numeral(-n)} “{reason}”" for n, reason in enough)
    return f"{words[:1].upper()}{words[1:]}."
