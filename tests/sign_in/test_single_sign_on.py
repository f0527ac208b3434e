"""Single sign-on at a real provider: the way there and back, whose role is what, and whom neither a token nor a name lets in."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import RSAKey
from sqlalchemy import select
from starlette.testclient import TestClient

from sign_in import accounts, api_tokens, sessions, single_sign_on
from sign_in.gate import Gate
from sign_in.guessing import SignInRefused
from sign_in.single_sign_on import SingleSignOn
from tests.sign_in.amy_chan import PASSWORD
from tests.sign_in.test_gate import PAGE, form_of, sign_in
from warehouse.access.reader import Viewer
from warehouse.app_db.app_schema import audit_log
from warehouse.errors import ChangeRefused, Problem
from warehouse.settings import Settings

ROLES = "concord-admins=administrator; concord-rm=relationship_manager"


def true_time() -> datetime:
    return datetime.now(UTC)


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """A provider in a process of its own, on a free port."""
    command = [sys.executable, "-W", "ignore", "-m", "tests.sign_in.provider"]
    root = Path(__file__).parents[2]
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def here(stores, issuer):
    """The stores of an app that is set up for that provider."""
    chosen = replace(
        stores.settings,
        oidc_issuer=issuer,
        oidc_client_id="concord",
        oidc_client_secret="secret",
        oidc_roles=ROLES,
        oidc_label="Bank sign-in",
        app_address="http://localhost",
    )
    return replace(stores, settings=chosen)


@pytest.fixture
def browser(here, inside):
    gate = Gate(inside, stores=here, policy="", hosts=["localhost"], true_time=true_time)
    return TestClient(gate, base_url="http://localhost", follow_redirects=False)


def at_provider(browser, who: str, next_place: str = "/") -> str:
    """Sign in at the provider; gives the path and query it sends the browser back to."""
    there = browser.get("/sso", params={"next": next_place}, headers=PAGE).headers["location"]
    answer = requests.post(there, data={"sub": who}, allow_redirects=False, timeout=10)
    back = urlsplit(answer.headers["location"])
    assert (back.netloc, back.path) == ("localhost", single_sign_on.CALLBACK)
    return f"{back.path}?{back.query}"


def comes(browser, who: str, next_place: str = "/"):
    return browser.get(at_provider(browser, who, next_place), headers=PAGE)


def test_somebody_of_a_group_comes_in_with_its_role_and_signs_out_at_both(browser, here, inside, issuer):
    assert "Bank sign-in" in browser.get("/login", headers=PAGE).text
    there = parse_qs(urlsplit(browser.get("/sso", headers=PAGE).headers["location"]).query)
    assert there["code_challenge_method"] == ["S256"]
    assert {"state", "nonce", "code_challenge"} <= set(there)
    answer = comes(browser, "s-rita", "/goals")
    assert (answer.status_code, answer.headers["location"]) == (303, "/goals")
    assert browser.get("/page", headers=PAGE).status_code == 200
    who = accounts.get(here, "rita")
    assert who is not None
    assert (who.role, who.rm_id, who.full_name, who.password_hash) == (
        "relationship_manager",
        "RM01",
        "Rita Mok",
        "",
    )
    browser.cookies.clear()
    comes(browser, "s-rita")
    assert len(accounts.listing(here)) == 2, "a second time it is the same account"
    page = browser.get("/logout", headers=PAGE)
    assert "Change password" not in page.text
    assert "Second factor" not in page.text
    for place in ("/password", "/factor"):
        assert "are the provider’s" in browser.get(place, headers=PAGE).text
    left = browser.post("/logout", data=form_of(page))
    assert f'href="{issuer}/' in left.text
    assert "Sign out of Bank sign-in too" in left.text
    assert browser.get("/page", headers=PAGE).status_code == 303


def test_who_is_in_no_group_gets_a_sentence_and_whoever_was_in_is_out(browser, here):
    answer = comes(browser, "s-norman")
    assert answer.status_code == 401
    assert "You are in no group that may use Concord" in answer.text
    assert accounts.get(here, "norman") is None
    assert (
        "set-cookie" not in answer.headers or "concord=" not in answer.headers["set-cookie"].split("-form")[0]
    )
    # A claim that says a role is none of the groups that are named in the settings.
    assert comes(browser, "s-role").status_code == 401
    comes(browser, "s-rita")
    token = browser.cookies["concord"]
    moved = replace(here, settings=replace(here.settings, oidc_roles="concord-admins=administrator"))
    sso = SingleSignOn(moved, true_time)
    with pytest.raises(SignInRefused, match="no group"):
        sso._account({"sub": "s-rita", "groups": ["concord-rm"]})
    assert sessions.person(here, token) is None


def test_a_name_chosen_at_the_provider_is_nobodys_account_until_an_operator_links_it(browser, here):
    answer = comes(browser, "s-mallory")
    assert answer.status_code == 401
    assert "not linked to single sign-on" in answer.text
    amy = accounts.get(here, "amy")
    assert amy is not None
    assert amy.role == "analyst"
    with pytest.raises(ChangeRefused, match="no user"):
        single_sign_on.link(here, "nobody", "s-x", by="operator")
    with pytest.raises(ChangeRefused, match="not set up"):
        single_sign_on.link(replace(here, settings=Settings()), "amy", "s-mallory", by="operator")
    single_sign_on.link(here, "amy", "s-mallory", by="operator")
    with pytest.raises(SignInRefused, match="do not match"):
        accounts.authenticate(here, "amy", PASSWORD, "203.0.113.1")
    linked = accounts.get(here, "amy")
    assert linked is not None
    assert linked.password_hash == ""
    with pytest.raises(ChangeRefused, match="has no password here"):
        accounts.change_password(here, "amy", "another horse battery", by="admin")
    for username, subject in (("amy", "s-other"), ("amy", "s-mallory")):
        with pytest.raises(ChangeRefused, match="linked already"):
            single_sign_on.link(here, username, subject, by="operator")
    assert comes(browser, "s-mallory").status_code == 303
    now = accounts.get(here, "amy")
    assert now is not None
    assert now.role == "administrator"


def test_who_is_locked_here_stays_locked_and_has_no_password_to_come_in_with(browser, here):
    comes(browser, "s-rita")
    accounts.disable(here, "rita", by="admin")
    assert browser.get("/page", headers=PAGE).status_code == 303
    answer = comes(browser, "s-rita")
    assert (answer.status_code, "locked here" in answer.text) == (401, True)
    accounts.enable(here, "rita", by="admin")
    for password in ("", "!", "None"):
        with pytest.raises(SignInRefused):
            accounts.authenticate(here, "rita", password, "203.0.113.1")


def test_a_token_needs_its_owner_to_have_come_in_at_the_provider_within_a_week(browser, here, clock):
    comes(browser, "s-rita")
    token = api_tokens.make(here, Viewer("rita", "Rita Mok", "relationship_manager"), "a sheet", 90)
    local = api_tokens.make(here, Viewer("amy", "Amy Chan", "analyst"), "a sheet", 90)
    clock.passes(days=6, hours=23)
    assert api_tokens.holder(here, token) is not None
    clock.passes(hours=2)
    assert api_tokens.holder(here, token) is None
    assert api_tokens.holder(here, local) is not None, (
        "of an account of this bank alone nothing is to be confirmed"
    )
    browser.cookies.clear()
    comes(browser, "s-rita")
    assert api_tokens.holder(here, token) is not None


def test_a_role_at_the_provider_that_cannot_be_applied_ends_what_was_opened_before(browser, here):
    comes(browser, "s-rita")
    session = browser.cookies["concord"]
    token = api_tokens.make(here, Viewer("rita", "Rita Mok", "relationship_manager"), "a sheet", 90)
    sso = SingleSignOn(here, true_time)
    with pytest.raises(SignInRefused, match="needs an RM number"):
        sso._account({"sub": "s-rita", "groups": ["concord-rm"]})
    assert sessions.person(here, session) is None
    assert api_tokens.holder(here, token) is None


def test_a_relationship_manager_without_a_number_is_told_what_is_missing(browser, here):
    answer = comes(browser, "s-norm")
    assert (answer.status_code, "needs an RM number" in answer.text) == (401, True)
    assert accounts.get(here, "norm") is None


def test_no_other_browser_state_or_code_comes_in(browser, here, inside, issuer):
    victim = TestClient(browser.app, base_url="http://localhost", follow_redirects=False)
    back = at_provider(browser, "s-rita")
    # Somebody else's answer put into the victim's browser, with no way begun there and with one of her own.
    assert victim.get(back, headers=PAGE).status_code == 401
    at_provider(victim, "s-mallory")
    assert victim.get(back, headers=PAGE).status_code == 401
    state = parse_qs(urlsplit(back).query)["state"][0]
    forged = (
        back.replace(state, "x" * 43),
        back.replace("state=", "other="),
        f"{single_sign_on.CALLBACK}?state={state}",
        f"{single_sign_on.CALLBACK}?state={state}&code=guessed",
        f"{back}&iss=https://evil.example",
        f"{single_sign_on.CALLBACK}?state={state}&error=%3Cscript%3E",
    )
    for address in forged:
        victim.cookies = browser.cookies
        answer = victim.get(address, headers=PAGE)
        assert answer.status_code == 401
        assert "<script>" not in answer.text
        at_provider(browser, "s-rita")
    # A code that was used, and one whose verifier the thief does not have, are worth nothing.
    back = at_provider(browser, "s-rita")
    sealed = browser.cookies["concord-sso"]
    assert browser.get(back, headers=PAGE).status_code == 303
    browser.cookies.clear()
    browser.cookies.set("concord-sso", sealed)
    assert browser.get(back, headers=PAGE).status_code == 401
    thief = {
        "grant_type": "authorization_code",
        "redirect_uri": "http://localhost/sso/callback",
        "client_id": "concord",
    }
    code = parse_qs(urlsplit(at_provider(browser, "s-rita")).query)["code"][0]
    stolen = requests.post(
        f"{issuer}/oauth2/token", data=thief | {"code": code}, auth=("concord", "secret"), timeout=10
    )
    assert stolen.status_code == 400
    assert inside.requests == []


def test_a_place_elsewhere_is_not_gone_on_to(browser):
    assert comes(browser, "s-rita", "//evil.example/").headers["location"] == "/"


KEY = RSAKey.generate_key(2048, {"kid": "k"})
NOW = 1_790_000_000
GOOD = {"iss": "https://idp", "aud": "concord", "sub": "s", "exp": NOW + 60, "iat": NOW, "nonce": "n"}


def coded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def signed(claims, key=KEY, alg="RS256"):
    return jwt.encode({"alg": alg, "kid": "k"}, claims, key, algorithms=[alg])


@pytest.fixture
def judge(stores):
    """How a token fares that a provider with one known key may have signed."""
    chosen = replace(
        stores.settings,
        oidc_issuer="https://idp",
        oidc_client_id="concord",
        oidc_roles="a=analyst",
        app_address="https://concord",
    )
    sso = SingleSignOn(replace(stores, settings=chosen), lambda: datetime.fromtimestamp(NOW, UTC))
    keys = {"keys": [KEY.as_dict(private=False)]}
    return lambda token: sso.verified(token, keys, "https://idp", "n")


def test_a_genuine_token_is_taken(judge):
    assert judge(signed(GOOD))["sub"] == "s"
    assert judge(signed(GOOD | {"aud": ["concord", "b"], "azp": "concord"}))["sub"] == "s"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://evil"},
        {"aud": "another-app"},
        {"aud": ["concord", "b"]},
        {"aud": ["concord", "b"], "azp": "b"},
        {"azp": "b"},
        {"exp": NOW - 61},
        {"iat": NOW + 3600},
        {"nonce": "of another way"},
        {"nonce": None},
        {"sub": None},
        {"sub": 7},
        {"exp": None},
    ],
    ids=str,
)
def test_a_token_for_somebody_else_another_time_or_way_is_refused(judge, changed):
    claims = {name: value for name, value in (GOOD | changed).items() if value is not None}
    with pytest.raises(SignInRefused):
        judge(signed(claims))


def test_a_token_that_the_provider_did_not_sign_is_refused(judge):
    body = [coded(json.dumps(part).encode()) for part in ({"alg": "HS256", "kid": "k"}, GOOD)]
    seal = hmac.digest(KEY.as_pem(private=False), ".".join(body).encode(), hashlib.sha256)
    shared = ".".join((*body, coded(seal)))
    unsigned = ".".join((coded(b'{"alg":"none"}'), body[1], ""))
    foreign = signed(GOOD, RSAKey.generate_key(2048, {"kid": "k"}))
    whole = signed(GOOD)
    for token in (unsigned, shared, foreign, whole[:-6] + "AAAAAA", "", "a.b.c", whole.split(".")[0]):
        with pytest.raises(SignInRefused):
            judge(token)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"oidc_client_id": ""}, "oidc_client_id"),
        ({"app_address": ""}, "app_address"),
        ({"oidc_issuer": "http://idp.bank.example"}, "https"),
        ({"oidc_roles": "staff=boss"}, "staff=boss"),
        ({"oidc_roles": "administrator"}, "group=role"),
    ],
)
def test_settings_that_do_not_fit_stop_the_start_in_a_sentence(wrong, says):
    whole = Settings(
        oidc_issuer="https://idp",
        oidc_client_id="concord",
        oidc_roles="a=analyst",
        app_address="https://concord",
    )
    with pytest.raises(Problem, match=says):
        single_sign_on.checked(replace(whole, **wrong))


def test_a_provider_that_is_away_or_says_it_is_another_is_a_sentence(here, inside):
    for address in ("http://127.0.0.1:9", here.settings.oidc_issuer.replace("127.0.0.1", "localhost")):
        away = replace(here, settings=replace(here.settings, oidc_issuer=address))
        gate = Gate(inside, stores=away, policy="", hosts=["localhost"], true_time=true_time)
        visitor = TestClient(gate, base_url="http://localhost", follow_redirects=False)
        begun = time.monotonic()
        answer = visitor.get("/sso", headers=PAGE)
        assert answer.status_code in (303, 401)
        assert "Traceback" not in answer.text
        assert time.monotonic() - begun < 12
    assert sign_in(visitor).headers["location"] == "/", "local accounts go on"


def test_a_provider_that_is_away_is_asked_again_after_half_a_minute_and_holds_up_no_password(
    here, inside, monkeypatch
):
    calls, go_on, at = [], threading.Event(), [true_time()]

    def away(address, **_):
        calls.append(address)
        go_on.wait(20)
        raise requests.ConnectionError

    monkeypatch.setattr(requests, "get", away)
    gate = Gate(inside, stores=here, policy="", hosts=["localhost"], true_time=lambda: at[0])
    visitors = [TestClient(gate, base_url="http://localhost", follow_redirects=False) for _ in range(4)]
    waiting = [threading.Thread(target=v.get, args=("/sso",), kwargs={"headers": PAGE}) for v in visitors[:3]]
    waiting[0].start()
    while not calls:
        time.sleep(0.01)
    for other in waiting[1:]:
        other.start()
    assert sign_in(visitors[3]).headers["location"] == "/", "passwords have threads of their own"
    go_on.set()
    for thread in waiting:
        thread.join()
    assert visitors[3].get("/logout", headers=PAGE).status_code == 200
    sso = SingleSignOn(here, lambda: at[0])
    before = len(calls)
    for _ in range(3):
        with pytest.raises(SignInRefused, match="cannot be reached"):
            sso.provider()
    assert len(calls) == before + 1
    at[0] += timedelta(seconds=31)
    with pytest.raises(SignInRefused, match="cannot be reached"):
        sso.provider()
    assert len(calls) == before + 2


def test_a_state_counts_once(here):
    sso = SingleSignOn(here, true_time)
    address, sealed = sso.begin("/")
    state = parse_qs(urlsplit(address).query)["state"][0]
    for sentence in ("did not let you in", "did not begin here"):
        with pytest.raises(SignInRefused, match=sentence):
            sso.finish({"state": state, "error": "access_denied"}, sealed, None)


def test_every_refusal_at_the_door_is_on_record(browser, here):
    comes(browser, "s-norman")
    with here.app_db.connect() as app_db:
        lines = app_db.execute(select(audit_log).where(audit_log.c.why == single_sign_on.BY)).all()
    assert [(line.action, line.subject) for line in lines] == [("sign_in.refused", "unknown user")]
