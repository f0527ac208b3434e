"""What colleagues say about a goal: its own discussions, open and resolved, and a form for another."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from pages.components import data, forms, links, record_fields
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import record_links, record_reading, record_store
from workflow.collaboration.discussions import KIND
from workflow.collaboration.record_kinds import KINDS
from workflow.goals.goal_records import Goal


def show(goal: Goal, viewer: Viewer) -> None:
    """The discussions and what the goal came of; nothing for a role that reads none."""
    if not record_reading.may_open(KIND.name, viewer):
        return
    reader = data.reader(viewer)
    numbers = record_links.records_about(reader, record_links.GOAL, goal.goal_id)
    records = [r for r in record_reading.records_of(reader) if r.record_id in numbers]
    st.subheader("What colleagues say about this goal")
    if not records:
        st.caption("Nobody has said anything about it yet.")
    for record in records:
        kind = KINDS[record.kind]
        with st.container(
            horizontal=True, vertical_alignment="center", gap="small", key=f"thread-{record.record_id}"
        ):
            st.badge(kind.states[record.state], color="gray" if record.state in kind.closed else "blue")
            comments = sum(e.step == record_reading.COMMENT for e in record.entries)
            more = f" ({comments} {'comment' if comments == 1 else 'comments'})" if comments else ""
            label = escaped(f"{kind.singular} {record.record_id}: {record.title}{more}")
            if links.has(kind.url) and st.button(label, key=f"to-thread-{record.record_id}", type="tertiary"):
                links.to(kind.url, record=str(record.record_id))
    with (
        st.popover("Discuss this goal", icon=KIND.icon, key=f"thread-of-goal-{goal.goal_id}"),
        forms.form(f"discussion of goal {goal.goal_id}") as form,
    ):
        record_fields.draw(form, (KIND.title, *KIND.fields), connect.here().now().date())
        st.caption("Write @ and a name, or @ and a department, to tell somebody.")
        form.submit("Save", partial(_open, goal.goal_id), type="primary")


def _open(goal_id: int, viewer: Viewer, values: Mapping[str, Any]) -> str:
    number = record_store.open_record(connect.here(), viewer, KIND.name, values, goal_id=goal_id)
    return f"{KIND.singular} {number} is open."
