"""What is shown of a measure by a dimension to who sees totals only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from metrics.definitions.scope import Period


@dataclass(frozen=True)
class ShownCells:
    """Of a measure by a dimension, or in all: what is shown of each value.

    `labels` has a row per value: the block of each month edge, or of a stock at each month 0 where it is shown.
    """

    months: Sequence[Period]
    rows: Mapping[str | None, int]
    labels: np.ndarray
    of_stock: bool
    opening: bool

    def is_shown(self, value: str | None, period: Period) -> bool:
        """Whether the figure of a value over whole months is shown; a value that nobody has is shown as nothing."""
        row = self.rows.get(value)
        if row is None:
            return True
        start, end = self._number(period.start), self._number(period.end)
        if start is None or end is None:
            return False
        if self.of_stock:
            return bool(self.labels[row, start if self.opening else end] == 0)
        return bool(self.labels[row, start] == self.labels[row, end + 1])

    def _number(self, day: date) -> int | None:
        first = self.months[0].start
        number = 12 * (day.year - first.year) + day.month - first.month
        return number if 0 <= number < len(self.months) else None
