"""Files on records: evidence of a dispute, documents of a meeting or an initiative.

What a file is, its content says and not its name. It is kept byte for byte with its SHA-256, never shown as a page, and
given to who reads the record. The same name again is the next version; the one before stays.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import func, select

from warehouse.access import audit
from warehouse.access.reader import Reader, Viewer
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.app_db.app_schema import record_files as t
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration.disputes import SETTLED, sides
from workflow.collaboration.file_types import ENDINGS, media_type
from workflow.collaboration.record_kind import Record, department_of
from workflow.collaboration.record_reading import one_record
from workflow.collaboration.record_store import GONE
from workflow.reports import downloads

WITH_FILES = ("dispute", "meeting", "initiative")
"""The kinds of records that carry files; none of them is about one customer."""
LARGEST = 2_000_000
"""Bytes of one file."""
MOST = 30
"""Files on one record, every version counted."""
LONGEST_NAME, LONGEST_WORDS = 100, 300


@dataclass(frozen=True, kw_only=True)
class RecordFile:
    """One version of a file, without its content."""

    file_id: int
    record_id: int
    name: str
    version: int
    media_type: str
    size: int
    sha256: str
    shows: str
    added_by: str
    added_at: datetime

    @property
    def called(self) -> str:
        """Its name on another disk: `rates.csv`, and of a later version `rates (2).csv`."""
        stem, dot, ending = self.name.rpartition(".")
        return self.name if self.version == 1 else f"{stem} ({self.version}){dot}{ending}"


def may_add(record: Record, viewer: Viewer) -> bool:
    """Whether a viewer puts files on a record: of a dispute its two sides until it is settled, else who reads it."""
    if record.kind not in WITH_FILES or viewer.role not in RECORD_RIGHTS[record.kind].see:
        return False
    if record.kind == "dispute":
        return record.state != SETTLED and department_of(viewer) in sides(record)
    return record.state not in ("cancelled", "stopped")


def add(stores: Stores, viewer: Viewer, record_id: int, name: str, content: bytes, shows: str) -> int:
    """Keep a file on a record and give its version.

    Raises ChangeRefused for one that is empty, too large, of another type than its name says, or one too many; and
    AccessRefused, on record, for who puts no file on this record.
    """
    record = one_record(Reader(stores, viewer), record_id)
    if record is None:
        raise ChangeRefused(GONE)
    if not may_add(record, viewer):
        sentence = "You add no files to this record. Nothing was saved; a comment is always possible."
        audit.refuse(stores, viewer, "record.refused", sentence, f"{record_id}, file")
    name = _checked_name(name)
    shows = audit.checked_text(
        shows, LONGEST_WORDS, "Say in a sentence what the file shows, and add it again.", "The sentence has"
    )
    if not content:
        raise ChangeRefused("The file is empty, so nothing was saved.")
    if len(content) > LARGEST:
        raise ChangeRefused(
            f"The file has {len(content):,} bytes and {LARGEST:,} fit. Take the part that matters. Nothing was saved."
        )
    kind_of_content = media_type(name, content)
    digest = hashlib.sha256(content).hexdigest()
    with audit.entry(
        stores, viewer.username, f"{record.kind}.file", str(record_id), f"{name}, SHA-256 {digest}"
    ) as entry:
        of_record = t.c.record_id == record_id
        if entry.app_db.execute(select(func.count()).where(of_record)).scalar_one() >= MOST:
            raise ChangeRefused(f"This record has {MOST} files, and no more fit. Nothing was saved.")
        last = entry.app_db.execute(
            select(t.c.version, t.c.sha256)
            .where(of_record, t.c.name == name)
            .order_by(t.c.version.desc())
            .limit(1)
        ).first()
        if last is not None and last.sha256 == digest:
            raise ChangeRefused(f"This very file is here already, as version {last.version} of “{name}”.")
        version = last.version + 1 if last is not None else 1
        entry.append(
            t,
            "added",
            record_id=record_id,
            kind=record.kind,
            name=name,
            version=version,
            media_type=kind_of_content,
            size=len(content),
            sha256=digest,
            shows=shows,
            content=content,
        )
    return int(version)


def files_of(reader: Reader, record_id: int) -> tuple[RecordFile, ...]:
    """The files of a record that the reader may read, by name, the latest version first."""
    return tuple(f for f in reader.kept(_files) if f.record_id == record_id)


def take(stores: Stores, drawn_for: Viewer, now: Viewer | None, file_id: int) -> bytes:
    """The content, byte for byte. `drawn_for` had it on screen; `now` is who holds that session at this moment.

    Raises AccessRefused, with an audit line, if nobody does, she may see other rows by now, or it is not hers to read.
    """
    if now is None or now.row_rule != drawn_for.row_rule:
        downloads.refused(stores, drawn_for, f"File {file_id}")
        raise AccessRefused("You have been signed out, or your role has changed. Load the page again.")
    rows = Reader(stores, now).rows(
        select(t.c.record_id, t.c.name, t.c.version, t.c.sha256, t.c.content).where(t.c.file_id == file_id)
    )
    if not rows or one_record(Reader(stores, now), int(rows[0].record_id)) is None:
        downloads.refused(stores, now, f"File {file_id}")
        raise AccessRefused("This file does not exist, or your role does not include its record.")
    content = bytes(rows[0].content)
    if hashlib.sha256(content).hexdigest() != rows[0].sha256:
        downloads.refused(stores, now, f"File {file_id}, altered")
        raise AccessRefused(
            "This file is not the one that was added: its check sum differs. It was not handed out."
        )
    downloads.note(
        stores,
        now,
        f"File {rows[0].name}, version {rows[0].version}, of record {rows[0].record_id}",
        f"SHA-256 {rows[0].sha256}",
    )
    return content


def _files(reader: Reader) -> tuple[RecordFile, ...]:
    columns = [c for c in t.c if c.key not in ("content", "kind")]
    rows = reader.frame(select(*columns).order_by(t.c.record_id, t.c.name, t.c.version.desc()))
    return tuple(
        RecordFile(
            file_id=int(r["file_id"]),
            record_id=int(r["record_id"]),
            name=r["name"],
            version=int(r["version"]),
            media_type=r["media_type"],
            size=int(r["size"]),
            sha256=r["sha256"],
            shows=r["shows"],
            added_by=r["added_by"],
            added_at=pd.Timestamp(r["added_at"]).to_pydatetime(),
        )
        for r in rows.to_dict("records")
    )


def _checked_name(name: str) -> str:
    """The name without folders, of letters that can be seen. Raises ChangeRefused for none and for an unknown ending."""
    last = " ".join(name.replace("\\", "/").rpartition("/")[2].split())
    stem, _, ending = last.rpartition(".")
    if not stem.strip(". ") or ending.lower() not in ENDINGS:
        raise ChangeRefused(
            f"A file here ends in {', '.join(f'.{e}' for e in ENDINGS)}. Save it as one of these. Nothing was saved."
        )
    if len(last) > LONGEST_NAME or not last.isprintable() or any(c in last for c in '<>:"|?*;'):
        raise ChangeRefused(
            f"The file’s name has signs that no disk keeps, or more than {LONGEST_NAME} letters. Give it a plain name. "
            "Nothing was saved."
        )
    return f"{stem}.{ending.lower()}"
