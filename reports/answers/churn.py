"""Is churn down, and is it our doing? The bank's figure beside the two quarters, and what the experiments show."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import signed
from reports.answers import parts_compared
from reports.review.experiment_effects import Effect, effect, looked_at, not_read, source
from reports.review.review_context import UNDECIDED, ReviewContext, against_a_year_before
from reports.review.review_document import Answer
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.interim_results import CHURN

QUESTION = "Is churn down, and is it our doing?"
NAME = "churn_rate"


def answer(context: ReviewContext, experiments: list[ExperimentResult]) -> Answer:
    """The share lost against both quarters; an experiment alone says what of it is ours."""
    read = looked_at(experiments, context)
    effects = [effect(r, CHURN) for r in read]
    unknown = context.value(NAME) != context.value(NAME)
    sentences = []
    if not unknown:
        sentence = f"{context.against(NAME)}; {context.against(NAME, 2)}."
        sentences.append(f"{sentence[:1].upper()}{sentence[1:]}")
    sentences += [one.sentence() for one in effects]
    if not effects:
        sentences.append(not_read(experiments))
    else:
        sentences.append(
            "Only the difference between treated and held-out is ours; the bank's own change has many causes that "
            "nobody has separated."
        )
    return Answer(
        key="churn",
        question=QUESTION,
        title=_title(context, effects),
        sentences=tuple(sentences),
        figures=(
            context.card(NAME),
            *(one.card(f"{one.reading.title}: effect on churn") for one in effects[:3]),
        ),
        chart=context.chart_over_time(NAME),
        recommendation=UNDECIDED if unknown else _recommendation(context),
        exhibits=parts_compared.by_segment(context),
        metrics=(NAME,),
        sources=tuple(source(r) for r in experiments),
    )


def _recommendation(context: ReviewContext) -> str:
    """What to ask where clearly a larger share of customers left; "" where nothing calls for it."""
    if any(context.is_there(when) and context.moved(NAME, when).verdict is Verdict.WORSE for when in (1, 2)):
        return "Ask the relationship managers and Service why a larger share of customers left, and what they propose."
    return ""


def _title(context: ReviewContext, effects: Sequence[Effect]) -> str:
    value = context.value(NAME)
    if math.isnan(value):
        head = f"How many customers left is {context.clause(NAME)}"
    else:
        head = f"{context.says(NAME)} of customers left, {against_a_year_before(context, NAME)}"
    clear = [e for e in effects if e.is_clear and e.relative is not None]
    if clear:
        return (
            f"{head}; ours: {signed(clear[0].relative.value, 0)} among those {clear[0].reading.title} treated"  # type: ignore[union-attr]
        )
    if effects:
        return f"{head}; no effect of ours is clear yet"
    return f"{head}; what of it is ours has not been measured"
