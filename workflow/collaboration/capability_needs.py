"""What a department needs from data or tools, and what serves it today: there, there in part, or missing."""

from __future__ import annotations

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    DEPARTMENTS,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
)

HAVE, PARTIAL, MISSING = "There", "There in part", "Missing"
STATUSES = (HAVE, PARTIAL, MISSING)
_STATUS = RecordField(name="status", label="Is it there?", kind="choice", choices=STATUSES)
_SERVED = RecordField(
    name="served_by",
    label="Which page, figure or table serves it?",
    kind="line",
    longest=200,
    needed=False,
    hint="Campaigns, contact pressure",
)


def _provider(record: Record, _viewer: Viewer, contents: Contents) -> str:
    return str(contents.get("provider") or record.contents.get("provider", ""))


KIND = RecordKind(
    name="need",
    singular="Need",
    plural="Needs",
    icon=":material/conversion_path:",
    url="agreements",
    purpose="What departments need from data and tools, and what serves each need today.",
    title=RecordField(name="title", label="What is needed?", kind="line", longest=140),
    fields=(
        RecordField(name="question", label="Which question would it answer?", longest=500),
        RecordField(name="provider", label="Who could provide it?", kind="choice", choices=DEPARTMENTS),
        _STATUS,
        _SERVED,
    ),
    states={"open": "Open", "served": "Served", "dropped": "No longer needed"},
    closed=frozenset({"served", "dropped"}),
    steps=(
        RecordStep(
            name="restate",
            label="Say how it stands",
            after=("open",),
            turn="anyone",
            fields=(_STATUS, _SERVED),
            hands_to=_provider,
            due_days=30,
        ),
        RecordStep(
            name="serve",
            label="It is served",
            after=("open",),
            leads_to="served",
            turn="opener",
            fields=(
                RecordField(name="served_by", label="What serves it now?", kind="line", longest=200),
                RecordField(name="status", label="How far?", kind="choice", choices=(HAVE, PARTIAL)),
            ),
            hands_to=nobody,
        ),
        RecordStep(
            name="drop",
            label="It is no longer needed",
            after=("open",),
            leads_to="dropped",
            turn="opener",
            fields=(RecordField(name="why", label="Why not?", kind="line", longest=200),),
            hands_to=nobody,
        ),
    ),
    first_owner=_provider,
    due_days=30,
)
