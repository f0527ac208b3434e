"""A meeting of several departments: its pack is filled from the data, its decisions and actions are recorded in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
    who_opened,
)

WEEKLY, STAND_UP, MONTHLY, QUARTERLY = (
    "Weekly customer health",
    "Bi-weekly stand-up",
    "Monthly review",
    "Quarterly business review",
)
EVERY: Mapping[str, timedelta] = {
    WEEKLY: timedelta(days=7),
    STAND_UP: timedelta(days=14),
    MONTHLY: timedelta(days=31),
    QUARTERLY: timedelta(days=92),
}
"""Series → after how long its next meeting is due."""
REQUIRED: Mapping[str, tuple[str, ...]] = {
    WEEKLY: ("Relationship managers", "Service"),
    STAND_UP: ("Marketing", "Sales", "Analytics"),
    MONTHLY: ("Marketing", "Sales", "Relationship managers", "Service", "Analytics"),
    QUARTERLY: ("Marketing", "Sales", "Relationship managers", "Service", "Analytics", "Management"),
}
"""Series → the departments without which it is not held."""
MINUTES: Mapping[str, int] = {WEEKLY: 60, STAND_UP: 30, MONTHLY: 90, QUARTERLY: 120}
"""Series → how long it takes, for calendars."""
TIMES = tuple(f"{hour:02d}:{minute:02d}" for hour in range(8, 20) for minute in (0, 15, 30, 45))
HELD = "held"


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """How regularly a series is held: its last meeting, its next day, and who was there."""

    series: str
    last: Record | None
    next_on: date | None
    """The day of the next planned meeting, or on which one is due; None for a series that never was held or planned."""
    planned: Record | None
    held: int
    present: int
    """Over all meetings held, the required departments that were there."""
    required: int


def held_on(record: Record) -> date:
    """The day of a meeting."""
    return date.fromisoformat(record.contents["held_on"])


def absent_departments(record: Record) -> tuple[str, ...]:
    """The departments that had to be there and were not."""
    contents = record.contents
    return tuple(d for d in REQUIRED[contents["series"]] if d not in contents.get("attended", []))


def held_before(record: Record, meetings: Iterable[Record]) -> Record | None:
    """The last meeting of the same series that was held before this one."""
    earlier = [
        m
        for m in _of_series(meetings, record.contents["series"], HELD)
        if m.record_id != record.record_id and held_on(m) <= held_on(record)
    ]
    return earlier[-1] if earlier else None


@dataclass(frozen=True, kw_only=True)
class MeetingAction:
    """An action that a meeting noted, the day it names as its last, and the day on which it was recorded as done."""

    line: str
    due: date | None
    done: date | None

    @property
    def in_time(self) -> bool | None:
        """Whether it was done by its day; None while it is not done, or where it names no day."""
        return self.done <= self.due if self.done is not None and self.due is not None else None


def actions_of(record: Record) -> tuple[MeetingAction, ...]:
    """What a meeting noted, each line once, in its order."""
    done = {str(e.contents["action"]): e.entered_at.date() for e in record.steps_taken("action_done")}
    return tuple(
        MeetingAction(line=line, due=last_day(line, held_on(record)), done=done.get(line))
        for line in dict.fromkeys(record.contents.get("actions") or [])
    )


def last_day(line: str, held: date) -> date | None:
    """The day at the end of `Service: call back the 12 customers, by 15 Oct`; without a year the next such day."""
    named = re.search(r"\bby (\d{1,2}) ([A-Za-z]{3})[a-z]*(?: (\d{4}))?\.?$", line)
    if named is None:
        return None
    number, month, year = named.groups()
    for of in [int(year)] if year else [held.year, held.year + 1]:
        try:
            due = datetime.strptime(f"{number} {month} {of}", "%d %b %Y").date()
        except ValueError:
            continue
        if year or due >= held:
            return due
    return None


def _still_to_do(record: Record) -> tuple[RecordField, ...]:
    lines = tuple(a.line for a in actions_of(record) if a.done is None)
    return (RecordField(name="action", label="Which action?", kind="choice", choices=lines),)


def _nothing_to_do(record: Record, _viewer: Viewer) -> str:
    return "" if any(a.done is None for a in actions_of(record)) else "No action of it is left to do."


def attendance(meetings: Iterable[Record]) -> dict[str, tuple[int, int]]:
    """Department → the meetings held that it had to be at and was, and all that it had to be at."""
    held = [m for m in meetings if m.state == HELD]
    counts = {}
    for department in dict.fromkeys(d for required in REQUIRED.values() for d in required):
        due = [m for m in held if department in REQUIRED[m.contents["series"]]]
        if due:
            counts[department] = (sum(department in m.contents.get("attended", []) for m in due), len(due))
    return counts


def cadence(meetings: Iterable[Record]) -> tuple[Cadence, ...]:
    """The cadence of each series, in their order."""
    every = tuple(meetings)
    return tuple(_cadence(series, every) for series in EVERY)


def _cadence(series: str, meetings: tuple[Record, ...]) -> Cadence:
    done, ahead = _of_series(meetings, series, HELD), _of_series(meetings, series, "planned")
    last, planned = (done[-1] if done else None), (ahead[0] if ahead else None)
    due = held_on(last) + EVERY[series] if last else None
    return Cadence(
        series=series,
        last=last,
        next_on=held_on(planned) if planned else due,
        planned=planned,
        held=len(done),
        present=sum(len(REQUIRED[series]) - len(absent_departments(m)) for m in done),
        required=len(done) * len(REQUIRED[series]),
    )


def _of_series(meetings: Iterable[Record], series: str, state: str) -> list[Record]:
    """The meetings of a series in a state, by their day."""
    rows = [m for m in meetings if m.contents["series"] == series and m.state == state]
    return sorted(rows, key=lambda m: (held_on(m), m.record_id))


KIND = RecordKind(
    name="meeting",
    singular="Meeting",
    plural="Meetings",
    icon=":material/groups:",
    url="meetings",
    purpose="What is to be talked about, filled from the data; who was there, what was decided, who does what by when.",
    title=RecordField(name="title", label="What is it called?", kind="line", longest=120),
    fields=(
        RecordField(name="series", label="Which meeting?", kind="choice", choices=tuple(EVERY)),
        RecordField(name="held_on", label="On which day?", kind="day"),
        RecordField(name="starts_at", label="At what time?", kind="choice", choices=TIMES, default="10:00"),
        RecordField(name="agenda", label="Further points, one in each line", kind="lines", needed=False),
    ),
    states={"planned": "Planned", HELD: "Held", "cancelled": "Cancelled"},
    closed=frozenset({HELD, "cancelled"}),
    steps=(
        RecordStep(
            name="contribute",
            label="Bring an update or a challenge",
            after=("planned",),
            turn="anyone",
            fields=(
                RecordField(name="update", label="One update of your department", longest=400),
                RecordField(name="challenge", label="One challenge", longest=400, needed=False),
            ),
        ),
        RecordStep(
            name="hold",
            label="Record the meeting",
            after=("planned",),
            not_before="held_on",
            leads_to=HELD,
            turn="decider",
            fields=(
                RecordField(name="attended", label="Which departments were there?", kind="departments"),
                RecordField(name="decided", label="Decisions, one in each line", kind="lines", needed=False),
                RecordField(
                    name="actions",
                    label="Actions, one in each line",
                    kind="lines",
                    needed=False,
                    hint="Service: call back the 12 customers, by 15 Oct",
                ),
                RecordField(name="minutes", label="What was said?", longest=2_000, needed=False),
            ),
            hands_to=nobody,
        ),
        RecordStep(
            name="action_done",
            label="An action is done",
            after=(HELD,),
            turn="anyone",
            asks=_still_to_do,
            bar=_nothing_to_do,
        ),
        RecordStep(
            name="cancel",
            label="Cancel it",
            after=("planned",),
            leads_to="cancelled",
            turn="opener",
            fields=(RecordField(name="why", label="Why?", longest=300),),
            hands_to=nobody,
        ),
    ),
    first_owner=who_opened,
    due_field="held_on",
    due_word="On",
)
