"""A meeting as a calendar file (RFC 5545): its day in the bank's time zone, who has to be there, its further points.

Departments have no mail address, so they stand in the description, where every calendar shows them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from metrics.comparison.words import day
from warehouse.settings import Settings
from workflow.collaboration.meetings import MINUTES, REQUIRED, held_on
from workflow.collaboration.record_kind import Record

LONGEST = 75
"""Bytes of a line; what is longer goes on in the next, after a space."""
_STATUS = {"planned": "CONFIRMED", "held": "CONFIRMED", "cancelled": "CANCELLED"}


def calendar(meeting: Record, settings: Settings) -> bytes:
    """The calendar file of a meeting."""
    contents = meeting.contents
    start = datetime.combine(held_on(meeting), time.fromisoformat(contents["starts_at"]))
    return calendar_file(
        meeting,
        settings,
        start,
        start + timedelta(minutes=MINUTES[contents["series"]]),
        status=_STATUS[meeting.state],
        written=meeting.last.entered_at.replace(tzinfo=ZoneInfo(settings.timezone)).astimezone(UTC),
        description=_description(meeting),
        category=contents["series"],
        url="meetings",
    )


def calendar_file(
    record: Record,
    settings: Settings,
    start: datetime,
    end: datetime,
    *,
    status: str,
    written: datetime,
    description: str,
    category: str,
    url: str,
) -> bytes:
    """A record with a day and a time as a calendar file of one entry; `written` is in UTC."""
    link = settings.app_address.rstrip("/")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Concord//Meetings//EN",
        "METHOD:PUBLISH",
        *_zone(settings.timezone, start),
        "BEGIN:VEVENT",
        f"UID:{record.kind}-{record.record_id}-{record.opened_at:%Y%m%dT%H%M%S}@concord",
        f"DTSTAMP:{written:%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{record.version - 1}",
        f"STATUS:{status}",
        f"DTSTART;TZID={settings.timezone}:{start:%Y%m%dT%H%M%S}",
        f"DTEND;TZID={settings.timezone}:{end:%Y%m%dT%H%M%S}",
        f"SUMMARY:{_escaped(record.title)}",
        f"DESCRIPTION:{_escaped(description)}",
        f"CATEGORIES:{_escaped(category)}",
        *([f"URL:{link}/{url}?record={record.record_id}"] if link else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line)).encode()


def file_name(meeting: Record) -> str:
    """`concord-meeting-12-2026-07-02.ics`."""
    return f"concord-meeting-{meeting.record_id}-{held_on(meeting).isoformat()}.ics"


def _description(meeting: Record) -> str:
    contents = meeting.contents
    there = contents.get("attended", [])
    lines = [
        f"{contents['series']}, {day(held_on(meeting))}.",
        f"Required: {', '.join(REQUIRED[contents['series']])}.",
        *([f"Attended: {', '.join(there)}."] if there else []),
        *(f"- {point}" for point in contents.get("agenda", [])),
    ]
    return "\n".join(lines)


def _zone(name: str, at: datetime) -> list[str]:
    """The zone with the offset that holds on the day of the meeting: one event needs no other."""
    local = at.replace(tzinfo=ZoneInfo(name))
    offset, summer = _offset(local.utcoffset()), bool(local.dst())
    kind = "DAYLIGHT" if summer else "STANDARD"
    return [
        "BEGIN:VTIMEZONE",
        f"TZID:{name}",
        f"BEGIN:{kind}",
        f"DTSTART:{_first_day(at.date()):%Y%m%d}T000000",
        f"TZOFFSETFROM:{offset}",
        f"TZOFFSETTO:{offset}",
        f"TZNAME:{local.tzname()}",
        f"END:{kind}",
        "END:VTIMEZONE",
    ]


def _first_day(on: date) -> date:
    return on - timedelta(days=1)


def _offset(of: timedelta | None) -> str:
    """`+0800`."""
    minutes = int((of or timedelta()).total_seconds()) // 60
    hours, rest = divmod(abs(minutes), 60)
    return f"{'-' if minutes < 0 else '+'}{hours:02d}{rest:02d}"


def _escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line breaks escaped (RFC 5545, 3.3.11)."""
    for plain, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        text = text.replace(plain, written)
    return text


def _folded(line: str) -> list[str]:
    """The line in parts of at most 75 bytes, none cut inside a letter (RFC 5545, 3.1)."""
    parts, part = [], ""
    for letter in line:
        if len((part + letter).encode()) > LONGEST:
            parts.append(part)
            part = " "
        part += letter
    return [*parts, part]
