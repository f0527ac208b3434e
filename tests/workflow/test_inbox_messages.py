"""What waits in the inbox, sent on: numbers and links once a day, and never what a record says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from tests.workflow.receivers import ADDRESS, WHERE, Clock, Hook, bank_in, running
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import outbox as outbox_table
from warehouse.app_db.app_schema import users
from warehouse.errors import ChangeRefused
from warehouse.schema import customers
from warehouse.stores.connect import Stores
from workflow.collaboration import mentions, record_store
from workflow.messages import inbox_digest, sending
from workflow.messages.destinations import add_destination
from workflow.records import outbox

CARMEN = Viewer("carmen", "Carmen Ho", "marketing")
EDMOND = Viewer("edmond", "Edmond Lau", "sales")
AMY = Viewer("amy", "Amy Wong", "relationship_manager", rm_id="RM01")
SERVICE = Viewer("siu", "Siu Wai Chan", "service")


def never(seconds: float) -> None:
    raise AssertionError(f"paused {seconds} s")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bank(loaded_folder: Path, tmp_path: Path, clock: Clock) -> Iterator[Stores]:
    """A loaded bank with an account of an RM, of Marketing, of Sales and of Service."""
    stores = bank_in(tmp_path / "data", loaded_folder, clock)
    with stores.app_db.begin() as app_db:
        for viewer in (CARMEN, EDMOND, SERVICE):
            row = {"username": viewer.username, "full_name": viewer.full_name, "role": viewer.role}
            app_db.execute(insert(users).values(**row, password_hash="", created_at=datetime(2026, 1, 1)))
    yield stores
    stores.app_db.dispose()


def _named(stores: Stores) -> int:
    number = record_store.open_record(
        stores, EDMOND, "observation", {"title": "A title only for the page", "to": "Service"}
    )
    record_store.comment(stores, EDMOND, number, "@carmen A word only for the page")
    return number


def _rows(stores: Stores) -> list[dict]:
    with stores.app_db.connect() as app_db:
        return [dict(row) for row in app_db.execute(select(outbox_table)).mappings()]


def test_it_counts_mentions_and_overdue_records_and_leads_to_each(bank: Stores, clock: Clock) -> None:
    number = _named(bank)
    late = record_store.open_record(
        bank,
        EDMOND,
        "feedback",
        {"title": "Notes", "to": "Marketing", "about": "This works well", "said": "Keep it"},
    )
    clock.at += timedelta(days=11)
    add_destination(bank, "carmen", "mentions", WHERE, by="operator")
    hook = Hook()
    with running(hook):
        (sent,) = sending.send(bank, "mentions", {WHERE: hook.address}, never)
    assert sent.delivered
    (got,) = hook.got
    assert got["title"] == "1 mention and 1 overdue record of Marketing wait for you, 12 Jul 2026"
    assert got["message"].splitlines() == [
        f"Observation {number}: {ADDRESS}/observations?record={number}",
        f"Feedback {late}: {ADDRESS}/feedback?record={late}",
        f"{ADDRESS}/inbox",
    ]


def test_it_says_nothing_of_what_a_record_says_or_whom_it_is_about(bank: Stores, clock: Clock) -> None:
    add_destination(bank, "amy", "mentions", WHERE, by="operator")
    mine = customers.c.rm_id == "RM01"
    person = Reader(bank, SYSTEM, bank.snapshot()).rows(
        select(customers.c.customer_id, customers.c.full_name).where(mine).limit(1)
    )[0]
    number = record_store.open_record(
        bank, AMY, "service_case", {"title": f"Call {person.full_name}"}, customer_id=person.customer_id
    )
    record_store.comment(bank, SERVICE, number, f"@amy {person.full_name} {person.customer_id}")
    hook = Hook()
    with running(hook):
        assert sending.send(bank, "mentions", {WHERE: hook.address}, never)[0].delivered
    text = json.dumps([hook.got, _rows(bank)], default=str, ensure_ascii=False)
    assert f"Case with Service {number}" in text
    assert person.full_name not in text
    assert person.customer_id not in text


def test_it_is_sent_once_a_day_and_not_to_who_has_nothing_that_waits(bank: Stores, clock: Clock) -> None:
    add_destination(bank, "carmen", "mentions", WHERE, by="operator")
    add_destination(bank, "amy", "mentions", WHERE, by="operator")
    hook = Hook()
    with running(hook):
        assert sending.send(bank, "mentions", {WHERE: hook.address}, never) == []
        _named(bank)
        for _ in range(3):
            sending.send(bank, "mentions", {WHERE: hook.address}, never)
        assert len(hook.got) == 1
        clock.at += timedelta(days=1)
        sending.send(bank, "mentions", {WHERE: hook.address}, never)
    assert [row["about"] for row in _rows(bank)] == ["2026-07-01", "2026-07-02"]
    assert len(hook.got) == 2


def test_what_failed_is_tried_again_the_same_day_and_given_up_the_next(bank: Stores, clock: Clock) -> None:
    add_destination(bank, "carmen", "mentions", WHERE, by="operator")
    _named(bank)
    (sent,) = sending.send(bank, "mentions", {}, never)
    assert not sent.delivered
    clock.at += timedelta(days=1)
    hook = Hook()
    with running(hook):
        over, today = sending.send(bank, "mentions", {WHERE: hook.address}, never)
    assert outbox.DAY_OVER in over.outcome
    assert today.delivered
    assert len(hook.got) == 1


def test_what_was_dealt_with_meanwhile_is_not_sent(bank: Stores) -> None:
    add_destination(bank, "carmen", "mentions", WHERE, by="operator")
    _named(bank)
    sending.send(bank, "mentions", {}, never)
    (entry,) = mentions.waiting_for(Reader(bank, CARMEN))
    mentions.tick_off(bank, CARMEN, entry)
    hook = Hook()
    with running(hook):
        assert sending.send(bank, "mentions", {WHERE: hook.address}, never) == []
    assert hook.got == []
    (row,) = _rows(bank)
    assert row["ended_why"] == outbox.NOTHING_WAITS


def test_a_closed_account_gets_none_and_nobody_else_is_refused_one(bank: Stores) -> None:
    with pytest.raises(ChangeRefused, match="no open account"):
        add_destination(bank, "nobody", "mentions", WHERE, by="operator")
    add_destination(bank, "carmen", "mentions", WHERE, by="operator")
    _named(bank)
    with bank.app_db.begin() as app_db:
        closed = update(users).where(users.c.username == "carmen")
        app_db.execute(closed.values(disabled_at=datetime(2026, 7, 1, 8)))
    assert inbox_digest.write_due(bank) == 0


def test_the_weekly_summary_has_one_line_about_the_inbox(bank: Stores) -> None:
    assert inbox_digest.line(Reader(bank, CARMEN)) == ""
    _named(bank)
    assert inbox_digest.line(Reader(bank, CARMEN)) == "1 mention waits for you."
    record_store.comment(bank, EDMOND, 1, "@amy too")
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    hook = Hook()
    with running(hook):
        sending.send(bank, "weekly", {WHERE: hook.address}, never)
    assert "1 mention waits for you." in hook.got[0]["message"].splitlines()
