"""Records, written: opened, moved step by step, talked about. An entry is appended, none is ever changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, func, select

from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import record_entries, records
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration import mentions, record_checks, record_links, record_reading
from workflow.collaboration.record_contents import check_days, checked, checked_field
from workflow.collaboration.record_kind import (
    NOBODY,
    Contents,
    CustomerKeys,
    Record,
    RecordEntry,
    RecordField,
    department_of,
)
from workflow.collaboration.record_kinds import KINDS
from workflow.records.edit_conflicts import changed_meanwhile

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
    record_checks.check_right(stores, viewer, kind, "open", f"Your role opens no {chosen.plural.lower()}.")
    title = checked_field(chosen.title, values.get("title"))
    contents = checked(chosen.fields, values)
    if chosen.needs_pin and pin_id is None and goal_id is None:
        raise ChangeRefused(
            f"A {chosen.singular.lower()} is about a figure. Press Discuss below one. Nothing was saved."
        )
    if why := chosen.check(viewer, contents):
        raise ChangeRefused(why)
    check_days(chosen.fields, contents, stores.now().date())
    customer = record_checks.keys_of(stores, viewer, chosen, customer_id)
    with audit.entry(stores, viewer.username, f"{kind}.open") as entry:
        record_checks.check_pin(Reader(stores, viewer), pin_id)
        if only_once:
            record_checks.check_first(entry, kind, title, came_from)
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
        record_reading.OPENED,
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
        case = record_reading.record_of(row, tuple(record_reading.entry_of(line) for line in happened))
        if case.state == KINDS["service_case"].first_state:
            _append(entry, case, viewer, "withdraw", _Standing("settled", NOBODY, None), {"why": why})


def _columns(customer: CustomerKeys | None) -> dict[str, str | None]:
    return {} if customer is None else dict(vars(customer))


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
    record_checks.check_turn(stores, viewer, before, chosen)
    contents = checked(chosen.fields_for(before), values)
    with audit.entry(stores, viewer.username, f"{before.kind}.{step}", str(record_id)) as entry:
        now = _read_again(entry, viewer, before, seen_version)
        if now.state not in chosen.after:
            raise ChangeRefused(
                f"This {kind.singular.lower()} is “{kind.states[now.state]}” by now, so “{chosen.label}” does not "
                "follow. Nothing was saved."
            )
        if not record_reading.has_come(now, chosen) and (first := kind.step(chosen.follows)):
            raise ChangeRefused(
                f"“{chosen.label}” follows “{first.label}”, which comes first. Nothing was saved."
            )
        check_days(chosen.fields_for(now), contents, entry.at.date())
        if why := record_checks.why_not(now, viewer, chosen, entry.at.date()):
            raise ChangeRefused(f"{why} Nothing was saved.")
        if why := chosen.check(now, viewer, contents):
            raise ChangeRefused(why)
        state = chosen.leads_to or now.state
        kept = now.due_on if state == now.state else None
        recipients = _append(
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
            to=(now.opened_by,) if chosen.tells_opener else (),
        )
        if also is not None:
            also(entry)
    tells = chosen.tells_opener and now.opened_by in recipients
    return f"{chosen.says} Who opened it finds it in the inbox." if tells else chosen.says


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
    _append(entry, now, viewer, record_reading.COMMENT, stands, note=note, to=to)


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
) -> set[str]:
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
    return mentions.append(entry, int(entry_id), record.kind, viewer, texts, to)


def _due(
    entry: AuditEntry, days: int | None, name: str, contents: Contents, kept: date | None
) -> date | None:
    if name:
        written = contents.get(name)
        return date.fromisoformat(written) if isinstance(written, str) and written else kept
    return entry.at.date() + timedelta(days=days) if days is not None else kept


def _existing(reader: Reader, record_id: int) -> Record:
    record = record_reading.one_record(reader, record_id)
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
    entries = tuple(record_reading.entry_of(row) for row in rows)
    if seen_version is not None and seen_version > entries[-1].version:
        raise ChangeRefused("This page is not of this record. Reload it. Nothing was saved.")
    moved = [e for e in entries if seen_version is not None and e.version > seen_version]
    if steps := [e for e in moved if e.step != record_reading.COMMENT]:
        raise ChangeRefused(_meanwhile(entry.app_db, viewer, before, steps[-1]))
    return Record(**{**vars(before), "entries": entries})


def _meanwhile(app_db: Connection, viewer: Viewer, record: Record, entry: RecordEntry) -> str:
    kind = KINDS[record.kind]
    step = kind.step(entry.step)
    words = step.label if step else kind.states[entry.state]
    about = f"on this {kind.singular.lower()}"
    return changed_meanwhile(app_db, viewer, entry.entered_by, entry.entered_at, words, about)
