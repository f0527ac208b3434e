"""The records of a kind as a list: the overdue first, then what is due next; who opened each, and whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import streamlit as st

from metrics.comparison.words import day
from pages.components import links, tables
from pages.components.typed_text import escaped
from warehouse.stores import connect
from workflow.collaboration.record_kind import Record, RecordKind
from workflow.records.people import called

AT_ONCE = 30
VIEWS = ("Open", "Closed", "All")


def block(kind: RecordKind, records: Sequence[Record], today: date) -> None:
    """A choice of open, closed or all, and a line for each."""
    view = st.segmented_control(
        "Show", VIEWS, default=VIEWS[0], key=f"view-{kind.name}", label_visibility="collapsed", required=True
    )
    rows = [r for r in records if view == "All" or (r.state in kind.closed) == (view == "Closed")]
    if not rows:
        _empty(kind, str(view), len(records))
        return
    most = st.session_state.setdefault(f"most-{kind.name}", AT_ONCE)
    names = called(connect.here(), [r.opened_by for r in rows])
    for record in sorted(rows, key=lambda r: in_order(r, today))[:most]:
        line(kind, record, names[record.opened_by], today)
    if len(rows) > most and st.button(
        f"Show more of {len(rows):,}", key=f"more-{kind.name}", type="tertiary"
    ):
        st.session_state[f"most-{kind.name}"] = most + AT_ONCE
        st.rerun()


def in_order(record: Record, today: date) -> tuple[bool, date, int]:
    """Overdue first, then by the day it is due, then the newest."""
    return not record.is_overdue(today), record.due_on or date.max, -record.record_id


def line(kind: RecordKind, record: Record, opened_by: str, today: date) -> None:
    """One record: what it is about, where it stands, whose turn it is."""
    with st.container(border=True, gap="xsmall", key=f"line-{record.record_id}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**{record.record_id} · {escaped(record.title)}**", width="stretch")
            if st.button("Open", key=f"open-record-{record.record_id}", icon=":material/arrow_forward:"):
                links.to(kind.url, record=str(record.record_id))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            badges(kind, record, today)
            st.caption(
                escaped(f"{opened_by}, {record.department}, {day(record.opened_at.date())}"), width="content"
            )


def badges(kind: RecordKind, record: Record, today: date) -> None:
    """Its state, whose turn it is, and by when."""
    st.badge(kind.states[record.state], color="gray" if record.state in kind.closed else "blue")
    if record.owner:
        st.badge(record.owner, icon=":material/person:", color="gray")
    if record.owner and record.due_on:
        late = record.is_overdue(today)
        overdue = "Overdue since" if kind.due_word == "Due" else "Not closed since"
        st.badge(
            f"{overdue if late else kind.due_word} {day(record.due_on)}",
            icon=":material/schedule:",
            color="orange" if late else "gray",
        )


def _empty(kind: RecordKind, view: str, there: int) -> None:
    if not there:
        tables.empty(f"There are no {kind.plural.lower()} yet.")
    elif view == "Open":
        tables.empty(f"No {kind.singular.lower()} is open.", f"{there} closed ones can be read under Closed.")
    else:
        tables.empty(f"No {kind.singular.lower()} is closed yet.")
