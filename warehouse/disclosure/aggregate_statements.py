"""What a viewer who sees aggregates only may ask: a walk through the parts of a statement.

Every column out is a total, a constant, or a group that names no person. Every total stands beside the number of
people behind it, counted under the same condition, so that a figure about too few can be suppressed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, DateTime, Float, Numeric, Select, Table
from sqlalchemy.sql import elements as e
from sqlalchemy.sql import operators
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import Exists, ScalarSelect

from warehouse.disclosure.people_behind import ABOUT_STAFF, IDENTIFYING, PEOPLE, PERSONS, STAFF
from warehouse.errors import AccessRefused
from warehouse.sql.statement_parts import parts_of

_TOTALS = frozenset({"count", "sum", "avg", "median", "p90"})
_AROUND = frozenset({"coalesce", "nullif", "abs", "round", "to_float", "ratio"})
"""Functions that may stand around a total."""


def check_aggregates(statement: Any, *, counting_people: bool = True) -> None:
    """Raise AccessRefused unless every column out is a total over counted people, or a group that names no person.

    Without `counting_people` a total need not say over how many people it is: who asks knows which are hidden.
    """
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
    persons = PERSONS | (
        STAFF if {p.name for p in parts if isinstance(p, Table)} <= ABOUT_STAFF else frozenset()
    )
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
        elif totals and counting_people:
            people = columns.get(f"{name}{PEOPLE}")
            if people is None:
                raise AccessRefused(
                    "Your role sees totals only, and this total does not say how many people it covers."
                )
            for total in totals:
                _check_same_people(total, _people_condition(people, persons))


def groups_of(statement: Select) -> list[str]:
    """The columns of the answer that the statement groups by."""
    groups = _groups(statement)
    names = []
    for name, column in statement.selected_columns.items():
        if _is_group(column.element if isinstance(column, e.Label) else column, groups):
            names.append(name)
    return names


def _groups(statement: Select) -> list[Any]:
    # The library wraps a function that groups into a list of one.
    return [
        single
        for group in statement._group_by_clauses
        for single in (group.clauses if isinstance(group, e.ClauseList) else [group])
    ]


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
    inner = scalar.element
    if not isinstance(inner, Select) or not inner._correlate:
        return False
    outer = set(inner._correlate)
    pairs = [
        {side.table for side in (c.left, c.right)} if _equates_columns(c) else set()
        for c in inner._where_criteria
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
