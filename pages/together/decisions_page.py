"""Decisions: taken, and looked at again; what was expected of a figure beside what it says on its day."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, numeral, share
from metrics.definitions.measure import Metric, Ratio
from pages.components import data, links
from pages.components.typed_text import escaped
from pages.together import decision_evidence_view
from pages.together.records import record_page
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import decision_outcomes, pinned_figures
from workflow.collaboration.decision_outcomes import DecisionOutcome, by_the_data, by_the_data_in_words
from workflow.collaboration.decision_records import (
    CANNOT_BE_TOLD,
    KIND,
    NO,
    TAKEN,
    YES,
    review_day,
    track_record,
)
from workflow.collaboration.pinned_figures import Reading, in_words
from workflow.collaboration.record_kind import Record
from workflow.collaboration.record_reading import one_record, records_of

_BADGES = {
    YES: ("By the data: did what was expected", "green", ":material/check:"),
    NO: ("By the data: did not do what was expected", "red", ":material/close:"),
    CANNOT_BE_TOLD: ("By the data: cannot be told", "gray", ":material/help:"),
}


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, one of them, or the form for another."""
    record_page.show("decision", viewer, _outcome, above=_hits, below=decision_evidence_view.show)


def _hits(records: Sequence[Record], viewer: Viewer) -> None:
    """What came of all decisions as recorded and by the data, what they rest on, and those no other department shares."""
    if not records:
        return
    record = track_record(records)
    hits = (
        record.hits()
        or "No decision was looked at again yet, so nothing can be said about how often they work"
    )
    st.markdown(f"**{escaped(hits)}.**")
    if computed := by_the_data_in_words(records, data.until_changed(viewer, computed_of)):
        st.markdown(computed)
    of = "1 decision rests" if record.decisions == 1 else f"{numeral(record.decisions)} decisions rest"
    st.caption(
        f"{numeral(record.pinned)} of {of} on a pinned figure ({share(record.pinned / record.decisions, 0)})."
    )
    if record.one_sided:
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key="one-sided"):
            st.badge("No other department consulted", icon=":material/flag:", color="orange")
            for one in record.one_sided:
                label = f"{one.record_id} · {one.title} ({one.department})"
                if st.button(escaped(label), key=f"one-sided-{one.record_id}", type="tertiary"):
                    links.to(KIND.url, record=str(one.record_id))


def _outcome(record: Record, viewer: Viewer) -> None:
    """Expected against actual, once the day has come."""
    if record.pin_id is None or record.state not in (TAKEN, "reviewed"):
        return
    today = connect.here().now().date()
    if not decision_outcomes.is_due(record, today):
        st.caption(
            f"On {day(review_day(record))} what it should do to the figure stands here beside what it did."
        )
        return
    result = data.until_changed(viewer, outcome_of, record.record_id)
    if result is not None:
        _compared(result, str(record.contents.get("held", "")))


def computed_of(viewer: Viewer) -> dict[int, str]:
    """What became of every decision that was looked at again, by the figures that the viewer reads."""
    ask, reader = partial(pinned_figures.slice_asked, data.once(viewer)), data.reader(viewer)
    return by_the_data(reader, records_of(reader, KIND.name), connect.here().now().date(), ask)


def outcome_of(viewer: Viewer, record_id: int) -> DecisionOutcome | None:
    """What became of a decision, as the viewer may see it."""
    record = one_record(data.reader(viewer), record_id)
    if record is None:
        return None
    ask = partial(pinned_figures.slice_asked, data.once(viewer))
    return decision_outcomes.outcome(data.reader(viewer), record, connect.here().now().date(), ask)


def _compared(result: DecisionOutcome, recorded: str) -> None:
    metric = CATALOGUE[result.then.metric]
    label, colour, icon = _BADGES[result.did]
    with st.container(border=True, gap="xsmall", key="expected-against-actual"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.markdown(f"**Expected against actual: {escaped(metric.label)}**", width="content")
            st.badge(label, icon=icon, color=colour)  # type: ignore[arg-type]
        with st.grid(3, min_column_width=200, gap="small"):
            _value("Then", metric, result.then.reading, result.then.scope.in_words())
            with st.container(gap="xxsmall"):
                st.caption("Expected")
                st.markdown(f"**{escaped(result.expected_in_words())}**")
            _value("Now", metric, result.now, result.scope.in_words())
        st.caption(escaped(result.why))
        if recorded and recorded != result.did:
            st.markdown(
                f":material/warning: When it was looked at again, “{escaped(recorded)}” was recorded; by the data "
                f"now it is “{result.did}”."
            )


def _value(heading: str, metric: Metric, reading: Reading | None, days: str) -> None:
    with st.container(gap="xxsmall"):
        st.caption(f"{heading}, {escaped(days)}")
        if reading is None:
            st.markdown("**not known**")
            return
        words = in_words(metric, reading)
        if not isinstance(metric, Ratio) and metric.total == "count":
            low, high = decision_outcomes.bounds(metric, reading)
            words += f" (95% interval {numeral(low)} to {numeral(high)})"
        st.markdown(f"**{escaped(words)}**")
