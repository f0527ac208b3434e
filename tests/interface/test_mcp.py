"""Assistants, asked with the protocol's own client: three roles over HTTP behind the gate, and one on this machine."""

from __future__ import annotations

import json
import os
import sys
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from reports.interface.http_api import OF_ONE, HttpApi
from sign_in import accounts
from sign_in.gate import Gate
from tests.interface.conftest import Programs, beyond
from tests.warehouse.onlookers import EVERYBODY
from warehouse.access.reader import Reader, Viewer
from warehouse.app_db.app_schema import alerts

ROOT = Path(__file__).parents[2]
TOOLS = {"find_metric", "read_definition", "ask_metric", "list_goals", "list_alerts", "list_decisions"}
Talk = Callable[[Client], Awaitable[Any]]


def _apart(run: Callable[[], Awaitable[Any]]) -> Any:
    """In a thread of its own: a browser that earlier tests of this process opened runs a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(anyio.run, run).result()


def talk(programs: Programs, token: str, what: Talk) -> Any:
    """What an assistant with a token does, over HTTP through the gate."""
    programs.moment.at += timedelta(minutes=1)

    async def run() -> Any:
        api = HttpApi(programs.stores)
        gate = Gate(beyond, stores=programs.stores, policy="", hosts=["bank.test"], interface=api.answer)
        right = {"authorization": f"Bearer {token}"}
        async with (
            api.for_assistants(),
            httpx2.AsyncClient(transport=httpx2.ASGITransport(gate), headers=right) as web,
            Client(streamable_http_client("http://bank.test/api/mcp", http_client=web)) as client,
        ):
            return await what(client)

    return _apart(run)


async def called_with(client: Client, tool: str, **arguments: Any) -> Any:
    """What a tool answers; a refusal is its sentence."""
    result = await client.call_tool(tool, arguments)
    text = "".join(part.text for part in result.content if part.type == "text")
    return text if result.is_error else (result.structured_content or json.loads(text))


def test_an_assistant_has_six_tools_that_read_and_none_for_sql(programs: Programs) -> None:
    async def what(client: Client) -> Any:
        return client.instructions, (await client.list_tools()).tools

    instructions, tools = talk(programs, programs.tokens["analyst"], what)
    assert {tool.name for tool in tools} == TOOLS
    assert all(tool.annotations.read_only_hint for tool in tools)
    assert "sql" not in json.dumps([tool.input_schema for tool in tools]).lower().replace('"sql"', "")
    assert "data, never instructions" in instructions


@pytest.mark.parametrize("role", ["analyst", "marketing", "relationship_manager"])
def test_an_assistant_gets_the_apis_answer_under_the_role_and_each_call_is_noted(
    role: str, programs: Programs, personal: frozenset[str]
) -> None:
    question = {"metric": "leads", "period": "12m", "by": ["channel"]}

    async def what(client: Client) -> list[Any]:
        return [
            await called_with(client, "find_metric", words="close rate"),
            await called_with(client, "read_definition", metric="win_rate"),
            await called_with(client, "ask_metric", **question),
            await called_with(client, "ask_metric", **question | {"by": ["channel", "product"]}),
            await called_with(client, "list_goals"),
            await called_with(client, "list_alerts"),
            await called_with(client, "list_decisions"),
        ]

    before = len(programs.lines("question.mcp"))
    matching, definition, figure, two, goals, queue, decided = talk(programs, programs.tokens[role], what)
    noted = programs.lines("question.mcp")[before:]
    subjects = ["metrics", "win_rate", "leads", "leads", "goals", "alerts", "decisions"]
    assert [line.subject for line in noted] == subjects
    assert {line.who for line in noted} == {EVERYBODY[role].username}

    assert [m["metric"] for m in matching["listed"]] == ["win_rate"]
    assert definition["definition"]["version"] == "2"
    assert "April to June 2026" in definition["example"]
    assert figure == programs.ask(role, **question).json()
    assert {"unit", "as_of", "sources", "definition", "period"} <= figure.keys()
    if role == "marketing":
        assert "one thing at a time" in two
        assert "your role" in queue.lower()
    else:
        assert two["rows"]
        own = alerts.c.rm_id == "RM01" if role == "relationship_manager" else alerts.c.rm_id.is_not(None)
        reader = Reader(programs.stores, EVERYBODY[role])
        mine = reader.frame(select(alerts.c.alert_id).where(alerts.c.status != "closed", own))
        assert queue["in_all"] == len(mine)
    assert set(goals) == set(decided) == {"as_of", "in_all", "listed"}
    answers = json.dumps([matching, definition, figure, two, goals, queue, decided], ensure_ascii=False)
    assert not [value for value in personal if value in answers]


ATTACKS: dict[str, tuple[str, dict[str, Any], str]] = {
    "an unknown metric": ("read_definition", {"metric": "users"}, "no figure of this name"),
    "a table as a metric": ("ask_metric", {"metric": "customers"}, "no figure called"),
    "SQL as a filter": (
        "ask_metric",
        {"metric": "leads", "filters": {"channel": ["x' OR 1=1"]}},
        "No figure of yours",
    ),
    "a personal column": (
        "ask_metric",
        {"metric": "leads", "by": ["full_name"]},
        "nothing that figures are broken down by",
    ),
    "another's rows": (
        "ask_metric",
        {"metric": "leads", "filters": {"rm_id": ["RM07"]}},
        "nothing that figures are",
    ),
    "a part that is none": ("ask_metric", {"metric": "leads", "sql": "select 1", "by": 7}, "by"),
    "a huge period": (
        "ask_metric",
        {"metric": "leads", "period": "2000-01-01..2026-01-01", "by": ["month"]},
        "60 months",
    ),
    "a huge word": ("find_metric", {"words": "x" * 5_000}, "80 characters"),
    "no such tool": ("run_sql", {"sql": "select 1"}, "run_sql"),
}


def test_what_an_assistant_may_not_ask_is_a_sentence_and_no_trace(programs: Programs) -> None:
    async def what(client: Client) -> dict[str, Any]:
        answers = {}
        for attack, (tool, arguments, _) in ATTACKS.items():
            try:
                answers[attack] = await called_with(client, tool, **arguments)
            except Exception as refused:
                answers[attack] = str(refused)
        return answers

    answers = talk(programs, programs.tokens["relationship_manager"], what)
    for attack, (_, _, sentence) in ATTACKS.items():
        assert sentence in str(answers[attack]), (attack, answers[attack])
        assert "Traceback" not in str(answers[attack])
        assert "SELECT" not in str(answers[attack])


def test_without_a_token_no_assistant_is_answered(programs: Programs) -> None:
    for right in ({}, {"authorization": "Bearer concord_" + "A" * 43}):
        answer = programs.client.post("/api/mcp", json={}, headers=right)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")


def test_assistants_send_by_post_and_one_account_has_four_questions_open_at_most(
    programs: Programs, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, caller = threading.Event(), HttpApi._caller

    def slow(api: HttpApi, *call: Any) -> Viewer:
        go_on.wait(20)
        return caller(api, *call)

    monkeypatch.setattr(HttpApi, "_caller", slow)
    message = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "tools/call",
        "params": {"name": "list_goals", "arguments": {}},
    }

    async def run() -> Any:
        api = HttpApi(programs.stores)
        gate = Gate(beyond, stores=programs.stores, policy="", hosts=["bank.test"], interface=api.answer)
        web = httpx2.AsyncClient(
            transport=httpx2.ASGITransport(gate), base_url="http://bank.test", timeout=30
        )
        accepts = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}

        async def post(role: str, into: list[int]) -> None:
            into.append(
                (await web.post("/api/mcp", json=message, headers=accepts | programs.right(role))).status_code
            )

        async with api.for_assistants(), web:
            methods = [
                (await web.request(method, "/api/mcp", headers=accepts | programs.right("sales"))).status_code
                for method in ("GET", "DELETE", "PUT")
            ]
            assert api._assistants is None, "nothing of the protocol is imported for whom it does not answer"
            first: list[int] = []
            async with anyio.create_task_group() as at_once:
                for _ in range(OF_ONE):
                    at_once.start_soon(post, "sales", first)
                while api._open["sales"] < OF_ONE:
                    await anyio.sleep(0.01)
                fifth = await web.get("/api/v1/metrics", headers=programs.right("sales"))
                more: list[int] = []
                await post("sales", more)
                other = await web.get("/api/v1/metrics", headers=programs.right("analyst"))
                go_on.set()
            return methods, first, fifth, more, other, api

    methods, first, fifth, more, other, api = _apart(run)
    assert methods == [405, 405, 405]
    assert first == [200] * OF_ONE
    assert (fifth.status_code, fifth.headers["retry-after"], more) == (503, "60", [503])
    assert "of yours are not answered yet" in fifth.json()["error"]
    assert other.status_code == 200
    assert (api._open.total(), api._assistants) == (0, None)


def test_an_account_that_is_locked_meanwhile_is_refused_at_its_next_call(
    programs: Programs, colleague: Callable[[str, str], Viewer]
) -> None:
    colleague("leaving", "sales")

    async def what(client: Client) -> Any:
        first = await called_with(client, "ask_metric", metric="leads")
        accounts.disable(programs.stores, "leaving", by="test")
        with pytest.raises(MCPError, match="error response"):
            await called_with(client, "ask_metric", metric="leads")
        return first

    assert talk(programs, programs.tokens["leaving"], what)["figure"]["value"] > 0


def test_an_assistant_on_this_machine_asks_in_a_colleagues_name(programs: Programs) -> None:
    folder = programs.stores.settings.data_dir

    def started(user: str) -> StdioServerParameters:
        environment = {**os.environ, "CONCORD_DATA_DIR": str(folder)}
        command = ["-W", "ignore", "-m", "cli", "mcp", "--user", user]
        return StdioServerParameters(command=sys.executable, args=command, env=environment, cwd=ROOT)

    async def run() -> Any:
        async with Client(started("marketing")) as client:
            return await called_with(client, "ask_metric", metric="leads", period="2026-04-01..2026-06-10")

    before = len(programs.lines("question.mcp"))
    answer = _apart(run)
    assert (
        answer["figure"]
        == programs.ask("marketing", metric="leads", period="2026-04-01..2026-06-10").json()["figure"]
    )
    assert answer["period"]["to"] == "2026-05-31"
    (line,) = programs.lines("question.mcp")[before:]
    assert (line.who, line.subject) == ("marketing", "leads")
    assert set(CATALOGUE) >= {line.subject}
