"""The API: the number of the screen under the role of whoever asks, sentences for errors, tokens that end."""

from __future__ import annotations

import io
import json
import math
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import jsonschema
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from metrics.catalogue import CATALOGUE
from metrics.comparison.currency import use_currency
from metrics.comparison.words import figure
from metrics.definitions.scope import PERIODS, Period, Scope
from metrics.query.report_query import MONTH, final_after, refusal, ways
from pages.figures import cards
from pages.together import report_result
from reports.exports import semantic_interchange
from reports.interface import figure_question, openapi_document
from sign_in import accounts, api_tokens, sessions
from tests.interface.conftest import Programs
from tests.warehouse.onlookers import EVERYBODY
from warehouse import schema
from warehouse.access import audit
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.access.roles import ROLES
from warehouse.app_db import app_schema
from warehouse.errors import AccessRefused, ChangeRefused
from warehouse.stores import connect

ASKING = [role for role in ROLES if role != "administrator"]
TOTALS = ("marketing", "executive")


@st.composite
def questions(draw: Any) -> dict[str, Any]:
    """A question that fits: metric, period, breakdown and at most one filter by a value that occurs."""
    name = draw(st.sampled_from(sorted(CATALOGUE)))
    start = draw(st.dates(date(2025, 1, 1), date(2026, 6, 1)))
    days = f"{start}..{start + timedelta(days=draw(st.integers(0, 200)))}"
    question = {"metric": name, "period": draw(st.sampled_from([*PERIODS, days]))}
    dimensions = ways(name)
    by = draw(st.sampled_from(["", MONTH, *dimensions]))
    if by:
        question["by"] = by
    with_values = [d for d in dimensions if d in VALUES]
    if with_values and draw(st.booleans()):
        dimension = draw(st.sampled_from(with_values))
        question["filters"] = {dimension: draw(st.sampled_from(VALUES[dimension]))}
    return question


VALUES: dict[str, list[Any]] = {
    "channel": ["email", "paid_search", ["social", "branch"]],
    "product": ["loan", "mortgage"],
    "segment": ["mass", "affluent", "not-known"],
}


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(role=st.sampled_from(ASKING), question=questions())
def test_a_program_reads_the_number_of_the_screen(
    role: str, question: dict[str, Any], programs: Programs
) -> None:
    viewer, report = EVERYBODY[role], figure_question.parsed(question)
    answer = programs.ask(role, **question)
    if refusal(report, viewer):
        assert answer.status_code == 403
        assert answer.json() == {"error": refusal(report, viewer)}
        return
    if answer.status_code == 422:
        assert "No figure of yours has the" in answer.json()["error"]
        return
    assert answer.status_code == 200, answer.text
    connect.use(programs.stores)
    on_screen, metric = report_result.reading(viewer, report), CATALOGUE[report.metric]
    cells = [on_screen.whole, *on_screen.parts]
    answered = [answer.json()["figure"], *answer.json()["rows"]]
    expected = [None if math.isnan(c.value) else figure(metric, c.value) for c in cells]
    assert [a["in_words"] for a in answered] == expected
    assert [a["missing"] is None for a in answered] == [not c.missing for c in cells]
    if final_after(metric) in (0, None) and not report.breakdown:
        span = answer.json()["period"]
        scope = Scope(
            Period(date.fromisoformat(span["from"]), date.fromisoformat(span["to"])), report.filters
        )
        (card,) = cards.in_words(viewer, (report.metric,), scope)
        assert card.value == (expected[0] or card.value)


def test_an_answer_says_all_that_is_needed_to_read_it_and_is_what_the_document_describes(
    programs: Programs,
) -> None:
    document = openapi_document.document()
    for role, question in (
        ("analyst", {"metric": "win_rate", "period": "12m", "by": ["channel", "month"]}),
        ("marketing", {"metric": "revenue", "period": "12m", "by": "segment"}),
        ("relationship_manager", {"metric": "open_alerts", "by": "segment"}),
    ):
        sent = document["components"]["schemas"]["Question"]
        jsonschema.validate(question, {**document, **sent})
        answer = programs.ask(role, **question).json()
        jsonschema.validate(answer, {**document, **document["components"]["schemas"]["Answer"]})
    figure_ = programs.ask("analyst", metric="win_rate", period="12m").json()
    assert figure_["unit"] == "share"
    assert figure_["figure"]["interval"]["level"] == 0.95
    assert figure_["figure"]["n"] > 0
    assert figure_["definition"]["version"] == "2"
    assert figure_["as_of"] == "2026-06-30"
    assert figure_["sources"]
    assert programs.ask("relationship_manager", metric="leads").json()["of"] == "your customers"
    assert programs.get("marketing", "openapi.json").json() == document
    listed = programs.get("sales", "metrics").json()
    assert [m["metric"] for m in listed["metrics"]] == list(CATALOGUE)
    jsonschema.validate(listed, {**document, **document["components"]["schemas"]["Metrics"]})
    assert programs.get("sales", "metrics/leads").json()["definition"]["owner"] == "Marketing"


