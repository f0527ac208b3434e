"""Whether the customers of today still look like those a model learned from.

Population stability index: Σ (now − then) · ln(now / then) over the tenths of the training values, and one more bin for
"not known" (Siddiqi 2006, "Credit Risk Scorecards"). Below 0.1 nothing has moved, above 0.25 much has; with 2,000 people
chance alone gives about 0.01.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
SCORE = "score"
"""The name of the model's own probability among the columns."""
STEADY, MOVED = 0.1, 0.25
_LEAST = 1e-4
"""Stands for an empty bin, which would make the index infinite."""


def reference(columns: Mapping[str, Vector]) -> dict[str, Any]:
    """The bins of each column and the share of people in each, as plain values for JSON."""
    bins = {}
    for name, values in columns.items():
        present = values[~np.isnan(values)]
        tenths = np.quantile(present, np.arange(1, 10) / 10) if len(present) else np.empty(0)
        edges = np.unique(tenths)
        bins[name] = {"edges": edges.tolist(), "shares": _shares(values, edges).tolist()}
    return bins


def psi(bins: Mapping[str, Any], columns: Mapping[str, Vector]) -> dict[str, float]:
    """The index of each column against its `reference`; columns without one are left out."""
    by_column = {}
    for name, values in columns.items():
        if name in bins and len(values):
            then = np.maximum(np.array(bins[name]["shares"]), _LEAST)
            now = np.maximum(_shares(values, np.array(bins[name]["edges"])), _LEAST)
            by_column[name] = float(((now - then) * np.log(now / then)).sum())
    return by_column


def _shares(values: Vector, edges: Vector) -> Vector:
    unknown = np.isnan(values)
    bins = np.where(unknown, len(edges) + 1, np.searchsorted(edges, values, side="left"))
    counted: Vector = np.bincount(bins, minlength=len(edges) + 2) / len(values)
    return counted
