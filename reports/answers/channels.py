"""Which channels deserve more or less? What a customer won by each costs and is worth, decided by intervals."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from metrics.attribution import channel_net_value
from metrics.comparison.words import hkd, numeral, share
from metrics.definitions.scope import Period, Scope, full_months, months_back
from metrics.query.missing_reasons import not_given
from models.value import net_value
from reports.documents import number_scales
from reports.review.review_context import NOTHING_TO_DECIDE, UNDECIDED, ReviewContext, rows_of
from reports.review.review_document import Answer, Chart, Series, Table
from warehouse.errors import AccessRefused
from warehouse.schema import customer_values, plain
from workflow.campaigns import campaign_conclusions, value_gaps

QUESTION = "Which channels deserve more or less?"
ORDER = net_value.VERDICTS


def by_channel(context: ReviewContext) -> pd.DataFrame | None:
    """Each channel's customers of the twelve months to the quarter's end, judged; None where nothing can be asked.

    A quarter alone has won too few customers by most channels.
    """
    if not {"customers", "leads"} <= context.available:
        return None
    scope = Scope(twelve_months(context))
    try:
        groups = context.once(channel_net_value.groups, "channel", scope)
    except AccessRefused:
        return None
    judged = net_value.judged(groups)
    judged["label"] = ["Channel not known" if pd.isna(g) else plain(g).capitalize() for g in judged["group"]]
    concluded = conclusions_of(context, "channel").set_index("group")
    judged["conclusion"] = judged["group"].map(concluded["conclusion"]).astype(object).fillna("")
    judged["why"] = judged["group"].map(concluded["why"]).astype(object).fillna("")
    judged["place"] = judged["verdict"].map({v: i for i, v in enumerate(ORDER)})
    return judged.sort_values(["place", "ltv"], ascending=[True, False], ignore_index=True)


def conclusions_of(context: ReviewContext, by: str) -> pd.DataFrame:
    """The one conclusion on each channel or campaign, as of the last day of the quarter."""
    return context.once(campaign_conclusions.concluded, by, context.end, context.available)


def twelve_months(context: ReviewContext) -> Period:
    """The twelve calendar months to the quarter's end, the last one as far as it goes, or the twelve full ones.

    What customers bring, many a role sees as totals only: then they are the months that are over.
    """
    if not context.reader.sees_totals_only(customer_values):
        return Period(months_back(context.end, 12)[0].start, context.end)
    months = full_months(context.end, 12)
    return Period(months[0].start, months[-1].end)


def answer(context: ReviewContext, channels: pd.DataFrame | None) -> Answer:
    """Those worth more, those not worth their cost, each in a sentence with its interval."""
    if channels is None:
        return Answer(
            key="channels",
            question=QUESTION,
            title=f"What channels cost and bring is {_nothing(context)}",
            sentences=(),
            recommendation=UNDECIDED,
        )
    settings = context.reader.stores.settings
    terms = (
        f"People who joined in {twelve_months(context).in_words()} through a lead. Lifetime value is net revenue since "
        f"joining and expected until {settings.value_horizon_months} months after it, at {share(settings.discount_rate)} "
        "a year. Value less cost is clear only where its 95% interval leaves out 0. The conclusion on a channel is of "
        "24 months and takes its complaints and leavers too; only what both say is praised or blamed."
    )
    judged = channels[
        channels["verdict"].isin([net_value.WORTH, net_value.NOT_WORTH]) & channels["group"].notna()
    ]
    sentences = [_sentence(row, settings.value_horizon_months) for row in rows_of(judged)]
    rest = channels[~channels.index.isin(judged.index) & channels["group"].notna()]
    if len(rest):
        why = "; ".join(_open(r) for r in rows_of(rest))
        sentences.append(f"On the others these twelve months alone say nothing clear ({why}).")
    spent, won = context.value("marketing_cost"), context.value("acquisition_cost")
    if pd.notna(spent) and pd.notna(won) and hkd(spent) != hkd(won):
        sentences.append(
            f"Of the marketing cost, {hkd(won)} went to campaigns for people who are not yet customers; the cost per new "
            "customer divides only that."
        )
    return Answer(
        key="channels",
        question=QUESTION,
        title=_title(channels, value_gaps.why_no_verdict(context.reader, channels)),
        sentences=(*sentences, terms),
        figures=(context.card("marketing_cost"), context.card("cac"), context.card("customers_acquired")),
        chart=_chart(channels),
        table=_table(channels),
        metrics=("marketing_cost", "cac", "customers_acquired", "lifetime_value"),
        recommendation=_recommendation(channels),
        sources=(f"Channel value: {terms}",),
    )


def _nothing(context: ReviewContext) -> str:
    missing = not_given(("customers", "leads"), context.covered)
    return missing.clause if missing else "not for your role"


def _title(channels: pd.DataFrame, why_none: str = "") -> str:
    named = channels[channels["group"].notna()]
    more, less = campaign_conclusions.praised(named), campaign_conclusions.blamed(named)
    parts = []
    if len(more):
        best = more.assign(times=more["ltv"] / more["cac"]).nlargest(2, "times")
        parts.append(f"More for {_names(best)}")
    if len(less):
        parts.append(f"less for {_names(less.nsmallest(2, 'gain_high'))}")
    if parts:
        return "; ".join(parts)
    if named["verdict"].isin([net_value.WORTH, net_value.NOT_WORTH, net_value.NOT_CLEAR]).any():
        return "It is not clear which channel deserves more or less"
    if why_none:
        return f"Which channel deserves more or less is not known: {why_none}"
    return "Too few customers won to say which channel deserves more or less"


def _recommendation(channels: pd.DataFrame) -> str:
    """What to do while no channel is to give money up."""
    named = channels[channels["group"].notna()]
    more = campaign_conclusions.praised(named[named["cost"] > 0])
    judged = (net_value.WORTH, net_value.NOT_WORTH, net_value.NOT_CLEAR)
    if not channels["verdict"].isin(judged).any():
        return UNDECIDED
    if more.empty:
        return NOTHING_TO_DECIDE
    best = more.assign(times=more["ltv"] / more["cac"]).nlargest(1, "times")["label"].iloc[0]
    return (
        "Move nothing: of no channel do both twelve and 24 months say that it costs more than it brings. "
        f"Let new money go to {best} first."
    )


def _names(rows: pd.DataFrame) -> str:
    """`Email (brings 13.4 times its cost)`; a channel without any cost has no such number."""
    return " and ".join(
        f"{r.label} (brings {numeral(r.ltv / r.cac, 1)} times its cost)" if r.cac > 0 else r.label
        for r in rows_of(rows)
    )


def _open(row: Any) -> str:
    """`Email: not clear; over 24 months not worth its cost`."""
    over = f"; over 24 months {row.conclusion}" if row.conclusion and row.conclusion != row.verdict else ""
    return f"{row.label}: {row.verdict}{over}"


def _sentence(row: Any, horizon: int) -> str:
    return (
        f"{row.label}: {campaign_conclusions.in_words(row)}. A customer costs {hkd(row.cac)} and brings {hkd(row.ltv)} "
        f"({hkd(row.ltv_low)} to {hkd(row.ltv_high)}) in {horizon} months; value less cost "
        f"{hkd(row.gain_low)} to {hkd(row.gain_high)} "
        f"(n = {numeral(row.won)})." + (f" Over 24 months {row.why}." if row.conclusion else "")
    )


def _chart(channels: pd.DataFrame) -> Chart | None:
    clear = channels[
        channels["gain_low"].notna() & channels["verdict"].isin([net_value.WORTH, net_value.NOT_WORTH])
    ]
    if clear.empty:
        return None
    middle = clear["ltv"] - clear["cac"]
    texts = "; ".join(
        f"{label} {hkd(v)} ({hkd(a)} to {hkd(b)})"
        for label, v, a, b in zip(clear["label"], middle, clear["gain_low"], clear["gain_high"], strict=True)
    )
    return number_scales.without_the_far_one(
        Chart(
            shape="intervals",
            says=f"Lifetime value less cost of a customer won, with 95% interval: {texts}",
            unit="HKD",
            categories=tuple(clear["label"]),
            series=(
                Series(
                    name="Value less cost of a customer",
                    values=tuple(middle.astype(float)),
                    low=tuple(clear["gain_low"].astype(float)),
                    high=tuple(clear["gain_high"].astype(float)),
                ),
            ),
            mark=0.0,
            mark_label="brings what it costs",
        )
    )


def _table(channels: pd.DataFrame) -> Table:
    rows = []
    valued = channels["valued"].notna().any()
    for row in rows_of(channels):
        costs = not pd.isna(row.cost)
        rows.append(
            (
                row.label,
                row.conclusion or "none",
                "too few" if math.isnan(row.won) else numeral(row.won),
                hkd(row.cac) if costs and row.cac == row.cac else "too few" if costs else "no cost data",
                hkd(row.ltv),
                f"{hkd(row.ltv_low)} to {hkd(row.ltv_high)}"
                if row.ltv_low == row.ltv_low
                else "too few"
                if valued
                else "not known",
            )
        )
    columns = (
        "Channel",
        "Conclusion, 24 months",
        "Customers",
        "Cost per customer",
        "Lifetime value",
        "95% interval",
    )
    title = "What a customer won by each channel costs and brings"
    # Customers and cost are counted; conclusion and value go on being worked out from what customers do later.
    estimated = ("Conclusion, 24 months", "Lifetime value", "95% interval")
    return Table(columns=columns, rows=tuple(rows), title=title, estimated=estimated)
