"""Global recoding: groups of too few people along a number are put together instead of suppressed."""

from __future__ import annotations

from typing import Any

import pandas as pd

from warehouse.disclosure.minimum_cell_size import is_enough


def recoded(frame: pd.DataFrame, along: str, smallest: int) -> pd.DataFrame:
    """`frame`, one row per value of the number `along`, with groups of too few people put together with the next.

    Its other columns are `people` and how many they are. A put-together group stands at its last value; what is left
    over at the end joins the group before. Every row is about at least `smallest` people, and nobody is left out,
    unless there are too few in all.
    """
    rows: list[tuple[Any, int]] = []
    held = 0
    for at, people in frame[[along, "people"]].sort_values(along).itertuples(index=False):
        held += int(people)
        if is_enough(held, smallest):
            rows.append((at, held))
            held = 0
    if held and rows:
        rows[-1] = (frame[along].max(), rows[-1][1] + held)
    return pd.DataFrame(rows, columns=[along, "people"]).astype(frame[[along, "people"]].dtypes)
