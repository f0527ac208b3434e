"""Working time: how long something took while the office was open, and when a promise in working hours falls due.

A working day runs from opening to closing time on the office's weekdays, without the public holidays. Nothing outside
it counts: a lead handed over on Saturday begins to wait when the office opens on Monday. Moments are local to the
bank, as everywhere; a day on which clocks change has as many working hours as any other. Of a day without a time nobody
knows the hours: from its end on at least so many have passed, and what falls due after it does so within a day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from functools import cached_property, lru_cache

import holidays
import numpy as np
import pandas as pd

from warehouse.errors import Problem
from warehouse.settings import Settings
from warehouse.sql import moments

_FIRST = np.datetime64("1990-01-01")
"""Working time is counted from here."""
_YEARS = range(1990, 2100)
_HOUR = 3_600_000_000
_HONG_KONG = moments.Clock("Asia/Hong_Kong")
_WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, kw_only=True)
class WorkingTime:
    """When the office is open. `closed` are the days on which it is not, beside the weekdays that are not listed."""

    opens: time = time(9)
    closes: time = time(18)
    weekdays: tuple[str, ...] = _WEEK[:5]
    closed: tuple[date, ...] = ()
    clock: moments.Clock = _HONG_KONG

    @cached_property
    def _calendar(self) -> np.busdaycalendar:
        mask = [day in self.weekdays for day in _WEEK]
        return np.busdaycalendar(weekmask=mask, holidays=np.array(self.closed, dtype="datetime64[D]"))

    @cached_property
    def _length(self) -> int:
        return _of_day(self.closes) - _of_day(self.opens)

    def in_words(self) -> str:
        """`09:00 to 18:00, Mon to Fri, without public holidays`."""
        days = f"{self.weekdays[0]} to {self.weekdays[-1]}" if self._in_a_row else ", ".join(self.weekdays)
        return f"{self.opens:%H:%M} to {self.closes:%H:%M}, {days}, without public holidays"

    @property
    def _in_a_row(self) -> bool:
        return len(self.weekdays) > 1 and " ".join(self.weekdays) in " ".join(_WEEK)

    def hours(self, start: pd.Series, end: pd.Series) -> pd.Series:
        """Working hours from one moment to another, of two series of one index; negative where `end` is earlier.

        NaN where either is missing or only a day.
        """
        a_day = moments.only_a_day(start) | moments.only_a_day(end)
        return self._hours(moments.wall(start), moments.wall(end), start.index).mask(a_day)

    def hours_at_least(self, start: pd.Series, end: pd.Series) -> pd.Series:
        """The same, where a start that is only a day counts from the end of that day."""
        return self._hours(_latest(start), moments.wall(end), start.index)

    def due(self, start: pd.Series, hours: float) -> pd.Series:
        """The first moment at which `hours` > 0 working hours have passed since `start`; missing stays missing.

        Of a start that is only a day, the day on which they have passed whatever its time was.
        """
        begun = _latest(start)
        reached = self._position(begun) + round(hours * _HOUR)
        # What ends a day exactly falls due when the office closes, not when it opens again.
        full, rest = np.divmod(reached - 1, self._length)
        day = np.busday_offset(_FIRST, full, roll="forward", busdaycal=self._calendar)
        at = day.astype("datetime64[us]") + (rest + 1 + _of_day(self.opens)).astype("timedelta64[us]")
        due = np.where(moments.only_a_day(start), moments.the_day(at), self.clock.marked(at))
        return pd.Series(np.where(np.isnat(begun), np.datetime64("NaT"), due), start.index).astype(
            "datetime64[us]"
        )

    def _hours(self, begun: np.ndarray, ended: np.ndarray, index: pd.Index) -> pd.Series:
        worked = (self._position(ended) - self._position(begun)) / _HOUR
        return pd.Series(np.where(np.isnat(begun) | np.isnat(ended), np.nan, worked), index)

    def _position(self, local: np.ndarray) -> np.ndarray:
        """Working microseconds from the first day to each moment; a missing one is as good as the first day."""
        filled = np.where(np.isnat(local), _FIRST.astype("datetime64[us]"), local)
        day = filled.astype("datetime64[D]")
        full = np.busday_count(_FIRST, day, busdaycal=self._calendar)
        today = (filled - day.astype("datetime64[us]")).astype(np.int64) - _of_day(self.opens)
        at_work = np.is_busday(day, busdaycal=self._calendar)
        return full * self._length + np.where(at_work, np.clip(today, 0, self._length), 0)


def working_time(settings: Settings) -> WorkingTime:
    """The bank's working time. Raises Problem where the settings make none."""
    try:
        opens, closes = time.fromisoformat(settings.office_opens), time.fromisoformat(settings.office_closes)
    except ValueError:
        raise Problem(
            "The settings office_opens and office_closes must be times such as 09:00. Correct them and try again."
        ) from None
    weekdays = tuple(settings.working_days.split())
    if opens >= closes or not weekdays or not set(weekdays) <= set(_WEEK):
        raise Problem(
            f"The settings leave no working day: the office opens at {opens:%H:%M} and closes at {closes:%H:%M} on "
            f"“{settings.working_days}”. Correct them; weekdays are written {' '.join(_WEEK)}."
        )
    return WorkingTime(
        opens=opens,
        closes=closes,
        weekdays=weekdays,
        closed=public_holidays(settings.holidays_of),
        clock=moments.Clock(settings.timezone),
    )


@lru_cache
def public_holidays(country: str) -> tuple[date, ...]:
    """The public holidays of a country, with those on which only banks are closed. Raises Problem if unknown."""
    try:
        calendar = getattr(holidays, country)
        kinds = tuple(k for k in ("public", "optional", "bank") if k in calendar.supported_categories)
        return tuple(sorted(calendar(years=_YEARS, categories=kinds)))
    except AttributeError:
        raise Problem(
            f"The setting holidays_of is “{country}”, whose holidays are not known. Write a code such as HK."
        ) from None


def _latest(values: pd.Series) -> np.ndarray:
    """Each moment on the clock on the wall; of a day without a time, the end of the day."""
    local = moments.wall(values)
    return np.asarray(local + np.where(moments.only_a_day(values), 24 * _HOUR, 0).astype("timedelta64[us]"))


def _of_day(moment: time) -> int:
    return (moment.hour * 3600 + moment.minute * 60 + moment.second) * 1_000_000
