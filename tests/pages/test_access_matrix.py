"""Page × role × surface: whatever the app offers, nobody reads on it what the access rules do not give her role.

The pages come from the menu, the columns from the contract, the rights from the rules: a page, a column, an export or a
route of the API that is added later is in here unasked.
"""

from __future__ import annotations

import ast
import base64
import io
import json
import pickle
import random
import re
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import streamlit
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Integer, select
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.testing.v1 import AppTest, local_script_runner

from metrics.definitions.cache_key import key_of
from metrics.definitions.measure import measures_of
from metrics.query import drill_rows
from pages import MENU, MenuEntry
from pages.components import data, export_button
from pages.figures import drill
from pages.figures.drill import DrillFigure
from pages.together.search_page import menu_of
from reports.exports import pack_files, review_files
from reports.exports.table_files import KINDS as TABLE_KINDS
from reports.exports.table_files import Sheet, export
from reports.interface import openapi_document
from sign_in import api_tokens, websocket_messages
from sign_in.handed_out import HandedOut
from tests.canaries import OTHER_RM, PREFIX, Canaries, is_money, plant
from tests.interface.conftest import Moment, Programs, behind_the_gate
from tests.interface.test_mcp import talk
from tests.morning import copy_of, stores_in
from tests.pages.staff import EVERYBODY, opener, somebody, words
from tests.warehouse.shapes import WHAT, questions
from warehouse.access.reader import SYSTEM, Reader, Viewer, may_see
from warehouse.access.record_rights import RECORD_RIGHTS
from warehouse.access.roles import ROLES, Access
from warehouse.app_db.app_schema import APP_DB, alerts, audit_log
from warehouse.errors import AccessRefused, Problem, reference
from warehouse.failures import as_problem
from warehouse.schema import BANK, balances, customers, leads, tickets
from warehouse.stores import run_memo
from workflow.alerts.alert_steps import record_step
from workflow.collaboration.record_kinds import KINDS
from workflow.collaboration.record_reading import one_record
from workflow.customers.contact_details import REASONS, reveal
from workflow.messages import digest, inbox_digest
from workflow.messages.destinations import may_have
from workflow.messages.digest import Message
from workflow.records.outbox import WEEKLY
from workflow.reports import dashboards, saved_reports, saved_views
from workflow.search.everything import everything_matching

ENTRIES = [entry for entries in MENU.values() for entry in entries]
PARSED = "parse_tree_from_messages"
"""Where Streamlit's own tests read what a browser would be sent."""
OF_URL = {kind.url: name for name, kind in KINDS.items()}


@pytest.fixture(scope="module")
def canaries(after_a_night: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Canaries]:
    stores = stores_in(copy_of(after_a_night, tmp_path_factory.mktemp("canaries") / "data"))
    yield plant(stores)
    stores.app_db.dispose()


