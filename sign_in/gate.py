"""The gate in front of all of Streamlit: no session, no Streamlit, over HTTP and over websockets alike.

Plain ASGI, because Starlette's `BaseHTTPMiddleware` never sees a websocket. What is not listed as public needs a session,
so a route that a later version of Streamlit adds stands behind the gate from its first day.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import ParamSpec, TypeVar
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection, Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sign_in import (
    api_tokens,
    drafts,
    headers,
    login_routes,
    measurements,
    screens,
    second_factor,
    sessions,
    typefaces,
    websocket_messages,
)
from sign_in.clock_watch import ClockWatch
from sign_in.handed_out import HandedOut
from sign_in.measurements import MeasuredFigure, Measurements
from sign_in.sessions import Person
from sign_in.watch import Watch
from warehouse import failures
from warehouse.errors import reference
from warehouse.stores.connect import Stores

MOST_WINDOWS = 10_000
"""Of so many windows it is remembered who opened them; one that comes back after more is asked again by its page."""

LARGEST_UPLOAD = 5 << 20
"""Bytes of a file from whoever is no administrator, who alone loads data: uploads stand in the server's memory."""
MADE, UPLOADED = "/media/", "/_stcore/upload_file/"
"""Where Streamlit gives files, and where it takes them: of a window, by its name."""

PROGRAMS = "/api/"
"""Where programs ask, with a token in place of a session; a browser's cookie opens nothing there."""
Interface = Callable[[Request, api_tokens.Holder], Awaitable[ASGIApp]]
"""What answers a program whose token the gate knows."""

P = ParamSpec("P")
T = TypeVar("T")


