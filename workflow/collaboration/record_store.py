"""Records, written and read: opened, moved step by step, talked about. An entry is appended, none is ever changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pandas as pd
from sqlalchemy import Connection, func, select

from metrics.comparison.words import day
from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.app_db.app_schema import pinned_figures, record_entries, records
from warehouse.errors import ChangeRefused
from warehouse.schema import customers, relationship_managers
from warehouse.stores.connect import Stores
from workflow.collaboration import mentions, record_links
from workflow.collaboration.record_contents import check_days, checked, checked_field
from workflow.collaboration.record_kind import (
    NOBODY,
    Contents,
    CustomerKeys,
    Record,
    RecordEntry,
    RecordField,
    RecordKind,
    RecordStep,
    department_of,
)
from workflow.collaboration.record_kinds import KINDS
from workflow.records.edit_conflicts import changed_meanwhile

OPENED, COMMENT = "opened", "comment"
SAYS = RecordField(name="said", label="Comment", longest=1_000)
GONE = "This record does not exist, or your role does not include it. Nothing was saved."


@dataclass(frozen=True)
class _Standing:
    """Where a record stands after an entry: its state, whose turn it is, by when."""

    state: str
    owner: str
    due_on: date | None


def open_record(
    stores: Stores,
    viewer: Viewer,
    kind: str,
    values: Mapping[str, Any],
    *,
    pin_id: int | None = None,
    came_from: int | None = None,
    customer_id: str | None = None,
    only_once: bool = False,
    goal_id: int | None = None,
) -> int:
    """Open a record and give its number. `values` holds `title` and the fields of the kind.

    A discussion may be about a goal in place of a figure. With `only_once`, one of the same kind and title that came
    from the same record is not opened again.

    Raises AccessRefused (on record) for a role that opens none of this kind, ChangeRefused for contents that do not fit.
    """
    chosen = KINDS.get(kind)
    if chosen is None:
        raise ChangeRefused(f"There is no kind of record called “{kind[:60]}”. Nothing was saved.")
    if came_from is not None:
        _existing(Reader(stores, viewer), came_from)
    _check_right(stores, viewer, kind, "open", f"Your role opens no {chosen.plural.lower()}.")
    title = checked_field(chosen.title, values.get("title"))
    contents = checked(chosen.fields, values)
    if chosen.needs_pin and pin_id is None and goal_id is None:
        raise ChangeRefused(
            f"A {chosen.singular.lower()} is about a figure. Press Discuss below one. Nothing was saved."
        )
    if why := chosen.check(viewer, contents):
        raise ChangeRefused(why)
    check_days(chosen.fields, contents, stores.now().date())
    customer = _keys_of(stores, viewer, chosen, customer_id)
    with audit.entry(stores, viewer.username, f"{kind}.open") as entry:
        _check_pin(Reader(stores, viewer), pin_id)
        if only_once:
            _check_first(entry, kind, title, came_from)
        number = open_within(
            entry, viewer, kind, title, contents, pin_id=pin_id, came_from=came_from, customer=customer
        )
        if goal_id is not None:
            record_links.link_goal(entry, number, kind, goal_id)
        return number


def grow(stores: Stores, viewer: Viewer, record_id: int, kind: str, values: Mapping[str, Any]) -> int:
    """Open a record out of another, about the same figure, and give its number. Raises as `open_record` does."""
    origin = _existing(Reader(stores, viewer), record_id)
    if kind not in KINDS[origin.kind].grows_into:
        raise ChangeRefused("No such record grows out of this one. Nothing was saved.")
    return open_record(stores, viewer, kind, values, pin_id=origin.pin_id, came_from=record_id)


def open_within(
    entry: AuditEntry,
    viewer: Viewer,
    kind: str,
    title: str,
    contents: Contents,
    *,
    pin_id: int | None = None,
    came_from: int | None = None,
    customer: CustomerKeys | None = None,
) -> int:
    """Open a record inside a change that is open, with contents that are checked; gives its number."""
    chosen, number = KINDS[kind], _next_number(entry)
    opened = Record(
        record_id=number,
        kind=kind,
        title=title,
        department=department_of(viewer),
        pin_id=pin_id,
        came_from=came_from,
        customer=customer,
        opened_by=viewer.username,
        opened_at=entry.at,
        entries=(),
    )
    entry.append(
        records,
        "opened",
        record_id=number,
        kind=kind,
        title=title,
        department=opened.department,
        pin_id=pin_id,
        came_from=came_from,
        **_columns(customer),
    )
    _append(
        entry,
        opened,
        viewer,
        OPENED,
        _Standing(
            chosen.first_state,
            chosen.first_owner(opened, viewer, contents),
            _due(entry, chosen.due_days, chosen.due_field, contents, None),
        ),
        contents,
    )
    return number


def withdraw_within(
    entry: AuditEntry, viewer: Viewer, customer_id: str, opened_at: datetime, why: str
) -> None:
    """Take back the case with Service that was opened at a moment, unless Service has answered it by now."""
    same = (
        records.c.kind == "service_case",
        records.c.customer_id == customer_id,
        records.c.opened_at == opened_at,
    )
    for row in entry.app_db.execute(select(records).where(*same)).mappings().all():
        lines = select(record_entries).where(record_entries.c.record_id == row["record_id"])
        happened = entry.app_db.execute(lines.order_by(record_entries.c.version)).mappings()
        case = _record(row, tuple(_entry(line) for line in happened))
        if case.state == KINDS["service_case"].first_state:
            _append(entry, case, viewer, "withdraw", _Standing("settled", NOBODY, None), {"why": why})


def _columns(customer: CustomerKeys | None) -> dict[str, str | None]:
    return {} if customer is None else dict(vars(customer))


def _keys_of(
    stores: Stores, viewer: Viewer, kind: RecordKind, customer_id: str | None
) -> CustomerKeys | None:
    """The keys of a customer that the viewer sees. Raises ChangeRefused for one she does not see, or for none."""
    if not kind.about_customer:
        return None
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


def take_step(
    stores: Stores,
    viewer: Viewer,
    record_id: int,
    seen_version: int,
    step: str,
    values: Mapping[str, Any],
    also: Callable[[AuditEntry], None] | None = None,
) -> str:
    """Take a step of a record that the viewer saw in a version; gives the sentence that says what was done.

    `also` writes what belongs to the step inside the same change: both are there, or neither.

    Raises ChangeRefused if another entry came meanwhile, the step does not follow from where the record stands, or what
    was filled in does not fit; AccessRefused, on record, if the step is not the viewer's to take.
    """
    reader = Reader(stores, viewer)
    before = _existing(reader, record_id)
    kind = KINDS[before.kind]
    chosen = kind.step(step)
    if chosen is None:
        raise ChangeRefused(f"“{step[:60]}” is no step of a {kind.singular.lower()}. Nothing was saved.")
    _check_turn(stores, viewer, before, chosen)
    contents = checked(chosen.fields_for(before), values)
    with audit.entry(stores, viewer.username, f"{before.kind}.{step}", str(record_id)) as entry:
        now = _read_again(entry, viewer, before, seen_version)
        if now.state not in chosen.after:
            raise ChangeRefused(
                f"This {kind.singular.lower()} is “{kind.states[now.state]}” by now, so “{chosen.label}” does not "
                "follow. Nothing was saved."
            )
        if not _has_come(now, chosen) and (first := kind.step(chosen.follows)):
            raise ChangeRefused(
                f"“{chosen.label}” follows “{first.label}”, which comes first. Nothing was saved."
            )
        check_days(chosen.fields_for(now), contents, entry.at.date())
        _check_day_has_come(now, chosen, entry.at.date())
        if why := chosen.check(now, viewer, contents):
            raise ChangeRefused(why)
        state = chosen.leads_to or now.state
        kept = now.due_on if state == now.state else None
        _append(
            entry,
            now,
            viewer,
            step,
            _Standing(
                state,
                NOBODY if state in kind.closed else chosen.hands_to(now, viewer, contents),
                _due(entry, chosen.due_days, chosen.due_field, contents, kept),
            ),
            contents,
        )
        if also is not None:
            also(entry)
    return chosen.says


def comment(
    stores: Stores,
    viewer: Viewer,
    record_id: int,
    text: Any,
    *,
    to: Iterable[str] = (),
) -> None:
    """Say something about a record; `to` are sign-in names of colleagues to tell, beside those the text names with @.

    A comment meets no other: it is appended whatever was recorded meanwhile. Raises ChangeRefused for an empty text.
    """
    before = _existing(Reader(stores, viewer), record_id)
    note = checked_field(SAYS, text)
    with audit.entry(stores, viewer.username, f"{before.kind}.comment", str(record_id)) as entry:
        comment_within(entry, viewer, before, note, to)


def comment_within(
    entry: AuditEntry, viewer: Viewer, record: Record, note: str, to: Iterable[str] = ()
) -> None:
    """Say something about a record inside a change that is open, with words that are checked."""
    now = _read_again(entry, viewer, record, None)
    stands = _Standing(now.state, now.owner, now.due_on)
    _append(entry, now, viewer, COMMENT, stands, note=note, to=to)


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


def waiting_for_department(reader: Reader) -> tuple[Record, ...]:
    """The records whose turn the viewer's department is."""
    mine = department_of(reader.viewer)
    return tuple(r for r in records_of(reader) if mine and r.owner == mine)


