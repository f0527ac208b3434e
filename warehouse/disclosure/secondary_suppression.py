"""Secondary (complementary) suppression: further cells are blank, so that no blank one is the total less the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from warehouse.disclosure.minimum_cell_size import is_enough


def with_complementary(
    people: pd.Series, few: pd.Series, groups: Sequence[pd.Series], smallest: int
) -> pd.Series:
    """`few` with the cells that must be blank beside them, so that nobody can subtract the others from the total.

    A line is the cells that differ in one of `groups` alone: the total of each may stand on another page. Where a line
    has blank cells, they are two or more, about `smallest` people or more; else its next smallest are blank too, as long
    as there is one with anybody in it.
    """
    blank, before = few.to_numpy(bool, copy=True), -1
    size = people.to_numpy(float)
    keys = [pd.factorize(g, use_na_sentinel=False)[0] for g in groups]
    lines = []
    for at in range(len(keys)):
        others = [k for n, k in enumerate(keys) if n != at]
        line = np.zeros(len(size), int)
        for key in others:
            line = np.unique(np.column_stack([line, key]), axis=0, return_inverse=True)[1].reshape(-1)
        order = np.argsort(line, kind="stable")
        lines += np.split(order, np.flatnonzero(np.diff(line[order])) + 1)
    lines = [line for line in lines if line.size > 1]
    while blank.sum() != before:
        before = blank.sum()
        for line in lines:
            _cover(line, blank, size, smallest)
    return pd.Series(blank, index=few.index)


def _cover(line: np.ndarray, blank: np.ndarray, size: np.ndarray, smallest: int) -> None:
    """Blank the next smallest cells of a line until those that are blank cannot be told apart."""
    while (hidden := line[blank[line]]).size and (
        hidden.size < 2 or not is_enough(size[hidden].sum(), smallest)
    ):
        rest = line[~blank[line] & (size[line] > 0)]
        if not rest.size:
            return
        # All that are equally small: which of them it is must not depend on a name.
        blank[rest[size[rest] == size[rest].min()]] = True


def shown_groups(sizes: Mapping[str, float], smallest: int) -> frozenset[str]:
    """The names of the groups of one table that may be shown; `sizes` by name, NaN for one that is hidden already.

    If a single one is hidden, the smallest others are, too. What is shown of all is added up from shown groups alone.
    """
    large = {name: size for name, size in sizes.items() if is_enough(size, smallest)}
    if len(sizes) - len(large) == 1 and large:
        # All that are equally small: which of them it is must not depend on a name.
        least = min(large.values())
        large = {name: size for name, size in large.items() if size > least}
    return frozenset(large)