class Surfaces:
    """What the app hands out while pages are drawn: messages to the browser, tables and documents to take, figures."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.messages: list[Any] = []
        self.sheets: list[Sheet] = []
        self.files: dict[Any, Any] = {}
        self.figures: dict[Any, DrillFigure] = {}
        parse, take, button, made = (
            getattr(local_script_runner, PARSED),
            streamlit.download_button,
            export_button.button,
            DrillFigure.__init__,
        )

        def parsed(messages: Any) -> Any:
            self.messages = list(messages)
            return parse(messages)

        def offered(label: str, data: Any, *more: Any, **others: Any) -> Any:
            # Slides and handout are two drawings of one document.
            self.files[getattr(data, "func", label)] = data
            return take(label, data, *more, **others)

        def table(content: Any, called: str, key: str, empty: str, of: Any = None, means: Any = None) -> None:
            self.sheets.append(export_button.sheet(content, called, empty, of, means))
            button(content, called, key, empty, of, means)

        def opens(figure: DrillFigure, **parts: Any) -> None:
            made(figure, **parts)
            self.figures[figure.metric] = figure

        monkeypatch.setattr(local_script_runner, PARSED, parsed)
        monkeypatch.setattr(streamlit, "download_button", offered)
        monkeypatch.setattr(export_button, "button", table)
        monkeypatch.setattr(DrillFigure, "__init__", opens)
        for documents in (review_files, pack_files):
            drawn = dict.fromkeys(documents.KINDS, lambda document: repr(document).encode())
            monkeypatch.setattr(documents, "MAKE", drawn)

    def clear(self) -> None:
        for kept in (self.messages, self.sheets, self.files, self.figures):
            kept.clear()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda e: e.url)
def test_a_page_opens_for_its_roles_and_carries_nothing_that_a_role_may_not_read(
    entry: MenuEntry, canaries: Canaries, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    stores, surfaces = canaries.stores, Surfaces(monkeypatch)
    open_page = next(opening := opener(stores, monkeypatch))
    leaks: dict[tuple[str, str], list[str]] = {}
    refused = []
    # The documents of a page are made once, for the last of its roles: the page shows each the same.
    last = [viewer for viewer in EVERYBODY if viewer.role in entry.roles][-1]
    for viewer in EVERYBODY:
        surfaces.clear()
        page = open_page(viewer, entry.url, **_address(entry, viewer, canaries))
        wrong = [str(e.value) for e in (*page.error, *page.exception)]
        assert wrong == [], viewer.role
        title = page.title[0].value
        if viewer.role in entry.roles:
            assert not {"None", "nan"} & set(title.split()), viewer.role
        else:
            assert title == f"{entry.title} is not part of your role"
            assert "ask your administrator" in words(page)
            assert not page.metric
            assert not page.dataframe
            refused.append((viewer.username, entry.url))
        sent = b"".join(m.SerializeToString() for m in surfaces.messages).decode("latin-1")
        carried = {"the page": canaries.leaks(viewer, sent, _numbers(page))}
        carried |= {sheet.title: _in_sheet(sheet, viewer, canaries) for sheet in surfaces.sheets}
        if viewer is last:
            carried |= {str(name): _in_file(data, viewer, canaries) for name, data in surfaces.files.items()}
        carried |= {f.metric.label: _behind(f, viewer, canaries) for f in surfaces.figures.values()}
        leaks |= {(viewer.role, where): what for where, what in carried.items() if what}
        assert not list(canaries.in_text(str(dict(page.query_params)))), "no address names a person"
        assert _passes_the_gate(page, surfaces.messages), viewer.role
    opening.close()
    assert leaks == {}
    assert not list(canaries.in_text(caplog.text)), "no log names a person"
    with stores.app_db.connect() as app_db:
        lines = app_db.execute(
            audit_log.select().where(audit_log.c.action == "page.refused", audit_log.c.subject == entry.url)
        )
        assert [(line.who, line.subject) for line in lines] == refused


def _address(entry: MenuEntry, viewer: Viewer, canaries: Canaries) -> dict[str, str]:
    """What a page that shows one thing is opened with: the record of its kind, or a customer."""
    if entry.url in OF_URL:
        return {"record": str(canaries.records[OF_URL[entry.url]])}
    own = next(c for c, rm_id in canaries.customers.items() if rm_id == "RM01")
    return {"cid": own} if entry.url == "customer" else {}


def _passes_the_gate(page: AppTest, messages: list[Any]) -> bool:
    """Whether the gate lets the page's own widgets send what they hold; it refuses values of a wrong type."""
    widgets: dict[str, str] = {}
    for message in messages:
        widgets |= websocket_messages.widgets_in(message.SerializeToString())
    sent = BackMsg()
    sent.rerun_script.widget_states.widgets.extend(page.session_state._state.get_widget_states())
    held = {value.id for value in sent.rerun_script.widget_states.widgets}
    assert {widgets[name] for name in held & widgets.keys()} <= websocket_messages.VALUES.keys()
    return websocket_messages.hear(sent.SerializeToString(), widgets).passes


def _numbers(page: AppTest) -> Iterator[float]:
    """Every number of the tables and charts of a page."""
    for frame in (*page.dataframe, *page.table):
        for _, column in frame.value.select_dtypes("number").items():
            yield from column.dropna().astype(float).round(2)
    for chart in page.get("plotly_chart"):
        yield from _in_chart(json.loads(chart.proto.spec))


def _in_chart(part: Any) -> Iterator[float]:
    if isinstance(part, dict) and part.get("dtype") == "f8":
        content = base64.b64decode(part["bdata"])
        yield from struct.unpack(f"<{len(content) // 8}d", content)
    elif isinstance(part, int | float):
        yield float(part)
    elif isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _in_chart(inner)


def _in_sheet(sheet: Sheet, viewer: Viewer, canaries: Canaries) -> list[str]:
    """What leaks from the files of a table that a page offers."""
    made = [export(canaries.stores, sheet, kind, viewer, viewer) for kind in TABLE_KINDS]
    return canaries.leaks(viewer, "\n".join(map(_text_of, made)), whole=True)


