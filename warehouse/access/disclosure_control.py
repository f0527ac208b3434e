"""What a viewer who sees only totals may ask, and what of the answer stays blank.

Every column out is a total, a constant, or a group that names no person. Every total stands beside the number of
people behind it, counted under the same condition, so that a figure about too few can be blanked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Column, ColumnElement, DateTime, Float, Numeric, Select
from sqlalchemy.sql import elements as e
from sqlalchemy.sql import operators
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Exists, ScalarSelect

from warehouse.access.sql_allow_list import parts_of, tables_of
from warehouse.errors import AccessRefused

PEOPLE = "__people"
"""Suffix of the column that counts the people behind a figure."""
BESIDES = "__besides"
"""`<figure>__besides…__people` counts those whom the figure leaves out of a whole that is shown beside it."""

PERSONS = frozenset({"customer_id", "lead_id", "answer_id"})
"""The keys that stand for one person."""
STAFF, ABOUT_STAFF = frozenset({"username"}), frozenset({"users", "sessions"})
"""The key of a colleague, and the tables about colleagues alone: only there does she count as one of the people."""

IDENTIFYING = PERSONS | {
    *("account_id", "transaction_id", "touch_id", "ticket_id", "survey_id"),
    *(
        "alert_id",
        "step_id",
        "offer_id",
        "acquired_by_lead_id",
        "same_as_lead_id",
        "record_id",
        "person_id",
        "username",
        "token_hash",
    ),
}

_TOTALS = frozenset({"count", "sum", "avg", "median", "p90"})
_AROUND = frozenset({"coalesce", "nullif", "abs", "round", "to_float", "ratio"})
"""Functions that may stand around a total."""


def check(statement: Any) -> None:
    """Raise AccessRefused unless every column out is a total over counted people, or a group that names no person."""
    if not isinstance(statement, Select):
        raise _refused("asks for single rows")
    parts = list(parts_of(statement))
    lists = {id(s) for part in parts for s in _searched_in(part)}
    for part in parts:
        if isinstance(part, ScalarSelect) and id(part) not in lists and not _is_look_up(part):
            raise _refused("looks up a single row")
    groups = _groups(statement)
    if any(_singles_out(root) for group in groups for root in _roots(group)):
        raise _refused("singles out people")
    persons = PERSONS | (STAFF if {t.name for t in tables_of(statement)} <= ABOUT_STAFF else frozenset())
    columns: dict[str, ColumnElement] = {}
    for name, column in statement.selected_columns.items():
        if name in columns:
            raise _refused("gives two columns the same name")
        columns[name] = column.element if isinstance(column, e.Label) else column
    for name, column in columns.items():
        if _is_group(column, groups):
            continue
        if not _is_total(column, groups):
            raise _refused("asks for single rows")
        totals = list(_totals_in(column))
        if name.endswith(PEOPLE):
            _people_condition(column, persons)
        elif totals:
            people = columns.get(f"{name}{PEOPLE}")
            if people is None:
                raise AccessRefused(
                    "Your role sees totals only, and this total does not say over how many people."
                )
            for total in totals:
                _check_same_people(total, _people_condition(people, persons))


def without_small_cells(frame: pd.DataFrame, smallest: int, groups: Sequence[str] = ()) -> pd.DataFrame:
    """`frame` with every figure about 1 to `smallest` - 1 people blank, and how few they are too.

    So are figures that leave so few out (`BESIDES`), and as many others as it takes that no blank one can be worked out
    from the rest of its row of groups and their total. `groups` are the columns that the totals are grouped by.
    """
    counts: dict[str, list[str]] = {}
    for column in frame.columns:
        if column.endswith(PEOPLE):
            counts.setdefault(column.removesuffix(PEOPLE).partition(BESIDES)[0], []).append(column)
    for figure, mine in counts.items():
        sizes = frame[mine].to_numpy(float)
        few = pd.Series(((sizes >= 1) & (sizes < smallest)).any(axis=1), frame.index)
        if not few.any():
            continue
        if (people := f"{figure}{PEOPLE}") in frame:
            few = not_alone(frame[people].fillna(0), few, [frame[g] for g in groups], smallest)
        # How few they are says as much as the figure itself.
        for column in [*mine, *([figure] if figure in frame else [])]:
            frame[column] = frame[column].mask(few)
    return frame


def not_alone(people: pd.Series, few: pd.Series, groups: Sequence[pd.Series], smallest: int) -> pd.Series:
    """`few` with the cells that must be blank beside them, so that nobody can subtract the others from the total.

    A line is the cells that differ in one of `groups` alone: the total of each may stand on another page. Where a line
    has blank cells, they are two or more, about `smallest` people or more; else its next smallest are blank too, as long
    as there is one with anybody in it.
    """
    blank, before = few.to_numpy(bool, copy=True), -1
    size = people.to_numpy(float)
    keys = [pd.factorize(g, use_na_sentinel=False)[0] for g in groups]
    lines = []
    for at in range(len(keys)):
        others = [k for n, k in enumerate(keys) if n != at]
        line = np.zeros(len(size), int)
        for key in others:
            line = np.unique(np.column_stack([line, key]), axis=0, return_inverse=True)[1].reshape(-1)
        order = np.argsort(line, kind="stable")
        lines += np.split(order, np.flatnonzero(np.diff(line[order])) + 1)
    lines = [line for line in lines if line.size > 1]
    while blank.sum() != before:
        before = blank.sum()
        for line in lines:
            _cover(line, blank, size, smallest)
    return pd.Series(blank, index=few.index)


def _cover(line: np.ndarray, blank: np.ndarray, size: np.ndarray, smallest: int) -> None:
    """Blank the next smallest cells of a line until those that are blank cannot be told apart."""
    while (hidden := line[blank[line]]).size and (hidden.size < 2 or size[hidden].sum() < smallest):
        rest = line[~blank[line] & (size[line] > 0)]
        if not rest.size:
            return
        # All that are equally small: which of them it is must not depend on a name.
        blank[rest[size[rest] == size[rest].min()]] = True


def groups_of(statement: Select) -> list[str]:
    """The columns of the answer that the statement groups by."""
    groups = _groups(statement)
    found = []
    for name, column in statement.selected_columns.items():
        if _is_group(column.element if isinstance(column, e.Label) else column, groups):
            found.append(name)
    return found


def _groups(statement: Select) -> list[Any]:
    # The library wraps a function that groups into a list of one.
    return [
        single
        for group in statement._group_by_clauses
        for single in (group.clauses if isinstance(group, e.ClauseList) else [group])
    ]


def together(frame: pd.DataFrame, along: str, smallest: int) -> pd.DataFrame:
    """`frame`, one row per value of the number `along`, with groups of too few people put together with the next.

    Its other columns are `people` and how many they are. A put-together group stands at its last value; what is left
    over at the end joins the group before. Every row is about at least `smallest` people, and nobody is left out,
    unless there are too few in all.
    """
    rows: list[tuple[Any, int]] = []
    held = 0
    for at, people in frame[[along, "people"]].sort_values(along).itertuples(index=False):
        held += int(people)
        if held >= smallest:
            rows.append((at, held))
            held = 0
    if held and rows:
        rows[-1] = (frame[along].max(), rows[-1][1] + held)
    return pd.DataFrame(rows, columns=[along, "people"]).astype(frame[[along, "people"]].dtypes)


def _refused(what: str) -> AccessRefused:
    return AccessRefused(f"Your role sees totals only, and this question {what}.")


def _searched_in(part: Any) -> Iterator[ScalarSelect]:
    """The subqueries that only answer whether something is in them; the library writes them like a look-up."""
    if isinstance(part, Exists):
        inside: list[Any] = [part.element]
    elif isinstance(part, e.BinaryExpression) and part.operator in (operators.in_op, operators.not_in_op):
        inside = [part.right]
    else:
        return
    for grouped in inside:
        element = grouped
        while isinstance(element, e.Grouping):
            element = element.element
        if isinstance(element, ScalarSelect):
            yield element


def _is_look_up(scalar: ScalarSelect) -> bool:
    """Whether it finds a value for each row by key alone, and so can pick out nobody."""
    found = scalar.element
    if not isinstance(found, Select) or not found._correlate:
        return False
    outer = set(found._correlate)
    pairs = [
        {side.table for side in (c.left, c.right)} if _equates_columns(c) else set()
        for c in found._where_criteria
    ]
    return bool(pairs) and all(pairs) and any(pair & outer for pair in pairs)


def _equates_columns(condition: Any) -> bool:
    return (
        isinstance(condition, e.BinaryExpression)
        and condition.operator is operators.eq
        and isinstance(condition.left, e.ColumnClause)
        and isinstance(condition.right, e.ColumnClause)
    )


def _roots(expression: Any) -> list[Any]:
    """The columns of tables that an expression shows, also through subqueries and new names; of a look-up its result."""
    if isinstance(expression, ScalarSelect):
        return [root for c in expression.element.selected_columns for root in _roots(c)]
    if isinstance(expression, e.ColumnClause):
        bases = [base for base in expression.base_columns if base is not expression]
        return [root for base in bases for root in _roots(base)] if bases else [expression]
    if isinstance(expression, FunctionElement) and expression.name in ("count", "month_of"):
        # How many, or in which month: neither tells who.
        return []
    if isinstance(expression, FunctionElement) and expression.name == "days_between":
        # Whole days tell no more than a date does, which may be a group; a moment may not.
        inside = [root for child in expression.clauses for root in _roots(child)]
        return [root for root in inside if not isinstance(root.type, DateTime)]
    return [root for child in expression.get_children() for root in _roots(child)]


def _singles_out(column: Any) -> bool:
    """Whether grouping by it can leave a person alone: keys, personal columns, amounts, moments."""
    amount = isinstance(column.type, Numeric | Float | DateTime)
    return column.key in IDENTIFYING or bool(column.info.get("personal")) or amount


def _is_group(expression: Any, groups: list[Any]) -> bool:
    return any(
        expression is g or expression is getattr(g, "element", None) or expression.compare(g) for g in groups
    )


def _is_total(expression: Any, groups: list[Any]) -> bool:
    if isinstance(expression, e.BindParameter | e.Null) or _is_group(expression, groups):
        return True
    if isinstance(expression, FunctionElement):
        if expression.name in _TOTALS:
            return True
        inside: list[Any] = list(expression.clauses) if expression.name in _AROUND else []
    elif isinstance(
        expression, e.BinaryExpression | e.UnaryExpression | e.Grouping | e.Cast | e.Label
    ) and not isinstance(expression, Exists):
        inside = [c for c in expression.get_children() if not isinstance(c, e.TypeClause)]
    else:
        return False
    return bool(inside) and all(_is_total(child, groups) for child in inside)


def _totals_in(expression: Any) -> Iterator[FunctionElement]:
    if isinstance(expression, FunctionElement) and expression.name in _TOTALS:
        yield expression
    else:
        for child in expression.get_children():
            yield from _totals_in(child)


def _split(total: FunctionElement) -> tuple[Any, Any]:
    """What is totalled, and under which condition (None for every row): `sum(case((condition, value)))`."""
    inside = list(total.clauses)
    if len(inside) != 1:
        return None, None
    value = inside[0]
    while isinstance(value, e.Grouping) or getattr(value, "operator", None) is operators.distinct_op:
        value = value.element
    if isinstance(value, e.Case) and value.else_ is None and value.value is None and len(value.whens) == 1:
        return value.whens[0][1], value.whens[0][0]
    return value, None


def _people_condition(expression: Any, persons: frozenset[str]) -> Any:
    """The condition under which people are counted. Raises AccessRefused unless each is counted once."""
    if (
        isinstance(expression, FunctionElement)
        and expression.name == "count"
        and len(expression.clauses) == 1
    ):
        counted = next(iter(expression.clauses))
        person, condition = _split(expression)
        roots = _roots(person) if isinstance(person, e.ColumnClause) else []
        each_once = getattr(counted, "operator", None) is operators.distinct_op
        if each_once and roots and all(isinstance(r, Column) and r.key in persons for r in roots):
            return condition
    raise _refused("does not count the people behind a total")


def _check_same_people(total: FunctionElement, condition: Any) -> None:
    """Raise AccessRefused if a total could be about fewer people than were counted for it."""
    value, under = _split(total)
    same = (
        under is None
        if condition is None
        else under is not None
        and (
            # Comparing two long conditions clause by clause takes seconds where there are many periods.
            under is condition or under.compare(condition)
        )
    )
    parts = [] if value is None else list(parts_of(value))
    picks = any(isinstance(p, e.Case) for p in parts) and (condition is None or total.name == "count")
    who = total.name != "count" and any(r.key in IDENTIFYING for p in parts for r in _leaves(p))
    if not same or picks or who:
        raise _refused("counts other people than the total is about")


def _leaves(part: Any) -> list[Any]:
    return _roots(part) if isinstance(part, e.ColumnClause) else []
