"""A decision: the question, the options, what it rests on, who decides, and what it should do to a figure by when.

On its review date what was expected stands beside what happened. A decision is never edited, only superseded.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    DEPARTMENTS,
    MANAGEMENT,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
)

WANTED, TAKEN, REVIEWED, REJECTED, SUPERSEDED = "wanted", "taken", "reviewed", "rejected", "superseded"
DIRECTIONS = ("rise", "fall", "stay as it is")
DECIDE_WITHIN = 30
YES, NO, CANNOT_BE_TOLD = "yes", "no", "cannot be told"


@dataclass(frozen=True, kw_only=True)
class TrackRecord:
    """What came of decisions, as those wrote who looked again, and what all of them rest on."""

    decisions: int
    pinned: int
    """Those that rest on a pinned figure."""
    reviewed: int
    did: int
    cannot_be_told: int
    one_sided: tuple[Record, ...]
    """Decisions in which no department beside the one that put them forward is named as consulted."""

    def hits(self) -> str:
        """`3 of 5 decisions are recorded as having done what was expected; 2 cannot be told`; "" for none yet."""
        if not self.reviewed:
            return ""
        of = f"{self.reviewed} decision{'' if self.reviewed == 1 else 's'}"
        unclear = f"; {self.cannot_be_told} cannot be told" if self.cannot_be_told else ""
        recorded = "is recorded" if self.reviewed == 1 else "are recorded"
        return f"{self.did} of {of} {recorded} as having done what was expected{unclear}"


def track_record(decisions: Iterable[Record]) -> TrackRecord:
    """What came of some decisions, as it was recorded when they were looked at again."""
    every = tuple(decisions)
    outcomes = [r.contents["held"] for r in every if r.state == REVIEWED]
    return TrackRecord(
        decisions=len(every),
        pinned=sum(r.pin_id is not None for r in every),
        reviewed=len(outcomes),
        did=outcomes.count(YES),
        cannot_be_told=outcomes.count(CANNOT_BE_TOLD),
        one_sided=tuple(r for r in every if {r.department}.issuperset(r.contents.get("consulted", []))),
    )


def review_day(record: Record) -> date | None:
    """The day on which a decision that was taken is looked at again; None while it is not taken."""
    taken = record.steps_taken("take")
    return date.fromisoformat(taken[-1].contents["review_on"]) if taken else None


def _carried_out(_record: Record, _viewer: Viewer, contents: Contents) -> str:
    return str(contents["owner"])


def _on_the_figure(record: Record) -> tuple[RecordField, ...]:
    """What the pinned figure should do; nothing where none is pinned."""
    return _EXPECTED if record.pin_id is not None else ()


_EXPECTED = (
    RecordField(name="direction", label="What should the figure do?", kind="choice", choices=DIRECTIONS),
    RecordField(
        name="expected",
        label="To what value?",
        kind="number",
        needed=False,
        hint="Of a share in percent.",
    ),
)


def _an_option(record: Record, _viewer: Viewer, contents: Contents) -> str:
    options = record.contents.get("options", [])
    if contents["chosen"] not in options:
        return f"Choose one of the options: {'; '.join(options)}. Nothing was saved."
    return ""


def _two_options(_viewer: Viewer, contents: Contents) -> str:
    if len(set(contents["options"])) < 2:
        return "A decision is between at least two options, one in each line. Nothing was saved."
    return ""


KIND = RecordKind(
    name="decision",
    singular="Decision",
    plural="Decisions",
    icon=":material/gavel:",
    url="decisions",
    purpose="What was decided, on what grounds, what it should do, and whether it did.",
    title=RecordField(name="title", label="What is to be decided?", kind="line", longest=200),
    fields=(
        RecordField(name="options", label="Options, one in each line", kind="lines", longest=1_500),
        RecordField(name="evidence", label="What does it rest on?", longest=2_000, needed=False),
        RecordField(name="consulted", label="Departments consulted", kind="departments", needed=False),
    ),
    states={
        WANTED: "Wanted",
        TAKEN: "Taken",
        REVIEWED: "Looked at again",
        REJECTED: "Not taken",
        SUPERSEDED: "Superseded",
    },
    closed=frozenset({REVIEWED, REJECTED, SUPERSEDED}),
    steps=(
        RecordStep(
            name="take",
            label="Take it",
            after=(WANTED,),
            leads_to=TAKEN,
            turn="decider",
            fields=(
                RecordField(name="chosen", label="Which option?", kind="line", longest=300),
                RecordField(name="why", label="Why?", longest=1_000),
                RecordField(name="owner", label="Who carries it out?", kind="choice", choices=DEPARTMENTS),
                RecordField(name="cost", label="What does it cost, in HKD?", kind="number", needed=False),
                RecordField(name="review_on", label="When is it looked at again?", kind="day", future=True),
            ),
            asks=_on_the_figure,
            hands_to=_carried_out,
            due_field="review_on",
            check=_an_option,
            says="Taken. On its day it is looked at again.",
        ),
        RecordStep(
            name="reject",
            label="Do not take it",
            after=(WANTED,),
            leads_to=REJECTED,
            turn="decider",
            fields=(RecordField(name="why", label="Why not?", longest=1_000),),
            hands_to=nobody,
        ),
        RecordStep(
            name="look_again",
            label="Look at it again",
            after=(TAKEN,),
            leads_to=REVIEWED,
            not_before="review_on",
            fields=(
                RecordField(
                    name="held",
                    label="Did it do what was expected?",
                    kind="choice",
                    choices=(YES, NO, CANNOT_BE_TOLD),
                ),
                RecordField(name="learned", label="What do we keep, change or stop?", longest=1_000),
            ),
            hands_to=nobody,
        ),
        RecordStep(
            name="supersede",
            label="Supersede it",
            after=(TAKEN,),
            leads_to=SUPERSEDED,
            turn="decider",
            fields=(RecordField(name="why", label="What takes its place, and why?", longest=1_000),),
            hands_to=nobody,
        ),
    ),
    first_owner=lambda _record, _viewer, _contents: MANAGEMENT,
    due_days=DECIDE_WITHIN,
    check=_two_options,
)