def test_the_unit_of_an_amount_is_the_banks_currency(programs: Programs) -> None:
    use_currency("EUR")
    try:
        answer, listed = (
            programs.ask("analyst", metric="revenue").json(),
            programs.get("sales", "metrics/revenue"),
        )
        assert (answer["unit"], listed.json()["unit"]) == ("EUR", "EUR")
        document = openapi_document.document()
        jsonschema.validate(answer, {**document, **document["components"]["schemas"]["Answer"]})
        (model,) = semantic_interchange.document()["semantic_model"]
        assert "EUR" in str(model["metrics"])
        assert "HKD" not in {
            json.loads(e["data"]).get("unit") for m in model["metrics"] for e in m["custom_extensions"]
        }
    finally:
        use_currency("HKD")


def test_a_spreadsheet_asks_the_same_by_an_address(programs: Programs) -> None:
    asking = {
        "metric": "leads",
        "period": "year",
        "by": ["channel", "month"],
        "product": ["loan", "mortgage"],
    }
    by_address = programs.get("analyst", "query", **asking)
    filters = {"product": asking.pop("product")}
    assert by_address.json() == programs.ask("analyst", **asking, filters=filters).json()


WRONG: dict[str, tuple[Any, str]] = {
    "no object": ([1], "is an object"),
    "no metric": ({}, "must be a word"),
    "a number": ({"metric": 7}, "must be a word"),
    "an unknown part": ({"metric": "leads", "sql": "select 1"}, "“sql” is no part of a question"),
    "an unknown metric": ({"metric": "lead"}, "Did you mean: leads"),
    "an unknown period": ({"metric": "leads", "period": "soon"}, "no period"),
    "a period before any bank": ({"metric": "leads", "period": "0001-01-01..2026-01-01"}, "begins on 2000"),
    "too many months": (
        {"metric": "leads", "period": "2000-01-01..9999-12-31", "by": "month"},
        "60 months at most",
    ),
    "three dimensions": ({"metric": "leads", "by": ["channel", "product", "month"]}, "two different"),
    "one dimension twice": ({"metric": "leads", "by": ["channel", "channel"]}, "two different"),
    "a dimension it is not kept by": (
        {"metric": "leads", "by": "district"},
        "It can be asked by: month, channel",
    ),
    "an unknown filter": ({"metric": "leads", "filters": {"full_name": ["x"]}}, "nothing that figures"),
    "no values": ({"metric": "leads", "filters": {"channel": []}}, "has no value"),
    "a value nobody has": ({"metric": "leads", "filters": {"channel": "emial"}}, "Did you mean: email?"),
    "a value that is SQL": ({"metric": "leads", "filters": {"channel": "' OR 1=1 --"}}, "No figure of yours"),
    "too many values": ({"metric": "leads", "filters": {"channel": ["email"] * 31}}, "30 values at most"),
    "a long word": ({"metric": "leads", "period": "9" * 300}, "more than 200 characters"),
    "deep": ({"metric": [[[["leads"]]]]}, "must be a word"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_does_not_fit_is_refused_with_a_sentence_that_says_what_would(
    wrong: str, programs: Programs
) -> None:
    question, sentence = WRONG[wrong]
    programs.moment.at += timedelta(minutes=1)
    answer = programs.client.post("/api/v1/query", json=question, headers=programs.right("analyst"))
    assert answer.status_code == 422
    assert sentence in answer.json()["error"]
    assert set(answer.json()) == {"error"}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b'{"metric": NaN}', b"[" * 9_000, b'{"metric": "' + b"x" * 20_000 + b'"}']
)
def test_what_is_no_json_or_too_long_is_refused_before_it_is_read(body: bytes, programs: Programs) -> None:
    answer = programs.client.post("/api/v1/query", content=body, headers=programs.right("analyst"))
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(("The question cannot be read", "A question has 16,384 bytes"))


