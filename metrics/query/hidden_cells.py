"""Which figures who sees totals only is shown: decided once per snapshot, and the same for every question.

Of each measure and each value of a dimension it is decided which month edges may be compared
(`warehouse.disclosure.comparable_months`). A question looks up its edges; nothing is suppressed within an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from sqlalchemy import ColumnElement, Table, Text, and_, case, func, literal, select, true

from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.measure import Measure
from metrics.definitions.scope import NOT_KNOWN, Filters, Period, full_months
from warehouse.access import data_coverage
from warehouse.access.reader import SYSTEM, Reader
from warehouse.app_db import app_schema
from warehouse.disclosure import comparable_months
from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.disclosure.secondary_suppression import with_complementary
from warehouse.sql.dialects import month_of
from warehouse.stores.connect import Stores

MONTHS = 48
"""So many months back who sees totals only may ask about people."""
WholesOf = Callable[[Measure], Sequence[Measure]]
"""Measure → the measures it is shown as a share of: whom it leaves out of them may not be few either."""


@dataclass(frozen=True)
class ShownCells:
    """Of a measure by a dimension, or in all: what is shown of each value.

    `labels` has a row per value: the block of each month edge, or of a stock at each month 0 where it is shown.
    """

    months: tuple[Period, ...]
    rows: Mapping[str | None, int]
    labels: np.ndarray
    of_stock: bool
    opening: bool

    def is_shown(self, value: str | None, period: Period) -> bool:
        """Whether the figure of a value over whole months is shown; a value that nobody has is shown as nothing."""
        row = self.rows.get(value)
        if row is None:
            return True
        start, end = self._number(period.start), self._number(period.end)
        if start is None or end is None:
            return False
        if self.of_stock:
            return bool(self.labels[row, start if self.opening else end] == 0)
        return bool(self.labels[row, start] == self.labels[row, end + 1])

    def _number(self, day: date) -> int | None:
        first = self.months[0].start
        number = 12 * (day.year - first.year) + day.month - first.month
        return number if 0 <= number < len(self.months) else None


def person(fact: Table) -> ColumnElement:
    """Whose row it is: a lead is a person of its own, since most leads are not customers."""
    return fact.c.lead_id if fact.name in ("leads", "lead_moves", "hand_offs") else fact.c.customer_id


def _whose(fact: Table) -> ColumnElement:
    """The person behind a row; a row that names nobody, such as a case of a stranger, is somebody's of its own."""
    (key, *more), who = fact.primary_key.columns, person(fact)
    if more or not isinstance(key.type, Text) or not isinstance(who.type, Text):
        return who
    return func.coalesce(who, key)


def mask(
    frame: pd.DataFrame,
    name: str,
    cells: ShownCells,
    days: Sequence[Period | None],
    by: Sequence[str],
    filters: Filters,
) -> pd.DataFrame:
    """`frame` with every figure of a measure blank that is not shown: columns `<name>__<index of the period>`.

    `days` says which days a column counts.
    """
    chosen = [None if v == NOT_KNOWN else v for _, values in filters for v in values] or [""]
    for index, period in enumerate(days):
        if period is None:
            continue
        if by:
            visible = [cells.is_shown(None if pd.isna(v) else str(v), period) for v in frame[by[0]]]
        else:
            visible = [all(cells.is_shown(v, period) for v in chosen)] * len(frame)
        column = f"{name}__{index}"
        frame[column] = frame[column].astype(float).where(pd.Series(visible, frame.index, dtype=bool))
    return frame


def shown_cells(reader: Reader, measure: Measure, dimension: str, wholes: WholesOf) -> ShownCells:
    """What is shown of a measure by a dimension ("": in all), decided once per snapshot."""
    key: Hashable = (measure, dimension, reader.smallest_cell)
    decided = reader.stores.remembered(reader.snapshot or reader.stores.snapshot(), _decided)
    if measure.fact.schema is None:
        # What people write changes by the minute.
        return _decide(reader, measure, dimension, wholes)
    if key not in decided:
        decided[key] = _decide(reader, measure, dimension, wholes)
    return decided[key]


def _decided(_stores: Stores, _snapshot: str) -> dict[Hashable, ShownCells]:
    return {}


def _decide(reader: Reader, measure: Measure, dimension: str, wholes: WholesOf) -> ShownCells:
    everything = Reader(reader.stores, SYSTEM, reader.snapshot)
    months = full_months(data_coverage.loaded_until(everything), MONTHS)
    larger = wholes(measure)
    if measure.is_stock:
        return _of_stock(everything, measure, dimension, larger, months)
    own, besides = _people(everything, measure, dimension, larger, months)
    rows: dict[str | None, int] = {value: number for number, value in enumerate(own)}
    smallest = reader.smallest_cell
    people = np.array([*own.values()]).reshape(len(own), len(months) + 1, len(months) + 1)
    few = is_few(people, smallest)
    for left_out in besides:
        for row, value in enumerate(own):
            if value in left_out:
                few[row] |= is_few(left_out[value], smallest)
    labels = np.array([comparable_months.blocks(p, f, smallest) for p, f in zip(people, few, strict=True)])
    labels = labels.reshape(len(own), len(months) + 1)
    if dimension:
        total = shown_cells(reader, measure, "", wholes)
        if total.rows:
            labels = np.vstack([labels, total.labels[total.rows[""]]])
            labels = comparable_months.kept_apart(labels, people, smallest)[:-1]
    return ShownCells(months, rows, labels, of_stock=False, opening=False)


