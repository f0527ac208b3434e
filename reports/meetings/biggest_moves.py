"""Which figures moved most: every figure of the catalogue that the viewer may ask, against the same span before.

A figure is named only where the move lies outside the noise, allowing for how many were compared.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import FEWEST, Change, knows_its_noise
from metrics.comparison.multiple_comparisons import ComparedPair, together
from metrics.comparison.words import change, figure, numeral
from metrics.definitions.cache_key import Once
from metrics.definitions.measure import Metric, Ratio, measures_of
from metrics.definitions.scope import Period, Scope, last_full_month, period_named
from metrics.query.query import Query, absent, ask, figures, in_app_db
from metrics.query.report_query import final_after, whose
from metrics.query.time_coverage import compared_with, counted, reaches_back
from reports.review.review_context import ask_what_may_be
from reports.review.review_document import Answer, Table
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader, may_see
from warehouse.access.roles import reads_by_month
from warehouse.errors import AccessRefused
from workflow.collaboration.meetings import MONTHLY, QUARTERLY, STAND_UP
from workflow.rules.unchecked_rules import why_no_alert

QUESTION = "Which figures moved most?"
MOST = 8
"""A meeting looks at so many; the others moved less."""
_DAYS = {STAND_UP: 14}
_WEEK = 7


@dataclass(frozen=True, kw_only=True)
class ComparedFigure:
    """A figure now and over the span before."""

    metric: Metric
    now: dict[str, float]
    before: dict[str, float]
    period: Period
    change: Change

    @property
    def size(self) -> float:
        """How far it moved, as a part of what it was; from none it moved furthest."""
        relative = self.change.relative
        return math.inf if relative is None else abs(relative)


def span(series: str, reader: Reader) -> Period:
    """The days that figures of a meeting are about; of whole months for who reads the bank by month."""
    as_of = data_coverage.as_of(reader)
    if series == QUARTERLY:
        return period_named("quarter", as_of)
    if series == MONTHLY or reads_by_month(reader.viewer.role):
        return last_full_month(as_of)
    return Period(as_of - timedelta(days=_DAYS.get(series, _WEEK) - 1), as_of)


def answer(reader: Reader, period: Period, available: AvailableColumns, once: Once) -> Answer:
    """The figures that moved most, and how many were looked at."""
    compared, looked_at = compared_figures(reader, period, available, once)
    if not compared:
        return Answer(
            key="moves",
            question=QUESTION,
            title="No figure can be compared",
            sentences=(_none(reader, looked_at),),
        )
    moved = sorted((c for c in compared if c.change.verdict.is_a_finding), key=lambda c: -c.size)
    named, count = moved[:MOST], len(compared)
    enough = "1 of them has" if count == 1 else f"{count} of them have"
    looked = (
        f"Looked at: {_counted(looked_at)} beside the same span before; {enough} enough cases to compare. Named is "
        "what moved outside the noise, allowing for that number. Sums, medians and amounts "
        "per person have no interval and are left out."
    )
    if not moved:
        return Answer(
            key="moves",
            question=QUESTION,
            title="No figure moved outside the noise",
            sentences=(looked,),
        )
    more = f" The {len(moved) - MOST} that moved less are not listed." if len(moved) > MOST else ""
    verb = "figure moved" if len(moved) == 1 else "figures moved"
    return Answer(
        key="moves",
        question=QUESTION,
        title=f"{len(moved)} {verb} outside the noise: {_headed(named[0])}",
        sentences=(looked + more,),
        table=Table(
            columns=("Figure", "Now", "Before", "Change", "n"),
            rows=tuple(_row(c, reader, period) for c in named),
            title="Figures that moved most",
        ),
        metrics=tuple(c.metric.name for c in named),
    )


def _none(reader: Reader, looked_at: int) -> str:
    if not any(_may_ask(reader, n) for n in CATALOGUE):
        return "Your role includes no figure of the bank."
    if not looked_at:
        return "Looked at: every figure of your role. None of them was given for these days and for the same span before."
    return (
        f"Looked at: {_counted(looked_at)} beside the same span before. None has the {FEWEST} cases that a comparison "
        "needs."
    )


def _counted(figures: int) -> str:
    return "1 figure" if figures == 1 else f"{figures} figures"


def _headed(most: ComparedFigure) -> str:
    return f"{most.metric.label} {_change(most)}"


def _change(one: ComparedFigure) -> str:
    return change(one.metric, one.now["value"], one.before["value"], one.change)


def _row(one: ComparedFigure, reader: Reader, period: Period) -> tuple[str, ...]:
    metric, mine = one.metric, whose(one.metric.name, reader.viewer)
    cases = "denominator" if isinstance(metric, Ratio) else "value"
    n = f"{numeral(one.now[cases])} against {numeral(one.before[cases])}"
    label = f"{metric.label}, {mine}" if mine else metric.label
    if one.period != period:
        label += f" ({one.period.in_words()})"
    return (
        label,
        figure(metric, one.now["value"]),
        figure(metric, one.before["value"]),
        _change(one),
        n,
    )


def _may_ask(reader: Reader, name: str) -> bool:
    return all(may_see(reader.viewer, m.fact) is not None for m in measures_of(CATALOGUE[name]))


def compared_figures(
    reader: Reader, period: Period, available: AvailableColumns, once: Once
) -> tuple[list[ComparedFigure], int]:
    """The figures that have enough cases on both sides, and how many were looked at."""
    rows: list[tuple[ComparedPair, Period]] = []
    for (now, before), names in _by_days(reader, period, available).items():
        in_bank = tuple(n for n in names if not in_app_db(n))
        answered = once(ask_what_may_be, in_bank, now, (now, before), available)
        of_bank = [row for _, row in answered.sort_index().iterrows()]
        for name in names:
            metric = CATALOGUE[name]
            if name in in_bank:
                both = [figures(metric, row) for row in of_bank]
            else:
                both = _of_app_db(reader, metric, (now, before), available)
            if all(not math.isnan(b["value"]) for b in both):
                rows.append((ComparedPair(metric=metric, now=both[0], before=both[1]), now))
    changes = together([pair for pair, _ in rows])
    compared = [
        ComparedFigure(metric=pair.metric, now=pair.now, before=pair.before, period=days, change=moved)
        for (pair, days), moved in zip(rows, changes, strict=True)
        if moved.low is not None
    ]
    # What counts the same under two names is named once.
    distinct = {
        (c.metric.unit, *sorted(c.now.items()), *sorted(c.before.items())): c for c in reversed(compared)
    }
    return list(distinct.values()), len(rows)


def _by_days(
    reader: Reader, period: Period, available: AvailableColumns
) -> dict[tuple[Period, Period], list[str]]:
    """The figures that can be compared, by the days they are known for and those before."""
    covered = data_coverage.of(reader)
    unflagged = why_no_alert(reader) is not None
    groups: dict[tuple[Period, Period], list[str]] = {}
    for name, metric in CATALOGUE.items():
        if not _may_ask(reader, name) or not knows_its_noise(metric) or absent(name, available):
            continue
        if in_app_db(name) and unflagged:
            continue
        days = counted(metric, period, covered)
        grows = final_after(metric)
        if (
            days is None
            or grows is None
            or days.end + timedelta(days=grows) > data_coverage.loaded_until(reader)
        ):
            continue
        before = compared_with(metric, period, covered)
        if reaches_back(metric, before, covered):
            groups.setdefault((days, before), []).append(name)
    return groups


def _of_app_db(
    reader: Reader, metric: Metric, periods: tuple[Period, Period], available: AvailableColumns
) -> list[dict[str, float]]:
    query = Query.of([metric.name], Scope(periods[0]), periods=periods)
    try:
        answered = ask(query, reader, available)
    except AccessRefused:
        return [{"value": math.nan}, {"value": math.nan}]
    return [figures(metric, row) for _, row in answered.iterrows()]
