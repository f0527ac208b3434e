"""Which part of the bank a question is about: a period and filters, and how to say that in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from warehouse.schema import plain


@dataclass(frozen=True, order=True)
class Period:
    """Days from `start` to `end`, both included."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def before(self) -> Period:
        """The same number of days directly before: like for like, whatever the calendar says."""
        return Period(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    def months_before(self) -> Period:
        """As many whole months as end in it, directly before the first of them; if none ends in it, `before`."""
        count = sum(part.end == month(part.end.year, part.end.month).end for part in parts_by_month(self))
        if not count:
            return self.before()
        first, last = (month(self.start.year, self.start.month - back) for back in (count, 1))
        return Period(first.start, last.end)

    def in_words(self) -> str:
        """`1 Apr – 30 Jun 2026`."""
        last = f"{self.end.day} {self.end:%b %Y}"
        if self.start == self.end:
            return last
        year = "" if self.start.year == self.end.year else f" {self.start.year}"
        return f"{self.start.day} {self.start:%b}{year} – {last}"


def month(year: int, number: int) -> Period:
    """A calendar month; `number` may run past 12 or below 1."""
    year, number = year + (number - 1) // 12, (number - 1) % 12 + 1
    start = date(year, number, 1)
    following = date(year + number // 12, number % 12 + 1, 1)
    return Period(start, following - timedelta(days=1))


def months_back(as_of: date, count: int) -> tuple[Period, ...]:
    """The last `count` calendar months, oldest first, the running one cut at `as_of`."""
    months = [month(as_of.year, as_of.month - back) for back in range(count - 1, -1, -1)]
    return tuple(Period(m.start, min(m.end, as_of)) for m in months)


def last_full_month(as_of: date) -> Period:
    """The latest calendar month that is over by the evening of `as_of`."""
    this = month(as_of.year, as_of.month)
    return this if this.end == as_of else month(as_of.year, as_of.month - 1)


def full_months(as_of: date, count: int) -> tuple[Period, ...]:
    """The last `count` calendar months that are over by the evening of `as_of`, oldest first."""
    return months_back(last_full_month(as_of).end, count)


def whole_months(period: Period) -> Period | None:
    """The calendar months of which at least half the days lie in `period`; None if there is none."""
    parts = parts_by_month(period)
    inside = [m for p in parts if 2 * p.days >= (m := month(p.start.year, p.start.month)).days]
    return Period(inside[0].start, inside[-1].end) if inside else None


PERIODS: Mapping[str, str] = {
    "90d": "Last 90 days",
    "30d": "Last 30 days",
    "7d": "Last 7 days",
    "week": "Last full week",
    "month": "Last full month",
    "quarter": "Last full quarter",
    "year": "Last full year",
    "this-week": "This week so far",
    "this-month": "This month so far",
    "this-quarter": "This quarter so far",
    "ytd": "This year so far",
    "12m": "Last 12 months",
    "24m": "Last 24 months",
}
"""What the filter bar offers: word in the address → words on the screen."""
PERIODS_BY_MONTH: Mapping[str, str] = {
    "90d": "Last 3 full months",
    "month": PERIODS["month"],
    "quarter": PERIODS["quarter"],
    "year": PERIODS["year"],
    "ytd": "This year’s full months",
    "12m": "Last 12 full months",
    "24m": "Last 24 full months",
}
"""What it offers to who reads the bank by whole months: in the place of days stand the months that are over."""
BETWEEN = ".."
"""Between two days of an address: `2026-01-01..2026-03-31`."""
_DAYS = {"7d": 7, "30d": 30, "90d": 90}


def period_named(name: str, as_of: date, *, by_month: bool = False) -> Period:
    """The period behind a word of the address, or between its two days; an unknown word gives the first one.

    With `by_month` it is made of whole months that are over by the evening of `as_of`.
    """
    if by_month:
        return _by_month(name, last_full_month(as_of).end)
    if chosen := days_chosen(name):
        return Period(min(chosen.start, as_of), min(chosen.end, as_of))
    if name in ("12m", "24m"):
        return Period(months_back(as_of, int(name[:-1]))[0].start, as_of)
    if name in ("week", "this-week"):
        monday = as_of - timedelta(days=as_of.weekday())
        if name == "this-week":
            return Period(monday, as_of)
        last = as_of if as_of.weekday() == _SUNDAY else monday - timedelta(days=1)
        return Period(last - timedelta(days=_SUNDAY), last)
    if name == "month":
        return last_full_month(as_of)
    if name in ("this-month", "this-quarter", "ytd"):
        first = {"this-month": as_of.month, "this-quarter": _first_month_of_quarter(as_of), "ytd": 1}[name]
        return Period(date(as_of.year, first, 1), as_of)
    if name in ("quarter", "year"):
        return _last_whole(name, as_of)
    return Period(as_of - timedelta(days=_DAYS.get(name, 90) - 1), as_of)


_SUNDAY = 6


def days_chosen(name: str) -> Period | None:
    """The days that an address names itself, the earlier first; None if it names none."""
    first, between, last = name.partition(BETWEEN)
    try:
        days = sorted((date.fromisoformat(first), date.fromisoformat(last if between else first)))
    except ValueError:
        return None
    return Period(days[0], days[1])


def _first_month_of_quarter(day: date) -> int:
    return 3 * ((day.month - 1) // 3) + 1


def _last_whole(name: str, as_of: date) -> Period:
    """The last calendar quarter or year that is over by the evening of `as_of`."""
    first, length = (_first_month_of_quarter(as_of), 3) if name == "quarter" else (1, 12)
    this = Period(date(as_of.year, first, 1), month(as_of.year, first + length - 1).end)
    if this.end == as_of:
        return this
    return Period(month(as_of.year, first - length).start, this.start - timedelta(days=1))


def _by_month(name: str, end: date) -> Period:
    """The whole months behind a word, the last of them ending on `end` or before."""
    if chosen := days_chosen(name):
        until = min(chosen.end, end)
        inside = whole_months(Period(min(chosen.start, until), until))
        return inside or last_full_month(until)
    if name == "month" or (name in PERIODS and name not in PERIODS_BY_MONTH):
        # What is not on offer by month is called the last full month wherever it is named.
        return last_full_month(end)
    if name == "ytd":
        return Period(date(end.year, 1, 1), end)
    if name in ("quarter", "year"):
        return _last_whole(name, end)
    count = int(name[:-1]) if name in ("12m", "24m") else 3
    return Period(full_months(end, count)[0].start, end)


NOT_KNOWN = ""
"""As the value of a dimension: the rows for which it is not recorded."""


Filters = tuple[tuple[str, tuple[str, ...]], ...]
"""(dimension, values), for instance (("channel", ("email", "social")),)."""


Against = Literal["before", "year", "plan", "nothing"]
"""What a period is compared with: as many days directly before, the same days a year before, its plan, or nothing."""


@dataclass(frozen=True)
class Scope:
    """A period and, for some dimensions, the values that count. No values means all."""

    period: Period
    filters: Filters = ()
    against: Against = "before"

    def __post_init__(self) -> None:
        filters = tuple(sorted((name, tuple(sorted(values))) for name, values in self.filters if values))
        object.__setattr__(self, "filters", filters)

    @property
    def looks_back(self) -> bool:
        """Whether its figures stand beside those of an earlier period."""
        return self.against in ("before", "year")

    def narrowed(self, dimension: str, value: object) -> Scope:
        """The part of it with one value of a dimension; a value that is none is where it is not recorded."""
        others = tuple((name, values) for name, values in self.filters if name != dimension)
        return replace(
            self, filters=(*others, (dimension, (value if isinstance(value, str) else NOT_KNOWN,)))
        )

    def over(self, period: Period) -> Scope:
        """The same part of the bank over other days."""
        return replace(self, period=period)

    def in_words(self) -> str:
        """`1 Apr – 30 Jun 2026, channel email or social`."""
        parts = [self.period.in_words()]
        for name, values in self.filters:
            words = [plain(v or None) for v in values]
            parts.append(f"{name} {' or '.join(words)}")
        return ", ".join(parts)


def fiscal_year(day: date, first_month: int) -> Period:
    """The twelve months, beginning with the month `first_month` (1 to 12), in which `day` lies."""
    year = day.year if day.month >= first_month else day.year - 1
    return Period(month(year, first_month).start, month(year, first_month + 11).end)


def year_before(period: Period) -> Period:
    """The same calendar days a year earlier; a 29 February becomes the 28th."""

    def back(day: date) -> date:
        leap = (day.month, day.day) == (2, 29)
        return day.replace(year=day.year - 1, day=28 if leap else day.day)

    last = period.end.month == 2 and month(period.end.year, 2).end == period.end
    end = month(period.end.year - 1, 2).end if last else back(period.end)
    return Period(back(period.start), end)


def parts_by_month(period: Period) -> tuple[Period, ...]:
    """The period cut at the ends of months."""
    count = 12 * (period.end.year - period.start.year) + period.end.month - period.start.month + 1
    months = [month(period.start.year, period.start.month + n) for n in range(count)]
    return tuple(Period(max(m.start, period.start), min(m.end, period.end)) for m in months)
