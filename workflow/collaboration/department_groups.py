"""Which departments stand alone in a count of people, and which stand together because they are small: one rule."""

from __future__ import annotations

from collections.abc import Mapping

from warehouse.disclosure.minimum_cell_size import is_enough

SMALLER = "Smaller departments"


def grouped(sizes: Mapping[str, float], fewest: int) -> list[tuple[str, list[str]]]:
    """Name → departments: each that is large enough, then the others, with as many more as make them large enough.

    `sizes` holds the people of each department, in the order to show them. The last group is small only where all
    departments together are.
    """
    small = [d for d in sizes if not is_enough(sizes[d], fewest)]
    large = [d for d in sizes if d not in small]
    while small and large and not is_enough(sum(sizes[d] for d in small), fewest):
        least = min(large, key=lambda d: sizes[d])
        large.remove(least)
        small.append(least)
    return [*((d, [d]) for d in large), *([(SMALLER, small)] if small else [])]
