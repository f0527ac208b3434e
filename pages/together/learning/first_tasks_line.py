"""The reader's first tasks that are open, in one line of her first page, until they are done or put away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.components import data, forms, links
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.learning import first_tasks
from workflow.learning.first_tasks import FirstTask


def open_tasks(viewer: Viewer) -> tuple[FirstTask, ...]:
    """Those to show on Today, in their order; none once they were put away."""
    if first_tasks.is_put_away(connect.here(), viewer):
        return ()
    done = first_tasks.tasks_done(connect.here(), viewer)
    return tuple(task for task in first_tasks.tasks_of(viewer.role) if task.name not in done)


def show(viewer: Viewer) -> None:
    """The next one as a button, how many are left, and a way to put them away."""
    left = data.until_changed(viewer, open_tasks)
    if not left:
        return
    task = left[0]
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="first-tasks"):
        if st.button(task.title, icon=":material/flag:", key="next-first-task", help=task.why):
            links.to("learn" if task.lesson else task.url, **({"lesson": task.lesson} if task.lesson else {}))
        count = len(first_tasks.tasks_of(viewer.role))
        st.caption(f"Your first tasks: {count - len(left)} of {count} done", width="content")
        forms.button("first tasks", "Put away", _put_away, type="tertiary")


def _put_away(viewer: Viewer, _: Mapping[str, Any]) -> str:
    first_tasks.put_away(connect.here(), viewer)
    return "Put away. Your first tasks still stand on Learn."
