"""How far colleagues are with the lessons for everyone: by department and lesson, and month by month; never by name."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral, share
from metrics.definitions.scope import months_back
from pages.components import data, tables
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.learning.lesson_results import (
    FEWEST_COLLEAGUES,
    DepartmentProgress,
    progress_by_department,
    share_passed,
)
from workflow.learning.lessons import of_tier
from workflow.learning.stuck import STUCK_DAYS, Stuck, stuck

NOT_SHOWN = "not shown"
MONTHS = 6


def show(viewer: Viewer) -> None:
    """The completion of the common lessons, and how it grew."""
    st.subheader("How far the departments are")
    everyone = of_tier("everyone")
    progress = data.until_changed(viewer, departments)
    if not progress:
        tables.empty(f"Counts by department are shown once {FEWEST_COLLEAGUES} colleagues have accounts.")
        return
    st.caption(
        f"Colleagues with an account, and how many of them have passed lessons for everyone. Departments of fewer than "
        f"{FEWEST_COLLEAGUES} are put together, and nobody is shown by name. A count of nobody or of everybody is not "
        "shown either: it would say of each what she did."
    )
    tables.show(
        pd.DataFrame(
            {
                "Department": p.department,
                "Colleagues": p.colleagues,
                "Passed one or more": _number(p.began),
                f"Passed all {len(everyone)}": _number(p.finished),
                "Share that passed all": NOT_SHOWN
                if p.finished is None
                else share(p.finished / p.colleagues, 0),
            }
            | {lesson.title: _number(n) for lesson, n in zip(everyone, p.each, strict=True)}
            for p in progress
        ),
        "learning",
        called="Lessons by department",
    )
    _trend(viewer)


def departments(_viewer: Viewer) -> tuple[DepartmentProgress, ...]:
    """How far each department is with the lessons for everyone."""
    return progress_by_department(connect.here(), of_tier("everyone"))


def by_month(_viewer: Viewer, today: date) -> list[tuple[str, float | None]]:
    """Month → the share of the lessons for everyone passed by its end; of the running month, by today."""
    months = months_back(today, MONTHS)
    shares = share_passed(connect.here(), of_tier("everyone"), [m.end for m in months])
    return [(f"{m.start:%b %Y}", s) for m, s in zip(months, shares, strict=bool(shares))]


def _trend(viewer: Viewer) -> None:
    today = connect.here().now().date()
    months = data.until_changed(viewer, by_month, today)
    if not any(s is not None for _, s in months):
        st.caption("How the share of passed lessons grows by month is shown once somebody has passed one.")
        return
    words = [f"{name} {NOT_SHOWN if s is None else share(s, 0)}" for name, s in months]
    st.caption(
        f"Of all lessons for everyone, of all colleagues who have an account today, passed by the end of each month: "
        f"{', '.join(words)}. The running month counts to today."
    )


def team(viewer: Viewer) -> None:
    """For a team lead: who of the team is stuck, and with what she may help."""
    today = connect.here().now().date()
    lines = data.until_changed(viewer, stuck_of, today)
    if lines is None:
        if viewer.role == "relationship_manager":
            st.caption(
                f"Your team lead sees your name and your next lesson if you pass none for {STUCK_DAYS} days, and "
                "nothing else of what you learn."
            )
        return
    st.subheader("Who of your team may want a hand")
    if not lines:
        st.caption(f"Nobody with an account has been without a further lesson for {STUCK_DAYS} days.")
        return
    st.caption(
        f"By name. Lessons are left, and none was passed for {STUCK_DAYS} days. The next lesson is what to offer help "
        "with; how far anybody is, is not listed."
    )
    for line in lines:
        st.text(f"{line.full_name}: {line.following.title}")


def stuck_of(viewer: Viewer, today: date) -> tuple[Stuck, ...] | None:
    """Who of the viewer's team is stuck; None for who leads none."""
    return stuck(connect.here(), viewer, today)


def _number(of: int | None) -> str:
    return NOT_SHOWN if of is None else numeral(of)
