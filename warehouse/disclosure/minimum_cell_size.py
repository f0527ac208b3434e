"""The minimum cell size (the frequency rule of disclosure control): how many people a figure must be about to be shown.

Nobody is no person, so a cell about nobody is shown.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def is_few(people: float | pd.Series | np.ndarray, smallest: int) -> Any:
    """Whether a cell, or each of several, is about 1 to `smallest` - 1 people; not where their number is NaN."""
    return (people >= 1) & (people < smallest)


def is_enough(people: float | pd.Series | np.ndarray, smallest: int) -> Any:
    """Whether it is about `smallest` people or more, for what is not shown about nobody either."""
    return people >= smallest


def in_whole_cells(people: int, smallest: int) -> int:
    """A count rounded down to whole cells, for one that grows person by person while it is read: 27 is 20 of ten each."""
    return people // smallest * smallest
