"""A figure about a model and the people behind it: one row of `derived.model_checks`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.proportion import proportion_confint

from models.evaluation.prediction_metrics import PredictionMetric
from warehouse.disclosure.minimum_cell_size import is_enough


@dataclass(frozen=True, kw_only=True)
class ModelCheck:
    """What was checked (`check_name`), of whom or what (`part`), which figure (`measure`), on customers of which day.

    `n` people stand behind it; `low` and `high` are its 95% interval. Empty where too few people are there to say.
    `fewest` is the smallest group it could tell of, where that is not all `n`: those of them who left.
    """

    check_name: str
    part: str
    measure: str
    day: date
    n: int | None = None
    value: float | None = None
    low: float | None = None
    high: float | None = None
    fewest: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The check as plain values for JSON."""
        return asdict(self) | {"day": self.day.isoformat()}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> ModelCheck:
        """The check of `as_dict`. Raises KeyError, TypeError or ValueError if anything is missing or odd."""
        return cls(**dict(given) | {"day": date.fromisoformat(given["day"])})


def share(
    name: str,
    part: str,
    measure: str,
    day: date,
    cases: float,
    n: float,
    *,
    per: float = 1.0,
    fewest: float | None = None,
) -> ModelCheck:
    """`cases` of `n` people, over `per`, with its Wilson interval; nothing but the names if there is nobody."""
    if n <= 0 or per <= 0:
        return ModelCheck(check_name=name, part=part, measure=measure, day=day)
    low, high = proportion_confint(round(cases), round(n), method="wilson")
    return ModelCheck(
        check_name=name,
        part=part,
        measure=measure,
        day=day,
        n=round(n),
        value=float(cases / n / per),
        low=float(low / per),
        high=float(high / per),
        fewest=None if fewest is None else round(fewest),
    )


def mean(name: str, part: str, measure: str, day: date, values: NDArray[np.float64]) -> ModelCheck:
    """The mean over people; nothing but the names if there is nobody."""
    names: dict[str, Any] = {"check_name": name, "part": part, "measure": measure, "day": day}
    return (
        ModelCheck(**names, n=len(values), value=float(values.mean())) if len(values) else ModelCheck(**names)
    )


def interval(
    name: str,
    part: str,
    measure: str,
    day: date,
    n: int,
    figure: PredictionMetric,
    fewest: float | None = None,
) -> ModelCheck:
    """A figure that has its interval already."""
    ends = {"value": figure.value, "low": figure.low, "high": figure.high}
    return ModelCheck(
        check_name=name,
        part=part,
        measure=measure,
        day=day,
        n=n,
        **ends,
        fewest=None if fewest is None else round(fewest),
    )


def without_small_groups(checks: Iterable[ModelCheck], smallest: int) -> tuple[ModelCheck, ...]:
    """The checks, those about fewer people than `smallest` without any number, and without how few they are.

    Everybody who sees the model sees its checks, so `smallest` is the bank's smallest cell.
    """
    return tuple(
        ModelCheck(check_name=c.check_name, part=c.part, measure=c.measure, day=c.day)
        if c.n is not None and not is_enough(min(c.n, c.n if c.fewest is None else c.fewest), smallest)
        else c
        for c in checks
    )
