"""An application database of its own for each test, and a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import bcrypt
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from starlette.websockets import WebSocket
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from sign_in import accounts, headers, passwords
from sign_in.gate import Gate
from tests.sign_in.amy_chan import PASSWORD
from warehouse.app_db.app_schema import audit_log
from warehouse.settings import Settings
from warehouse.stores import connect


@dataclass
class Clock:
    """Local bank time that stands still until it is told to move."""

    at: datetime = datetime(2026, 6, 30, 9, 0)

    def __call__(self) -> datetime:
        return self.at

    def passes(self, **span: float) -> None:
        self.at += timedelta(**span)


@pytest.fixture(autouse=True)
def quick_hashes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hash that is quick to make, also nobody's: at its real cost, hundreds of sign-ins take minutes.

    What measures that cost, or names it, keeps it.
    """
    if request.node.get_closest_marker("real_cost") is None:
        monkeypatch.setattr(bcrypt, "gensalt", partial(bcrypt.gensalt, 4))
        monkeypatch.setattr(passwords, "NOBODYS", bcrypt.hashpw(b"nobody's", bcrypt.gensalt()).decode())


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def stores(tmp_path: Path, clock: Clock) -> Iterator[connect.Stores]:
    opened = connect.open_stores(Settings(data_dir=tmp_path), clock)
    accounts.create(opened, "amy", PASSWORD, by="cli", full_name="Amy Chan", role="analyst")
    yield opened
    opened.app_db.dispose()


@pytest.fixture
def lines(stores: connect.Stores) -> Callable[[str], int]:
    """How many audit lines an action has."""

    def count(action: str) -> int:
        with stores.app_db.connect() as app_db:
            return len(app_db.execute(select(audit_log).where(audit_log.c.action == action)).all())

    return count


@dataclass
class Inside:
    """A small app in the place of Streamlit that writes down everything that reaches it."""

    heard: list[bytes] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    window: str = ""
    """What it calls every window, once that is set."""
    button: str = ""
    """The number of the download button it shows, and the name of the file that comes of it, once that is set."""

    async def __call__(self, scope, receive, send) -> None:
        if scope["type"] == "websocket":
            socket = WebSocket(scope, receive, send)
            await socket.accept()
            async for data in socket.iter_bytes():
                self.heard.append(data)
                await socket.send_bytes(self._says())
            return
        self.requests.append(scope["path"])
        if scope["path"] == "/bug":
            raise RuntimeError("postgresql://app:secret@10.0.0.5/app_db")
        kind = b"text/html" if scope["path"] in ("/", "/page") else b"application/javascript"
        start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}
        await send(start)
        body = b"<head></head>customers" if scope["path"] == "/page" else b"customers"
        await send({"type": "http.response.body", "body": body})

    def _says(self) -> bytes:
        if self.button:
            element = ForwardMsg()
            if len(self.heard) == 2:
                element.delta.new_element.dataframe.id = "$$ID-dataframe"
                return element.SerializeToString()
            element.delta.new_element.download_button.id = "$$ID-download_button"
            element.delta.new_element.download_button.deferred_file_id = self.button
            element.delta.new_element.download_button.url = f"/media/{self.button[::-1]}.csv"
            return element.SerializeToString()
        if not self.window:
            return b"heard"
        begun = ForwardMsg()
        begun.new_session.initialize.session_id = self.window
        return begun.SerializeToString()


@pytest.fixture
def inside() -> Inside:
    return Inside()


@pytest.fixture
def visitor(stores: connect.Stores, inside: Inside) -> TestClient:
    """A browser in front of the gate, not signed in."""
    policy = headers.page_policy("<script>\n window.a = 1\n</script><script src='x.js'></script>")
    gate = Gate(inside, stores=stores, policy=policy, hosts=["bank.test"], recheck=0.2)
    return TestClient(gate, base_url="http://bank.test", follow_redirects=False)
