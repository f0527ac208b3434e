"""A dispute: two departments read one pinned figure, or one matter, differently. Four steps, in their order, settle it.

Same data and context; further evidence; a discussion led by somebody of neither department; an agreed test. A step is
only left out with a reason on record. It closes with a result of the test, or with what both have written down.
"""

from __future__ import annotations

from warehouse.access.reader import Viewer
from workflow.collaboration import agreed_test
from workflow.collaboration.decision_records import DIRECTIONS
from workflow.collaboration.record_kind import (
    ANALYTICS,
    DEPARTMENTS,
    Contents,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    department_of,
    nobody,
    who_opened,
)

ANSWER_WITHIN, GATHER_WITHIN, MEET_WITHIN, TEST_WITHIN = 7, 14, 14, 90
PARTIES = DEPARTMENTS[:-1]
CONTEXT, EVIDENCE, DISCUSSION, TEST, SETTLED = "context", "evidence", "discussion", "test", "settled"


def sides(record: Record) -> tuple[str, str]:
    """Both departments: the one that opened it first."""
    return record.department, str(record.contents.get("against", ""))


def facilitator(record: Record) -> str:
    """The department that leads the discussion; "" before one was named."""
    return str(record.contents.get("facilitator", ""))


def _facilitating(record: Record) -> tuple[str, ...]:
    return (facilitator(record),)


def _planning(record: Record) -> tuple[str, ...]:
    """Who plans the test: a side, who led the discussion, or Analytics."""
    return tuple(dict.fromkeys((*sides(record), facilitator(record), ANALYTICS)))


def _silent(record: Record, step: str) -> list[str]:
    """The sides that have not taken a step."""
    taken = {e.department for e in record.steps_taken(step)}
    return [side for side in sides(record) if side not in taken]


def _other(record: Record, viewer: Viewer, _contents: Contents) -> str:
    """The other of the two sides."""
    one, other = sides(record)
    return other if department_of(viewer) == one else one


def _against(_record: Record, _viewer: Viewer, contents: Contents) -> str:
    return str(contents["against"])


def _not_oneself(viewer: Viewer, contents: Contents) -> str:
    if contents["against"] == department_of(viewer):
        return "A dispute is with another department. Choose which. Nothing was saved."
    return ""


def _evidence_of_both(record: Record, _viewer: Viewer, contents: Contents) -> str:
    missing, chosen = _silent(record, "evidence"), str(contents["facilitator"])
    if missing and not contents["without"]:
        return (
            f"{' and '.join(missing)} {'has' if len(missing) == 1 else 'have'} brought no evidence yet. Wait for it, or "
            "say why the discussion goes on without it. Nothing was saved."
        )
    if chosen in sides(record):
        return (
            f"{chosen} is one of the two sides. Whoever leads the discussion belongs to neither, so choose another "
            "department. Nothing was saved."
        )
    return ""


def _predicted_by_both(record: Record, _viewer: Viewer) -> str:
    if missing := _silent(record, "predict"):
        return (
            f"{' and '.join(missing)} {'has' if len(missing) == 1 else 'have'} not written down what the test will "
            "show. Both predictions stand before the test begins."
        )
    return ""


def _planned_once(record: Record, viewer: Viewer) -> str:
    """A test is planned once, after both predictions."""
    if record.steps_taken("plan_test"):
        return "The test is planned already, and its rule is not changed afterwards."
    return _predicted_by_both(record, viewer)


def _assigned_once(record: Record, _viewer: Viewer) -> str:
    if record.steps_taken("assign"):
        return "Who is in which group was drawn already, and is not drawn again."
    return ""


def _proposed_by_the_other(record: Record, viewer: Viewer) -> str:
    if record.last_step("propose").department == department_of(viewer):
        return "Your department proposed it, so the other one agrees."
    return ""


def _once_a_side(record: Record, viewer: Viewer) -> str:
    mine = department_of(viewer)
    if mine not in _silent(record, "predict"):
        return f"{mine} has written its prediction already, and it is not changed afterwards."
    return ""


