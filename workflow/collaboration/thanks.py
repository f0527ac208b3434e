"""Thanks to a colleague or a team of another department. It asks for nothing, and nobody is ranked by it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

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


def _to_another(viewer: Viewer, contents: Contents) -> str:
    if contents["to"] == department_of(viewer):
        return "Thanks here go to another department. Choose which. Nothing was saved."
    return ""


def of_month(records: Iterable[Record], today: date) -> list[Record]:
    """What was given in the month of `today`, the newest first."""
    return [r for r in records if (r.opened_at.year, r.opened_at.month) == (today.year, today.month)]


KIND = RecordKind(
    name="thanks",
    singular="Thanks",
    plural="Thanks",
    icon=":material/volunteer_activism:",
    url="ideas",
    purpose="Thanks to colleagues of another department for something they did.",
    title=RecordField(
        name="title",
        label="For what?",
        kind="line",
        longest=140,
        hint="For the list of affected customers on the same day",
    ),
    fields=(
        RecordField(name="to", label="To which department?", kind="choice", choices=DEPARTMENTS),
        RecordField(
            name="whom",
            label="To whom there?",
            kind="line",
            longest=120,
            needed=False,
            hint="Write @ and a name, and it stands in the inbox",
        ),
        RecordField(name="helped", label="What did it make possible?", longest=500, needed=False),
    ),
    states={"given": "Given"},
    closed=frozenset({"given"}),
    steps=(
        RecordStep(
            name="join",
            label="Join in the thanks",
            after=("given",),
            turn="anyone",
            fields=(RecordField(name="also", label="For what of it?", kind="line", longest=200),),
            says="Your thanks are there, too.",
        ),
    ),
    first_owner=nobody,
    check=_to_another,
)
