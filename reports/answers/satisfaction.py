"""Are customers happier, and where not? Three scores with their intervals, and the weakest touchpoint."""

from __future__ import annotations

from typing import Any

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison import multiple_comparisons
from metrics.comparison.compare import interval
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import figure, numeral, share
from metrics.definitions.measure import Ratio
from metrics.query.query import figures
from reports.review.review_context import ReviewContext, ask_what_may_be, rows_of
from reports.review.review_document import Answer, Chart, Series, Table
from warehouse.schema import plain

QUESTION = "Are customers happier, and where not?"
SCORES = ("nps", "csat", "ces")


def answer(context: ReviewContext) -> Answer:
    """How each score moved, and the weakest of the touchpoints that are clearly below all others."""
    scores = [s for s in SCORES if context.value(s) == context.value(s)]
    if not scores:
        return Answer(
            key="satisfaction",
            question=QUESTION,
            title=f"How satisfied customers are is {context.clause('csat')}",
            sentences=("It needs surveys: recommendation (NPS), satisfaction (CSAT) or effort (CES).",),
            figures=tuple(context.card(s) for s in SCORES),
            metrics=SCORES,
        )
    touchpoints = _touchpoints(context)
    weakest = _weakest(touchpoints)
    sentences = [
        f"{CATALOGUE[s].label}: {context.says(s)}; {context.against(s)}, {context.against(s, 2)}."
        for s in scores
    ]
    complaints = context.value("complaints")
    if pd.notna(complaints):
        sentences.append(
            f"Complaints: {context.says('complaints')}; {context.against('complaints')}, "
            f"{context.against('complaints', 2)}."
        )
    if weakest is not None:
        sentences.append(
            f"Weakest touchpoint: {plain(weakest.part)}, {share(weakest.value)} satisfied (95% interval "
            f"{share(weakest.low)} to {share(weakest.high)}, n = {numeral(weakest.n)}) against "
            f"{context.says('csat')} of all."
        )
    elif len(touchpoints):
        sentences.append(
            f"No touchpoint lies clearly below the others; the lowest is {plain(touchpoints['part'].iloc[0])} with "
            f"{share(touchpoints['value'].iloc[0])} satisfied of {numeral(touchpoints['n'].iloc[0])} answers."
        )
    sentences.append("A survey says nothing about people who never answer.")
    return Answer(
        key="satisfaction",
        question=QUESTION,
        title=_title(context, scores, weakest, has_touchpoints=len(touchpoints) > 0),
        sentences=tuple(sentences),
        figures=(*(context.card(s) for s in SCORES), context.card("complaints")),
        chart=_chart(context, touchpoints),
        table=_table(touchpoints),
        metrics=(*SCORES, "complaints"),
    )


def _title(context: ReviewContext, scores: list[str], weakest: Any, *, has_touchpoints: bool) -> str:
    moved = {s: context.moved(s, 2).verdict for s in scores}
    head, named = "No significant change on a year before", scores
    if not context.is_there(2):
        head = "No data of a year before"
    elif not any(v.is_judged for v in moved.values()):
        head = "Too few answers to say whether customers are happier than a year before"
    for verdict, word in (("worse", "less satisfied"), ("better", "more satisfied")):
        these = [s for s in scores if moved[s] == verdict]
        if these:
            head, named = f"Customers are {word} than a year before", these
            break
    title = f"{head} ({', '.join(f'{s.upper()} {context.says(s)}' for s in named)})"
    if weakest is not None:
        return f"{title}; weakest touchpoint: {plain(weakest.part)}, {share(weakest.value)} satisfied"
    if context.moved("complaints", 2).verdict == "worse":
        more = context.moved_in_words("complaints", 2).removesuffix(", worse")
        return f"{title}, but {context.says('complaints')} complaints, {more}"
    return f"{title}; no touchpoint stands out" if has_touchpoints else title


def _touchpoints(context: ReviewContext) -> pd.DataFrame:
    """part, value, low, high, n, and whether it is `below` all others: weakest first; those with few answers left out."""
    metric = CATALOGUE["csat"]
    assert isinstance(metric, Ratio)
    period, available = context.quarter.period, context.available
    columns = ["part", "value", "low", "high", "n", "below"]
    if context.value("csat") != context.value("csat"):
        return pd.DataFrame(columns=columns)
    answers = context.once(ask_what_may_be, ("csat",), period, (period,), available, ("touchpoint",))
    rows = []
    every = [figures(metric, row) for _, row in answers.iterrows()]
    changes = multiple_comparisons.apart(metric, every, context.of("csat"))
    for (_, row), touchpoint, change in zip(answers.iterrows(), every, changes, strict=True):
        bounds = (
            interval(metric, touchpoint["numerator"], touchpoint["denominator"])
            if touchpoint["denominator"] == touchpoint["denominator"]
            else None
        )
        if bounds and isinstance(row["touchpoint"], str):
            rows.append(
                (
                    row["touchpoint"],
                    touchpoint["value"],
                    *bounds,
                    touchpoint["denominator"],
                    change.verdict is Verdict.WORSE,
                )
            )
    return pd.DataFrame(rows, columns=columns).sort_values("value", ignore_index=True)


def _weakest(touchpoints: pd.DataFrame) -> Any:
    return next(rows_of(touchpoints[touchpoints["below"].astype(bool)]), None)


def _chart(context: ReviewContext, touchpoints: pd.DataFrame) -> Chart | None:
    if touchpoints.empty:
        return None
    metric = CATALOGUE["csat"]
    labels = tuple(plain(p).capitalize() for p in touchpoints["part"])
    texts = ", ".join(f"{a} {figure(metric, v)}" for a, v in zip(labels, touchpoints["value"], strict=True))
    return Chart(
        shape="intervals",
        says=f"Satisfied answers by touchpoint with 95% interval: {texts}",
        unit="share",
        categories=labels,
        series=(
            Series(
                name=metric.label,
                values=tuple(touchpoints["value"]),
                low=tuple(touchpoints["low"]),
                high=tuple(touchpoints["high"]),
            ),
        ),
        mark=context.value("csat"),
        mark_label="the whole bank",
    )


def _table(touchpoints: pd.DataFrame) -> Table | None:
    if touchpoints.empty:
        return None
    metric = CATALOGUE["csat"]
    rows = tuple(
        (
            plain(r.part).capitalize(),
            figure(metric, r.value),
            f"{figure(metric, r.low)} to {figure(metric, r.high)}",
            numeral(r.n),
        )
        for r in rows_of(touchpoints)
    )
    return Table(
        columns=("Touchpoint", metric.label, "95% interval", "Answers"),
        rows=rows,
        title="Where customers are less satisfied: every touchpoint, the lowest first",
    )
