"""A session ends when it should, and nothing but its own token opens it."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from sign_in import accounts, guessing, sessions
from tests.sign_in.amy_chan import OFFICE, PASSWORD
from warehouse.access import audit
from warehouse.app_db import app_schema
from warehouse.errors import ChangeRefused
from warehouse.settings import Settings
from warehouse.sql.moments import Clock
from warehouse.stores.connect import open_stores

NEW = "another long passphrase"


def signed_in(stores):
    who = accounts.authenticate(stores, "amy", PASSWORD, OFFICE)
    return sessions.start(stores, who)


def test_a_session_knows_its_person_and_reads_the_role_from_the_account(stores):
    token = signed_in(stores)
    person = sessions.person(stores, token)
    assert person is not None
    assert (person.full_name, person.role) == ("Amy Chan", "analyst")


ENDINGS = {
    "signing out": lambda stores, token, clock: sessions.end(stores, token),
    "disabling": lambda stores, token, clock: accounts.disable(stores, "amy", by="root"),
    "a new password": lambda stores, token, clock: accounts.change_password(stores, "amy", NEW, by="amy"),
    "a new role": lambda stores, token, clock: accounts.change_role(stores, "amy", "sales", by="root"),
    "revoking all": lambda stores, token, clock: sessions.end_all(stores, "amy", "root", "lost"),
    "30 idle minutes": lambda stores, token, clock: clock.passes(minutes=30),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_token_is_worth_nothing_after(ending, stores, clock):
    token = signed_in(stores)
    clock.passes(minutes=5)
    assert sessions.person(stores, token) is not None
    sessions.seen(stores, token)
    ENDINGS[ending](stores, token, clock)
    assert sessions.person(stores, token) is None


def test_a_busy_session_ends_after_eight_hours_all_the_same(stores, clock):
    token = signed_in(stores)
    for _ in range(8 * 3 - 1):
        clock.passes(minutes=20)
        sessions.seen(stores, token)
        assert sessions.person(stores, token) is not None
    clock.passes(minutes=20)
    assert sessions.person(stores, token) is None


@pytest.fixture(
    params=[datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)],
    ids=["forward", "back"],
)
def in_london(request, tmp_path):
    """An application database in London ten minutes before the clocks change, and how its time passes."""

    class Passing:
        at = request.param - timedelta(minutes=10)

        def passes(self, **span):
            self.at += timedelta(**span)

    passing, wall = Passing(), Clock("Europe/London")
    chosen = Settings(data_dir=tmp_path / "london", timezone=wall.zone)
    opened = open_stores(chosen, lambda: wall.read(passing.at))
    accounts.create(opened, "amy", PASSWORD, by="cli", full_name="Amy Chan", role="analyst")
    yield opened, passing
    opened.app_db.dispose()


def test_idle_minutes_are_minutes_that_pass_though_the_clocks_change(in_london):
    stores, clock = in_london
    token = signed_in(stores)
    for minutes in (20, 29):
        clock.passes(minutes=minutes)
        assert sessions.person(stores, token) is not None
        sessions.seen(stores, token)
    clock.passes(minutes=29)
    assert sessions.why_over(stores, token) == ""
    clock.passes(minutes=1)
    assert sessions.person(stores, token) is None
    assert "after 30 minutes without activity" in sessions.why_over(stores, token)


def test_a_guesser_waits_as_long_as_on_any_other_night(in_london):
    stores, clock = in_london
    clock.passes(minutes=9, seconds=50)
    for _ in range(5):
        with pytest.raises(guessing.SignInRefused):
            accounts.authenticate(stores, "amy", "a guess", OFFICE)
    clock.passes(seconds=29)
    with pytest.raises(guessing.SignInRefused, match="wait"):
        accounts.authenticate(stores, "amy", PASSWORD, OFFICE)
    clock.passes(seconds=1)
    assert accounts.authenticate(stores, "amy", PASSWORD, OFFICE).username == "amy"


def test_an_idle_session_is_not_revived_by_being_seen(stores, clock):
    token = signed_in(stores)
    clock.passes(minutes=31)
    sessions.seen(stores, token)
    assert sessions.person(stores, token) is None


def test_being_seen_is_written_at_most_once_a_minute(stores, clock):
    token = signed_in(stores)

    def seen_at():
        with stores.app_db.connect() as connection:
            return connection.execute(select(app_schema.sessions.c.seen_at)).scalar_one()

    started = seen_at()
    clock.passes(seconds=59)
    sessions.seen(stores, token)
    assert seen_at() == started
    clock.passes(seconds=1)
    sessions.seen(stores, token)
    assert seen_at() == clock.at


def test_the_application_database_does_not_hold_the_token(stores, tmp_path):
    token = signed_in(stores)
    kept = b"".join(file.read_bytes() for file in tmp_path.glob("app_db.sqlite*"))
    assert token.encode() not in kept
    assert PASSWORD.encode() not in kept


def forged(real):
    flipped = ("B" if real[0] == "A" else "A") + real[1:]
    return [None, "", " ", "None", real[:-1], real + "A", real + "\n", " " + real, flipped]


def test_forged_and_garbage_tokens_belong_to_nobody(stores):
    real = signed_in(stores)
    others = ["eyJhbGciOiJub25lIn0.eyJ1c2VybmFtZSI6ImFteSJ9.", "amy", "' OR 1=1 --", "%00", "\x00"]
    others += ["A" * 43, "A" * 100_000, "密" * 43, real.swapcase(), sessions._hashed(real)]
    others += [secrets.token_urlsafe(32) for _ in range(20)]
    for token in forged(real) + others:
        assert sessions.person(stores, token) is None, token


def test_each_sign_in_has_a_new_token_and_ends_the_one_it_replaces(stores):
    first = signed_in(stores)
    who = accounts.authenticate(stores, "amy", PASSWORD, OFFICE)
    second = sessions.start(stores, who, replacing=first)
    assert first != second
    assert sessions.person(stores, first) is None
    assert sessions.person(stores, second) is not None


def test_no_session_opens_on_a_password_that_changed_after_it_was_checked(stores):
    who = accounts.authenticate(stores, "amy", PASSWORD, OFFICE)
    accounts.change_password(stores, "amy", NEW, by="root")
    with pytest.raises(ChangeRefused):
        sessions.start(stores, who)


def test_every_step_leaves_an_audit_line_and_the_chain_is_whole(stores, lines):
    token = signed_in(stores)
    sessions.end(stores, token)
    assert [lines(a) for a in ("sign_in.accepted", "session.start", "session.end")] == [1, 1, 1]
    assert audit.broken_line(stores) is None
