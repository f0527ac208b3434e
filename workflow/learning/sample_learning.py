"""What the sample bank's colleagues have learnt so far. The lessons of a newcomer's first tasks are left to be taken."""

from __future__ import annotations

from datetime import date

from warehouse.stores.connect import Stores
from workflow.collaboration.record_kind import ANALYTICS, MANAGEMENT, MARKETING, RELATIONSHIP, SALES, SERVICE
from workflow.collaboration.sample_history import PEOPLE, SampleHistory
from workflow.learning import certificates
from workflow.learning.lessons import LESSONS, of_tier

_PASSED = (
    (150, ANALYTICS, "fair-periods"),
    (141, SERVICE, "noise"),
    (118, ANALYTICS, "noise"),
    (96, MARKETING, "fair-periods"),
    (70, SALES, "day-in-marketing"),
    (66, RELATIONSHIP, "fair-periods"),
    (52, MANAGEMENT, "did-it-work"),
    (33, MARKETING, "keep-a-report"),
    (20, RELATIONSHIP, "target-and-pace"),
    (12, SALES, "noise"),
)
"""Days ago, whose account, and which lesson."""
_CERTIFIED = 345
"""So many days ago the analyst passed the last lesson, so that the certificate is to be renewed soon."""


def write_sample_learning(stores: Stores, as_of: date) -> None:
    """Pass each of them on its day, through the same door as anybody."""
    history, lessons = SampleHistory(stores, as_of), of_tier(certificates.TIER)
    analyst = PEOPLE[ANALYTICS]
    certificates.note_not_right(history.on(_CERTIFIED + len(lessons)), analyst, lessons[0])
    for number, lesson in enumerate(lessons):
        certificates.passed(history.on(_CERTIFIED + len(lessons) - 1 - number), analyst, lesson)
    for back, who, name in _PASSED:
        certificates.passed(history.on(back), PEOPLE[who], LESSONS[name])
