"""Open complaints as a table: searched, ticked, and worked one or several at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from metrics.comparison.words import day
from pages.components import forms, tables, undo_line, worklist
from pages.components.worklist import AT_MOST
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from warehouse.stores import connect
from workflow.customers import complaint_steps
from workflow.customers.complaint_list import SETTLE, WaitingComplaint
from workflow.customers.complaint_steps import GIVEN, STEPS
from workflow.records.people import called

PLACE = "complaints"


def show(waiting: pd.DataFrame, viewer: Viewer, today: date) -> None:
    """The lines of `complaint_list.waiting`, and what can be done with those that are ticked."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = worklist.words_searched("complaints", "Search name, number, topic or owner", 300)
        bar = st.container(horizontal=True, vertical_alignment="bottom", width="content")
    names = called(connect.here(), [owner for owner in waiting["owner"] if owner])
    rows = rows_of(waiting, WaitingComplaint)
    lines = _lines(rows, names, today)
    text = lines[["Customer", "About", "Case", "Owner", "RM"]].fillna("").agg(" ".join, axis=1)
    fits = worklist.have_all(text, words)
    lines, rows = lines[fits], [row for row, fit in zip(rows, fits, strict=True) if fit]
    if not rows:
        tables.empty("No complaint fits.", "Empty the search to see the others.")
        return
    drawn = (f"{row.ticket_id} {row.version}" for row in rows)
    ticked = worklist.ticked(lines.head(AT_MOST), "complaints-table", drawn, columns=_columns())
    worklist.left_out(len(rows), AT_MOST, "", "Search")
    picked = [rows[number] for number in ticked]
    with bar:
        first = picked[0] if picked else rows[0]
        if first.customer_id is not None:
            worklist.open_button("complaint", first.called, first.customer_id, ticked=bool(picked))
        if picked:
            with st.popover(f"{len(picked)} ticked", icon=":material/checklist:"):
                _form({row.ticket_id: row.version for row in picked}, viewer)
        else:
            st.caption("Tick complaints to take, answer or hand them on.", width="content")


def _lines(rows: list[WaitingComplaint], names: Mapping[str, str], today: date) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Customer": [row.called for row in rows],
            "About": [plain(row.category).capitalize() if row.category else None for row in rows],
            "Severity": [row.severity.capitalize() if row.severity else None for row in rows],
            "Age, days": [row.age for row in rows],
            "Due": pd.to_datetime([row.due_on for row in rows]),
            "Status": [status(row, today) for row in rows],
            "Owner": [names.get(row.owner) for row in rows],
            "RM": [row.rm_name or row.rm_id for row in rows],
            "Churn alert": [_alert(row) for row in rows],
            "Case": [row.ticket_id for row in rows],
        }
    )


def status(row: WaitingComplaint, today: date) -> str:
    """Where a complaint stands, in a few words; what presses comes first."""
    late = "Overdue, " if row.due_on.date() < today else ""
    if row.handed_at is not None:
        stands = "with the RM"
    elif row.due_what == SETTLE:
        stands = "answered"
    else:
        stands = "no answer yet"
    return late + (stands if late else stands[0].upper() + stands[1:])


def _alert(row: WaitingComplaint) -> str | None:
    if row.alert_due is None:
        return None
    return f"{'RM has started' if row.alert_started else 'RM to call'}, due {day(row.alert_due)}"


def _columns() -> tables.Columns:
    text = st.column_config.TextColumn
    return {
        "Customer": text(pinned=True, width=170),
        "Severity": text(width="small"),
        "Age, days": st.column_config.NumberColumn(width="small", format="localized"),
        "Due": st.column_config.DateColumn(format="D MMM YYYY", width=105),
        "Status": text(
            width=150,
            help="Answered: the customer has heard from Service, and the complaint is not settled yet.",
        ),
        "Owner": text(width=120),
        "RM": text(width=120),
        "Churn alert": text(
            width=190,
            help="The customer may leave, and an RM is to call by this day. Speak to the RM before you call.",
        ),
    }


def _form(seen: Mapping[str, int], viewer: Viewer) -> None:
    colleagues = {
        c.username: c.full_name
        for c in complaint_steps.colleagues_in_service(connect.here())
        if c.username != viewer.username
    }
    steps = {step: words for step, words in STEPS.items() if step != GIVEN or colleagues}
    with forms.form("complaints", " ".join(f"{t} {v}" for t, v in sorted(seen.items()))) as form:
        st.selectbox(
            "What to do with it" if len(seen) == 1 else "What to do with all of them",
            list(steps),
            format_func=steps.__getitem__,
            index=None,
            placeholder="Choose",
            key=form.keep("step", None, among=steps),
        )
        if colleagues:
            st.selectbox(
                "If given away: to",
                list(colleagues),
                format_func=colleagues.__getitem__,
                index=None,
                placeholder="Choose",
                key=form.keep("to", None, among=colleagues),
            )
        st.text_area(
            "Note",
            max_chars=complaint_steps.LONGEST_NOTE,
            placeholder="What the customer was told, or what the RM should do",
            key=form.keep("note", ""),
        )
        form.submit("Record", partial(_record, dict(seen)), type="primary", icon=":material/check:")


def _record(seen: Mapping[str, int], viewer: Viewer, values: Mapping[str, Any]) -> str:
    step = values["step"] or ""
    complaint_steps.record_for_all(
        connect.here(), viewer, seen, step, str(values["note"] or ""), values.get("to")
    )
    what = "1 complaint" if len(seen) == 1 else f"{len(seen)} complaints"
    done = f"Recorded for {what}: {STEPS[step]}."
    undo_line.offer(PLACE, done, partial(_undo, {t: v + 1 for t, v in seen.items()}))
    return done


def _undo(seen: Mapping[str, int], viewer: Viewer, _values: Mapping[str, Any]) -> str:
    complaint_steps.undo(connect.here(), viewer, seen)
    return "Undone. The complaints stand as before."
