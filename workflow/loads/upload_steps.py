"""The steps of a load that is prepared on a page, each run by a process of its own: look, dry run, load.

A load stands inside its folder and takes memory, so the server that people read from never does it. What a step does and
what came of it are notes in the upload's private folder, which the page reads.
"""

from __future__ import annotations

import hashlib
import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb

from warehouse import failures
from warehouse.access.data_coverage import AvailableColumns
from warehouse.errors import LoadRefused, Problem, reference
from warehouse.extracts import bank_words
from warehouse.load import trial_report
from warehouse.load.trial_report import TrialReport
from warehouse.mapping.export_columns import KINDS
from warehouse.mapping.folder_proposal import Outcome
from warehouse.mapping.recognition import Recognised
from warehouse.mapping.source_tables import SourceColumn, SourceTable
from warehouse.stores.connect import Stores
from workflow.loads import dry_run, folder_look, noted_load, upload_folders
from workflow.loads.upload_folders import Upload

LOOK, DRY_RUN, LOAD = "look", "dry_run", "load"
RUNNING, DONE, FAILED = "running", "done", "failed"
HEAD = 3
"""So many rows of a file are there to look at."""
_WHO = re.compile(r"name|email|phone|birth|address|street|contact|owner|requester|assignee|rep\b")
_NOBODY = ("moment", "day", "amount", "number", "flag", "word")
_MOST_DIGITS = 6
"""A whole number of more digits, most of them different, may be somebody's phone or account."""


def run(
    stores: Stores,
    name: str,
    step: str,
    environment: Mapping[str, str],
    *,
    now: Callable[[], datetime],
    once_loaded: Callable[[], None],
) -> None:
    """Take one step of the upload of that name and note how it goes. Raises nothing but what stops the process."""
    upload, begun = upload_folders.by_name(stores, name), time.monotonic()
    lines: list[str] = []

    def progress(line: str) -> None:
        lines.append(line)
        upload.write("run", {"step": step, "state": RUNNING, "lines": lines})

    def end(state: str, sentence: str = "") -> None:
        seconds = time.monotonic() - begun
        upload.write(
            "run", {"step": step, "state": state, "lines": lines, "sentence": sentence, "seconds": seconds}
        )

    progress({LOOK: "Looking at the files", DRY_RUN: "Reading the files", LOAD: "Checking the files"}[step])
    try:
        if step == LOOK:
            _look(stores, upload, environment)
        elif step == DRY_RUN:
            _dry_run(stores, upload, environment, progress, now)
        else:
            _load(stores, upload, environment, progress, now, once_loaded)
    except Problem as problem:
        end(FAILED, str(problem))
    except Exception as bug:  # whatever it is, the page says a sentence or a number
        outside = failures.as_problem(bug)
        end(FAILED, str(outside or f"This could not be done. The reference is {reference(bug)}."))
    else:
        end(DONE)


def tables_of(note: Mapping[str, Any]) -> list[SourceTable]:
    """The tables of a look, as the grid of a mapping needs them."""
    return [
        SourceTable(
            label=one["label"],
            reads=one["reads"],
            relation="",
            rows=one["rows"],
            columns=tuple(_column(c) for c in one["columns"]),
            contract=one["contract"],
        )
        for one in note.get("tables", ())
    ]


def _column(note: Mapping[str, Any]) -> SourceColumn:
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in note.items()}
    return SourceColumn(**values)


def report_of(note: Mapping[str, Any]) -> TrialReport:
    """What a dry run said is there, for the question which pages work."""
    return TrialReport(
        empty=frozenset(note["empty"]), available=AvailableColumns(frozenset(note["available"]))
    )


def fingerprint(folder: Path, as_of: str) -> str:
    """One text for exactly these files, mappings and as-of day."""
    whole = hashlib.sha256(as_of.encode())
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        with path.open("rb") as file:
            own = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"\0{path.relative_to(folder).as_posix()}\0{own}".encode())
    return whole.hexdigest()


def stamp(folder: Path, as_of: str) -> str:
    """The same without reading the files: their names, sizes and when they changed."""
    whole = hashlib.sha256(as_of.encode())
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        there = path.stat()
        whole.update(
            f"\0{path.relative_to(folder).as_posix()}\0{there.st_size}\0{there.st_mtime_ns}".encode()
        )
    return whole.hexdigest()


def _look(stores: Stores, upload: Upload, environment: Mapping[str, str]) -> None:
    heads: dict[str, list[list[str]]] = {}

    def see(db: duckdb.DuckDBPyConnection, outcome: Outcome) -> None:
        for table in outcome.tables:
            rows = db.execute(f"SELECT * FROM {table.relation} LIMIT {HEAD}").fetchall()
            heads[table.label] = [["" if v is None else str(v) for v in row] for row in rows]

    outcome = folder_look.look(upload.folder, stores.settings, environment, see=see)
    _propose_words(stores, upload, outcome)
    tables = []
    for table in outcome.tables:
        seen = outcome.seen.get(table.label)
        tables.append(
            {
                "label": table.label,
                "reads": table.reads,
                "rows": table.rows,
                "contract": table.contract,
                "kind": seen.label.removeprefix(f"{table.label} (").removesuffix(")") if seen else "",
                "columns": [asdict(c) for c in table.columns],
                "personal": [_may_name(c, seen) for c in table.columns],
                "head": heads.get(table.label, []),
            }
        )
    upload.forget("dry_run")
    upload.write(
        "look",
        {
            "tables": tables,
            "kept": outcome.kept,
            "unused": outcome.unused,
            "settings": outcome.settings,
        },
    )


