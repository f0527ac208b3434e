"""A retrospective: what departments keep, change and stop after a quarter, and three months later what came of it.

Every item has an owner department, and its effect is asked for one by one; nobody looks before the day it is due.
"""

from __future__ import annotations

import re

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    DEPARTMENTS,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
    who_opened,
)

PARTS = {"keep": "Keep", "change": "Change", "stop": "Stop"}
EFFECT_AFTER = 91
"""Days until the effect is looked up: three months."""
HELPED = ("yes", "no", "cannot be told")
QUARTER = re.compile(r"Q[1-4] 20\d\d")


def items(contents: Contents) -> list[tuple[str, int, str]]:
    """Every item as it was written: the part it belongs to, its place in it from 1, `Department: what`."""
    return [
        (part, place, str(item))
        for part in PARTS
        for place, item in enumerate(contents.get(part) or [], start=1)
    ]


def _owned(item: str) -> bool:
    department, colon, what = item.partition(":")
    return bool(colon) and department.strip() in DEPARTMENTS and bool(what.strip())


def _fits(_viewer: Viewer, contents: Contents) -> str:
    if not QUARTER.fullmatch(contents["quarter"]):
        return "Write the quarter as Q2 2026. Nothing was saved; what you filled in is kept."
    written = items(contents)
    if not written:
        return (
            "A retrospective keeps, changes or stops something: write at least one line. Nothing was saved."
        )
    ownerless = next((item for _, _, item in written if not _owned(item)), None)
    if ownerless is not None:
        return (
            f"“{ownerless[:80]}” has no owner. Begin the line with one of these departments and a colon: "
            f"{', '.join(DEPARTMENTS)}. Nothing was saved; what you filled in is kept."
        )
    return ""


def _effects(record: Record) -> tuple[RecordField, ...]:
    """Two fields for each item: whether it helped, and what changed."""
    fields: list[RecordField] = []
    for part, place, item in items(record.contents):
        label = f"{PARTS[part]}, {item}"
        fields += [
            RecordField(
                name=f"helped_{part}_{place}",
                label=f"{label} – did it help?",
                kind="choice",
                choices=HELPED,
                is_typed=True,
            ),
            RecordField(
                name=f"changed_{part}_{place}",
                label=f"{label} – what changed?",
                kind="line",
                longest=300,
                is_typed=True,
            ),
        ]
    return tuple(fields)


def effects_in_words(record: Record) -> str:
    """How many items helped, once that was looked up; "" before."""
    looked_up = record.steps_taken("look_up")
    if not looked_up:
        return ""
    contents = looked_up[-1].contents
    answers = [contents.get(f"helped_{part}_{place}") for part, place, _ in items(record.contents)]
    count = len(answers)
    open_still = answers.count(HELPED[2])
    words = f"{answers.count(HELPED[0])} of {count} {'item' if count == 1 else 'items'} helped"
    return f"{words}; for {open_still} it cannot be told." if open_still else f"{words}."


def _item_field(name: str, label: str, hint: str) -> RecordField:
    return RecordField(name=name, label=label, kind="lines", longest=1_500, needed=False, hint=hint)


KIND = RecordKind(
    name="retrospective",
    singular="Retrospective",
    plural="Retrospectives",
    icon=":material/history:",
    url="retrospectives",
    purpose="What departments keep, change and stop after a quarter, and what came of it three months later.",
    title=RecordField(
        name="title", label="What is looked back on?", kind="line", longest=140, hint="The spring campaign"
    ),
    fields=(
        RecordField(name="quarter", label="Which quarter?", kind="line", longest=7, hint="Q2 2026"),
        RecordField(name="team", label="Departments that look back", kind="departments"),
        _item_field(
            "keep",
            "Keep, one in each line, as “Department: what”",
            "Service: the call on the day after a complaint",
        ),
        _item_field(
            "change",
            "Change, one in each line, as “Department: what”",
            "Marketing: tell Service a week before a campaign begins",
        ),
        _item_field(
            "stop",
            "Stop, one in each line, as “Department: what”",
            "Sales: reject leads without a reason",
        ),
    ),
    states={"agreed": "Waits for its effect", "looked_up": "Effect looked up"},
    closed=frozenset({"looked_up"}),
    steps=(
        RecordStep(
            name="look_up",
            label="Look up the effect",
            after=("agreed",),
            leads_to="looked_up",
            asks=_effects,
            waits_until_due=True,
            hands_to=nobody,
            says="Recorded. It stands with the retrospective.",
        ),
    ),
    first_owner=who_opened,
    due_days=EFFECT_AFTER,
    check=_fits,
)
