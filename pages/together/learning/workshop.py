"""Ways from a lesson to the calendar: the workshop that practises a skill, and the sessions about case studies."""

from __future__ import annotations

import streamlit as st

from metrics.comparison.words import day
from pages.components import data, forms, links
from pages.components.typed_text import escaped
from pages.together.events_page import coming_in_words
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import events
from workflow.collaboration.record_kind import Record
from workflow.collaboration.record_reading import records_of

EVENTS = events.KIND.url
NEW = f"new {events.KIND.name}"
AT_ONCE = 3


def calendar(viewer: Viewer) -> tuple[Record, ...]:
    """Every event the viewer reads; kept until somebody writes."""
    return records_of(data.reader(viewer), events.KIND.name)


def way_to(skill: str, viewer: Viewer) -> None:
    """The next workshop of a skill, or the form that plans one."""
    today = connect.here().now().date()
    coming = events.practising(data.until_changed(viewer, calendar), skill, today)
    if coming is not None:
        on = f"{day(events.takes_place_on(coming))}, {coming.contents['starts_at']}"
        if st.button(
            escaped(f"Workshop “{coming.title}”, {on}"),
            icon=":material/groups:",
            key="workshop",
            type="tertiary",
        ):
            links.to(EVENTS, record=str(coming.record_id))
        return
    if st.button(
        "No workshop is planned: plan one", icon=":material/groups:", key="workshop", type="tertiary"
    ):
        forms.fill(NEW, {"what": events.WORKSHOP, "skill": skill})
        links.to(EVENTS)


def sessions(viewer: Viewer) -> None:
    """The case-study sessions, the latest first: when, who comes or was there, and what is done next."""
    records = events.sessions(data.until_changed(viewer, calendar))
    st.markdown("**Case-study sessions**")
    if not records:
        way = "from a pilot of the Quarterly review, or " if links.has("quarterly-review") else ""
        st.caption(f"None yet. Plan one {way}on Events.")
    for record in records[:AT_ONCE]:
        title = f"{day(events.takes_place_on(record))}: {record.title}"
        if st.button(
            escaped(title), icon=":material/cases:", key=f"session-{record.record_id}", type="tertiary"
        ):
            links.to(EVENTS, record=str(record.record_id))
        if record.state != events.HELD:
            st.caption(escaped(coming_in_words(record)))
            continue
        there = ", ".join(record.contents.get("attended") or ()) or "nobody noted"
        done = "; ".join(record.contents.get("outcomes") or ()) or "nothing noted"
        st.caption(escaped(f"There: {there}. What is done next: {done}"))


def plan_session(title: str, about: str) -> None:
    """Go to the form of a case-study session that is filled in with a case study."""
    longest = {f.name: f.longest for f in (events.KIND.title, *events.KIND.fields)}
    forms.fill(
        NEW,
        {
            "title": f"Case study: {title}"[: longest["title"]],
            "what": events.CASE_STUDY,
            "about": about[: longest["about"]],
        },
    )
    links.to(EVENTS)
