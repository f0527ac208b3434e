"""What a comparison comes to: one type, so that too few, too early, not clear and not known are never one word.

* not clear: there were enough cases, and the interval includes no change;
* too few: fewer cases than a comparison needs, with their number;
* too early: what is counted still grows, with the day from which it is known;
* not comparable: the two sides are not alike; no figure before: the data had not begun; not known: not given.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Verdict(StrEnum):
    """The value is the word on screen."""

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    NOT_CLEAR = "no significant change"
    TOO_FEW = "not enough data yet"
    TOO_EARLY = "too early"
    NOT_COMPARABLE = "not comparable"
    NO_FIGURE_BEFORE = "no figure before"
    NOT_KNOWN = "not known"

    @property
    def is_a_finding(self) -> bool:
        """Whether the figures carry a direction: what has none gets no arrow and no colour."""
        return self in (Verdict.BETTER, Verdict.WORSE, Verdict.CHANGED)

    @property
    def is_judged(self) -> bool:
        """Whether the two sides could be compared at all; a change that is not clear was."""
        return self.is_a_finding or self is Verdict.NOT_CLEAR


def in_words(verdict: Verdict, n: float | None = None, known_on: date | None = None) -> str:
    """A verdict with what it rests on: `not enough data yet (n = 12)`, `too early, known from 30 Sep 2026`."""
    if verdict is Verdict.TOO_FEW and n is not None and n == n:
        return f"{verdict} (n = {n:,.0f})"
    if verdict is Verdict.TOO_EARLY and known_on is not None:
        return f"{verdict}, known from {known_on.day} {known_on:%b %Y}"
    return str(verdict)
