"""Which month ends may be compared: what who sees totals only is shown is decided once, for every question alike.

A figure of whole months is the difference of two running totals, one at each edge of its months. Edges whose
differences are all about enough people are put into one block; a figure is shown if both its edges lie in one. Whatever
is added or subtracted then stays a difference within blocks, so that the answers are closed, and nothing is left to
suppress in any single one.

The values of a dimension add up to their total. If one of them has edges that may not be compared, two or more keep
those apart, or the total less the others would bring them together (secondary suppression; Hundepool et al.,
Statistical Disclosure Control, 2012, chapter 4).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from warehouse.disclosure.minimum_cell_size import is_few

ASKED_MOST = (24, 12, 3, 6, 1)
"""Months back from the last edge that questions begin at most often: these edges are put into a block first."""


DECISIONS_KEPT = 20_000
_DECIDED: dict[tuple[bytes, int, int], np.ndarray] = {}
"""Fingerprint of what `blocks` is given → what it decided; half a kilobyte each."""


def people_between(months: np.ndarray, before: np.ndarray, counts: np.ndarray, edges: int) -> np.ndarray:
    """How many people lie between two edges: (edges, edges), at [i, j] and [j, i] those in the months i to j - 1.

    `counts[k]` people have something in month `months[k]` and had it last in month `before[k]` (-1: never), so nobody is
    counted twice.
    """
    first = np.zeros((edges, edges - 1))
    np.add.at(first, (before + 1, months), counts)
    # [i, m]: who has something in month m and had nothing in the months i to m - 1.
    since = first.cumsum(axis=0)
    between = np.zeros((edges, edges))
    for edge in range(edges - 1):
        between[edge, edge + 1 :] = since[edge, edge:].cumsum()
    return np.asarray(between + between.T)


def blocks(people: np.ndarray, few: np.ndarray, smallest: int) -> np.ndarray:
    """The block of each edge; `people` is what `people_between` gives, `few` which differences must not be shown.

    An edge joins the largest block from all of whose edges it may differ, or begins one.
    """
    if not few.any():
        # With one block there is no other whose differences could tell of anybody.
        return np.zeros(len(people), int)
    # From one morning to the next most values have the same people between the same edges.
    key = hashlib.sha256(people.tobytes() + few.tobytes()).digest(), len(people), smallest
    if key not in _DECIDED:
        if len(_DECIDED) >= DECISIONS_KEPT:
            _DECIDED.clear()
        _DECIDED[key] = _blocks(people, few, smallest)
    return _DECIDED[key].copy()


def _blocks(people: np.ndarray, few: np.ndarray, smallest: int) -> np.ndarray:
    last = len(people) - 1
    labels = np.zeros(last + 1, int)
    first = [edge for back in (0, *ASKED_MOST) if (edge := last - back) >= 0]
    members: list[list[int]] = []
    apart: list[np.ndarray] = []  # of each block the edges that one of its own may not be compared with
    for edge in dict.fromkeys([*first, *range(last, -1, -1)]):
        fit = [
            number
            for number, block in enumerate(members)
            if not apart[number][edge] and not _tells(block, edge, members, people, smallest)
        ]
        if fit:
            joined = max(fit, key=lambda number: len(members[number]))
            members[joined].append(edge)
            apart[joined] = apart[joined] | few[:, edge]
        else:
            members.append([edge])
            apart.append(few[:, edge].copy())
    for number, block in enumerate(members):
        labels[block] = number
    return labels


def _tells(
    block: Sequence[int], edge: int, members: Sequence[Sequence[int]], people: np.ndarray, smallest: int
) -> bool:
    """Whether a difference of `edge` to its block, less one of another block or that less it, is about few people."""
    low, high = (side(np.array(block), edge)[:, None] for side in (np.minimum, np.maximum))
    for other in members:
        if other is block or len(other) < 2:
            continue
        a, b = _pairs(len(other))
        ends = np.sort(other)
        start, end = ends[a][None, :], ends[b][None, :]
        nested = ((low <= start) & (end <= high)) | ((start <= low) & (high <= end))
        rest = people[low, start] + people[end, high]
        if (is_few(rest, smallest) & nested).any():
            return True
    return False


@lru_cache(maxsize=128)
def _pairs(edges: int) -> tuple[np.ndarray, np.ndarray]:
    """Every two of so many edges."""
    first, second = np.triu_indices(edges, 1)
    return first, second


def kept_apart(labels: np.ndarray, people: np.ndarray, smallest: int) -> np.ndarray:
    """`labels`, one row per value and a last one for their total, with values that keep apart what any row does.

    `people` (values, edges, edges) is `people_between` of each. Two values keep all of it apart: those whose own edges
    are apart most, of equals the smallest. Where the total less all that is shown would still be about few, further
    values keep those edges apart, the smallest first.
    """
    values = len(labels) - 1
    meet = np.unique(labels, axis=1, return_inverse=True)[1].reshape(-1)
    if values < 2 or (meet == meet[0]).all():
        return labels
    parts = np.array([len(np.unique(row)) for row in labels[:-1]])
    order = np.lexsort((people[:, 0, -1], -parts))
    kept = labels.copy()
    kept[order[:2]] = meet
    total_is_shown = labels[-1][:, None] == labels[-1][None, :]
    for value in order[2:]:
        leaks = _left_by_the_total(kept, people, smallest) & total_is_shown
        if not leaks.any():
            return kept
        kept[value] = _without(kept[value], leaks & (people[value] > 0))
    if (_left_by_the_total(kept, people, smallest) & total_is_shown).any():
        kept[:-1] = meet
    return kept


def _left_by_the_total(kept: np.ndarray, people: np.ndarray, smallest: int) -> np.ndarray:
    """Between which edges the values that are not shown there are about few people together."""
    hidden = kept[:-1, :, None] != kept[:-1, None, :]
    return np.asarray(is_few(np.where(hidden, people, 0).sum(axis=0), smallest))


def _without(labels: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """`labels` with the edges of each of some pairs kept apart: of the two the one that is asked less stands alone."""
    last = len(labels) - 1
    rank = {last - back: at for at, back in enumerate((0, *ASKED_MOST))}
    labels = labels.copy()
    for i, j in zip(*np.nonzero(np.triu(pairs)), strict=True):
        if labels[i] == labels[j]:
            alone = max(int(i), int(j), key=lambda e: (rank.get(e, len(rank)), -e))
            labels[alone] = labels.max() + 1
    return labels
