"""What colleagues know about a customer: notes with author and day, and what was handed to Service."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from metrics.comparison.words import day
from pages.components import data, forms, links, record_fields
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import record_reading, record_store
from workflow.collaboration.record_kind import Record
from workflow.collaboration.record_kinds import KINDS
from workflow.records.people import called

_OFFERED = ("service_case", "customer_note")


def show(viewer: Viewer, customer_id: str) -> None:
    """Cases with Service and notes, the open ones first; and the forms for another."""
    st.header("Colleagues about this customer")
    reader = data.reader(viewer)
    records = [r for kind in _OFFERED for r in record_reading.about_customer(reader, customer_id, kind)]
    standing = [r for r in records if r.state not in KINDS[r.kind].closed]
    if not standing:
        st.caption("No case with Service is open, and no note stands.")
    names = called(connect.here(), [r.opened_by for r in standing])
    for record in standing:
        _line(record, names[record.opened_by])
    if len(records) > len(standing):
        st.caption(f"{len(records) - len(standing)} more are settled or no longer true.")
    with st.container(horizontal=True, gap="small"):
        for name in _OFFERED:
            if record_reading.may_open(name, viewer):
                with st.popover(_label(name, viewer), icon=KINDS[name].icon, key=f"new-{name}-here"):
                    _form(name, customer_id)


def _label(name: str, viewer: Viewer) -> str:
    if name == "customer_note":
        return "Add a note"
    return "Tell the relationship manager" if viewer.role == "service" else "Hand to Service"


def _line(record: Record, by: str) -> None:
    kind = KINDS[record.kind]
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"about-{record.record_id}"
    ):
        st.markdown(escaped(record.title), width="content")
        if record.owner:
            due = f", due {day(record.due_on)}" if record.due_on else ""
            st.badge(f"{kind.states[record.state]}: {record.owner}{due}", color="blue")
        st.caption(escaped(f"{by}, {record.department}, {day(record.opened_at.date())}"), width="content")
        if links.has(kind.url) and st.button("Open", key=f"open-about-{record.record_id}", type="tertiary"):
            links.to(kind.url, record=str(record.record_id))


def _form(name: str, customer_id: str) -> None:
    kind = KINDS[name]
    with forms.form(f"{name} about {customer_id}") as form:
        record_fields.draw(form, (kind.title, *kind.fields), connect.here().now().date())
        form.submit("Save", partial(_open, name, customer_id), type="primary")


def _open(name: str, customer_id: str, viewer: Viewer, values: Mapping[str, Any]) -> str:
    number = record_store.open_record(connect.here(), viewer, name, values, customer_id=customer_id)
    return f"{KINDS[name].singular} {number} is kept."
