"""A collaboration charter: how departments work together, in versions that each colleague acknowledges by name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from warehouse.access.reader import Viewer
from workflow.collaboration.mentions import Colleague
from workflow.collaboration.record_kind import (
    Record,
    RecordEntry,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
)

_PROMISES = RecordField(name="promises", label="What we promise each other, one in each line", kind="lines")


@dataclass(frozen=True, kw_only=True)
class CharterShare:
    """Of a department: how many colleagues have an account, and how many acknowledged the version in force."""

    department: str
    colleagues: int
    acknowledged: int


def edition(record: Record) -> int:
    """The version in force, from 1."""
    return 1 + len(record.steps_taken("revise"))


def acknowledged(record: Record) -> list[RecordEntry]:
    """Who acknowledged the version in force, the first first."""
    revised = max((e.version for e in record.steps_taken("revise")), default=0)
    return [e for e in record.steps_taken("acknowledge") if e.version > revised]


def shares(
    record: Record,
    people: Iterable[Colleague],
    grouped: Mapping[str, Sequence[str]],
) -> list[CharterShare]:
    """How many of each group of sign-in names acknowledged; who has no account any more is not counted."""
    open_accounts = {c.username for c in people}
    signed = {e.entered_by for e in acknowledged(record)} & open_accounts
    return [
        CharterShare(department=name, colleagues=len(names), acknowledged=len(signed & set(names)))
        for name, names in grouped.items()
    ]


def _first_time(record: Record, viewer: Viewer) -> str:
    if any(e.entered_by == viewer.username for e in acknowledged(record)):
        return "You have acknowledged this version already."
    return ""


KIND = RecordKind(
    name="charter",
    singular="Charter",
    plural="Charters",
    icon=":material/handshake:",
    url="agreements",
    purpose="How departments work together: what they promise each other, and who has acknowledged it.",
    title=RecordField(name="title", label="What is it called?", kind="line", longest=120),
    fields=(
        RecordField(name="between", label="Between which departments?", kind="departments"),
        _PROMISES,
        RecordField(name="broken", label="What happens when a promise is not kept?", longest=500),
    ),
    states={"in_force": "In force", "ended": "Ended"},
    closed=frozenset({"ended"}),
    steps=(
        RecordStep(
            name="acknowledge",
            label="I have read it and work by it",
            after=("in_force",),
            turn="anyone",
            bar=_first_time,
            says="Acknowledged, with your name and the day.",
        ),
        RecordStep(
            name="revise",
            label="Write the next version",
            after=("in_force",),
            turn="decider",
            fields=(_PROMISES, RecordField(name="why", label="What changes, and why?", longest=500)),
            says="The next version is in force, and everybody is asked to acknowledge it anew.",
        ),
        RecordStep(
            name="end",
            label="End it",
            after=("in_force",),
            leads_to="ended",
            turn="decider",
            fields=(RecordField(name="reason", label="Why?", longest=500),),
            hands_to=nobody,
        ),
    ),
    first_owner=nobody,
)
