"""Meetings: planned, filled from the data, recorded."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, share
from pages.components import tables
from pages.together.records import meeting_view, record_page
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration.meetings import Cadence, absent_departments, attendance, cadence, held_on
from workflow.collaboration.record_kind import Record


def page(viewer: Viewer, _scope: object) -> None:
    """Their list, one of them, or the form for another."""
    record_page.show("meeting", viewer, meeting_view.show, above=_cadence)


def _cadence(records: Sequence[Record], _viewer: Viewer) -> None:
    """How regularly each series is held, and who was there."""
    today = connect.here().now().date()
    rows = cadence(records)
    frame = pd.DataFrame(
        {
            "Series": [c.series for c in rows],
            "Last held": [day(held_on(c.last)) if c.last else "not yet" for c in rows],
            "Next": [_next(c, today) for c in rows],
            "Required departments there": [_there(c) for c in rows],
        }
    )
    tables.show(frame, "cadence", columns={"Next": st.column_config.TextColumn(width="medium")})
    if there := attendance(records):
        each = (f"{department} {present} of {due}" for department, (present, due) in there.items())
        st.caption(f"There, of the meetings held that need the department: {'; '.join(each)}.")


def _next(one: Cadence, today: date) -> str:
    if one.next_on is None:
        return "not planned"
    if one.planned is not None:
        late = ", not recorded yet" if one.next_on < today else ""
        return f"planned for {day(one.next_on)}{late}"
    return f"overdue since {day(one.next_on)}" if one.next_on < today else f"due by {day(one.next_on)}"


def _there(one: Cadence) -> str:
    if one.last is None:
        return "no meeting held yet"
    absent = absent_departments(one.last)
    last = f"last without {', '.join(absent)}" if absent else "all of them last time"
    meetings = "1 meeting" if one.held == 1 else f"{one.held} meetings"
    return f"{share(one.present / one.required, 0)} ({one.present} of {one.required} in {meetings}); {last}"
