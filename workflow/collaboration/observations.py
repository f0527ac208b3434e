"""An observation: somebody at the front line sees something in a figure or with customers, and somebody answers."""

from __future__ import annotations

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    ANALYTICS,
    DEPARTMENTS,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
)

REPLY_WITHIN, ACT_WITHIN = 7, 30
"""Days until the first answer, and from there until something has come of it."""
ACTED, DECLINED = "acted", "declined"
CHECK, EVENT, GOAL, DISPUTE = "A check of the data", "An event on the chart", "A goal", "A dispute"
BECAME = (CHECK, EVENT, GOAL, DISPUTE, "Something else was done")
"""What an observation can lead to."""


def _answering(_record: Record, _viewer: Viewer, contents: Contents) -> str:
    return str(contents.get("to") or ANALYTICS)


KIND = RecordKind(
    name="observation",
    singular="Observation",
    plural="Observations",
    icon=":material/visibility:",
    url="observations",
    purpose="What colleagues noticed, who answered, and what came of it.",
    title=RecordField(
        name="title",
        label="What did you notice?",
        kind="line",
        longest=140,
        hint="In one sentence, without a customer’s name.",
    ),
    fields=(
        RecordField(name="details", label="What makes you think so?", longest=1_000, needed=False),
        RecordField(
            name="to",
            label="Who should look at it?",
            kind="choice",
            choices=DEPARTMENTS[:-1],
            default=ANALYTICS,
        ),
    ),
    states={
        "new": "New",
        "reviewed": "Reviewed",
        ACTED: "Acted on",
        DECLINED: "Declined, with a reason",
    },
    closed=frozenset({ACTED, DECLINED}),
    steps=(
        RecordStep(
            name="review",
            label="Reply",
            after=("new",),
            leads_to="reviewed",
            fields=(RecordField(name="reply", label="Your reply", longest=1_000),),
            due_days=ACT_WITHIN,
            tells_opener=True,
            says="Replied. It stays with you until something has come of it.",
        ),
        RecordStep(
            name="hand_on",
            label="Hand to another department",
            after=("new", "reviewed"),
            fields=(
                RecordField(name="to", label="To", kind="choice", choices=DEPARTMENTS[:-1]),
                RecordField(name="why", label="Why there?", longest=300),
            ),
            hands_to=_answering,
            due_days=REPLY_WITHIN,
            says="Handed on.",
        ),
        RecordStep(
            name="act",
            label="Something came of it",
            after=("new", "reviewed"),
            leads_to=ACTED,
            fields=(
                RecordField(
                    name="became",
                    label="What did it lead to?",
                    kind="choice",
                    choices=BECAME,
                ),
                RecordField(name="outcome", label="What was done?", longest=500),
            ),
            hands_to=nobody,
            tells_opener=True,
        ),
        RecordStep(
            name="decline",
            label="Decline",
            after=("new", "reviewed"),
            leads_to=DECLINED,
            fields=(RecordField(name="why", label="Why is nothing done?", longest=500),),
            hands_to=nobody,
            tells_opener=True,
            says="Declined, with your reason.",
        ),
    ),
    first_owner=_answering,
    due_days=REPLY_WITHIN,
    grows_into=("dispute", "decision", "data_request"),
)
