"""What came of observations, by the department that was to answer: how many were acted on, how many days it took."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

from workflow.collaboration.observations import ACTED, DECLINED
from workflow.collaboration.record_kind import Record


@dataclass(frozen=True, kw_only=True)
class FollowThrough:
    """Of one department's observations; the days are medians, None where none has come so far."""

    department: str
    asked_of_it: int
    answered: int
    acted_on: int
    closed: int
    days_to_answer: float | None
    days_to_act: float | None


def by_department(observations: Iterable[Record]) -> list[FollowThrough]:
    """One row for each department that an observation was handed to last, those with the most first."""
    rows: dict[str, list[Record]] = {}
    for record in observations:
        rows.setdefault(str(record.contents.get("to", "")), []).append(record)
    through = [_of(department, records) for department, records in rows.items() if department]
    return sorted(through, key=lambda row: (-row.asked_of_it, row.department))


def _of(department: str, records: list[Record]) -> FollowThrough:
    answers, acts = [], []
    for record in records:
        replies = [e for e in record.entries if e.step in ("review", "act", "decline")]
        if replies:
            answers.append((replies[0].entered_at.date() - record.opened_at.date()).days)
        if record.state == ACTED:
            acts.append((record.last_step("act").entered_at.date() - record.opened_at.date()).days)
    return FollowThrough(
        department=department,
        asked_of_it=len(records),
        answered=len(answers),
        acted_on=len(acts),
        closed=sum(r.state in (ACTED, DECLINED) for r in records),
        days_to_answer=median(answers) if answers else None,
        days_to_act=median(acts) if acts else None,
    )
