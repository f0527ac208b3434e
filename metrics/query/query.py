"""From metrics and a scope to one statement per table, and back to figures.

Every period of a question is a column of the same statement, so the figure, its previous period and its trend are read
together and cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from types import MappingProxyType

import numpy as np
import pandas as pd
from sqlalchemy import Column, ColumnElement, Select, Table, case, false, func, or_, select
from sqlalchemy.sql import visitors

from metrics.catalogue import CATALOGUE
from metrics.definitions import published_margins
from metrics.definitions.dimensions import DIMENSIONS, among, caution
from metrics.definitions.measure import Measure, Metric, Ratio, measures_of
from metrics.definitions.scope import Filters, Period, Scope, year_before
from metrics.qualification.qualification_rule import dependent
from metrics.qualification.qualification_versions import as_agreed, in_force
from metrics.query import hidden_cells, linked_figures, rollups
from metrics.query.people_by_month import person
from metrics.query.published_cells import is_about_people
from metrics.query.rollups import Clock
from metrics.query.time_coverage import counted as known_part
from metrics.query.time_coverage import is_by_month, span_before
from warehouse.access import data_coverage
from warehouse.access.data_coverage import AvailableColumns, Coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.disclosure.people_behind import PEOPLE
from warehouse.disclosure.primary_suppression import without_small_cells
from warehouse.errors import AccessRefused
from warehouse.schema import DERIVED
from warehouse.sql.dialects import to_float


@dataclass(frozen=True)
class Query:
    """Which metrics, over which periods, under which filters, broken down by what."""

    metrics: tuple[str, ...]
    periods: tuple[Period, ...]
    filters: Filters = ()
    by: tuple[str, ...] = ()

    @classmethod
    def of(
        cls, metrics: Iterable[str], scope: Scope, by: Iterable[str] = (), periods: Sequence[Period] = ()
    ) -> Query:
        """A question about a scope; without `periods`, its own period and the one before."""
        spans = tuple(periods) or (scope.period, scope.period.before())
        return cls(tuple(metrics), spans, scope.filters, tuple(by))


NUMERATOR, DENOMINATOR = "__numerator", "__denominator"
"""Behind a ratio's name: what it was divided from, where that counts other days than the measure asked for itself."""


def in_app_db(name: str) -> bool:
    """Whether a metric counts what people write, which changes by the minute, so that no answer about it is kept."""
    return any(m.fact.schema is None for m in measures_of(CATALOGUE[name]))


def figures(metric: Metric, row: pd.Series) -> dict[str, float]:
    """What `compare.compare` needs of a row of an answer: `value`, and of a ratio `numerator` and `denominator`."""
    name = metric.name
    values = {"value": float(row[name])}
    if isinstance(metric, Ratio):
        top, bottom = metric.numerator.name, metric.denominator.name
        values["numerator"] = float(row[f"{name}{NUMERATOR}" if f"{name}{NUMERATOR}" in row else top])
        values["denominator"] = float(
            row[f"{name}{DENOMINATOR}" if f"{name}{DENOMINATOR}" in row else bottom]
        )
    return values


def lopsided(metric: Metric, query: Query) -> str:
    """Why a metric's parts or periods are not alike under a question's filters and breakdown; "" if they are."""
    return caution((m.fact for m in measures_of(metric)), [*query.by, *(d for d, _ in query.filters)])


def unanswerable(name: str, query: Query) -> str | None:
    """The dimension by which this metric cannot be told apart, or None."""
    dimensions = [*query.by, *(d for d, _ in query.filters)]
    facts = {m.fact for m in measures_of(CATALOGUE[name])}
    return next((d for d in dimensions if any(f not in DIMENSIONS[d] for f in facts)), None)


@cache
def columns_of(name: str) -> tuple[tuple[str, str], ...]:
    """The (table, column) pairs of the unified tables that a metric reads, a computed table's through its sources."""
    columns: dict[tuple[str, str], None] = {}
    for measure in measures_of(CATALOGUE[name]):
        columns.update(dict.fromkeys(measure.sources))
        read = [c for c in visitors.iterate(measure.over(_ANY_DAY)) if isinstance(c, Column)]
        for column in read:
            table = column.table
            if isinstance(table, Table) and table.schema and not column.info.get("optional"):
                computed = (
                    _SOURCES.get(table.name, ()) if table.schema == DERIVED else ((table.name, column.key),)
                )
                columns.update(dict.fromkeys(computed))
    return tuple(columns)


