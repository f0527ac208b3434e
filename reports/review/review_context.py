"""What every answer starts from: the quarter, the figures asked for together, and how they are put into words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import Change, compare, interval
from metrics.comparison.conclusion import Verdict
from metrics.comparison.goal_status import beside_target
from metrics.comparison.words import UNKNOWN, change, day, figure, numeral, verdict_in_words
from metrics.definitions.cache_key import Once
from metrics.definitions.measure import Metric, Ratio, measures_of
from metrics.definitions.quarters import Quarter
from metrics.definitions.scope import Period, Scope, parts_by_month
from metrics.qualification.qualification_versions import as_agreed
from metrics.query.missing_reasons import Missing, delivered_in_part, why
from metrics.query.query import Query, ask, figures
from metrics.query.time_coverage import counted, reaches_back
from reports.review.review_document import Chart, Figure, Series, Shape
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns, Coverage
from warehouse.access.reader import Reader, may_see
from warehouse.app_db.app_schema import annotations as pinned_events
from warehouse.app_db.app_schema import outside_benchmarks
from warehouse.errors import AccessRefused
from workflow.goals.goal_records import every_goal
from workflow.goals.goal_targets import plan_due, targets
from workflow.records import benchmarks
from workflow.records.annotations import events as events_pinned

NOTHING_TO_DECIDE = "Nothing to decide here."
UNDECIDED = "Nothing can be decided here: the figures are not known."
A_QUARTER = 89
QUARTERS = 8
"""So many quarters a chart over time shows."""
FIGURES = (
    *("churn_rate", "net_revenue", "marketing_cost", "customers_acquired", "cac", "complaints"),
    *("nps", "csat", "ces", "sla_met", "acceptance_rate"),
)
"""Every figure of the catalogue that the answers show: one question per table."""
OVER_TIME = ("leads", "won", "churn_rate", "net_revenue", "complaints", "nps", "csat", "sla_met")
"""What is charted by quarter."""
MOST_GOALS = 3
"""So many goals of one figure are drawn."""


@dataclass(frozen=True, kw_only=True)
class ReviewContext:
    """The quarter under review, who reads it, and the figures of its periods.

    `figures` has a row per period: 0 the quarter, 1 the one before, 2 the year before. `history` has a row for each of
    QUARTERS quarters, oldest first.
    """

    reader: Reader
    available: AvailableColumns
    covered: Coverage | None = None
    quarter: Quarter
    once: Once
    figures: pd.DataFrame = field(repr=False, compare=False)
    history: pd.DataFrame = field(repr=False, compare=False)
    targets: Mapping[str, float]
    begun: date | None = None
    """The first day of the first month with data; None where nobody looked that far back."""
    alike: bool = False
    """Whether what is blank for who sees totals only is blank for everybody."""

    @property
    def scope(self) -> Scope:
        return Scope(self.quarter.period)

    @property
    def end(self) -> date:
        """The last day that counts."""
        return self.quarter.period.end

    def of(self, name: str, when: int = 0) -> dict[str, float]:
        """A figure of one period as `metrics.comparison.compare` wants it: value, and of a ratio top and bottom."""
        return figures(CATALOGUE[name], self.figures.iloc[when])

    def value(self, name: str, when: int = 0) -> float:
        """A figure of one period; NaN is not known."""
        return float(self.figures[name].loc[when])

    def moved(self, name: str, when: int = 1) -> Change:
        """The figure against the quarter before, or (2) against the year before."""
        return compare(CATALOGUE[name], self.of(name), self.of(name, when))

    def moved_in_words(self, name: str, when: int = 1) -> str:
        """`−0.2 points, no significant change`."""
        moved = self.moved(name, when)
        return change(CATALOGUE[name], self.value(name), self.value(name, when), moved)

    def is_there(self, when: int) -> bool:
        """Whether the data had begun when the quarter before (1), or the year before (2), did."""
        period = self.quarter.before if when == 1 else self.quarter.year_before
        return self.begun is None or period.start >= self.begun

    def against(self, name: str, when: int = 1) -> str:
        """`−0.2 points, no significant change against the quarter before`, `+2%, better than a year before`."""
        then = "the quarter before" if when == 1 else "a year before"
        if not self.is_there(when):
            return f"no data of {then}"
        moved = self.moved_in_words(name, when)
        return f"{moved} {'than' if moved.endswith(('better', 'worse')) else 'against'} {then}"

    def days_of_each(self) -> str:
        """What a chart by quarter says of a quarter that still runs: `, first 47 days of each quarter`."""
        if not self.quarter.is_partial:
            return ""
        if not self.quarter.by_month:
            return f", first {self.quarter.period.days} days of each quarter"
        months = len(parts_by_month(self.quarter.period))
        return f", first {'month' if months == 1 else f'{months} months'} of each quarter"

    def says(self, name: str) -> str:
        """The figure in words."""
        return figure(CATALOGUE[name], self.value(name))

    def over_time(self, name: str) -> tuple[float | None, ...]:
        """The figure of the quarters of a chart, oldest first.

        Before the first quarter in which anything happened the data had not begun: not known, not 0.
        """
        begun = (self.history[name].fillna(0) != 0).cummax()
        return tuple(
            float(v) if there and pd.notna(v) else None
            for v, there in zip(self.history[name], begun, strict=True)
        )

    def quarters(self) -> tuple[str, ...]:
        """The names of those quarters: `Q2 26`."""
        quarters = (self.quarter.back(n) for n in range(QUARTERS - 1, -1, -1))
        return tuple(f"Q{q.number} {q.year % 100:02d}" for q in quarters)

    def charted(self) -> list[Period]:
        """The days of those quarters."""
        return [self.quarter.like(self.quarter.back(n)) for n in range(QUARTERS - 1, -1, -1)]

    def chart_over_time(self, name: str, shape: Shape = "columns") -> Chart | None:
        """The figure of those quarters with its goals and what was pinned to it; None where it is known for none."""
        values, metric = self.over_time(name), CATALOGUE[name]
        if all(v is None for v in values):
            return None
        texts = ", ".join(f"{q} {figure(metric, v)}" for q, v in zip(self.quarters(), values, strict=True))
        label = f"{metric.label}{self.days_of_each()}"
        return Chart(
            shape=shape,
            says=f"{metric.label} by quarter{self.days_of_each()}: {texts}",
            unit=metric.unit,
            categories=self.quarters(),
            series=(Series(name=label, values=values),),
            lines=self._goal_lines(name),
            events=self._events(name),
        )

    def _goal_lines(self, name: str) -> tuple[Series, ...]:
        """What each goal of the whole bank asked of each of those quarters, those that last longest first."""
        goals = [
            g
            for g in every_goal(self.reader)
            if g.metric == name and not g.filters and g.is_in_force(self.end) and g.span.days >= A_QUARTER
        ]
        lines: list[tuple[str, list[float | None]]] = []
        for goal in sorted(goals, key=lambda g: (-g.span.days, g.goal_id)):
            values = [plan_due(goal, p) if _within(p, goal.span) else None for p in self.charted()]
            if all(v is None for v in values):
                continue
            # Goals that follow each other are one line that moves; those of the same days are several.
            free = (line for _, line in lines if all(None in pair for pair in zip(line, values, strict=True)))
            line = next(free, None)
            if line is None:
                lines.append((f"Goal {goal.span.in_words()}", values))
            else:
                line[:] = [a if a is not None else b for a, b in zip(line, values, strict=True)]
        if len(lines) == 1:
            return (Series(name="goal", values=tuple(lines[0][1])),)
        return tuple(Series(name=name, values=tuple(values)) for name, values in lines[:MOST_GOALS])

    def _events(self, name: str) -> tuple[tuple[str, str], ...]:
        """What people pinned to the figure in those quarters."""
        if may_see(self.reader.viewer, pinned_events) is None:
            return ()
        return tuple(
            (quarter, f"{day(happened_on)}: {words}")
            for happened_on, words in _pinned(self.reader, name)
            for quarter, period in zip(self.quarters(), self.charted(), strict=True)
            if period.start <= happened_on <= period.end
        )

    @cached_property
    def benchmarks(self) -> Mapping[str, str]:
        """What others reached by figure, each with its source: the newest entry of each."""
        if may_see(self.reader.viewer, outside_benchmarks) is None:
            return {}
        entries = rows_of(benchmarks.standing(self.reader).drop_duplicates("metric"))
        return {
            e.metric: f"{figure(CATALOGUE[e.metric], e.value)} ({e.source}, {day(pd.Timestamp(e.published_on))}; "
            f"measured on {e.population})"
            for e in entries
            if e.metric in CATALOGUE
        }

    def why_unknown(self, name: str) -> str:
        """Why a figure has no value, as words."""
        if any(may_see(self.reader.viewer, m.fact) is None for m in measures_of(CATALOGUE[name])):
            return "not for your role"
        missing = self.missing(name)
        return missing.word if missing else UNKNOWN

    def missing(self, name: str) -> Missing | None:
        """Why a figure has no value, from what is really missing; None if it has one."""
        return why(name, self.quarter.period, self.of(name), self.covered, self.hidden_below(name))

    def hidden_below(self, name: str) -> int | None:
        """The fewest people a figure is shown about to who sees it in total only; None for others."""
        return self.reader.hidden_below(*(m.fact for m in measures_of(CATALOGUE[name])))

    def clause(self, *names: str) -> str:
        """Why the first of some figures has no value, as the end of a sentence: `not known: `leads` was not given`."""
        for name in names:
            if any(may_see(self.reader.viewer, m.fact) is None for m in measures_of(CATALOGUE[name])):
                return "not for your role"
            if missing := self.missing(name):
                return missing.clause
        return UNKNOWN

    def in_part(self, name: str) -> str:
        """`until 31 May 2026` where only a part of the quarter was delivered, otherwise ""."""
        return delivered_in_part(name, self.quarter.period, self.covered)

    def card(self, name: str, label: str = "") -> Figure:
        """A figure of the catalogue with everything that is said beside it."""
        metric, now = CATALOGUE[name], self.of(name)
        label = label or metric.label
        if math.isnan(now["value"]):
            missing = self.missing(name)
            explained = missing is not None and self.why_unknown(name) == missing.word
            sentence = missing.sentence if missing and explained else ""
            return Figure(label=label, value=self.why_unknown(name), metric=name, n=sentence)
        target = self.targets.get(name)
        return Figure(
            label=label,
            value=figure(metric, now["value"]),
            number=now["value"],
            metric=name,
            before=self.moved_in_words(name) if self.is_there(1) else "",
            year_before=self.moved_in_words(name, 2) if self.is_there(2) else "",
            target="" if target is None else target_in_words(metric, now, target),
            n=", ".join(part for part in (self.in_part(name), n_in_words(metric, now)) if part),
            verdict=self.moved(name).verdict,
            benchmark=self.benchmarks.get(name, ""),
        )


def read(
    reader: Reader,
    quarter: Quarter,
    available: AvailableColumns,
    once: Once,
    begun: date | None = None,
    *,
    alike: bool = False,
) -> ReviewContext:
    """Ask for every figure of the review together; `begun` is the first day of the first month with data.

    With `alike` blank is for everybody what is blank for who sees totals only.
    """
    covered = _covered(reader, available, alike=alike)
    parts: list[pd.DataFrame] = []
    history: list[pd.DataFrame] = []
    every = dict.fromkeys((*FIGURES, *OVER_TIME))
    for known_to, names in by_what_was_delivered(every, quarter, covered).items():
        periods = (known_to.period, known_to.before, known_to.year_before)
        part = once(ask_what_may_be, names, quarter.period, periods, available, alike=alike)
        for when, before in enumerate(periods[1:], 1):
            unlike = [n for n in names if not reaches_back(CATALOGUE[n], before, covered)]
            part.loc[when, unlike] = math.nan
        parts.append(part)
        over_time = tuple(n for n in names if n in OVER_TIME)
        if over_time:
            quarters = [known_to.back(n) for n in range(QUARTERS - 1, -1, -1)]
            charted = tuple(known_to.like(q) for q in quarters)
            history.append(once(ask_what_may_be, over_time, quarter.period, charted, available, alike=alike))
    return ReviewContext(
        reader=reader,
        available=available,
        covered=covered,
        quarter=quarter,
        once=once,
        figures=_beside_each_other(parts),
        history=_beside_each_other(history),
        targets=targets(reader, Scope(quarter.period), as_of=quarter.as_of if quarter.is_partial else None),
        begun=begun,
        alike=alike,
    )


def _within(period: Period, span: Period) -> bool:
    return period.start >= span.start and period.end <= span.end


def _pinned(reader: Reader, name: str) -> Iterator[tuple[date, str]]:
    """Day and words of the events pinned to a figure."""
    for event in rows_of(events_pinned(reader, name)):
        yield pd.Timestamp(event.happened_on).date(), event.said


def _covered(reader: Reader, available: AvailableColumns, *, alike: bool) -> Coverage | None:
    """What the bank covers of what the review is made of."""
    covered = data_coverage.of(reader, alike=alike)
    if covered is None:
        return None
    tables = {
        table: frozenset(c for c in columns if f"{table}.{c}" in available)
        for table, columns in covered.tables.items()
        if table in available
    }
    return replace(covered, tables=tables)


def by_what_was_delivered(
    names: Iterable[str], quarter: Quarter, covered: Coverage | None
) -> dict[Quarter, tuple[str, ...]]:
    """The figures by the quarter as far as they are known: like is then compared with like."""
    groups: dict[Quarter, list[str]] = {}
    for name in names:
        part = counted(CATALOGUE[name], quarter.period, covered)
        end = quarter.as_of if part is None or part == quarter.period else part.end
        groups.setdefault(replace(quarter, as_of=end), []).append(name)
    return {known_to: tuple(some) for known_to, some in groups.items()}


def _beside_each_other(frames: list[pd.DataFrame]) -> pd.DataFrame:
    joined = pd.concat(frames, axis=1)
    return joined.loc[:, ~joined.columns.duplicated()]


@as_agreed
def ask_what_may_be(
    reader: Reader,
    names: Iterable[str],
    period: Period,
    periods: Sequence[Period],
    available: AvailableColumns,
    by: Sequence[str] = (),
    *,
    alike: bool = False,
) -> pd.DataFrame:
    """`metrics.query.query.ask`, with NaN for the figures of tables that the viewer's role does not include."""
    names = list(names)
    seen = [
        n for n in names if all(may_see(reader.viewer, m.fact) is not None for m in measures_of(CATALOGUE[n]))
    ]
    keys = ["period", *by]
    answer = pd.DataFrame(columns=keys) if by else pd.DataFrame({"period": range(len(periods))})
    try:
        answer = ask(Query.of(seen, Scope(period), by, periods), reader, available, alike=alike)
    except AccessRefused:
        # A table behind one of them (who brought a customer, say) is refused: leave out that figure, not all.
        for name in seen:
            try:
                part = ask(Query.of([name], Scope(period), by, periods), reader, available, alike=alike)
            except AccessRefused:
                continue
            new = [c for c in part if c not in answer]
            answer = answer.merge(part[[*keys, *new]], on=keys, how="outer")
    columns = [n for name in names for n in (name, *(m.name for m in measures_of(CATALOGUE[name])))]
    for column in dict.fromkeys(columns):
        if column not in answer:
            answer[column] = math.nan
    return answer if by else answer.set_index("period")


