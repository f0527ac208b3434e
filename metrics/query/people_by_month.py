"""How many people lie behind a figure between every two month edges, in all and told apart by its dimensions.

A table is read once for several figures and dimensions: where each row is a person of its own, by one statement for
all figures of one date; elsewhere by one for each figure, since the same person may come in several months.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    Subquery,
    Table,
    Text,
    case,
    func,
    literal,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql import visitors

from metrics.definitions.dimensions import DIMENSIONS
from metrics.definitions.scope import Period
from warehouse.app_db import app_schema
from warehouse.disclosure import comparable_months
from warehouse.sql import statement_key
from warehouse.sql.dialects import month_of

Ask = Callable[[Select], pd.DataFrame]
"""Whoever answers a statement over all rows."""


@dataclass(frozen=True)
class Between:
    """`people[n, i, j]` of the value number n lie between the month edges i and j."""

    values: tuple[str | None, ...]
    people: np.ndarray

    @property
    def rows(self) -> dict[str | None, int]:
        """Value → its number."""
        return {value: number for number, value in enumerate(self.values)}


@dataclass(frozen=True, eq=False)
class Counted:
    """Whom to count: the people of the rows of `fact` for which `which` holds, in the month of `at`."""

    fact: Table
    at: ColumnElement
    which: ColumnElement[bool]

    @property
    def key(self) -> Hashable:
        """Equal for two that count the same people in the same months."""
        return self.fact, _same(self.at), _same(self.which)


def _same(expression: ColumnElement) -> Hashable:
    key = statement_key.of(select(expression))
    if key is None:
        return id(expression)
    shape, values = key
    return shape, tuple(tuple(v) if isinstance(v, list) else v for v in values)


def dimensions_of(fact: Table) -> list[str]:
    """The dimensions that a table knows, after "" for all of it."""
    return ["", *(d for d, columns in DIMENSIONS.items() if fact in columns)]


def person(fact: Table) -> ColumnElement:
    """Whose row it is: a lead is a person of its own, since most leads are not customers."""
    return fact.c.lead_id if fact.name in ("leads", "lead_moves", "hand_offs") else fact.c.customer_id


def whose(fact: Table) -> ColumnElement:
    """The person behind a row; a row that names nobody, such as a case of a stranger, is somebody's of its own."""
    (key, *more), who = fact.primary_key.columns, person(fact)
    if more or not isinstance(key.type, Text) or not isinstance(who.type, Text):
        return who
    return func.coalesce(who, key)


def is_a_person_each(fact: Table) -> bool:
    """Whether no two rows of a table are of one person."""
    return list(fact.primary_key.columns) == [person(fact)]


def visible(fact: Table) -> ColumnElement[bool]:
    """A held-out alert is shown to nobody, so it is counted for nobody."""
    return app_schema.alerts.c.arm == "treated" if fact is app_schema.alerts else true()


def people(
    ask: Ask, counts: Sequence[Counted], dimensions: Sequence[str], months: Sequence[Period]
) -> list[dict[str, Between]]:
    """For each of `counts`, dimension → the people of its values; "" is all of them."""
    alike: dict[Hashable, list[int]] = {}
    for number, counted in enumerate(counts):
        own = is_a_person_each(counted.fact)
        alike.setdefault((counted.fact, _same(counted.at)) if own else number, []).append(number)
    answer: list[dict[str, Between]] = [{} for _ in counts]
    for numbers in alike.values():
        together = [counts[n] for n in numbers]
        if is_a_person_each(together[0].fact):
            statements = _each_row(together, dimensions, months)
        else:
            statements = _each_person(together[0], dimensions, months)
        for some, statement in statements.items():
            frame = ask(statement)
            for d in some:
                for number, between in zip(
                    numbers, _between(frame, len(numbers), d, some, months), strict=True
                ):
                    answer[number][d] = between
    return answer


Statements = dict[tuple[str, ...], Select]
"""The dimensions that a statement answers for → it."""


def _each_row(counts: Sequence[Counted], dimensions: Sequence[str], months: Sequence[Period]) -> Statements:
    fact, month = counts[0].fact, month_of(counts[0].at)
    dated = (
        select(
            month.label("month"),
            *(DIMENSIONS[d][fact].label(d) for d in dimensions if d),
            *(case((c.which, 1)).label(f"row_{at}") for at, c in enumerate(counts)),
        )
        .where(_inside(month, months), visible(fact))
        .subquery("dated")
    )
    sums = (func.count(dated.c[f"row_{at}"]).label(f"people_{at}") for at in range(len(counts)))
    columns = [dated.c.month, literal(None, dated.c.month.type).label("before"), *sums]
    return {tuple(dimensions): grouped(select(*columns), dated, dimensions, [dated.c.month])}


def _each_person(counted: Counted, dimensions: Sequence[str], months: Sequence[Period]) -> Statements:
    """What is the same in all rows of a person is looked up after its months, which then are those of every value."""
    of_people = tuple(d for d in dimensions if not d or _is_of_the_person(counted.fact, d))
    of_rows = tuple(d for d in dimensions if d not in of_people)
    parts = {of_people: _by_person, of_rows: _by_row}
    return {some: build(counted, some, months) for some, build in parts.items() if some}


