"""The outbox: each due message once, tried until it is delivered or given up with a reason, whatever fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select, update

from cli.__main__ import main
from tests.morning import stores_in
from tests.workflow.alert_queue import flagged_rows
from tests.workflow.receivers import WHERE, Clock, Hook, Mail, bank_in, flag, never, rows_of, running
from warehouse.access import audit
from warehouse.access.locks import one_at_a_time
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db import app_schema
from warehouse.errors import ChangeRefused
from warehouse.load.loading import load
from warehouse.settings import Settings
from warehouse.sql import moments
from warehouse.stores.connect import Stores, open_stores
from workflow.alerts.raising import tonight
from workflow.messages import letters, undelivered
from workflow.messages.destinations import add_destination, end_destination
from workflow.messages.sending import send
from workflow.records import outbox
from workflow.rules.rule_drafts import rules

ADMINISTRATOR = Viewer("adm", "Adm", "administrator")
HERE = Path(__file__).parent
ELSEWHERE = "CONCORD_MESSAGES_OTHER"
NOBODY_LISTENS = "json://127.0.0.1:9/x"
POSTGRESQL = pytest.param("postgresql", marks=[pytest.mark.postgresql, pytest.mark.xdist_group("postgresql")])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def bank(loaded_folder: Path, tmp_path: Path, clock: Clock) -> Iterator[Stores]:
    """A loaded bank with accounts for two RMs and a team lead; its data end on 30 June 2026."""
    stores = bank_in(tmp_path / "data", loaded_folder, clock)
    yield stores
    stores.app_db.dispose()


@pytest.fixture(params=["sqlite", POSTGRESQL])
def any_app_db(
    request: pytest.FixtureRequest, loaded_folder: Path, tmp_path: Path, clock: Clock
) -> Iterator[Stores]:
    """The same bank with its application database in a file and on a server."""
    url = request.getfixturevalue("database_url") if request.param == "postgresql" else ""
    stores = bank_in(tmp_path / "data", loaded_folder, clock, url)
    yield stores
    stores.app_db.dispose()


def _waits(_: float) -> None:
    """A pause that takes no time."""


def _state(stores: Stores) -> list[tuple[bool, str | None]]:
    """Whether each message was sent, and why it was given up, in the order they were written."""
    rows = sorted(rows_of(stores, app_schema.outbox), key=lambda row: row["message_id"])
    return [(row["sent_at"] is not None, row["ended_why"]) for row in rows]


def test_a_summary_belongs_to_the_week_it_is_sent_in_whatever_day_the_data_end(
    bank: Stores, clock: Clock, bank_folder: Path
) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    hook, sent = Hook(), []
    with running(hook):
        for at, data_until in (
            (datetime(2026, 6, 15, 8), date(2026, 6, 14)),
            (datetime(2026, 6, 15, 20), date(2026, 6, 15)),
            (datetime(2026, 6, 22, 8), date(2026, 6, 21)),
        ):
            clock.at = at
            load(bank, bank_folder, as_of=data_until, sample=True)
            sent.append(len(send(bank, "weekly", {WHERE: hook.address}, never)))
            week = undelivered.week(Reader(bank, ADMINISTRATOR), at.date())
            assert "has been delivered to amy" in week, "a run that sends nothing says why"
    assert sent == [1, 0, 1]
    first, second = hook.got
    assert (first["title"][:28], second["title"][:28]) == (
        "Customer health, 14 Jun 2026",
        "Customer health, 21 Jun 2026",
    )
    assert "Since Monday 8 Jun 2026, with data to 14 Jun 2026: " in first["message"]
    assert "Since Monday 15 Jun 2026, with data to 21 Jun 2026: " in second["message"]


@settings(max_examples=30, deadline=None)
@given(hours=st.lists(st.integers(0, 24 * 40), min_size=1, max_size=8))
def test_however_often_it_is_run_each_week_has_one_summary(
    hours: list[int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    clock = Clock()
    stores = _app_db_once(tmp_path_factory, clock)
    with stores.app_db.begin() as connection:
        connection.execute(delete(app_schema.outbox))
    for hour in hours:
        clock.at = datetime(2026, 6, 1) + timedelta(hours=hour)
        outbox.write_weekly(replace(stores, now=clock))
    weeks = {datetime(2026, 6, 1) + timedelta(days=7 * (hour // (24 * 7))) for hour in hours}
    assert sorted(row["about"] for row in rows_of(stores, app_schema.outbox)) == sorted(
        week.date().isoformat() for week in weeks
    )


_app_dbs: dict[str, Stores] = {}


def _app_db_once(factory: pytest.TempPathFactory, clock: Clock) -> Stores:
    """An application database with one destination, made once: its tables take a second."""
    if "one" not in _app_dbs:
        stores = stores_in(factory.mktemp("app_db"), clock)
        person = {"username": "amy", "full_name": "Amy", "role": "relationship_manager", "password_hash": "x"}
        where = {"username": "amy", "what": "weekly", "variable": WHERE, "added_by": "operator"}
        with stores.app_db.begin() as connection:
            connection.execute(insert(app_schema.users).values(created_at=clock(), **person))
            connection.execute(insert(app_schema.destinations).values(added_at=clock(), **where))
        _app_dbs["one"] = stores
    return _app_dbs["one"]


def test_an_alert_raised_while_the_hook_was_down_is_told_the_next_night(
    any_app_db: Stores, clock: Clock
) -> None:
    add_destination(any_app_db, "amy", "new_alerts", WHERE, by="operator")
    flag(any_app_db, date(2026, 6, 29), number=1)
    (failed,) = send(any_app_db, None, {WHERE: NOBODY_LISTENS}, _waits)
    assert (failed.delivered, failed.tries) == (False, 4)
    clock.at += timedelta(days=1)
    hook = Hook()
    with running(hook):
        for _ in range(3):
            send(any_app_db, None, {WHERE: hook.address}, never)
    (got,) = hook.got
    assert got["title"] == "1 customer newly flagged on 29 Jun 2026"


def test_alerts_of_several_nights_are_each_told_once(bank: Stores, clock: Clock) -> None:
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    for night, first in ((date(2026, 6, 28), 0), (date(2026, 6, 29), 3)):
        flag(bank, night, first=first, number=3)
        send(bank, None, {}, never)
    hook = Hook()
    with running(hook):
        send(bank, None, {WHERE: hook.address}, never)
        send(bank, None, {WHERE: hook.address}, never)
    (got,) = hook.got
    assert got["title"] == "6 customers newly flagged from 28 Jun 2026 to 29 Jun 2026"
    assert got["message"].count("Customer ") == 6


def test_an_alert_and_its_message_are_written_together_or_not_at_all(
    bank: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    rule = rules(Settings())[0]
    frame = flagged_rows("C0000001").assign(rm_id="RM01", team="Central")
    without_hold_out = replace(bank, settings=replace(bank.settings, hold_out_share=0.0))

    class Stopped(Exception):
        """The program ends here."""

    def stops(*_: object) -> None:
        raise Stopped

    with monkeypatch.context() as patched:
        patched.setattr(audit, "_append", stops)
        with pytest.raises(Stopped):
            tonight(without_hold_out, rule, frame, date(2026, 6, 30), frozenset({"C0000001"}))
    assert (rows_of(bank, app_schema.alerts), rows_of(bank, app_schema.outbox)) == ([], [])
    for _ in range(2):
        tonight(without_hold_out, rule, frame, date(2026, 6, 30), frozenset({"C0000001"}))
    (alert,), (message,) = rows_of(bank, app_schema.alerts), rows_of(bank, app_schema.outbox)
    assert (message["about"], message["sent_at"]) == (alert["alert_id"], None)


def test_a_server_that_answers_too_late_can_tell_the_repeat_by_its_key(bank: Stores) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    hook = Hook(answers_after=0.5)
    with running(hook):
        (sent,) = send(bank, "weekly", {WHERE: f"{hook.address}?rto=0.2"}, _waits)
        hook.answers_after = 0
        (then,) = send(bank, "weekly", {WHERE: hook.address}, never)
    assert (sent.delivered, then.delivered) == (False, True)
    assert len(hook.keys) == 5
    assert len(set(hook.keys)) == 1


def test_a_mail_server_that_refuses_gets_the_letter_once_with_its_key(bank: Stores) -> None:
    add_destination(bank, "lea", "weekly", WHERE, by="operator")
    mail = Mail()
    port = mail.server_address[1]
    address = f"mailto://127.0.0.1:{port}?from=concord@bank.example&to=lea@bank.example&mode=insecure"
    mail.refuses = 1
    with running(mail):
        (sent,) = send(bank, "weekly", {WHERE: address}, _waits)
    assert (sent.delivered, sent.tries) == (True, 2)
    (letter,), (row,) = mail.letters, rows_of(bank, app_schema.outbox)
    assert f"Idempotency-Key: {row['letter']}" in letter


def test_a_run_killed_while_it_sends_is_followed_by_one_with_the_same_key(
    any_app_db: Stores, clock: Clock
) -> None:
    add_destination(any_app_db, "amy", "weekly", WHERE, by="operator")
    hook = Hook(answers_after=3)
    where = any_app_db.app_db.url.render_as_string(hide_password=False)
    command = [sys.executable, str(HERE / "sends_messages.py"), str(any_app_db.settings.data_dir), where]
    environment = os.environ | {"PYTHONPATH": str(HERE.parents[1]), WHERE: hook.address}
    with running(hook):
        process = subprocess.Popen([*command, clock().isoformat()], env=environment)
        hook.arrived.wait(60)
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert _state(any_app_db) == [(False, None)]
        hook.answers_after = 0
        (sent,) = send(any_app_db, "weekly", {WHERE: hook.address}, never)
        assert send(any_app_db, "weekly", {WHERE: hook.address}, never) == []
    assert sent.outcome.endswith("It may have arrived twice: an earlier run was stopped while sending it.")
    assert len(hook.keys) == 2
    assert len(set(hook.keys)) == 1


def test_two_runs_at_once_send_each_message_once(any_app_db: Stores, clock: Clock) -> None:
    for username in ("amy", "ben", "lea"):
        add_destination(any_app_db, username, "weekly", WHERE, by="operator")
        add_destination(any_app_db, username, "new_alerts", WHERE, by="operator")
    flag(any_app_db)
    hook, problems = Hook(answers_after=0.1), []
    again = open_stores(any_app_db.settings, clock)

    def sends(stores: Stores) -> None:
        try:
            for what in ("weekly", None):
                send(stores, what, {WHERE: hook.address}, never)
        except BaseException as error:
            problems.append(error)

    with running(hook):
        rivals = [
            threading.Thread(target=sends, args=(stores,)) for stores in (any_app_db, again, any_app_db)
        ]
        for rival in rivals:
            rival.start()
        for rival in rivals:
            rival.join()
    again.app_db.dispose()
    assert problems == []
    assert len(hook.got) == 6
    assert {sent for sent, _ in _state(any_app_db)} == {True}


def test_a_turn_is_one_processs_at_a_time(any_app_db: Stores) -> None:
    with one_at_a_time(any_app_db, "messages", 0) as still_ours:
        assert still_ours()
        with pytest.raises(ChangeRefused), one_at_a_time(any_app_db, "messages", 0):
            pass
        with one_at_a_time(any_app_db, "something else", 0):
            pass
    with one_at_a_time(any_app_db, "messages", 0):
        pass


def test_no_two_messages_are_about_the_same(any_app_db: Stores) -> None:
    from sqlalchemy.exc import IntegrityError

    add_destination(any_app_db, "amy", "weekly", WHERE, by="operator")
    outbox.write_weekly(any_app_db)
    (row,) = rows_of(any_app_db, app_schema.outbox)
    with pytest.raises(IntegrityError), any_app_db.app_db.begin() as connection:
        connection.execute(insert(app_schema.outbox).values(**(row | {"message_id": 99})))


def test_a_destination_added_later_is_not_told_of_what_was_before(bank: Stores) -> None:
    flag(bank)
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    assert send(bank, None, {}, never) == []


def test_an_ended_destination_gets_nothing_that_waits(bank: Stores) -> None:
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    flag(bank, number=1)
    send(bank, None, {}, never)
    end_destination(bank, 1, by="operator")
    hook = Hook()
    with running(hook):
        assert send(bank, None, {WHERE: hook.address}, never) == []
    assert (hook.got, _state(bank)) == ([], [(False, outbox.DESTINATION_ENDED)])


@pytest.mark.parametrize("change", [{"role": "analyst"}, {"disabled_at": datetime(2026, 6, 30)}])
def test_who_lost_the_role_while_a_message_waited_gets_nothing_and_somebody_is_told(
    bank: Stores, change: dict
) -> None:
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    flag(bank, number=1)
    send(bank, None, {}, never)
    with bank.app_db.begin() as connection:
        connection.execute(
            update(app_schema.users).where(app_schema.users.c.username == "amy").values(**change)
        )
    hook = Hook()
    with running(hook):
        (given_up,) = send(bank, None, {WHERE: hook.address}, never)
    assert (hook.got, given_up.delivered) == ([], False)
    assert undelivered.sentences(Reader(bank, ADMINISTRATOR), bank.now()) == [
        f"1 message to amy: given up, on 1 Jul 2026, 09:00. {outbox.NO_PAGE}"
    ]


def test_a_message_that_waits_says_only_what_the_receiver_may_see_when_it_is_sent(bank: Stores) -> None:
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    add_destination(bank, "ben", "new_alerts", ELSEWHERE, by="operator")
    flag(bank, number=2)
    send(bank, None, {}, never)
    moved = next(a for a in rows_of(bank, app_schema.alerts) if a["rm_id"] == "RM01")
    with bank.app_db.begin() as connection:
        its = app_schema.alerts.c.alert_id == moved["alert_id"]
        connection.execute(update(app_schema.alerts).where(its).values(rm_id="RM07", team="Kowloon"))
    amys, bens = Hook(), Hook()
    with running(amys), running(bens):
        for _ in range(2):
            send(bank, None, {WHERE: amys.address, ELSEWHERE: bens.address}, never)
    assert [got["title"] for got in amys.got] == ["1 customer newly flagged on 30 Jun 2026"]
    assert moved["customer_id"] not in json.dumps(amys.got)
    assert moved["customer_id"] in json.dumps(bens.got), "whoever works it now is told"
    assert json.dumps(bens.got).count(moved["customer_id"]) <= 2


def test_an_alert_that_ended_before_it_could_be_told_is_no_news_and_no_fault(bank: Stores) -> None:
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    flag(bank, number=1)
    send(bank, None, {}, never)
    with bank.app_db.begin() as connection:
        connection.execute(update(app_schema.alerts).values(status="closed", outcome="accepted"))
    hook = Hook()
    with running(hook):
        assert send(bank, None, {WHERE: hook.address}, never) == []
    assert (hook.got, _state(bank)) == ([], [(False, outbox.ALERT_ENDED)])
    reader = Reader(bank, ADMINISTRATOR)
    assert undelivered.sentences(reader, bank.now()) == []
    assert undelivered.summary(reader, bank.now()) == "Every message that was due has been delivered."


def test_an_alert_past_its_day_is_not_sent_as_new_and_the_administrator_reads_why(bank: Stores) -> None:
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    flag(bank, number=1)
    with bank.app_db.begin() as connection:
        connection.execute(update(app_schema.alerts).values(due_on=date(2026, 6, 29)))
    (given_up,) = send(bank, None, {WHERE: NOBODY_LISTENS}, never)
    assert not given_up.delivered
    (sentence,) = undelivered.sentences(Reader(bank, ADMINISTRATOR), bank.now())
    assert outbox.ALERT_OVERDUE in sentence


def test_last_weeks_summary_is_given_up_when_its_week_is_over(bank: Stores, clock: Clock) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    send(bank, "weekly", {}, never)
    reader = Reader(bank, ADMINISTRATOR)
    assert undelivered.summary(reader, clock()) == "1 message to amy waits to be delivered."
    assert undelivered.sentences(reader, clock()) == [
        "1 message to amy: waiting since 1 Jul 2026, 09:00. Not sent: the variable CONCORD_MESSAGES_TEST is not set."
    ]
    clock.at = datetime(2026, 7, 6)
    hook = Hook()
    with running(hook):
        given_up, sent = send(bank, "weekly", {WHERE: hook.address}, never)
    assert (given_up.delivered, sent.delivered, len(hook.got)) == (False, True, 1)
    assert _state(bank) == [(False, outbox.WEEK_OVER), (True, None)]


def test_a_week_that_ends_between_two_tries_ends_the_tries(bank: Stores, clock: Clock) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    clock.at = datetime(2026, 7, 5, 23, 59, 50)

    def goes_on(seconds: float) -> None:
        clock.at += timedelta(seconds=seconds)

    (failed,) = send(bank, "weekly", {WHERE: NOBODY_LISTENS}, goes_on)
    assert (failed.tries, "its time is over" in failed.outcome) == (2, True)


@pytest.mark.parametrize(
    ("zone", "begun"),
    [
        ("Asia/Hong_Kong", datetime(2026, 7, 1, 1, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
    ids=["on any day", "when the clocks are put back"],
)
def test_between_the_tries_of_a_timer_are_growing_pauses(bank: Stores, zone: str, begun: datetime) -> None:
    at, wall = begun, moments.Clock(zone)
    there = replace(bank, settings=replace(bank.settings, timezone=zone), now=lambda: wall.read(at))
    add_destination(there, "amy", "weekly", WHERE, by="operator")
    send(there, "weekly", {}, never)
    tried = []
    while at < begun + timedelta(days=3):
        at += timedelta(minutes=5)
        if send(there, None, {}, never, only_due=True):
            tried.append(at - begun)
            begun = at
            if len(tried) == 5:
                break
    assert tried == list(letters.BACK_OFF)


def test_two_addresses_in_one_variable_are_refused_because_one_could_be_told_twice(bank: Stores) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    one, other = Hook(), Hook()
    with running(one), running(other):
        (failed,) = send(bank, "weekly", {WHERE: f"{one.address}, {other.address}"}, never)
    assert (one.got, other.got) == ([], [])
    assert failed.outcome == (
        "Not sent: the variable holds several addresses. Put one address in each variable, and add a destination for "
        "each."
    )


def test_an_administrator_sees_what_waits_and_no_customer_in_it(bank: Stores) -> None:
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    flag(bank, number=1)
    hook = Hook()
    with running(hook):
        send(bank, None, {WHERE: hook.address}, never)
    (row,) = rows_of(bank, app_schema.outbox)
    assert "newly flagged" in row["content"]["title"]
    frame = Reader(bank, ADMINISTRATOR).frame(select(app_schema.outbox))
    assert frame["content"].isna().all()
    assert pd.notna(frame["sent_at"]).all()


@pytest.fixture
def command(bank: Stores) -> Callable[..., tuple[int, str]]:
    """`cli` with some words, on that bank and the machine's own clock."""

    def run(*words: str, **more: str) -> tuple[int, str]:
        environment = {"CONCORD_DATA_DIR": str(bank.settings.data_dir), **more}
        done = CliRunner().invoke(main, list(words), env=environment)
        return done.exit_code, done.output

    return run


