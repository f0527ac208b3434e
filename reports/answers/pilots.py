"""Measured pilots as case studies. With a random group kept without treatment one may say what a pilot did; without one,
only what went together with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from metrics.comparison.words import day, hkd, numeral, share, signed
from metrics.customers.complaints import features
from reports.review.experiment_effects import Effect, effect, effects_chart, looked_at, source, worth_in_words
from reports.review.review_context import ReviewContext, rows_of
from reports.review.review_document import CaseStudy
from warehouse.access.reader import frame_of, may_see
from warehouse.schema import feature_links, plain
from workflow.experiments.experiment_results import ExperimentResult
from workflow.experiments.interim_results import CHURN, CROSS_SELL, TARGETS

DID = {
    (CHURN, True): "reduced the customers who left by",
    (CHURN, False): "lost more customers, by",
    (CROSS_SELL, True): "raised the share who opened a wealth product by",
    (CROSS_SELL, False): "lowered the share who opened a wealth product by",
}
"""Outcome and whether it helped → what a pilot with a control group did."""
SURE = 0.05


def case_studies(context: ReviewContext, experiments: Sequence[ExperimentResult]) -> tuple[CaseStudy, ...]:
    """One per experiment that was read by the quarter's end, and the clearest link without a control group."""
    fewest = context.reader.smallest_cell
    studies = [_controlled(r, fewest) for r in looked_at(list(experiments), context)]
    if may_see(context.reader.viewer, feature_links) is not None:
        links = context.once(frame_of, features())
        clear = links[
            (links["p_adjusted"] < SURE) & (pd.to_datetime(links["as_of"]) <= pd.Timestamp(context.end))
        ]
        studies += [_link(row) for row in rows_of(clear.head(1))]
    return tuple(studies)


def _controlled(reading: ExperimentResult, fewest: int) -> CaseStudy:
    effects = [effect(reading, o) for o in (CHURN, CROSS_SELL) if o in reading.figures]
    arms = reading.arms
    since = f" since {day(reading.first_on)}" if reading.first_on else ""
    what = (
        f"Randomly assigned{since}: {_people(arms, 'treated', fewest)} customers treated, "
        f"{_people(arms, 'held_out', fewest)} held out. "
        "Random assignment makes both groups comparable, so a clear difference is the effect of the pilot."
    )
    sentences = [_sentence(e) for e in effects]
    words, worth, cost = worth_in_words(reading)
    if worth is not None:
        after = "after the cost of offers" if cost is not None else "before cost, which is not known"
        clear = "" if worth.low > 0 or worth.high < 0 else ", so there may be no effect"
        ends = f"95% interval {hkd(worth.low)} to {hkd(worth.high)}"
        sentences.append(f"Net value of customers retained, per year, {after}: {words} ({ends}){clear}.")
    if reading.look is not None and reading.look.after_the_fact:
        sentences.append("The analysis was planned after the data were available, so it is post hoc.")
    return CaseStudy(
        title=_title(reading, effects),
        controlled=True,
        what=what,
        sentences=tuple(sentences),
        figures=tuple(e.card(_against_each_other(e)) for e in effects),
        chart=effects_chart(
            ((_outcome(e), e) for e in effects), "Treated against held out, with 95% interval", "Change"
        ),
        sources=(source(reading),),
    )


def _outcome(one: Effect) -> str:
    return "Churn rate" if one.outcome == CHURN else "Opened a wealth product"


def _against_each_other(one: Effect) -> str:
    """The card of an effect: it is no share of customers, which the bank's own figure of that name is."""
    return f"{_outcome(one)}, treated against held out"


def _people(arms: Any, arm: str, fewest: int) -> str:
    number = arms[arm].value if arm in arms else float("nan")
    return f"fewer than {fewest}" if pd.isna(number) else numeral(number)


def _title(reading: ExperimentResult, effects: Sequence[Effect]) -> str:
    parts = [_did(e) for e in effects if e.is_clear]
    if parts:
        return f"{reading.title} {' and '.join(parts)}"
    return f"{reading.title} shows no clear effect yet"


def _did(one: Effect) -> str:
    assert one.relative is not None
    return f"{DID[one.outcome, one.conclusion == 'helped']} {share(abs(one.relative.value), 0)}"


def _sentence(one: Effect) -> str:
    text = one.in_words()
    arms = f" {one.arms_in_words()[:1].upper()}{one.arms_in_words()[1:]}." if one.arms_in_words() else ""
    return f"{text[:1].upper()}{text[1:]}; the goal was {signed(TARGETS[one.outcome], 0)}.{arms}"


def _link(row: Any) -> CaseStudy:
    """A feature of the app whose users write to Service more or less often: an association."""
    name = plain(row.feature)
    fewer = "fewer" if row.risk_ratio < 1 else "more"
    by = share(abs(row.risk_ratio - 1), 0)
    return CaseStudy(
        title=f"Using “{name}” in the app went together with {by} {fewer} customers with a service case",
        controlled=False,
        what=(
            f"{numeral(row.users)} customers used it in the 90 days before, {numeral(row.others)} used the app "
            "without it; both were compared within the same tenure and segment. Who uses it was not assigned at random."
        ),
        sentences=(
            f"Of its users {share(row.users_with_case / row.users)} had a case in the 90 days after, of the others "
            f"{share(row.others_with_case / row.others)}; within like customers {numeral(row.risk_ratio, 2)} "
            f"times as many (95% interval {numeral(row.low, 2)} to {numeral(row.high, 2)}), corrected for the "
            "number of features.",
            "This is an association, not a proof: those who use it may differ in other ways. A randomised test "
            "can be planned on the page Voice of customer.",
        ),
        sources=(f"App features and service cases as of {day(pd.Timestamp(row.as_of).date())}",),
    )
