"""The second factor: a code counts once, guessing waits, nothing opens between password and code, and nobody gets round it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from sign_in import account_administration, accounts, guessing, second_factor, sessions
from sign_in.gate import Gate
from tests.pages.staff import somebody
from tests.sign_in.amy_chan import OFFICE, PASSWORD
from tests.sign_in.test_gate import PAGE, STREAM, form_of, sign_in
from warehouse.access.reader import Reader
from warehouse.app_db.app_schema import second_factors
from warehouse.errors import AccessRefused, ChangeRefused, Problem


@pytest.fixture
def enrolled(stores, clock):
    """Amy's app and her recovery codes."""
    sealed = second_factor.sealed_secret(stores, "amy")
    app = pyotp.TOTP(second_factor.secret_of(stores, "amy", sealed))
    codes = second_factor.enrol(stores, "amy", sealed, app.at(clock()), clock())
    clock.passes(minutes=2)
    return app, codes


@pytest.fixture
def amy(stores, enrolled):
    return accounts.get(stores, "amy")


def refused(stores, who, code, clock, address=OFFICE):
    with pytest.raises(guessing.SignInRefused) as problem:
        second_factor.check(stores, who, code, address, clock())
    return str(problem.value)


def test_the_way_in_is_password_then_code_and_between_them_nothing_opens(
    visitor, inside, stores, clock, enrolled, lines
):
    app, _ = enrolled
    step = sign_in(visitor, next_place="/funnel")
    assert step.headers["location"] == "/code?next=%2Ffunnel"
    half = visitor.cookies["concord"]
    assert sessions.person(stores, half) is None
    assert sessions.open_ones(stores).empty
    for path in (
        "/",
        "/funnel",
        "/media/x.csv",
        "/_stcore/health",
        "/drafts.js",
        "/password",
        "/logout",
        "/factor",
    ):
        assert visitor.get(path, headers=PAGE).headers.get("location", "").startswith("/login")
    with pytest.raises(WebSocketDisconnect), visitor.websocket_connect(STREAM):
        pass
    assert inside.requests == []
    page = visitor.get(step.headers["location"], headers=PAGE)
    assert visitor.post("/code", data={"code": app.at(clock()), "csrf": "x"}).status_code == 403
    wrong = visitor.post("/code", data=form_of(page, code="000000"))
    assert (wrong.status_code, second_factor.WRONG in wrong.text) == (401, True)
    entered = visitor.post("/code", data=form_of(page, code=f" {app.at(clock())[:3]} {app.at(clock())[3:]} "))
    assert entered.headers["location"] == "/funnel"
    assert visitor.cookies["concord"] != half
    assert visitor.get("/page", headers=PAGE).status_code == 200
    assert lines(guessing.ACCEPTED) == 1
    assert sessions.pending(stores, half) is None


def test_a_code_counts_once_and_so_do_the_one_before_and_a_recovery_code(stores, clock, enrolled, amy):
    app, codes = enrolled
    now, before, later = (
        app.at(clock()),
        app.at(clock() - timedelta(seconds=30)),
        app.at(clock() + timedelta(seconds=30)),
    )
    second_factor.check(stores, amy, now, OFFICE, clock())
    assert second_factor.WRONG in refused(stores, amy, now, clock)
    assert second_factor.WRONG in refused(stores, amy, before, clock)
    second_factor.check(stores, amy, later, OFFICE, clock())
    clock.passes(seconds=30)
    assert second_factor.WRONG in refused(stores, amy, later, clock)
    second_factor.check(stores, amy, codes[0].upper(), OFFICE, clock())
    assert second_factor.WRONG in refused(stores, amy, codes[0], clock)
    second_factor.check(stores, amy, codes[1].replace("-", " "), OFFICE, clock())


@pytest.mark.parametrize("far", [-90, 90, -86_400])
def test_a_code_of_another_time_does_not_fit(stores, clock, enrolled, amy, far):
    assert second_factor.WRONG in refused(
        stores, amy, enrolled[0].at(clock() + timedelta(seconds=far)), clock
    )


@pytest.mark.parametrize(
    "typed", ["", "0", "０１２３４５", "12345６", "-" * 10, "' or 1=1", "1" * 500, "\x00" * 6]
)
def test_whatever_else_is_typed_is_a_wrong_code(stores, clock, enrolled, amy, typed):
    assert second_factor.WRONG in refused(stores, amy, typed, clock)


def test_guessing_codes_waits_and_a_right_password_in_between_forgives_nothing(
    stores, clock, enrolled, amy, monkeypatch
):
    monkeypatch.setattr("sign_in.passwords.fits", lambda password, hashed: password == PASSWORD)
    for number in range(guessing.USER_AT_ADDRESS.free):
        accounts.authenticate(stores, "amy", PASSWORD, OFFICE, code_follows=True)
        sentence = refused(stores, amy, f"{number:06d}", clock)
    assert "Please wait" in sentence
    # The right one has to wait, too, and so has the password.
    assert "Please wait" in refused(stores, amy, enrolled[0].at(clock()), clock)
    with pytest.raises(guessing.SignInRefused, match="Please wait"):
        accounts.authenticate(stores, "amy", PASSWORD, OFFICE, code_follows=True)
    for number in range(40):
        refused(stores, amy, f"{number:06d}", clock, f"198.51.100.{number}")
    with pytest.raises(guessing.SignInRefused, match="Please wait"):
        second_factor.check(stores, amy, enrolled[0].at(clock()), "203.0.113.9", clock())


