"""Requests for data between departments."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from metrics.comparison.words import numeral
from pages.components import links
from pages.components.typed_text import escaped
from pages.together.records import record_page
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration.data_requests import KIND, shared_too_long
from workflow.collaboration.record_kind import Record


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, one of them, or the form for another."""
    record_page.show(KIND.name, viewer, above=_shared_too_long)


def _shared_too_long(records: Sequence[Record], _viewer: Viewer) -> None:
    """Data shared until a day that has passed; nothing where there are none."""
    late = shared_too_long(records, connect.here().now().date())
    if not late:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="shared-too-long"):
        words = f"{numeral(len(late))} past the agreed end of sharing"
        st.badge(words, icon=":material/event_busy:", color="orange")
        for one in late:
            label = f"{one.record_id} · {one.title} ({one.department})"
            if st.button(escaped(label), key=f"shared-{one.record_id}", type="tertiary"):
                links.to(KIND.url, record=str(one.record_id))
