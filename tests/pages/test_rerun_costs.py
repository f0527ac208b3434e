"""What a rerun of an unchanged page costs, counted and never timed: what was read before is not read again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pandas as pd
import pytest
from sqlalchemy import Connection, Engine, event, select
from sqlalchemy.sql.compiler import SQLCompiler

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import version
from pages import MENU
from tests.pages.staff import Open, somebody
from warehouse.access.reader import Reader
from warehouse.schema import customers
from warehouse.stores import run_memo
from warehouse.stores.connect import Stores
from workflow.records import acknowledgements

ENTRIES = [entry for entries in MENU.values() for entry in entries]
ROLES = ("analyst", "team_lead", "marketing", "service", "administrator")
"""Who opens a page: the first of them that has it."""
BOOKKEEPING = ("FROM sessions", "outbox")
"""Tables that change without a line in the audit log, so that they are read at each run."""
PAGES = [(entry.url, next(role for role in ROLES if role in entry.roles)) for entry in ENTRIES]


@dataclass
class Work:
    """What was sent to the two databases and compiled for them, but for what begins and ends a transaction."""

    app_db: list[str] = field(default_factory=list)
    bank: list[str] = field(default_factory=list)
    compiled: int = 0

    def clear(self) -> None:
        self.app_db, self.bank, self.compiled = [], [], 0


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

    monkeypatch.setattr(SQLCompiler, "__init__", compiling)
    event.listen(Engine, "before_cursor_execute", note)
    yield counted
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("url", "role"), PAGES)
def test_a_rerun_of_an_unchanged_page_asks_once_whether_anything_was_written_and_nothing_else(
    open_page: Open, work: Work, url: str, role: str
) -> None:
    app = open_page(somebody(role), url)
    work.clear()
    app.run()
    again = [sent for sent in work.app_db if not any(table in sent for table in BOOKKEEPING)]
    assert [sent for sent in again if "max(audit_log.line)" not in sent] == []
    assert len(again) <= 1
    assert work.bank == []
    assert work.compiled == 0


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


def test_a_run_reads_one_snapshot_from_beginning_to_end(bank: Stores) -> None:
    with run_memo.one_run() as run:
        run.snapshot = "the one it began with"
        assert bank.snapshot() == "the one it began with"
    assert bank.snapshot() != "the one it began with"
