"""One open websocket under watch: unwanted messages are dropped, and it ends when its session does.

A page can stay open for hours without asking for anything, so its session is looked up when the browser speaks *and* on a
clock. When it has ended, the page is sent to the sign-in form rather than left with “connection lost”.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import urlencode

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sign_in import headers, websocket_messages

MOST_WIDGETS = 20_000
"""Of so many widgets of a window it is remembered what kind they are; then it begins anew."""


class Watch:
    """`still_in` says whether the session lives, `seen` keeps it from going idle; asked every `recheck` seconds.

    `opened` is told once what Streamlit calls the window, `sent` each message to it; `offered` says whether a file was
    named in one of them.
    """

    def __init__(
        self,
        receive: Receive,
        send: Send,
        *,
        still_in: Callable[[], Awaitable[bool]],
        seen: Callable[[], Awaitable[None]],
        opened: Callable[[str], None],
        sent: Callable[[bytes], None],
        offered: Callable[[str], bool],
        recheck: float,
    ) -> None:
        self.receive, self.send = receive, send
        self.still_in, self.seen, self.recheck = still_in, seen, recheck
        self.opened, self.named = opened, False
        self.sent, self.offered = sent, offered
        self.widgets: dict[str, str] = {}
        self.checked = asyncio.get_running_loop().time()
        self.place = "/"
        self.accepted = False
        self.over = asyncio.Event()

    async def run(self, app: ASGIApp, scope: Scope) -> None:
        """Let `app` talk to the browser until either leaves or the session ends."""
        clock = asyncio.create_task(self._clock())
        try:
            await app(scope, self._receive, self._send)
        finally:
            clock.cancel()
            with suppress(asyncio.CancelledError):
                await clock

    async def close(self, code: int) -> None:
        """Close the websocket, once."""
        if not self.over.is_set():
            self.over.set()
            await self.send({"type": "websocket.close", "code": code})

    async def _clock(self) -> None:
        while not self.over.is_set():
            await asyncio.sleep(self.recheck)
            await self._still_in()

    async def _send(self, message: Message) -> None:
        if self.over.is_set():
            return
        if message["type"] == "websocket.accept":
            self.accepted = True
        elif message["type"] == "websocket.close":
            self.over.set()
        elif data := message.get("bytes"):
            self.sent(data)
            if len(self.widgets) > MOST_WIDGETS:
                self.widgets.clear()
            self.widgets |= websocket_messages.widgets_in(data)
            if not self.named and (window := websocket_messages.window_of(data)):
                self.named = True
                self.opened(window)
        await self.send(message)

    async def _receive(self) -> Message:
        while not self.over.is_set():
            message = await self._next()
            if message is None:
                break
            if message["type"] != "websocket.receive":
                return message
            if await self._may_pass(message.get("bytes")):
                return message
        return {"type": "websocket.disconnect", "code": 1008}

    async def _next(self) -> Message | None:
        """The next message of the browser, or None if the session ended first."""
        coming = asyncio.ensure_future(self.receive())
        ended = asyncio.ensure_future(self.over.wait())
        try:
            await asyncio.wait((coming, ended), return_when=asyncio.FIRST_COMPLETED)
            return coming.result() if coming.done() else None
        finally:
            coming.cancel()
            ended.cancel()

    async def _may_pass(self, data: bytes | None) -> bool:
        # Streamlit speaks in bytes only; a text frame would make it stop with a trace.
        heard = (
            websocket_messages.hear(data, self.widgets)
            if data is not None
            else websocket_messages.Heard(passes=False)
        )
        if heard.place:
            self.place = headers.safe_next(heard.place)
        age = asyncio.get_running_loop().time() - self.checked
        if age >= self.recheck and not await self._still_in():
            return False
        if heard.by_hand:
            await self.seen()
        if heard.file and not self.offered(heard.file):
            return False
        return heard.passes and not self.over.is_set()

    async def _still_in(self) -> bool:
        alive = await self.still_in()
        self.checked = asyncio.get_running_loop().time()
        if not alive and not self.over.is_set():
            if self.accepted:
                form = "/login?" + urlencode({"next": self.place})
                await self.send({"type": "websocket.send", "bytes": websocket_messages.go_to(form)})
            await self.close(1008)
        return alive
