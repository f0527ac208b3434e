"""What earlier meetings left: decisions and whether they worked, actions; and what departments bring to this one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day, figure
from reports.review.review_document import Answer, Table
from warehouse.access.reader import Reader
from warehouse.access.record_rights import kinds_seen
from workflow.collaboration import record_reading
from workflow.collaboration.decision_outcomes import (
    Ask,
    by_the_data,
    by_the_data_in_words,
    expected_as_typed,
    is_due,
    outcome,
)
from workflow.collaboration.decision_records import (
    REVIEWED,
    TAKEN,
    review_day,
    track_record,
)
from workflow.collaboration.meetings import REQUIRED, MeetingAction, actions_of, held_before, held_on
from workflow.collaboration.record_kind import DEPARTMENTS, Record

DECISIONS = "What did we decide last, and did it work?"
ACTIONS = "Who was to do what since the last meeting?"
CONTRIBUTIONS = "What does each department bring?"
MOST_DECISIONS = 6


def decisions(reader: Reader, now: date, ask: Ask) -> Answer:
    """The decisions taken last, with what they should do and what they did."""
    if "decision" not in kinds_seen(reader.viewer.role):
        return Answer(
            key="last_decisions",
            question=DECISIONS,
            title="Your role includes no decisions",
            sentences=("Nothing was looked at.",),
        )
    every = record_reading.records_of(reader, "decision")
    taken = sorted(
        (r for r in every if r.state in (TAKEN, REVIEWED)),
        key=lambda r: r.steps_taken("take")[-1].entry_id,
        reverse=True,
    )
    waiting = sum(r.state == "wanted" for r in every)
    count = "1 decision" if len(every) == 1 else f"{len(every)} decisions"
    looked = f"Looked at: {count} on record, {waiting} of them waiting to be taken."
    if not taken:
        return Answer(
            key="last_decisions", question=DECISIONS, title="No decision was taken yet", sentences=(looked,)
        )
    computed = by_the_data_in_words(every, by_the_data(reader, every, now, ask))
    count = "1 decision" if len(taken) == 1 else f"{len(taken)} decisions"
    return Answer(
        key="last_decisions",
        question=DECISIONS,
        title=track_record(every).hits() or f"{count} taken, none looked at again yet",
        sentences=tuple(filter(None, (looked, computed))),
        table=Table(
            columns=("Decision", "Should", "Did it?"),
            rows=tuple(_decision(r, reader, now, ask) for r in taken[:MOST_DECISIONS]),
            title="Last decisions",
        ),
    )


def _decision(record: Record, reader: Reader, now: date, ask: Ask) -> tuple[str, str, str]:
    taken = record.steps_taken("take")[-1]
    on, expected = day(taken.entered_at.date()), expected_as_typed(record)
    what = f"{record.title} {record.contents['chosen']} (decision {record.record_id}, {on})"
    result = outcome(reader, record, now, ask)
    if result is not None:
        expected = f"{CATALOGUE[result.then.metric].label}: {result.expected_in_words()}"
    if record.state == REVIEWED:
        recorded, by_data = record.contents["held"], "" if result is None else result.did
        also = f" (by the data now {by_data})" if by_data not in ("", recorded) else ""
        return what, expected, f"{recorded}{also}: {record.contents['learned']}"
    if result is not None:
        metric = CATALOGUE[result.then.metric]
        actual = "" if result.now is None else f", now {figure(metric, result.now.value)}"
        return what, expected, f"by the data {result.did}{actual}. {result.why}"
    if is_due(record, now):
        return what, expected, "due to be looked at; its figure is not part of your role"
    again = review_day(record)
    late = again is not None and again <= now
    return what, expected, f"{'was' if late else 'is'} to be looked at on {day(again)}"


def actions(meeting: Record, meetings: Sequence[Record], now: date) -> Answer:
    """What the last meeting of the series put on somebody's list."""
    last = held_before(meeting, meetings)
    if last is None:
        return Answer(
            key="actions",
            question=ACTIONS,
            title="No earlier meeting of this series is on record",
            sentences=("Looked at: every meeting of this series that was held.",),
        )
    looked = f"Looked at: the meeting of {day(held_on(last))}."
    noted = actions_of(last)
    if not noted:
        return Answer(
            key="actions", question=ACTIONS, title="The last meeting noted no action", sentences=(looked,)
        )
    return Answer(
        key="actions",
        question=ACTIONS,
        title=_done_in_time(noted, held_on(last), now),
        sentences=(looked,),
        table=Table(
            columns=("Department", "Action", "Done"),
            rows=tuple((*_action(a.line), _done(a)) for a in noted),
            title="Actions",
        ),
    )


def _done_in_time(noted: Sequence[MeetingAction], on: date, now: date) -> str:
    """`2 of 3 actions from 31 Mar 2026 are recorded as done; 1 of 2 whose day has passed in time`."""
    done = [a for a in noted if a.done is not None]
    of = f"{len(noted)} action{'' if len(noted) == 1 else 's'} from {day(on)}"
    title = f"{len(done)} of {of} {'is' if len(noted) == 1 else 'are'} recorded as done"
    dated = [a for a in noted if a.due is not None and a.due < now]
    return (
        f"{title}; {sum(bool(a.in_time) for a in dated)} of {len(dated)} whose day has passed in time"
        if dated
        else title
    )


def _done(action: MeetingAction) -> str:
    if action.done is None:
        return f"not recorded, due {day(action.due)}" if action.due else "not recorded, no day named"
    late = "" if action.in_time is None else ", in time" if action.in_time else f", due {day(action.due)}"
    return f"{day(action.done)}{late}"


def _action(line: str) -> tuple[str, str]:
    """`Service: call back the 12` → whose it is, and what; of a line that names nobody, everybody's."""
    head, colon, rest = line.partition(":")
    whose = next((d for d in DEPARTMENTS if d.lower() == head.strip().lower()), "")
    return (whose, rest.strip()) if colon and whose else ("not said", line)


def contributions(meeting: Record) -> Answer:
    """Updates and challenges by department, and the required departments that have brought none."""
    entries, required = meeting.steps_taken("contribute"), REQUIRED[meeting.contents["series"]]
    there = {e.department for e in entries}
    missing = [d for d in required if d not in there]
    brought = len(required) - len(missing)
    title = f"{brought} of {len(required)} departments have brought something"
    if missing:
        title += f"; missing: {', '.join(missing)}"
    return Answer(
        key="contributions",
        question=CONTRIBUTIONS,
        title=title,
        sentences=("Looked at: the updates and challenges recorded for this meeting.",),
        table=Table(
            columns=("Department", "Update", "Challenge"),
            rows=tuple(
                (e.department, e.contents["update"], e.contents.get("challenge") or "") for e in entries
            ),
            title="Updates and challenges",
        )
        if entries
        else None,
    )
