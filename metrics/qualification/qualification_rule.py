"""What “qualified” means: a rule over a lead's attributes, in numbered versions that are never changed.

A rule is made of a closed set of attributes and comparisons and becomes one SQL expression: the moment a lead counts as
qualified. Version 1 is what the sources say (`leads.mql_at`). Every figure that reads that column can be asked under any
version, because the column is replaced by the version's moment inside the figure's own definition.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

from sqlalchemy import Column, ColumnElement, and_, case, func
from sqlalchemy.sql import visitors

from metrics.catalogue import CATALOGUE
from metrics.comparison.condition import OF_NUMBERS, OF_WORDS, Attribute, Condition
from metrics.definitions.measure import Measure, Metric, Ratio
from metrics.definitions.scope import Period
from warehouse.errors import ChangeRefused
from warehouse.schema import lead_moves, leads

ATTRIBUTES: Mapping[str, Attribute] = {
    "channel": Attribute(label="channel", operators=OF_WORDS),
    "product": Attribute(label="product", operators=OF_WORDS),
    "campaign": Attribute(label="campaign", operators=OF_WORDS),
    "score": Attribute(label="Marketing's score", operators=OF_NUMBERS, unit="as typed"),
    "expected_value": Attribute(label="expected value in HKD", operators=OF_NUMBERS, unit="as typed"),
}
"""What a rule may look at. Nothing personal: a column that is blank for a role would give it another number."""
_COLUMNS = {name: leads.c["campaign_id" if name == "campaign" else name] for name in ATTRIBUTES}


@dataclass(frozen=True, kw_only=True)
class QualificationRule:
    """All conditions must hold; with `as_sources_say`, the department's own systems must call it qualified too."""

    conditions: tuple[Condition, ...] = ()
    as_sources_say: bool = True

    def __post_init__(self) -> None:
        for c in self.conditions:
            unknown = f"A lead has no attribute “{c.attribute}”. A rule may use: {', '.join(ATTRIBUTES)}."
            c.check(ATTRIBUTES, unknown)
        if not self.conditions and not self.as_sources_say:
            raise ChangeRefused("A rule without any condition would call every lead qualified.")
        if len({(c.attribute, c.operator) for c in self.conditions}) < len(self.conditions):
            raise ChangeRefused("The rule makes the same comparison twice. Put its values into one.")

    def in_words(self) -> str:
        """The rule as a sentence."""
        parts = ["Marketing's systems call it qualified"] if self.as_sources_say else []
        return " and ".join([*parts, *(c.in_words(ATTRIBUTES) for c in self.conditions)])

    def moment(self) -> ColumnElement:
        """When a lead counts as qualified, NULL if it does not.

        Where the sources never called it qualified, the day it came: a lead that both versions call qualified then
        stays in its period, so that a preview shows changes of class and no shifts of days.
        """
        column = leads.c.mql_at
        first = column if self.as_sources_say else func.coalesce(column, leads.c.created_at)
        if not self.conditions:
            return first
        return case((and_(*(c.expression(_COLUMNS) for c in self.conditions)), first))

    def as_text(self) -> str:
        """The rule as it is kept."""
        return json.dumps(
            {
                "as_sources_say": self.as_sources_say,
                "conditions": [[c.attribute, c.operator, list(c.values)] for c in self.conditions],
            }
        )


SOURCES_SAY = QualificationRule()
"""Version 1."""

Timeline = tuple[tuple[date, QualificationRule], ...]
"""Which rule applies to the leads that came from which day on, earliest first; version 1 before all of them."""


def read_rule(text: str) -> QualificationRule:
    """The rule behind `QualificationRule.as_text`. Raises ChangeRefused for anything else."""
    try:
        parsed = json.loads(text)
        conditions = tuple(
            Condition(attribute=a, operator=o, values=tuple(v)) for a, o, v in parsed["conditions"]
        )
        return QualificationRule(conditions=conditions, as_sources_say=parsed["as_sources_say"] is True)
    except (ValueError, TypeError, KeyError):
        raise ChangeRefused("This rule cannot be read, so nothing was computed with it.") from None


