"""What is the net value, after cost? What the customers kept bring, less what that cost; and the bank's net revenue."""

from __future__ import annotations

import math

from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import hkd, numeral
from reports.review.experiment_effects import effect, looked_at, not_read, source, worth_in_words
from reports.review.review_context import UNDECIDED, ReviewContext
from reports.review.review_document import Answer, Figure
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.interim_results import CHURN

QUESTION = "What is the net value, after cost?"
NET = "net_revenue"


def answer(context: ReviewContext, experiments: list[ExperimentResult]) -> Answer:
    """The worth of the customers kept with its interval, then the bank's revenue less cost to serve."""
    read = looked_at(experiments, context)
    cards, sentences = [], []
    for reading in read:
        card, sentence = _worth(reading)
        cards.append(card)
        sentences.append(sentence)
    if not read:
        sentences.append(
            f"{not_read(experiments)} So there is no conclusion about what keeping customers is worth."
        )
    if context.value(NET) == context.value(NET):
        money = (
            " Money has no interval here, so a change of it has no verdict." if context.is_there(1) else ""
        )
        sentences.append(
            f"Revenue less cost to serve was {context.says(NET)} ({context.against(NET)}, "
            f"{context.against(NET, 2)}).{money}"
        )
    return Answer(
        key="value",
        question=QUESTION,
        title=_title(context, read),
        sentences=tuple(sentences),
        figures=(*cards[:2], context.card(NET), context.card("marketing_cost")),
        chart=context.chart_over_time(NET),
        metrics=(NET, "marketing_cost"),
        recommendation=UNDECIDED if math.isnan(context.value(NET)) else "",
        sources=tuple(source(r) for r in read),
    )


def _worth(reading: ExperimentResult) -> tuple[Figure, str]:
    words, worth, cost = worth_in_words(reading)
    label = f"{reading.title}: customers retained, per year"
    if worth is None:
        return Figure(
            label=label, value="not known"
        ), f"{reading.title}: not known; it needs the effect on churn and the revenue of the customers kept."
    clear = effect(reading, CHURN).is_clear
    after = f"after {hkd(cost)} for offers" if cost is not None else "before cost: no cost data"
    ends = f"95% interval {hkd(worth.low)} to {hkd(worth.high)}"
    yearly = reading.figures[CHURN]["yearly"].value
    treated = reading.figures[CHURN]["treated"].value
    sentence = (
        f"{reading.title}: {words} a year ({ends}), {after}; customers kept among {numeral(treated)} treated, at "
        f"{hkd(yearly)} net revenue a customer."
    )
    if not clear:
        sentence += " The interval includes 0, so there may be no effect."
    return (
        Figure(
            label=label,
            value=words,
            n=f"{ends}, {after}",
            verdict=Verdict.BETTER if clear and worth.low > 0 else Verdict.NOT_CLEAR,
        ),
        sentence,
    )


def _title(context: ReviewContext, read: list[ExperimentResult]) -> str:
    for reading in read:
        words, worth, cost = worth_in_words(reading)
        if worth is None:
            continue
        after = "after the cost of offers" if cost is not None else "before cost, which is not known"
        if worth.low <= 0:
            ends = f"{hkd(worth.low)} to {hkd(worth.high)}"
            return f"No clear value yet: what {reading.title} kept is worth {ends} a year, {after}"
        return f"{reading.title} kept customers worth {words} a year, {after}"
    net = context.value(NET)
    if not math.isnan(net):
        return f"Not measured yet; the bank earned {context.says(NET)} after cost to serve"
    return "What keeping customers is worth has not been measured"
