"""Figures in words: one way to write money, shares, days and changes, on every surface.

A figure is rounded once, here, half away from zero, as people do it: 70.45 is 70.5 wherever `comparison.words` writes it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal

import pandas as pd

from metrics.comparison.compare import Change
from metrics.comparison.conclusion import Verdict
from metrics.comparison.currency import currency
from metrics.definitions.measure import Metric, Unit
from warehouse.sql.moments import is_only_a_day

UNKNOWN = "not known"


PLACES: Mapping[Unit, int] = {"count": 0, "HKD": 0, "share": 1, "points": 0, "days": 1, "hours": 1}
"""How many places a figure of each unit has, in a sentence as in the column of a table (a share in percent)."""


def _missing(value: float | None) -> bool:
    return value is None or math.isnan(value)


_ROOM = Context(prec=400)
"""Digits enough for the largest float to its last place."""
_DIGITS = 12
"""Beyond so many a float holds the noise of how it was worked out: 100 × 0.7045 is 70.45, not 70.4499…"""


def rounded(value: float, places: int = 0) -> float:
    """The value to so many places, half away from zero; never −0.0. Not known stays not known."""
    if not math.isfinite(value):
        return value
    exact = Decimal(f"{value:.{_DIGITS}g}") if abs(value) < 10**_DIGITS else Decimal(f"{value:.0f}")
    return float(exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _ROOM)) + 0.0


def rounded_column(column: pd.Series, places: int = 0) -> pd.Series:
    """A column of numbers as a table shows them: rounded here, and not again by whoever draws it."""
    return column.astype(float).map(lambda value: rounded(value, places))


def numeral(value: float | None, places: int = 0) -> str:
    """A number without its unit, to so many places: `1,234`, `0.71`, `−3`."""
    if _missing(value):
        return UNKNOWN
    assert value is not None
    return f"{rounded(value, places):,.{places}f}".replace("-", "−")


def as_typed(value: float) -> str:
    """A number as somebody chose it, with no more places than he gave: `24`, `1.5`, `500,000`."""
    return f"{value:,.{_DIGITS}g}".replace("-", "−")


def hkd(value: float | None) -> str:
    """`HKD 1,234`; millions with one place: `HKD 12.3 m`."""
    if _missing(value):
        return UNKNOWN
    assert value is not None
    if abs(value) >= 10_000_000:
        return f"{currency()} {numeral(value / 1_000_000, 1)} m"
    return f"{currency()} {numeral(value)}"


def share(value: float | None, places: int = 1) -> str:
    """`23.4%`."""
    return UNKNOWN if _missing(value) else f"{numeral(100 * float(value or 0), places)}%"


def with_sign(value: float, places: int = 1) -> str:
    """A number that shows which way it goes: `+2.5`, `−0.6`; what rounds to nothing goes no way: `0.0`."""
    text = f"{rounded(value, places):+,.{places}f}".replace("-", "−")
    return text if any(digit in "123456789" for digit in text) else text[1:]


def signed(value: float, places: int = 1) -> str:
    """A relative change: `+32.0%`, `−18.0%`, `0.0%`."""
    return f"{with_sign(100 * value, places)}%"


def points(value: float, places: int = 1) -> str:
    """A difference of two shares: `+2.5 points`, `0.0 points`."""
    return f"{with_sign(100 * value, places)} points"


def days(value: float) -> str:
    """How many days: `1 day`, `1,204 days`."""
    count = numeral(value)
    return f"{count} day" if count == "1" else f"{count} days"


def day(value: date | None) -> str:
    """`30 Jun 2026`."""
    return UNKNOWN if value is None or pd.isna(value) else f"{value.day} {value:%b %Y}"


def until(moment: datetime) -> str:
    """`30 Jun 16:00`, or `30 Jun` where only the day is known."""
    return f"{moment:%d %b}" if is_only_a_day(moment) else f"{moment:%d %b %H:%M}"


def figure(metric: Metric, value: float | None) -> str:
    """A metric's value with its unit."""
    if _missing(value):
        return UNKNOWN
    number = float(value or 0)
    if metric.unit == "HKD":
        return hkd(number)
    if metric.unit == "share":
        return share(number)
    if metric.unit == "points":
        text = with_sign(number, PLACES["points"])
        return f"{text} point" if text in ("+1", "−1") else f"{text} points"
    if metric.unit in ("days", "hours"):
        return f"{numeral(number, PLACES[metric.unit])} {metric.unit}"
    return numeral(number)


def change(metric: Metric, now: float, before: float, compared: Change) -> str:
    """How a figure moved, with a verdict only where there is one: `+12%, better`."""
    if not compared.verdict.is_judged:
        return verdict_in_words(compared.verdict, compared.n, compared.known_on)
    if metric.unit in ("share", "points"):
        moved = points(now - before) if metric.unit == "share" else f"{with_sign(now - before)} points"
    elif compared.relative is None:
        moved = "from none"
    else:
        moved = signed(compared.relative)
    return moved if compared.verdict is Verdict.CHANGED else f"{moved}, {compared.verdict}"


def verdict_in_words(verdict: Verdict, n: float | None = None, known_on: date | None = None) -> str:
    """A verdict with what it rests on: `not enough data yet (n = 12)`, `too early, known from 30 Sep 2026`."""
    if verdict is Verdict.TOO_FEW and n is not None and pd.notna(n):
        return f"{verdict} (n = {numeral(n)})"
    if verdict is Verdict.TOO_EARLY and known_on is not None:
        return f"{verdict}, known from {day(known_on)}"
    return str(verdict)


def of_ten(probability: float) -> str:
    """A probability as people: `3 in 10`, `1 in 20`, `fewer than 1 in 100`."""
    if probability < 0.01:
        return "fewer than 1 in 100"
    if probability < 0.095:
        return f"1 in {numeral(1 / probability)}"
    tenths = int(rounded(10 * probability))
    return "more than 9 in 10" if tenths > 9 else f"{max(1, tenths)} in 10"


def in_a_sentence(label: str) -> str:
    """A label as it stands inside a sentence: `qualified conversions`, but `NPS`."""
    return label if label[1:2].isupper() else f"{label[:1].lower()}{label[1:]}"


_ABBREVIATED = {"mql": "MQL", "sql": "SQL", "nps": "NPS", "csat": "CSAT", "rm": "RM", "id": "number"}


def column(key: str) -> str:
    """A column's name as a heading: `mql_at` → `MQL at`, `lead_id` → `Lead number`."""
    words = " ".join(_ABBREVIATED.get(word, word) for word in key.split("_"))
    return words[:1].upper() + words[1:]
