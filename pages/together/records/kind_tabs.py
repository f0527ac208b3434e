"""Several small kinds of records on one page: a choice of the kind, then its list; or the record that a link names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from pages.components import data
from pages.together.records import record_page, record_view
from warehouse.access.reader import Viewer
from workflow.collaboration import record_reading
from workflow.collaboration.record_kinds import KINDS


@dataclass(frozen=True, kw_only=True)
class KindTab:
    """What a kind shows of its own: of one record, and above the list of all."""

    one: record_view.Extra | None = None
    above: record_page.Above | None = None


def show(tabs: Mapping[str, KindTab], viewer: Viewer) -> None:
    """The kinds by name, in the order they stand."""
    number = st.query_params.get("record")
    if number is not None:
        name = _kind_of(number, viewer, tabs)
        record_page.show(name, viewer, tabs[name].one)
        return
    requested = st.query_params.get("kind", "")
    first = next(iter(tabs))
    name = st.segmented_control(
        "What to show",
        list(tabs),
        format_func=lambda kind: KINDS[kind].plural,
        default=requested if requested in tabs else first,
        key=f"kinds-of-{first}",
        required=True,
        label_visibility="collapsed",
    )
    # By hand: a bound widget would write its label into the address.
    st.query_params["kind"] = name
    record_page.show(name, viewer, tabs[name].one, above=tabs[name].above)


def _kind_of(number: str, viewer: Viewer, tabs: Mapping[str, KindTab]) -> str:
    """The kind of the record with a number; the first where there is none, which then says so."""
    is_number = len(number) <= record_page.LONGEST_NUMBER and number.isdecimal()
    record = record_reading.one_record(data.reader(viewer), int(number)) if is_number else None
    return record.kind if record is not None and record.kind in tabs else next(iter(tabs))
