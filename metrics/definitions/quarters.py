"""Calendar quarters, and what one is fairly compared with: a running one with as many days of the others."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from metrics.definitions.scope import Period, last_full_month, month, parts_by_month


@dataclass(frozen=True, order=True)
class Quarter:
    """A calendar quarter as far as the data goes: it is partial while `as_of` lies before its last day."""

    year: int
    number: int
    as_of: date
    by_month: bool = False
    """Whether its days are whole months, and as many months of another quarter are like it."""

    @property
    def whole(self) -> Period:
        """All its days."""
        first = month(self.year, 3 * self.number - 2)
        return Period(first.start, month(self.year, 3 * self.number).end)

    @property
    def period(self) -> Period:
        """Its days that are over."""
        return Period(self.whole.start, min(self.whole.end, self.as_of))

    @property
    def is_partial(self) -> bool:
        return self.period != self.whole

    @property
    def name(self) -> str:
        """`2026Q2`, as an address or a command says it."""
        return f"{self.year}Q{self.number}"

    def in_words(self) -> str:
        """`Q2 2026`; a running one `Q3 2026 to 14 Aug`."""
        until = f" to {self.as_of.day} {self.as_of:%b}" if self.is_partial else ""
        return f"Q{self.number} {self.year}{until}"

    def back(self, quarters: int) -> Quarter:
        """The quarter so many before, with the same as-of day."""
        at = 4 * self.year + self.number - 1 - quarters
        return Quarter(at // 4, at % 4 + 1, self.as_of, self.by_month)

    def in_whole_months(self) -> Quarter:
        """The same by the months of it that are over; as it is while none is."""
        last = last_full_month(self.as_of).end
        return replace(self, as_of=last, by_month=True) if last >= self.whole.start else self

    def like(self, other: Quarter) -> Period:
        """The days of an earlier `other` that this one is fairly compared with: as many as it has, or all of them."""
        if not self.is_partial:
            return other.whole
        if self.by_month:
            months = len(parts_by_month(self.period))
            return Period(other.whole.start, month(other.year, 3 * other.number - 3 + months).end)
        end = other.whole.start + timedelta(days=self.period.days - 1)
        return Period(other.whole.start, min(end, other.whole.end))

    @property
    def before(self) -> Period:
        """The quarter before, like for like."""
        return self.like(self.back(1))

    @property
    def year_before(self) -> Period:
        """The same quarter a year before, like for like."""
        return self.like(self.back(4))


def quarter_of(as_of: date) -> Quarter:
    """The quarter in which a day lies, as far as that day."""
    return Quarter(as_of.year, (as_of.month - 1) // 3 + 1, as_of)


def quarter_named(name: str, as_of: date) -> Quarter | None:
    """The quarter behind `2026Q2` (or `2026-Q2`, `2026 q2`); None for other words and for one that has not begun."""
    match = re.fullmatch(r"\s*(\d{4})\s*-?\s*[Qq]([1-4])\s*", name)
    quarter = Quarter(int(match[1]), int(match[2]), as_of) if match and int(match[1]) > 1 else None
    return quarter if quarter and quarter.whole.start <= as_of else None
