"""An event of colleagues as a calendar file (RFC 5545), as a meeting is one; who comes never stands in it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from reports.meetings.meeting_calendar import calendar_file
from warehouse.settings import Settings
from workflow.collaboration.events import CANCELLED, KIND, MINUTES, takes_place_on
from workflow.collaboration.record_kind import Record


def event_calendar(event: Record, settings: Settings) -> bytes:
    """The calendar file of an event."""
    contents = event.contents
    start = datetime.combine(takes_place_on(event), time.fromisoformat(contents["starts_at"]))
    return calendar_file(
        event,
        settings,
        start,
        start + timedelta(minutes=MINUTES[contents["what"]]),
        status="CANCELLED" if event.state == CANCELLED else "CONFIRMED",
        written=event.last.entered_at.replace(tzinfo=ZoneInfo(settings.timezone)).astimezone(UTC),
        description=f"{contents['about']}\nWhere: {contents['place']}",
        category=contents["what"],
        url=KIND.url,
    )


def event_file_name(event: Record) -> str:
    """`concord-event-12-2026-07-02.ics`."""
    return f"concord-event-{event.record_id}-{takes_place_on(event).isoformat()}.ics"