def whose_turn(stores: Stores, viewer: Viewer, record_id: int) -> str:
    """The department whose turn a record is; "" for nobody's."""
    record = one_record(Reader(stores, viewer), record_id)
    return record.owner if record else NOBODY


def steps_for(record: Record, viewer: Viewer) -> tuple[RecordStep, ...]:
    """The steps that a viewer may take now."""
    return tuple(
        s
        for s in KINDS[record.kind].steps
        if record.state in s.after and _is_her_turn(record, viewer, s) and _has_come(record, s)
    )


def may_open(kind: str, viewer: Viewer) -> bool:
    """Whether a viewer's role opens records of a kind."""
    return viewer.role in RECORD_RIGHTS[kind].open


def may_comment(kind: str, viewer: Viewer) -> bool:
    """Whether a viewer's role takes part in talking about a kind."""
    return viewer.role in RECORD_RIGHTS[kind].see


def _has_come(record: Record, step: RecordStep) -> bool:
    """Whether the step that this one follows was taken."""
    return not step.follows or bool(record.steps_taken(step.follows))


def _is_her_turn(record: Record, viewer: Viewer, step: RecordStep) -> bool:
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


_WHOSE = {
    "owner": "the department whose turn it is",
    "opener": "the department that opened it",
}


def _check_turn(stores: Stores, viewer: Viewer, record: Record, step: RecordStep) -> None:
    if not _is_her_turn(record, viewer, step):
        if callable(step.turn):
            whose = " and ".join(step.turn(record))
        else:
            owner = f" ({record.owner})" if step.turn == "owner" and record.owner else ""
            whose = _WHOSE.get(step.turn, "those who decide such records") + owner
        sentence = f"“{step.label}” is for {whose}. Nothing was saved; a comment is always possible."
        audit.refuse(stores, viewer, "record.refused", sentence, f"{record.record_id}, {step.name}")


