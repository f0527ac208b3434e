"""What is known about a fitted model, kept beside its file: where it comes from, how it was judged, what it may read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date
from typing import Any

from models.evaluation.model_checks import ModelCheck


@dataclass(frozen=True, kw_only=True)
class Card:
    """A model's card. Days are as-of days; figures are `{who: {figure: {value, low, high}}}`."""

    model: str
    """Which question it answers, such as `churn_90d`."""
    version: str
    kind: str
    """`boosting` (trees) or `curves` (logistic regression over splines)."""
    features: tuple[str, ...]
    window_days: int
    """How many days after the as-of day a departure counts."""
    trained_from: date
    trained_until: date
    """First and last as-of day of the examples it was fitted on."""
    judged_on: date
    """The as-of day its figures come from; the judged fit saw nothing of its window."""
    examples: int
    departures: int
    base_rate: float
    """The share of the examples that left within the window."""
    source: str
    """Whose data: a model of one bank says nothing about another."""
    figures: Mapping[str, Mapping[str, Mapping[str, float]]]
    checks: tuple[ModelCheck, ...] = ()
    """All that was asked of it on the day it was judged, as `derived.model_checks` keeps it."""
    reference: Mapping[str, Any] = field(default_factory=dict)
    """What the customers it learned from looked like, for `models.churn.drift`."""

    def as_dict(self) -> dict[str, Any]:
        """The card as plain values for JSON."""
        plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in asdict(self).items()}
        return plain | {"checks": [check.as_dict() for check in self.checks]}

    @classmethod
    def from_dict(cls, given: Mapping[str, Any]) -> Card:
        """The card of `as_dict`. Raises KeyError, TypeError or ValueError if anything is missing or odd."""
        values = {f.name: given[f.name] for f in fields(cls)}
        for name in ("trained_from", "trained_until", "judged_on"):
            values[name] = date.fromisoformat(values[name])
        values["features"] = tuple(str(name) for name in values["features"])
        values["checks"] = tuple(ModelCheck.from_dict(check) for check in values["checks"])
        values["reference"] = dict(values["reference"])
        values["window_days"] = int(values["window_days"])
        return cls(**values)
