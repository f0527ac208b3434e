"""What a moment of the bank is: a local time that knows which clock it was read from, or only a day.

A `*_at` column holds the bank's local time. Two things a plain timestamp cannot say are kept in its last three digits,
so that no copy, filter, maximum or export can lose them: that only the day is known, and by how much the clocks were
ahead. A whole second plus 1 to 999 microseconds is such a mark and no clock's reading; the load takes care that none is.
Moments are compared and subtracted through `warehouse.sql.moment_sql` alone; its type `Moment` sees to it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

ONLY_A_DAY = 999
"""The mark of a day without a time."""
DAY_BY_COLUMN = 998
"""The same, where a time was written, but 00:00 in every row of the column."""
DAYS = (DAY_BY_COLUMN, ONLY_A_DAY)
TWICE = 400
"""Added to the mark of a time without zone in the hour that happens twice: the first of the two is taken."""
LAST_SHIFT = 2 * TWICE - 1
"""Up to here a mark says by how many quarters of an hour the clocks were ahead; above are days."""
QUARTER = 900_000_000
"""Microseconds by which one step of a mark moves the clock."""
_FROM, _UNTIL = 1980, 2060
_EPOCH = datetime(1970, 1, 1)
_SECOND = 1_000_000


@dataclass(frozen=True)
class Clock:
    """The clock on the bank's wall: its zone and what a plain time of it means."""

    zone: str

    @property
    def standard(self) -> int:
        """Quarters of an hour ahead of UTC while the clocks are not put forward."""
        return min(_offset(self.zone, datetime(2025, month, 1, tzinfo=UTC)) for month in (1, 7))

    @property
    def changes(self) -> bool:
        """Whether it is ever put forward or back."""
        return len(_pieces(self.zone)) > 1

    def pieces(self, first: date, last: date) -> list[tuple[datetime, int]]:
        """The mark of a time without zone, from each local time on, as far as one lies between two days."""
        pieces = [(start, mark) for start, mark in _pieces(self.zone) if start.date() <= last]
        begun = max((i for i, (start, _) in enumerate(pieces) if start.date() < first), default=0)
        return pieces[begun:]

    def read(self, at: datetime) -> datetime:
        """What it shows at an instant with a zone: the local time with its mark, so that no hour is taken for another."""
        local = at.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        shift = _offset(self.zone, at) - self.standard
        whole = local.replace(microsecond=0)
        room = local.microsecond > ONLY_A_DAY and not shift
        return local if room else whole + timedelta(microseconds=mark_of(shift))

    def later(self, moment: datetime, wait: timedelta) -> datetime:
        """The moment so many hours that pass after another, such as 01:05 an hour and a quarter after 00:50."""
        plain = _EPOCH + timedelta(microseconds=instant_of(moment)) + wait
        return self.read((plain - timedelta(minutes=15 * self.standard)).replace(tzinfo=UTC))

    def marked(self, local: np.ndarray) -> np.ndarray:
        """Local times (datetime64[us]) with their marks; what is missing stays missing."""
        starts = np.array([start for start, _ in _pieces(self.zone)], dtype="datetime64[us]")
        marks = np.array([mark for _, mark in _pieces(self.zone)])
        place = np.clip(np.searchsorted(starts, local, side="right") - 1, 0, len(starts) - 1)
        ahead = np.where(np.isnat(local), 0, marks[place])
        whole = local.astype("datetime64[s]").astype("datetime64[us]")
        room = (local - whole > np.timedelta64(ONLY_A_DAY, "us")) & (ahead == 0)
        return np.asarray(np.where(room, local, whole + ahead.astype("timedelta64[us]")))


def mark_of(shift: int) -> int:
    """The mark of a clock that is `shift` quarters of an hour ahead of standard time, or behind it."""
    return shift % TWICE


