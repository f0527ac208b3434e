"""From a figure to what came of it, and back: pinned, acted on, decided, and looked at again.

What is counted are pinned figures, each with the records that are about it or grew out of one that is. So every step is
a part of the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workflow.collaboration import decision_records, disputes
from workflow.collaboration.record_kind import Record
from workflow.collaboration.record_outcomes import ACT

ACTIONS = frozenset({"decision", "initiative", "data_request", "dispute"})
STEPS = ("Talked about", "Acted on", "Decided or tested", "Result on record")


@dataclass(frozen=True, kw_only=True)
class LoopTrace:
    """One result, and the way back to its figure: `chain` begins with the record that has the result."""

    pin_id: int
    chain: tuple[Record, ...]


def about_figures(records: Iterable[Record]) -> dict[int, list[Record]]:
    """Pinned figure → the records about it, and those that grew out of one, however often."""
    every = {r.record_id: r for r in records}
    trees: dict[int, list[Record]] = {}
    for record in every.values():
        pin = next((r.pin_id for r in way_back(record, every) if r.pin_id is not None), None)
        if pin is not None:
            trees.setdefault(pin, []).append(record)
    return trees


def way_back(record: Record, every: Mapping[int, Record]) -> list[Record]:
    """The record, what it grew out of, and so on; of what the reader may not read nothing is listed."""
    chain, place = [record], record.came_from
    while place is not None and place in every and every[place] not in chain:
        chain.append(every[place])
        place = every[place].came_from
    return chain


def steps_reached(records: Iterable[Record]) -> list[int]:
    """How many pinned figures have come to each of STEPS."""
    trees = about_figures(records).values()
    return [
        len(trees),
        sum(any(map(_is_action, tree)) for tree in trees),
        sum(any(map(_is_decided, tree)) for tree in trees),
        sum(any(map(has_result, tree)) for tree in trees),
    ]


def _is_action(record: Record) -> bool:
    return record.kind in ACTIONS or bool(record.steps_taken(ACT))


def _is_decided(record: Record) -> bool:
    if record.kind == "decision":
        return bool(record.steps_taken("take"))
    return record.kind == "dispute" and bool(record.steps_taken("plan_test") or has_result(record))


def has_result(record: Record) -> bool:
    """Whether what it led to is on record: a decision looked at again, or a dispute settled."""
    states = {"decision": decision_records.REVIEWED, "dispute": disputes.SETTLED}
    return record.state == states.get(record.kind)


def traces(records: Sequence[Record]) -> list[LoopTrace]:
    """Every result that leads back to a figure, the newest first."""
    every = {r.record_id: r for r in records}
    lines = [
        LoopTrace(pin_id=pin, chain=tuple(way_back(record, every)))
        for pin, tree in about_figures(records).items()
        for record in tree
        if has_result(record)
    ]
    return sorted(lines, key=lambda t: t.chain[0].last.entered_at, reverse=True)
