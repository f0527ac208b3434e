"""What colleagues of the sample bank keep for each other: views of pages, saved on their days as anybody's."""

from __future__ import annotations

from workflow.collaboration.record_kind import ANALYTICS, MANAGEMENT, MARKETING
from workflow.collaboration.sample_history import PEOPLE, SampleHistory
from workflow.reports import saved_views

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


def shared_views(h: SampleHistory) -> None:
    """Three pages that everybody who has them can open as somebody left them."""
    for back, who, title, page, address in _VIEWS:
        saved_views.save(h.on(back), PEOPLE[who], title, page, address, shared=True)
