"""What surrounds a goal: the year before, where its figure is heading, what feeds it, and which figures pull apart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.contradiction import MONTHS, PAIRS, Finding, MetricPair, detect
from metrics.comparison.plan_pace import adds_up, is_count, path
from metrics.definitions.measure import Ratio
from metrics.definitions.scope import Filters, Scope, full_months, year_before
from metrics.query.query import Query, ask, unanswerable
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader
from warehouse.errors import AccessRefused
from workflow.goals.goal_coverage import covered, data_reach_back
from workflow.goals.goal_forecast import heading
from workflow.goals.goal_progress import sees_the_whole
from workflow.goals.goal_records import Goal, GoalDraft, parts_of
from workflow.goals.smart import Evidence

CONTRIBUTORS: Mapping[str, tuple[str, ...]] = {
    "qualified_conversions": ("leads", "mql", "acceptance_rate", "sql", "win_rate", "marketing_cost"),
    "won": ("leads", "mql", "acceptance_rate", "opportunities", "win_rate", "marketing_cost"),
    "mql": ("leads", "marketing_cost", "acceptance_rate"),
    "sql": ("mql", "acceptance_rate"),
    "opportunities": ("sql", "acceptance_rate"),
    "win_rate": ("opportunities", "acceptance_rate"),
    "acceptance_rate": ("mql", "accepted"),
    "cac": ("marketing_cost", "customers_acquired"),
    "revenue": ("won", "customers_acquired", "churn_rate"),
    "churn_rate": ("nps", "open_alerts"),
    "nps": ("churn_rate",),
}
"""Goal's figure → the departments' own figures that feed it."""


def evidence(
    draft: GoalDraft, reader: Reader, as_of: date, available: AvailableColumns | None = None
) -> Evidence:
    """What a target is held against."""
    if not sees_the_whole(reader, draft.metric):
        return Evidence()
    before = a_year_before(draft, reader, available)
    return Evidence(
        before=None if math.isnan(before[0]) else before[0],
        heading=heading(draft, reader, as_of, available).forecast,
    )


def a_year_before(
    draft: GoalDraft, reader: Reader, available: AvailableColumns | None = None
) -> tuple[float, tuple[float, ...]]:
    """The figure over the same days a year before, and of each of its months.

    Not known where it is about too few people, whoever asks: it becomes part of a goal, which everybody reads.
    """
    periods = [year_before(draft.span), *(year_before(p) for p in parts_of(draft))]
    query = Query.of([draft.metric], Scope(periods[0], draft.filters), periods=periods)
    values = ask(query, reader, available, alike=True).set_index("period")[draft.metric].astype(float)
    return float(values.loc[0]), tuple(values.loc[1:])


def with_path(draft: GoalDraft, reader: Reader, available: AvailableColumns | None = None) -> GoalDraft:
    """The draft with its baseline and, for a total, its path in the proportions of the year before."""
    whole, months = a_year_before(draft, reader, available)
    metric = CATALOGUE[draft.metric]
    baseline = whole if math.isfinite(whole) and whole != 0 else None
    if not adds_up(metric):
        return replace(draft, baseline=baseline)
    complete = all(v > 0 for v in months)
    steps = path(draft.target, parts_of(draft), months if complete else None, whole=is_count(metric))
    return replace(draft, baseline=baseline, path=tuple(steps))


def now_and_before(row: pd.Series) -> Iterator[dict[str, Any]]:
    """The two sides of a row of `contributors`, as `metrics.comparison.compare` takes them."""
    for when in ("now", "before"):
        yield {
            "value": row[when],
            "numerator": row.get(f"{when}_numerator"),
            "denominator": row.get(f"{when}_denominator"),
        }


def contributors(
    goal: Goal,
    reader: Reader,
    as_of: date,
    available: AvailableColumns | None = None,
    among: Sequence[str] | None = None,
) -> pd.DataFrame:
    """The figures that feed a goal: index metric, columns now and before, top and bottom of each.

    Now is the span so far, before the same days a year earlier, NaN if the bank's data begin within those. Figures that
    are not kept by the goal's part of the bank, or not for the viewer's role, are left out.
    """
    rows = {}
    for name in CONTRIBUTORS.get(goal.metric, ()) if among is None else among:
        elapsed = covered(name, goal.span, as_of, reader).elapsed
        if elapsed is None:
            continue
        scope = Scope(elapsed, goal.filters)
        query = Query.of([name], scope, periods=[elapsed, year_before(elapsed)])
        if unanswerable(name, query) or not sees_the_whole(reader, name):
            continue
        try:
            answer = ask(query, reader, available).set_index("period")
            reaches = data_reach_back(name, elapsed, reader)
        except AccessRefused:
            continue
        metric = CATALOGUE[name]
        row: dict[str, float] = {}
        for index, when in enumerate(("now", "before")):
            row[when] = float(answer[name].loc[index])
            if isinstance(metric, Ratio):
                row[f"{when}_numerator"] = float(answer[metric.numerator.name].loc[index])
                row[f"{when}_denominator"] = float(answer[metric.denominator.name].loc[index])
        if not reaches:
            row["before"] = math.nan
        rows[name] = row
    return pd.DataFrame.from_dict(rows, orient="index")


def contradictions(
    filters: Filters, reader: Reader, as_of: date, available: AvailableColumns | None = None
) -> list[tuple[MetricPair, Finding]]:
    """Each pair of figures that could conflict with each other, judged over the last twelve full months."""
    months = full_months(as_of, MONTHS)
    findings = []
    for pair in PAIRS:
        quality = CATALOGUE[pair.quality]
        assert isinstance(quality, Ratio)
        query = Query.of([pair.volume, pair.quality], Scope(months[-1], filters), periods=months)
        if any(unanswerable(n, query) or not sees_the_whole(reader, n) for n in (pair.volume, pair.quality)):
            continue
        try:
            answer = ask(query, reader, available).set_index("period")
        except AccessRefused:
            continue
        findings.append(
            (
                pair,
                detect(
                    list(answer[pair.volume]),
                    list(answer[quality.numerator.name]),
                    list(answer[quality.denominator.name]),
                    [m.days for m in months],
                    quality_is_up=quality.better == "up",
                ),
            )
        )
    return findings
