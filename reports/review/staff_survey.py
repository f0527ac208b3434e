"""What staff say about working together: a score per department, and nothing that leads to a small one."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from sqlalchemy import distinct, func, select

from metrics.definitions.measure import between
from metrics.definitions.scope import Period
from warehouse.access.reader import Reader
from warehouse.disclosure.people_behind import counted
from warehouse.disclosure.secondary_suppression import shown_groups
from warehouse.errors import AccessRefused
from warehouse.schema import staff_surveys as t
from warehouse.sql.dialects import to_float


@dataclass(frozen=True, kw_only=True)
class Survey:
    """Departments with `department`, `people` and `score` (1 to 5), the lowest first; those hidden, by name.

    `questions` (`question`, `score`, lowest first), `people` and `score` are of the departments shown, never of all.
    """

    departments: pd.DataFrame
    questions: pd.DataFrame
    hidden: tuple[str, ...]
    people: float
    score: float
    fewest: int


def survey(reader: Reader, period: Period) -> Survey | None:
    """The answers of a period; None if the viewer's role does not include them.

    Answers are anonymous, so nobody knows how many questions one person answered: a department has as many people as
    its least answered question has answers.
    """
    answers = func.count(distinct(t.c.answer_id))
    statement = (
        select(
            t.c.department,
            t.c.question,
            *counted("answers", answers),
            *counted("points", to_float(func.sum(t.c.score)), answers),
        )
        .where(between(t.c.answered_on, period), t.c.score.is_not(None), t.c.department.is_not(None))
        .group_by(t.c.department, t.c.question)
    )
    try:
        frame = reader.frame(statement)[["department", "question", "answers", "points"]]
    except AccessRefused:
        return None
    return without_small_departments(frame, reader.smallest_cell)


def without_small_departments(frame: pd.DataFrame, fewest: int) -> Survey:
    """The survey as it may be shown. `frame` has department, question, answers and points (their sum)."""
    groups = frame.astype({"answers": float, "points": float}).groupby("department")
    sizes = groups["answers"].agg(lambda answers: answers.min(skipna=False))
    departments = shown_groups({str(k): float(v) for k, v in sizes.items()}, fewest)
    sums = groups[["answers", "points"]].sum()
    table = pd.DataFrame({"people": sizes, "score": sums["points"] / sums["answers"]}).reset_index()
    table = table[table["department"].isin(departments)].sort_values("score", ignore_index=True)
    whole = sums[sums.index.isin(departments)].sum()
    by_question = (
        frame[frame["department"].isin(departments)].groupby("question")[["answers", "points"]].sum()
    )
    questions = (by_question["points"] / by_question["answers"]).rename("score").reset_index()
    return Survey(
        departments=table,
        questions=questions.sort_values("score", ignore_index=True),
        hidden=tuple(sorted(set(sizes.index) - departments)),
        people=float(table["people"].sum()),
        score=float(whole["points"] / whole["answers"]) if whole["answers"] else float("nan"),
        fewest=fewest,
    )
