"""Tasks for customers, a line each: on the customer's page, on Today and in the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from pages.components import data, forms, links
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.stores import connect
from workflow.alerts.alert_queue import due_words
from workflow.collaboration import customer_tasks
from workflow.collaboration.customer_tasks import CustomerTask

AHEAD_DAYS = 7
AT_ONCE = 5


def line(task: CustomerTask, viewer: Viewer, place: str) -> None:
    """What is to be done, by when, and the button that says it is; elsewhere than on her page also for whom."""
    today = connect.here().now().date()
    late = task.due_on <= today
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key=f"{place}-task-{task.task_id}"
    ):
        st.markdown(escaped(task.title), width="content")
        st.badge(
            due_words(task.due_on, today).capitalize(),
            icon=":material/schedule:",
            color="orange" if late else "gray",
        )
        if place != "customer" and st.button(
            escaped(task.called), key=f"{place}-task-open-{task.task_id}", type="tertiary"
        ):
            links.to("customer", cid=task.customer_id)
        if viewer.role in customer_tasks.MAKES:
            forms.button(
                f"{place} task {task.task_id}",
                "Done",
                partial(_set, task.task_id, is_done=True),
                key=f"{place}-task-done-{task.task_id}",
                icon=":material/check:",
            )


def done(task: CustomerTask) -> None:
    """A task that was done, and the way to open it again."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(escaped(f"{task.title}, due {day(task.due_on)}"), width="content")
        forms.button(
            f"reopen task {task.task_id}",
            "Open again",
            partial(_set, task.task_id, is_done=False),
            type="tertiary",
        )


def today_list(viewer: Viewer) -> None:
    """The tasks that are due within a week or have reached their reminder; nothing where there are none."""
    today = connect.here().now().date()
    tasks = customer_tasks.open_tasks(data.reader(viewer))
    if tasks.empty:
        return
    soon = pd.to_datetime(tasks["due_on"]) <= pd.Timestamp(today + timedelta(days=AHEAD_DAYS))
    chosen = tasks[soon | customer_tasks.is_reminded(tasks, today)]
    if chosen.empty:
        return
    whose = "Your team’s tasks" if viewer.role == "team_lead" else "Your tasks"
    st.header(f"{whose}, due within {AHEAD_DAYS} days or with a reminder ({len(chosen)})")
    for task in rows_of(chosen.head(AT_ONCE), CustomerTask):
        line(task, viewer, "today")
    if len(chosen) > AT_ONCE:
        more = len(chosen) - AT_ONCE
        st.caption(f"{more} more {'is' if more == 1 else 'are'} not listed here.")


def reminded(viewer: Viewer) -> None:
    """The tasks whose reminder has come, for the inbox."""
    tasks = customer_tasks.open_tasks(data.reader(viewer))
    chosen = tasks[customer_tasks.is_reminded(tasks, connect.here().now().date())]
    for task in rows_of(chosen, CustomerTask):
        line(task, viewer, "inbox")


def _set(task_id: int, viewer: Viewer, _: Mapping[str, Any], *, is_done: bool) -> str:
    customer_tasks.set_done(connect.here(), viewer, task_id, done=is_done)
    return "Done." if is_done else "Open again."
