"""A part that an observation names, against the rest of the same slice: the difference with its interval."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import Change, compare
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import figure, points, signed, verdict_in_words
from metrics.definitions import published_margins
from metrics.definitions.measure import Metric, Ratio
from metrics.definitions.scope import Scope
from metrics.qualification.qualification_versions import as_agreed
from metrics.query.query import Query, ask, figures
from warehouse.access import data_coverage
from warehouse.access.reader import Reader
from warehouse.schema import plain

DIMENSIONS_NAMED = ("channel", "product", "segment", "campaign", "district")
"""What a part can be named by."""


@dataclass(frozen=True)
class PartAgainstRest:
    """Both figures and what their difference comes to."""

    part: dict[str, float]
    rest: dict[str, float]
    change: Change


@as_agreed
def part_against_rest(
    reader: Reader, name: str, scope: Scope, dimension: str, value: str
) -> PartAgainstRest | None:
    """`value` of `dimension` against all other values of it; None where the figure has no such part for the reader.

    Only for figures that are shares or scores: of a count the part is always less than the rest.
    """
    metric = CATALOGUE[name]
    if not isinstance(metric, Ratio) or _is_refused(reader, metric, dimension, scope):
        return None
    query = Query.of([name], scope, [dimension], [scope.period])
    rows = ask(query, reader, data_coverage.available_columns(reader))
    mine = rows[dimension] == value
    if not mine.any() or mine.all():
        return None
    one, other = _totals(metric, rows[mine]), _totals(metric, rows[~mine])
    if math.isnan(one["value"]) or math.isnan(other["value"]):
        return None
    return PartAgainstRest(one, other, compare(metric, one, other))


def _is_refused(reader: Reader, metric: Ratio, dimension: str, scope: Scope) -> bool:
    """Whether the reader's role may not tell this figure apart so."""
    facts = {metric.numerator.fact, metric.denominator.fact}
    return reader.sees_totals_only(*facts) and bool(published_margins.refusal([dimension], scope.filters))


def _totals(metric: Ratio, rows: pd.DataFrame) -> dict[str, float]:
    """The figure over several groups: their parts added up; not known as soon as one of them is."""
    each = [figures(metric, row) for _, row in rows.iterrows()]
    top = sum(f["numerator"] for f in each)
    bottom = sum(f["denominator"] for f in each)
    return {
        "value": metric.scale * top / bottom if bottom else float("nan"),
        "numerator": top,
        "denominator": bottom,
    }


def named_part(texts: str, values: Mapping[str, Iterable[str]]) -> tuple[str, str] | None:
    """The first (dimension, value) that a text names as a word of its own, the longest name first; None for none."""
    pairs = [(d, v) for d in DIMENSIONS_NAMED for v in values.get(d, ())]
    for dimension, value in sorted(pairs, key=lambda pair: -len(pair[1])):
        if re.search(rf"(?<!\w){re.escape(plain(value))}(?!\w)", texts, re.IGNORECASE):
            return dimension, value
    return None


def in_words(name: str, label: str, compared: PartAgainstRest) -> str:
    """The comparison as a sentence."""
    metric, change = CATALOGUE[name], compared.change
    both = f"{label}: {figure(metric, compared.part['value'])}, the rest: {figure(metric, compared.rest['value'])}"
    if change.verdict in (Verdict.TOO_FEW, Verdict.NOT_KNOWN, Verdict.NO_FIGURE_BEFORE):
        return f"{both}: {verdict_in_words(change.verdict, change.n)}."
    if change.low is None or change.high is None:
        return f"{both}."
    low, high = _ends(metric, change.low, change.high)
    clear = change.verdict.is_a_finding
    return f"{both}; 95% interval of the difference {low} to {high}. " + (
        "That is more than chance." if clear else "That may be chance."
    )


def _ends(metric: Metric, low: float, high: float) -> tuple[str, str]:
    """The ends of the interval: of a share and a score a difference, else a ratio."""
    if metric.unit == "share":
        return points(low), points(high)
    if metric.unit == "points" and isinstance(metric, Ratio):
        return figure(metric, metric.scale * low), figure(metric, metric.scale * high)
    return signed(low - 1), signed(high - 1)
