"""Every lesson, in the order to take them. Adding one is one definition in the module of its tier."""

from collections.abc import Mapping

from workflow.learning import (
    lessons_for_analysts,
    lessons_for_everyone,
    lessons_for_managers,
    lessons_for_relationship,
    lessons_of_departments,
    lessons_with_people,
)
from workflow.learning.lesson import TIERS, Lesson, Tier

_MODULES = (
    lessons_for_everyone,
    lessons_for_relationship,
    lessons_for_analysts,
    lessons_for_managers,
    lessons_of_departments,
    lessons_with_people,
)

LESSONS: Mapping[str, Lesson] = {lesson.name: lesson for module in _MODULES for lesson in module.LESSONS}


def of_tier(tier: Tier) -> tuple[Lesson, ...]:
    """The lessons of a tier, in their order."""
    return tuple(lesson for lesson in LESSONS.values() if lesson.tier == tier)


def meant_for(role: str) -> tuple[Lesson, ...]:
    """The lessons of a role, in the order to take them."""
    return tuple(lesson for lesson in LESSONS.values() if role in TIERS[lesson.tier].roles)


def about_page(url: str, role: str) -> tuple[Lesson, ...]:
    """A role's own lessons that are the help of a page."""
    return tuple(lesson for lesson in meant_for(role) if url in lesson.pages)