STRANGERS: dict[str, dict[str, str]] = {
    "no token": {},
    "a made-up token": {"authorization": "Bearer concord_" + "A" * 43},
    "no bearer": {"authorization": "Basic YW15OmFteQ=="},
    "another scheme": {"authorization": "Token concord_" + "A" * 43},
    "a hash": {"authorization": "Bearer " + "0" * 64},
}


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("path", ["query?metric=leads", "metrics", "openapi.json", "tables", "nowhere", ""])
def test_without_a_token_nothing_answers(stranger: str, path: str, programs: Programs) -> None:
    answer = programs.client.get(f"/api/v1/{path}", headers=STRANGERS[stranger])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert "This needs a token" in answer.json()["error"]


def test_a_browsers_session_opens_nothing_so_no_other_site_can_ask_with_it(programs: Programs) -> None:
    amy = accounts.get(programs.stores, "amy")
    assert amy is not None
    cookie = {"cookie": f"concord={sessions.start(programs.stores, amy)}"}
    assert programs.client.get("/api/v1/query?metric=leads", headers=cookie).status_code == 401


def test_a_token_opens_no_page_and_writes_nothing(programs: Programs) -> None:
    right = programs.right("analyst")
    assert programs.client.get("/", headers=right).status_code == 401
    assert programs.client.get("/_stcore/health", headers=right).status_code == 401
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        refused = programs.client.request(method, "/api/v1/query", headers=right)
        assert refused.status_code == 405
        assert "reads only" in refused.json()["error"]
    assert programs.client.post("/api/v1/metrics", json={}, headers=right).status_code == 422
    assert programs.get("analyst", "nowhere").status_code == 404
    assert programs.get("analyst", "metrics/nothing").status_code == 404
    other = programs.client.get("/api/v1/metrics", headers=right | {"host": "evil.example"})
    assert (other.status_code, other.json()) == (421, {"error": "This app does not answer to that name."})


def test_a_token_is_kept_as_a_hash_and_named_in_the_log_by_its_number_alone(programs: Programs) -> None:
    programs.ask("sales", metric="leads", filters={"channel": "email"})
    with programs.stores.read_app_db() as app_db:
        rows = str([tuple(r) for t in app_schema.APP_DB.tables.values() for r in app_db.execute(select(t))])
    assert not [token for token in programs.tokens.values() if token in rows]
    last = programs.lines("question.api")[-1]
    assert (last.who, last.subject) == ("sales", "leads")
    assert last.why.endswith(": 90d, with channel")


Ending = Callable[[Programs, Viewer], None]
ENDINGS: dict[str, Ending] = {
    "its owner revokes it": lambda p, v: api_tokens.revoke(p.stores, v, _token_id(p, v)),
    "an administrator revokes it": lambda p, v: api_tokens.revoke(
        p.stores, EVERYBODY["administrator"], _token_id(p, v)
    ),
    "the account is locked": lambda p, v: accounts.disable(p.stores, v.username, by="test"),
    "the role changes": lambda p, v: accounts.change_role(p.stores, v.username, "marketing", by="test"),
    "she is signed out everywhere": lambda p, v: sessions.end_all(p.stores, v.username, "test", "lost"),
    "its day comes": lambda p, _v: setattr(p.moment, "at", p.moment.at + timedelta(days=30)),
}


def _token_id(programs: Programs, viewer: Viewer) -> str:
    return str(api_tokens.open_ones(programs.stores, viewer)["token_id"].iloc[0])


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_token_ends(ending: str, programs: Programs, colleague: Callable[[str, str], Viewer]) -> None:
    name = f"c{list(ENDINGS).index(ending)}"
    viewer, before = colleague(name, "analyst"), programs.moment.at
    assert programs.ask(name, metric="leads").status_code == 200
    ENDINGS[ending](programs, viewer)
    assert programs.ask(name, metric="leads").status_code == 401
    programs.moment.at = before
    if ending == "the account is locked":
        accounts.enable(programs.stores, name, by="test")
        assert programs.ask(name, metric="leads").status_code == 401, "nor does it come back"


