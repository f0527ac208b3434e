"""A condition: one comparison of one attribute, with its SQL, its words, and whether it holds for values at hand.

Qualification, alert rules and offers are made of conditions, each over its own closed list of attributes. Of
qualification and offers all must hold; alert rules put them into groups, joined by “and” and “or”.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import ge, le
from typing import Any, Literal

import pandas as pd
from sqlalchemy import ColumnElement, and_, or_

from metrics.comparison.currency import in_currency
from metrics.comparison.words import as_typed, days, hkd, numeral, share, signed
from warehouse.errors import ChangeRefused
from warehouse.schema import plain

OPERATORS = {
    "one_of": "is",
    "none_of": "is known and not",
    "at_least": "is at least",
    "at_most": "is at most",
}
OF_WORDS, OF_NUMBERS = ("one_of", "none_of"), ("at_least", "at_most")
_COMPARED: Mapping[str, Callable[[Any, Any], Any]] = {"at_least": ge, "at_most": le}
MOST_VALUES = 50


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """What a condition may be about: in words, how it may be compared, the values to choose from, and their unit."""

    label: str
    operators: tuple[str, ...]
    choices: tuple[float, ...] = ()
    unit: Literal["as typed", "HKD", "days", "share", "number"] = "number"

    @property
    def is_number(self) -> bool:
        """Whether it is compared by how much."""
        return self.operators[0] in OF_NUMBERS

    def written(self, value: str | float) -> str:
        """A value in words, such as `paid search`, `HKD 500,000` or `−25%`."""
        if isinstance(value, str):
            return plain(value)
        if self.unit == "share":
            return signed(value, 0) if value < 0 else share(value, 0)
        return {"HKD": hkd, "days": days, "number": numeral}.get(self.unit, as_typed)(value)


@dataclass(frozen=True, kw_only=True)
class Condition:
    """An attribute that is not known fulfils no comparison. Kept as `[attribute, operator, values]`."""

    attribute: str
    operator: str
    values: tuple[str | float, ...]

    def check(self, attributes: Mapping[str, Attribute], unknown: str = "") -> None:
        """Raise ChangeRefused for what is not of the list (`unknown`), and for what it cannot be compared with."""
        if self.attribute not in attributes:
            raise ChangeRefused(unknown)
        about = attributes[self.attribute]
        if self.operator not in about.operators:
            fits = " or ".join(OPERATORS[o] for o in about.operators)
            raise ChangeRefused(f"{about.label.capitalize()} can only be compared by “{fits}”.")
        kind = (int, float) if about.is_number else (str,)
        if not 1 <= len(self.values) <= (1 if about.is_number else MOST_VALUES) or not all(
            isinstance(v, kind) and not isinstance(v, bool) and pd.notna(v) for v in self.values
        ):
            raise ChangeRefused(f"The rule does not say what {about.label} is compared with.")

    def in_words(self, attributes: Mapping[str, Attribute], *, brief: bool = False) -> str:
        """`Marketing's score is at least 45`, or `Savings at least HKD 500,000` in brief."""
        about, verb = attributes[self.attribute], OPERATORS[self.operator]
        values = " or ".join(about.written(v) for v in self.values)
        return f"{in_currency(about.label)} {verb.removeprefix('is ') if brief else verb} {values}"

    def expression(self, columns: Mapping[str, ColumnElement]) -> ColumnElement[bool]:
        """The comparison in SQL, its values bound."""
        column = columns[self.attribute]
        if self.operator in OF_NUMBERS:
            compared: ColumnElement[bool] = _COMPARED[self.operator](column, self.values[0])
            return compared
        return column.in_(self.values) if self.operator == "one_of" else column.not_in(self.values)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether it holds for what is known of one; the same comparison as in SQL."""
        value = facts.get(self.attribute)
        if value is None or pd.isna(value):
            return False
        if self.operator in OF_WORDS:
            return (value in self.values) == (self.operator == "one_of")
        return bool(_COMPARED[self.operator](value, self.values[0]))


@dataclass(frozen=True, kw_only=True)
class NestedConditions:
    """Groups of conditions, joined once: `(A and B) or C` with `any_group`, `(A or B) and C` without.

    What is not known fulfils nothing, here as in SQL.
    """

    groups: tuple[tuple[Condition, ...], ...]
    any_group: bool = True

    def expression(self, columns: Mapping[str, ColumnElement]) -> ColumnElement[bool]:
        """The groups in SQL, their values bound."""
        inner, outer = (and_, or_) if self.any_group else (or_, and_)
        return outer(*(inner(*(c.expression(columns) for c in group)) for group in self.groups))

    def holding(self, facts: Mapping[str, Any]) -> tuple[Condition, ...]:
        """The conditions that hold, of the groups that hold: what speaks for the whole. Empty where it does not hold."""
        each, whole = (all, any) if self.any_group else (any, all)
        true = [tuple(c for c in group if c.holds(facts)) for group in self.groups]
        holds = [each(c.holds(facts) for c in group) for group in self.groups]
        if not whole(holds):
            return ()
        return tuple(c for group, stands in zip(true, holds, strict=True) if stands for c in group)

    def in_words(self, attributes: Mapping[str, Attribute]) -> str:
        """Such as `(Savings at least HKD 500,000 and Complaints in a year at least 1) or App visits at most 2`."""
        inner, outer = (" and ", " or ") if self.any_group else (" or ", " and ")
        parts = [inner.join(c.in_words(attributes, brief=True) for c in group) for group in self.groups]
        several = len(parts) > 1
        return outer.join(
            f"({p})" if several and len(g) > 1 else p for p, g in zip(parts, self.groups, strict=True)
        )


def at_least(attribute: str, value: float) -> Condition:
    """The commonest condition."""
    return Condition(attribute=attribute, operator="at_least", values=(value,))
