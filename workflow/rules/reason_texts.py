"""A reason in plain words: the number, since when, what it was a week ago, and which way it points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

from metrics.comparison.words import days, hkd, numeral, signed
from models.churn.features import BY_NAME

_UNITS: Mapping[str, Callable[[float], str]] = {
    "HKD": hkd,
    "days": days,
    "count": numeral,
    "score": numeral,
    "share": partial(signed, places=0),
}


def in_words(name: str, value: float | None) -> str:
    """A feature and its value for a person, such as “Savings: HKD 512,300”. Raises KeyError for another name."""
    return f"{BY_NAME[name].label}: {_value(name, value)}"


def sentence(reason: Mapping[str, Any]) -> str:
    """A reason of `churn.score` for a person. Raises KeyError for another feature.

    Such as “Complaints not yet settled: 1, since 3 Jun 2026; a week ago 0” or “App visits in 30 days: 25, the latest on
    30 Jun 2026; no change in a week (speaks for staying)”. What is not known is left out.
    """
    name, value = reason["feature"], reason["value"]
    text = in_words(name, value)
    since = reason.get("since")
    if since and value is not None:
        day = date.fromisoformat(since)
        text += f", {BY_NAME[name].since_text.format(f'{day.day} {day:%b %Y}')}"
    before = reason.get("week_ago")
    if before is not None and value is not None:
        # A count of days grows by itself; only a new beginning is a change.
        if BY_NAME[name].since == "value":
            text += f"; a week ago {_value(name, before)}" if value < before else ""
        elif _value(name, value) == _value(name, before):
            text += "; no change in a week"
        else:
            text += f"; a week ago {_value(name, before)}"
    return text + (" (speaks for staying)" if reason.get("contribution", 0) < 0 else "")


def _value(name: str, value: float | None) -> str:
    if value is None:
        return "not known"
    unit = BY_NAME[name].unit
    if unit == "yes":
        return "yes" if value else "no"
    return _UNITS[unit](value)
