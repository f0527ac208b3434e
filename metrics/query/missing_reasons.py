"""Why a figure is not there: every “no data” on every surface is derived here from what is really missing.

Nothing, not known, not given and hidden are different things, in the answer and on screen; nobody guesses which it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, Protocol

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import day
from metrics.definitions.measure import Metric, Ratio, measures_of
from metrics.definitions.scope import Period, whole_months
from metrics.query import value_basis
from metrics.query.query import VALUES, columns_of, reads_values
from metrics.query.time_coverage import (
    counted,
    delivered_until,
    first_day,
    is_by_month,
    undated,
    untimed,
)
from warehouse.access.data_coverage import Coverage
from warehouse.disclosure.minimum_cell_size import is_enough
from warehouse.schema import plain

Kind = Literal[
    "not given", "not delivered", "not begun", "ahead", "running", "no cases", "hidden", "not known"
]
_WORDS: Mapping[Kind, str] = {
    "not given": "not known",
    "not delivered": "not delivered",
    "not begun": "not known",
    "ahead": "not yet",
    "running": "not yet",
    "no cases": "no cases",
    "hidden": "too few",
    "not known": "not known",
}


@dataclass(frozen=True)
class Missing:
    """Why there is no figure: its kind, and a sentence with table, column or day."""

    kind: Kind
    sentence: str

    @property
    def clause(self) -> str:
        """The sentence as the end of another: `not known: `leads` was not given`."""
        return f"{self.sentence[:1].lower()}{self.sentence[1:].removesuffix('.')}"

    @property
    def word(self) -> str:
        """What stands in place of the figure."""
        return _WORDS[self.kind]

    def about(self, what: str) -> str:
        """As a headline about `what`, a clause: `How many leads came in is not known: there was no case`."""
        clause = self.sentence.rstrip(".")
        if self.kind in ("not delivered", "ahead", "running"):
            return clause
        return f"{what} is {clause[:1].lower()}{clause[1:]}"


class Given(Protocol):
    """A bank, or a warehouse that may become one, that knows what it lacks."""

    @property
    def empty(self) -> frozenset[str]:
        """`table.column` given without any value."""

    def lacking(self, needed: Iterable[str]) -> tuple[str, ...]:
        """Of some `table`s and `table.column`s those that tell nothing; of a table not given, only the table."""


def not_given(needed: Iterable[str], covered: Given | None) -> Missing | None:
    """Of some `table`s and `table.column`s those the bank does not have, named; None if it has all of them."""
    lacking = () if covered is None else covered.lacking(needed)
    if not lacking or covered is None:
        return None
    empty = [name for name in lacking if name in covered.empty]
    absent = [name for name in lacking if name not in covered.empty]
    parts = []
    if absent:
        parts.append(f"{_listed(absent)} {'was' if len(absent) == 1 else 'were'} not given")
    if empty:
        parts.append(f"{_listed(empty)} {'is' if len(empty) == 1 else 'are'} empty in every row")
    return Missing("not given", f"Not known: {' and '.join(parts)}.")


def not_delivered(column: str, period: Period, covered: Coverage | None) -> Missing | None:
    """Whether a dated column (`table.column`) was delivered for none of a period's days; None if it was for some."""
    days = covered.days.get(column) if covered else None
    if days is None or days.delivered_until >= period.start:
        return None
    table = plain(column.partition(".")[0])
    return Missing(
        "not delivered", f"{table.capitalize()} were delivered until {day(days.delivered_until)} only."
    )


@cache
def needs(name: str) -> tuple[str, ...]:
    """The tables and columns of the unified tables that a metric reads: `leads`, `leads.won_at`, …"""
    columns = columns_of(name)
    return tuple(dict.fromkeys([table for table, _ in columns] + [f"{t}.{c}" for t, c in columns]))


def needs_of(name: str, given: Given | None) -> tuple[str, ...]:
    """`needs`, of a lifetime value what it rests on where so much was given: on who left, or on what customers buy."""
    needed = needs(name)
    if given is None or not reads_values(name):
        return needed
    available = frozenset(value_basis.ASKED).difference(given.lacking(value_basis.ASKED))
    if not value_basis.rests_on_purchases(available):
        return needed
    costs_known = value_basis.COST in available or not given.lacking([VALUES])
    others = {value_basis.LEFT, *([value_basis.COST] if costs_known else [])}
    return (*(need for need in needed if need not in others), "transactions", value_basis.BOUGHT)


