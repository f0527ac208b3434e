"""What one department says to another: what works, what does not, where an opportunity lies; a reply is due."""

from __future__ import annotations

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    DEPARTMENTS,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    department_of,
    nobody,
)

REPLY_WITHIN = 10


def _addressed(_record: Record, _viewer: Viewer, contents: Contents) -> str:
    return str(contents["to"])


def _another(viewer: Viewer, contents: Contents) -> str:
    if contents["to"] == department_of(viewer):
        return "Feedback goes to another department. Choose which. Nothing was saved."
    return ""


KIND = RecordKind(
    name="feedback",
    singular="Feedback",
    plural="Feedback",
    icon=":material/rate_review:",
    url="feedback",
    purpose="What departments say to each other, and how soon they answer.",
    title=RecordField(name="title", label="In one sentence", kind="line", longest=140),
    fields=(
        RecordField(name="to", label="To which department?", kind="choice", choices=DEPARTMENTS[:-1]),
        RecordField(
            name="about",
            label="What is it?",
            kind="choice",
            choices=("This works well", "This does not work", "An opportunity"),
        ),
        RecordField(name="said", label="What should they know?", longest=1_000),
    ),
    states={"given": "Waits for a reply", "answered": "Answered"},
    closed=frozenset({"answered"}),
    steps=(
        RecordStep(
            name="reply",
            label="Reply",
            after=("given",),
            leads_to="answered",
            fields=(RecordField(name="reply", label="Your reply", longest=1_000),),
            hands_to=nobody,
            tells_opener=True,
            says="Replied.",
        ),
    ),
    first_owner=_addressed,
    due_days=REPLY_WITHIN,
    check=_another,
)
