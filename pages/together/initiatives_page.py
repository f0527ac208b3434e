"""Initiatives of several departments."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, hkd
from pages.components.typed_text import escaped
from pages.together.records import record_page
from warehouse.access.reader import Viewer
from workflow.collaboration import initiatives
from workflow.collaboration.record_kind import Record


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, or one of them."""
    record_page.show("initiative", viewer, _one)


def _one(record: Record, _viewer: Viewer) -> None:
    """What it lacks, what blocks it, who answers for what, and what it cost."""
    for sentence in initiatives.gaps(record):
        st.warning(escaped(sentence), icon=":material/group_off:")
    for blocker, department, since in initiatives.blockers(record):
        st.warning(
            escaped(f"Blocked since {day(since)}, for {department} to clear: {blocker}"),
            icon=":material/block:",
        )
    left, right = st.columns([2, 1], gap="large")
    with left:
        st.subheader("Who answers for what")
        rows = initiatives.responsibilities(record)
        st.table(
            pd.DataFrame({"Department": list(rows), "Part": list(rows.values())}),
            hide_index=True,
            border="horizontal",
        )
    with right:
        st.metric("May cost", _money(record.contents.get("cost")))
        st.metric("Has cost", _money(record.contents.get("spent")))


def _money(value: float | None) -> str:
    return "not given" if value is None else hkd(value)
