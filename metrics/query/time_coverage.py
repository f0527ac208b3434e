"""The clock of a figure: from when it is complete, until when it was delivered, and which days compare like with like.

Everything that counts, compares, forecasts, judges or headlines asks here; nothing else looks at a latest day. What a
load noted about each dated column (`data_coverage.Coverage`) becomes the clock of every measure that reads it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from sqlalchemy import Column, Date, DateTime, Table
from sqlalchemy.sql import visitors

from metrics.definitions.measure import Measure, Metric, measures_of
from metrics.definitions.scope import Against, Period, last_full_month, whole_months, year_before
from warehouse.access.data_coverage import Coverage, EventDays
from warehouse.schema import BANK, UNIFIED

SLACK = 27
"""Days that the first row may lie behind the first day of a period that counts as covered: a quiet start is no gap."""
QUIET = 7
"""Days before a period that may hold nothing, as at a turn of the year; what was there when it began is known still."""
_ANY_DAY = Period(date(2000, 1, 1), date(2000, 1, 1))
_DERIVED_FROM = {
    "touch_credits": "leads.won_at",
    "hand_offs": "leads.mql_at",
    "ticket_themes": "tickets.opened_at",
}
"""Computed table → the dated column that its rows come from."""


def delivered_until(metric: Metric, coverage: Coverage) -> date:
    """The last day for which everything was delivered that the metric counts; the as-of day unless a source is late."""
    days = [d.delivered_until for m in measures_of(metric) for d in _days(_read_by(m), coverage)]
    until = min([coverage.as_of, *days])
    return last_full_month(until).end if is_by_month(metric, coverage) else until


def complete_from(metric: Metric, coverage: Coverage) -> date | None:
    """The day from which the metric is complete; None where it hangs on no dated column."""
    days = [
        _begins(m, d.complete_from if m.time_column is not None else d.first_on)
        for m in measures_of(metric)
        for d in _days(_dated_by(m), coverage)
    ]
    return max(days, default=None)


def first_day(metric: Metric, coverage: Coverage) -> date | None:
    """The first day on which anything is known that the metric counts; None where it hangs on no dated column."""
    days = [
        _begins(m, _known_from(name, coverage))
        for m in measures_of(metric)
        for name in _dated_by(m)
        if name in coverage.days
    ]
    return max(days, default=None)


def _known_from(name: str, coverage: Coverage) -> date:
    """The first day of which a column tells: of its table's first row, if its own first came soon after that.

    On the days between, the rows were there and nothing of the kind had happened to any of them.
    """
    own = coverage.days[name].first_on
    table = BANK.tables[f"{UNIFIED}.{name.partition('.')[0]}"]
    begun = coverage.days.get(f"{table.name}.{table.info.get('happened_on')}")
    if begun is None or not begun.first_on <= own <= begun.first_on + timedelta(days=SLACK):
        return own
    return begun.first_on


def _begins(measure: Measure, day: date) -> date:
    """The first day that a row dated `day` tells of: a row kept by month tells of its whole month."""
    return day.replace(day=1) if measure.monthly else day


def is_by_month(metric: Metric, coverage: Coverage | None) -> bool:
    """Whether a figure counts whole months only for its viewer, who sees a table it reads as totals only."""
    return coverage is not None and any(m.fact.name in coverage.by_month for m in measures_of(metric))


def _month_edges(metric: Metric, period: Period, coverage: Coverage) -> Period | None:
    """The whole months that a figure counts for a period; of a stock without any the month that ended last."""
    months = whole_months(period)
    if months is None and all(m.is_stock for m in measures_of(metric)):
        months = last_full_month(period.end)
    if months is None:
        return None
    delivered = last_full_month(_delivered_part(metric, months.end, coverage)).end
    return Period(months.start, min(months.end, delivered)) if delivered >= months.start else None


def counted(metric: Metric, period: Period, coverage: Coverage | None) -> Period | None:
    """The part of a period for which the metric is known; None if that is no day of it.

    For who sees totals only these are whole months, or one count less another would tell of the few between two days.
    """
    if coverage is None:
        return period
    if is_by_month(metric, coverage):
        months = _month_edges(metric, period, coverage)
        return months and _known_part(metric, months, coverage)
    return _known_part(metric, period, coverage)


def _known_part(metric: Metric, period: Period, coverage: Coverage) -> Period | None:
    end = _delivered_part(metric, period.end, coverage)
    first = first_day(metric, coverage)
    if all(m.opening for m in measures_of(metric)) and end >= period.start - timedelta(days=QUIET):
        # What was there when a period began needs the days before it.
        end = max(end, period.start)
    if end < period.start or (first is not None and period.end < first):
        return None
    return Period(period.start, end)


def _delivered_part(metric: Metric, end: date, coverage: Coverage) -> date:
    """The last delivered day of a period that ends on `end`.

    What was delivered when the period ended stays so: a column that fell silent afterwards takes no day from it.
    """
    late = [
        d.delivered_until
        for m in measures_of(metric)
        for d in _days(_read_by(m), coverage)
        if end > d.in_time_until
    ]
    return min([end, coverage.as_of, *late])


def compared_with(
    metric: Metric, period: Period, coverage: Coverage | None = None, against: Against = "before"
) -> Period:
    """The days that a figure of `period` is compared with: as many directly before, as many months, or a year before.

    Of a period that was not delivered to its end, as many days, or months, as were delivered.
    """
    days = counted(metric, period, coverage) or period
    return year_before(days) if against == "year" else before(metric, days, coverage)


def before(metric: Metric, days: Period, coverage: Coverage | None) -> Period:
    """What a figure that counts `days` is compared with: as many months where it counts months, else as many days."""
    monthly = all(m.monthly for m in measures_of(metric)) or is_by_month(metric, coverage)
    return days.months_before() if monthly else span_before(days, coverage)


def span_before(period: Period, coverage: Coverage | None) -> Period:
    """The days, or of whole months for who reads by month the months, directly before a period."""
    by_month = coverage is not None and coverage.all_by_month and whole_months(period) == period
    return period.months_before() if by_month else period.before()


def reaches_back(metric: Metric, before: Period, coverage: Coverage | None) -> bool:
    """Whether the metric is complete over the days a figure is compared with: what had not begun did not grow."""
    if coverage is None:
        return True
    start = complete_from(metric, coverage)
    return start is None or start <= before.start + timedelta(days=SLACK)


def is_whole(metric: Metric, period: Period, coverage: Coverage | None) -> bool:
    """Whether a figure of all days of a period lies past the ramp-up; where nothing ramps up, a quiet start is no gap."""
    if coverage is None:
        return True
    start = complete_from(metric, coverage)
    if start is None or start == first_day(metric, coverage):
        return reaches_back(metric, period, coverage)
    return start <= period.start


def undated(metric: Metric, coverage: Coverage) -> dict[str, int]:
    """`table.column` → rows that a figure misses because they have no date in it; only columns that put rows in time."""
    return {
        name: coverage.days[name].undated
        for m in measures_of(metric)
        for name in _dated_by(m)
        if name in coverage.days and coverage.days[name].undated and name == _own_day(m)
    }


def untimed(metric: Metric, coverage: Coverage) -> dict[str, int]:
    """`table.column` → rows of whose moment only the day is given, for a figure in hours: they have none."""
    return {
        name: coverage.days[name].untimed
        for m in measures_of(metric)
        if m.unit == "hours" and m.expression is not None
        for name in _names([m.expression])
        if name in coverage.days and coverage.days[name].untimed
    }


def _own_day(measure: Measure) -> str:
    table = measure.fact
    # A row of a computed table is there because it has its day.
    return f"{table.name}.{table.info.get('happened_on')}" if table.schema == UNIFIED else ""


def _days(names: Iterable[str], coverage: Coverage) -> list[EventDays]:
    return [coverage.days[name] for name in names if name in coverage.days]


def _read_by(measure: Measure) -> tuple[str, ...]:
    """Every dated column that decides whether a row belongs to a period, as `table.column` of the unified tables."""
    sources = (f"{table}.{column}" for table, column in measure.sources if column.endswith(("_at", "_on")))
    return tuple(dict.fromkeys([*_names([measure.within(_ANY_DAY)]), *sources]))


def _dated_by(measure: Measure) -> tuple[str, ...]:
    """Of those, the ones that put a row into its period: a condition on how far it got since is none of them."""
    if measure.dated_from:
        return measure.dated_from
    return _names([measure.time_column] if measure.time_column is not None else [measure.within(_ANY_DAY)])


def _names(expressions: Iterable[object]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for expression in expressions:
        for part in visitors.iterate(expression):  # type: ignore[arg-type]
            if isinstance(part, Column) and isinstance(part.type, Date | DateTime):
                table = part.table
                if isinstance(table, Table) and table.schema == UNIFIED:
                    names[f"{table.name}.{part.key}"] = None
                elif isinstance(table, Table) and table.name in _DERIVED_FROM:
                    names[_DERIVED_FROM[table.name]] = None
    return tuple(names)
