"""Whether the bank's data reach back over the period a figure is compared with: what had not begun did not grow."""

from collections.abc import Iterable, Mapping
from itertools import takewhile

import pandas as pd

from metrics import CATALOGUE
from metrics.measure import Metric
from metrics.query import compared_with, measures_of
from metrics.scope import Period, parts_by_month

SHORTEST_GAP = 28
"""Days without anything that are no pause."""
PLENTY = 10
"""As many had been expected in them at the pace of the period."""


def asked(names: Iterable[str], period: Period) -> tuple[Period, ...]:
    """The periods whose figures `not_begun` needs: the period, then, by months, the one each is compared with."""
    found = {compared_with(CATALOGUE[n], period): None for n in names}
    return tuple(dict.fromkeys([period, *(part for before in found for part in parts_by_month(before))]))


def not_begun(names: Iterable[str], period: Period, answer: pd.DataFrame) -> frozenset[str]:
    """Those of `names` whose data had not begun before the period that `period` is compared with.

    `answer` is that of `metrics.query.ask` for the periods `asked(names, period)` about the whole bank: a campaign, a
    channel or a branch that is new did grow from nothing.
    """
    names = tuple(names)
    rows = [row for _, row in answer.sort_values("period").iterrows()]
    found = dict(zip(asked(names, period), rows, strict=True))
    return frozenset(
        n for n in names if not reaches_back(CATALOGUE[n], period, compared_with(CATALOGUE[n], period), found)
    )


def reaches_back(metric: Metric, period: Period, before: Period, found: Mapping[Period, pd.Series]) -> bool:
    """Whether the data reach back over `before`; `found` has the figures of the period and of the months of `before`.

    They do not where the first months, 28 days or more, hold nothing of what the period has plenty of.
    """
    now = found[period]
    earlier = [(part, found[part]) for part in parts_by_month(before)]
    names = {id(m): n for n, m in CATALOGUE.items()}
    for measure in measures_of(metric):
        name = names[id(measure)]
        if measure.is_stock:
            # What a stock was in between is another matter: it is compared at one instant of `before`.
            at = earlier[0 if measure.opening else -1][1]
            if at[name] == 0 and now[name] >= PLENTY:
                return False
            continue
        if measure.total not in ("count", "sum") or not now[name] > 0:
            continue
        empty = list(takewhile(lambda part: not abs(part[1][name]) > 0, earlier))  # noqa: B023
        if measure.total == "count":
            # A blank count is about too few people: somebody was there.
            empty = list(takewhile(lambda part: part[1][name] == 0, empty))  # noqa: B023
        days = sum(part.days for part, _ in empty)
        if days >= SHORTEST_GAP and (measure.unit == "HKD" or now[name] * days / period.days >= PLENTY):
            return False
    return True
