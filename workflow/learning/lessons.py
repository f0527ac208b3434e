"""Every lesson, in the order to take them. Adding one is one definition in the module of its tier."""

from collections.abc import Mapping

from workflow.learning import lessons_for_analysts, lessons_for_everyone, lessons_for_managers
from workflow.learning.lesson import Lesson, Tier

LESSONS: Mapping[str, Lesson] = {
    lesson.name: lesson
    for module in (lessons_for_everyone, lessons_for_analysts, lessons_for_managers)
    for lesson in module.LESSONS
}


def of_tier(tier: Tier) -> tuple[Lesson, ...]:
    """The lessons of a tier, in their order."""
    return tuple(lesson for lesson in LESSONS.values() if lesson.tier == tier)
