"""What colleagues of the sample bank keep for each other: views of pages, reports, and a dashboard of these."""

from __future__ import annotations

from collections.abc import Mapping

from metrics.query.report_query import SavedReport
from warehouse.errors import Problem
from workflow.collaboration import page_use
from workflow.collaboration.record_kind import (
    ANALYTICS,
    IT,
    MANAGEMENT,
    MARKETING,
    RELATIONSHIP,
    SALES,
    SERVICE,
)
from workflow.collaboration.sample_history import PEOPLE, SampleHistory
from workflow.reports import dashboards, saved_reports, saved_views

_VIEWS: tuple[tuple[int, str, str, str, saved_views.Address], ...] = (
    (
        40,
        MARKETING,
        "Digital leads, last quarter",
        "funnel",
        {"period": ["quarter"], "channel": ["paid_search", "social"]},
    ),
    (30, ANALYTICS, "Funnel, a year at a glance", "funnel", {"period": ["12m"], "against": ["year"]}),
    (12, MANAGEMENT, "Who joined in two years", "channel-value", {"joined": ["24m"]}),
)

_REPORTS: tuple[tuple[int, str, str, SavedReport], ...] = (
    (81, MARKETING, "Leads by channel, for Monday", SavedReport(metric="leads", breakdown="channel")),
    (47, SERVICE, "Cases by segment", SavedReport(metric="cases_opened", breakdown="segment")),
    (19, MARKETING, "MQL by product", SavedReport(metric="mql", breakdown="product")),
)


def own_reports(h: SampleHistory) -> None:
    """Three reports that departments built themselves instead of asking for them."""
    for back, who, title, report in _REPORTS:
        saved_reports.save(h.on(back), PEOPLE[who], title, report)


_OPENED: Mapping[str, tuple[str, ...]] = {
    RELATIONSHIP: ("today", "customer-health", "customer", "inbox"),
    SERVICE: ("today", "voice", "customer", "observations"),
    SALES: ("today", "lead-hand-off", "funnel"),
    MARKETING: ("today", "campaigns", "funnel", "budget", "goals"),
    ANALYTICS: ("today", "churn-model", "data-status", "reports", "data-requests"),
    MANAGEMENT: ("quarterly-review", "goals", "decisions"),
    IT: ("data-status", "loads"),
}
"""Department → its pages, the one it opens most often first."""


def pages_opened(h: SampleHistory) -> None:
    """Four weeks of opened pages: the first each working day, each further one more seldom."""
    for back in range(1, 29):
        day = h.day(back)
        if day.weekday() > 4:
            continue
        for department, pages in _OPENED.items():
            for place, page in enumerate(pages):
                if (day.toordinal() + place) % (place + 1) == 0:
                    page_use.note_opened(h.on(back), PEOPLE[department], page)


def shared_views(h: SampleHistory) -> None:
    """Three pages that everybody who has them can open as somebody left them."""
    for back, who, title, page, address in _VIEWS:
        saved_views.save(h.on(back), PEOPLE[who], title, page, address, shared=True)


_BESIDE_EACH_OTHER = (
    ("Leads by channel", SavedReport(metric="leads", breakdown="channel", period="quarter")),
    ("Win rate by month", SavedReport(metric="win_rate", breakdown="month", period="12m", chart="line")),
    ("Acceptance by product", SavedReport(metric="acceptance_rate", breakdown="product", period="12m")),
    ("Complaints by month", SavedReport(metric="complaints", breakdown="month", period="12m", chart="line")),
)


def shared_reports(h: SampleHistory) -> None:
    """Four reports and the dashboard that the growth stand-up opens; one whose figure this bank lacks is left out."""
    kept = []
    for title, report in _BESIDE_EACH_OTHER:
        try:
            kept.append(saved_reports.save(h.on(25), PEOPLE[ANALYTICS], title, report))
        except Problem:
            continue
    if kept:
        dashboards.save(h.on(24), PEOPLE[ANALYTICS], "Growth this quarter", kept, shared=True)
