"""One person leaves every store, and a certificate says of each what was removed or kept, and on which ground.

The application database is changed in one transaction; the bank becomes a new snapshot without the person, and every
earlier one goes. Keyed hashes stay, so that no later load brings her back. If it stops in between, the certificate says
that it is not finished, and doing it again ends it.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, Table, Text, delete, func, insert, or_, select, update
from sqlalchemy import cast as to_type

from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db import app_schema as a
from warehouse.errors import ChangeRefused, NothingLoaded
from warehouse.identity import erased_people
from warehouse.load.loading import next_snapshot
from warehouse.schema import (
    BANK,
    UNIFIED_TABLES,
    customers,
    later_rows,
    loads,
    published_cells,
    quarantine,
    rollups,
)
from warehouse.stores.connect import Stores
from warehouse.stores.postgresql_catalogue import AS_IT_IS
from warehouse.stores.snapshots import SnapshotWriter
from workflow.privacy import traces
from workflow.privacy.traces import PersonTraces

ERASED, REFUSED = "privacy.erased", "privacy.refused"
OPERATOR = Viewer(username="operator", full_name="Operator", role="system")
"""Whoever runs the machine: no account has this role."""
GROUNDS = {
    "request": "The person asked for it (GDPR Art. 17(1); PDPO s. 26).",
    "consent": "The person withdrew the consent it rested on (GDPR Art. 17(1)(b)).",
    "objection": "The person objected (GDPR Art. 17(1)(c)).",
    "unlawful": "It should not have been collected (GDPR Art. 17(1)(d)).",
    "time": "It is not needed any more (GDPR Art. 5(1)(e), 17(1)(a); PDPO s. 26(1), DPP 2(2)).",
}
PROOF = (
    "Kept: a line cannot leave the chain without breaking it, and who did what has to be provable (GDPR Art. 5(2), "
    "17(3)(b) and (e)). Lines carry the customer number; who it was stands nowhere any more."
)
ANONYMOUS = "Kept: totals over groups of people as they were published; nobody is in them by name or number."
NO_ROWS = "Kept: a model's file holds no row of anybody. The next training reads the bank without the person."
IN_HANDS = (
    "Not within reach: files that colleagues took along before. Tell those who took one (GDPR Art. 19); the register of "
    "exports names them."
)
ELSEWHERE = (
    "Not within reach: backups and folders kept after a restore. Let them run out, and erase again after one is put "
    "back."
)
SHARED = (
    "Not registered, and not looked for in texts: other people have them, too, and no later load may leave those "
    "people out."
)
NOT_SEARCHED = "To be looked at by hand: pictures, and files packed so that their text cannot be searched."
BY_HAND = "To be looked at by hand: a file on a record that is about something else names the person."
NOT_OURS = (
    "Not removed: somebody else keeps this warehouse, and Concord only reads it. Ask its owner to remove the person "
    "there."
)
LONGEST_WHY = 120
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
"""Bytes that no text holds: a picture, or what was compressed."""
_NOT_YOURS = "Only who runs Concord's machine erases a person, on the command line. Nothing was changed."
_HANGS_ON_RECORDS = (a.record_files, a.record_links, a.meeting_packs, a.test_assignments)


@dataclass(frozen=True, kw_only=True)
class ErasureLine:
    """One line of a certificate: how many rows or files of a store were removed, changed or kept, and why."""

    store: str
    what: str
    removed: int = 0
    kept: int | None = 0
    """None where nobody can count them."""
    ground: str = ""


@dataclass(frozen=True, kw_only=True)
class ErasureCertificate:
    """What was done for one person. It names nobody."""

    erasure_id: int
    ground: str
    why: str
    erased_at: datetime
    finished_at: datetime | None
    lines: tuple[ErasureLine, ...]

    @property
    def removed(self) -> int:
        """Rows and files removed or changed, in all stores."""
        return sum(line.removed for line in self.lines)


def erase(
    stores: Stores,
    viewer: Viewer,
    customer_id: str,
    *,
    ground: str,
    why: str,
    progress: Callable[[str], None] = lambda _: None,
) -> ErasureCertificate:
    """Remove a person from bank, application database and traces of bugs; gives the certificate.

    Raises AccessRefused, on record, for every account; ChangeRefused for nobody we know or a ground that is none;
    LoadRefused while a load or nightly run works.
    """
    audit.check_role(stores, viewer, ("system",), REFUSED, _NOT_YOURS, "", "erase")
    if ground not in GROUNDS:
        raise ChangeRefused(f"Choose a ground: {', '.join(GROUNDS)}. Nothing was changed.")
    why = audit.checked_text(
        why, LONGEST_WHY, "Give the reference of the request, without name or number.", "It has"
    )
    served = _served(stores)
    if served in (None, AS_IT_IS):
        reader = Reader(stores, viewer) if served else None
        return _apart(stores, viewer, customer_id, reader, ground, why)
    with next_snapshot(stores, alone=True) as draft:
        progress("Looking for the person in every store")
        person = traces.of(Reader(stores, viewer, stores.snapshot()), customer_id)
        _check_somebody(stores, person, why)
        progress("Removing the person from the bank")
        lines = [
            *_from_bank(draft, person),
            ErasureLine(store="bank", what="earlier snapshots", ground="Removed whole."),
        ]
        progress("Removing the person from what people recorded")
        erasure_id = _from_app_db(stores, viewer, person, ground, why, lines)
        progress("Writing the bank anew")
    return _finished(stores, viewer, erasure_id)


def certificate(stores: Stores, erasure_id: int) -> ErasureCertificate:
    """A certificate by its number. Raises ChangeRefused where there is none."""
    with stores.read_app_db() as app_db:
        row = app_db.execute(select(a.erasures).where(a.erasures.c.erasure_id == erasure_id)).first()
    if row is None:
        raise ChangeRefused(f"There is no erasure {erasure_id}.")
    return ErasureCertificate(
        erasure_id=row.erasure_id,
        ground=row.ground,
        why=row.why,
        erased_at=row.erased_at,
        finished_at=row.finished_at,
        lines=tuple(ErasureLine(**line) for line in row.certificate),
    )


def listed(reader: Reader) -> list[ErasureCertificate]:
    """Every certificate that the reader may see, the latest first."""
    rows = reader.rows(select(a.erasures.c.erasure_id).order_by(a.erasures.c.erasure_id.desc()))
    return [certificate(reader.stores, int(row.erasure_id)) for row in rows]


def seal(done: ErasureCertificate) -> str:
    """The SHA-256 of a certificate's lines, which the audit log keeps."""
    text = json.dumps([asdict(line) for line in done.lines], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _apart(
    stores: Stores, viewer: Viewer, customer_id: str, reader: Reader | None, ground: str, why: str
) -> ErasureCertificate:
    """Where the bank is not ours to change, or none is loaded: what people recorded goes all the same."""
    if reader is None:
        person = PersonTraces(
            customer_id=customer_id,
            in_bank=False,
            full_name=None,
            emails=(),
            phones=(),
            leads=(),
            tickets=(),
            records=(),
        )
        lines = [ErasureLine(store="bank", what="all tables", ground="No bank is loaded.")]
    else:
        person = traces.of(reader, customer_id)
        lines = [ErasureLine(store="bank", what="all tables", kept=None, ground=NOT_OURS)]
    _check_somebody(stores, person, why)
    return _finished(stores, viewer, _from_app_db(stores, viewer, person, ground, why, lines))


def _served(stores: Stores) -> str | None:
    try:
        return stores.snapshot()
    except NothingLoaded:
        return None


def _check_somebody(stores: Stores, person: PersonTraces, why: str) -> None:
    if person.customer_id in why or (person.full_name and person.full_name.lower() in why.lower()):
        raise ChangeRefused(
            "The reference names the person, and it is kept for good. Write one that does not."
        )
    if person.in_bank:
        return
    with stores.read_app_db() as app_db:
        if _unfinished(stores, app_db, person) is not None:
            return
        if not any(_count(app_db, t, person) for t in a.APP_DB.tables.values() if "customer_id" in t.c):
            raise ChangeRefused("No store knows a customer of this number. Nothing was changed.")


def _unfinished(stores: Stores, app_db: Connection, person: PersonTraces) -> int | None:
    """The number of the person's last erasure where it was stopped before its end."""
    t = a.erasures.c
    own = t.person == _hash(stores, erased_people.CUSTOMER, person.customer_id)
    row = app_db.execute(select(t.erasure_id, t.finished_at).where(own).order_by(t.erasure_id.desc())).first()
    return int(row.erasure_id) if row is not None and row.finished_at is None else None


def _count(app_db: Connection, table: Table, person: PersonTraces) -> int:
    return app_db.execute(
        select(func.count()).select_from(table).where(traces.rows_of(table, person))
    ).scalar_one()


def _from_bank(draft: SnapshotWriter, person: PersonTraces) -> Iterator[ErasureLine]:
    """Every row of the person out of the draft; figures that were totalled at night are counted anew."""
    db = draft.connection
    aside_too = select(later_rows.c.row_key).where(traces.rows_of(later_rows, person))
    for table in UNIFIED_TABLES:
        its_later = aside_too.where(later_rows.c.table_name == table.name)
        db.execute(
            delete(quarantine).where(
                quarantine.c.table_name == table.name, quarantine.c.row_key.in_(its_later)
            )
        )
        keys = func.concat_ws(" | ", *(to_type(c, Text) for c in table.primary_key))
        its = select(keys).where(traces.rows_of(table, person))
        for aside in (quarantine, later_rows):
            db.execute(delete(aside).where(aside.c.table_name == table.name, aside.c.row_key.in_(its)))
    removed: dict[str, int] = {}
    for table in BANK.tables.values():
        condition = traces.rows_of(table, person)
        count = db.execute(select(func.count()).select_from(table).where(condition)).scalar_one()
        if count:
            db.execute(delete(table).where(condition))
            removed[table.name] = count
    db.execute(
        update(customers)
        .where(customers.c.acquired_by_lead_id.in_(person.leads))
        .values(acquired_by_lead_id=None)
    )
    for table in UNIFIED_TABLES:
        if table.name in removed:
            rows = select(func.count()).select_from(table).scalar_subquery()
            db.execute(update(loads).where(loads.c.table_name == table.name).values(row_count=rows))
    for totals in (rollups, published_cells):
        db.execute(delete(totals))
    for name, count in removed.items():
        yield ErasureLine(store="bank", what=name, removed=count)
    yield ErasureLine(store="bank", what="results of models and experiments", kept=None, ground=ANONYMOUS)


def _from_app_db(
    stores: Stores, viewer: Viewer, person: PersonTraces, ground: str, why: str, bank: list[ErasureLine]
) -> int:
    """Everything about the person that people wrote, in one change with the register and the certificate."""
    with audit.entry(stores, viewer.username, ERASED, "", f"{ground}: {why}") as entry:
        names = traces.pattern(person, traces.usernames(entry.app_db))
        lines = [*bank, *_rows(entry, person), *_texts(entry, names), *_files(entry, names)]
        lines += [*_bugs(stores.settings.data_dir / "bugs", names), *_log(entry.app_db, names)]
        lines += [
            ErasureLine(store="models", what="churn model", kept=None, ground=NO_ROWS),
            ErasureLine(store="exports", what="files taken along", kept=None, ground=IN_HANDS),
            ErasureLine(store="backups", what="backups and restored folders", kept=None, ground=ELSEWHERE),
        ]
        if person.shared:
            lines.append(
                ErasureLine(
                    store="register", what="shared addresses and phones", kept=person.shared, ground=SHARED
                )
            )
        before = _unfinished(stores, entry.app_db, person)
        erasure_id = entry.app_db.execute(
            insert(a.erasures)
            .values(
                person=_hash(stores, erased_people.CUSTOMER, person.customer_id),
                ground=ground,
                why=why if before is None else f"{why} (ends erasure {before})",
                certificate=[asdict(line) for line in lines],
                erased_by=entry.who,
                erased_at=entry.at,
            )
            .returning(a.erasures.c.erasure_id)
        ).scalar_one()
        _register(entry, stores, person, erasure_id)
    return int(erasure_id)


def _register(entry: AuditEntry, stores: Stores, person: PersonTraces, erasure_id: int) -> None:
    keys = [(erased_people.CUSTOMER, person.customer_id)]
    keys += [(erased_people.LEAD, number) for number in person.leads]
    keys += [(erased_people.TICKET, number) for number in person.tickets]
    keys += [(erased_people.RECORD, erased_people.record_key(*record)) for record in person.records]
    for email in person.emails:
        keys.append((erased_people.EMAIL, erased_people.normal(email, None)[0] or ""))
    for phone in person.phones:
        keys.append((erased_people.PHONE, erased_people.normal(None, phone)[1] or ""))
    t = a.erased_keys
    hashes = {(kind, _hash(stores, kind, value)) for kind, value in keys if value}
    there = {(r.kind, r.key_hash) for r in entry.app_db.execute(select(t.c.kind, t.c.key_hash))}
    for kind, key_hash in sorted(hashes - there):
        entry.append(t, kind=kind, key_hash=key_hash, erasure_id=erasure_id)


def _hash(stores: Stores, kind: str, value: str) -> str:
    return erased_people.hashed(stores.audit_key, kind, value)


def _rows(entry: AuditEntry, person: PersonTraces) -> Iterator[ErasureLine]:
    """Rows that carry a number of the person, and what hangs on them; referring rows first."""
    db = entry.app_db
    numbers = select(a.alerts.c.alert_id).where(a.alerts.c.customer_id == person.customer_id)
    about = [str(number) for number in db.execute(numbers).scalars()]
    own = list(
        db.execute(
            select(a.records.c.record_id).where(a.records.c.customer_id == person.customer_id)
        ).scalars()
    )
    entries = list(
        db.execute(select(a.record_entries.c.entry_id).where(a.record_entries.c.record_id.in_(own))).scalars()
    )
    db.execute(update(a.records).where(a.records.c.came_from.in_(own)).values(came_from=None))
    steps: list[tuple[Table, ColumnElement[bool]]] = [
        (t, t.c.entry_id.in_(entries)) for t in (a.record_mentions, a.mention_answers)
    ]
    steps += [(t, or_(t.c.record_id.in_(own), traces.rows_of(t, person))) for t in _HANGS_ON_RECORDS]
    steps += [
        (a.record_entries, a.record_entries.c.record_id.in_(own)),
        (a.records, a.records.c.record_id.in_(own)),
    ]
    steps += [(a.outbox, a.outbox.c.about.in_(about))]
    by_number = (
        *(a.alert_steps, a.offers, a.alerts, a.interactions, a.customer_tasks),
        *(a.identity_rulings, a.complaint_steps, a.lead_reviews),
    )
    steps += [(t, traces.rows_of(t, person)) for t in by_number]
    for table, condition in steps:
        count = db.execute(delete(table).where(condition)).rowcount
        if count:
            yield ErasureLine(store="application database", what=table.name, removed=count)


def _texts(entry: AuditEntry, names: re.Pattern[str]) -> Iterator[ErasureLine]:
    """Texts about other things that name the person lose the name; a sum over a text is made anew."""
    counts: dict[str, int] = {}
    for table, row, texts in traces.naming(entry.app_db, names):
        new = dict(texts)
        if table is a.meeting_packs:
            new["sha256"] = hashlib.sha256(str(new["content"]).encode()).hexdigest()
        entry.app_db.execute(update(table).where(traces.whose(table, row)).values(**new))
        counts[table.name] = counts.get(table.name, 0) + 1
    for name, count in counts.items():
        what = f"{name}: texts that named the person, now “{traces.ERASED}”"
        yield ErasureLine(store="application database", what=what, removed=count)


def _files(entry: AuditEntry, names: re.Pattern[str]) -> Iterator[ErasureLine]:
    named = unread = 0
    for row in entry.app_db.execute(select(a.record_files.c.content)):
        texts, whole = _inside(row.content)
        if any(names.search(text) for text in texts):
            named += 1
        elif not whole:
            unread += 1
    for count, what, ground in (
        (named, "record_files", BY_HAND),
        (unread, "record_files that cannot be searched, in whole or in part", NOT_SEARCHED),
    ):
        if count:
            yield ErasureLine(store="application database", what=what, kept=count, ground=ground)


def _inside(content: bytes) -> tuple[list[str], bool]:
    """The texts of a file as far as they can be read, of an Office file the parts inside; and whether that is all."""
    parts, whole = [content], True
    if content.startswith(b"PK"):
        parts = []
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as packed:
                for part in packed.infolist():
                    if part.file_size <= 2**25:
                        parts.append(packed.read(part))
                    else:
                        whole = False
        except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error):
            whole = False  # damaged, or under a password
    return [part.decode("utf-8", "replace") for part in parts], whole and not any(map(_NO_TEXT.search, parts))


