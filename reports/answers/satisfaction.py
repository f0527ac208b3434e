"""Are customers happier, and where not? Three scores with their intervals, and the weakest touchpoint."""

from __future__ import annotations

from typing import Any

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import numeral, share
from reports.answers import parts_compared
from reports.review.review_context import NOTHING_TO_DECIDE, UNDECIDED, ReviewContext
from reports.review.review_document import Answer, Exhibit
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
            recommendation=UNDECIDED,
        )
    touchpoints = parts_compared.compared(context, "csat", "touchpoint")
    touchpoints = touchpoints[touchpoints["value"].notna()]
    weakest = parts_compared.clearly_worse(touchpoints)
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
        chart=next((c for c in map(context.chart_over_time, ("nps", "csat")) if c is not None), None),
        metrics=(*SCORES, "complaints"),
        recommendation=_recommendation(context, weakest),
        exhibits=_by_touchpoint(context, touchpoints, weakest),
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


def _recommendation(context: ReviewContext, weakest: Any) -> str:
    if weakest is not None:
        return f"Ask Service for what customers say of the {plain(weakest.part)}, and what it proposes."
    if context.is_there(2) and context.moved("complaints", 2).verdict == "worse":
        return "Ask Service for what the complaints are about, and what it proposes."
    return NOTHING_TO_DECIDE


def _by_touchpoint(context: ReviewContext, touchpoints: pd.DataFrame, weakest: Any) -> tuple[Exhibit, ...]:
    drawn = parts_compared.chart("csat", touchpoints, "touchpoint", context.value("csat"))
    if drawn is None:
        return ()
    title = "No touchpoint lies clearly below the others"
    if weakest is not None:
        title = f"Weakest touchpoint: {plain(weakest.part)}, {share(weakest.value)} satisfied"
    return (
        Exhibit(
            title=title,
            recommendation=_recommendation(context, weakest) if weakest is not None else NOTHING_TO_DECIDE,
            charts=(drawn,),
            sentences=("A survey says nothing about people who never answer.",),
            table=parts_compared.table(
                "csat",
                touchpoints,
                "touchpoint",
                "Answers",
                "Where customers are less satisfied: every touchpoint, the lowest first",
            ),
            metrics=("csat",),
        ),
    )
