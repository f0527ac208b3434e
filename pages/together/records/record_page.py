"""The page of a kind of record: its list, or the one behind a link; and the form that opens another."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from pages.components import data, discuss, forms, links, record_fields
from pages.together.records import record_list, record_view
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import record_reading, record_store
from workflow.collaboration.record_kind import Record, RecordKind
from workflow.collaboration.record_kinds import KINDS

_OPENED = "record just opened"
LONGEST_NUMBER = 9
"""Digits of a record's number in an address; what is longer is none."""
Above = Callable[[Sequence[Record], Viewer], None]
"""What a kind says of all its records together, above their list."""


def show(
    name: str,
    viewer: Viewer,
    extra: record_view.Extra | None = None,
    below: Callable[[Viewer], None] | None = None,
    above: Above | None = None,
) -> None:
    """The list of a kind with what stands above and `below` it, or the record whose number stands in the address."""
    kind = KINDS[name]
    if just := st.session_state.pop(_OPENED, None):
        links.to(kind.url, record=str(just))
    today = connect.here().now().date()
    asked_for = st.query_params.get("record")
    if asked_for is None:
        _list(kind, viewer, today, above)
        if below is not None:
            below(viewer)
        return
    is_number = len(asked_for) <= LONGEST_NUMBER and asked_for.isdecimal()
    record = record_reading.one_record(data.reader(viewer), int(asked_for)) if is_number else None
    if record is None or record.kind != name:
        st.title(f"This link opens no {kind.singular.lower()}")
        st.warning(
            "It may have been cut off when it was copied, or be about something your role does not include.",
            icon=":material/link_off:",
        )
    else:
        record_view.show(record, viewer, today, extra)
    if st.button(
        f"All {kind.plural.lower()}", icon=":material/arrow_back:", key=f"all-{name}", type="tertiary"
    ):
        links.to(kind.url)


def headline(kind: RecordKind, records: Sequence[Record], today: date) -> str:
    """How many are open, and how many of them late: `4 disputes open, 1 overdue`."""
    still_open = [r for r in records if r.state not in kind.closed]
    if not records:
        return f"No {kind.plural.lower()} yet"
    late = sum(r.is_overdue(today) for r in still_open)
    called = kind.singular.lower() if len(still_open) == 1 else kind.plural.lower()
    return f"{len(still_open)} {called} open" + (f", {late} overdue" if late else "")


def _list(kind: RecordKind, viewer: Viewer, today: date, above: Above | None) -> None:
    records = record_reading.records_of(data.reader(viewer), kind.name)
    st.title(headline(kind, records, today))
    st.caption(kind.purpose)
    if kind.needs_pin:
        st.caption("To open one, press Discuss below the figure it is about.")
    elif kind.about_customer:
        st.caption("To open one, go to the page of the customer it is about.")
    elif record_reading.may_open(kind.name, viewer):
        if kind.name in discuss.OFFERED:
            st.caption(
                "About a figure: press Discuss below it, so that everybody reads the same. Without one, begin here."
            )
        with st.popover(f"New {kind.singular.lower()}", icon=kind.icon, key=f"new-{kind.name}"):
            form(kind, today)
    if above is not None:
        above(records, viewer)
    record_list.block(kind, records, today)


def form(kind: RecordKind, today: date) -> None:
    """What opens a record of a kind."""
    with forms.form(f"new {kind.name}") as opened:
        record_fields.draw(opened, (kind.title, *kind.fields), today)
        opened.submit("Save", partial(_open, kind.name), type="primary")


def _open(kind: str, viewer: Viewer, values: Mapping[str, Any]) -> str:
    number = record_store.open_record(connect.here(), viewer, kind, values)
    st.session_state[_OPENED] = number
    return f"{KINDS[kind].singular} {number} is open."