def absent(name: str, available: AvailableColumns) -> bool:
    """Whether the bank gave no rows of a table, or not a column, that this metric reads: it is not known, rather than 0.

    `available` is what `warehouse.access.data_coverage.available_columns` gives.
    """
    needed = columns_of(name)
    if VALUES in available and reads_values(name):
        # Once customers are valued, what a value rests on was given, whichever it is; what else reads it was not.
        needed = tuple(column for column in needed if column not in _SOURCES[VALUES])
    return not available.issuperset([t for t, _ in needed] + [f"{t}.{c}" for t, c in needed])


def reads_values(name: str) -> bool:
    """Whether a metric is a figure of customers' values."""
    return any(measure.fact.name == VALUES for measure in measures_of(CATALOGUE[name]))


VALUES = "customer_values"
_SOURCES = {
    # Credits are computed from contacts and wins; what people write in the application database has no source.
    "ticket_themes": (("tickets", "text"), ("tickets", "opened_at")),
    "touch_credits": (("touches", "lead_id"), ("touches", "touched_at"), ("leads", "won_at")),
    "hand_offs": (("leads", "mql_at"), ("leads", "contacted_at")),
    # Every measure of moves names its own: another stage is another column.
    "lead_moves": (),
    # Or on purchases, see `metrics.query.value_basis`.
    VALUES: (("revenues", "revenue"), ("revenues", "cost_to_serve"), ("customers", "left_on")),
}
_ANY_DAY = Period(date(2000, 1, 1), date(2000, 1, 1))


def ask(
    query: Query,
    reader: Reader,
    available: AvailableColumns | None = None,
    catalogue: Mapping[str, Metric] | None = None,
    *,
    alike: bool = False,
) -> pd.DataFrame:
    """The answer: a row per period (column `period`, an index into `question.periods`) and breakdown value.

    One column per metric, and one per measure it is made of, under their catalogue names. NaN means not known. A metric
    that cannot be told apart by an asked dimension, or whose data is not in `available`, is NaN throughout.

    Raises AccessRefused for a breakdown under filters that is not published to who sees totals only.

    Without a `catalogue`, “qualified” means what the departments agreed for the day each lead came. With `alike` blank
    is for everybody what is blank for who sees totals only, so that all read one verdict.
    """
    if catalogue is None:
        catalogue = CATALOGUE if dependent().isdisjoint(query.metrics) else in_force(reader)
    answerable = [
        n
        for n in query.metrics
        if unanswerable(n, query) is None and not (available is not None and absent(n, available))
    ]
    check_published(reader, [m.fact for n in answerable for m in measures_of(catalogue[n])], query)
    keys = ["period", *query.by]
    covered = data_coverage.of(reader, alike=alike)
    joined: _Joined | None = None
    for together in _by_clock(answerable, catalogue, query.periods, covered):
        part = _answered(reader, together, query, catalogue, covered, alike=alike)
        if joined is None:
            joined = part
            continue
        for name in together:
            metric = catalogue[name]
            if isinstance(metric, Ratio):
                part.answer[f"{name}{NUMERATOR}"] = part.answer[metric.numerator.name]
                part.answer[f"{name}{DENOMINATOR}"] = part.answer[metric.denominator.name]
        joined = joined.beside(part, keys)
    if joined is None:
        answer = pd.DataFrame({"period": range(len(query.periods)), **dict.fromkeys(query.by)})
    else:
        answer = joined.answer
    unknown = {name for name in query.metrics if name not in answerable}
    unknown |= {m.name for n in unknown for m in measures_of(catalogue[n]) if m.name not in answer}
    # Together, for one column after the other tears a wide frame into pieces.
    nothing = pd.DataFrame(np.nan, answer.index, sorted(unknown))
    answer = pd.concat([answer.drop(columns=unknown & {*answer}), nothing], axis=1)
    return answer.sort_values(keys, na_position="last").reset_index(drop=True)


def check_published(reader: Reader, facts: Iterable[Table], query: Query) -> None:
    """Raise AccessRefused for a breakdown under filters that is not for who sees totals only of one of the tables."""
    if reader.sees_totals_only(*facts) and (why := published_margins.refusal(query.by, query.filters)):
        raise AccessRefused(why)


