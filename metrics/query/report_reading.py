"""What a report says: the whole, its parts or months, each with its interval and, like for like, its change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import Change, compare, interval
from metrics.definitions.measure import Measure, Metric, Ratio
from metrics.definitions.scope import Period, month, parts_by_month
from metrics.query.query import figures, lopsided
from metrics.query.report_query import MONTH, Ask, SavedReport, final_after
from metrics.query.time_coverage import compared_with, counted, delivered_until, reaches_back, span_before
from warehouse.access.data_coverage import Coverage

SHOWN = 12
"""Parts that a chart draws; the others are told in words and stand in the table."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One figure of a report: of the whole, of a part, or of a month. NaN is no number; `missing` says why."""

    part: str | None
    """The value of the dimension, None where it is not known; "" for the whole and for a month."""
    period: Period
    """The days that are counted: of a period not delivered to its end, those that were."""
    value: float
    cases: float = math.nan
    """What a ratio divides by."""
    bounds: tuple[float, float] | None = None
    """The 95% interval of a share or a score."""
    before: float = math.nan
    change: Change | None = None
    """None where the two periods are not alike: it still grows, or the data had not begun."""
    missing: str = ""
    """`not yet`, `not delivered`, `too few`, `no cases` or `not known`; "" where there is a value."""
    partial: bool = False
    """A month of which only some days lie in the period."""


@dataclass(frozen=True, kw_only=True)
class ReportResult:
    """The answer to a report: the whole, and its parts, largest first, or its months, oldest first."""

    whole: Cell
    parts: tuple[Cell, ...]


def parts_add_up(metric: Metric) -> bool:
    """Whether the parts of a breakdown come to the whole."""
    return isinstance(metric, Measure) and metric.total in ("count", "sum")


def read(
    report: SavedReport, as_of: date, ask: Ask, covered: Coverage | None = None, *, totals_only: bool = False
) -> ReportResult:
    """The figures of a report that fits. `totals_only`: the viewer's figures about too few people come back blank."""
    whole_months = covered is not None and covered.all_by_month
    scope = report.scope(as_of, by_month=whole_months)
    now, before = scope.period, span_before(scope.period, covered)
    answer = _by_period(ask(scope, [], [now, before]))
    cell = _maker(report, as_of, covered, totals_only=totals_only)
    whole = cell.of("", now, answer[0], before, answer[1])
    if report.breakdown == MONTH:
        months = parts_by_month(now)
        by_month = _by_period(ask(scope, [], months))
        return ReportResult(
            whole=whole, parts=tuple(cell.of("", m, by_month[i]) for i, m in enumerate(months))
        )
    if not report.breakdown:
        return ReportResult(whole=whole, parts=())
    rows = ask(scope, [report.breakdown], [now, before])
    by_part: dict[str | None, dict[int, pd.Series]] = {}
    for _, row in rows.iterrows():
        value = row[report.breakdown]
        by_part.setdefault(None if pd.isna(value) else str(value), {})[int(row["period"])] = row
    parts = [cell.of(p, now, r.get(0), before, r.get(1)) for p, r in by_part.items()]
    # A part that only occurred before is no part of this period, unless it can be said that it fell to none.
    occurring = [p for p in parts if p.missing not in ("no cases", "not known") or p.before == p.before]
    return ReportResult(whole=whole, parts=tuple(sorted(occurring, key=_largest_first)))


def read_across(
    report: SavedReport, as_of: date, ask: Ask, covered: Coverage | None = None, *, totals_only: bool = False
) -> tuple[tuple[str | None, str | None, Cell], ...]:
    """The figures of a report that has an `across`: its value, that across it ("" where months are), and the cell.

    In the order of the answer, months oldest first. Nothing is compared with a period before.
    """
    whole_months = covered is not None and covered.all_by_month
    scope = report.scope(as_of, by_month=whole_months)
    by = [report.breakdown] if report.across == MONTH else [report.breakdown, report.across]
    periods = parts_by_month(scope.period) if report.across == MONTH else (scope.period,)
    cell = _maker(report, as_of, covered, totals_only=totals_only)
    cells = []
    for _, row in ask(scope, by, periods).iterrows():
        down, *side = (None if pd.isna(row[d]) else str(row[d]) for d in by)
        cells.append((down, side[0] if side else "", cell.of(down, periods[int(row["period"])], row)))
    return tuple(cells)


def drawn(report: SavedReport, reading: ReportResult) -> tuple[Cell, ...]:
    """The parts that a chart draws, in their order: the largest, and of a ratio those with most cases.

    Of shares the largest would be those whose few cases make an extreme.
    """
    with_value = [p for p in reading.parts if not p.missing]
    if isinstance(CATALOGUE[report.metric], Ratio):
        most = sorted(with_value, key=lambda p: -p.cases)[:SHOWN]
        return tuple(p for p in with_value if p in most)
    return tuple(with_value[:SHOWN])


def _by_period(answer: pd.DataFrame) -> dict[int, pd.Series]:
    return {int(row["period"]): row for _, row in answer.iterrows()}


def _largest_first(cell: Cell) -> tuple[bool, float, str]:
    return cell.value != cell.value, -cell.value if cell.value == cell.value else 0.0, cell.part or "~"


def _maker(report: SavedReport, as_of: date, covered: Coverage | None, *, totals_only: bool) -> _Maker:
    whole_months = covered is not None and covered.all_by_month
    metric, now = CATALOGUE[report.metric], report.scope(as_of, by_month=whole_months).period
    return _Maker(
        metric,
        as_of,
        "too few" if totals_only else "not known",
        begun=reaches_back(metric, compared_with(metric, now, covered), covered),
        alike=not lopsided(metric, report.query(as_of, by_month=whole_months)),
        covered=covered,
    )


@dataclass(frozen=True)
class _Maker:
    metric: Metric
    as_of: date
    blank: str
    begun: bool = True
    alike: bool = True
    covered: Coverage | None = None

    def of(
        self,
        part: str | None,
        now: Period,
        row: pd.Series | None,
        before: Period | None = None,
        earlier: pd.Series | None = None,
    ) -> Cell:
        values, then = self._values(row), self._values(earlier)
        cases = values.get("denominator", math.nan)
        bounds = None
        if isinstance(self.metric, Ratio) and values["value"] == values["value"]:
            bounds = interval(self.metric, values["numerator"], cases)
        days = counted(self.metric, now, self.covered)
        alike = before is not None and self.begun and self.alike and final_after(self.metric) is not None
        return Cell(
            part=part,
            period=days or now,
            value=values["value"],
            cases=cases,
            bounds=bounds,
            before=then["value"] if self.begun else math.nan,
            change=compare(self.metric, values, then) if alike else None,
            missing=self._missing(now, days, values),
            partial=days != month(now.start.year, now.start.month) if before is None else False,
        )

    def _values(self, row: pd.Series | None) -> dict[str, float]:
        nothing = {"value": math.nan, "numerator": math.nan, "denominator": math.nan}
        return nothing if row is None else nothing | figures(self.metric, row)

    def _missing(self, period: Period, days: Period | None, values: dict[str, float]) -> str:
        if values["value"] == values["value"]:
            return ""
        if days is None:
            late = self.covered is not None and delivered_until(self.metric, self.covered) < period.start
            return "not delivered" if late else "not known"
        if isinstance(self.metric, Ratio) and values["denominator"] == 0:
            return "no cases"
        running = period.end == self.as_of and period.end != month(period.end.year, period.end.month).end
        return "not yet" if running and self.blank != "too few" else self.blank
