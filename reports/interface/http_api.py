"""The API for programs: questions about figures as JSON, under the rights of the colleague whose token asks.

The gate has looked up the token; here a question is counted, written into the audit log, and answered on a thread of its
own. Every refusal is a sentence in JSON. Nothing here writes but the log.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import orjson
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from metrics.catalogue import CATALOGUE
from reports.exports import parquet_files
from reports.interface import figure_question, openapi_document
from reports.interface.figure_question import NotUnderstood
from sign_in import api_tokens
from sign_in.api_tokens import Holder, TooMany
from sign_in.gate import sentence_for_program
from warehouse import failures
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import AccessRefused, ChangeRefused, NothingLoaded, Problem, reference
from warehouse.stores import run_memo
from warehouse.stores.connect import Stores
from workflow.alerts import assignment

if TYPE_CHECKING:
    from mcp.server.mcpserver import Context
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PLACE, FOR_ASSISTANTS = "/api/v1/", "/api/mcp"
_HOLDER = "concord.holder"
"""In the scope of an assistant's request: whose token it came with."""
LONGEST = 16_384
"""Bytes of a question."""
AT_ONCE, WAITING = 2, 20
"""Questions worked on, and questions that may wait for that, in one process."""
OF_ONE = 4
"""How many of these may be one account's."""
_STATUS: Mapping[type[Problem], int] = {
    NotUnderstood: 422,
    AccessRefused: 403,
    TooMany: 429,
    NothingLoaded: 503,
    ChangeRefused: 401,
}
PARQUET = "application/vnd.apache.parquet"


class Busy(Problem):
    """More questions at a time than are taken."""


class NotThere(Problem):
    """An address at which there is nothing."""


