"""The files of a record: the latest version of each with those before, and a form for another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any

import streamlit as st

from metrics.comparison.words import day, numeral
from pages.components import data, forms, local_blocks
from pages.components import viewer as door
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.errors import ChangeRefused
from warehouse.stores import connect
from workflow.collaboration import record_files
from workflow.collaboration.file_types import ENDINGS
from workflow.collaboration.record_files import LARGEST, LONGEST_WORDS, RecordFile
from workflow.collaboration.record_kind import Record
from workflow.records.people import called


def show(record: Record, viewer: Viewer) -> None:
    """What is there, and a form for who may add to it; nothing where neither is."""
    files = record_files.files_of(data.reader(viewer), record.record_id)
    may_add = record_files.may_add(record, viewer)
    if not files and not may_add:
        return
    label = f"Files ({len({f.name for f in files})})" if files else "Files"
    local_blocks.popover(
        label,
        f"files-{record.record_id}",
        partial(_inside, record, files, viewer, may_add=may_add),
        icon=":material/attach_file:",
        type="tertiary",
    )


def _inside(record: Record, files: Sequence[RecordFile], viewer: Viewer, *, may_add: bool) -> None:
    stores, who = connect.here(), door.later()
    names = called(stores, [f.added_by for f in files])

    def content(file_id: int) -> bytes:
        return record_files.take(stores, viewer, who(), file_id)

    for _, versions in groupby(files, key=lambda f: f.name):
        for file in versions:
            _line(file, names[file.added_by], partial(content, file.file_id))
    if may_add:
        with forms.form(f"file on {record.record_id}") as form:
            st.file_uploader(
                f"A text, CSV, PDF or PNG file of at most {numeral(LARGEST / 1_000_000)} MB",
                type=list(ENDINGS),
                key=form.keep("file", None, among=()),
            )
            st.text_input(
                "What does it show?",
                max_chars=LONGEST_WORDS,
                placeholder="Without a customer’s name: everybody who reads this record can take it",
                key=form.keep("shows", ""),
            )
            form.submit("Add the file", partial(_add, record.record_id), type="primary")
        st.caption("A file of the same name becomes its next version. Adding and taking one is recorded.")


def _line(file: RecordFile, author: str, content: Any) -> None:
    with st.container(border=True, gap="xsmall", key=f"file-{file.file_id}"):
        st.markdown(escaped(file.shows))
        version = f"version {file.version}, " if file.version > 1 else ""
        st.caption(
            escaped(
                f"{version}{_size(file.size)}, {author}, {day(file.added_at.date())}. Its check sum (SHA-256) begins "
                f"with {file.sha256[:8]}."
            )
        )
        st.download_button(
            escaped(file.name),
            content,
            file.called,
            file.media_type,
            key=f"take-file-{file.file_id}",
            on_click="ignore",
            icon=":material/download:",
            type="tertiary",
        )


def _size(size: int) -> str:
    return f"{numeral(size)} bytes" if size < 1_000 else f"{numeral(size / 1_000)} KB"


def _add(record_id: int, viewer: Viewer, values: Mapping[str, Any]) -> str:
    upload = values["file"]
    if upload is None:
        raise ChangeRefused("Choose a file first, then add it. Nothing was saved.")
    version = record_files.add(
        connect.here(), viewer, record_id, upload.name, upload.getvalue(), values["shows"] or ""
    )
    return "The file is there." if version == 1 else f"It is there as version {version}."