def _in_file(data: Any, viewer: Viewer, canaries: Canaries) -> list[str]:
    """What leaks from a document that a page offers, made as on a click."""
    return canaries.leaks(viewer, _text_of(data() if callable(data) else data))


def _text_of(content: Any) -> str:
    """What a file says, also one that is packed."""
    content = content.encode() if isinstance(content, str) else bytes(content)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return "\n".join(packed.read(name).decode("utf-8", "replace") for name in packed.namelist())
    return content.decode("utf-8", "replace")


def _behind(figure: DrillFigure, viewer: Viewer, canaries: Canaries) -> list[str]:
    """What leaks from the rows that a figure of a page opens into; who sees totals only gets none, also by asking."""
    leaks, reader = [], Reader(canaries.stores, viewer, canaries.stores.snapshot())
    for measure in measures_of(figure.metric):
        statement = drill_rows.behind(measure, figure.scope, drill_rows.columns_for(measure.fact, viewer))
        if not drill_rows.are_shown(measure, figure.scope, reader):
            with pytest.raises(AccessRefused):
                reader.frame(statement)
            continue
        rows = drill.in_words(reader.frame(statement.limit(drill.ON_SCREEN)))
        numbers = rows.select_dtypes("number").to_numpy().ravel()
        leaks += canaries.leaks(viewer, rows.select_dtypes(exclude="number").to_csv(), numbers.round(2))
    return leaks


