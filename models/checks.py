"""A figure about a model and the people behind it: one row of `derived.model_checks`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from models.figures import Figure

FEWEST_PEOPLE = 10
"""A figure about fewer people is left out, and how few they are too: everybody who sees the model sees its checks."""


@dataclass(frozen=True, kw_only=True)
class Check:
    """What was checked (`check_name`), of whom or what (`part`), which figure (`measure`), on customers of which day.

    `n` people stand behind it; `low` and `high` are its 95 % interval. Empty where too few people are there to say.
    """

    check_name: str
    part: str
    measure: str
    day: date
    n: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None

    def as_dict(self) -> dict[str, Any]:
        """The check as plain values for JSON."""
        return asdict(self) | {"day": self.day.isoformat()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Check:
        """The check of `as_dict`. Raises KeyError, TypeError or ValueError if anything is missing or odd."""
        return cls(**dict(given) | {"day": date.fromisoformat(given["day"])})


def share(
    name: str, part: str, measure: str, day: date, cases: float, n: float, *, per: float = 1.0
) -> Check:
    """`cases` of `n` people, over `per`, with its Wilson interval; nothing but the names if the people are too few."""
    if n < FEWEST_PEOPLE or per <= 0:
        return Check(check_name=name, part=part, measure=measure, day=day)
    low, high = proportion_confint(round(cases), round(n), method="wilson")
    return Check(
        check_name=name,
        part=part,
        measure=measure,
        day=day,
        n=round(n),
        value=float(cases / n / per),
        low=float(low / per),
        high=float(high / per),
    )


def mean(name: str, part: str, measure: str, day: date, values: NDArray[np.float64]) -> Check:
    """The mean over people; nothing but the names if they are too few."""
    names: dict[str, Any] = {"check_name": name, "part": part, "measure": measure, "day": day}
    known = len(values) >= FEWEST_PEOPLE
    return Check(**names, n=len(values), value=float(values.mean())) if known else Check(**names)


def interval(name: str, part: str, measure: str, day: date, n: int, figure: Figure) -> Check:
    """A figure that has its interval already."""
    ends = {"value": figure.value, "low": figure.low, "high": figure.high}
    return Check(check_name=name, part=part, measure=measure, day=day, n=n, **ends)


def without_small_groups(checks: Iterable[Check]) -> tuple[Check, ...]:
    """The checks, those about fewer people than `FEWEST_PEOPLE` without any number."""
    return tuple(
        Check(check_name=c.check_name, part=c.part, measure=c.measure, day=c.day)
        if c.n is not None and c.n < FEWEST_PEOPLE
        else c
        for c in checks
    )
