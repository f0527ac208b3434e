"""Records, read: all that the reader's role includes, one of them, and what a viewer may do with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pandas as pd
from sqlalchemy import select

from warehouse.access.reader import Reader, Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.app_db.app_schema import record_entries, records
from warehouse.stores.connect import Stores
from workflow.collaboration import mentions
from workflow.collaboration.record_kind import (
    NOBODY,
    CustomerKeys,
    Record,
    RecordEntry,
    RecordStep,
    department_of,
)
from workflow.collaboration.record_kinds import KINDS

OPENED, COMMENT = "opened", "comment"


def about_customer(reader: Reader, customer_id: str, kind: str) -> tuple[Record, ...]:
    """The records of a kind about one customer that the reader may read; the newest first."""
    return tuple(r for r in records_of(reader, kind) if r.customer and r.customer.customer_id == customer_id)


def records_of(reader: Reader, *kinds: str) -> tuple[Record, ...]:
    """The records of some kinds, or of all, that the reader's role includes; the newest first."""
    rows = reader.kept(_everything)
    return tuple(r for r in rows if not kinds or r.kind in kinds)


def one_record(reader: Reader, record_id: int) -> Record | None:
    """The record of a number, if the reader's role includes it."""
    return next((r for r in records_of(reader) if r.record_id == record_id), None)


def naming(reader: Reader) -> tuple[tuple[Record, RecordEntry], ...]:
    """The entries that name the viewer and that she has not dealt with, with their records; the newest first."""
    waiting = mentions.waiting_for(reader)
    if not waiting:
        return ()
    both = [(r, e) for r in records_of(reader) for e in r.entries if e.entry_id in waiting]
    return tuple(sorted(both, key=lambda pair: -pair[1].entry_id))


def is_answer(record: Record, entry: RecordEntry) -> bool:
    """Whether an entry is a step that whoever opened the record is told of, rather than one that names colleagues."""
    step = KINDS[record.kind].step(entry.step)
    return step is not None and step.tells_opener


def answers(username: str, record: Record, entry: RecordEntry) -> bool:
    """Whether an entry answers what this colleague opened; others whom it names are only named."""
    return record.opened_by == username and is_answer(record, entry)


def waiting_for_department(reader: Reader) -> tuple[Record, ...]:
    """The records whose turn the viewer's department is."""
    mine = department_of(reader.viewer)
    return tuple(r for r in records_of(reader) if mine and r.owner == mine)


def whose_turn(stores: Stores, viewer: Viewer, record_id: int) -> str:
    """The department whose turn a record is; "" for nobody's."""
    record = one_record(Reader(stores, viewer), record_id)
    return record.owner if record else NOBODY


def may_open(kind: str, viewer: Viewer) -> bool:
    """Whether a viewer's role opens records of a kind."""
    return viewer.role in RECORD_RIGHTS[kind].open


def may_comment(kind: str, viewer: Viewer) -> bool:
    """Whether a viewer's role takes part in talking about a kind."""
    return viewer.role in RECORD_RIGHTS[kind].see


def has_come(record: Record, step: RecordStep) -> bool:
    """Whether the step that this one follows was taken."""
    return not step.follows or bool(record.steps_taken(step.follows))


def is_her_turn(record: Record, viewer: Viewer, step: RecordStep) -> bool:
    """Whether a step is a viewer's to take, whatever state the record is in."""
    rights, mine = RECORD_RIGHTS[record.kind], department_of(viewer)
    if viewer.role not in rights.see:
        return False
    if step.turn == "anyone":
        return True
    if callable(step.turn):
        return mine in step.turn(record)
    if step.turn == "opener":
        return mine == record.department
    if step.turn == "decider":
        return viewer.role in rights.decide
    return mine == record.owner


def _everything(reader: Reader) -> tuple[Record, ...]:
    entries: dict[int, list[RecordEntry]] = {}
    frame = reader.frame(
        select(record_entries).order_by(record_entries.c.record_id, record_entries.c.version)
    )
    for row in frame.to_dict("records"):
        entries.setdefault(int(row["record_id"]), []).append(entry_of(row))
    rows = reader.frame(select(records).order_by(records.c.record_id.desc())).to_dict("records")
    return tuple(
        record_of(row, tuple(entries[int(row["record_id"])]))
        for row in rows
        # Somebody may have opened one between the two reads.
        if row["kind"] in KINDS and int(row["record_id"]) in entries
    )


def record_of(row: Mapping[Any, Any], entries: tuple[RecordEntry, ...]) -> Record:
    """A row of `records` with its entries."""
    return Record(
        record_id=int(row["record_id"]),
        kind=row["kind"],
        title=row["title"],
        department=row["department"],
        pin_id=_whole(row["pin_id"]),
        came_from=_whole(row["came_from"]),
        customer=_customer(row),
        opened_by=row["opened_by"],
        opened_at=pd.Timestamp(row["opened_at"]).to_pydatetime(),
        entries=entries,
    )


def _customer(row: Mapping[Any, Any]) -> CustomerKeys | None:
    if pd.isna(row["customer_id"]):
        return None
    keys = {f.name: None if pd.isna(row[f.name]) else str(row[f.name]) for f in fields(CustomerKeys)}
    return CustomerKeys(**keys)  # type: ignore[arg-type]  # a record about a customer has her number


def entry_of(row: Mapping[Any, Any]) -> RecordEntry:
    """A row of `record_entries`."""
    due = row["due_on"]
    return RecordEntry(
        entry_id=int(row["entry_id"]),
        version=int(row["version"]),
        step=row["step"],
        state=row["state"],
        owner=row["owner"],
        due_on=None if pd.isna(due) else pd.Timestamp(due).date(),
        contents=row["contents"],
        note=row["note"],
        department=row["department"],
        entered_by=row["entered_by"],
        entered_at=pd.Timestamp(row["entered_at"]).to_pydatetime(),
    )


def _whole(number: Any) -> int | None:
    return None if pd.isna(number) else int(number)
