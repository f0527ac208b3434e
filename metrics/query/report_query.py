"""A report put together by hand: which figure, which part of the bank, over which period; what fits, what is read.

It holds no figure. Its only numbers are answers to a `metrics.query.query.Query`, so no report can contradict the
dictionary: there is nothing in it that could.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import pandas as pd
from sqlalchemy import Table

from metrics.catalogue import CATALOGUE
from metrics.definitions import published_margins
from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.measure import Metric, measures_of
from metrics.definitions.scope import (
    PERIODS,
    Filters,
    Period,
    Scope,
    days_chosen,
    parts_by_month,
    period_named,
)
from metrics.query import rollups
from metrics.query.query import Query, unanswerable
from warehouse.access.reader import Viewer, may_see
from warehouse.access.roles import Access
from warehouse.schema import plain

MONTH = "month"
CHARTS = {"bars": "Bars", "line": "Line", "table": "Table"}
OFFERED_BY = {
    "channel": "leads",
    "product": "leads",
    "segment": "customers_at_start",
    "campaign": "leads",
    "rep": "leads",
    "district": "customers_at_start",
}
"""The metric whose breakdown tells which values a filter, and the name of a part, can have."""
REMEMBERED = "24m"
"""The period whose values a filter offers."""

Ask = Callable[[Scope, Sequence[str], Sequence[Period]], pd.DataFrame]
"""The door to the figures: scope, breakdown, periods → what `query.ask` answers about the report's metric."""


@dataclass(frozen=True, kw_only=True)
class SavedReport:
    """A question without its figures. Words of the catalogue, of `DIMENSIONS`, of `PERIODS` and of `CHARTS`."""

    metric: str
    breakdown: str = ""
    """A dimension, `MONTH`, or "" for one figure."""
    across: str = ""
    """A second dimension, or `MONTH`, whose values stand beside each other; "" for none."""
    filters: Filters = ()
    period: str = "90d"
    chart: str = "bars"

    def scope(self, as_of: date, *, by_month: bool = False) -> Scope:
        """Its period as of a day, and its filters. Who must be watched for some days is asked about that long ago.

        With `by_month` the period is made of whole months that are over.
        """
        watched = timedelta(days=final_after(CATALOGUE[self.metric]) or 0)
        return Scope(period_named(self.period, as_of - watched, by_month=by_month), self.filters)

    def query(self, as_of: date, *, by_month: bool = False) -> Query:
        """What its table answers."""
        scope = self.scope(as_of, by_month=by_month)
        if self.breakdown == MONTH:
            return Query.of([self.metric], scope, periods=parts_by_month(scope.period))
        return Query.of([self.metric], scope, [self.breakdown] if self.breakdown else [])


def acrosses(breakdown: str, dimensions: Iterable[str]) -> tuple[str, ...]:
    """What can stand across a breakdown: months, or another dimension; nothing across one figure or across months."""
    if breakdown in ("", MONTH):
        return ()
    return (MONTH, *(d for d in dimensions if d != breakdown))


def ways(name: str) -> tuple[str, ...]:
    """The dimensions by which a metric can be told apart."""
    scope = Scope(_ANY_DAY)
    return tuple(d for d in DIMENSIONS if unanswerable(name, Query.of([name], scope, [d])) is None)


def charts_of(breakdown: str) -> tuple[str, ...]:
    """The ways to show a breakdown; a line needs months."""
    return ("line", "bars", "table") if breakdown == MONTH else ("bars", "table")


