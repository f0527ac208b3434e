"""Budget: where the next money brings most, and what another split may be expected to win, from the channels' weeks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import pandas as pd
import streamlit as st

from metrics.attribution import channel_net_value, value_meaning
from metrics.comparison.currency import currency
from metrics.comparison.words import hkd, numeral, rounded, share, signed
from metrics.definitions.scope import Period, Scope, whole_months
from models.attribution import spend_response
from models.value import net_value
from pages.components import data, tables
from warehouse.access.reader import Viewer
from warehouse.schema import plain
from workflow.campaigns.campaign_conclusions import Conclusion
from workflow.records.run_notes import RESPONSE_CURVES

YEAR = 52
WEEKS = YEAR / 12
"""Weeks in a month: people plan in months, the curves are learned from weeks."""
MORE = 100_000.0
"""HKD in a year: where the next piece of money would bring most is told for so much."""
SURE = 0.95
PROBABLE = 2 / 3
"""From here on one channel is named alone: 51 of 100 against 49 is a coin that was thrown, not a finding."""
DAYS_OF_VALUE = 730
BEYOND = "beyond what was seen"
_PRAISED = frozenset(c for c in Conclusion if c.praises)


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The expectation in words, a field per channel, and what each of them would bring."""
    curves = data.cached(viewer, channel_net_value.response_curves)
    usable = curves.dropna(subset=["level"])
    if usable.empty:
        st.title("What another budget would win is not known")
        tables.not_worked_out(viewer, RESPONSE_CURVES, "The last nightly run fitted no response curve.")
        return
    finding, figures = st.empty(), st.container()
    usual = {
        channel: _rounded(spend * WEEKS)
        for channel, spend in zip(usable["channel"], usable["usual_spend"], strict=True)
    }
    st.caption(
        f"Monthly budget for new customers, in {currency()}; it starts at the usual spend. The next "
        f"{hkd(MORE)} goes on top, over twelve months."
    )
    spends = _spends(usual)
    worths = _worths(viewer)
    now, planned = (
        spend_response.expected(usable, {c: v / WEEKS for c, v in s.items()}, worths, MORE / YEAR)
        for s in (usual, spends)
    )
    conclusions = data.concluded(viewer, "channel")
    concluded = dict(zip(conclusions["group"], conclusions["conclusion"], strict=True))
    good = usable[usable["channel"].map(concluded).isin(_PRAISED)]
    ranked = planned.by_channel.set_index("channel")
    if len(good):
        # Which of these alone is best is another question than which of all is.
        alone = spend_response.expected(
            good, {c: v / WEEKS for c, v in spends.items()}, worths, MORE / YEAR
        ).by_channel
        ranked.loc[alone["channel"], "next_best"] = alone["next_best"].to_numpy()
    beyond = planned.by_channel[planned.by_channel["outside"]]
    finding.title(
        headline(ranked.reset_index(), concluded)
        if beyond.empty
        else not_seen([str(c) for c in beyond["channel"]])
    )
    with figures:
        _figures(planned, now, sum(spends.values()), sum(usual.values()), seen=beyond.empty)
    _warnings(planned, usable)
    _table(planned, concluded)
    _left_out(curves)
    st.caption(
        "From each channel's own weeks, not from an experiment: what else moved with the spend is in the curve too. "
        "Intervals are 95% and hold for an average month; a single month varies more."
    )


def headline(rows: pd.DataFrame, concluded: Mapping[str, str]) -> str:
    """Where the next money goes, in words, from `by_channel` of `spend_response.expected`, as surely as the intervals
    tell the channels apart. A channel is named only if its one conclusion (`concluded`, by channel) praises it."""
    named = rows[rows["channel"].map(concluded).isin(_PRAISED)]
    if len(rows) and named.empty:
        return f"No channel is named for the next {hkd(MORE)}: none is worth its cost without a but"
    some = len(named) < len(rows)
    what, the = (
        ("channel worth its cost", "Of the channels worth their cost, the") if some else ("channel", "The")
    )
    ranked = named[named["next_best"] > 0].sort_values("next_best", ascending=False)
    if ranked.empty:
        return f"No {what} has a history that reaches far enough to say what the next {hkd(MORE)} brings"
    sure = ranked["next_best"].cumsum().shift(fill_value=0.0) < SURE * ranked["next_best"].sum()
    best = ranked[sure]
    if (best["next_value"] <= 0).all():
        return f"In no {what} does the next {hkd(MORE)} bring back more than itself"
    names = [plain(c) for c in best["channel"]]
    if len(best) == 1 or best["next_best"].iloc[0] > PROBABLE * ranked["next_best"].sum():
        low, high = (YEAR * best[c].iloc[0] for c in ("next_low", "next_high"))
        brings = "brings" if len(best) == 1 else "probably brings"
        return (
            f"{the} next {hkd(MORE)} {brings} most value through {names[0]}: {numeral(low)} to "
            f"{numeral(high)} customers"
        )
    if len(best) > 3:
        return f"{the} next {hkd(MORE)} brings about as much in {len(best)} channels: no one of them is best"
    return f"{the} next {hkd(MORE)} brings most value through {', '.join(names[:-1])} or {names[-1]}"


def not_seen(channels: Sequence[str]) -> str:
    """Why a split has no figure: `What this split wins is not known: email spends as no week did`."""
    named = " and ".join(plain(c) for c in channels)
    return f"What this split wins is not known: {named} {'spends' if len(channels) == 1 else 'spend'} as no week did"


def _spends(usual: dict[str, float]) -> dict[str, float]:
    with st.grid(4, min_column_width=160, gap="small"):
        return {
            channel: float(
                st.number_input(
                    plain(channel).capitalize(),
                    min_value=0.0,
                    value=amount,
                    step=5000.0,
                    format="%.0f",
                    key=f"spend-{channel}",
                )
            )
            for channel, amount in usual.items()
        }


