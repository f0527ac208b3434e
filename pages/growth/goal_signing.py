"""A proposed goal: who has signed, who still has to, and the viewer's own department's word."""

import streamlit as st

from metrics.words import day
from pages.customers.alert_card import escaped
from warehouse import connect
from warehouse.access import Viewer
from warehouse.errors import Problem
from workflow.goal_setting import LONGEST_TEXT
from workflow.goal_signing import may_sign, sign_goal
from workflow.goals import Goal


def block(viewer: Viewer, goal: Goal) -> None:
    """What each department said, and two buttons for a viewer whose department has said nothing."""
    with st.container(border=True):
        agreement = goal.agreement()
        st.markdown(f"**{agreement[:1].upper()}{agreement[1:]}.** It is no target until then.")
        for signature in goal.signatures:
            note = f": {escaped(signature.note)}" if signature.note else ""
            st.caption(f"{signature.department} {signature.verdict} it on {day(signature.signed_at)}{note}")
        for department in may_sign(viewer, goal):
            note = st.text_input(
                f"A word for the others; needed to decline ({department})",
                key=f"sign-note-{goal.goal_id}-{department}",
                max_chars=LONGEST_TEXT,
            )
            with st.container(horizontal=True):
                signs = st.button(
                    f"Sign for {department}", type="primary", key=f"sign-{goal.goal_id}-{department}"
                )
                declines = st.button(f"Decline for {department}", key=f"decline-{goal.goal_id}-{department}")
            if signs or declines:
                _record(viewer, goal, department, "signed" if signs else "declined", note)


def _record(viewer: Viewer, goal: Goal, department: str, verdict: str, note: str) -> None:
    try:
        sign_goal(connect.here(), viewer, goal.goal_id, department, verdict, note)
    except Problem as problem:
        st.warning(str(problem), icon=":material/error:")
        return
    last = verdict == "signed" and goal.waits_for == (department,)
    st.session_state["goal done"] = (
        "Signed by all: the goal is in force." if last else f"{department} has {verdict} it."
    )
    st.rerun()
