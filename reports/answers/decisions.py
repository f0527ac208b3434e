"""What must I decide today? Plain rules over the other answers; each decision with the figure that calls for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import pandas as pd

from metrics.attribution import campaign_quality
from metrics.attribution.campaign_names import named
from metrics.comparison.goal_status import BAD
from metrics.comparison.words import day, hkd, numeral, share
from reports.answers import decisions_before
from reports.answers.channels import conclusions_of
from reports.review import goal_texts
from reports.review.experiment_effects import (
    GUARDRAILS,
    Effect,
    effect,
    looked_at,
    worth_in_words,
    wrong_draw,
)
from reports.review.review_context import ReviewContext, rows_of
from reports.review.review_document import Answer, Table
from warehouse.access.reader import frame_of
from warehouse.errors import AccessRefused
from workflow.campaigns import campaign_conclusions
from workflow.collaboration import record_reading
from workflow.collaboration.decision_records import DECIDE_WITHIN, WANTED
from workflow.collaboration.record_kind import ANALYTICS, MANAGEMENT, MARKETING, Record
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.interim_results import CHURN, CROSS_SELL
from workflow.goals.goal_progress import Progress
from workflow.goals.goal_records import departments

QUESTION = "What must I decide today?"
MOST_GOALS = 2
"""Goals that are off plan are put one by one up to so many, the others together."""
MOST = 7
"""A meeting takes so many decisions; the last of them leaves what is more to whom it belongs."""


MOST_OPEN = 3
"""Decisions named that are open from before; the others are counted."""


NOT_MEASURED = "not measured"
ANSWERED = {
    "goals": ("goals",),
    "channels": ("channels", "campaigns"),
    **dict.fromkeys(("churn", "value", "cross_sell"), ("experiments",)),
}
"""Key of an answer → what the decisions are about whose figures it gives."""
OUTCOMES = {"churn": CHURN, "value": CHURN, "cross_sell": CROSS_SELL}
"""Key of an answer → the outcome of experiments that it gives."""


class Decision(NamedTuple):
    """What is to be decided, the figure that calls for it, what it is about, and the page that has the details."""

    what: str
    figure: str
    about: str
    page: str
    worth: str = NOT_MEASURED
    owner: str = MANAGEMENT
    by: date | None = None
    """The day it should be decided by; None is the days that a decision on the list has."""
    instead: str = ""
    """What is recommended, where the question alone does not say it."""
    outcomes: tuple[str, ...] = ()
    """Of an experiment, the outcomes it is about; none is all of them."""

    @property
    def recommendation(self) -> str:
        """What to do, as a sentence."""
        return self.instead or f"{self.what.rstrip('?')}."


def wanted_of(
    context: ReviewContext,
    goals: Sequence[Progress],
    channels: pd.DataFrame | None,
    experiments: Sequence[ExperimentResult],
) -> list[Decision]:
    """Goals that are off plan, channels to move, experiments to continue or end, campaigns to look at."""
    return at_most(
        [*_goals(goals), *_channels(channels), *_experiments(context, experiments), *_campaigns(context)]
    )


def recommended(key: str, decisions: Sequence[Decision]) -> str:
    """The recommendation beneath an answer: that of the first decision its figures call for; "" for none."""
    mine = [
        d.recommendation
        for d in decisions
        if d.about in ANSWERED.get(key, ()) and (not d.outcomes or OUTCOMES.get(key) in d.outcomes)
    ]
    more = f" ({len(mine) - 1} more under Decisions.)" if len(mine) > 1 else ""
    return f"{mine[0]}{more}" if mine else ""


def answer(context: ReviewContext, decisions: Sequence[Decision]) -> Answer:
    """The decisions as a table, those still open with them, and what came of those taken before."""
    waiting = _waiting(context)
    return Answer(
        key="decisions",
        question=QUESTION,
        title=_title(decisions),
        sentences=(
            *_still_open(waiting),
            *(f"{d.what} {d.figure} (Page {d.page}.)" for d in decisions),
        ),
        table=_table(context, decisions, waiting),
        sources=(
            "Rules: a goal that is off plan; a channel whose value less cost lies clearly above or below 0 and whose "
            "conclusion over 24 months says the same; an experiment with a clear "
            "effect, a failed random assignment, or no further analysis; a campaign with a high overpromise risk.",
        ),
        to_decide=tuple(d.what for d in decisions),
        exhibits=decisions_before.exhibits(context),
    )


def _table(context: ReviewContext, decisions: Sequence[Decision], waiting: Sequence[Record]) -> Table | None:
    """Recommendation, worth, owner, by when: of what the figures call for, then of what waits on the list."""
    today = context.reader.stores.now().date()
    within = max(context.end, today) + timedelta(days=DECIDE_WITHIN)
    rows = [
        (d.recommendation, d.worth, d.owner, day(d.by if d.by and d.by >= today else within))
        for d in decisions
    ]
    rows += [
        (f"Decide “{r.title}” (decision {r.record_id})", "not given", r.owner or "nobody", day(r.due_on))
        for r in waiting[:MOST_OPEN]
    ]
    if not rows:
        return None
    columns = ("Recommendation", "Worth", "Owner", "By when")
    return Table(columns=columns, rows=tuple(rows), estimated=("By when",))


def options_of(question: str) -> tuple[str, ...]:
    """The options of a question that the review puts: what it names, or yes and no."""
    if question.startswith("Keep, change or give up"):
        return ("Keep it", "Change it", "Give it up")
    return ("Yes", "No, leave it as it is")


def _waiting(context: ReviewContext) -> list[Record]:
    """The decisions that wait since before this quarter's review asked for any, the oldest first."""
    asked_by_this = f"({context.quarter.name})"
    return [
        r
        for r in record_reading.records_of(context.reader, "decision")[::-1]
        if r.state == WANTED and not r.title.endswith(asked_by_this)
    ]


