"""One alert: a line in a list, and the form to record what was done about it."""

from datetime import date
from typing import Any

import streamlit as st

from metrics.words import hkd, plain
from pages.kit import links
from warehouse import connect
from warehouse.access import Viewer
from warehouse.errors import Problem
from workflow.queue import due_words
from workflow.steps import CLOSING, STEPS, WORKING, record_step


def name_of(alert: Any) -> str:
    """The customer's name, or the number where the viewer may not see names."""
    return alert.full_name if isinstance(alert.full_name, str) else f"Customer {alert.customer_id}"


def line(alert: Any, today: date, place: str) -> None:
    """Who, why, how much, until when; and the button that opens the customer."""
    with st.container(border=True, gap="xsmall", key=f"{place}-{alert.alert_id}"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            with st.container(horizontal=True, vertical_alignment="center", width="content"):
                st.markdown(f"**{escaped(name_of(alert))}**", width="content")
                st.caption(plain(alert.segment), width="content")
                badges(alert, today)
            if st.button("Open", key=f"open-{place}-{alert.alert_id}", icon=":material/arrow_forward:"):
                links.to("customer", cid=alert.customer_id)
        st.caption(escaped(f"{'. '.join(alert.titles)}. {' '.join(alert.facts[:2])}"))


def badges(alert: Any, today: date) -> None:
    """The due day, as icon and word; amber and red only when it presses."""
    due = alert.due_on.date()
    left = (due - today).days
    colour = "red" if left < 0 else "orange" if left <= 7 else "gray"
    st.badge(due_words(due, today).capitalize(), icon=":material/schedule:", color=colour)
    if alert.status == "working":
        st.badge("Started", icon=":material/play_arrow:", color="blue")


def full(alert: Any, today: date, viewer: Viewer) -> None:
    """Why the alert stands, what is at stake, what to do, and the form."""
    with st.container(border=True, key=f"alert-{alert.alert_id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.subheader(alert.title, width="content")
            badges(alert, today)
        why, do = st.columns([3, 2], gap="large")
        with why:
            st.caption(f"Why, as of {alert.raised_on.day} {alert.raised_on:%b %Y}")
            for fact in alert.facts[:5]:
                st.text(f"•  {fact}")
            st.caption(
                "These facts go together with leaving; nobody has shown that they cause it. "
                f"At stake: {hkd(alert.value_at_stake)} in deposits and investments."
            )
        with do:
            st.caption("What to do")
            st.text(alert.advice)
            _form(alert, viewer)


def _form(alert: Any, viewer: Viewer) -> None:
    with st.form(f"step-{alert.alert_id}", border=False, clear_on_submit=True):
        step = st.selectbox(
            "What did you do?",
            list(STEPS),
            format_func=lambda s: STEPS[s] + (" (closes the alert)" if s in CLOSING else ""),
            index=1 if alert.status != "open" else 0,
        )
        note = st.text_input("Note", max_chars=500, placeholder="What the customer said, what you promised")
        saved = st.form_submit_button("Record", type="primary", icon=":material/check:")
    if saved:
        try:
            record_step(connect.here(), viewer, alert.alert_id, step, note, int(alert.version))
        except Problem as problem:
            st.warning(str(problem), icon=":material/error:")
            return
        st.session_state["just recorded"] = f"Recorded: {(WORKING | CLOSING)[step].lower()}."
        st.rerun()


def confirm() -> None:
    """Say once that the step of the run before was recorded."""
    said = st.session_state.pop("just recorded", None)
    if said:
        st.toast(said, icon=":material/check:")


def escaped(text: str) -> str:
    """User text for a place that reads Markdown: shown as typed, never as a link or picture."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()#+-.!|<>~:$" else c for c in text)