def _by_person(counted: Counted, dimensions: Sequence[str], months: Sequence[Period]) -> Select:
    fact, month = counted.fact, month_of(counted.at)
    who = person(fact)
    assert who.key, f"{fact.name} has no column of its person"
    each = (
        select(whose(fact).label("whose"), who.label(who.key), month.label("month"))
        .where(counted.which, _inside(month, months), whose(fact).is_not(None), visible(fact))
        .distinct()
        .subquery(fact.name)
    )
    swap = partial(_swapped, fact, each)
    named = [visitors.replacement_traverse(DIMENSIONS[d][fact], {}, swap).label(d) for d in dimensions if d]
    since = select(
        each.c.month, _last(each, [each.c.whose, each.c[who.key]]).label("before"), *named
    ).subquery("since")
    edges = [since.c.month, since.c.before]
    return grouped(select(*edges, func.count().label("people_0")), since, dimensions, edges)


def _swapped(fact: Table, each: Subquery, element: Any, **_: Any) -> Any:
    if isinstance(element, Column) and element.table is fact:
        return each.c[element.key]
    return each if element is fact else None


def _by_row(counted: Counted, dimensions: Sequence[str], months: Sequence[Period]) -> Select:
    fact, month = counted.fact, month_of(counted.at)
    dated = (
        select(
            whose(fact).label("whose"),
            month.label("month"),
            *(DIMENSIONS[d][fact].label(d) for d in dimensions),
        )
        .where(counted.which, _inside(month, months), whose(fact).is_not(None), visible(fact))
        .distinct()
        .subquery("dated")
    )
    whom = [dated.c.whose, dated.c.month]
    each = grouped(select(*whom), dated, dimensions, whom).subquery("each")
    values = [each.c[d] for d in dimensions]
    before = _last(each, [each.c.left_out, *values, each.c.whose])
    since = select(each.c.left_out, *values, each.c.month, before.label("before")).subquery("since")
    columns = [since.c.left_out, *(since.c[d] for d in dimensions), since.c.month, since.c.before]
    return select(*columns, func.count().label("people_0")).group_by(*columns)


def _last(each: Subquery, partition: Sequence[ColumnElement]) -> ColumnElement:
    return func.lag(each.c.month).over(partition_by=partition, order_by=each.c.month)


@lru_cache(maxsize=256)
def _is_of_the_person(fact: Table, dimension: str) -> bool:
    """Whether a table looks a dimension up by the person alone."""
    own = {
        c for c in visitors.iterate(DIMENSIONS[dimension][fact]) if isinstance(c, Column) and c.table is fact
    }
    return own == {person(fact)}


def grouped(
    selection: Select, rows: Subquery, dimensions: Sequence[str], by: Sequence[ColumnElement] = ()
) -> Select:
    """`selection` by `by` and each of `dimensions`, one at a time: `left_out` numbers which, see `of_dimension`.

    With one dimension it is grouped plainly, which every engine can.
    """
    named = [rows.c[d] for d in dimensions if d]
    if len(dimensions) == 1:
        plain = selection.add_columns(*named, literal(0).label("left_out"))
        return plain.group_by(*by, *named) if by or named else plain
    sets = [tuple_(*by, *([rows.c[d]] if d else [])) for d in dimensions]
    return selection.add_columns(*named, func.grouping(*named).label("left_out")).group_by(
        func.grouping_sets(*sets)
    )


def of_dimension(frame: pd.DataFrame, dimension: str, dimensions: Sequence[str]) -> pd.DataFrame:
    """The rows of an answer of `grouped` that are told apart by one of its dimensions."""
    named = [d for d in dimensions if d]
    bits = sum(2**bit for bit, d in enumerate(reversed(named)) if d != dimension)
    return frame[frame["left_out"] == (bits if len(dimensions) > 1 else 0)]


def value_numbers(rows: pd.DataFrame, dimension: str) -> tuple[np.ndarray, tuple[str | None, ...]]:
    """Of each row which value it has, and the values in their order; of all rows alike the value is ""."""
    if not dimension:
        return np.zeros(len(rows), int), ("",) if len(rows) else ()
    codes, values = pd.factorize(rows[dimension], sort=True, use_na_sentinel=True)
    named: tuple[str | None, ...] = tuple(str(v) for v in values)
    if (codes < 0).any():
        codes, named = np.where(codes < 0, len(named), codes), (*named, None)
    return codes, named


def _between(
    frame: pd.DataFrame, counts: int, dimension: str, dimensions: Sequence[str], months: Sequence[Period]
) -> Iterator[Between]:
    """Of each count of an answer the people of the values of which it counts anybody."""
    rows = of_dimension(frame, dimension, dimensions)
    codes, values = value_numbers(rows, dimension)
    at, last = (_numbers(rows[c], months) for c in ("month", "before"))
    for number in range(counts):
        people = rows[f"people_{number}"].to_numpy(float)
        there = people > 0
        used, own = np.unique(codes[there], return_inverse=True)
        shape = (len(used), len(months) + 1)
        yield Between(
            tuple(values[n] for n in used),
            comparable_months.people_between(own, at[there], last[there], people[there], shape),
        )


def _numbers(days: pd.Series, months: Sequence[Period]) -> np.ndarray:
    """Which of the months each first day of a month begins; -1 where there is no day."""
    which = pd.to_datetime(days).to_numpy().astype("datetime64[M]")
    counted = (which - np.datetime64(months[0].start, "M")).astype(int)
    return np.where(np.isnat(which), -1, counted)


def _inside(month: ColumnElement, months: Sequence[Period]) -> ColumnElement[bool]:
    return month.between(months[0].start, months[-1].start)
