"""A strategy with the day it is reviewed: kept, changed or stopped, each time with the evidence."""

from __future__ import annotations

from workflow.collaboration.record_kind import (
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
    who_opened,
)

_EVIDENCE = RecordField(
    name="evidence",
    label="Which figures say so, of which days?",
    longest=1_000,
    hint="Churn rate, Q2 2026: …",
)
_NEXT = RecordField(name="review_on", label="When is it reviewed next?", kind="day", future=True)
_STRATEGY = RecordField(name="strategy", label="What do we do, and what do we leave?", longest=1_500)

KIND = RecordKind(
    name="strategy",
    singular="Strategy",
    plural="Strategies",
    icon=":material/explore:",
    url="agreements",
    purpose="What the bank does and leaves, when that is reviewed, and what each review kept, changed or stopped.",
    title=RecordField(name="title", label="What is it called?", kind="line", longest=120),
    fields=(
        _STRATEGY,
        RecordField(name="goal", label="Which goal does it serve?", kind="line", longest=140),
        _NEXT,
    ),
    states={"in_force": "In force", "stopped": "Stopped"},
    closed=frozenset({"stopped"}),
    steps=(
        RecordStep(
            name="keep",
            label="Keep it",
            after=("in_force",),
            turn="decider",
            fields=(_EVIDENCE, _NEXT),
            due_field="review_on",
            says="Kept. It is reviewed again on its day.",
        ),
        RecordStep(
            name="change",
            label="Change it",
            after=("in_force",),
            turn="decider",
            fields=(_STRATEGY, _EVIDENCE, _NEXT),
            due_field="review_on",
            says="Changed. What it was before stays in its history.",
        ),
        RecordStep(
            name="stop",
            label="Stop it",
            after=("in_force",),
            leads_to="stopped",
            turn="decider",
            fields=(_EVIDENCE, RecordField(name="why", label="Why, and what takes its place?", longest=500)),
            hands_to=nobody,
        ),
    ),
    first_owner=who_opened,
    due_field="review_on",
    grows_into=("decision",),
)
