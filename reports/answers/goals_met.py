"""Did we meet our goals? Those in force when the quarter ended, each with its state and the year before."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison.compare import compare
from metrics.comparison.goal_status import BAD, GOOD
from metrics.comparison.plan_pace import adds_up
from metrics.comparison.words import change, day, figure, in_a_sentence
from metrics.definitions.measure import Ratio
from reports.answers import goal_paces
from reports.review.goal_gaps import why_not_judged
from reports.review.goal_texts import against, card, chart, in_a_year, name_of, off_plan, short, table
from reports.review.review_context import ReviewContext
from reports.review.review_document import Answer
from workflow.goals.goal_outlook import now_and_before
from workflow.goals.goal_progress import Progress
from workflow.goals.goal_records import DIGITAL, Goal, departments, every_goal
from workflow.kept import contributors_now, heading_now, progress_now

QUESTION = "Did we meet our goals?"
MOST_EXPLAINED = 3
"""Goals that are off plan are explained up to so many; the table has them all."""
MOST_NAMED = 5
"""So many of those met or on plan are named with their year."""


@dataclass(frozen=True, kw_only=True)
class QuarterGoals:
    """The goals of a quarter as they stood on its last day, and which others touch its days."""

    standing: tuple[Progress, ...] = ()
    """Those in force on its last day; the shared digital one first."""
    ended: tuple[Goal, ...] = ()
    """Those in force in it that ended before it did."""
    agreed_later: int = 0
    """How many were set, or signed by the last of their departments, after its end: they are not its goals."""
    waiting: tuple[Goal, ...] = ()
    """Proposals that wait for a department to sign."""


def quarter_goals(context: ReviewContext) -> QuarterGoals:
    """The goals of the quarter, and where each stood on its last day with data."""
    period, last, as_of = context.quarter.period, context.quarter.whole.end, context.end
    touching = [
        g
        for g in every_goal(context.reader)
        if g.span.start <= period.end and g.span.end >= period.start and not g.is_declined
    ]
    goals = [g for g in touching if g.is_in_force(last)]
    goals.sort(key=lambda g: (not _digital(g), bool(g.filters), g.span.days, g.goal_id))
    agreed = {g.goal_id: g.in_force_since.date() for g in touching if g.in_force_since is not None}
    standing = progress_now(context.once, context.reader, goals, as_of, context.available) if goals else []
    return QuarterGoals(
        standing=tuple(standing),
        ended=tuple(
            g
            for g in touching
            if g.ended_at is not None
            and period.start <= g.ended_at.date() <= last
            and agreed.get(g.goal_id, date.max) <= last
        ),
        agreed_later=sum(day > last for day in agreed.values()),
        waiting=tuple(g for g in touching if g.waits_for and g.ended_at is None),
    )


def answer(context: ReviewContext, goals: QuarterGoals) -> Answer:
    """The goals in one sentence, those off plan explained, those met beside them, all in a table."""
    standing = goals.standing
    if not standing:
        return Answer(
            key="goals",
            question=QUESTION,
            title="No goal was in force at the end of this quarter",
            sentences=(
                *_others(goals),
                "Marketing, Sales, executives and analysts set goals on the page Goals.",
            ),
            recommendation="Set goals, so that there is a plan to hold the next quarter against.",
        )
    bad = [g for g in standing if g.state() in BAD]
    sentences = [
        _sentence(context, g) + (_heading(context, g) if g is bad[0] else "") for g in bad[:MOST_EXPLAINED]
    ]
    if len(bad) > MOST_EXPLAINED:
        sentences.append("The other goals that are off plan stand in the table.")
    good = [g for g in standing if g.state() in GOOD]
    if good:
        named = "; ".join(f"{name_of(g.goal)}: {against(g)}{in_a_year(g)}" for g in good[:MOST_NAMED])
        more = f"; and {len(good) - MOST_NAMED} more in the table" if len(good) > MOST_NAMED else ""
        sentences.append(f"Met or on plan: {named}{more}.")
    unknown = len(standing) - len(bad) - len(good)
    if unknown:
        open_ = [g for g in standing if g.state() not in BAD | GOOD]
        reasons = "; ".join(f"{name_of(g.goal)}: {why_not_judged(context, g)}" for g in open_)
        sentences.append(f"{unknown} of {len(standing)} cannot be evaluated: {reasons}.")
    return Answer(
        key="goals",
        question=QUESTION,
        title=_title(standing, bad, good),
        sentences=(*sentences, *_others(goals)),
        figures=tuple(card(g) for g in standing[:4]),
        chart=chart(standing),
        table=table(standing),
        metrics=tuple(dict.fromkeys(g.goal.metric for g in standing)),
        exhibits=goal_paces.exhibits(bad or good),
        sources=(
            f"Goals in force on {day(context.quarter.whole.end)}; a goal is never changed, only ended. Of several "
            "departments it is in force when each has signed.",
        ),
    )


def _others(goals: QuarterGoals) -> list[str]:
    """What else was agreed or ended about these days, as sentences."""
    sentences = [
        f"Ended in the quarter: {name_of(g)}, on {day(g.ended_at)}: {g.why_ended}" for g in goals.ended
    ]
    if goals.agreed_later:
        many = goals.agreed_later > 1
        sentences.append(
            f"{goals.agreed_later} {'goals' if many else 'goal'} for these days {'were' if many else 'was'} agreed after "
            f"the quarter ended and {'are' if many else 'is'} not among its goals."
        )
    if goals.waiting:
        waits = "; ".join(f"{name_of(g)} {g.agreement()}" for g in goals.waiting)
        sentences.append(f"Proposed, not in force: {waits}.")
    return [s if s.endswith((".", "!", "?")) else f"{s}." for s in sentences]


def _digital(goal: Goal) -> bool:
    return any(
        d == "channel" and {v.casefold() for v in values} == set(DIGITAL) for d, values in goal.filters
    )


def _title(goals: Sequence[Progress], bad: Sequence[Progress], good: Sequence[Progress]) -> str:
    shared = [g for g in goals if len(departments(g.goal)) > 1]
    off = sum(g.state() in BAD for g in shared)
    title = f"{off_plan(goals)}, {len(good) or 'none'} met or on plan"
    if shared and len(shared) < len(goals):
        title += f"; of the {len(shared)} shared, {off or 'none'} off plan"
    return f"{title[:1].upper()}{title[1:]}" + (
        f"; {in_a_sentence(name_of(bad[0].goal))}: {short(bad[0])}" if bad else ""
    )


def _sentence(context: ReviewContext, goal: Progress) -> str:
    """A goal that is off plan, its year, and which of the figures that feed it moved the wrong way."""
    sentence = f"{name_of(goal.goal)}: {against(goal)}{in_a_year(goal)}."
    fed = contributors_now(context.once, context.reader, goal.goal, context.end, context.available)
    worse, better = _moved(fed, "worse"), _moved(fed, "better")
    if len(fed) and fed["before"].isna().all():
        return f"{sentence} What feeds it has no data of a year before to compare with."
    if worse:
        return f"{sentence} Of the figures that feed it, worse than on the same days a year before: {_listed(worse)}."
    if better:
        return f"{sentence} No figure that feeds it is clearly worse than a year before; better: {_listed(better)}."
    return f"{sentence} No figure that feeds it has clearly moved against a year before."


def _listed(changes: Sequence[str]) -> str:
    return "; ".join(changes)


def _moved(fed: pd.DataFrame, verdict: str) -> list[str]:
    changes = []
    for name, row in fed.iterrows():
        metric = CATALOGUE[str(name)]
        now, before = now_and_before(row)
        moved = compare(metric, now, before)
        if moved.verdict == verdict:
            by = change(metric, now["value"], before["value"], moved).removesuffix(f", {verdict}")
            changes.append(f"{metric.label} {figure(metric, now['value'])} ({by})")
    return changes


def _heading(context: ReviewContext, goal: Progress) -> str:
    """Where a running total will end, as a sentence; empty for a level, and where nobody can say yet."""
    metric = CATALOGUE[goal.goal.metric]
    if goal.is_over or not adds_up(metric) or isinstance(metric, Ratio) or math.isnan(goal.actual):
        return ""
    outlook = heading_now(context.once, context.reader, goal.goal, context.end, context.available)
    ends = outlook.forecast
    if ends is None:
        return f" {outlook.why}"
    return (
        f" If past patterns continue, {in_a_sentence(name_of(goal.goal))} will end at {figure(metric, ends.low)} to "
        f"{figure(metric, ends.high)} (95% interval), against {figure(metric, goal.goal.target)}."
    )
