"""What a rerun of an unchanged page costs, counted in statements: what was read before is not read again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, event

from metrics.catalogue import CATALOGUE
from metrics.definitions.measure import version
from pages import MENU
from tests.pages.staff import Open, somebody
from warehouse.access.reader import Reader
from warehouse.stores import run_memo
from warehouse.stores.connect import Stores
from workflow.records import acknowledgements

ENTRIES = [entry for entries in MENU.values() for entry in entries]
ROLES = ("analyst", "team_lead", "marketing", "service", "administrator")
"""Who opens a page: the first of them that has it."""
BOOKKEEPING = ("FROM sessions", "outbox")
"""Tables that change without a line in the audit log, so that they are read at each run."""
PAGES = [(entry.url, next(role for role in ROLES if role in entry.roles)) for entry in ENTRIES]


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """Every statement sent to the application database from now on, but for what begins and ends a transaction."""
    sent: list[str] = []

    def note(connection: Connection, _cursor: object, statement: str, *_: object) -> None:
        if connection.dialect.name == "sqlite" and not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")):
            sent.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    yield sent
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("url", "role"), PAGES)
def test_a_rerun_of_an_unchanged_page_asks_once_whether_anything_was_written(
    open_page: Open, asked: list[str], url: str, role: str
) -> None:
    app = open_page(somebody(role), url)
    asked.clear()
    app.run()
    again = [sent for sent in asked if not any(table in sent for table in BOOKKEEPING)]
    assert [sent for sent in again if "max(audit_log.line)" not in sent] == []
    assert len(again) <= 1


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
