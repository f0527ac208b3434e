"""Why the model says so: the exact share of each feature in one customer's score, in log-odds.

The shares and the base add up to the score; a test holds it to 1e-6.

Trees: Shapley values of the path-dependent tree game (Lundberg et al. 2020, Nature Machine Intelligence 2, "TreeSHAP").
A leaf of value v, reached when each feature j of its path agrees, is the game v · Π(o_j in the coalition, z_j outside).
There o_j = 1 if the customer agrees, and z_j is the share of training rows that do. Its Shapley value is
v · (o_j − z_j) · ∫₀¹ Π_{k≠j} (o_k t + z_k (1−t)) dt. In trees of eight leaves that is a polynomial of at most degree 6,
which four Gauss-Legendre points integrate without error. A leaf has only 2^m patterns of agreement, so they are worked
out once and looked up for every customer.

Curves: the model is a sum over features already; a share is the feature's curve less its mean over the training rows.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.churn.features import Matrix

_POINT, _WEIGHT = np.polynomial.legendre.leggauss(4)
_T, _W = (_POINT + 1) / 2, _WEIGHT / 2


def of_trees(booster: Any, x: Matrix) -> tuple[float, Matrix]:
    """Base and shares (n × k) of a fitted HistGradientBoostingClassifier without categorical splits.

    Reads the fitted trees, which scikit-learn keeps in private attributes: the test of the sum guards the version.
    """
    base = float(np.ravel(booster._baseline_prediction)[0])
    # One feature after another in memory: every step below reads or adds to whole columns.
    columns, unknown = np.ascontiguousarray(x.T), np.ascontiguousarray(np.isnan(x).T)
    shares = np.zeros_like(columns)
    for (tree,) in booster._predictors:
        nodes = tree.nodes
        left = {
            i: np.where(
                unknown[n["feature_idx"]],
                bool(n["missing_go_to_left"]),
                columns[n["feature_idx"]] <= n["num_threshold"],
            )
            for i, n in enumerate(nodes)
            if not n["is_leaf"]
        }
        for leaf, path in _paths(nodes):
            base += _add_leaf(shares, left, nodes, leaf, path)
    return base, np.ascontiguousarray(shares.T)


def _paths(nodes: NDArray[Any]) -> list[tuple[int, list[tuple[int, bool, int]]]]:
    """Each leaf with its path: (node, whether the path goes left there, the node it goes to)."""
    leaves, waiting = [], [(0, list[tuple[int, bool, int]]())]
    while waiting:
        at, path = waiting.pop()
        if nodes[at]["is_leaf"]:
            leaves.append((at, path))
            continue
        for goes_left, side in ((True, "left"), (False, "right")):
            to = int(nodes[at][side])
            waiting.append((to, [*path, (at, goes_left, to)]))
    return leaves


def _add_leaf(
    shares: Matrix,
    left: dict[int, NDArray[np.bool_]],
    nodes: NDArray[Any],
    leaf: int,
    path: list[tuple[int, bool, int]],
) -> float:
    """Add one leaf's shares for every customer; gives what the leaf adds to the base."""
    value = float(nodes[leaf]["value"])
    agrees: dict[int, NDArray[np.bool_]] = {}
    usual: dict[int, float] = {}
    for at, goes_left, to in path:
        feature = int(nodes[at]["feature_idx"])
        here = left[at] if goes_left else ~left[at]
        agrees[feature] = agrees[feature] & here if feature in agrees else here
        usual[feature] = usual.get(feature, 1.0) * float(nodes[to]["count"] / nodes[at]["count"])
    if not path:
        return value
    z = np.array(list(usual.values()))
    table = value * _shapley(z)
    pattern = np.zeros(shares.shape[1], dtype=np.intp)
    for bit, agreed in enumerate(agrees.values()):
        pattern |= agreed.astype(np.intp) << bit
    for bit, feature in enumerate(agrees):
        shares[feature] += table[:, bit][pattern]
    return float(value * z.prod())


def _shapley(z: NDArray[np.float64]) -> Matrix:
    """Shapley values (2^m × m) of the game Π(o_j or z_j), one row per pattern of agreement o."""
    m = len(z)
    o = ((np.arange(2**m)[:, None] >> np.arange(m)) & 1).astype(np.float64)
    factor = o[:, :, None] * _T + (z[:, None] * (1 - _T))
    result = np.empty((2**m, m))
    for j in range(m):
        others = np.delete(factor, j, axis=1).prod(axis=1)
        result[:, j] = (o[:, j] - z[j]) * (others @ _W)
    return result


def of_curves(pipeline: Any, centres: NDArray[np.float64], x: Matrix) -> tuple[float, Matrix]:
    """Base and shares (n × k) of a fitted curves-and-logistic pipeline; `centres` (k) from `centres_of`."""
    return float(pipeline[-1].intercept_[0] + centres.sum()), _curves(pipeline, x) - centres


def centres_of(pipeline: Any, x: Matrix) -> NDArray[np.float64]:
    """The mean of each feature's curve (k) over the rows `x` it was fitted on."""
    mean: NDArray[np.float64] = _curves(pipeline, x).mean(axis=0)
    return mean


def _curves(pipeline: Any, x: Matrix) -> Matrix:
    """Each feature's part of the log-odds: its curve columns and its not-known column together."""
    n, k = x.shape
    parts = pipeline[:-1].transform(x) * pipeline[-1].coef_[0]
    curves: Matrix = parts[:, :-k].reshape(n, k, -1).sum(axis=2) + parts[:, -k:]
    return curves