class HttpApi:
    """`answer` is what the gate calls for each request of a program."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self._threads = ThreadPoolExecutor(AT_ONCE, "api")
        self._open: Counter[str] = Counter()
        self._over: asyncio.Event | None = None
        self._assistants: asyncio.Future[StreamableHTTPSessionManager] | None = None
        self._serving: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def for_assistants(self) -> AsyncIterator[None]:
        """While this is open, assistants are answered, too, by the Model Context Protocol over HTTP."""
        self._over = asyncio.Event()
        try:
            yield
        finally:
            self._over.set()
            self._over = None
            if self._serving is not None:
                await self._serving

    async def _for_first_assistant(self, over: asyncio.Event) -> StreamableHTTPSessionManager:
        """What answers assistants. The first that asks waits for its imports: most banks have no assistant."""
        if self._assistants is None:
            self._assistants = asyncio.get_running_loop().create_future()
            self._serving = asyncio.create_task(self._serve(self._assistants, over))
        return await asyncio.shield(self._assistants)

    async def _serve(self, ready: asyncio.Future[StreamableHTTPSessionManager], over: asyncio.Event) -> None:
        """Keep the tasks of the protocol open, from here alone: they must end in the task in which they began."""
        try:
            assistants = await asyncio.to_thread(self._session_manager)
            async with assistants.run():
                ready.set_result(assistants)
                await over.wait()
        except Exception as error:
            if ready.done():
                raise
            ready.set_exception(error)
        finally:
            self._assistants = None

    def _session_manager(self) -> StreamableHTTPSessionManager:
        from mcp.server.transport_security import TransportSecuritySettings

        from reports.interface.mcp_server import server

        tools = server(self.stores, self._caller)
        # Without a session, each message of an assistant brings its token, and is looked up by it. The gate has looked
        # at the host already.
        tools.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=LONGEST,
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        return tools.session_manager

    async def answer(self, request: Request, who: Holder) -> ASGIApp:
        """The response to a request whose token is `who`'s."""
        if request.url.path == FOR_ASSISTANTS and self._over is not None:
            if request.method != "POST":
                return sentence_for_program("Assistants send each message by POST.", 405)
            return self._for_assistant(request, who, await self._for_first_assistant(self._over))
        if request.method not in ("GET", "HEAD", "POST"):
            return sentence_for_program("This API reads only: it takes GET, and POST for a question.", 405)
        try:
            given = await _body(request) if request.method == "POST" else None
        except NotUnderstood as problem:
            return sentence_for_program(str(problem), 422)
        try:
            with self._one_more(who):
                loop = asyncio.get_running_loop()
                return await loop.run_in_executor(self._threads, self._answered, request, who, given)
        except Busy as busy:
            return _later(busy, 503)

    def _for_assistant(
        self, request: Request, who: Holder, assistants: StreamableHTTPSessionManager
    ) -> ASGIApp:
        request.scope[_HOLDER] = who

        async def counted(scope: Scope, receive: Receive, send: Send) -> None:
            try:
                with self._one_more(who):
                    await assistants.handle_request(scope, receive, send)
            except Busy as busy:
                await _later(busy, 503)(scope, receive, send)

        return counted

    @contextmanager
    def _one_more(self, who: Holder) -> Iterator[None]:
        """While a question is open. Raises Busy for one too many, of all accounts or of this one."""
        name = who.person.username
        if self._open.total() >= AT_ONCE + WAITING:
            raise Busy("Many programs ask at this moment. Ask again in a minute.")
        if self._open[name] >= OF_ONE:
            raise Busy(
                f"{OF_ONE} questions of yours are not answered yet. Wait for an answer before the next."
            )
        self._open[name] += 1
        try:
            yield
        finally:
            self._open[name] -= 1
            if not self._open[name]:
                del self._open[name]

    def _answered(self, request: Request, who: Holder, given: object) -> Response:
        try:
            with run_memo.one_run():
                return self._route(request, who, given)
        except Exception as error:  # whatever it is, it becomes a sentence, at least one with a number
            problem = failures.as_problem(error)
            if problem is None:
                number = reference(error)
                return sentence_for_program(
                    f"This did not work. Please give your administrator the reference {number}.", 500
                )
            status = next((s for kind, s in _STATUS.items() if isinstance(problem, kind)), 503)
            if isinstance(problem, TooMany):
                return _later(problem, status)
            return sentence_for_program(str(problem), 404 if isinstance(problem, NotThere) else status)

    def _route(self, request: Request, who: Holder, given: object) -> Response:
        path = request.url.path.removeprefix(PLACE)
        if request.method == "POST" and path != "query":
            raise NotUnderstood("Only a question is sent by POST, to /api/v1/query.")
        if path == "query":
            return self._query(who, _of_address(request) if given is None else given)
        if path == "openapi.json":
            return _json(openapi_document.document())
        if path == "metrics":
            self._note(who, "metrics", "")
            viewer = self._viewer(who)
            return _json(
                {
                    "metrics": figure_question.metrics_for(viewer, CATALOGUE),
                    "periods": figure_question.periods_for(viewer),
                }
            )
        if named := re.fullmatch(r"metrics/(\w{1,80})", path):
            if named[1] not in CATALOGUE:
                raise NotThere(
                    "The dictionary has no figure of this name. The list of metrics has every name."
                )
            self._note(who, named[1], "definition")
            return _json(figure_question.metrics_for(self._viewer(who), [named[1]])[0])
        if path == "tables":
            self._note(who, "tables", "")
            return _json({"tables": parquet_files.offered(self._viewer(who))})
        if table := re.fullmatch(r"tables/(\w{1,80})\.parquet", path):
            return self._parquet(who, table[1])
        raise NotThere("There is nothing at this address. /api/v1/openapi.json lists what there is.")

    def _query(self, who: Holder, given: object) -> Response:
        report = figure_question.parsed(given)
        self._note(who, report.metric, figure_question.in_words(report))
        viewer = self._viewer(who)
        return _json(figure_question.answered(self._reader(viewer), report))

    def _parquet(self, who: Holder, name: str) -> Response:
        viewer = self._viewer(who)
        table = parquet_files.table_of(viewer, name)
        self._note(who, table.name, "whole table as Parquet")
        folder = TemporaryDirectory(prefix="concord-", ignore_cleanup_errors=True)
        file = Path(folder.name) / f"{table.name}.parquet"
        try:
            parquet_files.write(self._reader(viewer), table, file)
        except BaseException:
            folder.cleanup()
            raise
        gone = BackgroundTask(folder.cleanup)
        return FileResponse(file, media_type=PARQUET, filename=file.name, background=gone)

    def _caller(self, context: Context, subject: str, why: str) -> Viewer:
        """Whose token an assistant's call came with; counted and noted like a question to the API."""
        request = context.request_context.request
        assert request is not None, "an assistant asks by HTTP here"
        who: Holder = request.scope[_HOLDER]
        api_tokens.use(self.stores, who, "question.mcp", subject, why)
        return self._viewer(who)

    def _note(self, who: Holder, subject: str, why: str) -> None:
        api_tokens.use(self.stores, who, "question.api", subject, why)

    def _viewer(self, who: Holder) -> Viewer:
        viewer = assignment.viewer_of(self.stores, who.person.username)
        if viewer is None:
            raise ChangeRefused("This account was locked a moment ago.")
        return viewer

    def _reader(self, viewer: Viewer) -> Reader:
        return Reader(self.stores, viewer, self.stores.snapshot())


def _later(problem: Problem, status: int) -> Response:
    refusal = sentence_for_program(str(problem), status)
    refusal.headers["Retry-After"] = "60"
    return refusal


async def _body(request: Request) -> object:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LONGEST:
            raise NotUnderstood(f"A question has {LONGEST:,} bytes at most.")
    try:
        return orjson.loads(body)
    except ValueError:
        raise NotUnderstood(
            'The question cannot be read as JSON. Send an object such as {"metric": "leads", "by": "channel"}.'
        ) from None


def _of_address(request: Request) -> dict[str, Any]:
    """A question in an address, for spreadsheets: `?metric=leads&period=quarter&by=month&channel=email`."""
    parts: dict[str, Any] = {}
    filters: dict[str, list[str]] = {}
    for key, value in request.query_params.multi_items():
        if key == "by":
            parts.setdefault("by", []).append(value)
        elif key in figure_question.PARTS and key != "filters":
            if key in parts:
                raise NotUnderstood(f"“{key}” stands in the address twice.")
            parts[key] = value
        else:
            filters.setdefault(key, []).append(value)
    return parts | ({"filters": filters} if filters else {})


def _json(content: Any) -> Response:
    return Response(orjson.dumps(content), media_type="application/json")