def _check_day_has_come(record: Record, step: RecordStep, today: date) -> None:
    written = record.contents.get(step.not_before) if step.not_before else None
    planned = date.fromisoformat(written) if isinstance(written, str) else None
    planned = record.due_on if step.waits_until_due else planned
    if planned is not None and today < planned:
        raise ChangeRefused(
            f"“{step.label}” waits until {day(planned)}, the day that was agreed. Nothing was saved."
        )


def _check_right(stores: Stores, viewer: Viewer, kind: str, right: str, sentence: str) -> None:
    roles = getattr(RECORD_RIGHTS[kind], right)
    audit.check_role(stores, viewer, roles, "record.refused", f"{sentence} Nothing was saved.", kind)


def _check_pin(reader: Reader, pin_id: int | None) -> None:
    if pin_id is None:
        return
    if reader.frame(select(pinned_figures.c.pin_id).where(pinned_figures.c.pin_id == pin_id)).empty:
        raise ChangeRefused("The pinned figure does not exist, or your role does not include it.")


def _check_first(entry: AuditEntry, kind: str, title: str, came_from: int | None) -> None:
    same = select(records.c.record_id).where(
        records.c.kind == kind, records.c.title == title, records.c.came_from.is_not_distinct_from(came_from)
    )
    number = entry.app_db.execute(same).scalar()
    if number is not None:
        raise ChangeRefused(f"It is there already, as {KINDS[kind].singular.lower()} {number}.")


