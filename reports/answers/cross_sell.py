"""Did cross-sell to at-risk customers rise, without harm? Treated against held out, and the guardrails."""

from __future__ import annotations

from metrics.comparison.words import share, signed
from reports.review.experiment_effects import (
    GUARDRAILS,
    OF,
    Effect,
    effect,
    effects_chart,
    looked_at,
    not_read,
    source,
)
from reports.review.review_context import ReviewContext
from reports.review.review_document import Answer
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.interim_results import CROSS_SELL
from workflow.experiments.persuadable import SALVAGEABLE

QUESTION = "Did cross-sell to at-risk customers who can be saved rise, without harm?"


def answer(context: ReviewContext, experiments: list[ExperimentResult]) -> Answer:
    """The effect on who opened a wealth product; whether it came with more leavers, complaints or withdrawn consent."""
    read = looked_at(experiments, context)
    sold = [effect(r, CROSS_SELL) for r in read if CROSS_SELL in r.figures]
    guards = [effect(r, outcome) for r in read for outcome in GUARDRAILS if outcome in r.figures]
    sentences = [one.sentence() for one in sold]
    if not sold:
        sentences.append("No experiment measures what customers opened." if read else not_read(experiments))
    for r in read:
        mine = [one.in_words() for one in guards if one.reading is r]
        if mine:
            sentences.append(f"Guardrails of {r.title}: {'; '.join(mine)}.")
    if read:
        gone = [name for outcome, name in GUARDRAILS.items() if not any(g.outcome == outcome for g in guards)]
        if gone:
            sentences.append(f"Not measured at this analysis: {' and '.join(gone)}.")
        sentences.append(_salvageable(read))
    return Answer(
        key="cross_sell",
        question=QUESTION,
        title=_title(sold, guards),
        sentences=tuple(sentences),
        figures=(
            *(one.card(f"{one.reading.title}: opened a wealth product") for one in sold[:1]),
            *(one.card(f"Guardrail: {OF[one.outcome]}") for one in guards[:3]),
        ),
        chart=effects_chart(
            ((f"{e.reading.title}: {OF[e.outcome]}", e) for e in (*sold, *guards)),
            "Change of the treated against the held-out with 95% interval",
            "Change, treated against held out",
        ),
        recommendation="" if sold else "Nothing can be decided here: no effect has been measured.",
        sources=tuple(source(r) for r in experiments),
    )


def _title(sold: list[Effect], guards: list[Effect]) -> str:
    if not sold:
        return "Cross-sell to at-risk customers who can be saved has not been measured yet"
    one = next((e for e in sold if e.is_clear), sold[0])
    if one.relative is None:
        return f"Cross-sell: not enough data yet ({one.reading.title})"
    mine = [g for g in guards if g.reading is one.reading]
    harm = [GUARDRAILS[g.outcome] for g in mine if g.conclusion == "harmed"]
    seen = [GUARDRAILS[g.outcome] for g in mine if g.relative is not None]
    tail = (
        f"but harm on {' and '.join(harm)}" if harm else f"no clear harm on {', '.join(seen)}" if seen else ""
    )
    tail = tail or "harm not measured"
    if not one.is_clear:
        return (
            f"No clear effect on cross-sell yet: {signed(one.relative.value)} in {one.reading.title}; {tail}"
        )
    rose = "more" if one.relative.value > 0 else "fewer"
    by = share(abs(one.relative.value), 0)
    return f"{one.reading.title} sold wealth products to {by} {rose} customers; {tail}"


def _salvageable(read: list[ExperimentResult]) -> str:
    qini = [(r, r.figures.get(SALVAGEABLE, {}).get("qini")) for r in read]
    clear = [r.title for r, q in qini if q is not None and q.low > 0]
    if clear:
        return f"Who can be saved is known from {clear[0]}, so calls can go to those first."
    return "Who of them can be saved is not known yet: these are all assigned customers, not only those who can be saved."
