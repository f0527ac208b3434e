"""A workshop, case-study session, social event or off-site. For a social event nobody signs up and nobody is counted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from warehouse.access.reader import Viewer
from workflow.collaboration.meetings import TIMES
from workflow.collaboration.record_kind import (
    DEPARTMENTS,
    Record,
    RecordEntry,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
    who_opened,
)

WORKSHOP, SOCIAL, OFF_SITE = "Workshop", "Social event", "Off-site"
CASE_STUDY = "Case-study session"
MINUTES = {WORKSHOP: 90, CASE_STUDY: 60, SOCIAL: 120, OFF_SITE: 480}
SKILLS = ("Reading figures", "Listening", "Handling conflict", "Facilitating")
"""What a workshop can practise; lessons about the same link to it."""
PLANNED, HELD, CANCELLED = "planned", "held", "cancelled"


def takes_place_on(event: Record) -> date:
    """Its day."""
    return date.fromisoformat(event.contents["takes_place_on"])


def signed_up(event: Record) -> list[RecordEntry]:
    """Who comes, by the latest word of each; nobody of a social event."""
    latest = {e.entered_by: e for e in event.entries if e.step in ("sign_up", "sign_off")}
    return [e for e in latest.values() if e.step == "sign_up"]


def practising(events: Iterable[Record], skill: str, today: date) -> Record | None:
    """The next planned workshop of a skill."""
    coming = [
        e
        for e in events
        if e.state == PLANNED and e.contents.get("skill") == skill and takes_place_on(e) >= today
    ]
    return min(coming, key=takes_place_on, default=None)


def sessions(events: Iterable[Record]) -> list[Record]:
    """The case-study sessions that are planned or were held, the latest first."""
    there = [e for e in events if e.contents["what"] == CASE_STUDY and e.state != CANCELLED]
    return sorted(there, key=takes_place_on, reverse=True)


def _comes_first_time(record: Record, viewer: Viewer) -> str:
    if record.contents["what"] == SOCIAL:
        return "Nobody signs up for a social event: whoever likes comes."
    if any(e.entered_by == viewer.username for e in signed_up(record)):
        return "You are on the list already."
    return ""


def _is_on_the_list(record: Record, viewer: Viewer) -> str:
    if not any(e.entered_by == viewer.username for e in signed_up(record)):
        return "You are not on the list."
    return ""


def _what_came_of_it(record: Record) -> tuple[RecordField, ...]:
    """Which departments were there, of all but a social event; and what is done next."""
    if record.contents["what"] == SOCIAL:
        return ()
    return (
        RecordField(name="attended", label="Departments that were there", kind="departments"),
        RecordField(
            name="outcomes",
            label="What is done next, one in each line, as “Department: what”",
            kind="lines",
            needed=record.contents["what"] == OFF_SITE,
            hint=f"{DEPARTMENTS[0]}: what",
        ),
    )


KIND = RecordKind(
    name="event",
    singular="Event",
    plural="Events",
    icon=":material/celebration:",
    url="events",
    purpose="Workshops, case-study sessions, social events and off-sites. "
    "Social events are for whoever likes; nobody is counted there.",
    title=RecordField(name="title", label="What is it called?", kind="line", longest=120),
    fields=(
        RecordField(name="what", label="What is it?", kind="choice", choices=tuple(MINUTES)),
        RecordField(name="takes_place_on", label="On which day?", kind="day", future=True),
        RecordField(name="starts_at", label="At what time?", kind="choice", choices=TIMES),
        RecordField(name="place", label="Where?", kind="line", longest=140),
        RecordField(name="about", label="What happens there?", longest=1_000),
        RecordField(
            name="skill",
            label="What does it practise?",
            kind="choice",
            choices=SKILLS,
            needed=False,
            hint="Lessons about the same lead to it.",
        ),
    ),
    states={PLANNED: "Planned", HELD: "Held", CANCELLED: "Cancelled"},
    closed=frozenset({HELD, CANCELLED}),
    steps=(
        RecordStep(
            name="sign_up",
            label="Sign up",
            after=(PLANNED,),
            turn="anyone",
            bar=_comes_first_time,
            says="You are on the list.",
        ),
        RecordStep(
            name="sign_off",
            label="I cannot come",
            after=(PLANNED,),
            turn="anyone",
            bar=_is_on_the_list,
            follows="sign_up",
            says="You are off the list.",
        ),
        RecordStep(
            name="hold",
            label="It was held",
            after=(PLANNED,),
            leads_to=HELD,
            turn="opener",
            not_before="takes_place_on",
            asks=_what_came_of_it,
            hands_to=nobody,
        ),
        RecordStep(
            name="cancel",
            label="Cancel it",
            after=(PLANNED,),
            leads_to=CANCELLED,
            turn="opener",
            fields=(RecordField(name="why", label="Why?", kind="line", longest=200),),
            hands_to=nobody,
        ),
    ),
    first_owner=who_opened,
    due_field="takes_place_on",
    due_word="On",
    grows_into=("initiative",),
)