def _bugs(folder: Path, names: re.Pattern[str]) -> Iterator[ErasureLine]:
    removed = 0
    for file in folder.glob("*.txt"):
        if names.search(file.read_text(encoding="utf-8", errors="replace")):
            file.unlink()
            removed += 1
    if removed:
        yield ErasureLine(store="data folder", what="traces of bugs", removed=removed)


def _log(app_db: Connection, names: re.Pattern[str]) -> Iterator[ErasureLine]:
    t = a.audit_log.c
    lines = app_db.execute(select(t.action, t.subject, t.why)).all()
    kept = [line for line in lines if names.search(line.subject) or names.search(line.why)]
    yield ErasureLine(store="audit log", what="lines", kept=len(kept), ground=PROOF)


def _finished(stores: Stores, viewer: Viewer, erasure_id: int) -> ErasureCertificate:
    """The bank without the person is served: the certificate is whole, and its seal stands in the audit log."""
    stores.overwrite_removed()
    text = seal(certificate(stores, erasure_id))
    with audit.entry(stores, viewer.username, "privacy.certificate", f"erasure {erasure_id}", text) as entry:
        entry.app_db.execute(
            update(a.erasures).where(a.erasures.c.erasure_id == erasure_id).values(finished_at=entry.at)
        )
    return certificate(stores, erasure_id)
