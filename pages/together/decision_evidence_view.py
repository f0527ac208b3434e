"""Below the decisions: how many rest on a pinned figure, by month and by department."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from metrics.comparison.words import share
from pages.components import data, tables
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration.decision_evidence import EvidenceShare, by_department, by_month
from workflow.collaboration.decision_records import KIND
from workflow.collaboration.record_reading import records_of


def show(viewer: Viewer) -> None:
    """Two small tables, folded; nothing before there is a decision."""
    decisions = records_of(data.reader(viewer), KIND.name)
    if not decisions:
        return
    with st.expander("How many rest on a pinned figure, by month and department", key="decision-evidence"):
        st.caption(
            "Counted by the day a decision was put forward and the department that did. A pinned figure can be opened by "
            "everybody whose role includes it; evidence in words alone is not counted."
        )
        left, right = st.columns(2, gap="large")
        with left:
            _table("Month", by_month(decisions, connect.here().now().date()), "evidence-by-month")
        with right:
            _table("Department", by_department(decisions), "evidence-by-department")


def _table(heading: str, lines: Sequence[EvidenceShare], key: str) -> None:
    frame = pd.DataFrame(
        {
            heading: [line.called for line in lines],
            "Decisions": [line.decisions for line in lines],
            "On a pinned figure": [line.pinned for line in lines],
            "Share": [share(line.share, 0) for line in lines],
        }
    )
    tables.show(frame, key, called=f"Evidence of decisions by {heading.lower()}")
