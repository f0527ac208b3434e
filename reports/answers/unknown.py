"""What do we not know? What was not given, what is too early or about too few, what failed a check, what is late."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.goal_status import State
from metrics.comparison.words import day
from reports.review.experiment_effects import wrong_draw
from reports.review.goal_gaps import why_not_judged
from reports.review.review_context import FIGURES, NOTHING_TO_DECIDE, ReviewContext, rows_of
from reports.review.review_document import Answer, Table
from warehouse.access import data_coverage
from warehouse.schema import UNIFIED_TABLES, plain
from workflow.experiments.experiment_results import ExperimentResult
from workflow.goals.goal_progress import Progress

QUESTION = "What do we not know?"
KINDS = {
    "Not given": ("table was not given", "tables were not given"),
    "Columns missing": ("table lacks columns", "tables lack columns"),
    "Late": ("source is late", "sources are late"),
    "Goal not evaluated": ("goal cannot be evaluated", "goals cannot be evaluated"),
    "Result to come": ("result is too early or void", "results are too early or void"),
    "Check": ("check of the data found something", "checks of the data found something"),
}
"""Kind of a gap → its words for one and for several."""
Row = tuple[str, str, str, str]
"""Kind, what, why, who can change it."""


def answer(
    context: ReviewContext,
    status: pd.DataFrame,
    goals: Sequence[Progress],
    experiments: Sequence[ExperimentResult],
) -> Answer:
    """Each gap as a row: what is not known, why, and who can change it."""
    rows = [
        *_missing_tables(status),
        *_missing_columns(context),
        *_late(status),
        *_early(goals, experiments, context),
        *_failed(context),
    ]
    counted = [_many(sum(r[0] == kind for r in rows), *words) for kind, words in KINDS.items()]
    without = [
        f"{CATALOGUE[n].label}, {context.clause(n)}" for n in FIGURES if context.value(n) != context.value(n)
    ]
    sentences = (f"Figures of this review without a value: {'; '.join(without)}.",) if without else ()
    return Answer(
        key="unknown",
        question=QUESTION,
        title=", ".join(c for c in counted if c)
        or "Every table was given, every check passed, and no result is too early",
        sentences=sentences,
        recommendation=_recommendation(rows),
        table=Table(
            columns=("Kind", "What", "Who can change it", "Why"),
            rows=tuple((kind, what, who, why) for kind, what, why, who in rows),
            title="What is not known, why, and who can change it",
        )
        if rows
        else None,
    )


def _recommendation(rows: Sequence[Row]) -> str:
    """Whom to ask for what is missing, late or wrong; what is only too early needs nobody."""
    owners = dict.fromkeys(who for kind, _, _, who in rows if kind in ("Not given", "Late", "Check"))
    if not owners:
        return NOTHING_TO_DECIDE
    *first, last = owners
    names = f"{', '.join(first)} and {last}" if first else last
    return f"Ask {names} by when what is missing, late or wrong will be mended."


def _many(n: int, one: str, more: str) -> str:
    return "" if n == 0 else f"1 {one}" if n == 1 else f"{n:,} {more}"


def _missing_tables(status: pd.DataFrame) -> list[Row]:
    owners = {t.name: t.info["owner"] for t in UNIFIED_TABLES}
    return [
        ("Not given", plain(name), f"`{name}` was not given, or has no rows.", owners[name])
        for name in status.loc[status["row_count"] == 0, "table_name"]
    ]


def _missing_columns(context: ReviewContext) -> list[Row]:
    gaps = []
    for table in UNIFIED_TABLES:
        if table.name not in context.available:
            continue
        gone = [plain(c.key) for c in table.c if f"{table.name}.{c.key}" not in context.available]
        if gone:
            gaps.append(
                (
                    "Columns missing",
                    f"{plain(table.name)}: {', '.join(gone)}",
                    "Not given by the source, or empty in every row.",
                    table.info["owner"],
                )
            )
    return gaps


def _late(status: pd.DataFrame) -> list[Row]:
    owners = {t.name: t.info["owner"] for t in UNIFIED_TABLES}
    late = status[status["overdue"].fillna(value=False).astype(bool)]
    return [
        (
            "Late",
            plain(r.table_name),
            f"Its latest day is {day(pd.Timestamp(r.latest_on))}; later days are usual.",
            owners[r.table_name],
        )
        for r in rows_of(late)
    ]


def _early(
    goals: Sequence[Progress], experiments: Sequence[ExperimentResult], context: ReviewContext
) -> list[Row]:
    gaps = []
    for goal in goals:
        if goal.state() in (State.NOT_KNOWN, State.TOO_EARLY, State.TOO_FEW):
            label = CATALOGUE[goal.goal.metric].label
            why = why_not_judged(context, goal)
            gaps.append(("Goal not evaluated", label, f"{why[0].upper()}{why[1:]}.", goal.goal.owner))
    for reading in experiments:
        if wrong_draw(reading):
            gaps.append(
                (
                    "Result to come",
                    reading.title,
                    "The random assignment failed its check: its figures prove nothing.",
                    "Analytics",
                )
            )
        elif reading.look is None or reading.look.on > context.end:
            when = (
                f"The first analysis is on {day(reading.following.on)}."
                if reading.following
                else "No analysis is planned."
            )
            gaps.append(("Result to come", reading.title, when, "Nobody: time"))
    return gaps


def _failed(context: ReviewContext) -> list[Row]:
    failed = context.once(data_coverage.visible_failed_checks)
    rows = []
    for r in rows_of(failed):
        n = (
            " (too few rows to show)"
            if pd.isna(r.row_count)
            else f" ({_many(int(r.row_count), 'row', 'rows')})"
        )
        rows.append(
            (
                "Check",
                f"{plain(r.table_name)}: {r.check_name}{n}",
                r.says,
                r.department,
            )
        )
    return rows
