"""What a number is: a Measure reads one table at its own grain, a Ratio divides two measures.

Nothing here joins tables, so nothing can be counted twice. A definition carries everything that is said about it
anywhere: the card, the dictionary, the goal form and the tests read the same object.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Literal

from sqlalchemy import ColumnElement, DateTime, Table, and_, case, func, true

from metrics.definitions.scope import Period
from warehouse.sql.dialects import median, p90, to_float

Unit = Literal["count", "HKD", "share", "points", "days", "hours"]
Better = Literal["up", "down", "neither"]


_MIDDLES = {"median": median, "p90": p90}


@dataclass(frozen=True, kw_only=True, eq=False)
class Measure:
    """A total over the rows of one table that belong to a period."""

    name: str = ""
    """Its name in the catalogue, which gives it."""
    label: str
    description: str
    owner: str
    fact: Table
    total: Literal["count", "sum", "median", "p90"] = "count"
    expression: ColumnElement | None = None
    """What is summed; a count needs none."""
    time_column: ColumnElement | None = None
    """The date or timestamp that puts a row into a period."""
    filter: Callable[[Period], ColumnElement[bool]] | None = None
    """Instead of `time_column`, where belonging to a period is more than one date: cohorts."""
    month_column: ColumnElement | None = None
    """Of a `filter` whose months are many to ask: the date that puts a row into its month, as near as a date can."""
    state: Callable[[datetime], ColumnElement[bool]] | None = None
    """Instead of `time_column`, of a stock: whether a row counts at an instant. It does not know when the period began,
    so a stock cannot leave out what is older."""
    opening: bool = False
    """Whether a stock is that of the period's first instant; otherwise it is that of its last."""
    where: ColumnElement[bool] = field(default_factory=true)
    unit: Unit = "count"
    better: Better = "up"
    monthly: bool = False
    """Whether a row is a whole month, dated by its last day: such a figure is compared over as many months."""
    final_after: int | None = 0
    """Days after the end of a period until its figure grows no more; None if it may grow for ever."""
    taken_back: bool = False
    """Whether its rows may be taken back later, in the course of things: no source corrects anything then."""
    sources: tuple[tuple[str, str], ...] = ()
    """The columns that a computed table needs for it, as (table, column), where they differ from measure to measure."""
    dated_from: tuple[str, ...] = ()
    """Of these the ones that put its rows into a period, as `table.column`."""
    synonyms: Mapping[str, str] = field(default_factory=dict)
    """Department → the word it uses."""
    history: tuple[str, ...] = ("1, 22 Nov 2026: first definition.",)
    example: str = ""

    def __post_init__(self) -> None:
        if sum(way is not None for way in (self.time_column, self.filter, self.state)) != 1:
            raise ValueError(f"{self.label} needs one of `time_column`, `filter` and `state`")

    @property
    def is_stock(self) -> bool:
        """Whether it is a state at an instant rather than what happened in a period."""
        return self.state is not None

    def within(self, period: Period) -> ColumnElement[bool]:
        """Whether a row belongs to `period`; the same condition each time, so that a total and its people share one."""
        return _within(self, period)

    def condition(self, period: Period) -> ColumnElement[bool]:
        """As `within`, made anew."""
        if self.state is not None:
            day = period.start if self.opening else period.end + timedelta(days=1)
            return and_(self.where, self.state(datetime.combine(day, time.min)))
        if self.filter is not None:
            return and_(self.where, self.filter(period))
        assert self.time_column is not None, f"{self.label} has no date"
        return and_(self.where, between(self.time_column, period))

    def over(self, period: Period) -> ColumnElement:
        """The total over the rows of `period`; NULL where nothing is known, 0 where nothing happened."""
        return self._total(self.within(period))

    def whenever(self) -> ColumnElement:
        """The total over all rows that have a day, for who puts them into a period by `time_column` himself."""
        assert self.time_column is not None, f"{self.label} has no one date"
        return self._total(and_(self.where, self.time_column.is_not(None)))

    def _total(self, inside: ColumnElement[bool]) -> ColumnElement:
        if self.total == "count":
            return func.count(case((inside, 1)))
        assert self.expression is not None, f"{self.label} does not say what it totals"
        value = case((inside, self.expression))
        if self.total in _MIDDLES:
            return _MIDDLES[self.total](value)
        return to_float(func.sum(value))


@dataclass(frozen=True, kw_only=True, eq=False)
class Ratio:
    """One measure divided by another; each is totalled at its own grain first."""

    name: str = ""
    label: str
    description: str
    owner: str
    numerator: Measure
    denominator: Measure
    unit: Unit = "share"
    better: Better = "up"
    scale: float = 1.0
    grows: bool = False
    """Whether it grows with the length of the period, such as the churn rate."""
    synonyms: Mapping[str, str] = field(default_factory=dict)
    history: tuple[str, ...] = ("1, 22 Nov 2026: first definition.",)
    example: str = ""


Metric = Measure | Ratio


@lru_cache(maxsize=4096)
def _within(measure: Measure, period: Period) -> ColumnElement[bool]:
    return measure.condition(period)


def measures_of(metric: Metric) -> tuple[Measure, ...]:
    """The measures a metric is computed from."""
    return (metric.numerator, metric.denominator) if isinstance(metric, Ratio) else (metric,)


def is_closed(metric: Metric) -> bool:
    """Whether the figure of a period that is over changes only where a source corrects it."""
    return all(m.final_after == 0 and not m.taken_back for m in measures_of(metric))


def version(metric: Metric) -> str:
    """The version of a definition: the number its latest line of history begins with."""
    return metric.history[-1].partition(",")[0].strip()


def between(moment: ColumnElement, period: Period) -> ColumnElement[bool]:
    """Whether a date, or a timestamp up to the last instant of the last day, lies in `period`."""
    if isinstance(moment.type, DateTime):
        start = datetime.combine(period.start, time.min)
        return and_(moment >= start, moment < datetime.combine(period.end + timedelta(days=1), time.min))
    return and_(moment >= period.start, moment <= period.end)
