"""A clock set forward a little ends nobody's session: a jump is what it moved more than time passed since the last look.

Time that passes is read from a clock that nobody sets and that goes on while the machine sleeps. What moved while no
process of the app was running cannot be known. Over a jump longer than a session may idle none is carried: it may be a
clock that was wrong about the time that passed.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

from sign_in import sessions
from warehouse.sql.moments import instant_of
from warehouse.stores.connect import Stores

LEAST = timedelta(minutes=1)
"""A smaller difference is a clock being held to its time server."""


def since_boot() -> float:
    """Seconds since the machine started, those it slept too."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


class ClockWatch:
    """Compares the bank's clock with `passed`, seconds that really passed, at every look at a session."""

    def __init__(self, stores: Stores, passed: Callable[[], float] = since_boot) -> None:
        self.stores, self.passed = stores, passed
        self._lock = threading.Lock()
        self._ahead = self._difference()

    def check(self) -> None:
        """Let sessions that only a jump would end go on, and end those that one back would revive."""
        with self._lock:
            now = self._difference()
            jump = timedelta(seconds=now - self._ahead)
            if LEAST <= jump <= timedelta(minutes=self.stores.settings.idle_minutes):
                sessions.go_on_after_jump(self.stores, jump)
            elif jump <= -LEAST:
                sessions.end_before_jump(self.stores, -jump)
            # Only now: what failed is done at the next look.
            self._ahead = now

    def _difference(self) -> float:
        return instant_of(self.stores.now()) / 1_000_000 - self.passed()
