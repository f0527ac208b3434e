"""On which days a department opened which page: what is used day by day, and what nobody uses. No person is kept.

Small departments stand together, and with fewer colleagues than that in all nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import page_days as t
from warehouse.errors import Problem
from warehouse.stores.connect import Stores
from workflow.collaboration.department_groups import grouped
from workflow.collaboration.mentions import colleagues
from workflow.collaboration.record_kind import DEPARTMENTS, department_of

WEEKS = 4
FEWEST_COLLEAGUES = 5
"""Departments with fewer are put together, so that no count is about one person."""
_NOTED: set[tuple[str, date, str, str]] = set()
"""What this process has noted, so that an opened page asks the database once a day."""


def note_opened(stores: Stores, viewer: Viewer, page: str) -> None:
    """Note that somebody of the viewer's department opened a page today; where the database is busy, nothing is noted."""
    today, department = stores.now().date(), department_of(viewer)
    mark = (str(stores.app_db.url), today, department, page)
    if not department or mark in _NOTED:
        return
    _NOTED.add(mark)
    try:
        with audit.bookkeeping(stores) as book:
            there = select(t.c.page).where(t.c.day == today, t.c.department == department, t.c.page == page)
            if book.app_db.execute(there).first() is None:
                book.append(t, day=today, department=department, page=page)
    except (Problem, DBAPIError):
        # Nobody waits for a count: the page is there, and another opening may note it.
        _NOTED.discard(mark)


@dataclass(frozen=True, kw_only=True)
class PageUse:
    """Of a department, or of the smaller ones together: days of the last four weeks with an open page, and by page."""

    department: str
    days: int
    by_page: Mapping[str, int]

    @property
    def days_a_week(self) -> float:
        return self.days / WEEKS


def page_use(stores: Stores, today: date) -> list[PageUse]:
    """One line for each department that is large enough; empty where all together are too few."""
    first = today - timedelta(days=7 * WEEKS - 1)
    rows = Reader(stores, SYSTEM).rows(select(t).where(t.c.day >= first, t.c.day <= today))
    of_each = [colleague.department for colleague in colleagues(stores)]
    sizes = {d: of_each.count(d) for d in DEPARTMENTS if d in of_each}
    lines = []
    for name, departments in grouped(sizes, FEWEST_COLLEAGUES):
        if sum(sizes[d] for d in departments) < FEWEST_COLLEAGUES:
            continue
        mine = [row for row in rows if row.department in departments]
        pages = sorted({row.page for row in mine})
        by_page = {page: len({row.day for row in mine if row.page == page}) for page in pages}
        lines.append(PageUse(department=name, days=len({row.day for row in mine}), by_page=by_page))
    return lines
