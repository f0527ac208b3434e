"""The mappings of an upload as an administrator mends them: the files on disk are the truth, and each change is noted."""

from __future__ import annotations

import json
import os
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from metrics.comparison.words import column as heading
from warehouse.access import audit
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused
from warehouse.extracts import bank_words
from warehouse.mapping import mapping_grid
from warehouse.mapping.mapping_grid import Choice, MappedRows
from warehouse.mapping.source_tables import SourceTable
from warehouse.schema import BANK, UNIFIED, UNIFIED_TABLES, plain
from warehouse.stores.connect import Stores
from workflow.loads import folder_look, upload_folders, upload_runs, upload_steps
from workflow.loads.upload_folders import Upload

REASONS = {
    "check": "I am checking that names and addresses stand in the right columns",
    "error": "I am looking for an error that the dry run names",
    "owner": "The owner of the export asked me about a row",
}
"""Why somebody may see what says who somebody is."""
_UNREADABLE = "-- This file cannot be read as UTF-8 text. Save it so, or remove it."
_GONE = "There is nothing to load here any more. Upload the files again."
_CHANGED = (
    "Somebody changed {}.sql meanwhile. It is drawn anew: look at it, and choose again. Nothing was changed."
)


@dataclass(frozen=True, kw_only=True)
class TableMapping:
    """One table's mapping: its text, and its SELECTs as a grid; no SELECT where it is written in another form."""

    table: str
    text: str
    blocks: Sequence[MappedRows]


def mappings(upload: Upload, tables: Sequence[SourceTable]) -> list[TableMapping]:
    """The mappings that lie in the folder now, in the order of the contract."""
    there = []
    for table in UNIFIED_TABLES:
        file = upload.folder / f"{table.name}.sql"
        try:
            text = file.read_text(encoding="utf-8-sig")
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError):
            there.append(TableMapping(table=table.name, text=_UNREADABLE, blocks=()))
            continue
        there.append(TableMapping(table=table.name, text=text, blocks=mapping_grid.blocks(text, tables)))
    return there


def change(
    stores: Stores,
    viewer: Viewer,
    before: TableMapping,
    at: int,
    choices: Mapping[str, Choice],
    tables: Sequence[SourceTable],
) -> None:
    """Choose columns of one SELECT anew.

    Raises ChangeRefused where a column that every row needs would be missing, or the file is not the one on screen.
    """
    upload, target = _open(stores, viewer), BANK.tables[f"{UNIFIED}.{before.table}"]
    for name, choice in choices.items():
        if not choice.source and not target.c[name].nullable:
            raise ChangeRefused(
                f"“{heading(name)}” is needed for every row of {plain(before.table)}: choose the column that holds it. "
                "Nothing was changed."
            )
    file = upload.folder / f"{before.table}.sql"
    if not file.is_file() or file.read_text(encoding="utf-8-sig") != before.text:
        raise ChangeRefused(_CHANGED.format(before.table))
    text = mapping_grid.changed(before.text, before.table, at, choices, tables, vocabulary(stores, upload))
    names = ", ".join(choices)
    with audit.entry(
        stores, viewer.username, "load.mapped", upload.room.name, f"{before.table}: {names}"[:200]
    ):
        _write(file, text)
        upload_folders.touch(stores, upload)


def begin(stores: Stores, viewer: Viewer, table: str, source: SourceTable) -> None:
    """A mapping for a table from a file that was not recognised. Raises ChangeRefused where the table has one."""
    upload = _open(stores, viewer)
    file = upload.folder / f"{table}.sql"
    if file.exists():
        raise ChangeRefused(
            f"{plain(table).capitalize()} are read from another file already. Leave them out first; nothing was changed."
        )
    with audit.entry(
        stores, viewer.username, "load.mapped", upload.room.name, f"{table} from {source.label}"[:200]
    ):
        _write(file, mapping_grid.begun(table, source, folder_look.needed_for()))
        upload_folders.touch(stores, upload)


