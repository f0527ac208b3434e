"""The calendar of colleagues: workshops with sign-up, social events, off-sites and what came of them."""

from __future__ import annotations

import streamlit as st

from metrics.comparison.words import day
from pages.components.typed_text import escaped
from pages.together.records import record_page
from reports.meetings.event_calendar import event_calendar, event_file_name
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import events
from workflow.collaboration.record_kind import DEPARTMENTS, Record


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, or one of them."""
    record_page.show("event", viewer, _one)


def _one(record: Record, _viewer: Viewer) -> None:
    """When and where, who comes by department, and the file for a calendar."""
    contents = record.contents
    st.markdown(
        escaped(
            f"{contents['what']}, {day(events.takes_place_on(record))} at {contents['starts_at']}, {contents['place']}"
        )
    )
    st.caption(escaped(coming_in_words(record)))
    st.download_button(
        "Calendar (ICS)",
        event_calendar(record, connect.here().settings),
        event_file_name(record),
        "text/calendar",
        key=f"calendar-{record.record_id}",
        on_click="ignore",
        icon=":material/event:",
        type="tertiary",
    )


def coming_in_words(event: Record) -> str:
    """How many signed up, by department; of a social event that nobody is counted."""
    if event.contents["what"] == events.SOCIAL:
        return "For whoever likes. Nobody signs up, and nobody is counted."
    coming = [e.department for e in events.signed_up(event)]
    if not coming:
        return "Nobody has signed up yet."
    by = ", ".join(f"{d} {coming.count(d)}" for d in DEPARTMENTS if d in coming)
    return f"{len(coming)} signed up: {by}."
