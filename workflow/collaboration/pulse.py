"""The staff pulse: five short questions, asked again in rounds, answered once by each colleague of a bank.

What is kept is how many of a department gave which score, never an answer; who has answered stands in another table and
is read by nobody. Results are counted once a round is closed, for a count that grows would tell what the last one said.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
from sqlalchemy import func, insert, select, update

from models.evaluation.prediction_metrics import PredictionMetric
from warehouse.access import audit
from warehouse.access.audit import AuditEntry
from warehouse.access.reader import SYSTEM, Reader, Viewer
from warehouse.app_db.app_schema import pulse_counts, pulse_participants, pulse_rounds
from warehouse.errors import ChangeRefused
from warehouse.stores.connect import Stores
from workflow.collaboration.record_kind import department_of

QUESTIONS: Mapping[str, str] = {
    "needs": "I know what other departments need from us.",
    "figures": "I get the figures I need to decide.",
    "in_time": "When I ask another department, the answer comes in time.",
    "settled": "When departments disagree, it gets settled.",
    "taken_up": "What I notice is taken up.",
}
"""Name → the sentence one agrees with or not. They stay the same, or rounds could not be compared."""
SCORES: Mapping[int, str] = {
    1: "Strongly disagree",
    2: "Disagree",
    3: "Neither",
    4: "Agree",
    5: "Strongly agree",
}
FEWEST = 5
"""A department with fewer answers is not shown."""
OPEN_DAYS = 14
MAY_OPEN = ("executive",)


@dataclass(frozen=True, kw_only=True)
class PulseRound:
    """A round: its number, when it was opened, and the last day on which it can be answered."""

    round_id: int
    opened_at: datetime
    closes_on: date

    def is_open(self, today: date) -> bool:
        """Whether it can be answered."""
        return today <= self.closes_on


def rounds(reader: Reader) -> tuple[PulseRound, ...]:
    """Every round, the newest first."""
    rows = reader.kept(_rounds)
    return tuple(rows)


def _rounds(reader: Reader) -> tuple[PulseRound, ...]:
    t = pulse_rounds.c
    return tuple(
        PulseRound(
            round_id=int(row.round_id),
            opened_at=pd.Timestamp(row.opened_at).to_pydatetime(),
            closes_on=pd.Timestamp(row.closes_on).date(),
        )
        for row in reader.rows(select(t.round_id, t.opened_at, t.closes_on).order_by(t.round_id.desc()))
    )


def open_round(stores: Stores, viewer: Viewer) -> int:
    """Open a round from today, for OPEN_DAYS days; gives its number.

    Raises AccessRefused, on record, for a role that opens none, and ChangeRefused while one is open.
    """
    sentence = "Management opens a round. Nothing was changed."
    audit.check_role(stores, viewer, MAY_OPEN, "pulse.refused", sentence, "round")
    with audit.entry(stores, viewer.username, "pulse.open") as entry:
        today = entry.at.date()
        last = entry.app_db.execute(select(func.max(pulse_rounds.c.closes_on))).scalar()
        if last is not None and pd.Timestamp(last).date() >= today:
            raise ChangeRefused("A round is open already. The next can begin once it is closed.")
        number = int(entry.app_db.execute(select(func.max(pulse_rounds.c.round_id))).scalar() or 0) + 1
        closes_on = today + timedelta(days=OPEN_DAYS)
        entry.append(pulse_rounds, "opened", round_id=number, closes_on=closes_on)
    return number


def answer(stores: Stores, viewer: Viewer, round_id: int, scores: Mapping[str, Any]) -> str:
    """Count the viewer's answers into her department's, and keep apart that she has answered.

    Raises ChangeRefused for a round that is not open, a second time, or a question without a score.
    """
    department = department_of(viewer)
    missing = [words for name, words in QUESTIONS.items() if scores.get(name) not in SCORES]
    if missing:
        raise ChangeRefused(f"Choose an answer for each sentence. Still open: {' '.join(missing)}")
    # The line in the audit log names nobody: that somebody answered, not who.
    with audit.entry(stores, "staff pulse", "pulse.answer", str(round_id)) as entry:
        t = pulse_rounds.c
        closes_on = entry.app_db.execute(select(t.closes_on).where(t.round_id == round_id)).scalar()
        if closes_on is None or pd.Timestamp(closes_on).date() < entry.at.date():
            raise ChangeRefused("This round is closed, so nothing was counted.")
        mine = {"round_id": round_id, "username": viewer.username}
        taken = select(pulse_participants.c.username).filter_by(**mine)
        if entry.app_db.execute(taken).first() is not None:
            raise ChangeRefused("You have answered this round already. Each colleague answers once.")
        entry.app_db.execute(insert(pulse_participants), mine)
        for question in QUESTIONS:
            count_within(entry, round_id, department, question, int(scores[question]))
    return "Counted. Nobody can see what you answered."


def count_within(
    entry: AuditEntry, round_id: int, department: str, question: str, score: int, answers: int = 1
) -> None:
    """Add answers to a count, inside a change that is open."""
    which = {"round_id": round_id, "department": department, "question": question, "score": score}
    t = pulse_counts
    same = [t.c[name] == value for name, value in which.items()]
    counted = entry.app_db.execute(update(t).where(*same).values(answers=t.c.answers + answers))
    if not counted.rowcount:
        entry.app_db.execute(insert(t), {**which, "answers": answers})


def has_answered(stores: Stores, viewer: Viewer, round_id: int) -> bool:
    """Whether the viewer herself has answered a round."""
    return (round_id, viewer.username) in Reader(stores, SYSTEM).kept(_participants)


def _participants(reader: Reader) -> frozenset[tuple[int, str]]:
    t = pulse_participants.c
    return frozenset(
        (int(row.round_id), str(row.username)) for row in reader.rows(select(t.round_id, t.username))
    )


def results(stores: Stores, today: date) -> Mapping[int, pd.DataFrame]:
    """Round → department, question, answers, points (their sum) and squares (that of their squares), once closed.

    Whoever shows them leaves out what is about fewer than FEWEST (`reports.review.staff_survey`).
    """
    reader = Reader(stores, SYSTEM)
    closed = {r.round_id for r in rounds(reader) if not r.is_open(today)}
    frame = reader.kept(_counts)
    return {n: frame[frame["round_id"] == n] for n in closed if (frame["round_id"] == n).any()}


def difference(
    last: pd.DataFrame, before: pd.DataFrame, departments: Collection[str]
) -> PredictionMetric | None:
    """How the average score of some departments differs between two rounds, with a 95% interval; None without answers.

    The answers of one colleague hang together, so the interval is that of as many answers as there are colleagues: it is
    rather too wide than too narrow.
    """
    means, errors = [], []
    for frame in (last, before):
        of_them = frame[frame["department"].isin(departments)].astype(
            {"answers": float, "points": float, "squares": float}
        )
        count, points, squares = (of_them[name].sum() for name in ("answers", "points", "squares"))
        if not count:
            return None
        people = count / of_them["question"].nunique()
        means.append(points / count)
        errors.append((squares / count - means[-1] ** 2) / people)
    value, half = means[0] - means[1], 1.96 * math.sqrt(max(sum(errors), 0))
    return PredictionMetric(value=value, low=value - half, high=value + half)


def _counts(reader: Reader) -> pd.DataFrame:
    t = pulse_counts.c
    statement = select(
        t.round_id,
        t.department,
        t.question,
        func.sum(t.answers).label("answers"),
        func.sum(t.answers * t.score).label("points"),
        func.sum(t.answers * t.score * t.score).label("squares"),
    )
    return reader.frame(statement.group_by(t.round_id, t.department, t.question))
