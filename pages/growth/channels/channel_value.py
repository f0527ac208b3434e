"""Channel value: what a customer won by each channel costs, is worth, and when the cost is paid back."""

from dataclasses import dataclass
from datetime import date

import pandas as pd
import streamlit as st

from metrics.attribution import channel_net_value, value_meaning
from metrics.comparison.words import hkd, numeral, share
from metrics.definitions.scope import Scope
from metrics.query import value_basis
from metrics.query.query import Query
from models.value import net_value
from pages.charts import charts, value_charts
from pages.components import address, data, tables
from pages.components.typed_text import escaped
from pages.growth.channels import customers_value, value_checks
from warehouse.access.reader import Viewer
from warehouse.access.typed_rows import rows_of
from warehouse.schema import plain
from workflow.campaigns import campaign_conclusions, value_gaps

BY = {"channel": "Channel", "campaign": "Campaign", "product": "Product", "month": "Month of joining"}
CONCLUDED = ("channel", "campaign")
"""On these there is one conclusion, the same on every page."""
MOST_POINTS = 14
"""More points than this cannot be told apart."""


@dataclass(frozen=True, kw_only=True)
class ValuedGroup:
    """A channel, campaign, product or month: what its customers cost, and what they bring with its 95% interval."""

    label: str
    verdict: str
    won: float | None
    cac: float | None
    ltv: float | None
    ltv_low: float | None
    ltv_high: float | None
    paid: str
    conclusion: str | None = None
    """The one conclusion over 24 months; "" without one, None where there is none on such groups."""


def page(viewer: Viewer, scope: Scope) -> None:
    """The verdict in words, the picture, a sentence each, the months since joining, and how right the model was."""
    available = data.available_columns(viewer)
    if not {"customers", "customers.joined_on"} <= available or not channel_net_value.won_is_known(available):
        customers_value.without_channels(viewer, scope)
        return
    finding = st.empty()
    by = st.segmented_control(
        "Compare by",
        list(BY),
        default="channel",
        format_func=BY.__getitem__,
        key="compare",
        bind="query-params",
        label_visibility="collapsed",
    )
    by = by if by in BY else "channel"
    groups, in_the_text = data.until_changed(viewer, valued_groups, by, scope)
    as_of = data.as_of(viewer)
    why = value_gaps.why_no_verdict(data.reader(viewer), groups)
    finding.title(headline(groups, by, why))
    if (groups["won"] == 0).all():
        tables.empty("No customer was won through a lead in this period.", "Choose a longer period.")
        return
    horizon, rate = _terms(viewer)
    st.caption(
        f"Lifetime value is net revenue since joining and expected until {horizon} months after it, at {share(rate)} a "
        "year. Lines are 95% intervals; a verdict is given only where the interval of value less cost leaves out 0."
        + (f" {value_basis.WHAT_PURCHASES_SAY}" if value_basis.rests_on_purchases(available) else "")
    )
    _picture(groups, in_the_text, by, why)
    _each(groups, in_the_text, by, viewer, scope)
    value_checks.cohorts(viewer, scope, as_of)
    value_checks.hindsight(viewer)


