"""Use of Concord by department, below what the work achieves: signed in, written, closed and accepted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from math import isnan

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral
from metrics.definitions.scope import Period
from pages.components import data, tables
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration.department_groups import SMALLER
from workflow.collaboration.department_use import DepartmentUse, use_by_department

DAYS = 30


def show(viewer: Viewer) -> None:
    """The table and its finding; nothing for a role that does not read who uses Concord."""
    reader, today = data.reader(viewer), connect.here().now().date()
    lines = data.until_changed(viewer, lately, today)
    if not lines:
        return
    st.subheader("Use by department")
    st.markdown(use_in_words(lines, reader.smallest_cell))
    st.caption(
        f"The last {DAYS} days to {day(today)}: sign-ins, then what was written (entries in records and steps about "
        "alerts), then what came of it. Counted for departments, never for persons; what stands side by side is linked, "
        "not proven to be caused."
    )
    frame = pd.DataFrame(
        {
            "Department": [u.department for u in lines],
            "Accounts": [u.accounts for u in lines],
            "Signed in": [u.came for u in lines],
            "Entries and steps written": [u.written for u in lines],
            "Records closed": [u.closed for u in lines],
            "Customers who accepted": [u.accepted for u in lines],
        }
    )
    tables.show(frame, "department-use", "not shown", called="Use of Concord by department")


def lately(viewer: Viewer, today: date) -> list[DepartmentUse] | None:
    """The last 30 days; None for a role that does not read who uses Concord."""
    return use_by_department(data.reader(viewer), Period(today - timedelta(days=DAYS - 1), today))


def use_in_words(lines: Sequence[DepartmentUse], fewest: int) -> str:
    """How many entries and steps there were and what they closed, and why departments stand together."""
    written, closed = sum(u.written for u in lines), sum(u.closed for u in lines)
    words = (
        f"{_entries(written)} written and "
        f"{numeral(closed) if closed else 'no'} {'record was' if closed < 2 else 'records were'} closed. "
    )
    if [u.department for u in lines] == [SMALLER]:
        words += f"No department stands alone here: those with fewer than {fewest} accounts are put together."
    elif any(u.department == SMALLER for u in lines):
        words += f"Departments with fewer than {fewest} accounts stand together as smaller departments."
    if any(isnan(u.came) for u in lines):
        words += f" How many signed in is not shown: it would be about fewer than {fewest} colleagues."
    return words.strip()


def _entries(number: int) -> str:
    if number == 1:
        return "1 entry or step was"
    return f"{numeral(number)} entries and steps were" if number else "Nothing was"
