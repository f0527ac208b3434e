"""Which figures of an answer stay blank for who sees totals only, beside those about too few people.

A figure of a part says as much about the rest of it, if the whole stands elsewhere: who did is known, so is who did not;
a filter that leaves few out tells of those few. So both are asked, and counted, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import numpy as np
import pandas as pd
from sqlalchemy import Exists
from sqlalchemy.sql import visitors

from metrics.definitions.measure import Measure, Metric, Ratio
from metrics.definitions.scope import NOT_KNOWN, Filters, Period
from warehouse.access.disclosure_control import PEOPLE, not_alone


def wholes(catalogue: Mapping[str, Metric]) -> dict[Measure, tuple[Measure, ...]]:
    """By the id of a count that a share has above its line: the counts that it is a share of.

    Not of one that is looked up in other rows: it would be looked up once more for every period.
    """
    found: dict[Measure, tuple[Measure, ...]] = {}
    for metric in catalogue.values():
        if (
            not isinstance(metric, Ratio)
            or metric.unit != "share"
            or metric.numerator.fact is not metric.denominator.fact
        ):
            continue
        looked_up = any(isinstance(part, Exists) for part in visitors.iterate(metric.numerator.where))
        if metric.numerator.total == metric.denominator.total == "count" and not looked_up:
            found[metric.numerator] = (*found.get(metric.numerator, ()), metric.denominator)
    return found


def without_parted(
    answer: pd.DataFrame,
    cells: pd.DataFrame,
    whole: pd.DataFrame,
    filters: Filters,
    by: Sequence[str],
    smallest: int,
) -> pd.DataFrame:
    """`answer` without the figures whose filters part the cells that are blank without them.

    `answer` has the columns `by`, figures and their people, under `filters`; `whole` the same without the filters, and
    `cells` told apart by their dimensions, too. Less the cells that are shown, a figure and what it leaves out tell how
    many are in the blank ones on either side: `smallest` people or more, or it is blank itself.
    """
    chosen = pd.Series(True, index=cells.index)
    for dimension, values in filters:
        chosen &= _among(cells[dimension], values)
    where, here = _key(cells, by), _key(answer, by)
    everybody = whole.set_index(_key(whole, by))
    for figure in [c for c in answer.columns if f"{c}{PEOPLE}" in answer.columns]:
        counted = cells[f"{figure}{PEOPLE}"]
        blank = counted.isna()
        parted = here.isin(set(where[blank & chosen]) & set(where[blank & ~chosen]))
        if not parted.any():
            continue
        people = answer[f"{figure}{PEOPLE}"]
        inside, outside = (
            here.map(counted.where(side, 0).fillna(0).groupby(where).sum()) for side in (chosen, ~chosen)
        )
        left_out = here.map(everybody[f"{figure}{PEOPLE}"]) - people
        told = (people - inside >= smallest) & (left_out - outside >= smallest)
        few = not_alone(people.fillna(0), (parted & ~told) | people.isna(), [answer[d] for d in by], smallest)
        for column in (figure, f"{figure}{PEOPLE}"):
            answer[column] = answer[column].astype(float).mask(few, np.nan)
    return answer


def without_lone_periods(
    answer: pd.DataFrame, names: Iterable[str], periods: Sequence[Period], by: Sequence[str], smallest: int
) -> pd.DataFrame:
    """`answer` without a blank month that its year, less the other months, would tell.

    `answer` has the columns `by`, and `<name>__<index of the period>` with its people. Only periods that follow each
    other, three or more, are parts of a whole that is asked elsewhere.
    """
    for run in _runs(periods):
        for name in names:
            figures = [f"{name}__{index}" for index in run]
            size = answer[[f"{f}{PEOPLE}" for f in figures]].to_numpy(float)
            blank = np.isnan(size)
            if not blank.any():
                continue
            row, at = (place.ravel() for place in np.indices(size.shape))
            groups = [pd.Series(answer[d].to_numpy()[row]) for d in by] + [pd.Series(at)]
            sizes, few = pd.Series(np.nan_to_num(size).ravel()), pd.Series(blank.ravel())
            hidden = not_alone(sizes, few, groups, smallest).to_numpy().reshape(size.shape)
            for place, figure in enumerate(figures):
                for column in (figure, f"{figure}{PEOPLE}"):
                    answer[column] = answer[column].astype(float).mask(hidden[:, place])
    return answer


def _runs(periods: Sequence[Period]) -> list[list[int]]:
    runs: list[list[int]] = []
    for index, period in enumerate(periods):
        if runs and periods[runs[-1][-1]].end + timedelta(days=1) == period.start:
            runs[-1].append(index)
        else:
            runs.append([index])
    return [run for run in runs if len(run) > 2]


def _among(column: pd.Series, values: Iterable[str]) -> pd.Series:
    chosen = set(values)
    found = column.isin(chosen - {NOT_KNOWN})
    return found | column.isna() if NOT_KNOWN in chosen else found


def _key(frame: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    """One value per group, not known being one of them."""
    if not by:
        return pd.Series("", index=frame.index)
    return frame[list(by)].astype(object).where(frame[list(by)].notna(), None).apply(tuple, axis=1)
