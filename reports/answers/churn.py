"""Is churn down, and is it our doing? The bank's figure beside the two quarters, and what the experiments show."""

from __future__ import annotations

import math
from collections.abc import Sequence

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import figure, signed
from reports.review.experiment_effects import Effect, effect, looked_at, not_read, source
from reports.review.review_context import Asked, against_a_year_before
from reports.review.review_document import Answer, Chart, Series
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.interim_results import CHURN

QUESTION = "Is churn down, and is it our doing?"
NAME = "churn_rate"


def answer(asked: Asked, experiments: list[ExperimentResult]) -> Answer:
    """The share lost against both quarters; an experiment alone says what of it is ours."""
    read = looked_at(experiments, asked)
    effects = [effect(r, CHURN) for r in read]
    unknown = asked.value(NAME) != asked.value(NAME)
    sentences = []
    if not unknown:
        said = f"{asked.against(NAME)}; {asked.against(NAME, 2)}."
        sentences.append(f"{said[:1].upper()}{said[1:]}")
    for one in effects:
        arms = f" {one.arms_in_words()}." if one.arms_in_words() else ""
        sentences.append(f"{one.reading.title}: {one.in_words()}.{arms} {one.more_needed()}".strip())
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
        title=_title(asked, effects),
        sentences=tuple(sentences),
        figures=(
            asked.card(NAME),
            *(one.card(f"{one.reading.title}: effect on churn") for one in effects[:3]),
        ),
        chart=_chart(asked),
        metrics=(NAME,),
        sources=tuple(source(r) for r in experiments),
    )


def _title(asked: Asked, effects: Sequence[Effect]) -> str:
    value = asked.value(NAME)
    if math.isnan(value):
        head = f"How many customers left is {asked.clause(NAME)}"
    else:
        head = f"{asked.says(NAME)} of customers left, {against_a_year_before(asked, NAME)}"
    clear = [e for e in effects if e.is_clear and e.relative is not None]
    if clear:
        return (
            f"{head}; ours: {signed(clear[0].relative.value, 0)} among those {clear[0].reading.title} treated"  # type: ignore[union-attr]
        )
    if effects:
        return f"{head}; no effect of ours is clear yet"
    return f"{head}; what of it is ours has not been measured"


def _chart(asked: Asked) -> Chart | None:
    values = asked.over_time(NAME)
    if all(v is None for v in values):
        return None
    metric = CATALOGUE[NAME]
    told = ", ".join(f"{q} {figure(metric, v)}" for q, v in zip(asked.quarters(), values, strict=True))
    return Chart(
        shape="columns",
        says=f"Churn rate by quarter{asked.days_of_each()}: {told}",
        unit="share",
        categories=asked.quarters(),
        series=(Series(name=f"{metric.label}{asked.days_of_each()}", values=values),),
    )