def _rounded(amount: float) -> float:
    return 1000 * rounded(amount / 1000)


def _worths(viewer: Viewer) -> pd.DataFrame:
    as_of = data.as_of(viewer)
    days = Period(as_of - timedelta(days=DAYS_OF_VALUE), as_of)
    scope = Scope((whole_months(days) if data.by_month(viewer) else None) or days)
    judged = net_value.judged(data.cached(viewer, channel_net_value.groups, "channel", scope))
    judged = judged[judged["valued"] >= net_value.FEWEST].dropna(subset=["group"])
    return pd.DataFrame(
        {
            "channel": judged["group"],
            "mean": judged["ltv"],
            "low": judged["ltv_low"],
            "high": judged["ltv_high"],
        }
    )


def _figures(
    planned: spend_response.Expected, now: spend_response.Expected, total: float, before: float, *, seen: bool
) -> None:
    customers, low, high = (v * WEEKS for v in planned.customers)
    value, least, most = (v * WEEKS for v in planned.value)
    has_value = seen and planned.by_channel["value"].notna().any()
    with st.grid(3, min_column_width=215, gap="small"):
        with st.container(border=True, height="stretch"):
            st.metric(
                "Budget a month",
                hkd(total),
                delta=_moved(total, before),
                delta_color="off",
                delta_arrow="off",
            )
            st.caption(f"Usual: {hkd(before)}")
        with st.container(border=True, height="stretch"):
            usual = now.customers[0] * WEEKS
            st.metric(
                "New customers a month",
                numeral(customers) if seen else "not known",
                delta=_moved(customers, usual) if seen else None,
                delta_color="off",
                delta_arrow="off",
            )
            range_ = f"{numeral(low)} to {numeral(high)}" if seen else "beyond what was seen"
            st.caption(f"{range_}; usual {numeral(usual)}")
        with st.container(border=True, height="stretch"):
            st.metric(
                "Their lifetime value",
                hkd(_rounded(value)) if has_value else "not known",
                delta=_moved(value, now.value[0] * WEEKS) if has_value else None,
                delta_color="off",
                delta_arrow="off",
            )
            st.caption(
                f"{hkd(_rounded(least))} to {hkd(_rounded(most))}"
                if has_value
                else f"None of these channels has {net_value.FEWEST} or more customers with a lifetime value."
                if seen
                else "Beyond what was seen."
            )


def _moved(now: float, before: float) -> str:
    if not before or abs(now / before - 1) < 0.0005:
        return "as usual"
    return f"{signed(now / before - 1)} against usual"


def _warnings(planned: spend_response.Expected, curves: pd.DataFrame) -> None:
    for channel in planned.by_channel.loc[planned.by_channel["outside"], "channel"]:
        seen = curves[curves["channel"] == channel].iloc[0]
        least, most = (hkd(_rounded(seen[c] * WEEKS)) for c in ("least_spend", "most_spend"))
        st.warning(
            f"{plain(channel).capitalize()}: no week was seen with so much or so little spend (a month at that pace: "
            f"{least} to {most}). Beyond that nothing is said.",
            icon=":material/warning:",
        )


def _table(planned: spend_response.Expected, concluded: Mapping[str, str]) -> None:
    rows = planned.by_channel.sort_values("next_best", ascending=False)
    has_value = rows["value"].notna()
    after = f"Next {hkd(MORE)}"
    frame = pd.DataFrame(
        {
            "Channel": [plain(c).capitalize() for c in rows["channel"]],
            "Conclusion, 24 months": [str(concluded.get(c, "none")).capitalize() for c in rows["channel"]],
            "Spend a month": [hkd(v * WEEKS) for v in rows["spend"]],
            "New customers a month": _seen(_ranges(rows, "customers", WEEKS), rows["outside"]),
            "Lifetime value": _seen(
                [hkd(_rounded(v * WEEKS)) if pd.notna(v) else "not known" for v in rows["value"]],
                rows["outside"],
            ),
            f"{after}: customers": _seen(_ranges(rows, "next", YEAR), rows["next_outside"]),
            "Value less it": _seen(
                [hkd(_rounded(v * YEAR)) if pd.notna(v) else "not known" for v in rows["next_value"]],
                rows["next_outside"],
            ),
            "Likely best": [
                BEYOND if outside else share(best, 0) if k else "not known"
                for outside, best, k in zip(rows["next_outside"], rows["next_best"], has_value, strict=True)
            ],
        }
    )
    tables.show(frame, "budget", means=value_meaning.BUDGET)


def _seen(words: list[str], outside: pd.Series) -> list[str]:
    """The words of each row, except where the spend lies beyond what was seen."""
    return [BEYOND if out else word for word, out in zip(words, outside, strict=True)]


def _ranges(rows: pd.DataFrame, name: str, times: float) -> list[str]:
    middles = rows["next_customers" if name == "next" else name]
    ends = zip(middles, rows[f"{name}_low"], rows[f"{name}_high"], strict=True)
    return [
        f"{numeral(m * times)} ({numeral(low * times)} to {numeral(high * times)})" for m, low, high in ends
    ]


def _left_out(curves: pd.DataFrame) -> None:
    out = curves[curves["level"].isna()]
    enough = [spend_response.enough(weeks, won) for weeks, won in zip(out["weeks"], out["won"], strict=True)]
    for could, words in (
        (False, "Too little history for a curve"),
        (True, "Not enough variation in spend to tell what more or less of it would bring"),
    ):
        names = [plain(c) for c, t in zip(out["channel"], enough, strict=True) if t == could]
        if names:
            st.caption(f"{words}: {', '.join(names)}.")
