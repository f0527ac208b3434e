"""Meetings: planned, their packs filled with the reader's rights, recorded, and what follows from them."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import pytest
from pptx import Presentation
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import figure
from metrics.definitions.measure import measures_of
from metrics.definitions.scope import Scope, whole_months
from metrics.query.query import Query, ask
from reports.documents.meeting_document import MeetingPack
from reports.exports.pack_files import pack_file
from reports.meetings import biggest_moves, data_changes, kept_packs, meeting_calendar, pack_composition
from reports.meetings.earlier_meetings import actions
from reports.review.review_document import Answer
from reports.review_composition import each_time
from tests.pages.staff import somebody
from warehouse.access import data_coverage
from warehouse.access.reader import Reader, Viewer, may_see
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.app_db.app_schema import audit_log, meeting_packs, users
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.settings import Settings
from warehouse.stores.connect import Stores
from workflow.collaboration import decision_sources, record_reading, record_store
from workflow.collaboration.meetings import (
    EVERY,
    MONTHLY,
    QUARTERLY,
    REQUIRED,
    STAND_UP,
    WEEKLY,
    absent_departments,
    cadence,
    held_before,
    held_on,
)
from workflow.collaboration.record_kind import Record

ANALYST, MARKETING, EXECUTIVE, SALES = (somebody(r) for r in ("analyst", "marketing", "executive", "sales"))


def _plan(stores: Stores, series: str, on: date = date(2026, 7, 1), **more: object) -> int:
    values = {"title": f"{series} of July", "series": series, "held_on": on, "starts_at": "10:00"}
    return record_store.open_record(stores, ANALYST, "meeting", values | more)


def _hold(stores: Stores, number: int, attended: list[str], decided: str = "", actions: str = "") -> None:
    values = {"attended": attended, "decided": decided, "actions": actions, "minutes": ""}
    version = _record(stores, number).version
    record_store.take_step(stores, ANALYST, number, version, "hold", values)


def _record(stores: Stores, number: int) -> Record:
    record = record_reading.one_record(Reader(stores, ANALYST), number)
    assert record is not None
    return record


def _pack(stores: Stores, number: int, viewer: Viewer = ANALYST) -> MeetingPack:
    reader = Reader(stores, viewer, stores.snapshot())
    return pack_composition.build(reader, number, data_coverage.available_columns(reader))


def _section(pack: MeetingPack, key: str) -> Answer:
    return next(a for a in pack.answers if a.key == key)


@pytest.mark.parametrize("viewer", [MARKETING, ANALYST, somebody("service"), somebody("administrator")])
def test_no_pack_has_a_figure_that_its_reader_could_not_ask(viewer: Viewer, bank: Stores) -> None:
    reader = Reader(bank, viewer, bank.snapshot())
    for series in EVERY:
        moves = _section(_pack(bank, _plan(bank, series), viewer), "moves")
        for name, row in zip(moves.metrics, moves.table.rows if moves.table else (), strict=True):
            metric = CATALOGUE[name]
            assert all(may_see(viewer, m.fact) is not None for m in measures_of(metric))
            mine = _asked_herself(reader, name, Scope(biggest_moves.span(series, reader)))
            assert row[1].startswith(figure(metric, mine))


@pytest.mark.parametrize("series", list(EVERY))
def test_what_is_compared_for_marketing_is_what_marketing_asks_and_no_figure_of_single_days(
    series: str, bank: Stores
) -> None:
    """Marketing reads whole months and no group of few; an analyst reads the days."""
    compared = {}
    for viewer in (MARKETING, ANALYST):
        reader = Reader(bank, viewer, bank.snapshot())
        given, period = data_coverage.available_columns(reader), biggest_moves.span(series, reader)
        once = each_time(reader)
        compared[viewer], _ = biggest_moves.compared_figures(reader, period, given, once)
    reader = Reader(bank, MARKETING, bank.snapshot())
    assert compared[MARKETING]
    for one in compared[MARKETING]:
        assert one.period == whole_months(one.period)
        assert one.now["value"] == pytest.approx(_asked_herself(reader, one.metric.name, Scope(one.period)))
    if series == WEEKLY:
        assert all(c.period.days == 7 for c in compared[ANALYST] if not c.metric.label.startswith("Open"))


def _asked_herself(reader: Reader, name: str, scope: Scope) -> float:
    """The figure as the reader asks it herself."""
    query = Query.of([name], scope, periods=[scope.period])
    return float(ask(query, reader, data_coverage.available_columns(reader)).iloc[0][name])


def test_who_sees_totals_only_reads_whole_months_and_no_alert(bank: Stores) -> None:
    number = _plan(bank, WEEKLY)
    mine, theirs = _pack(bank, number, MARKETING), _pack(bank, number, ANALYST)
    assert (mine.period.start.day, mine.period.end) == (1, date(2026, 6, 30))
    assert theirs.period.days == 7
    assert "alerts" in {a.key for a in theirs.answers}
    assert "alerts" not in {a.key for a in mine.answers}
    assert theirs.answers[0].key == "alerts", "the weekly series begins with them"


def test_the_stand_up_has_three_sections_and_the_others_what_departments_owe_each_other(bank: Stores) -> None:
    assert [a.key for a in _pack(bank, _plan(bank, STAND_UP)).answers] == ["loads", "definitions", "moves"]
    for series in (MONTHLY, QUARTERLY):
        keys = {a.key for a in _pack(bank, _plan(bank, series)).answers}
        assert keys == {
            *("moves", "alerts", "observations", "turns", "last_decisions", "actions", "contributions"),
            *("loads", "definitions", "goals", "strategies"),
        }


@pytest.mark.parametrize("series", list(EVERY))
def test_a_section_without_anything_says_what_was_looked_at(series: str, bank: Stores) -> None:
    for answer in _pack(bank, _plan(bank, series)).answers:
        assert answer.title, answer.key
        assert answer.table is not None or any(s.startswith("Looked at") for s in answer.sentences), (
            answer.key
        )


def test_a_definition_that_changed_since_the_last_meeting_stands_in_the_pack(bank: Stores) -> None:
    reader = Reader(bank, ANALYST, bank.snapshot())
    bank.now = lambda: datetime(2026, 11, 30, 9)
    changed = data_changes.definitions(reader, date(2026, 11, 25))
    assert changed.table is not None
    assert not any(row[1].startswith("version 1,") for row in changed.table.rows)
    assert "No definition changed" in data_changes.definitions(reader, date(2026, 11, 30)).title


def test_what_is_open_stands_in_the_pack_the_oldest_first_and_the_overdue_are_counted(bank: Stores) -> None:
    for title in ("First", "Second"):
        record_store.open_record(
            bank, somebody("relationship_manager"), "observation", {"title": title, "to": "Service"}
        )
    number = _plan(bank, WEEKLY, date(2026, 7, 20))
    bank.now = lambda: datetime(2026, 7, 20, 9)
    seen = _section(_pack(bank, number), "observations")
    assert seen.table is not None
    assert [row[0] for row in seen.table.rows] == ["Observation 1, new: First", "Observation 2, new: Second"]
    assert seen.title == "2 observations are open, the oldest since 1 Jul 2026, 2 overdue"
    assert seen.table.rows[0][-1] == "overdue by 12 days"


def test_a_meeting_from_its_plan_to_the_recorded_decision(bank: Stores) -> None:
    """Planned, contributed to, held, decided; the next meeting of the series reads what was to be done."""
    number = _plan(bank, STAND_UP)
    record_store.take_step(
        bank, SALES, number, 1, "contribute", {"update": "New script", "challenge": "Late leads"}
    )
    _hold(
        bank,
        number,
        ["Marketing", "Analytics"],
        "Stop the summer campaign\nStop the summer campaign\nMove the budget to search",
        "Sales: call the 12 back, by 15 Jul\nTidy the list",
    )
    record = _record(bank, number)
    assert absent_departments(record) == ("Sales",)
    numbers = decision_sources.open_noted(bank, MARKETING, number)
    assert len(numbers) == 2
    decision = _record(bank, numbers[0])
    assert (decision.came_from, decision.title, decision.owner) == (
        number,
        "Stop the summer campaign",
        "Management",
    )
    assert decision.contents["consulted"] == ["Marketing", "Analytics"]
    with pytest.raises(ChangeRefused, match="already"):
        decision_sources.open_noted(bank, MARKETING, number)
    with pytest.raises(AccessRefused):
        decision_sources.open_noted(bank, somebody("relationship_manager"), _held_elsewhere(bank))

    later = _plan(bank, MONTHLY, date(2026, 7, 31))
    assert "No earlier meeting" in _section(_pack(bank, later), "actions").title
    again = _record(bank, _plan(bank, STAND_UP, date(2026, 7, 16)))
    last = held_before(again, record_reading.records_of(Reader(bank, ANALYST), "meeting"))
    assert last == record
    todo = actions(again, [record, again], date(2026, 7, 16))
    assert todo.title.endswith("; 0 of 1 whose day has passed in time")
    assert todo.table is not None
    assert todo.table.rows == (
        ("Sales", "call the 12 back, by 15 Jul", "not recorded, due 15 Jul 2026"),
        ("not said", "Tidy the list", "not recorded, no day named"),
    )


def _held_elsewhere(bank: Stores) -> int:
    number = _plan(bank, WEEKLY)
    _hold(bank, number, ["Service"], "Call everybody back")
    return number


def test_the_departments_that_brought_nothing_are_named(bank: Stores) -> None:
    number = _plan(bank, MONTHLY)
    record_store.take_step(bank, SALES, number, 1, "contribute", {"update": "New script", "challenge": ""})
    brought = _section(_pack(bank, number), "contributions")
    assert brought.title.startswith("1 of 5 departments have brought something; missing: Marketing, ")
    assert brought.table is not None
    assert brought.table.rows == (("Sales", "New script", ""),)


def test_the_cadence_says_when_each_series_was_held_and_who_came(bank: Stores) -> None:
    first, second = _plan(bank, WEEKLY, date(2026, 6, 22)), _plan(bank, WEEKLY, date(2026, 6, 29))
    _hold(bank, first, ["Service"])
    _hold(bank, second, ["Service", "Relationship managers"])
    by_series = {c.series: c for c in cadence(record_reading.records_of(Reader(bank, ANALYST), "meeting"))}
    weekly = by_series[WEEKLY]
    assert weekly.last is not None
    assert held_on(weekly.last) == date(2026, 6, 29)
    assert weekly.next_on == date(2026, 7, 6)
    assert (weekly.present, weekly.required) == (3, 4)
    assert by_series[MONTHLY].next_on is None
    planned = _plan(bank, WEEKLY, date(2026, 7, 8))
    weekly = next(c for c in cadence(record_reading.records_of(Reader(bank, ANALYST), "meeting")))
    assert weekly.next_on == date(2026, 7, 8)
    assert weekly.planned is not None
    assert weekly.planned.record_id == planned


def _parsed(file: bytes) -> list[tuple[str, str]]:
    """The lines of a calendar file, unfolded as RFC 5545 says, as name and value."""
    assert file.endswith(b"\r\n")
    assert all(len(line) <= 75 for line in file.split(b"\r\n"))
    text = file.decode().replace("\r\n ", "")
    return [(name, value) for name, _, value in (line.partition(":") for line in text.splitlines())]


def test_the_calendar_file_parses_and_says_when_and_who_in_the_zone_of_the_bank(bank: Stores) -> None:
    agenda = "Budget; search, \\ and more\n" + "十二月的會議安排與目標" * 8
    number = _plan(bank, QUARTERLY, date(2026, 7, 9), title="Q2, looked at; again", agenda=agenda)
    lines = _parsed(
        meeting_calendar.calendar(_record(bank, number), Settings(app_address="https://c.example/"))
    )
    values = dict(lines)
    opened = [value for name, value in lines if name == "BEGIN"]
    assert opened == ["VCALENDAR", "VTIMEZONE", "STANDARD", "VEVENT"]
    assert sorted(opened) == sorted(value for name, value in lines if name == "END")
    assert values["DTSTART;TZID=Asia/Hong_Kong"] == "20260709T100000"
    assert values["DTEND;TZID=Asia/Hong_Kong"] == "20260709T120000"
    assert (values["TZID"], values["TZOFFSETTO"]) == ("Asia/Hong_Kong", "+0800")
    assert values["SUMMARY"] == "Q2\\, looked at\\; again"
    assert "\\, ".join(REQUIRED[QUARTERLY]) in values["DESCRIPTION"]
    assert "Budget\\; search\\, \\\\ and more\\n- 十二月" in values["DESCRIPTION"]
    assert values["URL"] == f"https://c.example/meetings?record={number}"
    assert values["DTSTAMP"] == "20260701T010000Z"


def test_a_zone_with_summer_time_has_the_offset_of_the_day(bank: Stores) -> None:
    number = _plan(bank, STAND_UP, date(2026, 7, 9))
    values = dict(
        _parsed(meeting_calendar.calendar(_record(bank, number), Settings(timezone="Europe/London")))
    )
    assert values["TZOFFSETTO"] == "+0100"
    assert ("BEGIN", "DAYLIGHT") in _parsed(
        meeting_calendar.calendar(_record(bank, number), Settings(timezone="Europe/London"))
    )


@pytest.mark.parametrize("kind", ["pdf", "pptx"])
def test_a_pack_taken_along_is_on_record_and_made_for_who_holds_the_session_then(
    kind: str, bank: Stores
) -> None:
    number = _plan(bank, MONTHLY)
    file = pack_file(bank, lambda now: _pack(bank, number, now), kind, MARKETING, MARKETING)
    if kind == "pptx":
        slides = Presentation(io.BytesIO(file)).slides
        texts = "\n".join(s.text_frame.text for slide in slides for s in slide.shapes if s.has_text_frame)
        assert "Monthly review, 1 Jul 2026" in texts
        assert "Filled for Marketing" in texts
        assert "Quarterly review" not in texts
    else:
        assert file.startswith(b"%PDF")
    for now in (None, ANALYST):
        with pytest.raises(AccessRefused):
            pack_file(bank, lambda now: _pack(bank, number, now), kind, MARKETING, now)
    with bank.app_db.connect() as app_db:
        lines = app_db.execute(
            select(audit_log.c.action).where(audit_log.c.action.like("export.%"))
        ).scalars()
        assert list(lines) == ["export.taken", "export.refused", "export.refused"]


def test_every_role_that_reads_meetings_gets_a_pack_of_each_series(bank: Stores) -> None:
    numbers = [_plan(bank, series) for series in EVERY]
    for role in sorted(RECORD_RIGHTS["meeting"].see):
        for number in numbers:
            assert _pack(bank, number, somebody(role)).answers
    with pytest.raises(ChangeRefused):
        _pack(bank, 10_000)


def test_a_series_is_looked_back_on_from_the_day_after_its_last_meeting() -> None:
    week, today = timedelta(days=7), date(2026, 7, 8)
    assert data_changes.since_last(date(2026, 6, 30), today, week) == date(2026, 7, 1)
    assert data_changes.since_last(None, today, week) == date(2026, 7, 1)


def test_the_pack_of_a_recorded_meeting_opens_again_as_it_was_to_each_her_own(bank: Stores) -> None:
    number = _plan(bank, WEEKLY)
    people = [somebody(role) for role in sorted(RECORD_RIGHTS["meeting"].see)]
    before = {one.role: _pack(bank, number, one) for one in people}
    with bank.app_db.begin() as app_db:
        for one in people:
            app_db.execute(
                users.insert().values(
                    username=one.username,
                    full_name=one.full_name,
                    role=one.role,
                    rm_id=one.rm_id,
                    team=one.team,
                    password_hash="",
                    created_at=datetime(2026, 1, 1),
                )
            )
    values = {"attended": ["Service"], "decided": "", "actions": "", "minutes": ""}
    with pytest.raises(ChangeRefused):
        kept_packs.hold(bank, ANALYST, number, 1, values | {"attended": []})
    assert kept_packs.kept(Reader(bank, ANALYST), number) is None, "both or neither"
    kept_packs.hold(bank, ANALYST, number, 1, values)
    record_store.open_record(bank, SALES, "observation", {"title": "Later", "to": "Service"})
    for one in people:
        kept = kept_packs.kept(Reader(bank, one), number)
        assert kept is not None, one.role
        assert kept.pack == before[one.role]
        assert one.role == "administrator" or kept.pack != _pack(bank, number, one)
    for stranger in (somebody("relationship_manager", rm_id="RM99"), somebody("team_lead", team="Elsewhere")):
        assert kept_packs.kept(Reader(bank, stranger), number) is None
    with bank.app_db.begin() as app_db:
        app_db.execute(meeting_packs.update().values(content=meeting_packs.c.content + " "))
    assert kept_packs.kept(Reader(bank, ANALYST), number) is None, "an altered one is none"