def _next_number(entry: AuditEntry) -> int:
    # One writer at a time, so the next number is nobody else's.
    return int(entry.app_db.execute(select(func.max(records.c.record_id))).scalar() or 0) + 1


def _append(
    entry: AuditEntry,
    record: Record,
    viewer: Viewer,
    step: str,
    stands: _Standing,
    contents: Contents = MappingProxyType({}),
    *,
    note: str = "",
    to: Iterable[str] = (),
) -> None:
    version = record.version + 1 if record.entries else 1
    entry.append(
        record_entries,
        "entered",
        record_id=record.record_id,
        kind=record.kind,
        version=version,
        step=step,
        state=stands.state,
        owner=stands.owner,
        due_on=stands.due_on,
        contents=dict(contents),
        note=note,
        department=department_of(viewer),
        **_columns(record.customer),
    )
    same = (record_entries.c.record_id == record.record_id, record_entries.c.version == version)
    entry_id = entry.app_db.execute(select(record_entries.c.entry_id).where(*same)).scalar_one()
    texts = [note, *(str(v) for v in contents.values())]
    mentions.append(entry, int(entry_id), record.kind, viewer, texts, to)


def _due(
    entry: AuditEntry, days: int | None, name: str, contents: Contents, kept: date | None
) -> date | None:
    if name:
        written = contents.get(name)
        return date.fromisoformat(written) if isinstance(written, str) and written else kept
    return entry.at.date() + timedelta(days=days) if days is not None else kept


def _existing(reader: Reader, record_id: int) -> Record:
    record = one_record(reader, record_id)
    if record is None:
        raise ChangeRefused(GONE)
    return record


def _read_again(entry: AuditEntry, viewer: Viewer, before: Record, seen_version: int | None) -> Record:
    """The record as it stands inside the write. Raises ChangeRefused where an entry came after the version seen."""
    rows = entry.app_db.execute(
        select(record_entries)
        .where(record_entries.c.record_id == before.record_id)
        .order_by(record_entries.c.version)
    ).mappings()
    entries = tuple(_entry(row) for row in rows)
    if seen_version is not None and seen_version > entries[-1].version:
        raise ChangeRefused("This page is not of this record. Reload it. Nothing was saved.")
    moved = [e for e in entries if seen_version is not None and e.version > seen_version]
    if steps := [e for e in moved if e.step != COMMENT]:
        raise ChangeRefused(_meanwhile(entry.app_db, viewer, before, steps[-1]))
    return Record(**{**vars(before), "entries": entries})


def _meanwhile(app_db: Connection, viewer: Viewer, record: Record, entry: RecordEntry) -> str:
    kind = KINDS[record.kind]
    step = kind.step(entry.step)
    words = step.label if step else kind.states[entry.state]
    about = f"on this {kind.singular.lower()}"
    return changed_meanwhile(app_db, viewer, entry.entered_by, entry.entered_at, words, about)


def _everything(reader: Reader) -> tuple[Record, ...]:
    entries: dict[int, list[RecordEntry]] = {}
    frame = reader.frame(
        select(record_entries).order_by(record_entries.c.record_id, record_entries.c.version)
    )
    for row in frame.to_dict("records"):
        entries.setdefault(int(row["record_id"]), []).append(_entry(row))
    rows = reader.frame(select(records).order_by(records.c.record_id.desc())).to_dict("records")
    return tuple(
        _record(row, tuple(entries[int(row["record_id"])]))
        for row in rows
        # Somebody may have opened one between the two reads.
        if row["kind"] in KINDS and int(row["record_id"]) in entries
    )


def _record(row: Mapping[Any, Any], entries: tuple[RecordEntry, ...]) -> Record:
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


def _entry(row: Mapping[Any, Any]) -> RecordEntry:
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
