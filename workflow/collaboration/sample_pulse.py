"""Four rounds of the sample bank's staff pulse: the last is open, so that whoever signs in can answer it."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.access import audit
from workflow.collaboration.pulse import FEWEST, QUESTIONS, count_within, open_round
from workflow.collaboration.record_kind import (
    ANALYTICS,
    IT,
    MANAGEMENT,
    MARKETING,
    RELATIONSHIP,
    SALES,
    SERVICE,
)
from workflow.collaboration.sample_history import PEOPLE, SampleHistory

STAFF: Mapping[str, int] = {
    MARKETING: 14,
    SALES: 22,
    SERVICE: 31,
    RELATIONSHIP: 26,
    ANALYTICS: 8,
    MANAGEMENT: 3,
    IT: 4,
}
"""Who answered the first round; Management and IT are too few to be shown."""
ROUNDS = ((280, 0), (190, 1), (100, 2))
"""Days back, and how many of the answers had risen by a point since the first, in tenths."""
LOWER = {"settled": 2, "in_time": 1}
"""Questions that fewer agree with, in tenths of the answers."""


def pulse(history: SampleHistory) -> None:
    """The rounds that are over with invented answers, and one that is open."""
    executive = PEOPLE[MANAGEMENT]
    for back, risen in ROUNDS:
        stores = history.on(back)
        number = open_round(stores, executive)
        with audit.entry(stores, "staff pulse", "pulse.answer", str(number)) as entry:
            for department, people in STAFF.items():
                for question in QUESTIONS:
                    more = 0 if people < FEWEST else risen
                    for person in range(people + more):
                        # Every third is content, every fifth is not; a few rise from round to round.
                        score = 3 + (person % 3 == 0) - (person % 5 == 0)
                        score += (person % 10 < 2 * risen) - (person % 10 < LOWER.get(question, 0))
                        count_within(entry, number, department, question, min(max(score, 1), 5))
    open_round(history.on(3), executive)
