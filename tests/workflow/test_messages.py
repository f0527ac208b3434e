"""Messages against a real web server and a real mail server: delivered, tried again, noted, and nothing leaks."""

from __future__ import annotations

import json
import logging
import shutil
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from warehouse import journal
from warehouse.access import SYSTEM, Reader, Viewer
from warehouse.connect import Stores, open_stores
from warehouse.coverage import as_of
from warehouse.desk import alerts, audit_log, deliveries, destinations, users
from warehouse.errors import ChangeRefused
from warehouse.schema import customers
from warehouse.settings import Settings
from workflow import digest, messages
from workflow.assign import viewer_of

SECRET = "s3cret-path-of-the-hook"
WHERE = "CONCORD_MESSAGES_TEST"
ADDRESS = "https://concord.bank.example"


class Hook(ThreadingHTTPServer):
    """A web hook that refuses the first `refuses` messages and keeps the others."""

    def __init__(self, refuses: int = 0) -> None:
        self.got: list[dict] = []
        self.asked = 0
        self.refuses = refuses
        super().__init__(("127.0.0.1", 0), _HookHandler)

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self.server_port}/{SECRET}"


class _HookHandler(BaseHTTPRequestHandler):
    server: Hook

    def do_POST(self) -> None:
        text = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked += 1
        refused = self.server.asked <= self.server.refuses
        if not refused:
            self.server.got.append(json.loads(text))
        self.send_response(503 if refused else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""


class Mail(socketserver.ThreadingTCPServer):
    """A mail server that takes every letter."""

    allow_reuse_address = True

    def __init__(self) -> None:
        self.letters: list[str] = []
        super().__init__(("127.0.0.1", 0), _MailHandler)


class _MailHandler(socketserver.StreamRequestHandler):
    server: Mail

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline():
            word = line.decode().strip().upper().split(" ")[0]
            if word == "DATA":
                self._say("354 go on")
                letter = []
                while (row := self.rfile.readline()) not in (b".\r\n", b""):
                    letter.append(row.decode())
                self.server.letters.append("".join(letter))
                self._say("250 taken")
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _say(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())


@contextmanager
def _running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def bank(loaded_folder: Path, tmp_path: Path) -> Iterator[Stores]:
    """A loaded bank with alerts of two RMs, and an account for each and for a team lead."""
    shutil.copytree(loaded_folder, tmp_path / "data")
    choices = Settings(data_dir=tmp_path / "data", app_address=ADDRESS)
    stores = open_stores(choices, lambda: datetime(2026, 7, 1, 9))
    people = Reader(stores, SYSTEM).frame(select(customers).where(customers.c.left_on.is_(None)))
    with stores.desk.begin() as desk:
        for username, role, rm_id, team in (
            ("amy", "relationship_manager", "RM01", None),
            ("ben", "relationship_manager", "RM07", None),
            ("lea", "team_lead", None, "Central"),
            ("ana", "analyst", None, None),
        ):
            desk.execute(
                insert(users).values(
                    username=username,
                    full_name=username.title(),
                    role=role,
                    rm_id=rm_id,
                    team=team,
                    password_hash="x",
                    created_at=datetime(2026, 1, 1),
                    must_change_password=False,
                )
            )
        for rm_id, team in (("RM01", "Central"), ("RM07", "Kowloon")):
            for n, row in enumerate(people[people["rm_id"] == rm_id].head(4).itertuples()):
                desk.execute(insert(alerts).values(**_alert(row.customer_id, rm_id, team, n)))
    yield stores
    stores.desk.dispose()


def _alert(customer_id: str, rm_id: str, team: str, number: int) -> dict:
    return {
        "alert_id": f"A{customer_id}",
        "customer_id": customer_id,
        "rule": "high_churn_risk",
        "rm_id": rm_id,
        "customer_rm_id": rm_id,
        "team": team,
        "segment": "mass",
        "raised_on": date(2026, 6, 30),
        "due_on": date(2026, 7, 3 if number < 2 else 30),
        "arm": "held_out" if number == 3 else "treated",
        "value_at_stake": 7_654_321.0,
        "reasons": '[{"name": "x", "value": 1, "sentence": "A reason of the screen."}]',
        "status": "open",
        "version": 1,
    }


def _rows(stores: Stores, table) -> list[dict]:
    with stores.desk.connect() as desk:
        return [dict(row) for row in desk.execute(select(table)).mappings()]


def _customers_of(stores: Stores, rm_id: str, arm: str = "treated") -> set[str]:
    return {a["customer_id"] for a in _rows(stores, alerts) if a["rm_id"] == rm_id and a["arm"] == arm}


def _never(_: float) -> None:
    raise AssertionError("nothing is waited for")


def test_the_weekly_summary_arrives_with_counts_numbers_and_the_exact_view(bank: Stores) -> None:
    messages.add_destination(bank, "amy", "weekly", WHERE, by="operator")
    hook = Hook()
    with _running(hook):
        (sent,) = messages.send(bank, "weekly", {WHERE: hook.address}, _never)
    assert (sent.delivered, sent.tries, sent.said) == (True, 1, "Delivered to a web hook.")
    (got,) = hook.got
    assert got["title"] == "Customer health, 30 Jun 2026: 3 customers to call"
    assert "Due within 7 days: 2. Overdue: 0." in got["message"]
    assert f"{ADDRESS}/customer-health?show=due" in got["message"]


def test_a_message_holds_nothing_the_receiver_or_a_reader_of_the_channel_may_not_see(bank: Stores) -> None:
    messages.add_destination(bank, "amy", "weekly", WHERE, by="operator")
    messages.add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    hook = Hook()
    with _running(hook):
        for what in digest.WHAT:
            messages.send(bank, what, {WHERE: hook.address}, _never)
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
    messages.add_destination(bank, "amy", "weekly", WHERE, by="operator")
    hook = Hook()
    with _running(hook):
        for _ in range(3):
            messages.send(bank, "weekly", {WHERE: hook.address}, _never)
    assert len(hook.got) == 1
    assert [d["for_day"] for d in _rows(bank, deliveries)] == [date(2026, 6, 29)]


def test_a_server_that_refuses_is_asked_again_with_growing_pauses(bank: Stores) -> None:
    messages.add_destination(bank, "amy", "weekly", WHERE, by="operator")
    hook, waited = Hook(refuses=2), []
    with _running(hook):
        (sent,) = messages.send(bank, "weekly", {WHERE: hook.address}, waited.append)
    assert (sent.delivered, sent.tries) == (True, 3)
    assert waited == list(messages.PAUSES[:2])
    assert sorted(waited) == waited


def test_what_could_not_be_delivered_is_noted_and_tried_the_next_time(
    bank: Stores, caplog: pytest.LogCaptureFixture
) -> None:
    messages.add_destination(bank, "amy", "weekly", WHERE, by="operator")
    hook, waited = Hook(refuses=4), []
    with _running(hook), caplog.at_level(logging.DEBUG):
        (failed,) = messages.send(bank, "weekly", {WHERE: hook.address}, waited.append)
        (then,) = messages.send(bank, "weekly", {WHERE: hook.address}, _never)
    assert (failed.delivered, failed.tries, len(waited)) == (False, 4, 3)
    assert then.delivered
    assert [(d["delivered"], d["tries"]) for d in _rows(bank, deliveries)] == [(False, 4), (True, 1)]
    said = [row["action"] for row in _rows(bank, audit_log)]
    assert said[-2:] == ["message.failed", "message.delivered"]
    everything = caplog.text + json.dumps(_rows(bank, audit_log), default=str)
    everything += json.dumps(_rows(bank, deliveries) + _rows(bank, destinations), default=str)
    assert SECRET not in everything
    assert str(hook.server_port) not in caplog.text
    with bank.desk.connect() as desk:
        assert journal.broken_line(desk) is None


def test_a_summary_arrives_as_a_letter(bank: Stores) -> None:
    messages.add_destination(bank, "lea", "weekly", WHERE, by="operator")
    mail = Mail()
    port = mail.server_address[1]
    address = (
        f"mailto://127.0.0.1:{port}?from=concord@bank.example&to=lea@bank.example&mode=insecure&format=text"
    )
    with _running(mail):
        (sent,) = messages.send(bank, "weekly", {WHERE: address}, _never)
    assert sent.delivered, sent.said
    (letter,) = mail.letters
    assert "lea@bank.example" in letter
    assert "Customer health" in letter


def test_new_alerts_lead_to_the_customer_and_none_is_no_message(bank: Stores) -> None:
    messages.add_destination(bank, "amy", "new_alerts", WHERE, by="operator")
    (one, *others) = sorted(_customers_of(bank, "RM01"))
    with bank.desk.begin() as desk:
        desk.execute(
            update(alerts).where(alerts.c.customer_id.in_(others)).values(raised_on=date(2026, 6, 1))
        )
    hook = Hook()
    with _running(hook):
        assert messages.send(bank, "new_alerts", {WHERE: hook.address}, _never)[0].delivered
    assert hook.got[0]["title"] == "1 customer newly flagged on 30 Jun 2026"
    assert f"{ADDRESS}/customer?cid={one}" in hook.got[0]["message"]
    reader = Reader(bank, viewer_of(bank, "amy"), bank.snapshot())
    assert digest.build("new_alerts", reader, date(2026, 6, 29)) is None
    assert as_of(reader) == date(2026, 6, 30)


def test_who_may_no_longer_sign_in_gets_nothing(bank: Stores) -> None:
    messages.add_destination(bank, "amy", "weekly", WHERE, by="operator")
    with bank.desk.begin() as desk:
        desk.execute(update(users).where(users.c.username == "amy").values(disabled_at=datetime(2026, 6, 1)))
    hook = Hook()
    with _running(hook):
        (sent,) = messages.send(bank, "weekly", {WHERE: hook.address}, _never)
    assert (sent.delivered, hook.got) == (False, [])


@pytest.mark.parametrize(
    ("username", "what", "variable", "says"),
    [
        ("amy", "weekly", "DESK_URL", "CONCORD_MESSAGES_"),
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
        messages.add_destination(bank, username, what, variable, by="operator")
    assert _rows(bank, destinations) == []


@pytest.mark.parametrize("address", ["", "ftp://x", "syslog://", "not an address", "discord://a/b"])
def test_an_address_nobody_agreed_on_gets_nothing(bank: Stores, address: str) -> None:
    messages.add_destination(bank, "amy", "weekly", WHERE, by="operator")
    (sent,) = messages.send(bank, "weekly", {WHERE: address}, _never)
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
    assert {messages.PLUGINS[type(p).__name__] for p in channel} == {where}


def test_one_that_was_ended_gets_nothing_and_stays_on_record(bank: Stores) -> None:
    messages.add_destination(bank, "amy", "weekly", WHERE, by="operator")
    messages.end_destination(bank, 1, by="operator")
    assert messages.send(bank, "weekly", {}, _never) == []
    assert len(_rows(bank, destinations)) == 1
    with pytest.raises(ChangeRefused):
        messages.end_destination(bank, 1, by="operator")


def test_an_rms_message_follows_the_alerts_she_works_for_a_colleague(bank: Stores) -> None:
    (moved,) = list(_customers_of(bank, "RM07"))[:1]
    with bank.desk.begin() as desk:
        desk.execute(update(alerts).where(alerts.c.customer_id == moved).values(rm_id="RM01"))
    viewer = viewer_of(bank, "amy")
    assert isinstance(viewer, Viewer)
    message = digest.weekly(Reader(bank, viewer, bank.snapshot()), date(2026, 6, 30))
    assert message.title.endswith("4 customers to call")
    without_address = replace(bank, settings=replace(bank.settings, app_address=""))
    assert digest.weekly(Reader(without_address, viewer, bank.snapshot()), date(2026, 6, 30)).link == ""
