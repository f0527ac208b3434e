"""What a comparison comes to: one type, so that too few, too early, not clear and not known are never one word.

* not clear: there were enough cases, and the interval includes no change;
* too few: fewer cases than a comparison needs, with their number;
* too early: what is counted still grows, with the day from which it is known;
* not comparable: the two sides are not alike; no figure before: the data had not begun; not known: not given.
"""

from __future__ import annotations

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
