"""Budget: what another split of the money may be expected to win, from each channel's own weeks."""

from datetime import timedelta

import pandas as pd
import streamlit as st

from metrics import channel_value
from metrics.scope import Period, Scope
from metrics.words import hkd, plain
from models import response, worth
from pages.kit import data, tables
from warehouse.access import Viewer

WEEKS = 52 / 12
"""Weeks in a month: people plan in months, the curves are learned from weeks."""
MORE = 10_000.0
"""HKD a month: what the next piece of money would bring is told for so much."""
DAYS_OF_VALUE = 730


def page(viewer: Viewer, scope: Scope | None) -> None:
    """The expectation in words, a field per channel, and what each of them would bring."""
    curves = data.cached(viewer, "response curves", channel_value.response_curves)
    usable = curves.dropna(subset=["level"])
    if usable.empty:
        st.title("It is too early to say what another budget would win")
        tables.empty(
            "A channel needs half a year of weeks with spend and 30 customers won.",
            "The nightly job learns the curves.",
        )
        return
    finding, figures = st.empty(), st.container()
    usual = {c.channel: _rounded(c.usual_spend * WEEKS) for c in usable.itertuples()}
    st.caption("What to spend a month on winning new customers, in HKD. It begins with what was usual.")
    with st.grid(4, min_column_width=160, gap="small"):
        spends = {
            channel: float(
                st.number_input(
                    plain(channel).capitalize(),
                    min_value=0.0,
                    value=usual[channel],
                    step=5000.0,
                    format="%.0f",
                    key=f"spend-{channel}",
                )
            )
            for channel in usual
        }
    worths = _worths(viewer)
    now, planned = (
        response.expected(usable, {c: v / WEEKS for c, v in s.items()}, worths, MORE / WEEKS)
        for s in (usual, spends)
    )
    total, before = sum(spends.values()), sum(usual.values())
    middle, low, high = (v * WEEKS for v in planned.customers)
    finding.title(f"{hkd(total)} a month: about {middle:,.0f} new customers, {low:,.0f} to {high:,.0f}")
    with figures:
        _figures(planned, now, total, before)
    _warnings(planned, usable)
    _table(planned)
    _left_out(curves)
    st.caption(
        "From each channel's own weeks, not from an experiment: what else moved with the spend is in the curve too. "
        "Intervals are 95 % and hold for an average month; a single month varies more."
    )


def _rounded(amount: float) -> float:
    return float(round(amount / 1000) * 1000)


def _worths(viewer: Viewer) -> pd.DataFrame:
    as_of = data.as_of(viewer)
    scope = Scope(Period(as_of - timedelta(days=DAYS_OF_VALUE), as_of))
    found = worth.judged(
        data.cached(viewer, ("groups", "channel", scope), lambda d: channel_value.groups(d, "channel", scope))
    )
    found = found[found["valued"] >= worth.FEWEST].dropna(subset=["group"])
    return pd.DataFrame(
        {"channel": found["group"], "mean": found["ltv"], "low": found["ltv_low"], "high": found["ltv_high"]}
    )


def _figures(planned: response.Expected, now: response.Expected, total: float, before: float) -> None:
    customers, low, high = (v * WEEKS for v in planned.customers)
    value, least, most = (v * WEEKS for v in planned.value)
    known = planned.by_channel["value"].notna().any()
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
                f"{customers:,.0f}",
                delta=_moved(customers, usual),
                delta_color="off",
                delta_arrow="off",
            )
            st.caption(f"{low:,.0f} to {high:,.0f}; usual {usual:,.0f}")
        with st.container(border=True, height="stretch"):
            st.metric(
                "Their lifetime value",
                hkd(value) if known else "not known",
                delta=_moved(value, now.value[0] * WEEKS) if known else None,
                delta_color="off",
                delta_arrow="off",
            )
            st.caption(
                f"{hkd(least)} to {hkd(most)}" if known else "No channel's customers have been valued yet."
            )


def _moved(now: float, before: float) -> str:
    if not before or abs(now / before - 1) < 0.0005:
        return "as usual"
    return f"{100 * (now / before - 1):+.1f} % against usual".replace("-", "−")


def _warnings(planned: response.Expected, curves: pd.DataFrame) -> None:
    seen = curves.set_index("channel")
    for row in planned.by_channel[planned.by_channel["outside"]].itertuples():
        least, most = (hkd(_rounded(seen.loc[row.channel, c] * WEEKS)) for c in ("least_spend", "most_spend"))
        st.warning(
            f"{plain(row.channel).capitalize()}: no week was seen with so much or so little spend (a month at that pace: "
            f"{least} to {most}). Beyond that the curve is a guess.",
            icon=":material/warning:",
        )


def _table(planned: response.Expected) -> None:
    rows = planned.by_channel
    each = rows["value"] / rows["customers"].where(rows["customers"] > 0)
    shown = pd.DataFrame(
        {
            "Channel": [plain(c).capitalize() for c in rows["channel"]],
            "Spend a month": [hkd(v * WEEKS) for v in rows["spend"]],
            "New customers": (rows["customers"] * WEEKS).round(1),
            "At least": (rows["customers_low"] * WEEKS).round(1),
            "At most": (rows["customers_high"] * WEEKS).round(1),
            "Lifetime value": [hkd(v * WEEKS) if v == v else "not known" for v in rows["value"]],
            f"The next {hkd(MORE)} would win": (rows["next_customers"] * WEEKS).round(1),
            "worth": [hkd(v * WEEKS) if v == v else "not known" for v in rows["next_customers"] * each],
        }
    )
    number = st.column_config.NumberColumn(format="%.1f")
    tables.show(
        shown, "budget", **dict.fromkeys(["New customers", "At least", "At most", shown.columns[6]], number)
    )


def _left_out(curves: pd.DataFrame) -> None:
    out = curves[curves["level"].isna()]["channel"]
    if len(out):
        st.caption("Too little history for a curve: " + ", ".join(plain(c) for c in out) + ".")
