"""Whether a source came when it usually comes, and as much as usual; what is usual is learnt from its own days.

**Freshness.** The usual gap is the 95th percentile of the days between two days with rows, in the last 400 days. A
source is overdue when its latest day is further back than that gap plus half of it, and at least two days more.

**Volume.** A source that comes nearly daily is judged by its last seven days against the eight weeks before, another by
its last day against the six before. It is told when it is off their median by more than 40%, five robust standard
deviations and four times the chance of counting (√median). A robust standard deviation is 1.4826 × the median absolute
deviation. It must also lie beyond the smallest or largest of them by a fifth: a month end or a holiday among them is no
alarm. Below a median of 20 rows nothing is said.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import duckdb
from sqlalchemy import Column, Table

WEEKS, DELIVERIES, FEWEST = 8, 6, 20
NEARLY_DAILY = 4


@dataclass(frozen=True)
class Rhythm:
    """How a table's rows come: usual gap in days (None if it cannot be said), how far back, and what is off."""

    usual_gap: int | None
    overdue: bool
    says: str = ""
    volume: str = ""


def of(db: duckdb.DuckDBPyConnection, table: Table, day: date) -> Rhythm | None:
    """The rhythm of a table as of `day`; None if it has no dates or no rows."""
    column = table.info["happened_on"]
    by_day = counts(db, table, table.c[column], day) if column else {}
    return judge(by_day, day) if by_day else None


def counts(db: duckdb.DuckDBPyConnection, table: Table, column: Column, day: date) -> dict[date, int]:
    """Day → how many rows have it in `column`, over the 400 days before `day`."""
    rows = db.execute(
        f"SELECT CAST({column.key} AS DATE) AS on_day, count(*) FROM {table.schema}.{table.name} "
        f"WHERE {column.key} >= ?::DATE - 400 AND {column.key} < ?::DATE + 1 GROUP BY 1 ORDER BY 1",
        [day, day],
    ).fetchall()
    return dict(rows)


def judge(counts: dict[date, int], day: date) -> Rhythm:
    """The rhythm of a source with so many rows on each of its days, as of `day`."""
    days = sorted(counts)
    usual = _usual_gap(days)
    if usual is None:
        return Rhythm(None, overdue=False)
    late = (day - days[-1]).days
    if late > _patience(usual):
        often = "every day" if usual == 1 else f"at least every {usual} days"
        return Rhythm(
            usual, overdue=True, says=f"The latest row is {late} days old; rows usually come {often}."
        )
    return Rhythm(usual, overdue=False, volume=_volume(counts, days, usual, day))


def patience(days: list[date]) -> int | None:
    """How many days a source with rows on these `days`, in order, may be silent; None where it cannot be said."""
    usual = _usual_gap(days)
    return None if usual is None else _patience(usual)


def _usual_gap(days: list[date]) -> int | None:
    gaps = sorted((b - a).days for a, b in pairwise(days))
    return gaps[math.ceil(0.95 * len(gaps)) - 1] if len(gaps) >= 4 else None


def _patience(usual: int) -> int:
    return usual + max(2, usual // 2)


def _volume(counts: dict[date, int], days: list[date], usual: int, day: date) -> str:
    if usual <= NEARLY_DAILY:
        windows = [
            sum(counts.get(day - timedelta(days=7 * week + d), 0) for d in range(7))
            for week in range(WEEKS + 1)
        ]
        if day - timedelta(days=7 * (WEEKS + 1)) < days[0]:
            return ""
        last, before, what = windows[0], windows[1:], f"the last seven days against the {WEEKS} weeks before"
    else:
        if len(days) <= DELIVERIES:
            return ""
        last, before = counts[days[-1]], [counts[d] for d in days[-DELIVERIES - 1 : -1]]
        what = f"the last delivery against the {DELIVERIES} before"
    usual_rows = median(before)
    if usual_rows < FEWEST or abs(last - usual_rows) <= tolerance(before):
        return ""
    if 0.8 * min(before) <= last <= 1.2 * max(before):
        return ""
    return f"{last:,} rows where {usual_rows:,.0f} are usual ({what})."


def tolerance(before: list[int]) -> float:
    """By how many rows a week or a delivery may be off the median of those before it."""
    middle = median(before)
    spread = 1.4826 * median(abs(n - middle) for n in before)
    return float(max(0.4 * middle, 5 * spread, 4 * math.sqrt(middle)))
