"""A report put together by hand: which figure, which part of the bank, over which period; what fits, what is read.

It holds no figure. Its only numbers are answers to a `metrics.query.Question`, so no report can contradict the
dictionary: there is nothing in it that could.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import takewhile

import pandas as pd
from sqlalchemy import Table

from metrics import CATALOGUE
from metrics.compare import Change, compare, interval
from metrics.dimensions import DIMENSIONS
from metrics.measure import Measure, Metric, Ratio
from metrics.query import Question, figures, measures_of, statement, unanswerable
from metrics.scope import PERIODS, Period, Scope, month, parts_by_month, period_named
from warehouse.access import See, Viewer, may_see
from warehouse.parts import tables_of

MONTH = "month"
CHARTS = {"bars": "Bars", "line": "Line", "table": "Table"}
SHOWN = 12
"""Parts that a chart draws; the others are told in words and stand in the table."""
REMEMBERED = "24m"
"""The period whose values a filter offers."""

Filters = tuple[tuple[str, tuple[str, ...]], ...]
Ask = Callable[[Scope, Sequence[str], Sequence[Period]], pd.DataFrame]
"""The door to the figures: scope, breakdown, periods → what `metrics.query.ask` answers about the report's metric."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A question without its figures. Words of the catalogue, of `DIMENSIONS`, of `PERIODS` and of `CHARTS`."""

    metric: str
    breakdown: str = ""
    """A dimension, `MONTH`, or "" for one figure."""
    filters: Filters = ()
    period: str = "90d"
    chart: str = "bars"

    def scope(self, as_of: date) -> Scope:
        """Its period as of a day, and its filters. Who must be watched for some days is asked about that long ago."""
        watched = timedelta(days=final_after(CATALOGUE[self.metric]) or 0)
        return Scope(period_named(self.period, as_of - watched), self.filters)

    def question(self, as_of: date) -> Question:
        """What its table answers."""
        scope = self.scope(as_of)
        if self.breakdown == MONTH:
            return Question.of([self.metric], scope, periods=parts_by_month(scope.period))
        return Question.of([self.metric], scope, [self.breakdown] if self.breakdown else [])


def ways(name: str) -> tuple[str, ...]:
    """The dimensions by which a metric can be told apart."""
    scope = Scope(_ANY_DAY)
    return tuple(d for d in DIMENSIONS if unanswerable(name, Question.of([name], scope, [d])) is None)


def charts_of(breakdown: str) -> tuple[str, ...]:
    """The ways to show a breakdown; a line needs months."""
    return ("line", "bars", "table") if breakdown == MONTH else ("bars", "table")


def misfit(report: Report) -> str:
    """Why the parts of a report do not go together, as a sentence; "" if they do."""
    if report.metric not in CATALOGUE:
        return (
            f"The dictionary has no figure called “{report.metric[:60]}”: it was taken out, or the name was mistyped. "
            "Nothing can be shown for it. Choose another figure."
        )
    label = CATALOGUE[report.metric].label
    asked = [d for d in (report.breakdown, *(d for d, _ in report.filters)) if d not in ("", MONTH)]
    for dimension in asked:
        if dimension not in DIMENSIONS:
            return f"“{dimension[:60]}” is nothing that figures are told apart by. Choose another breakdown."
        if dimension not in ways(report.metric):
            return f"“{label}” is not kept by {dimension}. Choose another breakdown or filter."
    if report.period not in PERIODS:
        return f"“{report.period[:60]}” is no period of the filter bar. Choose one of: {', '.join(PERIODS.values())}."
    if report.chart not in charts_of(report.breakdown):
        fit = " or ".join(CHARTS[c].lower() for c in charts_of(report.breakdown))
        return f"“{CHARTS.get(report.chart, report.chart[:60])}” does not fit this breakdown. Choose {fit}."
    return ""


