"""What a rerun of an unchanged page costs, counted and never timed: what was read before is not read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from random import random

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.sql.compiler import SQLCompiler
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import version
from metrics.definitions.scope import Period, Scope
from pages import MENU
from pages.components import data, tables
from sign_in import accounts
from tests.pages.opened import folded, opened
from tests.pages.staff import Open, somebody
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import sessions
from warehouse.schema import customers
from warehouse.stores import connect, run_memo
from warehouse.stores.connect import Stores
from workflow.collaboration import record_store
from workflow.collaboration.meetings import MONTHLY
from workflow.collaboration.pinned_figures import pin_figure
from workflow.records import acknowledgements

ENTRIES = [entry for entries in MENU.values() for entry in entries]
ROLES = ("analyst", "team_lead", "marketing", "service", "administrator")
"""Who opens a page: the first of them that has it."""
BOOKKEEPING = ("FROM sessions", "FROM api_tokens", "sign_in_failures", "outbox", "page_days")
"""Tables that change without a line in the audit log, so that they are read at each run."""
KILOBYTES = {"dictionary": 175, "identity": 90, "lead-hand-off": 60}
"""At most, of what a rerun sends; 50 of the other pages."""
PAGES = [(entry.url, next(role for role in ROLES if role in entry.roles)) for entry in ENTRIES]


@dataclass
class Work:
    """What was sent to the two databases and compiled for them, but for what begins and ends a transaction."""

    app_db: list[str] = field(default_factory=list)
    bank: list[str] = field(default_factory=list)
    compiled: int = 0
    sent: int = 0
    """Bytes to the browser, as if it had kept nothing of the run before."""

    def clear(self) -> None:
        self.app_db, self.bank, self.compiled, self.sent = [], [], 0, 0


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Iterator[Work]:
    """Everything from now on."""
    counted, begin = Work(), SQLCompiler.__init__

    def note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            (counted.app_db if connection.dialect.name == "sqlite" else counted.bank).append(statement)

    def compiling(compiler: SQLCompiler, *given: object, **named: object) -> None:
        counted.compiled += 1
        begin(compiler, *given, **named)  # type: ignore[arg-type]  # handed on as it came

    def send(message: ForwardMsg) -> None:
        counted.sent += message.ByteSize()

    monkeypatch.setattr(SQLCompiler, "__init__", compiling)
    ForwardMsgQueue.on_before_enqueue_msg(send)
    event.listen(Engine, "before_cursor_execute", note)
    yield counted
    event.remove(Engine, "before_cursor_execute", note)
    ForwardMsgQueue.on_before_enqueue_msg(None)


@pytest.mark.parametrize(("url", "role"), PAGES)
def test_a_rerun_of_an_unchanged_page_asks_once_whether_anything_was_written_and_nothing_else(
    open_page: Open, work: Work, url: str, role: str
) -> None:
    app = open_page(somebody(role), url)
    work.clear()
    app.run()
    again = [sent for sent in work.app_db if not any(table in sent for table in BOOKKEEPING)]
    assert [sent for sent in again if "audit_log.line DESC" not in sent] == []
    assert len(again) <= 1
    assert work.bank == []
    assert work.compiled == 0
    assert work.sent < 1000 * KILOBYTES.get(url, 50)


@pytest.mark.parametrize("url", ["meetings", "decisions"])
def test_a_rerun_of_an_open_meeting_and_of_a_decision_with_its_outcome_costs_no_more(
    open_page: Open, bank: Stores, work: Work, url: str
) -> None:
    viewer, lead = somebody("analyst"), somebody("executive")
    if url == "meetings":
        planned = {"title": "Review", "series": MONTHLY, "held_on": date(2026, 7, 2), "starts_at": "10:00"}
        number = record_store.open_record(bank, viewer, "meeting", planned)
    else:
        bank.now = lambda: datetime(2026, 3, 31, 9)
        pin = pin_figure(bank, viewer, "leads", Scope(Period(date(2026, 1, 1), date(2026, 3, 31))))
        opened = {"title": "More search?", "options": "Yes\nNo"}
        number = record_store.open_record(bank, viewer, "decision", opened, pin_id=pin)
        taken = {"chosen": "Yes", "why": "It pays", "owner": "Marketing", "direction": "rise"}
        record_store.take_step(bank, lead, number, 1, "take", taken | {"review_on": date(2026, 7, 1)})
        bank.now = lambda: datetime(2026, 7, 1, 9)
    app = open_page(viewer, url, record=str(number))
    work.clear()
    app.run()
    assert not app.exception
    again = [sent for sent in work.app_db if not any(table in sent for table in BOOKKEEPING)]
    assert [sent for sent in again if "audit_log.line DESC" not in sent] == []
    assert (len(again) <= 1, work.bank, work.compiled) == (True, [], 0)
    assert work.sent < 50_000


def test_what_explains_a_table_and_its_file_are_drawn_only_when_somebody_opens_them(open_page: Open) -> None:
    app = open_page(somebody("analyst"), "funnel")
    closed = {key for _, key in folded(app)}
    assert {"explain-months", "export-months", "explain-parts", "export-parts"} <= closed
    assert not app.code
    assert len(opened(app, "Explain").code) >= 3


def test_a_bug_in_what_was_opened_keeps_back_that_part_and_not_the_page(
    open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_page(somebody("analyst"), "funnel")

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(tables, "_sources", broken)
    app = opened(app, "Explain")
    assert {error.value[:28] for error in app.error} == {"This part could not be shown"}
    assert app.title
    assert app.dataframe


def test_what_was_read_of_the_bank_is_read_anew_of_another_snapshot_by_another_viewer_and_outside_a_run(
    bank: Stores, work: Work
) -> None:
    statement = select(customers.c.customer_id, customers.c.full_name).order_by(customers.c.customer_id)
    places = sorted(p.stem.removeprefix("bank-") for p in bank.settings.data_dir.glob("*.duckdb"))
    analyst = somebody("analyst")
    lead = somebody("team_lead")
    readers = [
        *(Reader(bank, viewer, place) for place in places for viewer in (analyst, lead)),
        Reader(bank, somebody("relationship_manager"), places[-1]),
        Reader(bank, replace(lead, covers=("C0001",)), places[-1]),
    ]
    assert len(places) == 2
    for _ in range(2):
        with run_memo.one_run():
            answers = [reader.frame(statement) for reader in readers]
    assert len(work.bank) == len(readers)
    for reader, answer in zip(readers, answers, strict=True):
        pd.testing.assert_frame_equal(answer, reader.frame(statement))
    assert len(work.bank) == 2 * len(readers)


def test_what_is_written_is_seen_by_the_run_that_wrote_it_and_by_the_next(bank: Stores) -> None:
    viewer, names = somebody("analyst"), iter(["leads", "win_rate", "revenue"])
    reader = Reader(bank, viewer)

    def acknowledge_one() -> None:
        name = next(names)
        acknowledgements.acknowledge(bank, viewer, name, version(CATALOGUE[name]))

    acknowledge_one()
    with run_memo.one_run():
        assert len(acknowledgements.given(reader)) == 1
        acknowledge_one()
        assert len(acknowledgements.given(reader)) == 2
    acknowledge_one()
    with run_memo.one_run():
        assert len(acknowledgements.given(reader)) == 3


def given_now(viewer: Viewer) -> tuple[int, float]:
    """How many definitions were accepted, and something that differs each time it is worked out."""
    worked_out.append(1)
    return len(acknowledgements.given(Reader(connect.here(), viewer))), random()


def came_in(viewer: Viewer) -> int:
    """How many sessions began: they begin without a line in the audit log."""
    worked_out.append(1)
    return len(Reader(connect.here(), viewer).frame(select(sessions.c.username)))


worked_out: list[int] = []


def test_what_is_worked_out_of_what_people_wrote_is_worked_out_anew_when_they_write(bank: Stores) -> None:
    viewer, other = somebody("analyst"), somebody("administrator")
    connect.use(bank)

    def in_a_run(who: Viewer) -> tuple[int, float]:
        with run_memo.one_run():
            return data.until_changed(who, given_now)

    first = in_a_run(viewer)
    assert in_a_run(viewer) == first
    assert in_a_run(other) != first, "of another person it is never taken"
    assert data.until_changed(viewer, given_now) != first, "outside a run nothing is kept"
    acknowledgements.acknowledge(bank, viewer, "leads", version(CATALOGUE["leads"]))
    after = in_a_run(viewer)
    assert (first[0], after[0]) == (0, 1)
    bank.now = lambda: datetime(2026, 7, 2, 9)
    assert in_a_run(viewer)[1] != after[1], "the next day may say another thing"
    bank.settings = replace(bank.settings, smallest_cell=bank.settings.smallest_cell + 1)
    third = in_a_run(viewer)
    assert third[1] != after[1]
    with run_memo.one_run() as run:
        run.snapshot = "bank-another"
        assert data.until_changed(viewer, given_now) != third


def test_what_was_read_of_a_table_without_a_line_in_the_log_is_asked_again(bank: Stores) -> None:
    viewer, at = SYSTEM, bank.now()
    connect.use(bank)
    accounts.create(bank, "amy", "a long pass phrase", by="test", full_name="Amy Chan", role="analyst")
    worked_out.clear()
    counts = []
    for signs_in in (False, True, False):
        if signs_in:
            with bank.app_db.begin() as app_db:
                app_db.execute(
                    sessions.insert().values(token_hash="x", username="amy", started_at=at, seen_at=at)
                )
        with run_memo.one_run():
            counts += [data.until_changed(viewer, came_in), data.until_changed(viewer, came_in)]
    assert counts == [0, 0, 1, 1, 1, 1]
    assert len(worked_out) == 2


def test_a_run_reads_one_snapshot_from_beginning_to_end(bank: Stores) -> None:
    with run_memo.one_run() as run:
        run.snapshot = "the one it began with"
        assert bank.snapshot() == "the one it began with"
    assert bank.snapshot() != "the one it began with"
