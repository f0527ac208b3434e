"""How fresh the bank is, in one sentence for every surface: what ends when, what is late, what is awaited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from metrics.comparison.words import day
from metrics.definitions.scope import last_full_month, month
from warehouse.access.data_coverage import Coverage
from warehouse.load.event_days import BY_MONTH
from warehouse.schema import plain

FRESH_DAYS = 3
"""A bank whose last day lies further back than this is not called up to date."""


@dataclass(frozen=True, kw_only=True)
class Freshness:
    """`late` sources have not come when they usually do; `awaited` months have ended and were not delivered yet."""

    as_of: date
    late: tuple[str, ...]
    awaited: tuple[tuple[str, date], ...]
    """(table, month end) of the first month that is not there."""
    age: int
    """Days between the as-of day and the day it is read on."""
    sample: bool

    @property
    def is_fresh(self) -> bool:
        """Whether nothing is late, nothing awaited, and the last day lies close."""
        return not self.late and not self.awaited and self.age <= FRESH_DAYS

    def in_words(self) -> str:
        """A few words for a badge: `1 source is late`, `June not in yet`, `frozen at 30 Jun 2026`, `up to date`."""
        if self.late:
            return "1 source is late" if len(self.late) == 1 else f"{len(self.late)} sources are late"
        if self.awaited:
            return f"{self._month()} not in yet: {', '.join(self._names())}"
        if self.sample:
            return f"frozen at {day(self.as_of)}"
        return "up to date" if self.is_fresh else f"ends {self.age:,} days ago"

    def sources(self) -> str:
        """What can be said of the sources: `no source is late`, `June 2026 not delivered: revenues`."""
        parts = []
        if self.late:
            parts.append("1 source is late" if len(self.late) == 1 else f"{len(self.late)} sources are late")
        if self.awaited:
            parts.append(f"{self._month()} not delivered: {', '.join(self._names())}")
        return ", ".join(parts) or "no source is late"

    def _month(self) -> str:
        return f"{min(end for _, end in self.awaited):%B %Y}"

    def _names(self) -> list[str]:
        return [plain(table) for table, _ in self.awaited]


def _month_of(day: date) -> date:
    """The last day of the month that a row tells of, whichever of its days the source wrote."""
    return month(day.year, day.month).end


def _first_after(latest: date) -> date:
    return month(latest.year, latest.month + 1).end


def freshness(covered: Coverage, late: Sequence[str], today: date) -> Freshness:
    """How fresh a snapshot is when it is read on `today`; `late` are the tables overdue by their own rhythm."""
    due = last_full_month(covered.as_of).end
    awaited = [
        (table, _first_after(days.latest_on))
        for name, days in covered.days.items()
        for table, column in [name.split(".")]
        if column == BY_MONTH and _month_of(days.latest_on) < due and table not in late
    ]
    return Freshness(
        as_of=covered.as_of,
        late=tuple(late),
        awaited=tuple(sorted(awaited)),
        age=max(0, (today - covered.as_of).days),
        sample=covered.sample,
    )
