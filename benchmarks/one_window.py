"""A browser window without a browser: signs in, opens a page over the websocket, acts, counts what comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx2
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import StringArray, WidgetState
from websockets.sync.client import ClientConnection, connect

PATIENCE = 60.0
"""Seconds a request may take: where fifty people sign in at once, each password waits for those before it."""


class SignedOut(RuntimeError):
    """The server did not let this window in."""


@dataclass
class Sent:
    """What the server sent for one action."""

    messages: int = 0
    bytes: int = 0
    problems: list[str] = field(default_factory=list)


def sign_in(address: str, username: str, password: str) -> str:
    """The cookies of a session, as one header. Raises SignedOut if the form is refused."""
    with httpx2.Client(base_url=address, timeout=PATIENCE) as client:
        csrf = re.search(r'name="csrf" value="([^"]+)"', client.get("/login").text)
        if csrf is None:
            raise SignedOut("The sign-in page has no form.")
        form = {"username": username, "password": password, "csrf": csrf[1], "next": "/"}
        answer = client.post("/login", data=form, headers={"Origin": address})
        if answer.status_code != 303:
            raise SignedOut(f"{username} was refused with {answer.status_code}.")
        client.get("/")
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


class Window:
    """One window of one signed-in person; every action waits until the page stands."""

    def __init__(self, address: str, cookies: str) -> None:
        self.address = address
        self.socket: ClientConnection = connect(
            address.replace("http", "ws", 1) + "/_stcore/stream",
            additional_headers={"Cookie": cookies},
            origin=address,  # type: ignore[arg-type]  # any text is one
            max_size=None,
            open_timeout=PATIENCE,
        )
        self.page, self.query = "", ""
        self.widgets: dict[str, WidgetState] = {}
        self.seen: dict[str, Any] = {}
        self.cached: set[str] = set()
        self.folded: dict[str, tuple[str, str]] = {}

    def open(self, page: str, query: str = "") -> Sent:
        """A page at its address, as if typed into the browser."""
        self.page, self.query = page, query
        self.widgets, self.seen, self.folded = {}, {}, {}
        return self.rerun()

    def choose(self, label: str, option: int) -> Sent:
        """The option of that number of the first box with this label, alone."""
        box = next(
            w for w in self.seen.values() if getattr(w, "label", "") == label and hasattr(w, "options")
        )
        self.widgets[box.id] = WidgetState(
            id=box.id, string_array_value=StringArray(data=[box.options[option]])
        )
        return self.rerun()

    def options(self, label: str) -> int:
        """How many options that select box offers; 0 where the page has none."""
        boxes = (w for w in self.seen.values() if getattr(w, "label", "") == label and hasattr(w, "options"))
        return next((len(box.options) for box in boxes), 0)

    def unfold(self, label: str) -> Sent | None:
        """A click on the first button of that label that opens something in place; None where the page has none."""
        if label not in self.folded:
            return None
        widget, fragment = self.folded[label]
        self.widgets[widget] = WidgetState(id=widget, bool_value=True)
        sent = self.rerun(fragment)
        self.widgets[widget] = WidgetState(id=widget, bool_value=False)
        return sent

    def rerun(self, fragment: str = "") -> Sent:
        """The script once more, or one fragment of it."""
        message = BackMsg()
        state = message.rerun_script
        # By its address each time: with the hash that a run's first message names, the first page of the menu was drawn.
        state.query_string, state.page_name = self.query, self.page
        state.fragment_id = fragment
        state.context_info.url = f"{self.address}/{self.page}"
        state.context_info.timezone = "Asia/Hong_Kong"
        state.widget_states.widgets.extend(self.widgets.values())
        state.cached_message_hashes.extend(sorted(self.cached))
        self.socket.send(message.SerializeToString())
        return self._received()

    def close(self) -> None:
        """Leave."""
        self.socket.close()

    def _received(self) -> Sent:
        sent = Sent()
        for message, size in self._messages():
            sent.messages += 1
            sent.bytes += size
            kind = message.WhichOneof("type")
            if kind == "auth_redirect":
                raise SignedOut(message.auth_redirect.url)
            if kind == "delta":
                if message.hash and message.metadata.cacheable:
                    self.cached.add(message.hash)
                self._looked_at(message.delta.new_element, sent)
                popover = message.delta.add_block.popover
                if popover.id:
                    self.folded.setdefault(popover.label, (popover.id, message.delta.fragment_id))
            elif kind == "script_finished":
                break
        return sent

    def _messages(self) -> Iterator[tuple[ForwardMsg, int]]:
        while True:
            data = self.socket.recv(timeout=180)
            assert isinstance(data, bytes)
            message = ForwardMsg()
            message.ParseFromString(data)
            yield message, len(data)

    def _looked_at(self, element: Any, sent: Sent) -> None:
        kind = element.WhichOneof("type")
        if kind is None:
            return
        widget = getattr(element, kind)
        if kind == "exception" or "reference" in str(getattr(widget, "body", ""))[:300]:
            sent.problems.append(str(widget)[:300])
        if getattr(widget, "id", ""):
            self.seen[widget.id] = widget
