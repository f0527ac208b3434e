"""A question to those who lead the bank: anybody asks, they answer, and everybody reads both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median

from workflow.collaboration.record_kind import (
    MANAGEMENT,
    Record,
    RecordField,
    RecordKind,
    RecordStep,
    nobody,
)

ANSWER_WITHIN = 14
ANSWERED = "answered"


@dataclass(frozen=True, kw_only=True)
class QuestionCounts:
    """How many questions to leaders were answered, and after how many days."""

    questions: int
    answered: int
    days: float | None
    """Median days from question to answer; None where none was answered."""
    oldest: int | None
    """Days that the oldest question without an answer has waited."""


def counts(questions: Iterable[Record], today: date) -> QuestionCounts:
    """Of all questions; one that was withdrawn is none."""
    kept = [q for q in questions if q.state != "withdrawn"]
    days = [
        (q.last_step("answer").entered_at.date() - q.opened_at.date()).days
        for q in kept
        if q.state == ANSWERED
    ]
    waits = [(today - q.opened_at.date()).days for q in kept if q.state != ANSWERED]
    return QuestionCounts(
        questions=len(kept),
        answered=len(days),
        days=float(median(days)) if days else None,
        oldest=max(waits, default=None),
    )


KIND = RecordKind(
    name="leader_question",
    singular="Question to leaders",
    plural="Questions to leaders",
    icon=":material/contact_support:",
    url="ideas",
    purpose="What colleagues ask the executives, and what they answer. Everybody reads both.",
    title=RecordField(name="title", label="Your question in one sentence", kind="line", longest=200),
    fields=(RecordField(name="why", label="Why does it matter for your work?", longest=1_000, needed=False),),
    states={"open": "Waits for an answer", ANSWERED: "Answered", "withdrawn": "Withdrawn"},
    closed=frozenset({ANSWERED, "withdrawn"}),
    steps=(
        RecordStep(
            name="answer",
            label="Answer",
            after=("open",),
            leads_to=ANSWERED,
            turn="decider",
            fields=(RecordField(name="answer", label="Your answer", longest=2_000),),
            hands_to=nobody,
            tells_opener=True,
            says="Answered. Everybody reads it.",
        ),
        RecordStep(
            name="withdraw",
            label="Withdraw it",
            after=("open",),
            leads_to="withdrawn",
            turn="opener",
            fields=(
                RecordField(
                    name="reason", label="Why is it settled?", kind="line", longest=200, needed=False
                ),
            ),
            hands_to=nobody,
        ),
    ),
    first_owner=lambda _record, _viewer, _contents: MANAGEMENT,
    due_days=ANSWER_WITHIN,
)
