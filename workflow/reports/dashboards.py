"""Saved reports beside each other, as somebody arranged them: for oneself, or for everybody.

A dashboard holds the numbers of reports and nothing of theirs: each is asked under the rights of whoever opens it.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import pandas as pd
from sqlalchemy import select, update

from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import dashboards as t
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.reports.saved_reports import checked_title, one

MOST_REPORTS = 8
"""Reports of a dashboard: more of them nobody reads, and each is asked when it is opened."""


@dataclass(frozen=True, kw_only=True)
class Dashboard:
    """A dashboard on somebody's list."""

    dashboard_id: str
    title: str
    reports: tuple[str, ...]
    """The numbers of its saved reports, in their order."""
    shared: bool
    saved_by: str
    saved_at: datetime


def save(stores: Stores, viewer: Viewer, title: str, reports: Sequence[str], *, shared: bool = False) -> str:
    """Keep saved reports beside each other and give the dashboard's id. Raises ChangeRefused for what does not do."""
    title, chosen = checked_title(title), _checked(stores, viewer, reports)
    dashboard_id = secrets.token_urlsafe(16)
    with audit.entry(stores, viewer.username, "dashboard.save", dashboard_id, title) as entry:
        entry.append(
            t, "saved", dashboard_id=dashboard_id, title=title, reports=json.dumps(chosen), shared=shared
        )
    return dashboard_id


def arrange(stores: Stores, viewer: Viewer, dashboard_id: str, reports: Sequence[str]) -> None:
    """Put other reports, or the same in another order, on a dashboard of the viewer's own."""
    chosen = _checked(stores, viewer, reports)
    _change(stores, viewer, dashboard_id, "dashboard.arrange", reports=json.dumps(chosen))


def retire(stores: Stores, viewer: Viewer, dashboard_id: str) -> None:
    """Take a dashboard of the viewer's own off the lists; its reports stay."""
    _change(stores, viewer, dashboard_id, "dashboard.retire")


def visible(stores: Stores, viewer: Viewer) -> tuple[Dashboard, ...]:
    """The viewer's own dashboards and those that are shared, by title."""
    every = Reader(stores, SYSTEM).kept(_every_dashboard)
    return tuple(d for d in every if d.shared or d.saved_by == viewer.username)


def _checked(stores: Stores, viewer: Viewer, reports: Sequence[str]) -> list[str]:
    chosen = list(dict.fromkeys(reports))
    if not 1 <= len(chosen) <= MOST_REPORTS:
        raise ChangeRefused(
            f"A dashboard has 1 to {MOST_REPORTS} reports; this has {len(chosen)}. Nothing was saved."
        )
    reader = Reader(stores, viewer)
    if any(one(reader, report_id) is None for report_id in chosen):
        raise ChangeRefused("One of these reports does not exist. Choose them again. Nothing was saved.")
    return chosen


def _change(stores: Stores, viewer: Viewer, dashboard_id: str, action: str, **values: object) -> None:
    """Change a dashboard of the viewer's own; without values it is retired."""
    mine = next((d for d in visible(stores, viewer) if d.dashboard_id == dashboard_id), None)
    if mine is None:
        raise ChangeRefused("This dashboard is on no list of yours any more, so nothing was changed.")
    if mine.saved_by != viewer.username:
        sentence = (
            "Only who saved a dashboard changes it. Save your own from its reports. Nothing was changed."
        )
        audit.refuse(stores, viewer, "dashboard.refused", sentence, dashboard_id, action)
    with audit.entry(stores, viewer.username, action, dashboard_id, mine.title) as entry:
        still = update(t).where(t.c.dashboard_id == dashboard_id, t.c.retired_at.is_(None))
        if entry.app_db.execute(still.values(**(values or {"retired_at": entry.at}))).rowcount != 1:
            raise ChangeRefused("This dashboard has been taken off the list.")


def _every_dashboard(reader: Reader) -> tuple[Dashboard, ...]:
    rows = reader.frame(select(t).where(t.c.retired_at.is_(None)).order_by(t.c.title, t.c.dashboard_id))
    return tuple(
        Dashboard(
            dashboard_id=row["dashboard_id"],
            title=row["title"],
            reports=tuple(json.loads(row["reports"])),
            shared=bool(row["shared"]),
            saved_by=row["saved_by"],
            saved_at=pd.Timestamp(row["saved_at"]).to_pydatetime(),
        )
        for _, row in rows.iterrows()
    )