def _of_stock(
    reader: Reader, measure: Measure, dimension: str, larger: Sequence[Measure], months: Sequence[Period]
) -> ShownCells:
    """A stock at one month's end adds up to no other's: it is hidden by itself, with others of the same moment."""
    fact, smallest = measure.fact, reader.smallest_cell
    counts = {f"n{n}": measure.within(m) for n, m in enumerate(months)}
    counts |= {
        f"n{n}_{at}": and_(whole.within(m), measure.within(m).is_not(True))
        for at, whole in enumerate(larger)
        for n, m in enumerate(months)
    }
    value = _value(fact, dimension)
    columns = [func.count(case((which, _whose(fact))).distinct()).label(n) for n, which in counts.items()]
    statement = select(value.label("value"), *columns).where(_visible(fact))
    frame = reader.frame(statement.group_by(value) if dimension else statement)
    values = [None if pd.isna(v) else str(v) for v in frame["value"]]
    labels = np.zeros((len(values), len(months)), int)
    for n in range(len(months)):
        people = frame[f"n{n}"].astype(float)
        few = is_few(people, smallest)
        for at in range(len(larger)):
            few |= is_few(frame[f"n{n}_{at}"], smallest)
        hidden = with_complementary(people, pd.Series(few), [frame["value"]], smallest) if dimension else few
        labels[:, n] = np.asarray(hidden, int)
    return ShownCells(
        tuple(months), {v: n for n, v in enumerate(values)}, labels, of_stock=True, opening=measure.opening
    )


Between = dict[str | None, np.ndarray]
"""Value → how many people lie between two month edges."""


def _people(
    reader: Reader, measure: Measure, dimension: str, larger: Iterable[Measure], months: Sequence[Period]
) -> tuple[Between, list[Between]]:
    """The people of each value between every two edges, and those whom it leaves out of each of `larger`."""
    dated = measure.time_column if measure.month_column is None else measure.month_column
    at, which = (
        (_chain([(m, measure.within(m)) for m in months]), true())
        if dated is None
        else (dated, measure.where)
    )
    own = _between(reader, measure.fact, dimension, at, which, months)
    besides = []
    for whole in larger:
        if measure.time_column is not None and whole.time_column is measure.time_column:
            at = measure.time_column
            which = and_(whole.where, measure.where.is_not(True))
        else:
            at = _chain([(m, and_(whole.within(m), measure.within(m).is_not(True))) for m in months])
            which = true()
        besides.append(_between(reader, measure.fact, dimension, at, which, months))
    return own, besides


def _chain(conditions: Sequence[tuple[Period, ColumnElement[bool]]]) -> ColumnElement:
    """The first day of the month to which a row belongs by the condition of each month."""
    return case(*[(which, literal(period.start)) for period, which in conditions])


def _between(
    reader: Reader,
    fact: Table,
    dimension: str,
    at: ColumnElement,
    which: ColumnElement[bool],
    months: Sequence[Period],
) -> Between:
    month = month_of(at)
    inside = month.between(months[0].start, months[-1].start)
    each = (
        select(_value(fact, dimension).label("value"), _whose(fact).label("person"), month.label("month"))
        .where(which, inside, _whose(fact).is_not(None), _visible(fact))
        .distinct()
        .subquery("each")
    )
    before = func.lag(each.c.month).over(partition_by=[each.c.value, each.c.person], order_by=each.c.month)
    since = select(each.c.value, each.c.month, before.label("before")).subquery("since")
    counted = select(since.c.value, since.c.month, since.c.before, func.count().label("people"))
    frame = reader.frame(counted.group_by(since.c.value, since.c.month, since.c.before))
    frame = frame.assign(at=_numbers(frame["month"], months), last=_numbers(frame["before"], months))
    between: Between = {}
    for value, rows in frame.groupby("value", dropna=False, sort=True):
        between[None if pd.isna(value) else str(value)] = comparable_months.people_between(
            rows["at"].to_numpy(), rows["last"].to_numpy(), rows["people"].to_numpy(float), len(months) + 1
        )
    return between


def _numbers(days: pd.Series, months: Sequence[Period]) -> np.ndarray:
    """Which of the months each first day of a month begins; -1 where there is no day."""
    which = pd.to_datetime(days).to_numpy().astype("datetime64[M]")
    counted = (which - np.datetime64(months[0].start, "M")).astype(int)
    return np.where(np.isnat(which), -1, counted)


def _value(fact: Table, dimension: str) -> ColumnElement:
    return DIMENSIONS[dimension][fact] if dimension else literal("")


def _visible(fact: Table) -> ColumnElement[bool]:
    """A held-out alert is shown to nobody, so it is counted for nobody."""
    return app_schema.alerts.c.arm == "treated" if fact is app_schema.alerts else true()
