"""The quarter in one sentence, and the few figures that come first."""

from __future__ import annotations

from collections.abc import Sequence

from metrics.words import signed
from reports.answers import goals as shared
from reports.answers.asked import Asked
from reports.answers.effects import effect, looked_at
from reports.review import Figure
from workflow.impact import CROSS_SELL
from workflow.progress import Progress
from workflow.readings import Reading

FIRST = ("churn_rate", "net_revenue", "nps", "promise_kept")


def title(asked: Asked, goals: Sequence[Progress], experiments: Sequence[Reading]) -> str:
    """`Q2 2026: 10 of 15 goals are behind, 2.8 % of customers left, …`; what is not known is left out."""
    parts = []
    if goals:
        bad = sum(g.state() in shared.BAD for g in goals)
        parts.append(f"{bad or 'none'} of {len(goals)} goals {'is' if bad == 1 else 'are'} behind")
    if asked.value("churn_rate") == asked.value("churn_rate"):
        verdict = asked.moved("churn_rate", 2).verdict
        than = {"better": ", fewer than a year before", "worse": ", more than a year before"}.get(verdict, "")
        parts.append(f"{asked.says('churn_rate')} of customers left{than}")
    for one in (effect(r, CROSS_SELL) for r in looked_at(list(experiments), asked)):
        if one.is_clear and one.relative is not None:
            parts.append(f"{one.reading.title} changed cross-sell by {signed(one.relative.value, 0)}")
            break
    if not parts and asked.value("net_revenue") == asked.value("net_revenue"):
        parts.append(f"{asked.says('net_revenue')} net revenue")
    return f"{asked.quarter.in_words()}: {', '.join(parts) or 'little is known of this quarter'}"


def figures(asked: Asked, goals: Sequence[Progress], experiments: Sequence[Reading]) -> tuple[Figure, ...]:
    """Goals, churn, cross-sell, net revenue, recommendation and the promise between the departments."""
    good = sum(g.state() in shared.GOOD for g in goals)
    found = [
        Figure(
            label="Goals met or on their path",
            value=f"{good} of {len(goals)}" if goals else "no goal set",
        ),
        *(asked.card(name) for name in FIRST),
    ]
    for one in (effect(r, CROSS_SELL) for r in looked_at(list(experiments), asked)):
        if one.relative is not None:
            found.insert(2, one.card("Cross-sell, treated against held out"))
            break
    return tuple(found)
