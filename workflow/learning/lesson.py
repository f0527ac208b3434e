"""What a lesson is: a short text with exercises, for a tier of readers; a changed lesson gets the next version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from warehouse.access.roles import ROLES
from workflow.learning.exercises import Exercise

Tier = Literal["everyone", "analysts", "managers"]


@dataclass(frozen=True, kw_only=True)
class LessonTier:
    """Whom lessons are meant for; everybody may take all of them."""

    label: str
    purpose: str
    roles: frozenset[str]


TIERS: Mapping[Tier, LessonTier] = {
    "everyone": LessonTier(
        label="Everyone", purpose="Read a figure, and talk about it.", roles=frozenset(ROLES)
    ),
    "analysts": LessonTier(
        label="Analysts",
        purpose="Ask a figure yourself, and plan how to test an idea.",
        roles=frozenset({"analyst", "marketing"}),
    ),
    "managers": LessonTier(
        label="Managers",
        purpose="Judge a target, an effect and a decision.",
        roles=frozenset({"team_lead", "executive"}),
    ),
}
LONGEST = 120
"""Words of a lesson's text."""


@dataclass(frozen=True, kw_only=True)
class Lesson:
    """One lesson. Of its exercises the first is asked for which the reader's role and bank have the figures."""

    name: str
    version: int = 1
    tier: Tier
    title: str
    text: str
    exercises: tuple[Exercise, ...]
