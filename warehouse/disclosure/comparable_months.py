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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from warehouse.disclosure.minimum_cell_size import is_enough, is_few

ASKED_MOST = (24, 12, 3, 6, 1)
"""Months back from the last edge that questions begin at most often: these edges are put into a block first."""


DECISIONS_KEPT = 20_000
_DECIDED: dict[tuple[bytes, tuple[int, ...], int], np.ndarray] = {}
"""Fingerprint of what `blocks` is given → what it decided; half a kilobyte each."""


def people_between(
    values: np.ndarray, months: np.ndarray, before: np.ndarray, counts: np.ndarray, shape: tuple[int, int]
) -> np.ndarray:
    """How many people of each value lie between two edges: (values, edges, edges), of which `shape` is the first two.

    At [v, i, j] and [v, j, i] are those in the months i to j - 1. `counts[k]` people of the value `values[k]` have
    something in month `months[k]` and had it last in month `before[k]` (-1: never), so nobody is counted twice.
    """
    number, edges = shape
    first = np.zeros((number, edges, edges - 1))
    np.add.at(first, (values, before + 1, months), counts)
    # [v, i, m]: who has something in month m and had nothing in the months i to m - 1.
    since = first.cumsum(axis=1)
    between = np.zeros((number, edges, edges))
    for edge in range(edges - 1):
        between[:, edge, edge + 1 :] = since[:, edge, edge:].cumsum(axis=1)
    return np.asarray(between + between.transpose(0, 2, 1))


def blocks(people: np.ndarray, few: np.ndarray, smallest: int) -> np.ndarray:
    """The block of each edge; `people` is what `people_between` gives, `few` which differences must not be shown.

    An edge joins the largest block from all of whose edges it may differ, or begins one. Edges with nobody between
    them tell the same, so they go together.
    """
    if not few.any():
        # With one block there is no other whose differences could tell of anybody.
        return np.zeros(len(people), int)
    begins = (np.diagonal(people, 1) > 0) | (few[1:] != few[:-1]).any(axis=1)
    alike = np.append(0, begins.cumsum())
    first = np.append(0, np.flatnonzero(begins) + 1)
    people, few = people[np.ix_(first, first)], few[np.ix_(first, first)]
    last, sizes = len(alike) - 1, np.bincount(alike)
    likely = [edge for back in (0, *ASKED_MOST) if (edge := last - back) >= 0]
    order = tuple(dict.fromkeys(alike[[*likely, *range(last, -1, -1)]].tolist()))
    # From one morning to the next most values have the same people between the same edges.
    key = hashlib.sha256(people.tobytes() + few.tobytes() + sizes.tobytes()).digest(), order, smallest
    if key not in _DECIDED:
        if len(_DECIDED) >= DECISIONS_KEPT:
            _DECIDED.clear()
        _DECIDED[key] = _blocks(people, few, sizes.tolist(), order, smallest)
    return np.asarray(_DECIDED[key][alike])


@dataclass
class _Block:
    """Edges that may be compared with each other. Sets of edges are numbers with a bit for each."""

    members: list[int]
    edges: int
    apart: int
    """The edges that one of its own may not be compared with."""
    near: int
    """The edges that few people, or nobody, part from one of its own."""
    size: int


def _blocks(
    people: np.ndarray, few: np.ndarray, sizes: Sequence[int], order: Sequence[int], smallest: int
) -> np.ndarray:
    """Plain numbers throughout: there are some thirty edges, for which an array takes longer to begin than to work."""
    placed: list[_Block] = []
    near, apart = _as_bits(~is_enough(people, smallest)), _as_bits(few.T)
    between = people.tolist()
    for edge in order:
        fit = [
            b
            for b in placed
            if not b.apart >> edge & 1 and not _tells(b, edge, near, placed, between, smallest)
        ]
        if fit:
            joined = max(fit, key=lambda block: block.size)
        else:
            joined = _Block([], 0, 0, 0, 0)
            placed.append(joined)
        joined.members.append(edge)
        joined.edges |= 1 << edge
        joined.apart |= apart[edge]
        joined.near |= near[edge]
        joined.size += sizes[edge]
    labels = np.zeros(len(people), int)
    for number, block in enumerate(placed):
        labels[block.members] = number
    return labels


def _as_bits(lines: np.ndarray) -> list[int]:
    """The set of each line of yes and no."""
    packed = np.packbits(lines, axis=1, bitorder="little")
    return [int.from_bytes(line.tobytes(), "little") for line in packed]


def _members(edges: int) -> Iterator[int]:
    """The edges of a set, the lowest first."""
    while edges:
        lowest = edges & -edges
        yield lowest.bit_length() - 1
        edges ^= lowest


def _tells(
    block: _Block,
    edge: int,
    near: Sequence[int],
    placed: Sequence[_Block],
    between: Sequence[Sequence[float]],
    smallest: int,
) -> bool:
    """Whether a difference of `edge` to its block, less one of another block or that less it, is about few people.

    The one lies within the other, and what is left are the people at both its ends. So each end of the other must be
    near the same end of this one.
    """
    for other in placed:
        beside = other.edges & near[edge]
        if other is block or not beside or not other.edges & block.near:
            continue
        for member in block.members:
            far = other.edges & near[member]
            if not far:
                continue
            low, high = (member, edge) if member < edge else (edge, member)
            for one in _members(beside):
                for another in _members(far):
                    start, end = (another, one) if member < edge else (one, another)
                    nested = start < end and (start - low) * (high - end) >= 0
                    if nested and is_few(between[low][start] + between[end][high], smallest):
                        return True
    return False


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
