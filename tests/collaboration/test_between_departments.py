"""What records of several departments come to, on records alone: essentials that block, gaps, predictions, attendance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pytest

from metrics.definitions.scope import Period, Scope
from tests.pages.staff import somebody
from warehouse.access.reader import Reader
from warehouse.stores.connect import Stores
from workflow.collaboration import initiatives, meetings, negotiations
from workflow.collaboration.pinned_figures import Reading, pin_figure, pinned
from workflow.collaboration.predictions import PredictionOutcome, check_prediction
from workflow.collaboration.record_kind import MARKETING, SALES, SERVICE, Record, RecordEntry

ANALYST = somebody("analyst")
AT = datetime(2026, 3, 31, 9)


def _entry(version: int, step: str, department: str, contents: Mapping[str, Any], state: str) -> RecordEntry:
    return RecordEntry(
        entry_id=version,
        version=version,
        step=step,
        state=state,
        owner=department,
        due_on=None,
        contents=contents,
        note="",
        department=department,
        entered_by=department,
        entered_at=AT,
    )


def _record(kind: str, state: str, *steps: tuple[str, str, Mapping[str, Any]]) -> Record:
    return Record(
        record_id=1,
        kind=kind,
        title="A talk",
        department=steps[0][1],
        pin_id=None,
        came_from=None,
        customer=None,
        opened_by="x",
        opened_at=AT,
        entries=tuple(_entry(i, *step, state) for i, step in enumerate(steps, start=1)),
    )


def test_an_option_that_fails_an_essential_is_excluded_until_it_is_renegotiated() -> None:
    steps: list[tuple[str, str, Mapping[str, Any]]] = [
        ("opened", MARKETING, {"other": SALES}),
        ("conditions", MARKETING, {"essential": ["Within a day"], "desired": ["By phone"]}),
        ("conditions", SALES, {"essential": ["A phone number"], "desired": []}),
        (
            "score",
            SALES,
            {
                "option": "As now",
                "mark_0": negotiations.FAILS,
                "mark_1": negotiations.MEETS,
                "mark_2": negotiations.MEETS,
            },
        ),
    ]
    (option,) = negotiations.scored(_record("negotiation", "open", *steps))
    assert [c.words for c in option.failed] == ["Within a day"]
    assert negotiations.frontier([option]) == []
    reworded = {"essential_was": "Within a day", "essential_is": "Within two days"}
    (after,) = negotiations.scored(
        _record("negotiation", "open", *steps, ("renegotiate", MARKETING, reworded))
    )
    assert not after.is_excluded
    assert after.marks[0] == "", "what was reworded was not scored yet"


def test_an_initiative_names_who_is_missing_and_each_department_has_one_part() -> None:
    opened = {
        "accountable": MARKETING,
        "team": [MARKETING, SERVICE],
        "consulted": [SERVICE, SALES],
        "informed": [SALES],
    }
    record = _record("initiative", "running", ("opened", MARKETING, opened))
    assert initiatives.gaps(record) == ["No colleague of IT is in the team.", "It has no sponsor."]
    parts = initiatives.responsibilities(record)
    assert parts == {MARKETING: "accountable", SALES: "consulted", SERVICE: "responsible"}


@pytest.mark.parametrize(
    ("direction", "now", "came_of_it"),
    [
        ("rise", 1_300.0, PredictionOutcome.HELD),
        ("stay as it is", 1_300.0, PredictionOutcome.DID_NOT_HOLD),
        ("rise", 1_010.0, PredictionOutcome.OPEN),
    ],
)
def test_of_two_predictions_each_is_marked_by_the_figure(
    direction: str, now: float, came_of_it: PredictionOutcome, bank: Stores
) -> None:
    number = pin_figure(bank, ANALYST, "leads", Scope(Period(date(2026, 1, 1), date(2026, 3, 31))))
    reader = Reader(bank, ANALYST, bank.snapshot())
    then = pinned(reader)[number]
    wrote = _entry(1, "predict", SALES, {"direction": direction, "checked_on": "2026-07-01"}, "open")

    def checked(today: date) -> PredictionOutcome:
        reading = Reading(then.value * now / 1_000)
        return check_prediction(reader, then, wrote, today, lambda *_: reading).outcome

    assert checked(date(2026, 6, 30)) is PredictionOutcome.TOO_EARLY
    assert checked(date(2026, 7, 1)) is came_of_it


def test_an_action_is_due_on_the_day_its_line_ends_with_and_done_once() -> None:
    held = date(2026, 12, 15)
    assert meetings.last_day("Service: call the 12 back, by 15 Jan", held) == date(2027, 1, 15)
    assert meetings.last_day("Sales: a list by 31 December 2026.", held) == date(2026, 12, 31)
    assert meetings.last_day("By phone, by 31 Feb", held) is None
    noted = {
        "series": meetings.WEEKLY,
        "held_on": "2026-03-24",
        "actions": ["Sales: a list, by 30 Mar", "A rule"],
    }
    done = {"action": "Sales: a list, by 30 Mar"}
    record = _record("meeting", meetings.HELD, ("opened", SALES, noted), ("action_done", SALES, done))
    late, still = meetings.actions_of(record)
    assert (late.done, late.in_time, still.done, still.in_time) == (AT.date(), False, None, None)
    step = meetings.KIND.step("action_done")
    assert step is not None
    assert [field.choices for field in step.fields_for(record)] == [("A rule",)]


def test_attendance_counts_the_meetings_that_need_a_department() -> None:
    attended = {"series": meetings.WEEKLY, "held_on": "2026-03-31", "attended": [SERVICE, SALES]}
    held = _record("meeting", meetings.HELD, ("opened", SERVICE, attended))
    planned = _record("meeting", "planned", ("opened", SERVICE, attended))
    assert meetings.attendance([held, planned]) == {"Relationship managers": (0, 1), SERVICE: (1, 1)}
