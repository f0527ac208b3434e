"""The quarter in one sentence, and the few figures that come first."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.comparison.goal_status import BAD, GOOD
from metrics.comparison.words import signed
from metrics.query.missing_reasons import not_given_for
from reports.review import goal_texts
from reports.review.experiment_effects import Effect, effect, looked_at
from reports.review.review_context import ReviewContext
from reports.review.review_document import Figure
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.interim_results import CROSS_SELL
from workflow.goals.goal_progress import Progress

FIRST = {
    "churn_rate": "Churn rate",
    "net_revenue": "Net revenue",
    "nps": "NPS",
    "sla_met": "First-contact SLA met",
}
"""Figure of the catalogue → its label where there is little room."""


def title(context: ReviewContext, goals: Sequence[Progress], experiments: Sequence[ExperimentResult]) -> str:
    """`Q2 2026: 10 of 15 goals off plan, churn rate 2.8%, …`; what is not known is left out."""
    parts = []
    if goals:
        parts.append(goal_texts.off_plan(goals))
    if context.value("churn_rate") == context.value("churn_rate"):
        verdict = context.moved("churn_rate", 2).verdict
        than = {"better": " (lower than a year before)", "worse": " (higher than a year before)"}
        parts.append(f"churn rate {context.says('churn_rate')}{than.get(verdict, '')}")
    sold = _sold(context, experiments)
    if sold is not None and sold.is_clear and sold.relative is not None:
        parts.append(f"pilot cross-sell {signed(sold.relative.value, 0)}")
    if context.value("net_revenue") == context.value("net_revenue") and len(parts) < 3:
        parts.append(f"{context.says('net_revenue')} net revenue")
    if not parts:
        missing = not_given_for(("churn_rate", "net_revenue"), context.covered)
        why = missing.clause if missing else context.clause("churn_rate", "net_revenue")
        parts.append(f"churn rate and net revenue are {why}")
    return f"{context.quarter.in_words()}: {', '.join(parts)}"


def figures(
    context: ReviewContext, goals: Sequence[Progress], experiments: Sequence[ExperimentResult]
) -> tuple[Figure, ...]:
    """Goals, churn, cross-sell, net revenue, recommendation and the first-contact SLA."""
    states = [g.state() for g in goals]
    good, bad = (sum(s in which for s in states) for which in (GOOD, BAD))
    cards = [
        Figure(
            label="Goals met or on plan",
            value=f"{good} of {len(goals)}" if goals else "no goal in force",
            n=f"{bad} off plan, {len(goals) - good - bad} not known" if goals else "",
        ),
        *(context.card(name, label) for name, label in FIRST.items()),
    ]
    sold = _sold(context, experiments)
    if sold is not None:
        cards.insert(2, sold.card("Cross-sell, treated"))
    return tuple(cards)


def _sold(context: ReviewContext, experiments: Sequence[ExperimentResult]) -> Effect | None:
    """The cross-sell effect of the first experiment that shows one."""
    read = [effect(r, CROSS_SELL) for r in looked_at(list(experiments), context)]
    measured = [e for e in read if e.relative is not None]
    return next((e for e in measured if e.is_clear), next(iter(measured), None))