def test_nobody_revokes_or_sees_a_colleagues_token(programs: Programs) -> None:
    sales, marketing = EVERYBODY["sales"], EVERYBODY["marketing"]
    refused = len(programs.lines("api_token.refused"))
    for token_id in (_token_id(programs, sales), "no such token"):
        with pytest.raises(AccessRefused, match="by its owner or an administrator"):
            api_tokens.revoke(programs.stores, marketing, token_id)
    assert len(programs.lines("api_token.refused")) == refused + 2
    assert set(api_tokens.open_ones(programs.stores, marketing)["username"]) == {"marketing"}
    everybody = api_tokens.open_ones(programs.stores, EVERYBODY["administrator"])
    assert {"sales", "marketing"} <= set(everybody["username"])
    assert "token_hash" not in everybody
    assert programs.ask("sales", metric="leads").status_code == 200


def test_tokens_are_few_end_by_themselves_and_say_what_they_are_for(
    programs: Programs, colleague: Callable[[str, str], Viewer]
) -> None:
    viewer = colleague("many", "sales")
    for _ in range(api_tokens.MOST - 1):
        api_tokens.make(programs.stores, viewer, "one more", 30)
    for title, days, sentence in (
        ("one too many", 30, "the most"),
        ("ab", 30, "what the token is for"),
        ("x" * 61, 30, "what the token is for"),
        ("for ever", 9_999, "30, 90, 365 days"),
    ):
        with pytest.raises(ChangeRefused, match=sentence):
            api_tokens.make(programs.stores, viewer, title, days)
    with pytest.raises(ChangeRefused, match="would open nothing"):
        api_tokens.make(programs.stores, EVERYBODY["administrator"], "for me", 30)


def test_who_has_to_choose_a_password_first_asks_nothing(
    programs: Programs, colleague: Callable[[str, str], Viewer]
) -> None:
    colleague("newly", "sales")
    with programs.stores.app_db.begin() as app_db:
        mine = app_schema.users.update().where(app_schema.users.c.username == "newly")
        app_db.execute(mine.values(must_change_password=True))
    answer = programs.ask("newly", metric="leads")
    assert (answer.status_code, answer.json()["error"][:13]) == (403, "First sign in")


