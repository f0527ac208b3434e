"""Nothing of the app is reachable without a session, over HTTP or a websocket."""

from __future__ import annotations

import re
import time

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from sign_in import accounts, drafts, headers, sessions, typefaces
from sign_in.gate import Gate
from tests.sign_in.amy_chan import OFFICE, PASSWORD
from warehouse.settings import Settings
from warehouse.stores import connect

STREAM = "ws://bank.test/_stcore/stream"
PAGE = {"accept": "text/html,application/xhtml+xml"}


def form_of(page, **typed):
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    return dict(hidden) | typed


def sign_in(visitor, password=PASSWORD, next_place="/"):
    page = visitor.get("/login", params={"next": next_place}, headers=PAGE)
    return visitor.post("/login", data=form_of(page, username="amy", password=password))


def message(**field):
    return BackMsg(**field).SerializeToString()


@pytest.mark.parametrize("path", ["/", "/funnel", "/frame", "/a/b?c=d", "/loginx", "/login/", "/LOGIN"])
def test_a_page_without_a_session_leads_to_the_form_and_keeps_its_address(visitor, inside, path):
    answer = visitor.get(path, headers=PAGE)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login?next=")
    assert inside.requests == []


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"])
@pytest.mark.parametrize(
    "path",
    ["/favicon.ico", "/_stcore/health", "/_stcore/upload_file/x/y", "/media/x.csv", "/static/a.js"],
)
def test_anything_else_without_a_session_is_401_and_sets_no_cookie(visitor, inside, path, method):
    answer = visitor.request(method, path)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert inside.requests == []


def test_the_sign_in_says_why_it_is_there(visitor, stores, clock):
    assert "signed out" not in visitor.get("/login", headers=PAGE).text
    sign_in(visitor)
    clock.passes(minutes=30)
    reason = "You were signed out after 30 minutes without activity. Sign in to go on; your entry is kept."
    assert reason in visitor.get("/login", headers=PAGE).text
    assert reason in sign_in(visitor, password="wrong").text
    sign_in(visitor)
    accounts.change_role(stores, "amy", "analyst", by="test")
    assert "because your account was changed" in visitor.get("/login", headers=PAGE).text


def test_whoever_signed_out_herself_is_told_nothing(visitor):
    sign_in(visitor)
    page = visitor.get("/logout", headers=PAGE)
    left = visitor.post("/logout", data=form_of(page))
    assert left.headers["clear-site-data"] == '"storage"', "nothing typed stays behind"
    assert "You were signed out" not in visitor.get("/login", headers=PAGE).text