def leave_out(stores: Stores, viewer: Viewer, table: str) -> None:
    """Load nothing into a table: its mapping is removed."""
    upload = _open(stores, viewer)
    if upload.pointed:
        raise ChangeRefused(
            f"{table}.sql lies in a folder that others keep, so it is not removed here. Remove it there."
        )
    with audit.entry(stores, viewer.username, "load.mapped", upload.room.name, f"{table}: left out"):
        (upload.folder / f"{table}.sql").unlink(missing_ok=True)
        upload_folders.touch(stores, upload)


def vocabulary(stores: Stores, upload: Upload) -> dict[str, tuple[str, ...]]:
    """The words that products and segments may have: those of the folder's list, else of the settings."""
    own: dict[str, tuple[str, ...]] = dict(stores.settings.vocabulary)
    with suppress(FileNotFoundError, tomllib.TOMLDecodeError):
        stated = tomllib.loads((upload.folder / bank_words.FILE).read_text(encoding="utf-8-sig"))
        own |= {c: tuple(words) for c, words in stated.get(bank_words.VOCABULARY, {}).items()}
    return own


def name_words(stores: Stores, viewer: Viewer, column: str, words: str) -> None:
    """Say which words products or segments have, with commas between; empty for those of the settings.

    Raises ChangeRefused where somebody wrote a list with more in it.
    """
    upload = _open(stores, viewer)
    file = upload.folder / bank_words.FILE
    stated = tomllib.loads(file.read_text(encoding="utf-8-sig")) if file.is_file() else {}
    if set(stated) - {bank_words.VOCABULARY}:
        raise ChangeRefused(
            f"{file.name} in this folder was written by hand and says more. Name the words there."
        )
    lists = dict(stated.get(bank_words.VOCABULARY, {}))
    lists[column] = list(dict.fromkeys(w.strip() for w in words.split(",") if w.strip()))
    lines = [f"{c} = {json.dumps(listed, ensure_ascii=False)}" for c, listed in lists.items() if listed]
    with audit.entry(stores, viewer.username, "load.mapped", upload.room.name, f"words of {column}"):
        if lines:
            _write(file, "\n".join([f"[{bank_words.VOCABULARY}]", *lines]) + "\n")
        else:
            file.unlink(missing_ok=True)
        upload_folders.touch(stores, upload)


def show_rows(stores: Stores, viewer: Viewer, reason: str) -> None:
    """Note that the administrator looks at what says who somebody is, and why. Raises ChangeRefused without a reason."""
    upload = upload_folders.current(stores, viewer)
    if upload is None:
        raise ChangeRefused(_GONE)
    if reason not in REASONS:
        raise ChangeRefused("Choose why you need to see it, and press again.")
    audit.note(stores, viewer.username, "load.rows_shown", upload.room.name, REASONS[reason])


def choose_day(stores: Stores, viewer: Viewer, as_of: str) -> None:
    """The last day fully delivered, as `2026-06-30`; empty for the latest in the files."""
    upload_folders.touch(stores, _open(stores, viewer), as_of=as_of)


def _open(stores: Stores, viewer: Viewer) -> Upload:
    upload = upload_folders.current(stores, viewer)
    if upload is None:
        raise ChangeRefused(_GONE)
    if upload_runs.is_running(upload):
        raise ChangeRefused("A step is running. Wait until it has ended; nothing was changed.")
    return upload


def _write(file: Path, text: str) -> None:
    """In place of what was there, whole or not at all."""
    fresh = file.with_name(f".{file.name}.new")
    with os.fdopen(
        os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
    ) as new:
        new.write(text)
    if file.exists():
        shutil.copymode(file, fresh)
    fresh.replace(file)


def files_of(upload: Upload) -> list[SourceTable]:
    """The tables that the look read."""
    return upload_steps.tables_of(upload.read(upload_steps.LOOK))
