"""A meeting of several departments: its pack is filled from the data, its decisions and actions are recorded in it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

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


def absent_departments(record: Record) -> tuple[str, ...]:
    """The departments that had to be there and were not."""
    contents = record.contents
    return tuple(d for d in REQUIRED[contents["series"]] if d not in contents.get("attended", []))


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
        RecordField(
            name="starts_at", label="At what time?", kind="line", longest=5, hint="10:00", default="10:00"
        ),
        RecordField(name="agenda", label="Further points, one in each line", kind="lines", needed=False),
    ),
    states={"planned": "Planned", "held": "Held", "cancelled": "Cancelled"},
    closed=frozenset({"held", "cancelled"}),
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
            leads_to="held",
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
)