KIND = RecordKind(
    name="dispute",
    singular="Dispute",
    plural="Disputes",
    icon=":material/balance:",
    url="disputes",
    purpose="Two readings of one figure or matter: the same facts, evidence, a neutral discussion, an agreed test.",
    title=RecordField(
        name="title",
        label="What do you disagree about?",
        kind="line",
        longest=140,
        hint="Short-term adjustment, or a flaw of the new app?",
    ),
    fields=(
        RecordField(
            name="against", label="Which department reads it differently?", kind="choice", choices=PARTIES
        ),
        RecordField(name="reading", label="How does your department read it?", longest=1_000),
    ),
    states={
        CONTEXT: "1 Same data and context",
        EVIDENCE: "2 Further evidence",
        DISCUSSION: "3 Facilitated discussion",
        TEST: "4 Agreed test",
        SETTLED: "Settled",
    },
    closed=frozenset({SETTLED}),
    steps=(
        RecordStep(
            name="answer",
            label="Give your reading",
            after=(CONTEXT,),
            leads_to=EVIDENCE,
            fields=(
                RecordField(name="other_reading", label="How does your department read it?", longest=1_000),
            ),
            hands_to=who_opened,
            due_days=GATHER_WITHIN,
            says="Both readings stand beside each other.",
        ),
        RecordStep(
            name="evidence",
            label="Add evidence",
            after=(EVIDENCE, DISCUSSION),
            turn=sides,
            fields=(
                RecordField(
                    name="evidence",
                    label="What does it show?",
                    longest=2_000,
                    hint="A figure, a quote, what customers said. Without a customer’s name.",
                ),
                RecordField(name="source", label="Where can it be read?", kind="line", longest=200),
            ),
        ),
        RecordStep(
            name="facilitate",
            label="Go to the discussion",
            after=(EVIDENCE,),
            leads_to=DISCUSSION,
            turn="anyone",
            fields=(
                RecordField(
                    name="facilitator",
                    label="Who leads it, of neither department?",
                    kind="choice",
                    choices=PARTIES,
                    default=ANALYTICS,
                ),
                RecordField(
                    name="without",
                    label="If a side brought no evidence: why go on?",
                    longest=300,
                    needed=False,
                ),
            ),
            hands_to=lambda _record, _viewer, contents: str(contents["facilitator"]),
            due_days=MEET_WITHIN,
            check=_evidence_of_both,
        ),
        RecordStep(
            name="discuss",
            label="Record the discussion",
            after=(DISCUSSION,),
            leads_to=TEST,
            turn=_facilitating,
            fields=(
                RecordField(name="met_on", label="When did you meet?", kind="day"),
                RecordField(name="attended", label="Which departments were there?", kind="departments"),
                RecordField(name="minutes", label="What was said?", longest=2_000),
            ),
            due_days=TEST_WITHIN,
        ),
        RecordStep(
            name="predict",
            label="Write your prediction",
            after=(TEST,),
            turn=sides,
            fields=(
                RecordField(
                    name="direction",
                    label="What will the figure do?",
                    kind="choice",
                    choices=DIRECTIONS,
                ),
                RecordField(name="checked_on", label="Checked on", kind="day", future=True),
            ),
            bar=_once_a_side,
            says="Written down. It is checked on its day and not changed before.",
        ),
        RecordStep(
            name="plan_test",
            label="Plan the test",
            after=(TEST,),
            turn=_planning,
            fields=agreed_test.FIELDS,
            bar=_planned_once,
            check=lambda _record, _viewer, contents: agreed_test.why_not(contents),
            says="Planned. The rule and the day it is read are fixed from now on.",
        ),
        RecordStep(
            name="assign",
            label="Draw who is in which group",
            after=(TEST,),
            turn=_planning,
            follows="plan_test",
            fields=agreed_test.ASSIGNED,
            bar=_assigned_once,
            worked_out=True,
            says="Drawn. The list, its seed and its check sum are not changed afterwards.",
        ),
        RecordStep(
            name="settle",
            label="Settle it with the test",
            after=(TEST,),
            leads_to=SETTLED,
            turn=_facilitating,
            follows="plan_test",
            not_before=agreed_test.READ_ON,
            fields=(
                *agreed_test.COUNTED,
                RecordField(
                    name="follows", label="What follows for the figure, the goal or the work?", longest=1_000
                ),
            ),
            hands_to=nobody,
            bar=_predicted_by_both,
            check=lambda _record, _viewer, contents: agreed_test.why_uncounted(contents),
        ),
        RecordStep(
            name="propose",
            label="Propose an agreement",
            after=(EVIDENCE, DISCUSSION, TEST),
            turn=sides,
            fields=(
                RecordField(name="agreement", label="What should both departments agree on?", longest=1_000),
                RecordField(name="why_no_test", label="Why is no test needed?", longest=500),
            ),
            hands_to=_other,
            due_days=ANSWER_WITHIN,
            says="Proposed. The dispute ends when the other department agrees.",
        ),
        RecordStep(
            name="agree",
            label="Agree to what was proposed",
            after=(EVIDENCE, DISCUSSION, TEST),
            leads_to=SETTLED,
            turn=sides,
            follows="propose",
            hands_to=nobody,
            bar=_proposed_by_the_other,
            says="Settled, by what both have agreed in writing.",
        ),
    ),
    first_owner=_against,
    due_days=ANSWER_WITHIN,
    grows_into=("decision",),
    check=_not_oneself,
)
