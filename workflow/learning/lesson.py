"""What a lesson is: a short text with exercises, for a tier of readers; a changed lesson gets the next version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from warehouse.access.roles import ROLES
from workflow.learning.exercises import Exercise

Tier = Literal["everyone", "relationship", "analysts", "managers", "departments", "people"]


@dataclass(frozen=True, kw_only=True)
class LessonTier:
    """Whom lessons are meant for; everybody may take all of them."""

    label: str
    purpose: str
    roles: frozenset[str]
    """Whose lessons they are; nobody's where everybody takes them as she likes."""


TIERS: Mapping[Tier, LessonTier] = {
    "everyone": LessonTier(
        label="Everyone", purpose="Read a figure, and talk about it.", roles=frozenset(ROLES)
    ),
    "relationship": LessonTier(
        label="Relationship managers",
        purpose="From the morning’s list to the word with Service: ten minutes, on invented customers.",
        roles=frozenset({"relationship_manager"}),
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
    "departments": LessonTier(
        label="A day in another department",
        purpose="What its people do all day, and the figures they are asked about.",
        roles=frozenset(),
    ),
    "people": LessonTier(
        label="Working with people",
        purpose="Listen, disagree and lead a discussion. Workshops practise what a page cannot.",
        roles=frozenset(),
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
    sample: tuple[tuple[str, ...], ...] = ()
    """A small table of invented customers that the text is about, its header first."""
    figures: tuple[str, ...] = ()
    """The metrics that those it is about are asked about."""
    pages: tuple[str, ...] = ()
    """The pages it is about, by address; each of them offers the lesson as help."""
    skill: str = ""
    """What a workshop that practises it is about; "" for a lesson that needs none."""