def moment(timeline: Timeline) -> ColumnElement:
    """When a lead counts as qualified by the rule of the day it came."""
    if not timeline:
        return SOURCES_SAY.moment()
    newest_first = [
        (leads.c.created_at >= datetime.combine(day, time.min), rule.moment())
        for day, rule in reversed(timeline)
    ]
    return case(*newest_first, else_=leads.c.mql_at)


_FROM_SOURCES = (leads.c.mql_at, lead_moves.c.mql_at)
"""What the sources say, on a lead and on each of its moves."""


@lru_cache(maxsize=1)
def dependent() -> frozenset[str]:
    """The figures that depend on what “qualified” means."""
    day = Period(date(2000, 1, 1), date(2000, 1, 1))
    return frozenset(
        name
        for name, metric in CATALOGUE.items()
        if any(
            any(element is moment for moment in _FROM_SOURCES)
            for measure in (
                (metric.numerator, metric.denominator) if isinstance(metric, Ratio) else (metric,)
            )
            for element in visitors.iterate(measure.over(day))
        )
    )


def under(rule: QualificationRule) -> Mapping[str, Metric]:
    """The catalogue with one rule for every lead, whenever it came."""
    return CATALOGUE if rule == SOURCES_SAY else _rewritten(((date.min, rule),), always=True)


def catalogue(timeline: Timeline) -> Mapping[str, Metric]:
    """The catalogue with the rule of its day for every lead; without a timeline, the catalogue itself."""
    return _rewritten(timeline) if timeline else CATALOGUE


@lru_cache(maxsize=64)
def _rewritten(timeline: Timeline, *, always: bool = False) -> Mapping[str, Metric]:
    when = timeline[0][1].moment() if always else moment(timeline)
    measures = {
        m: with_moment(m, when) if n in dependent() else m
        for n, m in CATALOGUE.items()
        if isinstance(m, Measure)
    }
    return {
        name: measures[metric]
        if isinstance(metric, Measure)
        else replace(metric, numerator=measures[metric.numerator], denominator=measures[metric.denominator])
        for name, metric in CATALOGUE.items()
    }


def with_moment(measure: Measure, when: ColumnElement) -> Measure:
    """The measure with `when`, an expression over `leads`, in the place of `mql_at`.

    A move carries the attributes of its lead, so that the rule reads them there.
    """

    def on_moves(element: Any, **_: Any) -> Any:
        own = isinstance(element, Column) and element.table is leads
        return lead_moves.c[element.key] if own else None

    on_a_move = visitors.replacement_traverse(when, {}, on_moves)

    def swap(element: Any, **_: Any) -> Any:
        if element is leads.c.mql_at:
            return when
        return on_a_move if element is lead_moves.c.mql_at else None

    def swapped(expression: ColumnElement | None) -> Any:
        return None if expression is None else visitors.replacement_traverse(expression, {}, swap)

    belongs, state = measure.filter, measure.state
    return replace(
        measure,
        expression=swapped(measure.expression),
        time_column=swapped(measure.time_column),
        where=swapped(measure.where),
        filter=None if belongs is None else lambda period: swapped(belongs(period)),
        state=None if state is None else lambda instant: swapped(state(instant)),
    )


def changes(old: ColumnElement, new: ColumnElement) -> dict[str, Measure]:
    """Of the leads that came in a period: how many two moments agree on, and how many change class."""

    def came(label: str, where: ColumnElement[bool]) -> Measure:
        return Measure(
            label=label,
            description=label,
            owner="Marketing",
            fact=leads,
            time_column=leads.c.created_at,
            where=where,
        )

    was, now = old.is_not(None), new.is_not(None)
    return {
        "kept": came("Qualified under both", and_(was, now)),
        "gained": came("Becomes qualified", and_(old.is_(None), now)),
        "lost": came("No longer qualified", and_(was, new.is_(None))),
        "neither": came("Qualified under neither", and_(old.is_(None), new.is_(None))),
    }