def misfit(report: SavedReport, *, days: bool = False) -> str:
    """Why the parts of a report do not go together, as a sentence; "" if they do.

    With `days` its period may be two days, too: of a question that is asked once, and does not move with time.
    """
    if report.metric not in CATALOGUE:
        return (
            f"The dictionary has no figure called “{report.metric[:60]}”: it was taken out, or the name was mistyped. "
            "Nothing can be shown for it. Choose another figure."
        )
    label = CATALOGUE[report.metric].label
    dimensions = [
        d for d in (report.breakdown, report.across, *(d for d, _ in report.filters)) if d not in ("", MONTH)
    ]
    for dimension in dimensions:
        if dimension not in DIMENSIONS:
            return f"“{dimension[:60]}” is nothing that figures are broken down by. Choose another breakdown."
        if dimension not in ways(report.metric):
            return f"“{label}” is not kept by {dimension}. Choose another breakdown or filter."
    if report.across and report.across not in acrosses(report.breakdown, DIMENSIONS):
        return f"“{report.across[:60]}” does not stand across this breakdown. Choose another one, or none."
    if report.period not in PERIODS and not (days and days_chosen(report.period)):
        return f"“{report.period[:60]}” is no period of the filter bar. Choose one of: {', '.join(PERIODS.values())}."
    if report.chart not in charts_of(report.breakdown):
        fit = " or ".join(CHARTS[c].lower() for c in charts_of(report.breakdown))
        return f"“{CHARTS.get(report.chart, report.chart[:60])}” does not fit this breakdown. Choose {fit}."
    return ""


def refusal(report: SavedReport, viewer: Viewer) -> str:
    """Why a viewer may not ask a report that fits, and whom to ask instead, as a sentence; "" if she may."""
    metric, role = CATALOGUE[report.metric], plain(viewer.role)
    dims = {report.breakdown, report.across, *(d for d, _ in report.filters)} - {"", MONTH}
    missing = sorted(t.name for t in _tables(report.metric, frozenset(dims)) if may_see(viewer, t) is None)
    if missing:
        return (
            f"“{metric.label}”{' this way' if dims else ''} is read from {plain(missing[0])}, which your "
            f"role ({role}) does not include. If you need it for your work, ask {metric.owner}, who own the figure, "
            "or your administrator."
        )
    sees = {may_see(viewer, m.fact) for m in measures_of(metric)}
    by = [d for d in (report.breakdown, report.across) if d in DIMENSIONS]
    if Access.AGGREGATES_ONLY in sees and (why := published_margins.refusal(by, report.filters)):
        return why
    if Access.OWN_ROWS in sees and len(sees) > 1:
        return (
            f"“{metric.label}” would divide what the whole bank spent by your own customers, and that is no figure. "
            f"Ask {metric.owner}, who own the figure, or an analyst."
        )
    return ""


def may_ask(name: str, viewer: Viewer) -> bool:
    """Whether the viewer's role includes a metric at all."""
    return not refusal(SavedReport(metric=name), viewer)


def ways_for(name: str, viewer: Viewer) -> tuple[str, ...]:
    """The dimensions by which this viewer may tell a metric apart."""
    return tuple(d for d in ways(name) if not refusal(SavedReport(metric=name, breakdown=d), viewer))


def whose(name: str, viewer: Viewer) -> str:
    """`your customers` where the viewer's figure covers only hers; "" where it covers the bank."""
    if all(may_see(viewer, m.fact) is not Access.OWN_ROWS for m in measures_of(CATALOGUE[name])):
        return ""
    return "your customers" if viewer.role == "relationship_manager" else "your team’s customers"


@lru_cache(maxsize=2_000)
def _tables(name: str, dims: frozenset[str]) -> frozenset[Table]:
    """Every table that a metric and these dimensions are read from."""
    return frozenset().union(*(rollups.sources_of(m, dims) for m in measures_of(CATALOGUE[name])))


_ANY_DAY = Period(date(2000, 1, 1), date(2000, 1, 1))


def final_after(metric: Metric) -> int | None:
    """Days after the end of a period until its figure grows no more; None if it may for ever."""
    days = [m.final_after for m in measures_of(metric)]
    return None if None in days else max(d for d in days if d is not None)


def values_of(dimension: str, as_of: date, ask: Ask) -> tuple[str, ...]:
    """The values of a dimension that occur for the viewer's figure in the last 24 months, by name."""
    scope = Scope(period_named(REMEMBERED, as_of))
    values = ask(scope, [dimension], [scope.period])[dimension].dropna()
    return tuple(sorted({str(v) for v in values}))