class Gate:
    """ASGI middleware. `policy` is the content security policy of Streamlit's pages, `hosts` the names of this app.

    `demo_hint` is asked for each sign-in page, because a real bank may replace the sample while the app runs.
    `interface` answers programs; without one there is nothing for them.
    `true_time` is the machine's own clock, which codes of authenticator apps follow; the bank's where it is not given.
    `figures` is what the app says of itself to a monitoring system, `passed` seconds on a clock that nobody sets.
    `recheck` is how many seconds an open page may go on before its session is looked up again.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        stores: Stores,
        policy: str,
        hosts: Sequence[str],
        demo_hint: Callable[[], str] = lambda: "",
        interface: Interface | None = None,
        recheck: float = 3.0,
        true_time: Callable[[], datetime] | None = None,
        figures: Callable[[], Iterable[MeasuredFigure]] | None = None,
        passed: Callable[[], float] | None = None,
    ) -> None:
        self.app, self.stores, self.policy, self.hosts = app, stores, policy, tuple(hosts)
        self.interface, self.recheck = interface, recheck
        self.https = stores.settings.secure_cookies
        # Sessions are looked up beside the event loop. Passwords have threads of their own: many people signing in must
        # not hold up those who are working.
        self._lookups = ThreadPoolExecutor(8, "gate-app-db")
        self._passwords = ThreadPoolExecutor(2, "gate-bcrypt")
        # A provider that does not answer must not hold up who signs in with a password.
        self._provider = ThreadPoolExecutor(4, "gate-sso")
        second_factor.end_sessions_without(stores)
        self._forms = login_routes.Forms(
            stores, self.ask_password, self.ask_provider, demo_hint, true_time or stores.now
        )
        self._measured = Measurements(stores.settings.metrics_token, figures)
        self._clock = ClockWatch(stores, passed) if passed else None
        self._windows: OrderedDict[str, str] = OrderedDict()
        self._handed_out = HandedOut()

    def _person(self, token: str | None) -> Person | None:
        """Who holds a token now; a clock that was just set forward a little ends nothing."""
        if self._clock is not None:
            self._clock.check()
        return sessions.person(self.stores, token)

    async def ask(self, what: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a question to the application database beside the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._lookups, lambda: what(*args, **kwargs))

    async def ask_password(self, what: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something that costs a bcrypt beside the event loop, two at a time."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._passwords, lambda: what(*args, **kwargs))

    async def ask_provider(self, what: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something that waits for the single sign-on provider beside the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._provider, lambda: what(*args, **kwargs))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await self._http(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._websocket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def protected(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                answer = MutableHeaders(scope=message)
                status = message["status"]
                self._measured.answered(status)
                headers.protect(answer, self.policy, scope["path"], status=status, https=self.https)
            await send(message)

        try:
            answer = await self._answer(Request(scope, receive))
            await answer(scope, receive, protected)
        except Exception as bug:  # whatever it is, it becomes a sentence, at least one with a number
            problem = failures.as_problem(bug)
            text = str(
                problem
                or f"This did not work. Please give your administrator the reference {reference(bug)}."
            )
            if not started and scope["path"].startswith(PROGRAMS):
                await sentence_for_program(text, 503 if problem else 500)(scope, receive, protected)
            elif not started:
                heading = "Not available just now" if problem else "Something went wrong"
                page = screens.sentence(heading, text)
                await login_routes.html(page, 503 if problem else 500)(scope, receive, protected)

    async def _answer(self, request: Request) -> ASGIApp:
        """What the gate answers itself, or Streamlit, whose pages then keep what is typed."""
        path = request.url.path
        if path == "/healthz":
            return PlainTextResponse("ok")
        if path == measurements.PATH and self._measured.may_read(request, self.hosts):
            return await self.ask(self._measured.text)
        if not headers.host_allowed(request.headers.get("host", ""), self.hosts):
            name = "This app does not answer to that name."
            for_program = path.startswith(PROGRAMS)
            return sentence_for_program(name, 421) if for_program else PlainTextResponse(name, 421)
        if path.startswith(PROGRAMS):
            return await self._program(request)
        if path in typefaces.PATHS and request.method in ("GET", "HEAD"):
            return self.app
        token = request.cookies.get(sessions.cookie_name(self.stores.settings))
        who = await self.ask(self._person, token)
        if path in login_routes.PATHS:
            return await self._forms.answer(request, who, token)
        if who is None or token is None:
            return _refuse(request, "/login?" + urlencode({"next": _place(request)}), 401)
        if who.must_change_password:
            return _refuse(request, "/password", 403)
        if path in (drafts.PATH, drafts.SEEN):
            return await self._drafts(request, token)
        if refusal := self._file_refused(request, token, who):
            return refusal
        if _is_navigation(request):
            await self.ask(sessions.seen, self.stores, token)
            return drafts.with_script(self.app, who.username)
        return self.app

    async def _program(self, request: Request) -> ASGIApp:
        """The answer to a program: who holds its token is looked up each time."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        right = token.strip() if scheme.lower() == "bearer" else ""
        who = await self.ask(api_tokens.holder, self.stores, right)
        if who is None:
            refusal = sentence_for_program(
                "This needs a token that is valid: send “Authorization: Bearer …”. Tokens are made on the page API "
                "access, and end there, on their day, or with their owner’s account.",
                401,
            )
            refusal.headers["WWW-Authenticate"] = "Bearer"
            return refusal
        if who.person.must_change_password:
            return sentence_for_program("First sign in and choose a password of your own.", 403)
        if self.interface is None:
            return sentence_for_program("There is nothing at this address.", 404)
        return await self.interface(request, who)

    def _file_refused(self, request: Request, token: str, who: Person) -> Response | None:
        """Why a file is neither given nor taken; None for one that is, and for whatever is no file."""
        if not self._is_hers(request.url.path, token, who.username):
            return PlainTextResponse("This file was not made for you. Download it from its page.", 404)
        return _too_large(request, who) if request.url.path.startswith(UPLOADED) else None

    def _is_hers(self, path: str, token: str, username: str) -> bool:
        """Files are given to the session they were made for, and taken for its own windows."""
        if path.startswith(MADE):
            return self._handed_out.was_offered(token, path.removeprefix(MADE))
        if path.startswith(UPLOADED):
            window = path.removeprefix(UPLOADED).partition("/")[0]
            return self._windows.get(window) == username
        return True

    async def _drafts(self, request: Request, token: str) -> Response:
        """The script that keeps what is typed; and she types: her session does not go idle meanwhile."""
        if request.url.path == drafts.PATH:
            return Response(drafts.SCRIPT, media_type="text/javascript")
        if request.method != "POST" or not headers.same_origin(request.headers):
            return PlainTextResponse("This takes a POST of our own pages.", 405)
        await self.ask(sessions.seen, self.stores, token)
        return Response(status_code=204)

    async def _websocket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        token = connection.cookies.get(sessions.cookie_name(self.stores.settings))
        named = headers.host_allowed(connection.headers.get("host", ""), self.hosts)
        who: Person | None = None
        if named and headers.same_origin(connection.headers):
            who = await self.ask(self._person, token)
        if who is None or token is None or who.must_change_password:
            # Closed before it was accepted: the server answers the handshake with 403.
            await send({"type": "websocket.close", "code": 1008})
            return

        username = who.username
        if (
            self._windows.get(websocket_messages.window_before(scope.get("subprotocols", ())), username)
            != username
        ):
            # It was cut off, and somebody else has signed in since: what it shows and holds is not hers.
            await _send_away(scope, receive, send)
            return

        def opened(window: str) -> None:
            self._windows[window] = username
            while len(self._windows) > MOST_WINDOWS:
                self._windows.popitem(last=False)

        async def still_in() -> bool:
            return await self.ask(self._person, token) is not None

        async def seen() -> None:
            self._measured.acts.inc()
            await self.ask(sessions.seen, self.stores, token)

        watch = Watch(
            receive,
            send,
            still_in=still_in,
            seen=seen,
            opened=opened,
            sent=partial(self._handed_out.read_along, token),
            offered=partial(self._handed_out.was_offered, token),
            recheck=self.recheck,
        )
        try:
            await watch.run(self.app, scope)
        except Exception as bug:  # whatever it is, it becomes a number
            reference(bug)
            await watch.close(1011)


