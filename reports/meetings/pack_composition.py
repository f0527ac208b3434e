"""The pack of a meeting, put together for one reader: a section each for what its series talks about."""

from __future__ import annotations

from functools import partial

import pandas as pd

from metrics.definitions.cache_key import Once
from metrics.definitions.scope import Period
from metrics.query.time_coverage import span_before
from reports.documents.document_facts import definition
from reports.documents.meeting_document import MeetingPack
from reports.meetings import biggest_moves, data_changes, earlier_meetings, goals_and_strategies, open_work
from reports.review.review_document import Answer, Definition
from reports.review_composition import each_time
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader, frame_of
from warehouse.errors import ChangeRefused
from workflow.collaboration import record_reading
from workflow.collaboration.meetings import EVERY, STAND_UP, WEEKLY, held_before, held_on
from workflow.collaboration.pinned_figures import slice_asked
from workflow.collaboration.record_kind import Record, department_of


def build(
    reader: Reader, meeting_id: int, available: AvailableColumns, once: Once | None = None
) -> MeetingPack:
    """The pack of a meeting as the reader may see it now; `once` may be a cache.

    Raises ChangeRefused where the reader's role includes no meeting of that number.
    """
    meeting = record_reading.one_record(reader, meeting_id)
    if meeting is None or meeting.kind != "meeting":
        raise ChangeRefused("This meeting does not exist, or your role does not include it.")
    once = once or each_time(reader)
    series = str(meeting.contents["series"])
    period = biggest_moves.span(series, reader)
    status = once(frame_of, data_coverage.status())
    answers = _sections(reader, meeting, period, available, once)
    named = dict.fromkeys(name for a in answers for name in a.metrics)
    return MeetingPack(
        number=meeting.record_id,
        series=series,
        held_on=held_on(meeting),
        as_of=data_coverage.as_of(reader),
        loaded_at=pd.to_datetime(status["loaded_at"]).max().to_pydatetime(),
        sample=bool(status["sample"].fillna(value=False).any()),
        department=department_of(reader.viewer),
        period=period,
        before=span_before(period, data_coverage.of(reader)),
        answers=answers,
        definitions=tuple(_definition(name) for name in named),
    )


def _sections(
    reader: Reader, meeting: Record, period: Period, available: AvailableColumns, once: Once
) -> tuple[Answer, ...]:
    series, today = str(meeting.contents["series"]), reader.stores.now().date()
    meetings = record_reading.records_of(reader, "meeting")
    last = held_before(meeting, meetings)
    since = data_changes.since_last(held_on(last) if last else None, today, EVERY[series])
    moves = biggest_moves.answer(reader, period, available, once)
    data = (data_changes.loads(reader, once), data_changes.definitions(reader, since))
    if series == STAND_UP:
        return (*data, moves)
    alerts = (open_work.alerts(reader, today),) if open_work.sees_alerts(reader) else ()
    observations = open_work.observations(reader, today)
    aims = (
        ()
        if series == WEEKLY
        else (
            goals_and_strategies.goals(reader, available, once),
            goals_and_strategies.strategies(reader, today),
        )
    )
    first = (*alerts, observations, moves) if series == WEEKLY else (moves, *alerts, observations)
    return (
        *first,
        *aims,
        open_work.turns(reader, today),
        earlier_meetings.decisions(reader, today, partial(slice_asked, once)),
        earlier_meetings.actions(meeting, meetings, today),
        earlier_meetings.contributions(meeting),
        *data,
    )


def _definition(name: str) -> Definition:
    label, number, owner, means = definition(name)
    return Definition(metric=name, label=label, version=number, owner=owner, means=means)
