"""A share by the parts of the bank: each with its interval, and whether it is clearly worse than all others together."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from metrics.catalogue import CATALOGUE
from metrics.comparison import multiple_comparisons
from metrics.comparison.compare import interval
from metrics.comparison.conclusion import Verdict
from metrics.comparison.words import figure, numeral
from metrics.definitions.measure import Ratio
from metrics.definitions.scope import Period
from metrics.query.query import figures
from reports.answers.channels import twelve_months
from reports.review.review_context import NOTHING_TO_DECIDE, ReviewContext, ask_what_may_be, rows_of
from reports.review.review_document import Chart, Exhibit, Series, Table
from warehouse.schema import plain

COLUMNS = ["part", "value", "low", "high", "n", "below"]
CHURN = "churn_rate"


def compared(context: ReviewContext, name: str, by: str, period: Period | None = None) -> pd.DataFrame:
    """part, value, low, high, n, and whether it is clearly worse (`below`), the lowest first.

    The value of a part about too few people is NaN, and it is the last. `period` is the quarter unless it is given.
    """
    metric, available, alike = CATALOGUE[name], context.available, context.alike
    assert isinstance(metric, Ratio)
    days = period or context.quarter.period
    whole = context.of(name)
    if period is not None:
        total = context.once(ask_what_may_be, (name,), days, (days,), available, alike=alike)
        whole = figures(metric, total.iloc[0])
    if math.isnan(whole["value"]):
        return pd.DataFrame(columns=COLUMNS)
    answers = context.once(ask_what_may_be, (name,), days, (days,), available, (by,), alike=alike)
    rows = []
    every = [figures(metric, row) for _, row in answers.iterrows()]
    changes = multiple_comparisons.apart(metric, every, whole)
    for (_, row), part, change in zip(answers.iterrows(), every, changes, strict=True):
        there = not math.isnan(part["denominator"])
        bounds = interval(metric, part["numerator"], part["denominator"]) if there else None
        if isinstance(row[by], str):
            low, high = bounds or (math.nan, math.nan)
            value, n = part["value"] if bounds else math.nan, part["denominator"]
            rows.append((row[by], value, low, high, n, change.verdict is Verdict.WORSE))
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("value", ignore_index=True)


def clearly_worse(parts: pd.DataFrame) -> Any:
    """The first of those that are clearly worse than all others, as its row; None if none is."""
    return next(rows_of(parts[parts["below"].astype(bool)]), None)


def chart(name: str, parts: pd.DataFrame, what: str, whole: float | None = None) -> Chart | None:
    """Each part with its interval, beside the whole bank; None of one part alone, which is no comparison."""
    if len(parts) < 2:
        return None
    metric = CATALOGUE[name]
    labels = tuple(plain(p).capitalize() for p in parts["part"])
    texts = ", ".join(f"{a} {figure(metric, v)}" for a, v in zip(labels, parts["value"], strict=True))
    ends = {end: tuple(parts[end]) for end in ("low", "high")}
    return Chart(
        shape="intervals",
        says=f"{metric.label} by {what} with 95% interval: {texts}",
        unit=metric.unit,
        categories=labels,
        series=(Series(name=metric.label, values=tuple(parts["value"]), **ends),),
        mark=whole,
        mark_label="" if whole is None else "the whole bank",
    )


def table(name: str, parts: pd.DataFrame, what: str, cases: str, title: str) -> Table | None:
    """The same as a table; None of one part alone."""
    if len(parts) < 2:
        return None
    metric = CATALOGUE[name]
    rows = tuple(
        (
            plain(r.part).capitalize(),
            ("too few to show" if math.isnan(r.n) else "too few to compare")
            if math.isnan(r.value)
            else figure(metric, r.value),
            "" if math.isnan(r.value) else f"{figure(metric, r.low)} to {figure(metric, r.high)}",
            "too few to show" if math.isnan(r.n) else numeral(r.n),
        )
        for r in rows_of(parts)
    )
    return Table(columns=(what.capitalize(), metric.label, "95% interval", cases), rows=rows, title=title)


def by_segment(context: ReviewContext) -> tuple[Exhibit, ...]:
    """Where customers leave more often, over twelve months: in a quarter few leave, and fewer may be shown."""
    period = twelve_months(context)
    every = compared(context, CHURN, "segment", period)
    if every.empty:
        return ()
    parts = every[every["value"].notna()].iloc[::-1].reset_index(drop=True)
    hidden = every[every["value"].isna()]
    drawn = chart(CHURN, parts, "segment")
    metric, worse = CATALOGUE[CHURN], clearly_worse(parts) if drawn is not None else None
    title = "No segment’s customers leave clearly more often than the others"
    recommendation = "Nothing to decide here: no segment is clearly worse than the others."
    if drawn is None:
        title = "Churn by segment cannot be compared: too few left, or too few may be shown"
        recommendation = NOTHING_TO_DECIDE
    if worse is not None:
        name = plain(worse.part)
        title = (
            f"{name.capitalize()} customers leave more often than the others: {figure(metric, worse.value)} "
            "in twelve months"
        )
        recommendation = (
            f"Ask the relationship managers of {name} customers what they hear before these leave."
        )
    blank, few = (
        " and ".join(plain(p).capitalize() for p in those["part"])
        for those in (hidden[hidden["n"].isna()], hidden[hidden["n"].notna()])
    )
    return (
        Exhibit(
            title=title,
            recommendation=recommendation,
            charts=() if drawn is None else (drawn,),
            sentences=(
                f"{period.in_words()}. Each segment is compared with all others together, corrected for their number. "
                "A difference between segments does not say why customers leave.",
                *(
                    (f"Not shown: {blank}, where too few left or a shown figure would give away another.",)
                    if blank
                    else ()
                ),
                *((f"Not compared: {few}, with too few customers.",) if few else ()),
            ),
            table=table(
                CHURN,
                pd.concat([parts, hidden]),
                "segment",
                "Customers",
                "Churn by segment, the highest first",
            ),
            metrics=(CHURN,),
        ),
    )
