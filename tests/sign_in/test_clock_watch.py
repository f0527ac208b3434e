"""A clock that is set forward a little while the app runs signs nobody out; time that passes does."""

from __future__ import annotations

import pytest

from sign_in import accounts, sessions
from sign_in.clock_watch import ClockWatch


class Passed:
    """Seconds that really passed."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_jump_ends_no_session_and_time_that_passes_does(stores, clock, lines):
    amy = accounts.get(stores, "amy")
    assert amy is not None
    token, passed = sessions.start(stores, amy), Passed()
    watches = [ClockWatch(stores, passed), ClockWatch(stores, passed)]
    clock.passes(minutes=30)
    for watch in watches:
        watch.check()
    assert sessions.person(stores, token) is not None
    assert lines("session.clock") == 1, "a second process does not move them again"
    sessions.seen(stores, token)
    clock.passes(minutes=20)
    passed.seconds += 20 * 60
    watches[0].check()
    assert sessions.person(stores, token) is not None
    clock.passes(minutes=10)
    passed.seconds += 10 * 60
    watches[0].check()
    assert sessions.person(stores, token) is None


def test_what_was_over_before_a_jump_stays_over_and_a_clock_set_back_revives_nothing(stores, clock):
    amy = accounts.get(stores, "amy")
    assert amy is not None
    token, passed = sessions.start(stores, amy), Passed()
    watch = ClockWatch(stores, passed)
    clock.passes(minutes=31)
    passed.seconds += 31 * 60
    watch.check()
    clock.passes(days=1)
    watch.check()
    assert sessions.person(stores, token) is None
    sessions.end(stores, token)
    clock.passes(days=-2)
    watch.check()
    clock.passes(days=2)
    watch.check()
    assert sessions.person(stores, token) is None


def test_over_a_jump_longer_than_a_session_may_idle_none_is_carried(stores, clock):
    amy = accounts.get(stores, "amy")
    assert amy is not None
    token, passed = sessions.start(stores, amy), Passed()
    watch = ClockWatch(stores, passed)
    clock.passes(hours=9)
    watch.check()
    assert sessions.person(stores, token) is None


def test_a_clock_set_back_prolongs_no_session_whether_it_was_noticed_or_not(stores, clock):
    amy = accounts.get(stores, "amy")
    assert amy is not None
    token, passed = sessions.start(stores, amy), Passed()
    watch = ClockWatch(stores, passed)
    clock.passes(days=-2)
    assert sessions.person(stores, token) is None, "a session begins in no future"
    assert sessions.open_ones(stores).empty
    watch.check()
    assert sessions.person(stores, token) is not None
    assert list(sessions.open_ones(stores)["seen_at"]) == [clock.at]
    clock.passes(minutes=31)
    passed.seconds += 31 * 60
    watch.check()
    assert sessions.person(stores, token) is None


def test_a_jump_that_could_not_be_dealt_with_is_dealt_with_at_the_next_look(stores, clock, monkeypatch):
    amy = accounts.get(stores, "amy")
    assert amy is not None
    token, passed = sessions.start(stores, amy), Passed()
    watch = ClockWatch(stores, passed)
    clock.passes(minutes=30)
    with monkeypatch.context() as broken:
        broken.setattr(sessions, "go_on_after_jump", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            watch.check()
    watch.check()
    assert sessions.person(stores, token) is not None
