"""The pack of a meeting as it was when the meeting was recorded: kept letter by letter, for each who could read it.

It is kept in the same change that records the meeting. Each reads the one that was filled with her own rights.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from reports.documents.meeting_document import MeetingPack
from reports.meetings import pack_composition
from reports.review.frozen_review import as_text, document_from_text
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader, Viewer, audience
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.app_db.app_schema import users
from warehouse.errors import NothingLoaded, Problem
from warehouse.stores.connect import Stores
from workflow.alerts import assignment
from workflow.collaboration import meeting_packs, record_reading

MOST = 60
"""Packs kept of one meeting: of every role, of who records it, and of further RMs and teams by name."""
_BY_PERSON = ("relationship_manager", "team_lead")


@dataclass(frozen=True, kw_only=True)
class KeptPack:
    """What a pack said, when, and the sum that says it is unchanged."""

    pack: MeetingPack
    kept_at: datetime
    sha256: str


def hold(stores: Stores, viewer: Viewer, record_id: int, seen_version: int, values: Mapping[str, Any]) -> str:
    """Record a meeting and keep its packs, both or neither. Raises as `record_store.take_step` does."""
    contents, as_of = _contents(stores, viewer, record_id)
    return meeting_packs.hold(stores, viewer, record_id, seen_version, values, contents, as_of)


def kept(reader: Reader, record_id: int) -> KeptPack | None:
    """The pack of a meeting as it said when it was recorded, to this reader; None where none was kept for her.

    One that was altered is none.
    """
    row = meeting_packs.content(reader, record_id)
    if row is None:
        return None
    pack = document_from_text(row.content, MeetingPack)
    return KeptPack(pack=pack, kept_at=row.kept_at, sha256=row.sha256)


def _contents(stores: Stores, viewer: Viewer, record_id: int) -> tuple[dict[str, str], Any]:
    """Audience → its pack as text. Before a bank is loaded there is nothing to keep."""
    meeting = record_reading.one_record(Reader(stores, viewer), record_id)
    if meeting is None or meeting.kind != "meeting":
        return {}, None
    try:
        everything = Reader(stores, SYSTEM, stores.snapshot())
        as_of = data_coverage.as_of(everything)
    except NothingLoaded:
        return {}, None
    contents: dict[str, str] = {}
    for one in _readers(stores, viewer):
        if len(contents) == MOST or audience(one) in contents:
            continue
        try:
            theirs = Reader(stores, one, stores.snapshot())
            pack = pack_composition.build(theirs, record_id, data_coverage.available_columns(theirs))
        except Problem:  # an account without customers reads no pack today, so none was shown to it
            continue
        contents[audience(one)] = as_text(pack)
    return contents, as_of


def _readers(stores: Stores, viewer: Viewer) -> Iterator[Viewer]:
    """Who records it, every role that has one view, then each RM and team with an open account."""
    yield viewer
    reads = sorted(RECORD_RIGHTS["meeting"].see)
    yield from (Viewer("", "", role) for role in reads if role not in _BY_PERSON)
    accounts = (
        select(users.c.role, users.c.rm_id, users.c.team)
        .where(users.c.disabled_at.is_(None), users.c.role.in_(_BY_PERSON))
        .order_by(users.c.role.desc(), users.c.username)
    )
    for row in Reader(stores, SYSTEM).rows(accounts):
        yield assignment.at_work(stores, Viewer("", "", row.role, row.rm_id, row.team))