def rows_of(frame: pd.DataFrame) -> Iterator[Any]:
    """Its rows, each with its columns as attributes."""
    yield from frame.itertuples(index=False)


def against_a_year_before(context: ReviewContext, name: str) -> str:
    """`no significant change from 2.7% a year before`, `better than 3.1% a year before`."""
    if not context.is_there(2):
        return "with no data of a year before"
    moved, before = context.moved(name, 2), figure(CATALOGUE[name], context.value(name, 2))
    verdict = moved.verdict
    if verdict is Verdict.NO_FIGURE_BEFORE:
        return "not comparable with a year before, of which there is no figure"
    if not verdict.is_judged:
        words = verdict_in_words(verdict, moved.n, moved.known_on)
        return f"{words} to say whether that is more or less than a year before"
    if verdict is Verdict.NOT_CLEAR:
        return f"{verdict} from {before} a year before"
    return f"{verdict if verdict is not Verdict.CHANGED else 'other'} than {before} a year before"


def target_in_words(metric: Metric, now: Mapping[str, float], target: float) -> str:
    """`HKD 5,000, met`; of a ratio as near to it as chance may be `+5 points, no significant difference`."""
    return f"{figure(metric, target)}, {beside_target(metric, now['value'], now.get('denominator', math.nan), target)}"


def n_in_words(metric: Metric, now: Mapping[str, float]) -> str:
    """The interval of a share or score, and how many it is about."""
    if not isinstance(metric, Ratio) or math.isnan(now["denominator"]):
        return ""
    n = f"n = {numeral(now['denominator'])}"
    bounds = interval(metric, now["numerator"], now["denominator"])
    if bounds is None:
        return n
    return f"95% interval {figure(metric, bounds[0])} to {figure(metric, bounds[1])}, {n}"
