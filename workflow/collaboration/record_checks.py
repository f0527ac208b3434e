"""Why a record is not opened or moved: rights, turns, days, figures, and what is there already."""

from __future__ import annotations

from datetime import date

import pandas as pd
from sqlalchemy import select

from metrics.comparison.words import day
from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.app_db.app_schema import pinned_figures, records
from warehouse.errors import ChangeRefused
from warehouse.schema import customers, relationship_managers
from warehouse.stores.connect import Stores
from workflow.collaboration import record_reading
from workflow.collaboration.record_kind import (
    CustomerKeys,
    Record,
    RecordKind,
    RecordStep,
)
from workflow.collaboration.record_kinds import KINDS


def keys_of(stores: Stores, viewer: Viewer, kind: RecordKind, customer_id: str | None) -> CustomerKeys | None:
    """The keys of the customer a record of this kind is about; None where such records are about none."""
    return customer_keys(stores, viewer, customer_id) if kind.about_customer else None


def customer_keys(stores: Stores, viewer: Viewer, customer_id: str | None) -> CustomerKeys:
    """The keys of a customer that the viewer sees. Raises ChangeRefused for one she does not see, or for none."""
    c, managers = customers, relationship_managers
    statement = select(c.c.customer_id, c.c.rm_id).where(c.c.customer_id == (customer_id or ""))
    rows = Reader(stores, viewer, stores.snapshot()).rows(statement)
    if not rows:
        raise ChangeRefused("This customer does not exist, or is not among yours. Nothing was saved.")
    rm_id = None if pd.isna(rows[0].rm_id) else str(rows[0].rm_id)
    of_rm = select(managers.c.team).where(managers.c.rm_id == (rm_id or ""))
    teams = Reader(stores, viewer, stores.snapshot()).rows(of_rm)
    team = str(teams[0].team) if teams and not pd.isna(teams[0].team) else None
    return CustomerKeys(customer_id=str(rows[0].customer_id), rm_id=rm_id, customer_rm_id=rm_id, team=team)


_WHOSE = {
    "owner": "the department whose turn it is",
    "opener": "the department that opened it",
}


def check_turn(stores: Stores, viewer: Viewer, record: Record, step: RecordStep) -> None:
    """Refuse, on record, a step that is not the viewer's to take."""
    if not record_reading.is_her_turn(record, viewer, step):
        if callable(step.turn):
            whose = " and ".join(step.turn(record))
        else:
            owner = f" ({record.owner})" if step.turn == "owner" and record.owner else ""
            whose = _WHOSE.get(step.turn, "those who decide such records") + owner
        sentence = f"“{step.label}” is for {whose}. Nothing was saved; a comment is always possible."
        audit.refuse(stores, viewer, "record.refused", sentence, f"{record.record_id}, {step.name}")


def why_not(record: Record, viewer: Viewer, step: RecordStep, today: date) -> str:
    """Why a step that is the viewer's cannot be taken now, whatever is filled in, as a sentence; "" if it can."""
    written = record.contents.get(step.not_before) if step.not_before else None
    planned = date.fromisoformat(written) if isinstance(written, str) else None
    planned = record.due_on if step.waits_until_due else planned
    if planned is not None and today < planned:
        return f"“{step.label}” waits until {day(planned)}, the day that was agreed."
    return step.bar(record, viewer)


def steps_for(record: Record, viewer: Viewer, today: date) -> tuple[RecordStep, ...]:
    """The steps that a viewer may take now: no other is offered."""
    return tuple(s for s in _of_hers(record, viewer) if not why_not(record, viewer, s, today))


def barred_for(record: Record, viewer: Viewer, today: date) -> tuple[str, ...]:
    """Why steps that would be the viewer's are not offered now, each reason once."""
    reasons = (why_not(record, viewer, s, today) for s in _of_hers(record, viewer))
    return tuple(dict.fromkeys(filter(None, reasons)))


def _of_hers(record: Record, viewer: Viewer) -> tuple[RecordStep, ...]:
    return tuple(
        s
        for s in KINDS[record.kind].steps
        if record.state in s.after
        and record_reading.is_her_turn(record, viewer, s)
        and record_reading.has_come(record, s)
    )


def check_right(stores: Stores, viewer: Viewer, kind: str, right: str, sentence: str) -> None:
    """Refuse, on record, who may not open or decide a kind."""
    roles = getattr(RECORD_RIGHTS[kind], right)
    audit.check_role(stores, viewer, roles, "record.refused", f"{sentence} Nothing was saved.", kind)


def check_pin(reader: Reader, pin_id: int | None) -> None:
    """Raise ChangeRefused for a pinned figure that the reader does not read."""
    if pin_id is None:
        return
    if reader.frame(select(pinned_figures.c.pin_id).where(pinned_figures.c.pin_id == pin_id)).empty:
        raise ChangeRefused("The pinned figure does not exist, or your role does not include it.")


def check_first(entry: AuditEntry, kind: str, title: str, came_from: int | None) -> None:
    """Raise ChangeRefused where the same record is there already."""
    same = select(records.c.record_id).where(
        records.c.kind == kind, records.c.title == title, records.c.came_from.is_not_distinct_from(came_from)
    )
    number = entry.app_db.execute(same).scalar()
    if number is not None:
        raise ChangeRefused(f"It is there already, as {KINDS[kind].singular.lower()} {number}.")