def refusal(report: Report, viewer: Viewer) -> str:
    """Why a viewer may not ask a report that fits, and whom to ask instead, as a sentence; "" if she may."""
    metric, role = CATALOGUE[report.metric], viewer.role.replace("_", " ")
    dims = {report.breakdown, *(d for d, _ in report.filters)} - {"", MONTH}
    missing = sorted(t.name for t in _tables(report.metric, frozenset(dims)) if may_see(viewer, t) is None)
    if missing:
        return (
            f"“{metric.label}”{' this way' if dims else ''} is read from {missing[0].replace('_', ' ')}, which your "
            f"role ({role}) does not include. If you need it for your work, ask {metric.owner}, who own the figure, "
            "or the data office."
        )
    sees = {may_see(viewer, m.fact) for m in measures_of(metric)}
    if See.OWN in sees and len(sees) > 1:
        return (
            f"“{metric.label}” would divide what the whole bank spent by your own customers, and that is no figure. "
            f"Ask {metric.owner}, who own the figure, or an analyst."
        )
    return ""


def may_ask(name: str, viewer: Viewer) -> bool:
    """Whether the viewer's role includes a metric at all."""
    return not refusal(Report(metric=name), viewer)


def ways_for(name: str, viewer: Viewer) -> tuple[str, ...]:
    """The dimensions by which this viewer may tell a metric apart."""
    return tuple(d for d in ways(name) if not refusal(Report(metric=name, breakdown=d), viewer))


def whose(name: str, viewer: Viewer) -> str:
    """`your customers` where the viewer's figure covers only hers; "" where it covers the bank."""
    if all(may_see(viewer, m.fact) is not See.OWN for m in measures_of(CATALOGUE[name])):
        return ""
    return "your customers" if viewer.role == "relationship_manager" else "your team’s customers"


@lru_cache(maxsize=2_000)
def _tables(name: str, dims: frozenset[str]) -> frozenset[Table]:
    """Every table that a metric and these dimensions are read from."""
    question = Question((name,), (_ANY_DAY,), by=tuple(sorted(dims)))
    found: set[Table] = set()
    for measure in measures_of(CATALOGUE[name]):
        found |= tables_of(statement(measure.fact, {"value": measure}, question))
    return frozenset(found)


_ANY_DAY = Period(date(2000, 1, 1), date(2000, 1, 1))


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One figure of a report: of the whole, of a part, or of a month. NaN is no number; `missing` says why."""

    part: str | None
    """The value of the dimension, None where it is not known; "" for the whole and for a month."""
    period: Period
    value: float
    cases: float = math.nan
    """What a ratio divides by."""
    bounds: tuple[float, float] | None = None
    """The 95 % interval of a share or a score."""
    before: float = math.nan
    change: Change | None = None
    """None where the two periods are not alike: it still grows, or the data had not begun."""
    missing: str = ""
    """`not yet`, `too few`, `no cases` or `not known`; "" where there is a value."""
    partial: bool = False
    """A month of which only some days lie in the period."""


@dataclass(frozen=True, kw_only=True)
class Reading:
    """The answer to a report: the whole, and its parts, largest first, or its months, oldest first."""

    whole: Cell
    parts: tuple[Cell, ...]


def final_after(metric: Metric) -> int | None:
    """Days after the end of a period until its figure grows no more; None if it may for ever."""
    found = [m.final_after for m in measures_of(metric)]
    return None if None in found else max(d for d in found if d is not None)


def parts_add_up(metric: Metric) -> bool:
    """Whether the parts of a breakdown come to the whole."""
    return isinstance(metric, Measure) and metric.total in ("count", "sum")


def values_of(dimension: str, as_of: date, ask: Ask) -> tuple[str, ...]:
    """The values of a dimension that occur for the viewer's figure in the last 24 months, by name."""
    scope = Scope(period_named(REMEMBERED, as_of))
    found = ask(scope, [dimension], [scope.period])[dimension].dropna()
    return tuple(sorted({str(v) for v in found}))