async def _send_away(scope: Scope, receive: Receive, send: Send) -> None:
    """Let a window load itself anew."""
    await receive()
    protocols = list(scope.get("subprotocols", ()))
    await send({"type": "websocket.accept", "subprotocol": protocols[0] if protocols else None})
    await send({"type": "websocket.send", "bytes": websocket_messages.go_to("/")})
    await send({"type": "websocket.close", "code": 1008})


def sentence_for_program(sentence: str, status: int) -> JSONResponse:
    """A refusal or an error as programs read it: `{"error": "…"}`."""
    return JSONResponse({"error": sentence}, status)


def _is_navigation(request: Request) -> bool:
    """Somebody opened a page, as opposed to a page fetching its parts. Only that is worth a redirect."""
    return (
        request.method in ("GET", "HEAD")
        and "text/html" in request.headers.get("accept", "")
        and request.headers.get("sec-fetch-mode", "navigate") == "navigate"
    )


def _place(request: Request) -> str:
    query = request.url.query
    return headers.safe_next(request.url.path + (f"?{query}" if query else ""))


def _too_large(request: Request, who: Person) -> Response | None:
    """The refusal of a file that is larger than its sender may upload, or does not say how large it is."""
    if who.role == "administrator":
        return None
    if "chunked" in request.headers.get("transfer-encoding", "").lower():
        return PlainTextResponse("The file does not say how large it is.", 411)
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) <= LARGEST_UPLOAD:
        return None
    return PlainTextResponse("The file is too large.", 413)


def _refuse(request: Request, elsewhere: str, status: int) -> Response:
    if _is_navigation(request):
        return RedirectResponse(elsewhere, 303)
    return PlainTextResponse("Please sign in.", status)
