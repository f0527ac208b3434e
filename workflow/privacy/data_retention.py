"""What is kept for a time alone: the nightly run removes what is older than the settings say, counts it and notes it.

A setting of 0 keeps for good. Rows that figures of past periods count stay, without what people wrote into them, so
that such a figure reads tomorrow as it reads today; `docs/privacy.md` says of each kind what is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, delete, func, or_, select, update

from metrics.comparison.words import numeral
from warehouse.access import audit
from warehouse.app_db import app_schema as a
from warehouse.schema import customer_profiles, customer_scores, customer_values
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from warehouse.stores.snapshots import SnapshotWriter
from workflow.collaboration import customer_notes, interactions, service_cases

REMOVED = "retention.removed"
BY = "nightly"
_NIGHTLY = (customer_profiles, customer_scores, customer_values)
_WITH_NOTES = {a.alert_steps: "taken_at", a.complaint_steps: "taken_at", a.lead_reviews: "reviewed_at"}
"""Table → when the row was written."""
_HANGS_ON_RECORDS = (a.record_files, a.record_links, a.record_entries, a.records)


@dataclass(frozen=True, kw_only=True)
class RetentionKind:
    """A kind of what is kept: its setting, what it is called, and what is lost when its time is over."""

    setting: str
    title: str
    lost: str

    def days(self, settings: Settings) -> int:
        """For how many days it is kept; 0 for good."""
        return int(getattr(settings, self.setting))


SCORES = RetentionKind(
    setting="keep_scores_days",
    title="Profiles, scores and values of past nights",
    lost="How a customer's risk and value went before. Figures of the model's quality are kept: they are about groups.",
)
CONTACTS = RetentionKind(
    setting="keep_contacts_days",
    title="Logged contacts, and tasks that were done",
    lost="Who spoke with a customer before, and what about: such a customer reads as not spoken to on record.",
)
NOTES = RetentionKind(
    setting="keep_notes_days",
    title="Notes on alerts, complaints and leads, and records about a customer",
    lost="What was written. Steps, days and outcomes stay, so that every figure that counts them stays, too.",
)
MESSAGES = RetentionKind(
    setting="keep_messages_days",
    title="Messages that were sent or given up, and their deliveries",
    lost="What was sent to whom before. No figure counts them.",
)
KINDS = (SCORES, CONTACTS, NOTES, MESSAGES)


def trim_scores(draft: SnapshotWriter, settings: Settings, as_of: date) -> int:
    """Take nights that are too old out of the bank that a night writes; gives how many rows."""
    days = SCORES.days(settings)
    if not days:
        return 0
    removed = 0
    for table in _NIGHTLY:
        too_old = table.c.as_of < as_of - timedelta(days=days)
        removed += draft.connection.execute(
            select(func.count()).select_from(table).where(too_old)
        ).scalar_one()
        draft.connection.execute(delete(table).where(too_old))
    return removed


def run(stores: Stores, scores: int = 0) -> tuple[str, ...]:
    """Remove from what people recorded whatever is too old; a sentence for each kind of which something went.

    `scores` is what the night took out of the bank. All of it has one line in the audit log, with the counts.
    """
    settings, now = stores.settings, stores.now().replace(tzinfo=None)
    counts = {SCORES: scores}
    due = [kind for kind in KINDS if kind is not SCORES and kind.days(settings)]
    before = {kind: now - timedelta(days=kind.days(settings)) for kind in due}
    with stores.read_app_db() as app_db:
        for kind in due:
            for table, which, _ in _what(app_db, kind, before[kind]):
                rows = select(func.count()).select_from(table).where(which)
                counts[kind] = counts.get(kind, 0) + app_db.execute(rows).scalar_one()
    counts = {kind: count for kind, count in counts.items() if count}
    if not counts:
        return ()
    figures = "; ".join(f"{kind.setting} {count}" for kind, count in counts.items())
    with audit.entry(stores, BY, REMOVED, "", figures) as entry:
        for kind in due:
            for table, which, blank in _what(entry.app_db, kind, before[kind]):
                entry.app_db.execute(
                    update(table).where(which).values(**blank) if blank else delete(table).where(which)
                )
    return tuple(
        f"Retention: {numeral(count)} rows of “{kind.title}” were older than {numeral(kind.days(settings))} days and "
        "were removed or emptied."
        for kind, count in counts.items()
    )


def _what(
    app_db: Connection, kind: RetentionKind, before: datetime
) -> Iterator[tuple[Table, ColumnElement[bool], dict[str, str]]]:
    """Table, which of its rows, and what of them is emptied; nothing where the whole row goes. Referring rows first."""
    if kind is CONTACTS:
        # A wish for no marketing outlives the note of the call in which it was said; so does that it was taken back.
        contact = a.interactions.c
        wishes = select(contact.interaction_id).where(contact.outcome == interactions.OPTED_OUT)
        others = or_(contact.corrects.is_(None), contact.corrects.not_in(wishes))
        old = contact.logged_at < before
        yield a.interactions, and_(old, contact.outcome != interactions.OPTED_OUT, others), {}
        yield (
            a.interactions,
            and_(old, contact.outcome == interactions.OPTED_OUT, contact.note != ""),
            {"note": ""},
        )
        yield a.customer_tasks, a.customer_tasks.c.done_at < before, {}
    elif kind is NOTES:
        for table, at in _WITH_NOTES.items():
            yield table, and_(table.c[at] < before, table.c.note != ""), {"note": ""}
        over = list(app_db.execute(_over(before)).scalars())
        entries = select(a.record_entries.c.entry_id).where(a.record_entries.c.record_id.in_(over))
        for named in (a.record_mentions, a.mention_answers):
            yield named, named.c.entry_id.in_(entries), {}
        for table in _HANGS_ON_RECORDS:
            yield table, table.c.record_id.in_(over), {}
    elif kind is MESSAGES:
        yield a.outbox, or_(a.outbox.c.sent_at < before, a.outbox.c.ended_at < before), {}
        yield a.deliveries, a.deliveries.c.at < before, {}


def _over(before: datetime) -> Select:
    """Records about a customer in which nothing happened since; a service case only once it is settled."""
    r, e = a.records, a.record_entries
    of_each = select(e.c.record_id)
    settled = of_each.where(e.c.state.in_(service_cases.KIND.closed))
    over = or_(r.c.kind == customer_notes.KIND.name, r.c.record_id.in_(settled))
    kinds = (customer_notes.KIND.name, service_cases.KIND.name)
    return select(r.c.record_id).where(
        r.c.kind.in_(kinds), over, r.c.record_id.not_in(of_each.where(e.c.entered_at >= before))
    )