def not_given_for(names: Iterable[str], covered: Given | None) -> Missing | None:
    """What of all that some metrics read was not given, in one sentence; None if nothing is lacking."""
    return not_given((need for name in names for need in needs_of(name, covered)), covered)


def why(
    name: str,
    period: Period,
    values: Mapping[str, float],
    covered: Coverage | None,
    hidden_below: int | None = None,
) -> Missing | None:
    """Why the figure of a metric over a period has no value; None if it has one.

    `values` is what `metrics.query.query.figures` gives. `hidden_below` is the fewest people shown to who sees
    totals only, None for everybody else.
    """
    metric = CATALOGUE[name]
    if not math.isnan(values["value"]):
        return None
    if missing := not_given_for([name], covered):
        return missing
    if covered is not None and counted(metric, period, covered) is None:
        return _outside(metric, period, covered)
    if isinstance(metric, Ratio) and values.get("denominator") == 0:
        return Missing("no cases", f"Not known: there was no case, {metric.denominator.label.lower()} is 0.")
    if covered is not None and (only_days := untimed(metric, covered)):
        return Missing(
            "not known", f"Not known: of {_listed(only_days)} only the day is given, and no hours."
        )
    if hidden_below is not None:
        return Missing(
            "hidden",
            f"Hidden: it would tell of fewer than {hidden_below} people, alone or beside other figures.",
        )
    return Missing("not known", "Not known for these days.")


def _outside(metric: Metric, period: Period, covered: Coverage) -> Missing:
    until, first = delivered_until(metric, covered), first_day(metric, covered)
    if period.start > covered.as_of:
        return Missing("ahead", f"These days lie after {day(covered.as_of)}, the last day loaded.")
    if is_by_month(metric, covered) and (whole_months(period) is None or until < period.end <= covered.as_of):
        return Missing(
            "running", "Your role counts people in whole months, and these days hold none that is over."
        )
    if until < period.start:
        return Missing("not delivered", f"{_tables(metric)} delivered until {day(until)} only.")
    return Missing("not begun", f"Not known: {_tables(metric, begin=True)} on {day(first)}.")


def delivered_in_part(name: str, period: Period, covered: Coverage | None) -> str:
    """`until 31 May 2026` where only a part of a period was delivered, or which months are counted, otherwise ""."""
    days = counted(CATALOGUE[name], period, covered)
    if days is not None and days != period and is_by_month(CATALOGUE[name], covered):
        return f"whole months, {days.in_words()}"
    return f"until {day(days.end)}" if days is not None and days.end < period.end else ""


def missed(name: str, covered: Coverage | None, hidden_below: int | None = None) -> str:
    """What a figure misses, having no date or, for hours, only a day; or "".

    Such as `5 rows of customers without joined_on are not in it`.
    """
    if covered is None:
        return ""
    metric = CATALOGUE[name]
    rows = [(column, count, "without") for column, count in undated(metric, covered).items()]
    rows += [(column, count, "with only the day of") for column, count in untimed(metric, covered).items()]
    parts = []
    for column, count, how in rows:
        table, _, key = column.partition(".")
        several = count > 1 or hidden_below is not None
        few = hidden_below is not None and not is_enough(count, hidden_below)
        number = f"fewer than {hidden_below}" if few else f"{count:,}"
        parts.append(f"{number} {'rows' if several else 'row'} of {plain(table)} {how} {key}")
    verb = "is" if [count for _, count, _ in rows] == [1] and hidden_below is None else "are"
    return f"{' and '.join(parts)} {verb} not in it" if parts else ""


def _tables(metric: Metric, *, begin: bool = False) -> str:
    facts = (m.fact.name for m in measures_of(metric))
    names = list(dict.fromkeys("leads" if f == "lead_moves" else plain(f) for f in facts))
    listed = " and ".join(names)
    return f"{listed} begin" if begin else f"{listed.capitalize()} were"


def _listed(names: Iterable[str]) -> str:
    quoted = [f"`{name}`" for name in names]
    return " and ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