def _still_open(waiting: Sequence[Record]) -> list[str]:
    if not waiting:
        return []
    named = [f"“{r.title}” (decision {r.record_id}, since {day(r.opened_at.date())})" for r in waiting]
    more = f"; and {len(named) - MOST_OPEN} more" if len(named) > MOST_OPEN else ""
    return [f"Still open on the page Decisions: {'; '.join(named[:MOST_OPEN])}{more}."]


def at_most(decisions: list[Decision], most: int = MOST) -> list[Decision]:
    """As many decisions as a meeting takes; whether the others can be left to their owners is the last of them."""
    if len(decisions) <= most:
        return decisions
    first, rest = decisions[: most - 1], decisions[most - 1 :]
    left = " ".join(f"{d.what.rstrip('?')}: {d.figure}" for d in rest)
    pages = " and ".join(dict.fromkeys(d.page for d in rest))
    return [
        *first,
        Decision(f"Leave these {len(rest)} to their owners?", left, "what owners can settle", pages),
    ]


def _title(decisions: Sequence[Decision]) -> str:
    if not decisions:
        return "No decision is called for by these figures"
    count = {
        about: sum(d.about == about for d in decisions) for about in dict.fromkeys(d.about for d in decisions)
    }
    counts = ", ".join(f"{n} about {about}" for about, n in count.items())
    if len(count) == 1:
        counts = (
            f"all about {counts.partition(' about ')[2]}" if len(decisions) > 1 else counts.partition(" ")[2]
        )
    return f"{len(decisions)} {'decision' if len(decisions) == 1 else 'decisions'} wanted: {counts}"


