"""Tables that share cells, such as a figure with and without a filter, or months and their year, are suppressed together.

A figure of a part says as much about the rest of it, if the whole stands elsewhere: a filter that leaves few out tells
of those few.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from warehouse.disclosure.minimum_cell_size import is_enough
from warehouse.disclosure.people_behind import PEOPLE
from warehouse.disclosure.secondary_suppression import with_complementary


def without_parted(
    answer: pd.DataFrame,
    cells: pd.DataFrame,
    whole: pd.DataFrame,
    chosen: pd.Series,
    by: Sequence[str],
    smallest: int,
) -> pd.DataFrame:
    """`answer` without the figures whose filters part the cells that are blank without them.

    `answer` has the columns `by`, figures and their people, under filters; `whole` the same without them. `cells` is
    `whole` told apart by the filters' dimensions, too, and `chosen` says which of them the filters leave. Less the cells
    that are shown, a figure and what it leaves out tell how many are in the blank ones on either side: `smallest`
    people or more, or it is blank itself.
    """
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
        safe = is_enough(people - inside, smallest) & is_enough(left_out - outside, smallest)
        few = (parted & ~safe) | people.isna()
        few = with_complementary(people.fillna(0), few, [answer[d] for d in by], smallest)
        for column in (figure, f"{figure}{PEOPLE}"):
            answer[column] = answer[column].astype(float).mask(few, np.nan)
    return answer


def without_lone_parts(
    answer: pd.DataFrame, runs: Iterable[Sequence[str]], by: Sequence[str], smallest: int
) -> pd.DataFrame:
    """`answer` without a blank month that its year, less the other months, would tell.

    `answer` has the columns `by`, figures and their people; each of `runs` are the figures that add up to a whole which
    is asked elsewhere.
    """
    for figures in runs:
        size = answer[[f"{f}{PEOPLE}" for f in figures]].to_numpy(float)
        blank = np.isnan(size)
        if not blank.any():
            continue
        row, at = (place.ravel() for place in np.indices(size.shape))
        groups = [pd.Series(answer[d].to_numpy()[row]) for d in by] + [pd.Series(at)]
        sizes, few = pd.Series(np.nan_to_num(size).ravel()), pd.Series(blank.ravel())
        hidden = with_complementary(sizes, few, groups, smallest).to_numpy().reshape(size.shape)
        for place, figure in enumerate(figures):
            for column in (figure, f"{figure}{PEOPLE}"):
                answer[column] = answer[column].astype(float).mask(hidden[:, place])
    return answer


def _key(frame: pd.DataFrame, by: Sequence[str]) -> pd.Series:
    """One value per group, not known being one of them."""
    if not by:
        return pd.Series("", index=frame.index)
    return frame[list(by)].astype(object).where(frame[list(by)].notna(), None).apply(tuple, axis=1)