def test_only_a_page_carries_the_script_that_keeps_what_is_typed(visitor, inside):
    sign_in(visitor)
    page = visitor.get("/page", headers=PAGE | {"if-none-match": "x"})
    assert f'<script src="/drafts.js" data-owner="{drafts.owner("amy")}" defer></script></head>' in page.text
    assert int(page.headers["content-length"]) == len(page.content)
    assert "amy" not in page.text
    assert "<script" not in visitor.get("/static/a.js").text
    script = visitor.get("/drafts.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert script.headers["cache-control"] == "no-store"


def test_the_script_and_the_sign_of_typing_need_a_session(visitor, stores, clock):
    assert visitor.get("/drafts.js").status_code == visitor.post("/seen").status_code == 401
    sign_in(visitor)
    clock.passes(minutes=20)
    assert visitor.get("/seen").status_code == 405
    assert visitor.post("/seen", headers={"origin": "http://evil.test"}).status_code == 405
    assert visitor.post("/seen").status_code == 204
    clock.passes(minutes=20)
    assert visitor.get("/", headers=PAGE).status_code == 200, "who types is not idle"


def test_the_type_of_the_sign_in_is_given_to_whoever_asks_and_nothing_beside_it(visitor, inside):
    page = visitor.get("/login", headers=PAGE)
    assert "font-src 'self'" in page.headers["content-security-policy"]
    for path in typefaces.PATHS:
        assert path in page.text
        assert visitor.get(path).status_code == 200
        assert visitor.post(path).status_code == 401
    assert set(inside.requests) == typefaces.PATHS
    for path in ("/typefaces/", "/typefaces/other.woff2", "/typefaces/../static/a.js"):
        assert visitor.get(path).status_code == 401


def test_health_is_public_and_says_nothing(visitor):
    assert visitor.get("/healthz").text == "ok"


def test_signing_in_opens_the_app_at_the_page_that_was_asked_for(visitor, inside):
    answer = sign_in(visitor, next_place="/funnel?period=q2")
    assert (answer.status_code, answer.headers["location"]) == (303, "/funnel?period=q2")
    assert visitor.get("/funnel").text == "customers"


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(visitor):
    cookies = sign_in(visitor).headers.get_list("set-cookie")
    session = next(cookie for cookie in cookies if cookie.startswith("concord="))
    assert "; HttpOnly" in session
    assert "; SameSite=Lax" in session
    assert "; Path=/" in session


def test_behind_https_the_cookie_is_bound_to_the_host(tmp_path, clock, inside):
    settings = Settings(data_dir=tmp_path, secure_cookies=True)
    stores = connect.open_stores(settings, clock)
    accounts.create(stores, "amy", PASSWORD, by="cli", full_name="Amy Chan", role="analyst")
    gate = Gate(inside, stores=stores, policy="default-src 'self'", hosts=["bank.test"])
    visitor = TestClient(gate, base_url="https://bank.test", follow_redirects=False)
    cookies = sign_in(visitor).headers.get_list("set-cookie")
    assert all(re.match(r"__Host-concord.*; Secure", cookie) for cookie in cookies)
    assert "strict-transport-security" in visitor.get("/").headers
    stores.app_db.dispose()


def test_the_hint_of_the_sample_bank_stands_on_the_form_only_while_there_is_one(stores, inside):
    hints = ["Try rm & lead", ""]
    gate = Gate(inside, stores=stores, policy="", hosts=["bank.test"], demo_hint=lambda: hints.pop(0))
    visitor = TestClient(gate, base_url="http://bank.test")
    assert "Try rm &amp; lead" in visitor.get("/login").text
    assert 'class="note"' not in visitor.get("/login").text


def test_a_wrong_password_says_so_keeps_the_name_and_escapes_it(visitor):
    page = visitor.get("/login")
    typed = {"username": '"><script>alert(1)</script>', "password": "wrong"}
    answer = visitor.post("/login", data=form_of(page, **typed))
    assert answer.status_code == 401
    assert "do not match" in answer.text
    assert 'aria-live="assertive"' in answer.text
    assert "<script" not in answer.text
    assert "wrong" not in answer.text


@pytest.mark.parametrize(
    ("target", "led_to"),
    [
        ("/funnel", "/funnel"),
        ("/customer?cid=C1&x=%2F%2Fa#top", "/customer?cid=C1&x=%2F%2Fa#top"),
        ("/?to=https://evil.example", "/?to=https://evil.example"),
        ("/客戶", "/客戶"),
        ("", "/"),
        (None, "/"),
        ("funnel", "/"),
        ("//evil.example", "/"),
        ("///evil.example", "/"),
        ("/a//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("\\\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("/\n/evil.example", "/"),
        ("/\r\nSet-Cookie: a=b", "/"),
        ("/\x00", "/"),
        ("/\x85", "/"),
        ("/\u2028x", "/"),
        ("/\u202ex", "/"),
        (" //evil.example", "/"),
        ("https://evil.example", "/"),
        ("HTTPS:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("data:text/html,x", "/"),
        ("/login?next=/login", "/"),
        ("/logout", "/"),
        ("/" + "x" * 3000, "/"),
    ],
)
def test_next_leads_only_to_places_in_this_app(target, led_to):
    assert headers.safe_next(target) == led_to


FORGERIES = {
    "no token": lambda form: form | {"csrf": ""},
    "another token": lambda form: form | {"csrf": "0" * 64},
    "no csrf field": lambda form: {k: v for k, v in form.items() if k != "csrf"},
    "no form": lambda form: {},
    "a huge form": lambda form: form | {"more": "x" * 20_000},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_a_sign_in_form_that_is_not_ours_is_refused(visitor, forgery, lines):
    form = form_of(visitor.get("/login"), username="amy", password=PASSWORD)
    answer = visitor.post("/login", data=FORGERIES[forgery](form))
    assert answer.status_code == 403
    assert "concord=" not in str(answer.headers.get_list("set-cookie"))
    assert lines("sign_in.accepted") == 0


@pytest.mark.parametrize("sent", [{"origin": "https://evil.example"}, {"sec-fetch-site": "same-site"}])
def test_a_form_posted_by_another_site_is_refused(visitor, sent):
    form = form_of(visitor.get("/login"), username="amy", password=PASSWORD)
    assert visitor.post("/login", data=form, headers=sent).status_code == 403


def test_a_token_without_its_cookie_is_refused(visitor):
    form = form_of(visitor.get("/login"), username="amy", password=PASSWORD)
    visitor.cookies.clear()
    assert visitor.post("/login", data=form).status_code == 403


def test_a_second_tab_does_not_spoil_the_form_in_the_first(visitor):
    first = form_of(visitor.get("/login"), username="amy", password=PASSWORD)
    visitor.get("/login")
    visitor.get("/favicon.ico")
    assert visitor.post("/login", data=first).status_code == 303


def test_signing_out_asks_first_and_then_the_cookie_is_worth_nothing(visitor):
    sign_in(visitor)
    token = visitor.cookies["concord"]
    page = visitor.get("/logout", headers=PAGE)
    assert "Sign out?" in page.text
    assert visitor.get("/").text == "customers"
    assert visitor.post("/logout", data={}).status_code == 403
    assert visitor.get("/").text == "customers"
    assert visitor.post("/logout", data=form_of(page)).status_code == 200
    assert visitor.get("/", headers={"cookie": f"concord={token}"}).status_code == 401


def test_whoever_must_change_the_password_sees_nothing_else_first(visitor, stores, inside):
    accounts.change_password(stores, "amy", "given by the help desk", by="root", must_change=True)
    sign_in(visitor, "given by the help desk")
    assert visitor.get("/", headers=PAGE).headers["location"] == "/password"
    assert visitor.get("/media/x").status_code == 403
    before = visitor.cookies["concord"]
    typed = {"current": "given by the help desk", "new": "my own long passphrase"}
    form = form_of(visitor.get("/password"), **typed)
    assert "both times" in visitor.post("/password", data=form | {"again": "other"}).text
    wrong = form | {"again": typed["new"], "current": "a guess"}
    assert visitor.post("/password", data=wrong).status_code == 422
    assert inside.requests == []
    assert visitor.post("/password", data=form | {"again": typed["new"]}).status_code == 303
    assert visitor.get("/").text == "customers"
    assert visitor.get("/", headers={"cookie": f"concord={before}"}).status_code == 401


@pytest.mark.parametrize("host", ["evil.example", "bank.test.evil.example", "bank.test@evil", "", "a b"])
def test_another_host_name_is_refused(visitor, host):
    assert visitor.get("/login", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("path", ["/login", "/", "/app.js", "/healthz", "/bug", "/static/a.js"])
@pytest.mark.parametrize("signed_in", [False, True])
def test_every_answer_carries_the_security_headers(visitor, path, signed_in):
    if signed_in:
        sign_in(visitor)
    answer = visitor.get(path)
    policy = answer.headers["content-security-policy"]
    assert "unsafe-eval" not in policy
    assert "frame-ancestors 'none'" in policy
    assert "http:" not in policy
    assert "https:" not in policy
    assert "*" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    may_be_kept = path == "/static/a.js" and signed_in
    assert ("cache-control" not in answer.headers) is may_be_kept
    assert may_be_kept or answer.headers["cache-control"] == "no-store"


def test_the_policy_allows_the_inline_scripts_of_the_index_and_no_others():
    policy = headers.page_policy("<script>a()</script><script src='b.js'></script>")
    assert headers.source_hash("a()") in policy
    assert policy.count("sha256-") == 1


def test_a_bug_becomes_a_sentence_with_a_number(visitor):
    sign_in(visitor)
    answer = visitor.get("/bug", headers=PAGE)
    assert answer.status_code == 500
    assert re.search(r"reference [2-9A-Z]{4}-[2-9A-Z]{4}", answer.text)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


STRANGERS = {
    "no cookie": {},
    "a made-up cookie": {"cookie": "concord=" + "A" * 43},
    "another host": {"host": "evil.example"},
    "another origin": {"origin": "https://evil.example"},
}


@pytest.mark.parametrize("stranger", STRANGERS)
@pytest.mark.parametrize("path", ["/_stcore/stream", "/login", "/healthz"])
def test_a_websocket_without_a_session_is_closed_before_it_opens(visitor, inside, stranger, path):
    if stranger.startswith("another"):
        sign_in(visitor)
    with (
        pytest.raises(WebSocketDisconnect) as closed,
        visitor.websocket_connect("ws://bank.test" + path, headers=STRANGERS[stranger]),
    ):
        pass
    assert closed.value.code == 1008
    assert inside.heard == []


DEVELOPERS = [
    message(clear_cache=True),
    message(set_run_on_save=True),
    message(load_git_info=True),
    message(debug_shutdown_runtime=True),
    message(),
    b"\xff\xff\xff",
]


def test_messages_that_only_a_developer_sends_are_dropped(visitor, inside):
    sign_in(visitor)
    install = BackMsg()
    install.backend_operation_request.install_skills.SetInParent()
    run = BackMsg()
    run.rerun_script.query_string = "a=1"
    with visitor.websocket_connect(STREAM) as socket:
        for dropped in (*DEVELOPERS, install.SerializeToString()):
            socket.send_bytes(dropped)
        socket.send_text("text")
        socket.send_bytes(run.SerializeToString())
        assert socket.receive_bytes() == b"heard"
    assert inside.heard == [run.SerializeToString()]


@pytest.mark.parametrize("speaks", [True, False])
def test_an_open_websocket_ends_with_its_session_and_the_page_goes_to_the_form(
    visitor, stores, inside, speaks
):
    sign_in(visitor)
    run = BackMsg()
    run.rerun_script.query_string = "period=q2"
    run.rerun_script.context_info.url = "http://bank.test/funnel"
    with visitor.websocket_connect(STREAM) as socket:
        socket.send_bytes(run.SerializeToString())
        assert socket.receive_bytes() == b"heard"
        sessions.end_all(stores, "amy", "root", "lost telephone")
        time.sleep(0.25 if speaks else 0)
        if speaks:
            socket.send_bytes(run.SerializeToString())
        leave = ForwardMsg.FromString(socket.receive_bytes())
        assert leave.auth_redirect.url == "/login?next=%2Ffunnel%3Fperiod%3Dq2"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_bytes()
        assert closed.value.code == 1008
    assert len(inside.heard) == 1


def test_a_window_that_comes_back_under_another_person_loads_itself_anew(visitor, stores, inside):
    """Its connection was cut while somebody else signed in in the same browser: it still shows what the first typed."""
    accounts.create(stores, "bob", PASSWORD, by="cli", full_name="Bob Ho", role="analyst")
    inside.window = "window-of-amy"
    sign_in(visitor)
    run = BackMsg()
    run.rerun_script.query_string = "a=1"

    def comes_back():
        protocols = ["streamlit", "token", "window-of-amy"]
        with visitor.websocket_connect(STREAM, subprotocols=protocols) as socket:
            socket.send_bytes(run.SerializeToString())
            return ForwardMsg.FromString(socket.receive_bytes())

    assert comes_back().new_session.initialize.session_id == "window-of-amy"
    assert comes_back().new_session.initialize.session_id == "window-of-amy", "she may come back to her own"
    page = visitor.get("/logout", headers=PAGE)
    visitor.post("/logout", data=form_of(page))
    page = visitor.get("/login", headers=PAGE)
    visitor.post("/login", data=form_of(page, username="bob", password=PASSWORD))
    heard = len(inside.heard)
    assert comes_back().auth_redirect.url == "/"
    assert len(inside.heard) == heard


@pytest.mark.parametrize(("by_hand", "stays"), [(True, True), (False, False)])
def test_a_page_that_refreshes_itself_does_not_keep_a_session_alive(visitor, stores, clock, by_hand, stays):
    sign_in(visitor)
    run = BackMsg()
    run.rerun_script.is_auto_rerun = not by_hand
    run.rerun_script.query_string = "a=1"
    clock.passes(minutes=20)
    with visitor.websocket_connect(STREAM) as socket:
        socket.send_bytes(run.SerializeToString())
        assert socket.receive_bytes() == b"heard"
    clock.passes(minutes=20)
    assert (sessions.person(stores, visitor.cookies["concord"]) is not None) is stays


@pytest.mark.parametrize(
    ("client", "counted_as"),
    [
        ((OFFICE, 1), OFFICE),
        (("2001:db8:1:2:3::4", 1), "2001:db8:1:2::/64"),
        (("::ffff:203.0.113.7", 1), OFFICE),
        (("testclient", 1), "unknown"),
        (None, "unknown"),
    ],
)
def test_guesses_are_counted_by_household(client, counted_as):
    assert headers.address_of(client) == counted_as


BUTTON = "0123456789abcdef" * 2


def _make_ready(button: str) -> bytes:
    asked_for = BackMsg()
    asked_for.backend_operation_request.deferred_file.file_id = button
    return asked_for.SerializeToString()


def _with(kind: str, value: object, widget: str = "$$ID-download_button") -> bytes:
    """A run of the page with a widget's value of a kind."""
    run = BackMsg()
    state = run.rerun_script.widget_states.widgets.add(id=widget)
    held = getattr(state, kind)
    if hasattr(held, "data"):
        held.data.extend(value) if kind.endswith("array_value") else setattr(held, "data", value)
    else:
        setattr(state, kind, value)
    return run.SerializeToString()


WRONG = {
    "a text for a button": _with("string_value", "x"),
    "numbers for a button": _with("int_array_value", [1]),
    "a table of a widget there is not": _with("arrow_value", b"x", "$$ID-other"),
    "bytes of a widget there is not": _with("bytes_value", b"x", "$$ID-other"),
    "broken JSON of a widget there is not": _with("json_value", "[1,", "$$ID-other"),
    "no selection for a table": _with("string_value", "x", "$$ID-dataframe"),
    "places that are none for a table": _with(
        "string_value", '{"selection": {"cells": [7]}}', "$$ID-dataframe"
    ),
    "a point of no curve": _with("string_value", '{"selection": {"points": [{}]}}', "$$ID-dataframe"),
    "an address that is none": message(rerun_script={"context_info": {"url": "http://[x"}}),
    "more than anybody types": message(rerun_script={"query_string": "x" * 1_000_001}),
    "half a message": message(rerun_script={"query_string": "x" * 10})[:-3],
}


def test_a_message_of_a_wrong_type_goes_no_further_and_the_window_goes_on(visitor, inside):
    inside.button = BUTTON
    sign_in(visitor)
    pressed = _with("trigger_value", value=True)
    with visitor.websocket_connect(STREAM) as page:
        for _ in range(2):
            page.send_bytes(message(rerun_script={}))
            page.receive_bytes()
        for name, wrong in WRONG.items():
            page.send_bytes(wrong)
            page.send_bytes(pressed)
            page.receive_bytes()
            assert inside.heard[2:] == [pressed], name
            del inside.heard[2:]


def test_a_file_is_given_and_made_ready_for_the_session_it_was_offered_to_alone(visitor, stores, inside):
    accounts.create(stores, "ben", PASSWORD, by="cli", full_name="Ben Lee", role="analyst")
    address = f"/media/{BUTTON[::-1]}.csv"
    inside.button = BUTTON
    sign_in(visitor)
    hers = visitor.cookies["concord"]
    assert visitor.get(address).status_code == 404, "nobody was told of it yet"
    with visitor.websocket_connect(STREAM) as page:
        page.send_bytes(message(rerun_script={}))
        page.receive_bytes()
        page.send_bytes(_make_ready(BUTTON))
        page.receive_bytes()
    assert visitor.get(address).text == "customers"
    heard = len(inside.heard)
    assert inside.heard[-1] == _make_ready(BUTTON)

    visitor.cookies.clear()
    form = form_of(visitor.get("/login", headers=PAGE), username="ben", password=PASSWORD)
    visitor.post("/login", data=form)
    assert visitor.get("/funnel").text == "customers"
    assert visitor.get(address).status_code == 404
    assert visitor.head(address).status_code == 404
    inside.button = ""
    with visitor.websocket_connect(STREAM) as page:
        page.send_bytes(_make_ready(BUTTON))
        page.send_bytes(message(rerun_script={}))
        page.receive_bytes()
    assert len(inside.heard) == heard + 1, "his request for her file went no further"
    sessions.end(stores, hers)
    assert visitor.get(address, headers={"cookie": f"concord={hers}"}).status_code == 401


def test_a_file_is_taken_for_ones_own_window_alone(visitor, inside):
    inside.window = "window-1"
    sign_in(visitor)
    with visitor.websocket_connect(STREAM) as page:
        page.send_bytes(message(rerun_script={}))
        page.receive_bytes()
    assert visitor.put("/_stcore/upload_file/window-1/file").status_code == 200
    assert visitor.put("/_stcore/upload_file/window-2/file").status_code == 404
    large = {"content-length": str(6 << 20)}
    assert visitor.put("/_stcore/upload_file/window-1/file", headers=large).status_code == 413
    endless = {"transfer-encoding": "chunked"}
    assert visitor.put("/_stcore/upload_file/window-1/file", headers=endless).status_code == 411


def test_a_damaged_application_database_is_a_sentence_at_the_gate(visitor, stores):
    sign_in(visitor)
    stores.app_db.dispose()
    for file in stores.settings.data_dir.glob("app_db.sqlite*"):
        file.write_bytes(b"overwritten by somebody" * 100)
    answer = visitor.get("/funnel", headers=PAGE)
    assert answer.status_code == 503
    assert "is damaged or was overwritten" in answer.text
    assert "Traceback" not in answer.text
