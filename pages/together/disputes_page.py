"""Disputes: two readings of one figure or matter, settled in four steps; how long each waits."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pandas as pd
import streamlit as st

from pages.components import data, tables
from pages.components.typed_text import escaped
from pages.together.records import assignment_view, record_page
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import agreed_test, dispute_clock, disputes, pinned_figures
from workflow.collaboration.pinned_figures import slice_asked
from workflow.collaboration.predictions import PredictionOutcome, check_prediction
from workflow.collaboration.record_kind import Record

_LOOKS = {
    PredictionOutcome.HELD: (":material/check_circle:", "green"),
    PredictionOutcome.DID_NOT_HOLD: (":material/cancel:", "red"),
    PredictionOutcome.TOO_EARLY: (":material/hourglass_top:", "gray"),
    PredictionOutcome.OPEN: (":material/help:", "gray"),
}


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, or one of them."""
    record_page.show("dispute", viewer, _one, above=_ageing)


def _ageing(records: Sequence[Record], _viewer: Viewer) -> None:
    """The open disputes by how long they wait; nothing where none is open."""
    rows = dispute_clock.ageing(records, connect.here().now().date())
    if not rows:
        return
    with st.expander("How long they wait", key="ageing", on_change="rerun") as opened:
        if not opened.open:
            return
        frame = pd.DataFrame(
            {
                "Dispute": [f"{r.record.record_id} · {r.record.title}" for r in rows],
                "Step": [disputes.KIND.states[r.record.state] for r in rows],
                "Waits for": [r.record.owner for r in rows],
                "Days at this step": [r.days_in_step for r in rows],
                "Days open": [r.days_open for r in rows],
                "Days late": [r.days_late for r in rows],
                "Told Management": ["yes" if r.brought_to_management else "no" for r in rows],
            }
        )
        tables.show(
            frame,
            "ageing",
            called="Disputes by how long they wait",
            columns={"Dispute": st.column_config.TextColumn(width=320)},
        )
        st.caption("The nightly run brings a dispute to Management once its day has passed.")


def _one(record: Record, viewer: Viewer) -> None:
    _progress(record)
    _readings(record)
    for sentence in agreed_test.plan_in_words(record):
        st.caption(escaped(sentence))
    assignment_view.show(record, viewer)
    if result := agreed_test.result_in_words(record):
        st.success(escaped(result), icon=":material/science:")
    _predictions(record, viewer)


def _progress(record: Record) -> None:
    """The four steps, the ones that are done, and the one it is at."""
    states = list(disputes.KIND.states)
    at = states.index(record.state)
    with st.container(horizontal=True, gap="small"):
        for place, state in enumerate(states[:-1]):
            label = disputes.KIND.states[state]
            if place < at:
                st.badge(label, icon=":material/check:", color="green")
            else:
                st.badge(label, color="blue" if place == at else "gray")


def _readings(record: Record) -> None:
    """Both readings of the one slice, side by side."""
    one, other = disputes.sides(record)
    with st.grid(2, min_column_width=260, gap="small"):
        for department, reading in ((one, "reading"), (other, "other_reading")):
            with st.container(border=True, height="stretch", gap="xsmall"):
                st.markdown(f"**{escaped(department)}** reads it so")
                st.markdown(escaped(str(record.contents.get(reading) or "Has not given its reading yet.")))


def _predictions(record: Record, viewer: Viewer) -> None:
    """What each side predicted, and what came of it."""
    written = record.steps_taken("predict")
    if not written:
        return
    st.subheader("What each side predicted")
    pin = pinned_figures.pinned(data.reader(viewer)).get(record.pin_id or 0)
    today = connect.here().now().date()
    for entry in written:
        st.markdown(f"**{escaped(entry.department)}**: it will {escaped(str(entry.contents['direction']))}.")
        if record.pin_id is None:
            st.caption("There is no pinned figure to hold it against; the agreed test decides.")
            continue
        if pin is None:
            st.caption("The figure is not part of your role, so what came of it is not shown.")
            continue
        checked = check_prediction(
            data.reader(viewer), pin, entry, today, partial(slice_asked, data.once(viewer))
        )
        icon, colour = _LOOKS[checked.outcome]
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.badge(str(checked.outcome).capitalize(), icon=icon, color=colour)  # type: ignore[arg-type]
            st.caption(escaped(checked.sentence), width="content")
