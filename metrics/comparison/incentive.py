"""A bonus two departments share: more than half of it depends on what neither can reach alone."""

from __future__ import annotations

import math
from dataclasses import dataclass

from metrics.comparison.words import hkd, share

THRESHOLD, CAP = 0.80, 1.20
"""Below this share of its target a part pays nothing; above this share it pays no more."""


@dataclass(frozen=True, kw_only=True)
class Incentive:
    """The terms: a pot in HKD, halved between the departments, and how much of each half the shared goal decides."""

    pot: float
    shared_weight: float
    """0 to 1; the rest is decided by each department's own figure."""

    def half(self, shared: float, own: float) -> float:
        """What one department earns in HKD, from the attainment of the shared goal and of its own figure."""
        return self.pot / 2 * (self.shared_weight * pays(shared) + (1 - self.shared_weight) * pays(own))

    def in_words(self) -> str:
        """The formula as a sentence."""
        joint, own = share(self.shared_weight, 0), share(1 - self.shared_weight, 0)
        return (
            f"Each department has half of {hkd(self.pot)}. {joint} of a half is paid in proportion to the shared "
            f"goal and {own} in proportion to the department's own figure. A part below {share(THRESHOLD, 0)} of its "
            f"target pays nothing; above {share(CAP, 0)} it pays no more. A figure that should stay below a limit "
            "pays in full within it, and nothing above."
        )


def attainment(actual: float, target: float, *, up: bool = True) -> float:
    """How much of its target a figure reached. A figure that should stay below a limit is within it (1) or not (0).

    A limit has no share reached: “95% of the cost plan” would be a saving to one and an overspend to the other.
    """
    if not (math.isfinite(actual) and math.isfinite(target)):
        return 0.0
    if not up:
        return 1.0 if actual <= target else 0.0
    return actual / target if actual > 0 and target > 0 else 0.0


def pays(reached: float) -> float:
    """The factor a part pays at an attainment."""
    return 0.0 if reached < THRESHOLD else min(reached, CAP)
