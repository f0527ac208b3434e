"""Who is in which group of an agreed test: drawn by a press, its sizes for everybody, its rows for who sees them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral
from pages.components import data, export_button, forms
from warehouse.access.reader import Reader, Viewer
from warehouse.stores import connect
from workflow.collaboration import record_checks
from workflow.collaboration.record_kind import Record
from workflow.customers import assignment_lists


def show(record: Record, viewer: Viewer) -> None:
    """The button that draws it, or what was drawn; nothing before the test is planned."""
    if record.steps_taken("assign"):
        _drawn(record, viewer)
    elif any(
        step.name == "assign" for step in record_checks.steps_for(record, viewer, connect.here().now().date())
    ):
        forms.button(
            f"assign for {record.record_id}",
            "Draw who is in which group",
            partial(_draw, record.record_id, record.version),
            icon=":material/shuffle:",
            help="At random within segment and team, of those who may be contacted. It is drawn once.",
        )


def _draw(record_id: int, version: int, viewer: Viewer, _: Mapping[str, Any]) -> str:
    return assignment_lists.draw(connect.here(), viewer, record_id, version)


def _drawn(record: Record, viewer: Viewer) -> None:
    rows = _list(record.record_id, viewer) if viewer.role in assignment_lists.OPENS_TO else pd.DataFrame()
    if rows.empty:
        st.caption(
            "Who is in which group is drawn. The list is for colleagues who see its customers by name."
        )
        return
    people = "1 customer" if len(rows) == 1 else f"{numeral(len(rows))} customers"
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="assigned"):
        st.caption(
            f"The list has {people}, those in neither group included. {_checked(record.record_id)}"
            if viewer.role == "analyst"
            else f"{people} of yours are in the group with the change. The other group is not named to you, so that "
            "nobody treats it differently.",
            width="content",
        )
        export_button.button(
            partial(_content, record.record_id),
            f"test of dispute {record.record_id}",
            f"assigned-{record.record_id}",
            "not known",
        )


def _checked(record_id: int) -> str:
    """Whether the list is the one that its seed draws."""
    if assignment_lists.follows_its_seed(connect.here(), record_id):
        return "Checked: it is the one its seed draws."
    return "It differs from the one its seed draws."


def _list(record_id: int, viewer: Viewer) -> pd.DataFrame:
    return assignment_lists.list_for(data.reader(viewer), record_id)


def _content(record_id: int, viewer: Viewer) -> pd.DataFrame:
    stores = connect.here()
    return assignment_lists.list_for(Reader(stores, viewer, stores.snapshot()), record_id)
