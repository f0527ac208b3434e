"""Guessing is bounded from one address and from many, and the owner still gets in."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import bcrypt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as any_

from sign_in import accounts, guessing
from tests.sign_in.amy_chan import OFFICE, PASSWORD


@pytest.fixture
def checks(monkeypatch):
    """Counts the passwords really compared, and compares them cheaply except for the right one."""
    counted, real = [], bcrypt.checkpw

    def check(password, hashed):
        counted.append(password)
        return real(password, hashed) if password == PASSWORD.encode() else False

    monkeypatch.setattr(bcrypt, "checkpw", check)
    return counted


def guess(stores, number, address):
    with pytest.raises(guessing.SignInRefused):
        accounts.authenticate(stores, "amy", f"guess {number}", address)


def test_a_thousand_guesses_in_an_instant_from_fifty_connections_of_one_address(stores, checks, lines):
    with ThreadPoolExecutor(50) as connections:
        list(connections.map(lambda n: guess(stores, n, "198.51.100.1"), range(1000)))
    assert len(checks) == guessing.USER_AT_ADDRESS.free
    assert lines("sign_in.refused") == 5
    assert lines("sign_in.locked") == 1
    assert accounts.authenticate(stores, "amy", PASSWORD, OFFICE).username == "amy"


def test_a_thousand_guesses_from_fifty_addresses_and_the_owner_gets_in_where_she_works(stores, checks, clock):
    accounts.authenticate(stores, "amy", PASSWORD, OFFICE)
    clock.passes(days=60)
    checks.clear()
    for number in range(1000):
        guess(stores, number, f"198.51.100.{number % 50}")
    assert len(checks) == guessing.USER.free
    assert accounts.authenticate(stores, "amy", PASSWORD, OFFICE).username == "amy"
    with pytest.raises(guessing.SignInRefused, match="wait"):
        accounts.authenticate(stores, "amy", PASSWORD, "192.0.2.99")


def test_a_patient_guesser_has_few_tries_in_a_day(stores, checks, clock):
    for number in range(24 * 60):
        clock.passes(minutes=1)
        guess(stores, number, "198.51.100.1")
    assert len(checks) <= 24 * 10


def test_one_password_tried_on_every_name_is_bounded_by_the_address(stores, checks):
    for number in range(500):
        with pytest.raises(guessing.SignInRefused):
            accounts.authenticate(stores, f"user{number}", "Password1234", "198.51.100.1")
    assert len(checks) == guessing.ADDRESS.free


def test_after_the_wait_the_owner_gets_in_and_her_typing_errors_are_forgotten(stores, clock):
    for number in range(5):
        guess(stores, number, OFFICE)
    with pytest.raises(guessing.SignInRefused, match=r"3[01] seconds"):
        accounts.authenticate(stores, "amy", PASSWORD, OFFICE)
    clock.passes(seconds=31)
    accounts.authenticate(stores, "amy", PASSWORD, OFFICE)
    for number in range(4):
        guess(stores, number, OFFICE)
    assert accounts.authenticate(stores, "amy", PASSWORD, OFFICE).username == "amy"


def test_signing_in_to_an_own_account_does_not_clear_an_address(stores, checks):
    for number in range(28):
        guess_at = f"user{number}"
        with pytest.raises(guessing.SignInRefused):
            accounts.authenticate(stores, guess_at, "Password1234", OFFICE)
    accounts.authenticate(stores, "amy", PASSWORD, OFFICE)
    for number in range(28, 60):
        with pytest.raises(guessing.SignInRefused):
            accounts.authenticate(stores, f"user{number}", "Password1234", OFFICE)
    assert len(checks) == guessing.ADDRESS.free + 1


@given(any_.integers(0, 10_000), any_.sampled_from(["USER_AT_ADDRESS", "ADDRESS", "USER"]))
def test_a_delay_never_shrinks_and_never_passes_its_longest(failures, name):
    delay = getattr(guessing, name)
    assert delay.after(failures) <= delay.after(failures + 1) <= timedelta(seconds=delay.longest)


def test_who_guesses_at_names_refuses_none_of_his_colleagues_at_the_same_address(stores, clock):
    accounts.authenticate(stores, "amy", PASSWORD, OFFICE)
    clock.passes(days=60)
    for number in range(60):
        with pytest.raises(guessing.SignInRefused):
            accounts.authenticate(stores, f"user{number}", "Password1234", OFFICE)
    guess(stores, 1, OFFICE)
    assert accounts.authenticate(stores, "amy", PASSWORD, OFFICE).username == "amy"
    accounts.create(stores, "new", PASSWORD, by="cli", full_name="New Here", role="analyst")
    with pytest.raises(guessing.SignInRefused, match="wait"):
        accounts.authenticate(stores, "new", PASSWORD, OFFICE)


@pytest.mark.parametrize("back", [{"minutes": 5}, {"hours": 23}, {"days": 400}])
def test_a_clock_that_was_set_back_locks_nobody_out(stores, clock, back):
    for number in range(12):
        guess(stores, number, OFFICE)
    clock.passes(**{unit: -span for unit, span in back.items()})
    assert accounts.authenticate(stores, "amy", PASSWORD, OFFICE).username == "amy"


@given(any_.lists(any_.integers(-10_000, 10_000), min_size=1, max_size=12))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_wait_is_ever_longer_than_the_longest_whatever_the_clock_does(stores, clock, steps):
    for step in steps:
        clock.passes(seconds=step)
        attempt = guessing.begin(stores, "amy", OFFICE)
        assert attempt.wait <= timedelta(seconds=guessing.USER_AT_ADDRESS.longest)