def _by_clock(
    requested: Sequence[str],
    catalogue: Mapping[str, Metric],
    periods: Sequence[Period],
    covered: Coverage | None,
) -> list[tuple[str, ...]]:
    """The metrics in groups that are known for the same days of the periods; one group unless a source is late."""
    groups: dict[tuple[Period | None, ...], list[str]] = {}
    # A measure asked for by its own name keeps its own days; those of a ratio come after it.
    for name in sorted(requested, key=lambda n: isinstance(catalogue[n], Ratio)):
        days = tuple(known_part(catalogue[name], period, covered) for period in periods)
        groups.setdefault(days, []).append(name)
    return [tuple(names) for names in groups.values()]


def _answered(
    reader: Reader,
    together: Sequence[str],
    query: Query,
    catalogue: Mapping[str, Metric],
    covered: Coverage | None,
    *,
    alike: bool,
) -> _Joined:
    """The answer for metrics that are known for the same days: one statement per table, then the ratios."""
    measures = dict.fromkeys(m for n in together for m in measures_of(catalogue[n]))
    clock = partial(_days_counted, catalogue[together[0]], query.periods, covered)
    joined: _Joined | None = None
    for fact in dict.fromkeys(m.fact for m in measures):
        of_fact = {m.name: m for m in measures if m.fact is fact}
        none = {}
        if alike and is_about_people(fact):
            wide = _alike_for_all(reader, fact, of_fact, query, clock)
        elif reader.sees_totals_only(*_tables_read(fact, of_fact, query)):
            wholes = partial(linked_figures.wholes_of, catalogue)
            wide = _published(reader, fact, of_fact, query, wholes, clock)
        else:
            wide = _whole(reader, fact, of_fact, query, clock)
            none = {m.name: _known_periods(clock(m)) for m in of_fact.values() if m.total == "count"}
        part = _Joined(_tall(wide, list(of_fact), query), none)
        joined = part if joined is None else joined.beside(part, ["period", *query.by])
    assert joined is not None
    answer, ratios = joined.answer, {}
    for name in together:
        metric = catalogue[name]
        if isinstance(metric, Ratio):
            top, bottom = answer[metric.numerator.name], answer[metric.denominator.name]
            ratios[name] = metric.scale * top / bottom.where(lambda b: b != 0)
    return replace(joined, answer=pd.concat([answer, pd.DataFrame(ratios, answer.index)], axis=1))


def _known_periods(days: Sequence[Period | None]) -> frozenset[int]:
    return frozenset(index for index, period in enumerate(days) if period is not None)


@dataclass(frozen=True)
class _Joined:
    """Figures of several tables beside each other, a row per period and breakdown value."""

    answer: pd.DataFrame
    none: dict[str, frozenset[int]]
    """Count → the periods of which it is known whole: a group that it has no row of has none. A sum is not in it, and
    nothing of who sees totals only, for whom a group that is not there may be hidden."""

    def beside(self, other: _Joined, keys: list[str]) -> _Joined:
        """Both, with 0 for what one of them counts none of in a group that only the other has."""
        more = other.answer[[*keys, *(c for c in other.answer if c not in self.answer)]]
        both = self.answer.merge(more, on=keys, how="outer", indicator="_side")
        for counts, side in ((self.none, "right_only"), (other.none, "left_only")):
            for name, periods in counts.items():
                if name in both:
                    both.loc[(both["_side"] == side) & both["period"].isin(periods), name] = 0
        return _Joined(both.drop(columns="_side"), {**other.none, **self.none})


def _tables_read(fact: Table, measures: Mapping[str, Measure], query: Query) -> frozenset[Table]:
    """The tables that the figures of one table are read from under a question's filters and breakdown."""
    dimensions = (*query.by, *(d for d, _ in query.filters))
    return frozenset({fact}).union(*(rollups.sources_of(m, dimensions) for m in measures.values()))


