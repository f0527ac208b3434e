"""Daily use: on how many days of a week each department opens Concord, which pages, and which nobody opens."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from metrics.comparison.words import numeral
from pages.components import data, links, tables
from warehouse.access.reader import Viewer, may_see
from warehouse.app_db.app_schema import users
from warehouse.stores import connect
from workflow.collaboration.page_use import FEWEST_COLLEAGUES, WEEKS, PageUse, page_use

MOST = 8
"""So many pages are listed of those that are opened."""


def show(viewer: Viewer) -> None:
    """A line for each department, and the pages without a day; nothing for a role that does not read who uses Concord."""
    if may_see(viewer, users) is None:
        return
    lines = data.until_changed(viewer, lately, connect.here().now().date())
    st.subheader("Daily use")
    if not any(line.days for line in lines):
        tables.empty(
            f"Nothing is said of the last {WEEKS} weeks: no page was opened, or fewer than {FEWEST_COLLEAGUES} "
            "colleagues have accounts."
        )
        return
    st.caption(
        f"The last {WEEKS} weeks. A day counts once somebody of the department opened a page; who it was is not kept. "
        f"Departments of fewer than {FEWEST_COLLEAGUES} are put together."
    )
    pages = _most_opened(lines)
    frame = pd.DataFrame(
        {
            "Department": line.department,
            "Days a week": numeral(line.days_a_week, 1),
            **{links.named(p): numeral(line.by_page.get(p, 0) / WEEKS, 1) for p in pages},
        }
        for line in lines
    )
    tables.show(frame, "page-use", called="Days a week by department and page")
    unused = [links.named(p) for p in links.every_page() if not any(p in line.by_page for line in lines)]
    st.caption(f"Opened by nobody: {', '.join(unused)}." if unused else "Every page was opened by somebody.")


def lately(_viewer: Viewer, today: date) -> list[PageUse]:
    """The last four weeks, for departments."""
    return page_use(connect.here(), today)


def _most_opened(lines: Sequence[PageUse]) -> list[str]:
    pages = {page for line in lines for page in line.by_page}
    return sorted(pages, key=lambda p: (-sum(line.by_page.get(p, 0) for line in lines), p))[:MOST]