def _propose_words(stores: Stores, upload: Upload, outcome: Outcome) -> None:
    """The products of the files, where they are not those of the settings, go with the mappings as a list of words."""
    file = upload.folder / bank_words.FILE
    line = next((s for s in outcome.settings if s.startswith("products = ")), "")
    if not line or stores.settings.products or file.exists():
        return
    products = [p.strip() for p in line.partition(" = ")[2].strip('"').split(",")]
    with file.open("x", encoding="utf-8") as new:
        new.write(f"[{bank_words.VOCABULARY}]\nproduct = {json.dumps(products, ensure_ascii=False)}\n")


def _may_name(column: SourceColumn, seen: Recognised | None) -> bool:
    """Whether what stands in a file's column may say who somebody is; in doubt it may."""
    for field, guess in (seen.fields if seen else {}).items():
        if guess.column.name == column.name:
            assert seen is not None
            shape = KINDS[seen.kind].columns[field][0]
            return not (field.startswith("campaign_") or (shape in _NOBODY and not _WHO.search(field)))
    long = len(max(column.words, key=len, default="0" * 9)) > _MOST_DIGITS
    numbers = column.shape == "whole" and column.distinct * 2 > column.filled and long
    return column.shape in ("email", "text") or numbers or bool(_WHO.search(column.name.lower()))


def _dry_run(
    stores: Stores,
    upload: Upload,
    environment: Mapping[str, str],
    progress: Callable[[str], None],
    now: Callable[[], datetime],
) -> None:
    mark, first = fingerprint(upload.folder, upload.as_of), stamp(upload.folder, upload.as_of)
    outcome = dry_run.run(
        stores,
        upload.folder,
        as_of=_as_of(upload),
        environment=environment,
        progress=progress,
        now=now,
    )
    report = outcome.report or TrialReport()
    upload.write(
        "dry_run",
        {
            "fingerprint": mark,
            "stamp": first,
            "problems": outcome.problems,
            "read": outcome.report is not None,
            "rows": report.rows,
            "heads": {
                table: {
                    "columns": columns,
                    "cells": [[trial_report.in_a_cell(v) for v in row] for row in rows],
                    "personal": [
                        [report.is_personal(table, c, v) for c, v in zip(columns, row, strict=True)]
                        for row in rows
                    ],
                }
                for table, (columns, rows) in report.heads.items()
            },
            "as_of": report.as_of.isoformat() if report.as_of else "",
            "day_from": outcome.day_from,
            "later": report.later,
            "undated": report.undated,
            "empty": sorted(report.empty),
            "available": sorted(report.available),
            "findings": report.findings,
            "refused": outcome.refused,
            "unread": outcome.unread,
        },
    )


def _load(
    stores: Stores,
    upload: Upload,
    environment: Mapping[str, str],
    progress: Callable[[str], None],
    now: Callable[[], datetime],
    once_loaded: Callable[[], None],
) -> None:
    checked = upload.read("dry_run")
    if (
        not checked
        or checked["problems"]
        or checked["fingerprint"] != fingerprint(upload.folder, upload.as_of)
    ):
        raise LoadRefused(
            "The files or their mappings are not those of the last dry run without errors. Make the dry run again, then "
            "load. Nothing was loaded."
        )
    before = stores.place.served()
    called = upload.folder.name if upload.pointed else f"upload {upload.room.name}"
    try:
        loaded = noted_load.run(
            stores,
            upload.folder,
            upload.owner,
            called=called,
            as_of=_as_of(upload),
            environment=environment,
            progress=progress,
            now=now,
        )
    except Exception as error:
        if stores.place.served() == before:
            raise
        # Everybody reads it already: the sample's accounts end with the sample, whatever else fails.
        once_loaded()
        raise LoadRefused(
            "Your data are loaded and everybody reads them, but not all that follows a load was done. "
            "Run “python -m cli doctor” on the server, then discard these files."
        ) from error
    once_loaded()
    # With the sample bank its clock ends, and what was touched by it would be months old.
    for one in upload_folders.everybody(stores):
        upload_folders.touch(replace(stores, now=now), one)
    upload_folders.empty_out(stores, upload)
    upload.forget("look", "dry_run")
    upload.write(
        "loaded",
        {"snapshot": loaded.snapshot, "before": before, "as_of": loaded.as_of, "rows": loaded.rows},
    )


def _as_of(upload: Upload) -> date | None:
    return date.fromisoformat(upload.as_of) if upload.as_of else None