def valued_groups(viewer: Viewer, by: str, scope: Scope) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The groups with all that the page says of each, and those of them worth a sentence."""
    groups = net_value.judged(data.cached(viewer, channel_net_value.groups, by, scope))
    months = data.cached(viewer, channel_net_value.by_month_since_joining, by, scope, data.as_of(viewer))
    groups["label"] = _labels(viewer, by, groups["group"])
    if by in CONCLUDED:
        groups["conclusion"] = _conclusions(viewer, by, groups["group"])
    # Revenue before its costs pays nothing back.
    costed = channel_net_value.earned(data.reader(viewer)).costed
    groups["paid"] = [
        _payback(months, group, cac if costed else None)
        for group, cac in zip(groups["group"], groups["cac"], strict=True)
    ]
    return groups, in_words(groups)


def headline(groups: pd.DataFrame, by: str, why_none: str = "") -> str:
    """The finding in words: the dearest that is worth it, and the cheapest that is not; `why_none` has a verdict.

    Nothing is praised or blamed that the one conclusion on it does not; where there are none (a product, a month) the
    verdict on its value stands alone.
    """
    named = groups[groups["group"].notna()]
    worthy, poor = campaign_conclusions.praised(named), campaign_conclusions.blamed(named)
    what = {"channel": "channel", "campaign": "campaign", "product": "product", "month": "month"}[by]
    parts = []
    if len(worthy):
        dear = worthy.nlargest(1, "cac").iloc[0]
        parts.append(f"{dear['label']} costs {hkd(dear['cac'])} a customer and is worth it")
    if len(poor):
        cheap = poor.nsmallest(1, "cac").iloc[0]
        parts.append(
            f"{cheap['label']}, at {hkd(cheap['cac'])}, is not"
            if parts
            else f"{cheap['label']} costs {hkd(cheap['cac'])} a customer and is not worth it"
        )
    if parts:
        return "; ".join(parts)
    if named["verdict"].isin([net_value.WORTH, net_value.NOT_WORTH]).any():
        return f"No {what} is clearly better or worse in every respect: see the conclusions"
    if (named["verdict"] == net_value.NOT_CLEAR).any():
        return f"It is not clear whether any {what} is worth its cost"
    if why_none:
        return f"Which {what} is worth its cost is not known: {why_none}"
    return f"Too few customers won to say which {what} is worth its cost"


def sentence(row: ValuedGroup, horizon: int) -> str:
    """One group in words."""
    n = "too few to show" if row.won is None else numeral(row.won)
    who = f"**{escaped(row.label)}**: {campaign_conclusions.in_words(row)}"
    if row.verdict == net_value.NO_COST:
        if row.conclusion is not None and row.conclusion != net_value.NO_COST:
            return f"{who}. Its cost in these days is not known, nor then what came back of it (n = {n})."
        return f"{who}, so there is no conclusion about its return (n = {n})."
    if row.verdict == net_value.TOO_FEW and row.ltv is None:
        return f"{who} (n = {n})."
    text = (
        f"{who}. A customer costs {hkd(row.cac)} and brings {hkd(row.ltv)} "
        f"({numeral(row.ltv_low)} to {numeral(row.ltv_high)}) in {horizon} months"
    )
    return f"{text}; {row.paid} (n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}{n})."


def _conclusions(viewer: Viewer, by: str, groups: pd.Series) -> pd.Series:
    """The one conclusion on each channel or campaign; "" for what has none."""
    conclusions = data.concluded(viewer, by).set_index("group")["conclusion"]
    return groups.map(conclusions).astype(object).fillna("")


def _labels(viewer: Viewer, by: str, groups: pd.Series) -> list[str]:
    if by == "campaign":
        names = data.cached(viewer, channel_net_value.campaign_names)
        return ["Campaign not known" if pd.isna(g) else names.get(g, g) for g in groups]
    if by == "month":
        return ["Not known" if pd.isna(g) else f"{pd.Timestamp(g):%b %Y}" for g in groups]
    unknown = {"channel": "Channel not known", "product": "Product not known"}[by]
    return [unknown if pd.isna(g) else plain(g).capitalize() for g in groups]


def _terms(viewer: Viewer) -> tuple[int, float]:
    settings = data.reader(viewer).stores.settings
    return settings.value_horizon_months, settings.discount_rate


def _payback(months: pd.DataFrame, group: str | date | None, cac: float | None) -> str:
    mine = months[months["group"].isna() if pd.isna(group) else months["group"] == group].set_index("month")
    each = (mine["net"] / mine["reached"]).sort_index()
    # A gap would count as a month without revenue.
    each = each[each.notna().cummin()] if len(each) else each
    if pd.isna(cac) or each.empty:
        return "payback not known"
    paid = net_value.paid_back(each, cac)
    if paid is None:
        seen = f"{len(each)} months" if len(each) > 1 else "month"
        return f"not paid back in the {seen} seen"
    return f"paid back in month {paid}"


def _picture(groups: pd.DataFrame, sentences: pd.DataFrame, by: str, why_none: str) -> None:
    drawn = groups[(groups["cac"] > 0) & (groups["ltv"] > 0) & (groups["won"] >= net_value.FEWEST)]
    in_the_text = sentences.index
    most = drawn.nlargest(MOST_POINTS, "won").index
    # What is told in words is in the picture, and first, so that its name is.
    drawn = drawn.loc[[*in_the_text.intersection(drawn.index), *most.difference(in_the_text, sort=False)]]
    if drawn.empty:
        if why_none:
            tables.empty(f"No picture: {why_none}.")
        else:
            tables.empty(f"No {by} won {net_value.FEWEST} customers whose cost and value are known.")
        return
    drawn = drawn.assign(standing=campaign_conclusions.standing(drawn))
    rows = rows_of(drawn, ValuedGroup)
    drawn["says"] = [campaign_conclusions.in_words(group) for group in rows]
    alt = f"Lifetime value against cost per customer by {by}: " + "; ".join(
        f"{group.label} cost {hkd(group.cac)}, lifetime value {hkd(group.ltv)}" for group in rows
    )

    def narrow(series: int, mark: int) -> None:
        channel = drawn["group"].iloc[mark]
        if series == len(value_charts.LINES) and isinstance(channel, str):
            address.choose("channel", [channel])

    charts.show(
        value_charts.value_against_cost(drawn),
        alt=alt,
        key="value-against-cost",
        on_click=narrow if by == "channel" else None,
    )
    if by == "channel":
        st.caption("A click on a channel’s point filters the page by it; Back in the browser undoes it.")


def in_words(groups: pd.DataFrame) -> pd.DataFrame:
    """The groups worth a sentence, three at most: the dearest that is worth it, the cheapest that is not, and the largest
    of those that are neither praised nor blamed."""
    named = groups[groups["group"].notna()]
    worthy, poor = campaign_conclusions.praised(named), campaign_conclusions.blamed(named)
    open_ = named[campaign_conclusions.standing(named) == ""]
    return pd.concat([worthy.nlargest(1, "cac"), poor.nsmallest(1, "cac"), open_.nlargest(1, "won")])


VALUE_LESS_COST = {net_value.WORTH: "Above 0", net_value.NOT_WORTH: "Below 0"}


def _beside_the_conclusion(groups: pd.DataFrame) -> dict[str, pd.Series]:
    if "conclusion" not in groups:
        return {}
    return {
        "Conclusion, 24 months": groups["conclusion"].replace("", "none").str.capitalize(),
        "Value less cost": groups["verdict"].map(lambda v: VALUE_LESS_COST.get(v, v.capitalize())),
    }


def _each(groups: pd.DataFrame, sentences: pd.DataFrame, by: str, viewer: Viewer, scope: Scope) -> None:
    horizon, _ = _terms(viewer)
    st.header(f"Is each {BY[by].lower()} worth it?")
    for group in rows_of(sentences, ValuedGroup):
        st.markdown(sentence(group, horizon))
    # A month of joining, and the product of a campaign, are no dimensions of every table a metric is read from.
    told_apart = [by] if by in CONCLUDED else []
    tables.show(
        data.until_changed(viewer, each_in_figures, by, scope),
        "value-table",
        "too few",
        of=Query.of(value_meaning.METRICS, scope, told_apart, [scope.period]),
        means=value_meaning.VERDICTS,
        columns={"Customers": st.column_config.NumberColumn(format="localized")},
    )


def each_in_figures(viewer: Viewer, by: str, scope: Scope) -> pd.DataFrame:
    """Each group's figures as the table shows them."""
    groups, _ = data.until_changed(viewer, valued_groups, by, scope)
    order = {v: i for i, v in enumerate(net_value.VERDICTS)}
    ordered = groups.assign(place=groups["verdict"].map(order)).sort_values(
        ["place", "ltv"], ascending=[True, False]
    )
    cost = ordered["cac"]
    blank = "too few" if ordered["valued"].notna().any() else "not known"
    table = pd.DataFrame(
        {
            BY[by]: ordered["label"],
            "Verdict": ordered["verdict"].str.capitalize(),
            **_beside_the_conclusion(ordered),
            "Customers": ordered["won"],
            "Cost per customer": [hkd(v) if pd.notna(v) else "" for v in ordered["cac"]],
            "Lifetime value": [hkd(v) if pd.notna(v) else blank for v in ordered["ltv"]],
            "At least": [hkd(v) if pd.notna(v) else blank for v in ordered["ltv_low"]],
            "At most": [hkd(v) if pd.notna(v) else blank for v in ordered["ltv_high"]],
            "Value ÷ cost": [
                numeral(v, 1) if pd.notna(v) else "" for v in ordered["ltv"] / cost.where(cost > 0)
            ],
            "Payback": ordered["paid"].str.replace("paid back ", ""),
        }
    )
    if by in CONCLUDED:
        # Beside a conclusion of 24 months, a second verdict would be a second conclusion: these days only show figures.
        table = table.drop(columns="Verdict")
    cost_known = ordered["cost"].notna()
    for column in ("Cost per customer", "Value ÷ cost"):
        table[column] = table[column].where(cost_known, "no cost data")
    return table