def _goals(goals: Sequence[Progress]) -> list[Decision]:
    bad = [g for g in goals if g.state() in BAD]
    # The shared goal comes first as it does everywhere; the others by how far they are off their plan.
    bad[1:] = sorted(bad[1:], key=goal_texts.shortfall, reverse=True)
    decisions = [
        Decision(
            f"Keep, change or give up the goal “{goal_texts.name_of(g.goal)}”?",
            f"{goal_texts.against(g)}.",
            "goals",
            "Goals",
            owner=" and ".join(departments(g.goal)),
            instead=f"Ask for a plan that brings “{goal_texts.name_of(g.goal)}” back, or change the goal.",
        )
        for g in bad[:MOST_GOALS]
    ]
    if rest := bad[MOST_GOALS:]:
        far = "; ".join(goal_texts.so_far(g) for g in rest)
        others = "other goal that is" if len(rest) == 1 else f"{len(rest)} other goals that are"
        decisions.append(
            Decision(
                f"Keep the {others} off plan, or have the owners make a new proposal?",
                f"So far, and in brackets the plan to date: {far}.",
                "goals",
                "Goals",
                owner=" and ".join(dict.fromkeys(name for g in rest for name in departments(g.goal))),
                instead=f"Ask the owners of the {others} off plan for a new proposal.",
            )
        )
    return decisions


def _channels(channels: pd.DataFrame | None) -> list[Decision]:
    """One decision: from which channels money should go, and where to."""
    if channels is None:
        return []
    named = channels[channels["group"].notna()]
    less = campaign_conclusions.blamed(named)
    more = campaign_conclusions.praised(named[named["cost"] > 0])
    if less.empty:
        return []
    names, figures = " and ".join(less["label"]), "; ".join(_gain(r) for r in rows_of(less))
    if more.empty:
        return [
            Decision(
                f"Spend less on {names} or rework it?",
                f"{figures}.",
                "channels",
                "Channel value",
                _after_cost(less),
                MARKETING,
            )
        ]
    best = more.assign(times=more["ltv"] / more["cac"]).nlargest(1, "times")
    return [
        Decision(
            f"Move money from {names} to {best['label'].iloc[0]}, as much as the page Budget shows that it can take?",
            f"{figures}; {_gain(next(rows_of(best)))}.",
            "channels",
            "Channel value",
            worth=f"{_after_cost(best)}; {_after_cost(less)}",
            owner=MARKETING,
        )
    ]


def _gain(row: Any) -> str:
    """`Email: value less cost of a customer HKD 4,848 to HKD 8,659 (n = 413)`."""
    return (
        f"{row.label}: value less cost of a customer {hkd(row.gain_low)} to {hkd(row.gain_high)} (n = "
        f"{numeral(row.won)})"
    )


def _after_cost(rows: pd.DataFrame) -> str:
    """`Email: HKD 4,848 to HKD 8,659 per customer after cost (95% interval)`."""
    return "; ".join(
        f"{r.label}: {hkd(r.gain_low)} to {hkd(r.gain_high)} per customer after cost (95% interval)"
        for r in rows_of(rows)
    )


def _experiments(context: ReviewContext, experiments: Sequence[ExperimentResult]) -> list[Decision]:
    decisions = [
        _of_an_experiment(
            f"Repeat the random assignment of {r.title}?",
            "Its arms are not the size that was planned, beyond chance",
            worth="without it the figures prove nothing",
            owner=ANALYTICS,
        )
        for r in experiments
        if wrong_draw(r)
    ]
    for reading in looked_at(list(experiments), context):
        effects = [effect(reading, CROSS_SELL), effect(reading, CHURN)]
        guards = [effect(reading, outcome) for outcome in GUARDRAILS if outcome != CHURN]
        harmed = [e for e in (*effects, *guards) if e.conclusion == "harmed"]
        helped = [e for e in effects if e.conclusion == "helped"]
        if harmed:
            decisions.append(
                _of_an_experiment(f"End {reading.title}?", harmed[0].in_words(), worth=_worth(reading))
            )
        elif helped:
            decisions.append(
                _of_an_experiment(
                    f"Make {reading.title} the rule for everybody?",
                    helped[0].in_words(),
                    worth=_worth(reading),
                    outcomes=tuple(e.outcome for e in helped),
                )
            )
        # An outcome that was not given waits for data, not for more customers.
        open_ones = [e for e in reversed(effects) if e.outcome not in reading.unknown]
        if unclear := [e for e in open_ones if not e.is_clear]:
            decisions.append(_go_on(reading, unclear))
    return decisions