def read(report: Report, as_of: date, ask: Ask, totals_only: bool = False) -> Reading:
    """The figures of a report that fits. `totals_only`: the viewer's figures about too few people come back blank."""
    scope, metric = report.scope(as_of), CATALOGUE[report.metric]
    now, before = scope.period, scope.period.before()
    cell = _Maker(metric, as_of, "too few" if totals_only else "not known")
    earlier = parts_by_month(before)
    answer = _by_period(ask(scope, [], [now, before, *earlier]))
    begun = _begun(metric, answer[0], now, [(m, answer[i + 2]) for i, m in enumerate(earlier)])
    cell = replace(cell, begun=begun)
    whole = cell.of("", now, answer[0], before, answer[1])
    if report.breakdown == MONTH:
        months = parts_by_month(now)
        by_month = _by_period(ask(scope, [], months))
        return Reading(whole=whole, parts=tuple(cell.of("", m, by_month[i]) for i, m in enumerate(months)))
    if not report.breakdown:
        return Reading(whole=whole, parts=())
    rows = ask(scope, [report.breakdown], [now, before])
    by_part: dict[str | None, dict[int, pd.Series]] = {}
    for _, row in rows.iterrows():
        value = row[report.breakdown]
        by_part.setdefault(None if pd.isna(value) else str(value), {})[int(row["period"])] = row
    parts = [cell.of(p, now, r.get(0), before, r.get(1)) for p, r in by_part.items()]
    # A part that only occurred before is no part of this period, unless it can be said that it fell to none.
    kept = [p for p in parts if p.missing not in ("no cases", "not known") or p.before == p.before]
    return Reading(whole=whole, parts=tuple(sorted(kept, key=_largest_first)))


def drawn(report: Report, reading: Reading) -> tuple[Cell, ...]:
    """The parts that a chart draws, in their order: the largest, and of a ratio those with most cases.

    Of shares the largest would be those whose few cases make an extreme.
    """
    known = [p for p in reading.parts if not p.missing]
    if isinstance(CATALOGUE[report.metric], Ratio):
        most = sorted(known, key=lambda p: -p.cases)[:SHOWN]
        return tuple(p for p in known if p in most)
    return tuple(known[:SHOWN])


def _by_period(answer: pd.DataFrame) -> dict[int, pd.Series]:
    return {int(row["period"]): row for _, row in answer.iterrows()}


def _begun(
    metric: Metric, now: pd.Series, period: Period, earlier: Sequence[tuple[Period, pd.Series]]
) -> bool:
    """Whether the bank's data had begun before the period it is compared with.

    It had not where the first months, 28 days or more, hold nothing of what this period has plenty of: at its pace ten
    or more had been expected.
    """
    names = {id(m): n for n, m in CATALOGUE.items()}
    for measure in measures_of(metric):
        name = names[id(measure)]
        if measure.total not in ("count", "sum") or not now[name] > 0:
            continue
        empty = list(takewhile(lambda part: not abs(part[1][name]) > 0, earlier))  # noqa: B023
        if measure.total == "count":
            # A blank count is about too few people: somebody was there.
            empty = list(takewhile(lambda part: part[1][name] == 0, empty))  # noqa: B023
        days = sum(part.days for part, _ in empty)
        expected = now[name] * days / period.days
        if days >= 28 and (measure.unit == "HKD" or expected >= 10):
            return False
    return True


def _largest_first(cell: Cell) -> tuple[bool, float, str]:
    return cell.value != cell.value, -cell.value if cell.value == cell.value else 0.0, cell.part or "~"


@dataclass(frozen=True)
class _Maker:
    metric: Metric
    as_of: date
    blank: str
    begun: bool = True

    def of(
        self,
        part: str | None,
        now: Period,
        row: pd.Series | None,
        before: Period | None = None,
        earlier: pd.Series | None = None,
    ) -> Cell:
        found, then = self._known(row), self._known(earlier)
        cases = found.get("bottom", math.nan)
        bounds = None
        if isinstance(self.metric, Ratio) and self.metric.unit in ("share", "points"):
            bounds = interval(self.metric, found["top"], cases) if found["value"] == found["value"] else None
        alike = before is not None and self.begun and final_after(self.metric) is not None
        return Cell(
            part=part,
            period=now,
            value=found["value"],
            cases=cases,
            bounds=bounds,
            before=then["value"] if self.begun else math.nan,
            change=compare(self.metric, found, then) if alike else None,
            missing=self._missing(now, found),
            partial=now != month(now.start.year, now.start.month) if before is None else False,
        )

    def _known(self, row: pd.Series | None) -> dict[str, float]:
        nothing = {"value": math.nan, "top": math.nan, "bottom": math.nan}
        return nothing if row is None else nothing | figures(self.metric, row)

    def _missing(self, period: Period, found: dict[str, float]) -> str:
        if found["value"] == found["value"]:
            return ""
        if isinstance(self.metric, Ratio) and found["bottom"] == 0:
            return "no cases"
        running = period.end == self.as_of and period.end != month(period.end.year, period.end.month).end
        return "not yet" if running and self.blank != "too few" else self.blank
