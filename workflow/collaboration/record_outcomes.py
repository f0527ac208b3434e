"""What comes of an observation is opened with one press, and the step that says so is taken in the same change.

An event on the chart, a goal, a check of the data, a dispute: each leads back to the observation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration import record_checks, record_links, record_reading, record_store
from workflow.collaboration.observations import CHECK, DISPUTE, EVENT, GOAL
from workflow.collaboration.pinned_figures import PinnedFigure, pinned
from workflow.collaboration.record_contents import checked
from workflow.collaboration.record_kind import ANALYTICS, Record
from workflow.collaboration.record_kinds import KINDS
from workflow.records import annotations as chart_events

CHECKED_WITHIN = 7
"""Days until a check of the data is due."""
CHECK_TITLE = "Check of the data: "
ACT = "act"


def may_act(record: Record, viewer: Viewer, today: date) -> bool:
    """Whether it is an observation of which something can come now, and the viewer's turn."""
    return record.kind == "observation" and any(
        s.name == ACT for s in record_checks.steps_for(record, viewer, today)
    )


def pin_event(
    stores: Stores, viewer: Viewer, record_id: int, seen_version: int, happened_on: Any, text: str
) -> str:
    """Pin an event to the chart of the figure an observation is about. Raises as `record_store.take_step` does."""
    record = _observation(stores, viewer, record_id)
    pin = _figure(stores, viewer, record)
    if not isinstance(happened_on, date):
        raise ChangeRefused("Choose the day on which it happened, and pin it again. Nothing was saved.")
    text = chart_events.checked(pin.metric, text)

    def also(entry: AuditEntry) -> None:
        number = chart_events.pin_within(entry, pin.metric, happened_on, text)
        record_links.link_within(entry, record_id, record.kind, record_links.EVENT, number)

    outcome = f"On {day(happened_on)}, on the chart of {CATALOGUE[pin.metric].label}: {text}"
    values = {"became": EVENT, "outcome": outcome}
    record_store.take_step(stores, viewer, record_id, seen_version, ACT, values, also=also)
    return "Pinned to the chart."


def check_data(stores: Stores, viewer: Viewer, record_id: int, seen_version: int, what: str) -> str:
    """Open a check of the data with Analytics. Raises as `record_store.take_step` does."""
    record = _observation(stores, viewer, record_id)
    kind, longest = KINDS["data_request"], KINDS["data_request"].title.longest
    if not what.strip():
        raise ChangeRefused("Say in a sentence what is to be checked. Nothing was saved.")
    title = f"{CHECK_TITLE}{' '.join(what.split())}"
    if len(title) > longest:
        raise ChangeRefused(f"Say it in at most {longest - len(CHECK_TITLE)} characters. Nothing was saved.")
    pin = pinned(Reader(stores, viewer)).get(record.pin_id or 0)
    contents = checked(
        kind.fields,
        {
            "to": ANALYTICS,
            "purpose": f"Observation {record_id}: {record.title}",
            "period": pin.scope.in_words()[:120] if pin else "As in the observation",
            "columns": "What was checked\nWhat it showed",
            "must_have": "Whether the figure can be trusted",
            "needed_by": stores.now().date() + timedelta(days=CHECKED_WITHIN),
        },
    )

    def also(entry: AuditEntry) -> None:
        record_store.open_within(
            entry, viewer, kind.name, title, contents, pin_id=record.pin_id, came_from=record_id
        )

    values = {"became": CHECK, "outcome": title}
    record_store.take_step(stores, viewer, record_id, seen_version, ACT, values, also=also)
    return f"The check is with Analytics, due in {CHECKED_WITHIN} days; it stands on Data status until it is done."


def open_checks(reader: Reader) -> tuple[Record, ...]:
    """The checks of the data that came of observations and are not done, the oldest first."""
    kind = KINDS["data_request"]
    rows = [
        r
        for r in record_reading.records_of(reader, kind.name)
        if r.came_from is not None and r.title.startswith(CHECK_TITLE) and r.state not in kind.closed
    ]
    return tuple(reversed(rows))


def goal_was_set(stores: Stores, viewer: Viewer, record_id: int, seen_version: int, goal_id: int) -> None:
    """Link a goal that was set to the observation it came of, and take its step. Raises as `take_step` does."""
    record = _observation(stores, viewer, record_id)

    def also(entry: AuditEntry) -> None:
        record_links.link_goal(entry, record_id, record.kind, goal_id)

    values = {"became": GOAL, "outcome": f"Goal {goal_id} was set."}
    record_store.take_step(stores, viewer, record_id, seen_version, ACT, values, also=also)


def grow(stores: Stores, viewer: Viewer, record_id: int, kind: str, values: Mapping[str, Any]) -> int:
    """`record_store.grow`; a dispute out of an observation whose turn is the viewer's is what came of it."""
    number = record_store.grow(stores, viewer, record_id, kind, values)
    record = record_reading.one_record(Reader(stores, viewer), record_id)
    if kind == "dispute" and record is not None and may_act(record, viewer, stores.now().date()):
        contents = {"became": DISPUTE, "outcome": f"Dispute {number} was opened."}
        record_store.take_step(stores, viewer, record_id, record.version, ACT, contents)
    return number


def _observation(stores: Stores, viewer: Viewer, record_id: int) -> Record:
    record = record_reading.one_record(Reader(stores, viewer), record_id)
    if record is None or record.kind != "observation":
        raise ChangeRefused(record_store.GONE)
    return record


def _figure(stores: Stores, viewer: Viewer, record: Record) -> PinnedFigure:
    pin = pinned(Reader(stores, viewer)).get(record.pin_id or 0)
    if pin is None:
        raise ChangeRefused("This observation is about no figure that you read. Nothing was saved.")
    return pin
