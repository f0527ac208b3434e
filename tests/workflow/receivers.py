"""A real web server and a real mail server to send to, and a bank whose people have alerts to be told of."""

from __future__ import annotations

import json
import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from sqlalchemy import insert, select

from tests.morning import copy_of
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db.app_schema import alerts, users
from warehouse.schema import customers
from warehouse.settings import Settings
from warehouse.stores.connect import Stores, open_stores
from workflow.records import outbox

SECRET = "s3cret-path-of-the-hook"
WHERE = "CONCORD_MESSAGES_TEST"
ADDRESS = "https://concord.bank.example"


class Clock:
    """The bank's clock; a test moves it."""

    def __init__(self, at: datetime = datetime(2026, 7, 1, 9)) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class Hook(ThreadingHTTPServer):
    """A web hook that refuses the first `refuses` messages and keeps the others."""

    def __init__(self, refuses: int = 0, answers_after: float = 0, port: int = 0) -> None:
        self.got: list[dict] = []
        self.keys: list[str] = []
        self.asked = 0
        self.refuses, self.answers_after = refuses, answers_after
        self.arrived = threading.Event()
        super().__init__(("127.0.0.1", port), _HookHandler)

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
            self.server.keys.append(self.headers["Idempotency-Key"])
        self.server.arrived.set()
        time.sleep(self.server.answers_after)
        self.send_response(503 if refused else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """A test prints nothing."""


class Mail(socketserver.ThreadingTCPServer):
    """A mail server that refuses the first `refuses` letters for now and takes the others."""

    allow_reuse_address = True

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.refuses = 0
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
                if self.server.refuses:
                    self.server.refuses -= 1
                    self._say("451 later")
                    continue
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
def running(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def bank_in(folder: Path, loaded_folder: Path, clock: Clock, app_db_url: str = "") -> Stores:
    """A copy of a loaded bank with accounts of two RMs, a team lead and an analyst."""
    copy_of(loaded_folder, folder)
    choices = Settings(data_dir=folder, app_address=ADDRESS, app_db_url=app_db_url)
    stores = open_stores(choices, clock)
    with stores.app_db.begin() as app_db:
        for username, role, rm_id, team in (
            ("amy", "relationship_manager", "RM01", None),
            ("ben", "relationship_manager", "RM07", None),
            ("lea", "team_lead", None, "Central"),
            ("ana", "analyst", None, None),
        ):
            app_db.execute(
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
    return stores


def flag(stores: Stores, raised_on: date = date(2026, 6, 30), first: int = 0, number: int = 4) -> list[str]:
    """Raise alerts as a night does, for `number` customers of each of two RMs; the fourth of each is held out."""
    people = Reader(stores, SYSTEM).frame(select(customers).where(customers.c.left_on.is_(None)))
    rows = []
    for rm_id, team in (("RM01", "Central"), ("RM07", "Kowloon")):
        own = people[people["rm_id"] == rm_id].iloc[first : first + number]
        rows += [_alert(who, rm_id, team, n, raised_on) for n, who in enumerate(own["customer_id"])]
    with audit.entry(stores, "nightly", "alert.raise") as entry:
        entry.app_db.execute(insert(alerts), rows)
        outbox.write_new_alerts(entry, rows)
    return [row["alert_id"] for row in rows]


def _alert(customer_id: str, rm_id: str, team: str, number: int, raised_on: date) -> dict:
    return {
        "alert_id": f"A{customer_id}",
        "customer_id": customer_id,
        "rule": "high_churn_risk",
        "rm_id": rm_id,
        "customer_rm_id": rm_id,
        "team": team,
        "segment": "mass",
        "raised_on": raised_on,
        "due_on": date(2026, 7, 3 if number < 2 else 30),
        "arm": "held_out" if number == 3 else "treated",
        "value_at_stake": 7_654_321.0,
        "reasons": [{"name": "x", "value": 1, "sentence": "A reason of the screen."}],
        "status": "open",
        "version": 1,
    }


def rows_of(stores: Stores, table) -> list[dict]:
    """Every row of a table of the application database."""
    with stores.app_db.connect() as app_db:
        return [dict(row) for row in app_db.execute(select(table)).mappings()]


def never(_: float) -> None:
    """A pause that must not be made."""
    raise AssertionError("nothing is waited for")
