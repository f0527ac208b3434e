"""How many decisions rest on a pinned figure, month by month and department by department."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from metrics.definitions.scope import months_back
from workflow.collaboration.record_kind import DEPARTMENTS, Record

MONTHS = 12


@dataclass(frozen=True, kw_only=True)
class EvidenceShare:
    """Of the decisions put forward in a month or by a department, those with a pinned figure."""

    called: str
    decisions: int
    pinned: int

    @property
    def share(self) -> float:
        return self.pinned / self.decisions


def by_month(decisions: Iterable[Record], today: date) -> list[EvidenceShare]:
    """The last twelve months in which a decision was put forward, the newest first."""
    every = tuple(decisions)
    lines = [
        _of(f"{m.start:%b %Y}", [r for r in every if m.start <= r.opened_at.date() <= m.end])
        for m in months_back(today, MONTHS)
    ]
    return [line for line in reversed(lines) if line.decisions]


def by_department(decisions: Iterable[Record]) -> list[EvidenceShare]:
    """Each department that has put a decision forward."""
    every = tuple(decisions)
    lines = [_of(d, [r for r in every if r.department == d]) for d in DEPARTMENTS]
    return [line for line in lines if line.decisions]


def _of(called: str, decisions: Sequence[Record]) -> EvidenceShare:
    pinned = sum(r.pin_id is not None for r in decisions)
    return EvidenceShare(called=called, decisions=len(decisions), pinned=pinned)
