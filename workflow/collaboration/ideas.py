"""An idea: what could be tried for which segment, the departments behind it, and the plan by which it is tested."""

from __future__ import annotations

from warehouse.access.reader import Viewer
from workflow.collaboration.record_kind import (
    ANALYTICS,
    DEPARTMENTS,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    department_of,
    nobody,
    who_opened,
)

PLAN_WITHIN = 30


def supporters(record: Record) -> list[str]:
    """The departments behind an idea, each once: the one that had it, and those that voted for it."""
    voted = {record.department, *(e.department for e in record.steps_taken("support"))}
    return [d for d in DEPARTMENTS if d in voted]


def _not_yet_behind_it(record: Record, viewer: Viewer) -> str:
    mine = department_of(viewer)
    if mine in supporters(record):
        return f"{mine} is behind this idea already; a department has one vote."
    return ""


KIND = RecordKind(
    name="idea",
    singular="Idea",
    plural="Ideas",
    icon=":material/lightbulb:",
    url="ideas",
    purpose="What could be tried for whom, which departments are behind it, and how it would be tested.",
    title=RecordField(name="title", label="The idea in one sentence", kind="line", longest=140),
    fields=(
        RecordField(name="what", label="What would be done?", longest=1_000),
        RecordField(
            name="segment",
            label="For which customers?",
            kind="line",
            longest=140,
            hint="Mass affluent, joined in the last 12 months",
        ),
        RecordField(name="expected", label="What should it change?", kind="line", longest=200),
    ),
    states={"open": "Collects votes", "planned": "Its test is planned", "dropped": "Not pursued"},
    closed=frozenset({"planned", "dropped"}),
    steps=(
        RecordStep(
            name="support",
            label="Vote for it",
            after=("open",),
            turn="anyone",
            fields=(
                RecordField(
                    name="because", label="What would it do for your department?", kind="line", longest=200
                ),
            ),
            bar=_not_yet_behind_it,
            says="Your department is behind it.",
        ),
        RecordStep(
            name="plan_test",
            label="Write down the test",
            after=("open",),
            leads_to="planned",
            turn=lambda record: {record.department, ANALYTICS},
            fields=(
                RecordField(name="test", label="Who gets it, who does not, for how long?", longest=1_000),
                RecordField(name="counted", label="Which figure decides?", kind="line", longest=140),
                RecordField(
                    name="place",
                    label="Where does the plan stand?",
                    kind="line",
                    longest=200,
                    needed=False,
                    hint="Voice of customer, planned test 3",
                ),
            ),
            hands_to=nobody,
            tells_opener=True,
        ),
        RecordStep(
            name="drop",
            label="Do not pursue it",
            after=("open",),
            leads_to="dropped",
            turn="decider",
            fields=(RecordField(name="why", label="Why not?", longest=500),),
            hands_to=nobody,
            tells_opener=True,
        ),
    ),
    first_owner=who_opened,
    due_days=PLAN_WITHIN,
    grows_into=("initiative", "decision"),
)
