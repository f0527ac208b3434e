"""The days the bank is told over. Days are counted from 1970-01-01, moments are seconds since.

Three warm-up months run before the window so that "balance three months ago" exists on its first
day; they are simulated and never written.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Reals = NDArray[np.float64]
Flags = NDArray[np.bool_]
Columns = dict[str, NDArray[Any]]

NEVER = -(2**40)  # a day or moment that did not happen; written as an empty cell
DAY = 86_400
WARM_UP = 3

_starts = np.arange("2024-04", "2026-08", dtype="datetime64[M]").astype("datetime64[D]")
MONTH_START: Ints = _starts[:-1].astype(np.int64)
MONTH_END: Ints = _starts[1:].astype(np.int64) - 1
MONTHS = len(MONTH_START)  # 27 = 3 warm-up + 24 in the window
MONTH_DAYS: Ints = MONTH_END - MONTH_START + 1
START = int(MONTH_START[WARM_UP])  # 2024-07-01
END = int(MONTH_END[-1])  # 2026-06-30, the last day fully loaded
DAYS = END - START + 1
END_OF_TIME = (END + 1) * DAY  # the first moment after the window


def day(text: str) -> int:
    """The day number of an ISO date."""
    return int(np.datetime64(text, "D").astype(np.int64))


def iso(day_number: int) -> str:
    """A day number as an ISO date."""
    return str(np.datetime64(int(day_number), "D"))


def month_of(days: Ints) -> Ints:
    """Index of the month a day falls in (0 = first warm-up month, -1 = earlier)."""
    return np.searchsorted(MONTH_START, days, side="right").astype(np.int64) - 1


def office_time(rng: np.random.Generator, moments: Ints) -> Ints:
    """The same days at a plausible office time."""
    return moments // DAY * DAY + rng.integers(9 * 3600, 18 * 3600, len(moments))


def join(*parts: Columns) -> Columns:
    """Tables with the same columns, one under the other."""
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def take(rows: Columns, which: NDArray[Any]) -> Columns:
    """The rows of a table that a mask or an index selects."""
    return {name: values[which] for name, values in rows.items()}