def test_ten_minutes_after_the_password_the_code_comes_too_late(stores, clock, enrolled, amy):
    token = sessions.start(stores, amy, awaits=sessions.CODE)
    waiting = sessions.pending(stores, token)
    assert waiting is not None
    assert waiting[1] == sessions.CODE
    clock.passes(minutes=10)
    assert sessions.pending(stores, token) is None


def test_a_role_that_needs_one_sets_it_up_at_sign_in_and_sees_its_recovery_codes_once(stores, inside, clock):
    needing = replace(stores, settings=replace(stores.settings, second_factor_for="analyst administrator"))
    amy = accounts.get(needing, "amy")
    assert amy is not None
    old = sessions.start(needing, amy)
    gate = Gate(inside, stores=needing, policy="", hosts=["bank.test"], true_time=clock)
    assert sessions.person(needing, old) is None, "a session from before the setting is over"
    visitor = TestClient(gate, base_url="http://bank.test", follow_redirects=False)
    step = sign_in(visitor, next_place="/goals")
    assert step.headers["location"] == "/factor?next=%2Fgoals"
    assert visitor.get("/page", headers=PAGE).status_code == 303
    page = visitor.get(step.headers["location"], headers=PAGE)
    assert 'src="data:image/svg+xml' in page.text
    assert "Password you have now" not in page.text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text)
    assert secret is not None
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    wrong = visitor.post("/factor", data=form_of(page, code="000000"))
    assert wrong.status_code == 422
    assert secret[1] in wrong.text, "the picture stays, so that nobody scans twice"
    done = visitor.post("/factor", data=form_of(page, code=app.at(clock())))
    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", done.text)
    assert len(set(codes)) == second_factor.RECOVERY_CODES
    assert 'href="/goals"' in done.text
    assert visitor.get("/page", headers=PAGE).status_code == 200
    with needing.app_db.connect() as app_db:
        row = app_db.execute(select(second_factors)).one()
    kept = f"{row.secret} {row.recovery_codes}"
    assert not any(word in kept for word in (app.secret, *codes, *(c.replace("-", "") for c in codes)))


def test_a_second_factor_is_replaced_only_with_the_password_and_the_one_there_is(
    visitor, stores, clock, enrolled, amy, monkeypatch
):
    monkeypatch.setattr("sign_in.passwords.fits", lambda password, hashed: password == PASSWORD)
    app, codes = enrolled
    visitor.cookies.set("concord", sessions.start(stores, amy))
    page = visitor.get("/factor", headers=PAGE)
    sealed = form_of(page)["sealed"]
    fresh = pyotp.TOTP(second_factor.secret_of(stores, "amy", sealed)).at(clock())
    for current, code in (("wrong", app.at(clock())), (PASSWORD, "000000"), (PASSWORD, fresh)):
        typed = form_of(page, current=current, current_code=code, code=fresh)
        assert visitor.post("/factor", data=typed).status_code == 422
    done = visitor.post("/factor", data=form_of(page, current=PASSWORD, current_code=codes[0], code=fresh))
    assert done.status_code == 200
    assert codes[1] not in done.text


def test_a_secret_of_somebody_elses_form_is_worth_nothing(stores, clock):
    sealed = second_factor.sealed_secret(stores, "ben")
    for given in (sealed, sealed[:-4] + "AAAA", "", "x" * 400):
        with pytest.raises(ChangeRefused):
            second_factor.enrol(stores, "amy", given, "123456", clock())


def test_only_another_administrator_removes_one_and_it_ends_the_sessions(stores, clock, enrolled, amy, lines):
    token = sessions.start(stores, amy)
    boss = replace(somebody("administrator"), username="boss")
    for role in ("analyst", "executive"):
        with pytest.raises(AccessRefused):
            account_administration.remove_second_factor(stores, somebody(role), "amy", "lost")
    with pytest.raises(AccessRefused, match="your own account"):
        account_administration.remove_second_factor(stores, replace(boss, username="amy"), "Amy", "lost")
    with pytest.raises(ChangeRefused, match="Say why"):
        account_administration.remove_second_factor(stores, boss, "amy", " ")
    assert account_administration.everybody(Reader(stores, boss))["second_factor"].tolist() == [True]
    account_administration.remove_second_factor(stores, boss, "amy", "lost her telephone")
    assert sessions.person(stores, token) is None
    assert second_factor.awaits(stores, "amy") == ""
    assert lines(second_factor.RESET) == 1
    with pytest.raises(ChangeRefused, match="has no second factor"):
        account_administration.remove_second_factor(stores, boss, "amy", "again")


def test_nobody_reads_a_secret_through_the_door_for_reading(stores, enrolled):
    frame = Reader(stores, somebody("administrator")).frame(select(second_factors))
    assert frame[["secret", "recovery_codes"]].isna().all().all()
    with pytest.raises(AccessRefused):
        Reader(stores, somebody("analyst")).frame(select(second_factors))


def test_a_role_that_does_not_exist_stops_the_start_in_a_sentence(stores, inside):
    wrong = replace(stores, settings=replace(stores.settings, second_factor_for="admin"))
    with pytest.raises(Problem, match="“admin”, which is no role"):
        Gate(inside, stores=wrong, policy="", hosts=["bank.test"])
