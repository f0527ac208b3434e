"""Inbox: her tasks whose day has come, what names the viewer, and what waits for her department, the overdue first."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import streamlit as st

from metrics.comparison.words import day
from pages.components import data, forms, links, tables
from pages.components.typed_text import escaped
from pages.customers.profile import task_lines
from pages.together.records import record_list
from warehouse.access.reader import Reader, Viewer
from warehouse.stores import connect
from workflow.collaboration import customer_tasks, mentions, record_reading
from workflow.collaboration.record_kind import Record, RecordEntry, department_of
from workflow.collaboration.record_kinds import KINDS
from workflow.records.people import called

URL = "inbox"


def page(viewer: Viewer, _scope: object) -> None:
    """The lists; the title counts them."""
    today, reader = connect.here().now().date(), data.reader(viewer)
    named = record_reading.naming(reader)
    mine = record_reading.waiting_for_department(reader)
    late = sum(r.is_overdue(today) for r in mine)
    tasks = customer_tasks.reminders(reader, today)
    answers = sum(record_reading.answers(viewer.username, record, entry) for record, entry in named)
    st.title(headline(len(named) - answers, len(mine), late, tasks, answers))
    if tasks:
        st.subheader("Your tasks for customers")
        task_lines.reminded(viewer)
    if named:
        st.subheader("You are named here, or answered")
        names = called(connect.here(), [entry.entered_by for _, entry in named])
        for record, entry in named:
            _mention(record, entry, names[entry.entered_by])
    department = department_of(viewer)
    st.subheader(f"Waits for {department}")
    if not mine:
        tables.empty(f"No record waits for {department}.")
        return
    names = called(connect.here(), [r.opened_by for r in mine])
    for record in sorted(mine, key=lambda r: record_list.in_order(r, today)):
        record_list.line(KINDS[record.kind], record, names[record.opened_by], today)


def waiting_words(viewer: Viewer) -> str:
    """What the frame says of the inbox: `Inbox: 3 for you`."""
    # Not of a snapshot: the frame is drawn before a bank is loaded, too.
    reader = Reader(connect.here(), viewer)
    waiting = len(record_reading.naming(reader)) + len(record_reading.waiting_for_department(reader))
    waiting += customer_tasks.reminders(reader, connect.here().now().date())
    return f"Inbox: {waiting} for you" if waiting else "Inbox"


def headline(named: int, waiting: int, late: int, tasks: int = 0, answers: int = 0) -> str:
    """What there is to do, counted."""
    if not any((named, waiting, tasks, answers)):
        return "Nothing waits for you"
    parts = [f"{tasks} {'task is' if tasks == 1 else 'tasks are'} due or to be remembered"] if tasks else []
    if named:
        parts.append(f"{named} {'mention' if named == 1 else 'mentions'} of you")
    if answers:
        parts.append(f"{answers} {'answer' if answers == 1 else 'answers'} to what you opened")
    if waiting:
        parts.append(
            f"{waiting} {'record waits' if waiting == 1 else 'records wait'} for your department"
            + (f", {late} overdue" if late else "")
        )
    words = "; ".join(parts)
    return words[:1].upper() + words[1:]


def _mention(record: Record, entry: RecordEntry, by: str) -> None:
    kind = KINDS[record.kind]
    step = kind.step(entry.step)
    how = step.label if step else ""
    with st.container(border=True, gap="xsmall", key=f"mention-{entry.entry_id}"):
        st.markdown(f"**{escaped(f'{kind.singular} {record.record_id} · {record.title}')}**")
        message = entry.note or record.title
        st.markdown(escaped(message).replace("\n", "  \n"))
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.caption(
                escaped(", ".join(filter(None, (how, by, entry.department, day(entry.entered_at.date()))))),
                width="content",
            )
            if st.button("Open", key=f"open-mention-{entry.entry_id}", icon=":material/arrow_forward:"):
                links.to(kind.url, record=str(record.record_id))
            forms.button(
                f"mention {entry.entry_id}", "Done", partial(_done, entry.entry_id), icon=":material/check:"
            )


def _done(entry_id: int, viewer: Viewer, _: Mapping[str, Any]) -> str:
    mentions.tick_off(connect.here(), viewer, entry_id)
    return "Off your list."
