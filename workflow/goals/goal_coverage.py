"""What the bank's data cover of a goal: the days that are delivered and complete, and whether they reach a year back.

Everything about goals asks here, and this asks the one clock (`metrics.query.time_coverage`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from metrics.catalogue import CATALOGUE
from metrics.comparison.plan_pace import is_monthly
from metrics.definitions.scope import Period, last_full_month, year_before
from metrics.query.time_coverage import delivered_until as known_until
from metrics.query.time_coverage import is_by_month, is_whole, reaches_back
from warehouse.access import data_coverage
from warehouse.access.reader import Reader


@dataclass(frozen=True, kw_only=True)
class Covered:
    """The days of a span that a figure is known for."""

    elapsed: Period | None
    """None before the span begins, and while nothing of it is delivered."""
    is_begun: bool
    is_over: bool
    """Whether every day that counts is delivered."""
    missing: Period | None = None
    """The days that are over and not delivered; None where nothing is late."""


def covered(name: str, span: Period, as_of: date, reader: Reader) -> Covered:
    """What is delivered of a span for a figure. One kept by month has the months that are booked, on both sides."""
    if span.start > as_of:
        return Covered(elapsed=None, is_begun=False, is_over=False)
    until = min(span.end, as_of)
    due = last_full_month(until).end if _counts_months(name, reader) else until
    there = min(due, delivered_until(name, as_of, reader))
    late = (
        Period(max(span.start, there + timedelta(days=1)), due) if there < due and span.start <= due else None
    )
    return Covered(
        elapsed=Period(span.start, there) if there >= span.start else None,
        is_begun=True,
        is_over=span.end <= as_of and late is None,
        missing=late,
    )


def delivered_until(name: str, as_of: date, reader: Reader) -> date:
    """The last day that a figure is known for: of one kept by month the end of the last month that was booked."""
    metric, clock = CATALOGUE[name], data_coverage.of(reader)
    until = as_of if clock is None else min(as_of, known_until(metric, clock))
    return last_full_month(until).end if _counts_months(name, reader) else until


def _counts_months(name: str, reader: Reader) -> bool:
    """Whether a figure is kept by month, or counted by whole months for who sees its people as totals only."""
    metric = CATALOGUE[name]
    return is_monthly(metric) or is_by_month(metric, data_coverage.of(reader))


def complete_months(name: str, months: tuple[Period, ...], reader: Reader) -> tuple[Period, ...]:
    """Those of some months in which a figure is complete: past the ramp-up of the bank's data, from their first day."""
    return tuple(m for m in months if is_whole(CATALOGUE[name], m, data_coverage.of(reader)))


def data_reach_back(name: str, elapsed: Period, reader: Reader) -> bool:
    """Whether the bank's data of a figure were complete over the same days a year before."""
    return reaches_back(CATALOGUE[name], year_before(elapsed), data_coverage.of(reader))
