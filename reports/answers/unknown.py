"""What do we not know? What the bank gave no data of, what is too early to say, what failed a check, what is late."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from metrics import CATALOGUE
from metrics.query import absent
from metrics.words import day
from reports.answers.asked import FIGURES, Asked, rows_of
from reports.answers.effects import wrong_draw
from reports.review import Answer, Table
from warehouse import load
from warehouse.schema import UNIFIED_TABLES
from workflow.progress import Progress
from workflow.readings import Reading

QUESTION = "What do we not know?"


def answer(
    asked: Asked, status: pd.DataFrame, goals: Sequence[Progress], experiments: Sequence[Reading]
) -> Answer:
    """Each gap as a row: what is not known, why, and who can change it."""
    rows = [
        *_missing_tables(status),
        *_missing_columns(asked),
        *_late(status),
        *_early(goals, experiments, asked),
        *_failed(asked),
    ]
    kinds = list(dict.fromkeys(kind for kind, *_ in rows))
    counted = [f"{sum(r[0] == k for r in rows)} {k}" for k in kinds]
    without = [CATALOGUE[n].label for n in FIGURES if asked.value(n) != asked.value(n)]
    sentences = []
    if without:
        sentences.append(f"Figures of this review without a value: {', '.join(without)}.")
    sentences.append(
        "Disputes between departments are not recorded yet, so nobody knows how many were settled."
    )
    return Answer(
        key="unknown",
        question=QUESTION,
        title=f"{len(rows)} gaps: {', '.join(counted)}"
        if rows
        else "No gap is known: every table has data and every check passed",
        sentences=tuple(sentences),
        table=Table(
            columns=("Kind", "What", "Why, and who can change it"),
            rows=tuple((k.capitalize(), w, y) for k, w, y in rows),
        )
        if rows
        else None,
    )


def _missing_tables(status: pd.DataFrame) -> list[tuple[str, str, str]]:
    owners = {t.name: t.info["owner"] for t in UNIFIED_TABLES}
    return [
        ("missing data", name.replace("_", " "), f"No rows were loaded. {owners[name]} keeps them.")
        for name in status.loc[status["row_count"] == 0, "table_name"]
    ]


def _missing_columns(asked: Asked) -> list[tuple[str, str, str]]:
    found = []
    for table in UNIFIED_TABLES:
        if table.name not in asked.known:
            continue
        gone = [c.key.replace("_", " ") for c in table.c if f"{table.name}.{c.key}" not in asked.known]
        if gone:
            found.append(
                (
                    "missing columns",
                    f"{table.name.replace('_', ' ')}: {', '.join(gone)}",
                    f"The source gave none. {table.info['owner']} keeps them.",
                )
            )
    return found


def _late(status: pd.DataFrame) -> list[tuple[str, str, str]]:
    late = status[status["overdue"].fillna(False).astype(bool)]
    return [
        (
            "late sources",
            r.table_name.replace("_", " "),
            f"Its latest day is {day(pd.Timestamp(r.latest_on))}, later days are usual.",
        )
        for r in rows_of(late)
    ]


def _early(
    goals: Sequence[Progress], experiments: Sequence[Reading], asked: Asked
) -> list[tuple[str, str, str]]:
    found = []
    for goal in goals:
        if goal.state() in ("not known", "too early to say"):
            label = CATALOGUE[goal.goal.metric].label
            why = (
                "no data"
                if absent(goal.goal.metric, asked.known)
                else "too few cases so far, or not for your role"
            )
            found.append(("goals not judged", label, why[0].upper() + why[1:] + "."))
    for reading in experiments:
        if wrong_draw(reading):
            found.append(
                ("early or void results", reading.title, "The draw went wrong, so its figures prove nothing.")
            )
        elif reading.look is None or reading.look.on > asked.end:
            when = (
                f"The first look is on {day(reading.following.on)}."
                if reading.following
                else "No look is planned."
            )
            found.append(("early or void results", reading.title, when))
    return found


def _failed(asked: Asked) -> list[tuple[str, str, str]]:
    found: pd.DataFrame = asked.once("failed_checks", lambda d: d.frame(load.failed_checks()))
    rows = []
    for r in rows_of(found):
        n = "" if pd.isna(r.row_count) else f" ({r.row_count:,.0f} rows)"
        rows.append(
            (
                "failed checks",
                f"{r.table_name.replace('_', ' ')}: {r.check_name}{n}",
                f"{r.says} {r.department} can mend it at the source.",
            )
        )
    return rows