def test_the_commands_exit_status_says_whether_something_is_not_delivered(
    bank: Stores, command: Callable[..., tuple[int, str]]
) -> None:
    code, output = command("digest")
    assert (code, "Nobody has a destination for the weekly summary" in output) == (0, True)
    assert command("messages", "list") == (0, "No message is due: nobody has a destination for one.\n")
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    code, output = command("digest")
    assert code == 1
    assert "amy, weekly: Not sent: the variable CONCORD_MESSAGES_TEST is not set." in output
    code, output = command("messages", "list")
    assert (code, "1 message to amy waits to be delivered." in output) == (1, True)
    assert command("messages", "deliver")[0] == 1, "it waits for its pause, and is not delivered"
    hook = Hook()
    with running(hook):
        code, output = command("digest", **{WHERE: hook.address})
        assert (code, "has been delivered to amy" in output) == (0, True)
        code, output = command("digest", **{WHERE: hook.address})
        assert (code, "has been delivered to amy" in output) == (0, True)
    assert command("messages", "list") == (0, "Every message that was due has been delivered.\n")
    assert len(hook.got) == 1


def test_the_history_of_tries_is_kept(bank: Stores) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    send(bank, "weekly", {}, never)
    send(bank, "weekly", {WHERE: NOBODY_LISTENS}, _waits)
    hook = Hook()
    with running(hook):
        send(bank, "weekly", {WHERE: hook.address}, never)
    tries = [(d["delivered"], d["tries"]) for d in rows_of(bank, app_schema.deliveries)]
    assert tries == [(False, 0), (False, 4), (True, 1)]
    (row,) = rows_of(bank, app_schema.outbox)
    assert [d["letter"] for d in rows_of(bank, app_schema.deliveries)] == [None, row["letter"], row["letter"]]
    with bank.app_db.connect() as connection:
        assert audit.broken_line(bank) is None
        assert connection.execute(select(func.count()).select_from(app_schema.audit_log)).scalar_one() >= 5
