"""First rows of what is about to be loaded. What may say who somebody is stays hidden until a reason is given."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import column as heading
from pages.components import forms
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.loads import upload_mappings
from workflow.loads.upload_folders import Upload
from workflow.loads.upload_mappings import REASONS

HIDDEN = "hidden"


def of_files(viewer: Viewer, upload: Upload, note: Mapping[str, Any], labels: Sequence[str]) -> None:
    """The first rows of files as they stand there."""
    open_ = _is_open(viewer, upload)
    with st.expander("First rows"):
        for one in (t for t in note["tables"] if t["label"] in labels):
            st.caption(one["label"])
            names = [c["name"] for c in one["columns"]]
            rows = [
                [v if open_ or not p or not v else HIDDEN for v, p in zip(row, one["personal"], strict=True)]
                for row in one["head"]
            ]
            _rows(pd.DataFrame(rows, columns=names), f"first-rows-{one['label']}")
        _reason(viewer, upload, "files")


def of_tables(viewer: Viewer, upload: Upload, heads: Mapping[str, Any]) -> None:
    """The first rows of the tables as a dry run made them."""
    open_ = _is_open(viewer, upload)
    with st.expander("First rows of each table, as they would be loaded"):
        for table, one in heads.items():
            st.caption(plain(table).capitalize())
            rows = [
                [HIDDEN if p and not open_ else v for v, p in zip(row, personal, strict=True)]
                for row, personal in zip(one["cells"], one["personal"], strict=True)
            ]
            _rows(pd.DataFrame(rows, columns=[heading(c) for c in one["columns"]]), f"loaded-rows-{table}")
        _reason(viewer, upload, "tables")


def _rows(frame: pd.DataFrame, key: str) -> None:
    st.dataframe(frame, hide_index=True, width="stretch", key=key, placeholder="")


def _is_open(viewer: Viewer, upload: Upload) -> bool:
    return bool(st.session_state.get(_key(viewer, upload)))


def _key(viewer: Viewer, upload: Upload) -> str:
    return f"rows of {upload.room.name} for {viewer.username}"


def _reason(viewer: Viewer, upload: Upload, where: str) -> None:
    if _is_open(viewer, upload):
        return
    st.caption("What may say who somebody is, is hidden. To see it, say why: that is recorded.")
    with st.container(horizontal=True):
        for reason, words in REASONS.items():
            forms.button(
                f"rows {where} {reason}",
                words,
                partial(_show, reason, _key(viewer, upload)),
                key=f"rows-{where}-{reason}",
                type="tertiary",
                icon=":material/visibility:",
            )


def _show(reason: str, key: str, viewer: Viewer, _: Mapping[str, Any]) -> str:
    upload_mappings.show_rows(connect.here(), viewer, reason)
    st.session_state[key] = True
    return "Shown, and recorded."