def _whole(
    reader: Reader, fact: Table, measures: dict[str, Measure], query: Query, clock: Clock
) -> pd.DataFrame:
    """The answer of `statement`: from daily totals what they hold, and the rest from the facts."""
    held = {n: m for n, m in measures.items() if rollups.can_answer(reader, m, query.filters, query.by)}
    if not held:
        return reader.frame(statement(fact, measures, query, clock=clock))
    totals = reader.frame(rollups.statement(held, query.filters, query.by, clock, reader.dialect))
    rest = {n: m for n, m in measures.items() if n not in held}
    if not rest:
        return totals
    facts = reader.frame(statement(fact, rest, query, clock=clock))
    if not query.by:
        return pd.concat([totals, facts], axis=1)
    both = totals.merge(facts, on=list(query.by), how="outer")
    # A group that only one of the two has rows of has none that the other counts.
    counts = [
        f"{name}__{index}"
        for name, measure in measures.items()
        for index, period in enumerate(clock(measure))
        if measure.total == "count" and period is not None
    ]
    both[counts] = both[counts].fillna(0)
    return both


def _days_counted(
    of: Metric, periods: Sequence[Period], covered: Coverage | None, measure: Measure
) -> list[Period | None]:
    """The days whose rows a measure counts for each of `periods`; None where it is not known.

    A second period that is the days before the first is for a figure kept by month as many months before: 91 days hold
    three month ends or four. Of a first that was not delivered to its end, as many days before as were delivered, or
    the same days a year before.
    """
    counted = [known_part(of, period, covered) for period in periods]
    if periods[1:2] == (year_before(periods[0]),) and counted[0]:
        counted[1] = known_part(of, year_before(counted[0]), covered)
    if periods[1:2] == (periods[0].before(),):
        days = counted[0] or periods[0]
        months = measure.monthly or is_by_month(of, covered)
        counted[1] = known_part(of, days.months_before() if months else span_before(days, covered), covered)
    return counted


def answer(
    reader: Reader, query: Query, available: AvailableColumns | None = None, *, alike: bool = False
) -> pd.DataFrame:
    """`ask` as a function of a reader, which a cache can name, for figures that no definition in force changes."""
    return ask(query, reader, available, CATALOGUE, alike=alike)


@as_agreed
def answer_as_agreed(
    reader: Reader, query: Query, available: AvailableColumns | None = None, *, alike: bool = False
) -> pd.DataFrame:
    """The same for figures that depend on what “qualified” means."""
    return ask(query, reader, available, alike=alike)


@as_agreed
def sql_of(reader: Reader, names: tuple[str, ...], query: Query) -> tuple[str, ...]:
    """The statement for each table that some metrics are read from, for people to read.

    A figure that is not kept by a filter has no statement: it was not asked.
    """
    agreed = in_force(reader)
    answerable = [n for n in names if unanswerable(n, query) is None]
    texts = []
    for fact in dict.fromkeys(m.fact for n in answerable for m in measures_of(CATALOGUE[n])):
        mine = {m.name: m for n in answerable for m in measures_of(agreed[n]) if m.fact is fact}
        texts.append(reader.sql(statement(fact, mine, query)))
    return tuple(texts)


def of_measures(
    reader: Reader,
    measures: dict[str, Measure],
    query: Query,
    larger: Mapping[Measure, Sequence[Measure]] = MappingProxyType({}),
    *,
    alike: bool = False,
) -> pd.DataFrame:
    """The answer about measures of one table that are in no catalogue: columns `<measure>__<index of the period>`.

    Who sees totals only is shown no more of them than of the catalogue's. `larger` are what they are shown as parts of.
    With `alike` nobody is shown more, so that all read one conclusion.
    """
    fact = next(iter(measures.values())).fact
    check_published(reader, [fact], query)
    if not alike and not reader.sees_totals_only(*_tables_read(fact, measures, query)):
        return reader.frame(statement(fact, measures, query))
    clock = partial(_alike, query.periods)
    return _published(reader, fact, measures, query, lambda m: larger.get(m, ()), clock)


def _alike_for_all(
    reader: Reader, fact: Table, measures: Mapping[str, Measure], query: Query, clock: Clock
) -> pd.DataFrame:
    """The answer that a verdict rests on: for everybody without the figures about few people, and those beside them."""
    frame = reader.frame(statement(fact, measures, query, clock, counting_people=True))
    if not reader.sees_totals_only(fact):
        frame = without_small_cells(frame, reader.smallest_cell, query.by)
    return _beside_enough(reader, fact, measures, query, clock, frame) if query.filters else frame


