"""Complaints that wait: whose each is, by when the customer must hear, and who else works with the customer."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral
from metrics.customers import complaints
from pages.components import data, tables, undo_line
from pages.customers.complaints import complaint_table
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.customers import complaint_list

URL = "complaints"
NEEDED = ("tickets", "tickets.complaint", "tickets.opened_at", "tickets.resolved_at")
"""What says which complaints are open."""
SHOWN = {
    "all": "All open",
    "overdue": "Overdue",
    "soon": "Due within 3 days",
    "mine": "Mine",
    "nobody": "No owner",
    "alert": "Churn alert",
}


def page(viewer: Viewer, _scope: object) -> None:
    """How many wait and how many are late; the list of those chosen, and what can be done with those that are ticked."""
    if tables.lacking(viewer, *NEEDED):
        st.title(f"Which complaints are open is {tables.clause(viewer, *NEEDED)}")
        tables.absent("Open complaints", viewer, *NEEDED)
        return
    today = data.as_of(viewer)
    waiting = data.until_changed(viewer, waiting_of, today)
    kinds = complaint_list.kinds(waiting, viewer, today)
    st.title(headline(waiting, kinds))
    undo_line.show(URL)
    if waiting.empty:
        tables.empty(f"{counted_in_words(0)} waits for an answer.")
        return
    numbers = {"all": len(waiting), **{name: int(mask.sum()) for name, mask in kinds.items()}}
    view = st.segmented_control(
        "Show",
        list(SHOWN),
        format_func=lambda s: f"{SHOWN[s]} ({numbers[s]:,})",
        default="all",
        key="complaints-shown",
        label_visibility="collapsed",
    )
    chosen = waiting[kinds[view]] if view in kinds else waiting
    if chosen.empty:
        tables.empty("No complaint of this kind.", "Choose “All open” to see the others.")
    else:
        complaint_table.show(chosen, viewer, today)
    promise = complaint_list.settled_by(connect.here().settings)
    st.caption(f"{promise} What is recorded here reaches the bank's own tables with a later load.")


def waiting_of(viewer: Viewer, today: date) -> pd.DataFrame:
    """`complaint_list.waiting`, of the bank's complaints as of a day."""
    opened = data.frame(viewer, complaints.open_complaints(today))
    return complaint_list.waiting(opened, data.reader(viewer), today)


def counted_in_words(count: int) -> str:
    """How many, and of which days: `1 complaint of the last 365 days`, `No complaint of the last 365 days`."""
    number = "No complaint" if not count else "1 complaint" if count == 1 else f"{numeral(count)} complaints"
    return f"{number} of the last {complaints.LOOK_BACK_DAYS} days"


def headline(waiting: pd.DataFrame, kinds: dict[str, pd.Series]) -> str:
    """`41 complaints of the last 365 days wait, 12 overdue, 30 without an owner`."""
    called = counted_in_words(len(waiting))
    if waiting.empty:
        return f"{called} is open"
    late, nobodys = int(kinds["overdue"].sum()), int(kinds["nobody"].sum())
    waits = "wait" if len(waiting) > 1 else "waits"
    return f"{called} {waits}, {late or 'none'} overdue, {nobodys or 'none'} without an owner"