def test_a_flood_of_questions_is_refused_whatever_the_token_and_stays_out_of_the_log(
    programs: Programs, colleague: Callable[[str, str], Viewer], monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = colleague("flood", "sales")
    second = api_tokens.make(programs.stores, viewer, "another", 30)
    for _ in range(api_tokens.A_MINUTE):
        who = api_tokens.holder(programs.stores, programs.tokens["flood"])
        assert who is not None
        api_tokens.use(programs.stores, who, "question.api", "leads", "")
    before = len(programs.lines("question.api"))
    for token in (programs.tokens["flood"], second):
        right = {"authorization": f"Bearer {token}"}
        answer = programs.client.get("/api/v1/query?metric=leads", headers=right)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
        assert "more than 60 questions in a minute" in answer.json()["error"]
    assert len(programs.lines("question.api")) == before
    with monkeypatch.context() as written:
        written.setattr(
            audit, "entry", lambda *_: pytest.fail("a refused question waits for the lock of writers")
        )
        assert programs.get("flood", "query", metric="leads").status_code == 429
    assert programs.ask("flood", metric="leads").status_code == 200, "in the next minute"


def test_a_question_leaves_what_pages_keep_in_place(programs: Programs) -> None:
    """Otherwise a dashboard that asks each minute would have every page worked out anew."""
    reader = Reader(programs.stores, EVERYBODY["sales"])
    before = reader.written()
    programs.ask("sales", metric="leads")
    assert reader.written() == before
    api_tokens.make(programs.stores, EVERYBODY["sales"], "another", 30)
    assert reader.written() > before


@pytest.mark.parametrize("role", TOTALS)
def test_periods_a_day_apart_tell_who_sees_totals_nothing_of_that_day(role: str, programs: Programs) -> None:
    for name in ("leads", "revenue"):
        answers = set()
        for last in (16, 17, 29, 30):
            answer = programs.ask(role, metric=name, period=f"2026-04-01..2026-06-{last}").json()
            answers.add((answer["figure"]["value"], answer["period"]["to"]))
        assert len(answers) == 1, name


@pytest.mark.parametrize("role", TOTALS)
@pytest.mark.parametrize(
    "question",
    [
        {"by": ["channel", "product"]},
        {"by": "channel", "filters": {"product": "loan"}},
        {"filters": {"channel": "email", "product": "loan"}},
        {"by": ["channel", "month"], "filters": {"segment": "private"}},
    ],
)
def test_two_dimensions_at_once_are_refused_to_who_sees_totals(
    role: str, question: dict[str, Any], programs: Programs
) -> None:
    answer = programs.ask(role, metric="leads", **question)
    assert answer.status_code == 403
    assert "one thing at a time" in answer.json()["error"]


@pytest.mark.parametrize("role", TOTALS)
def test_no_figure_about_few_people_comes_out_by_asking_around_it(role: str, programs: Programs) -> None:
    """By month and dimension, in sums of values, and as what a value leaves of the whole."""
    smallest = programs.stores.settings.smallest_cell
    for name, dimension in (("leads", "campaign"), ("won", "channel")):
        asking = {"metric": name, "period": "12m", "by": [dimension, "month"]}
        few = {
            (row[dimension], row["month"])
            for row in programs.ask("analyst", **asking).json()["rows"]
            if row["value"] and row["value"] < smallest
        }
        assert few, f"{name} by {dimension} has no small cell to look for"
        shown_to_role = programs.ask(role, **asking).json()["rows"]
        open_cells = {(r[dimension], r["month"]) for r in shown_to_role if r["value"] is not None}
        assert not few & open_cells
        month = sorted(m for _, m in few)[-1]
        span = f"{month}-01..{month}-28"
        whole = programs.ask(role, metric=name, period=span).json()["figure"]["value"]
        parts = programs.ask(role, metric=name, period=span, by=dimension).json()["rows"]
        hidden = [r for r in parts if r["value"] is None]
        assert all(r["missing"]["kind"] in ("hidden", "running") for r in hidden)
        if whole is not None and hidden:
            left = whole - sum(r["value"] or 0 for r in parts)
            assert left == 0 or left >= smallest, "what is left of the whole is about enough people"


def test_an_rm_counts_her_own_customers_and_no_figure_of_a_colleagues(programs: Programs) -> None:
    reader = Reader(programs.stores, SYSTEM, programs.stores.snapshot())
    hers = reader.frame(select(schema.customers).where(schema.customers.c.rm_id == "RM01"))
    counted = programs.ask("relationship_manager", metric="customers_at_start", by="segment").json()
    assert 0 < counted["figure"]["value"] <= len(hers)
    assert (
        counted["figure"]["value"]
        < programs.ask("analyst", metric="customers_at_start").json()["figure"]["value"]
    )
    assert programs.ask("service", metric="revenue").status_code == 403


def test_an_analyst_takes_whole_tables_along_without_a_name_in_them(
    programs: Programs, personal: frozenset[str]
) -> None:
    programs.moment.at += timedelta(minutes=1)
    offered = {t["table"] for t in programs.get("analyst", "tables").json()["tables"]}
    assert programs.lines("question.api")[-1].subject == "tables"
    assert {"customers", "leads", "tickets", "customer_profiles"} <= offered
    reader = Reader(programs.stores, EVERYBODY["analyst"], programs.stores.snapshot())
    for table in (schema.customers, schema.leads, schema.tickets):
        answer = programs.get("analyst", f"tables/{table.name}.parquet")
        assert answer.status_code == 200
        file = pq.read_table(io.BytesIO(answer.content))
        assert file.schema.names == table.c.keys()
        assert file.num_rows == len(reader.frame(select(table)))
        assert all(file[c.key].null_count == file.num_rows for c in table.c if c.info.get("personal"))
        assert not {value for column in file.columns for value in column.to_pylist()} & personal
    assert programs.lines("question.api")[-1].why.endswith("whole table as Parquet")


@pytest.mark.parametrize("role", [role for role in ASKING if role != "analyst"])
@pytest.mark.parametrize("name", ["customers", "campaigns", "rollups", "users", "nothing"])
def test_nobody_else_takes_a_whole_table_along(role: str, name: str, programs: Programs) -> None:
    assert programs.get(role, "tables").json() == {"tables": []}
    refused = programs.get(role, f"tables/{name}.parquet")
    assert refused.status_code == 403
    assert "no table of this name" in refused.json()["error"]
