"""Messages against a real web server and a real mail server: delivered, tried again, noted, and nothing leaks."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from tests.workflow.receivers import (
    ADDRESS,
    SECRET,
    WHERE,
    Clock,
    Hook,
    Mail,
    bank_in,
    flag,
    never,
    rows_of,
    running,
)
from warehouse.access import audit
from warehouse.access.data_coverage import as_of
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import alerts, audit_log, deliveries, destinations, outbox, users
from warehouse.errors import ChangeRefused
from warehouse.schema import customers
from warehouse.stores.connect import Stores
from workflow.alerts.assignment import viewer_of
from workflow.messages import digest, sending
from workflow.messages.destinations import WHAT, add_destination, end_destination


@pytest.fixture
def bank(loaded_folder: Path, tmp_path: Path, clock: Clock) -> Iterator[Stores]:
    """A loaded bank with alerts of two RMs, and an account for each and for a team lead."""
    stores = bank_in(tmp_path / "data", loaded_folder, clock)
    yield stores
    stores.app_db.dispose()


@pytest.fixture
def clock() -> Clock:
    return Clock()


def _customers_of(stores: Stores, rm_id: str, arm: str = "treated") -> set[str]:
    return {a["customer_id"] for a in rows_of(stores, alerts) if a["rm_id"] == rm_id and a["arm"] == arm}


def test_the_weekly_summary_arrives_with_counts_numbers_and_the_exact_view(bank: Stores) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    flag(bank)
    hook = Hook()
    with running(hook):
        (sent,) = sending.send(bank, "weekly", {WHERE: hook.address}, never)
    assert (sent.delivered, sent.tries, sent.outcome) == (True, 1, "Delivered to a web hook.")
    (got,) = hook.got
    assert got["title"] == "Customer health, 30 Jun 2026: 3 customers to call"
    assert "Due within 7 days: 2. Overdue: 0." in got["message"]
    assert f"{ADDRESS}/customer-health?show=due" in got["message"]


def test_a_message_holds_nothing_the_receiver_or_a_reader_of_the_channel_may_not_see(bank: Stores) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    flag(bank)
    hook = Hook()
    with running(hook):
        for what in WHAT:
            sending.send(bank, what, {WHERE: hook.address}, never)
    text = json.dumps(hook.got, ensure_ascii=False)
    assert len(hook.got) == 2
    assert any(customer in text for customer in _customers_of(bank, "RM01"))
    forbidden = _customers_of(bank, "RM07") | _customers_of(bank, "RM01", "held_out")
    people = Reader(bank, SYSTEM).frame(select(customers))
    for column in ("full_name", "phone", "email"):
        forbidden |= {v for v in people[column].dropna() if " " in v or column != "full_name"}
    assert not [word for word in forbidden if word in text]
    for word in ("7654321", "7,654,321", "HKD", "reason", "risk", "complaint"):
        assert word not in text.lower()


def test_it_is_sent_once_a_week_however_often_it_is_run(bank: Stores) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    flag(bank)
    hook = Hook()
    with running(hook):
        for _ in range(3):
            sending.send(bank, "weekly", {WHERE: hook.address}, never)
    assert len(hook.got) == 1
    assert [d["for_day"] for d in rows_of(bank, deliveries)] == [date(2026, 6, 30)], "the day of the data"
    assert [m["about"] for m in rows_of(bank, outbox)] == ["2026-06-29"], (
        "the Monday of the week it is sent in"
    )


def test_a_server_that_refuses_is_asked_again_with_growing_pauses(bank: Stores) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    flag(bank)
    hook, waited = Hook(refuses=2), list[float]()
    with running(hook):
        (sent,) = sending.send(bank, "weekly", {WHERE: hook.address}, waited.append)
    assert (sent.delivered, sent.tries) == (True, 3)
    assert waited == list(sending.PAUSES[:2])
    assert sorted(waited) == waited


def test_what_could_not_be_delivered_is_noted_and_tried_the_next_time(
    bank: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    flag(bank)
    hook, waited = Hook(refuses=4), list[float]()
    with running(hook), caplog.at_level(logging.DEBUG):
        (failed,) = sending.send(bank, "weekly", {WHERE: hook.address}, waited.append)
        (then,) = sending.send(bank, "weekly", {WHERE: hook.address}, never)
    assert (failed.delivered, failed.tries, len(waited)) == (False, 4, 3)
    assert then.delivered
    assert [(d["delivered"], d["tries"]) for d in rows_of(bank, deliveries)] == [(False, 4), (True, 1)]
    actions = [row["action"] for row in rows_of(bank, audit_log)]
    assert actions[-2:] == ["message.failed", "message.delivered"]
    everything = caplog.text + json.dumps(rows_of(bank, audit_log), default=str)
    everything += json.dumps(rows_of(bank, deliveries) + rows_of(bank, destinations), default=str)
    assert SECRET not in everything
    assert str(hook.server_port) not in caplog.text
    assert audit.broken_line(bank) is None


def test_a_summary_arrives_as_a_letter(bank: Stores) -> None:
    add_destination(bank, "lea", "weekly", WHERE, by="operator")
    flag(bank)
    mail = Mail()
    port = mail.server_address[1]
    address = (
        f"mailto://127.0.0.1:{port}?from=concord@bank.example&to=lea@bank.example&mode=insecure&format=text"
    )
    with running(mail):
        (sent,) = sending.send(bank, "weekly", {WHERE: address}, never)
    assert sent.delivered, sent.outcome
    (letter,) = mail.letters
    assert "lea@bank.example" in letter
    assert "Customer health" in letter


def test_new_alerts_lead_to_the_customer_and_none_is_no_message(bank: Stores) -> None:
    add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    flag(bank)
    (one, *others) = sorted(_customers_of(bank, "RM01"))
    with bank.app_db.begin() as app_db:
        app_db.execute(
            update(alerts).where(alerts.c.customer_id.in_(others)).values(status="closed", outcome="accepted")
        )
    hook = Hook()
    with running(hook):
        assert sending.send(bank, "new_alerts", {WHERE: hook.address}, never)[0].delivered
    assert hook.got[0]["title"] == "1 customer newly flagged on 30 Jun 2026"
    assert f"{ADDRESS}/customer?cid={one}" in hook.got[0]["message"]
    viewer = viewer_of(bank, "amy")
    assert viewer is not None
    reader = Reader(bank, viewer, bank.snapshot())
    assert digest.new_alerts(reader, date(2026, 6, 30), ["another alert"]) is None
    assert as_of(reader) == date(2026, 6, 30)


def test_who_may_no_longer_sign_in_gets_nothing(bank: Stores) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    flag(bank)
    with bank.app_db.begin() as app_db:
        app_db.execute(
            update(users).where(users.c.username == "amy").values(disabled_at=datetime(2026, 6, 1))
        )
    hook = Hook()
    with running(hook):
        (sent,) = sending.send(bank, "weekly", {WHERE: hook.address}, never)
    assert (sent.delivered, hook.got) == (False, [])


@pytest.mark.parametrize(
    ("username", "what", "variable", "says"),
    [
        ("amy", "weekly", "APP_DB_URL", "CONCORD_MESSAGES_"),
        ("amy", "weekly", "slack://token/of/mine", "never the address itself"),
        ("amy", "gossip", WHERE, "is no message"),
        ("ana", "weekly", WHERE, "no Customer health page"),
        ("nobody", "weekly", WHERE, "no Customer health page"),
    ],
)
def test_a_destination_that_cannot_be_is_refused(
    bank: Stores, username: str, what: str, variable: str, says: str
) -> None:
    with pytest.raises(ChangeRefused, match=says):
        add_destination(bank, username, what, variable, by="operator")
    assert rows_of(bank, destinations) == []


@pytest.mark.parametrize("address", ["", "ftp://x", "syslog://", "not an address", "discord://a/b"])
def test_an_address_nobody_agreed_on_gets_nothing(bank: Stores, address: str) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    flag(bank)
    (sent,) = sending.send(bank, "weekly", {WHERE: address}, never)
    assert (sent.delivered, sent.tries) == (False, 0)


@pytest.mark.parametrize(
    ("address", "where"),
    [
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "Slack"),
        ("workflows://prod-1.westus.logic.azure.com:443/643e69f8/abcdef123", "Teams"),
    ],
)
def test_slack_and_teams_addresses_are_known(address: str, where: str) -> None:
    import apprise

    channel = apprise.Apprise()
    assert channel.add(address)
    assert {sending.PLUGINS[type(p).__name__] for p in channel} == {where}


def test_one_that_was_ended_gets_nothing_and_stays_on_record(bank: Stores) -> None:
    add_destination(bank, "amy", "weekly", WHERE, by="operator")
    flag(bank)
    end_destination(bank, 1, by="operator")
    assert sending.send(bank, "weekly", {}, never) == []
    assert len(rows_of(bank, destinations)) == 1
    with pytest.raises(ChangeRefused):
        end_destination(bank, 1, by="operator")


def test_an_rms_message_follows_the_alerts_she_works_for_a_colleague(bank: Stores) -> None:
    flag(bank)
    (moved,) = list(_customers_of(bank, "RM07"))[:1]
    with bank.app_db.begin() as app_db:
        app_db.execute(update(alerts).where(alerts.c.customer_id == moved).values(rm_id="RM01"))
    viewer = viewer_of(bank, "amy")
    assert isinstance(viewer, Viewer)
    message = digest.weekly(Reader(bank, viewer, bank.snapshot()), date(2026, 6, 30))
    assert message.title.endswith("4 customers to call")
    without_address = replace(bank, settings=replace(bank.settings, app_address=""))
    assert digest.weekly(Reader(without_address, viewer, bank.snapshot()), date(2026, 6, 30)).link == ""
