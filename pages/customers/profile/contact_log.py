"""What colleagues logged about a customer, and what is to be done next: the tasks, with the forms for another of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any

import streamlit as st

from metrics.comparison.words import day
from pages.components import data, forms
from pages.components.typed_text import escaped
from pages.customers.profile import task_lines
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.stores import connect
from workflow.collaboration import customer_tasks, interactions
from workflow.collaboration.customer_tasks import CustomerTask
from workflow.collaboration.interactions import LoggedContact
from workflow.records.people import called

AT_ONCE = 5


def show(viewer: Viewer, customer_id: str) -> None:
    """Tasks on the left, the log on the right; a role without tasks gets the log alone."""
    if viewer.role not in customer_tasks.MAKES:
        _log(viewer, customer_id)
        return
    left, right = st.columns([2, 3], gap="large")
    with left:
        _tasks(viewer, customer_id)
    with right:
        _log(viewer, customer_id)


def _tasks(viewer: Viewer, customer_id: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header("Tasks", width="content")
        with st.popover("Add a task", icon=":material/add_task:"):
            _task_form(customer_id)
    tasks = rows_of(customer_tasks.tasks_of(data.reader(viewer), customer_id), CustomerTask)
    waiting = [task for task in tasks if task.done_by is None]
    if not waiting:
        st.caption("No task is open for this customer.")
    for task in waiting:
        task_lines.line(task, viewer, "customer")
    done = [task for task in tasks if task.done_by is not None]
    if done:
        with st.expander(f"Done ({len(done)})"):
            for task in done[:AT_ONCE]:
                task_lines.done(task)


def _task_form(customer_id: str) -> None:
    today = connect.here().now().date()

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        due, remind = values["due"], values["remind"]
        customer_tasks.make(
            connect.here(),
            viewer,
            customer_id,
            str(values["title"] or ""),
            due if isinstance(due, date) else None,
            remind if isinstance(remind, date) else None,
        )
        return "The task is kept."

    with forms.form(f"task for {customer_id}") as form:
        st.text_input(
            "What is to be done?",
            max_chars=customer_tasks.LONGEST_TITLE,
            placeholder="Send the mortgage offer",
            key=form.keep("title", ""),
        )
        last = today + timedelta(days=customer_tasks.LATEST_DAYS)
        with st.container(horizontal=True):
            forms.date_input("Due on", form.keep("due"), first=today, last=last, value=None, width=140)
            forms.date_input(
                "Remind me on (may stay empty)",
                form.keep("remind"),
                first=today,
                last=last,
                value=None,
                width=220,
                help="From that day on it stands in your inbox; without one, from the day it is due.",
            )
        form.submit("Save the task", write, type="primary", icon=":material/check:")


def _log(viewer: Viewer, customer_id: str) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header("Contacts logged", width="content")
        with st.popover("Log a contact", icon=":material/edit_note:"):
            _log_form(customer_id)
    entries = rows_of(interactions.logged(data.reader(viewer), customer_id), LoggedContact)
    if not entries:
        st.caption("No call, meeting, e-mail or note has been logged yet.")
        return
    names = called(connect.here(), [entry.logged_by for entry in entries])
    for entry in entries[:AT_ONCE]:
        _entry(entry, names[entry.logged_by], viewer)
    if len(entries) > AT_ONCE:
        with st.expander(f"{len(entries) - AT_ONCE} earlier"):
            for entry in entries[AT_ONCE:]:
                _entry(entry, names[entry.logged_by], viewer)


def _entry(entry: LoggedContact, by: str, viewer: Viewer) -> None:
    with st.container(gap="xxsmall", key=f"logged-{entry.interaction_id}"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            words = f"~~{entry.words}~~ (undone)" if entry.taken_back else f"**{entry.words}**"
            st.markdown(words, width="content")
            who = escaped(f"{day(entry.happened_on)} · {by}, {entry.department}")
            st.caption(who, width="content")
            if entry.logged_by == viewer.username and not entry.taken_back:
                undo = partial(_undo, entry.interaction_id)
                forms.button(f"undo contact {entry.interaction_id}", "Undo", undo, type="tertiary")
        if entry.note:
            st.text(entry.note)


def _undo(interaction_id: int, viewer: Viewer, _: Mapping[str, Any]) -> str:
    interactions.undo(connect.here(), viewer, interaction_id)
    return "Undone. Both lines stay in the log."


def _log_form(customer_id: str) -> None:
    today = connect.here().now().date()

    def write(viewer: Viewer, values: Mapping[str, Any]) -> str:
        on = values["on"]
        interactions.log(
            connect.here(),
            viewer,
            customer_id,
            str(values["kind"] or ""),
            on if isinstance(on, date) else None,
            str(values["outcome"] or ""),
            str(values["note"] or ""),
        )
        return f"Logged: {interactions.KINDS[str(values['kind'])].lower()}."

    with forms.form(f"log for {customer_id}") as form:
        with st.container(horizontal=True):
            st.selectbox(
                "What was it?",
                list(interactions.KINDS),
                format_func=lambda kind: interactions.KINDS[kind],
                index=None,
                placeholder="Choose",
                width=140,
                key=form.keep("kind", None, among=interactions.KINDS),
            )
            forms.date_input(
                "When",
                form.keep("on", today),
                first=today - timedelta(days=interactions.OLDEST_DAYS),
                last=today,
                width=140,
            )
        st.selectbox(
            "What came of it? (of a call or a meeting)",
            list(interactions.OUTCOMES),
            format_func=lambda outcome: interactions.OUTCOMES[outcome],
            index=None,
            placeholder="Choose",
            key=form.keep("outcome", None, among=interactions.OUTCOMES),
        )
        st.text_area(
            "Note",
            max_chars=interactions.LONGEST_NOTE,
            placeholder="What was said, what you promised",
            height=90,
            key=form.keep("note", ""),
        )
        form.submit("Log it", write, type="primary", icon=":material/check:")
