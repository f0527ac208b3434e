"""Primary suppression: a figure about too few people is blank in an answer, and so is how few they are."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from warehouse.disclosure.minimum_cell_size import is_few
from warehouse.disclosure.people_behind import BESIDES, PEOPLE
from warehouse.disclosure.secondary_suppression import with_complementary


def without_small_cells(frame: pd.DataFrame, smallest: int, groups: Sequence[str] = ()) -> pd.DataFrame:
    """`frame` with every figure about 1 to `smallest` - 1 people blank, and how few they are too.

    So are figures that leave so few out (`BESIDES`). As many others are blank as it takes that no blank one can be
    worked out from the rest of its row of groups and their total. `groups` are the columns that the totals are grouped
    by.
    """
    counts: dict[str, list[str]] = {}
    for column in frame.columns:
        if column.endswith(PEOPLE):
            counts.setdefault(column.removesuffix(PEOPLE).partition(BESIDES)[0], []).append(column)
    for figure, mine in counts.items():
        sizes = frame[mine].to_numpy(float)
        few = pd.Series(is_few(sizes, smallest).any(axis=1), frame.index)
        if not few.any():
            continue
        if (people := f"{figure}{PEOPLE}") in frame:
            few = with_complementary(frame[people].fillna(0), few, [frame[g] for g in groups], smallest)
        # How few they are says as much as the figure itself.
        for column in [*mine, *([figure] if figure in frame else [])]:
            frame[column] = frame[column].mask(few)
    return frame