def _go_on(reading: ExperimentResult, unclear: Sequence[Effect]) -> Decision:
    outcomes = tuple(e.outcome for e in unclear)
    if reading.following is not None:
        return _of_an_experiment(
            f"Continue {reading.title} to its next analysis?",
            unclear[0].in_words(),
            worth="not known before it",
            owner=ANALYTICS,
            by=reading.following.on,
            outcomes=outcomes,
        )
    what = " and ".join("leaving" if name == CHURN else "cross-sell" for name in outcomes)
    return _of_an_experiment(
        f"Assign more customers to {reading.title}, or leave its effect on {what} open?",
        f"{'; '.join(e.in_words() for e in unclear)}; no further analysis is planned",
        owner=ANALYTICS,
        outcomes=outcomes,
    )


def _of_an_experiment(
    what: str,
    figure: str,
    *,
    worth: str = NOT_MEASURED,
    owner: str = MANAGEMENT,
    by: date | None = None,
    outcomes: tuple[str, ...] = (),
) -> Decision:
    return Decision(what, f"{figure}.", "experiments", "Impact", worth, owner, by, outcomes=outcomes)


def _worth(reading: ExperimentResult) -> str:
    """What the customers kept bring a year, with its interval and whether cost is taken off; or that it is not clear."""
    _, worth, cost = worth_in_words(reading)
    if worth is None:
        return "not known"
    ends = f"{hkd(worth.low)} to {hkd(worth.high)} a year"
    after = "after cost" if cost is not None else "before cost, which is not known"
    return f"{ends} among those treated, {after}" + ("" if worth.low > 0 or worth.high < 0 else "; not clear")


def _campaigns(context: ReviewContext) -> list[Decision]:
    if not {"leads", "customers", "tickets", "campaigns"} <= context.available:
        return []
    try:
        judged = context.once(campaign_quality.of_the_bank, context.end, context.available)
        listed = {r.campaign_id: r for r in rows_of(context.once(frame_of, named()))}
        concluded = conclusions_of(context, "campaign")
        why = dict(zip(concluded["group"], concluded["why"], strict=True))
    except AccessRefused:
        return []
    return [
        Decision(
            about_campaign(row.campaign, listed.get(row.campaign), context.end),
            f"In the {campaign_quality.MONTHS} months to {day(context.end)} "
            f"Sales accepts {share(row.acceptance_rate)} (all others {share(row.acceptance_rate_others)}), "
            f"{share(row.early_complaints)} complain within 90 days (others {share(row.early_complaints_others)}), "
            f"{share(row.early_churn)} leave within 180 days (others {share(row.early_churn_others)})."
            + (f" In value: {why[row.campaign]}." if row.campaign in why else ""),
            "campaigns",
            "Campaigns",
            owner=MARKETING,
        )
        for row in rows_of(judged[judged["verdict"] == "overpromise risk: high"])
    ]


def about_campaign(code: str, campaign: Any, end: date) -> str:
    """What there is to decide about a campaign with a high overpromise risk; one that is over cannot be stopped."""
    name = code if campaign is None or pd.isna(campaign.name) else campaign.name
    if campaign is None or pd.isna(campaign.ends_on) or pd.Timestamp(campaign.ends_on) > pd.Timestamp(end):
        return f"Stop or rewrite the campaign “{name}”?"
    return f"Rule out another campaign like “{name}”, which ran until {day(campaign.ends_on)}?"
