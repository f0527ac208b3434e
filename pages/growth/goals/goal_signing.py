"""A proposed goal: who has signed, who still has to, and the viewer's own department's word."""

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from metrics.comparison.words import day
from pages.components import forms
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.goals.goal_records import Goal
from workflow.goals.goal_setting import LONGEST_TEXT
from workflow.goals.goal_signatures import may_sign, sign_goal


def block(viewer: Viewer, goal: Goal) -> None:
    """What each department said, and two buttons for a viewer whose department has said nothing."""
    with st.container(border=True):
        agreement = goal.agreement()
        st.markdown(f"**{agreement[:1].upper()}{agreement[1:]}.** It is no target until then.")
        for signature in goal.signatures:
            note = f": {escaped(signature.note)}" if signature.note else ""
            st.caption(f"{signature.department} {signature.verdict} it on {day(signature.signed_at)}{note}")
        for department in may_sign(viewer, goal):
            with forms.form(f"sign goal {goal.goal_id} {department}") as form:
                st.text_input(
                    f"A word for the others; needed to decline ({department})",
                    key=form.keep("note", ""),
                    max_chars=LONGEST_TEXT,
                )
                with st.container(horizontal=True):
                    sign, decline = (
                        partial(_record, goal, department, verdict) for verdict in ("signed", "declined")
                    )
                    form.submit(f"Sign for {department}", sign, type="primary")
                    form.submit(f"Decline for {department}", decline)


def _record(goal: Goal, department: str, verdict: str, viewer: Viewer, values: Mapping[str, Any]) -> str:
    sign_goal(connect.here(), viewer, goal.goal_id, department, verdict, str(values["note"] or ""))
    last = verdict == "signed" and goal.waits_for == (department,)
    return "Signed by all: the goal is in force." if last else f"{department} has {verdict} it."