def _beside_enough(
    reader: Reader,
    fact: Table,
    measures: Mapping[str, Measure],
    query: Query,
    clock: Clock,
    frame: pd.DataFrame,
) -> pd.DataFrame:
    """`frame` without figures whose filters leave out few people: the whole less such a figure would tell of them."""
    left_out = or_(*(among(dimension, fact, values).is_not(True) for dimension, values in query.filters))
    everybody = statement(fact, measures, replace(query, filters=()), clock, counting_people=True)
    others = Reader(reader.stores, SYSTEM, reader.snapshot).frame(everybody.where(left_out))
    if query.by:
        others = frame[list(query.by)].merge(others, on=list(query.by), how="left")
    for name in measures:
        for column in [f"{name}__{index}" for index in range(len(query.periods))]:
            people = others[f"{column}{PEOPLE}"].fillna(0)
            frame[column] = frame[column].mask(is_few(people, reader.smallest_cell).to_numpy())
    return frame


def _published(
    reader: Reader,
    fact: Table,
    measures: Mapping[str, Measure],
    query: Query,
    wholes: hidden_cells.WholesOf,
    clock: Clock,
) -> pd.DataFrame:
    """The answer for who sees totals only: what was decided to be hidden is blank, whatever is asked beside it."""
    plain = statement(fact, measures, query, clock=clock)
    reader.check_totals(plain)
    if fact.schema:
        # Whoever sees totals of a table of the bank sees those of all its rows.
        everything = Reader(reader.stores, SYSTEM, reader.snapshot)
        frame = _whole(everything, fact, dict(measures), query, clock)
    else:
        frame = reader.totals(plain)
    dimensions = {*query.by, *(d for d, _ in query.filters)}
    dimension = next(iter(dimensions), "")
    for name, measure in measures.items():
        cells = hidden_cells.shown_cells(reader, measure, dimension, wholes)
        frame = hidden_cells.mask(frame, name, cells, clock(measure), query.by, query.filters)
        for column in [f"{name}__{index}" for index in range(len(query.periods))]:
            if measure.total == "count":
                frame[column] = frame[column].mask(is_few(frame[column], reader.smallest_cell))
    return frame


def statement(
    fact: Table,
    measures: Mapping[str, Measure],
    query: Query,
    clock: Clock | None = None,
    *,
    counting_people: bool = False,
) -> Select:
    """One SELECT over one table: a column per measure and period, named `<measure>__<period index>`.

    With `counting_people` each has the people behind it beside it. `clock` says which days a measure counts for each
    period; a period of which nothing is known is NULL.
    """
    counted = clock or partial(_alike, query.periods)
    groups = [DIMENSIONS[d][fact].label(d) for d in query.by]
    columns: list[ColumnElement] = []
    for name, measure in measures.items():
        for index, period in enumerate(counted(measure)):
            # Of nothing known still a total over nobody, so that the answer is one row.
            within = false() if period is None else measure.within(period)
            total = to_float(func.sum(case((within, 1)))) if period is None else measure.over(period)
            columns.append(total.label(f"{name}__{index}"))
            if counting_people:
                people = func.count(case((within, person(fact))).distinct())
                columns.append(people.label(f"{name}__{index}{PEOPLE}"))
    selection = select(*groups, *columns).select_from(fact)
    selection = filtered(selection, fact, query.filters)
    if groups:
        # Without this, a group that has rows only outside every asked period would appear as a line of zeros.
        days = [(m, p) for m in measures.values() for p in counted(m) if p is not None]
        inside = [m.within(p) for m, p in dict.fromkeys(days)]
        selection = selection.where(or_(false(), *inside)).group_by(*[g.element for g in groups])
    return selection


def _alike(periods: Sequence[Period], measure: Measure) -> Sequence[Period | None]:
    """The days a measure counts where nothing is known about its clock."""
    return _days_counted(measure, periods, None, measure)


def filtered(query: Select, fact: Table, filters: Iterable[tuple[str, tuple[str, ...]]]) -> Select:
    """`query` over the rows of `fact` that the filters leave."""
    for dimension, values in filters:
        query = query.where(among(dimension, fact, values))
    return query


def _tall(wide: pd.DataFrame, names: list[str], query: Query) -> pd.DataFrame:
    """One row per period instead of one column per period."""
    parts = []
    for index in range(len(query.periods)):
        part = wide[list(query.by)].copy()
        part["period"] = index
        for name in names:
            part[name] = wide[f"{name}__{index}"].astype(float)
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
