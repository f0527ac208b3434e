"""A tool that a department wants or uses: whether it links with what others have, both sides' views, and the decision."""

from __future__ import annotations

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

LINKS, INDIRECT, NO_LINK = "Yes", "By hand", "No"
LINK_CHECK = {
    "formats": "Does it give files that others can read (CSV, Parquet)?",
    "keys": "Does it keep the bank's customer and lead numbers?",
    "export": "Can all of its data be taken out?",
}
DECIDE_WITHIN = 30


def link(contents: Contents) -> str:
    """What the link check says: `links`, `links by hand` or `no link`, by the weakest of its three answers."""
    answers = [contents.get(name) for name in LINK_CHECK]
    if NO_LINK in answers:
        return "no link"
    return "links by hand" if INDIRECT in answers else "links"


def views(record: Record) -> list[str]:
    """The departments whose view is there."""
    given = {e.department for e in record.steps_taken("view")}
    return [d for d in DEPARTMENTS if d in given]


def _seen_by_another(record: Record, _viewer: Viewer) -> str:
    if not [d for d in views(record) if d != record.department]:
        return "No other department has given its view yet. Ask one first."
    return ""


def _may_be_bought(record: Record, _viewer: Viewer, contents: Contents) -> str:
    if link(record.contents) == "no link" and not contents["exception"]:
        return (
            "Its data cannot be linked with ours. Say under “exception” why it is taken all the same. Nothing was "
            "saved."
        )
    return ""


KIND = RecordKind(
    name="tool",
    singular="Tool",
    plural="Tools",
    icon=":material/construction:",
    url="agreements",
    purpose="Which tools departments use or want, and whether the data in them can be linked with everybody else's.",
    title=RecordField(name="title", label="Which tool?", kind="line", longest=120),
    fields=(
        RecordField(name="purpose", label="What is it for?", longest=500),
        RecordField(name="cost", label="What does it cost in a year, in HKD?", kind="number", needed=False),
        *(
            RecordField(name=name, label=label, kind="choice", choices=(LINKS, INDIRECT, NO_LINK))
            for name, label in LINK_CHECK.items()
        ),
    ),
    states={"proposed": "Proposed", "taken": "Taken", "declined": "Declined"},
    closed=frozenset({"taken", "declined"}),
    steps=(
        RecordStep(
            name="view",
            label="Give our view",
            after=("proposed",),
            turn="anyone",
            fields=(
                RecordField(
                    name="stance",
                    label="What would it mean for your department?",
                    kind="choice",
                    choices=("It helps us", "It makes no difference", "It harms us"),
                ),
                RecordField(name="reason", label="Why?", longest=500),
            ),
        ),
        RecordStep(
            name="take",
            label="Take it",
            after=("proposed",),
            leads_to="taken",
            turn="decider",
            fields=(
                RecordField(name="why", label="Why?", longest=500),
                RecordField(
                    name="exception",
                    label="Exception, where its data cannot be linked",
                    longest=500,
                    needed=False,
                ),
            ),
            hands_to=nobody,
            bar=_seen_by_another,
            check=_may_be_bought,
        ),
        RecordStep(
            name="decline",
            label="Decline it",
            after=("proposed",),
            leads_to="declined",
            turn="decider",
            fields=(RecordField(name="why", label="Why?", longest=500),),
            hands_to=nobody,
        ),
    ),
    first_owner=lambda _record, _viewer, _contents: MANAGEMENT,
    due_days=DECIDE_WITHIN,
)
