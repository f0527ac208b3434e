"""Where the names of points stand in a picture with two logarithmic axes: none covers another."""

from collections.abc import Sequence
from math import log10

import pandas as pd

WIDE, LETTER, LINE, GAP = 900, 7, 15, 7
"""Where labels go is worked out for a picture so many pixels wide, with letters, lines and a gap of so many."""


def places(
    groups: pd.DataFrame, across: Sequence[float], upward: Sequence[float], height: int
) -> list[str | None]:
    """For each label the corner of its point where it covers least of points and their error bars; None if each covers
    another label."""

    def at(values: pd.Series, ends: Sequence[float], size: float) -> list[float]:
        return [(log10(max(v, 1)) - ends[0]) / (ends[1] - ends[0]) * size for v in values]

    tall = height - 80
    x, x_low, x_high = (at(groups[c], across, WIDE) for c in ("cac", "cac_low", "cac_high"))
    y, y_low, y_high = (at(groups[c], upward, tall) for c in ("ltv", "ltv_low", "ltv_high"))
    taken = [(left, right, b - 1, b + 1) for left, right, b in zip(x_low, x_high, y, strict=True)]
    taken += [(a - 1, a + 1, low, high) for a, low, high in zip(x, y_low, y_high, strict=True)]
    taken += [(a - 6, a + 6, b - 6, b + 6) for a, b in zip(x, y, strict=True)]
    labels: list[Box] = []
    chosen: list[str | None] = []
    for a, b, label in zip(x, y, groups["label"], strict=True):
        wide = LETTER * len(str(label))
        boxes = {
            "top right": (a + GAP, a + GAP + wide, b + 3, b + 3 + LINE),
            "bottom right": (a + GAP, a + GAP + wide, b - 3 - LINE, b - 3),
            "top left": (a - GAP - wide, a - GAP, b + 3, b + 3 + LINE),
            "bottom left": (a - GAP - wide, a - GAP, b - 3 - LINE, b - 3),
        }
        free = [p for p, box in boxes.items() if not any(_shared(box, other) for other in labels)]
        best = min(free, key=lambda p: sum(_shared(boxes[p], other) for other in taken), default=None)
        chosen.append(best)
        labels += [boxes[best]] if best else []
    return chosen


Box = tuple[float, float, float, float]


def _shared(one: Box, other: Box) -> float:
    """The area two boxes (left, right, low, high) have in common."""
    wide = min(one[1], other[1]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[2], other[2])
    return max(wide, 0.0) * max(tall, 0.0)