@lru_cache
def _pieces(zone: str) -> tuple[tuple[datetime, int], ...]:
    """From which local time on a time without zone has which mark, since 1980."""
    standard = Clock(zone).standard
    begin = datetime(_FROM, 1, 1, tzinfo=UTC)
    here = _offset(zone, begin)
    pieces = [(datetime(_FROM, 1, 1), mark_of(here - standard))]
    day = begin
    while day.year < _UNTIL:
        later = day + timedelta(days=14)
        if _offset(zone, later) != here:
            at = _change(zone, day, later)
            before, here = here, _offset(zone, later)
            plain = at.replace(tzinfo=None)
            ends, begins = (plain + timedelta(minutes=15 * offset) for offset in (before, here))
            if here < before:
                pieces += [(begins, mark_of(before - standard) + TWICE), (ends, mark_of(here - standard))]
            else:
                # A time that was skipped is read by the clock that was still going.
                pieces.append((begins, mark_of(here - standard)))
        day = later
    return tuple(pieces)


def _offset(zone: str, at: datetime) -> int:
    ahead = at.astimezone(ZoneInfo(zone)).utcoffset() or timedelta()
    return round(ahead / timedelta(minutes=15))


def _change(zone: str, low: datetime, high: datetime) -> datetime:
    """The first minute with the later offset."""
    late = _offset(zone, high)
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // 2
        middle = middle.replace(second=0, microsecond=0)
        if middle <= low:
            break
        low, high = (low, middle) if _offset(zone, middle) == late else (middle, high)
    return high.replace(second=0, microsecond=0)


def only_a_day(moments: Any) -> np.ndarray:
    """Whether of each moment of a column only the day is known; false where it is missing."""
    return np.isin(_marks(moments), DAYS)


def wall(moments: Any) -> np.ndarray:
    """What the clock on the wall showed, as datetime64[us], without marks; 00:00 of a day without a time."""
    return np.asarray(_us(moments) - _marks(moments).astype("timedelta64[us]"))


def the_day(moments: np.ndarray) -> np.ndarray:
    """Each as no more than its day."""
    return np.asarray(
        moments.astype("datetime64[D]").astype("datetime64[us]") + np.timedelta64(ONLY_A_DAY, "us")
    )


def before(first: Any, second: Any) -> np.ndarray:
    """Whether each moment was surely earlier than the other of its row, as in SQL; false if one is missing."""
    a, b = wall(first), wall(second)
    days = only_a_day(first) | only_a_day(second)
    hour = np.where(_marks(first) >= TWICE, 1, 0).astype("timedelta64[h]")
    earlier = a - _ahead(first) + hour < b - _ahead(second)
    return np.where(days, a.astype("datetime64[D]") < b.astype("datetime64[D]"), earlier)


def instant_of(moment: datetime) -> int:
    """Microseconds since 1970 on a clock that is never put forward, as `moment_sql.instant` of a column."""
    mark, half = moment.microsecond, TWICE // 2
    ahead = mark + QUARTER * ((mark + half) % TWICE - half) if 1 <= mark <= LAST_SHIFT else 0
    return _microseconds(moment - _EPOCH) - ahead


def instant_before(moment: datetime, span: timedelta) -> int:
    """The instant so long before a moment, in time that passes: clocks that are put forward or back change nothing."""
    return instant_of(moment) - _microseconds(span)


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _ahead(moments: Any) -> np.ndarray:
    half = TWICE // 2
    return ((_marks(moments) + half) % TWICE - half) * np.timedelta64(QUARTER, "us")


def is_only_a_day(moment: Any) -> bool:
    """The same as `only_a_day` of one moment."""
    return bool(only_a_day([moment])[0])


def _us(moments: Any) -> np.ndarray:
    return np.asarray(pd.to_datetime(pd.Series(moments)), dtype="datetime64[us]")


def _marks(moments: Any) -> np.ndarray:
    values = _us(moments)
    fraction = np.where(np.isnat(values), 0, values.astype(np.int64)) % _SECOND
    return np.where(fraction <= ONLY_A_DAY, fraction, 0)
