"""The decisions taken in this quarter and the one before: what each should have done to a figure, and what came of it."""

from __future__ import annotations

from datetime import date

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, figure, in_a_sentence
from reports.review.review_context import NOTHING_TO_DECIDE, ReviewContext
from reports.review.review_document import Exhibit, Table
from workflow.collaboration import decision_outcomes, record_reading
from workflow.collaboration.decision_outcomes import DecisionOutcome
from workflow.collaboration.decision_records import CANNOT_BE_TOLD, NO, REVIEWED, TAKEN, YES, review_day
from workflow.collaboration.pinned_figures import slice_asked
from workflow.collaboration.record_kind import Record

COLUMNS = ("Decision", "Taken, by whom", "Expected", "Actual", "What came of it")
MOST = 8
"""So many decisions are listed, those taken last."""
CAME = {
    YES: "Did what was expected",
    NO: "Did not do what was expected",
    CANNOT_BE_TOLD: "Cannot be told",
}

NOT_DUE, DUE, UNPINNED = "not due", "due", "no figure"
OPEN = (
    (DUE, ("is", "are"), "due for review"),
    (NOT_DUE, ("is", "are"), "not due yet"),
    (UNPINNED, ("has", "have"), "no figure pinned"),
)
"""What cannot be compared, with its verb for one and for several, and its words."""


def exhibits(context: ReviewContext) -> tuple[Exhibit, ...]:
    """Expected against actual; nothing where no decision was taken or looked at again in these two quarters."""
    first = context.quarter.back(1).whole.start
    decided = [
        (on, r)
        for r in record_reading.records_of(context.reader, "decision")
        if r.state in (TAKEN, REVIEWED) and first <= (on := _last_step(r)) <= context.quarter.whole.end
    ]
    if not decided:
        return ()
    decided.sort(key=lambda one: (one[0], one[1].record_id), reverse=True)
    rows, came = [], []
    for _, record in decided[:MOST]:
        row, what = _row(context, record)
        rows.append(row)
        came.append(what)
    more, which = "", "Decisions"
    if len(decided) > MOST:
        more = f"; {len(decided) - MOST} earlier ones stand on the page Decisions"
        which = f"The last {MOST} decisions"
    counts = [
        f"{came.count(word)} {in_a_sentence(CAME[word])}"
        for word in (YES, NO, CANNOT_BE_TOLD)
        if word in came
    ]
    counts += [
        f"{came.count(word)} {verbs[came.count(word) > 1]} {rest}"
        for word, verbs, rest in OPEN
        if word in came
    ]
    return (
        Exhibit(
            title=f"{which} taken or looked at again since {day(first)}: {', '.join(counts)}",
            recommendation=_recommendation(came),
            table=Table(
                columns=COLUMNS,
                rows=tuple(rows),
                title="What came of earlier decisions",
                estimated=COLUMNS,
            ),
            sentences=(
                "A figure that moved as expected did so after the decision, which alone does not say that it moved "
                f"through it{more}.",
            ),
        ),
    )


def _last_step(record: Record) -> date:
    """The day a decision was looked at again, or taken."""
    steps = record.steps_taken("look_again") or record.steps_taken("take")
    return steps[-1].entered_at.date()


def _row(context: ReviewContext, record: Record) -> tuple[tuple[str, ...], str]:
    """The row of a decision, and what came of it: YES, NO, CANNOT_BE_TOLD, or why it is still open."""
    taken = record.steps_taken("take")[-1]
    today = context.reader.stores.now().date()
    reader, once = context.reader, context.once
    result = decision_outcomes.outcome(
        reader, record, today, lambda of, metric, scope: slice_asked(once, of, metric, scope)
    )
    still, words = _still_open(record, today)
    came = still
    if record.state == REVIEWED:
        came, by_data = str(record.contents["held"]), "" if result is None else result.did
        also = "" if by_data in ("", came) else f" (by the data now: {in_a_sentence(CAME[by_data])})"
        words = f"Recorded: {in_a_sentence(CAME[came])}{also}: {record.contents['learned']}"
    elif result is not None:
        came, words = result.did, f"{CAME[result.did]}. {result.why}"
    expected = decision_outcomes.expected_as_typed(record) if result is None else _expected(result)
    who = f"{day(taken.entered_at.date())}, {taken.contents['owner']}"
    return (f"{record.title} {taken.contents['chosen']}", who, expected, _actual(result, still), words), came


def _still_open(record: Record, today: date) -> tuple[str, str]:
    """Why nothing can be compared yet, and when the decision is looked at again."""
    on = review_day(record)
    is_due = on is not None and on <= today
    when = f"due since {day(on)}" if is_due else f"to be looked at again on {day(on)}"
    if record.pin_id is None:
        return UNPINNED, f"No figure is pinned; {when}"
    if is_due:
        return DUE, f"{when[:1].upper()}{when[1:]}; its figure is not part of your role"
    return NOT_DUE, f"{when[:1].upper()}{when[1:]}"


def _expected(result: DecisionOutcome) -> str:
    metric = CATALOGUE[result.then.metric]
    return f"{metric.label} ({figure(metric, result.then.reading.value)}): {result.expected_in_words()}"


def _actual(result: DecisionOutcome | None, still: str) -> str:
    if result is None:
        return {UNPINNED: "no figure pinned", DUE: "not for your role"}.get(still, "not known yet")
    if result.now is None:
        return "not known"
    return f"{figure(CATALOGUE[result.then.metric], result.now.value)}, {result.scope.period.in_words()}"


def _recommendation(came: list[str]) -> str:
    if NO in came:
        return "Ask whoever carried out what did not do what was expected whether to keep, change or stop it."
    return NOTHING_TO_DECIDE