def test_the_canaries_stand_in_every_column_and_are_read_by_who_may(
    canaries: Canaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    marked = {
        (t.name, c.name)
        for t in (*BANK.sorted_tables, *APP_DB.sorted_tables)
        for c in t.c
        if c.info.get("personal") or (is_money(c) and t.info.get("person"))
    }
    colleagues = {(t, c) for t, c in marked if c in ("username", "rm_id") or (t, c) == ("users", "full_name")}
    sent_earlier = {("outbox", "content")}
    standing = {(p.table, p.column) for p in canaries.amounts.values()} | set(canaries.columns)
    assert marked - colleagues - sent_earlier <= standing, "tests/canaries.py plants one in each"
    rm = Reader(canaries.stores, EVERYBODY[0], canaries.stores.snapshot())
    for table in (customers, leads, tickets):
        assert list(canaries.in_text(rm.frame(select(table)).to_csv())), table.name
    assert any(n in canaries.amounts for n in rm.frame(select(balances.c.balance))["balance"])
    surfaces, open_page = Surfaces(monkeypatch), next(opener(canaries.stores, monkeypatch))
    own = next(c for c, rm_id in canaries.customers.items() if rm_id == "RM01")
    open_page(EVERYBODY[0], "customer", cid=own)
    sent = b"".join(m.SerializeToString() for m in surfaces.messages).decode("latin-1")
    read = {(p.table, p.column) for p in canaries.in_text(sent)}
    assert {("customers", "full_name"), ("interactions", "note"), ("customer_tasks", "title")} <= read
    assert not canaries.leaks(EVERYBODY[0], sent)
    assert canaries.leaks(EVERYBODY[-1], sent)


@pytest.mark.parametrize("viewer", EVERYBODY, ids=lambda v: v.role)
def test_search_and_messages_give_nobody_what_a_role_may_not_read(viewer: Viewer, canaries: Canaries) -> None:
    reader, today = Reader(canaries.stores, viewer, canaries.stores.snapshot()), canaries.stores.now().date()
    for typed in (PREFIX, *canaries.foreign(viewer)[:3]):
        answer = everything_matching(reader, typed, menu_of(viewer.role))
        assert not canaries.leaks(
            viewer, repr(answer).replace(typed, "") if typed != PREFIX else repr(answer)
        )
    sent = [inbox_digest.waiting(reader, today), inbox_digest.line(reader)]
    if may_have(viewer.role, WEEKLY):
        sent.append(digest.weekly(reader, today, inbox_digest.line(reader)))
    assert not canaries.leaks(viewer, repr(sent))
    assert not list(canaries.in_text(repr([m for m in sent if isinstance(m, Message)]).replace("title=", "")))


@pytest.fixture(scope="module")
def programs(canaries: Canaries) -> Programs:
    moment = Moment()
    return behind_the_gate(replace(canaries.stores, now=moment), moment, EVERYBODY)


def _addresses() -> Iterator[str]:
    """Every address of the API's own document, with everything that may stand in its braces."""
    stands_for = {
        "metric": ("leads", "won", "customers_at_start", "complaints", "no_such"),
        "table": tuple(t.name for t in (*BANK.sorted_tables, *APP_DB.sorted_tables)),
    }
    for path in openapi_document.document()["paths"]:
        names = re.findall(r"{(\w+)}", path)
        for value in stands_for[names[0]] if names else ("",):
            yield path.replace(f"{{{names[0]}}}", value) if names else path


@pytest.mark.parametrize("role", [v.role for v in EVERYBODY if v.role != "administrator"])
def test_no_address_of_the_api_gives_a_role_what_it_may_not_read(
    role: str, programs: Programs, canaries: Canaries, caplog: pytest.LogCaptureFixture
) -> None:
    viewer = next(v for v in EVERYBODY if v.role == role)
    texts = []
    for address in _addresses():
        programs.moment.at += timedelta(seconds=2)
        answer = programs.client.get(address, headers=programs.right(role))
        texts.append(f"{address} {answer.headers}")
        if answer.status_code == 200 and address.endswith(".parquet"):
            columns = pq.read_table(io.BytesIO(answer.content)).columns
            texts += [
                str(column.unique().to_pylist()) for column in columns if column.type != pa.timestamp("us")
            ]
        else:
            assert answer.status_code in (200, 403, 404, 422), address
            texts.append(answer.text)
    for metric, by in (
        ("leads", "rep"),
        ("revenue", "segment"),
        ("complaints", "product"),
        ("won", "campaign"),
    ):
        texts.append(programs.ask(role, metric=metric, by=by, period="12m").text)
    assert canaries.leaks(viewer, "\n".join(texts), whole=True) == []
    assert not list(canaries.in_text(caplog.text))


def test_no_tool_of_an_assistant_gives_a_role_what_it_may_not_read(
    programs: Programs, canaries: Canaries
) -> None:
    """Each tool of the server, with what its own schema asks for."""
    arguments = {"metric": "leads", "words": PREFIX}

    async def every_tool(client: Any) -> str:
        answers = []
        for tool in (await client.list_tools()).tools:
            given = {name: arguments[name] for name in tool.input_schema.get("required", ())}
            answers.append(str(await client.call_tool(tool.name, given)))
        return "\n".join(answers)

    for viewer in (EVERYBODY[0], EVERYBODY[1], EVERYBODY[5]):
        text = talk(programs, programs.tokens[viewer.role], every_tool)
        assert "is_error=True" not in text, text
        assert canaries.leaks(viewer, text.replace(f'"{PREFIX}"', "")) == [], viewer.role


def test_no_error_of_the_engine_carries_a_value_to_the_screen_or_into_the_log(
    canaries: Canaries, caplog: pytest.LogCaptureFixture
) -> None:
    """The engine's own words repeat the value that it could not read."""
    reader = Reader(canaries.stores, EVERYBODY[0], canaries.stores.snapshot())
    with pytest.raises(Exception) as refused:  # noqa: PT011  whichever the engine raises
        reader.frame(select(customers.c.full_name.cast(Integer)))
    problem = as_problem(refused.value)
    sentence = str(problem) if problem else reference(refused.value)
    assert list(canaries.in_text(str(refused.value)))
    assert not list(canaries.in_text(f"{sentence} {caplog.text}"))


def _rows_in(answer: Any) -> str:
    """All texts of an answer, whatever it is made of."""
    return pickle.dumps(answer).decode("latin-1")


def test_what_is_kept_for_one_viewer_gives_another_no_row(
    canaries: Canaries, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every function that pages keep answers of, asked by a second RM and by who sees totals as the first RM asked it."""
    asked_first: dict[str, tuple[Any, Any, Any, Any]] = {}
    ways = {"cached": data.cached, "until_changed": data.until_changed}

    def noting(name: str) -> Any:
        def way(viewer: Viewer, function: Any, /, *arguments: Any, **named: Any) -> Any:
            key = f"{name} {key_of(function, arguments, named)}"
            asked_first[key] = (ways[name], function, arguments, named)
            return ways[name](viewer, function, *arguments, **named)

        return way

    for name in ways:
        monkeypatch.setattr(data, name, noting(name))
    open_page = next(opening := opener(canaries.stores, monkeypatch))
    first, second = EVERYBODY[0], somebody("relationship_manager", rm_id=OTHER_RM)
    for entry in (e for e in ENTRIES if first.role in e.roles):
        open_page(first, entry.url, **_address(entry, first, canaries))
    opening.close()
    functions = {function for _, function, _, _ in asked_first.values()}
    assert len(functions) > 20
    heard = 0
    with run_memo.one_run():
        for viewer in (second, EVERYBODY[ROLES.index("executive")]):
            for key, (way, function, arguments, named) in list(asked_first.items()):
                try:
                    answer = way(viewer, function, *arguments, **named)
                except Problem:
                    continue
                text = _rows_in(answer)
                heard += len(list(canaries.in_text(text)))
                # What the first one's page was asked for by number comes back as the number alone.
                assert not [leak for leak in canaries.leaks(viewer, text) if leak[9:18] not in key], key[:200]
    assert heard, "the second has rows of her own"


def test_what_is_kept_for_the_process_is_made_without_a_reader() -> None:
    """What `functools` keeps is one answer for everybody, so no such function may be given somebody's rows."""
    root = Path(__file__).parents[2]
    for room in ("pages", "reports", "workflow", "sign_in", "metrics", "models", "warehouse"):
        for file in (root / room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and any(
                    "cache" in ast.unparse(d) for d in node.decorator_list
                ):
                    given = {argument.arg for argument in (*node.args.args, *node.args.kwonlyargs)}
                    assert not given & {"reader", "viewer", "stores", "frame"}, f"{file}: {node.name}"


@pytest.mark.parametrize("role", ["relationship_manager", "analyst", "sales", "marketing"])
@given(data_drawn=st.data())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_no_shape_of_question_brings_out_what_a_role_may_not_read(
    role: str, data_drawn: st.DataObject, canaries: Canaries
) -> None:
    """Joins, laterals, recursion, unions, windows, look-ups: own rows and open columns, or a refusal."""
    viewer = next(v for v in EVERYBODY if v.role == role)
    reader = Reader(canaries.stores, viewer, canaries.stores.snapshot())
    try:
        frame = reader.frame(data_drawn.draw(questions(list(WHAT))))
    except AccessRefused:
        return
    assert role != "marketing" or not {"customer_id", "what"} & set(frame)
    assert canaries.leaks(viewer, frame.to_csv()) == []


FOREIGN = 1_000


@pytest.mark.parametrize("viewer", EVERYBODY, ids=lambda v: v.role)
def test_a_thousand_numbers_that_are_not_hers_are_answered_with_nothing(
    viewer: Viewer, canaries: Canaries
) -> None:
    stores, chance = canaries.stores, random.Random(viewer.role)
    reader, everything = (Reader(stores, who, stores.snapshot()) for who in (viewer, SYSTEM))
    answered, tried = [], 0
    for table in (*BANK.sorted_tables, APP_DB.tables["alerts"], APP_DB.tables["interactions"]):
        access = may_see(viewer, table)
        if "customer_id" not in table.c or access in (Access.ALL_ROWS, Access.MASKED):
            continue
        foreign = canaries.foreign(viewer)
        tried += len(foreign)
        try:
            rows = reader.frame(select(table).where(table.c.customer_id.in_(foreign)))
        except AccessRefused:
            continue
        answered += [table.name] * len(rows)
    for _ in range(FOREIGN):
        tried += 1
        name = f"{chance.getrandbits(128):032x}"
        answered += ["file"] * HandedOut().was_offered(viewer.username, name)
    hidden = [n for kind, n in canaries.records.items() if viewer.role not in RECORD_RIGHTS[kind].see]
    for number in (*hidden, *range(1_000, 1_100)):
        tried += 1
        answered += ["record"] * (one_record(reader, number) is not None)
    for _ in range(25):
        tried += 4
        name = "".join(chance.choices("abcdefghij", k=22))
        answered += ["token"] * (api_tokens.holder(stores, f"concord_{name}{name[:21]}") is not None)
        for door in (saved_views.retire, dashboards.retire, saved_reports.retire):
            with pytest.raises(Problem):
                door(stores, viewer, name)
    foreign_ones = canaries.foreign(viewer)[:10] or ["C99999999"]
    for customer_id in foreign_ones:
        tried += 1
        with pytest.raises(Problem):
            reveal(stores, viewer, customer_id, next(iter(REASONS)))
    rows = everything.frame(
        select(alerts.c.alert_id, alerts.c.version).where(alerts.c.rm_id == OTHER_RM).limit(5)
    )
    if viewer.role not in ("team_lead",):
        for alert_id, version in zip(rows["alert_id"], rows["version"], strict=True):
            tried += 1
            with pytest.raises(Problem):
                record_step(stores, viewer, alert_id, "contacted", "x", int(version))
    assert answered == []
    assert tried >= FOREIGN
