"""Attribution: what a customer of each channel cost and brought, and whom eight models thank for the wins."""

import pandas as pd
import streamlit as st

from metrics.query import Question
from metrics.scope import Scope
from metrics.words import hkd, plain
from pages.growth import credit, lift_results
from pages.kit import data, tables
from warehouse.access import Viewer

COST = ("acquisition_cost", "customers_acquired", "cac", "revenue_per_acquired")
FEWEST = 30
"""Fewer customers than this say nothing about a channel."""


def page(viewer: Viewer, scope: Scope) -> None:
    """The finding, the channels with cost and revenue, the models side by side, the experiments."""
    costs = data.ask(viewer, COST, scope, by=["channel"], periods=[scope.period])
    costs = costs[(costs["customers_acquired"].fillna(0) > 0) | costs["acquisition_cost"].notna()]
    st.title(_headline(costs))
    if tables.absent("Cost per new customer", viewer, "customers", "leads"):
        pass
    elif costs.empty:
        tables.empty("No customer was won through a lead in this period.", "Choose a longer period.")
    else:
        _channels(viewer, scope, costs)
    credit.models(viewer, scope)
    lift_results.results(viewer)


def _headline(costs: pd.DataFrame) -> str:
    known = costs[costs["cac"].notna() & (costs["customers_acquired"] >= FEWEST) & costs["channel"].notna()]
    if len(known) < 2:
        return "Too few customers won to compare channels"
    dear, cheap = known.loc[known["cac"].idxmax()], known.loc[known["cac"].idxmin()]
    return (
        f"A customer won by {plain(dear['channel'])} cost {hkd(dear['cac'])} and brought "
        f"{hkd(dear['revenue_per_acquired'])} so far; one by {plain(cheap['channel'])} cost {hkd(cheap['cac'])} "
        f"and brought {hkd(cheap['revenue_per_acquired'])}"
    )


def _channels(viewer: Viewer, scope: Scope, costs: pd.DataFrame) -> None:
    st.header("What a customer of each channel cost and brought")
    st.caption(
        "Customers who joined in the period through a lead. Revenue is all they brought until "
        f"{data.as_of(viewer):%d %b %Y}, so customers who joined late have had less time to bring any."
    )
    rows = []
    for row in costs.sort_values("cac", ascending=False, na_position="last").itertuples():
        few = not row.customers_acquired >= FEWEST
        rows.append(
            {
                "Channel": plain(row.channel).capitalize(),
                "Cost": hkd(row.acquisition_cost)
                if row.acquisition_cost == row.acquisition_cost
                else "no cost data",
                "Customers": row.customers_acquired,
                "Cost per customer": _per_customer(row.cac, few, row.acquisition_cost),
                "Revenue per customer so far": "too few to say" if few else hkd(row.revenue_per_acquired),
                "Revenue ÷ cost": _times(row, few),
            }
        )
    tables.show(
        pd.DataFrame(rows),
        "channels",
        "too few",
        of=Question.of(COST, scope, ["channel"], [scope.period]),
        Customers=st.column_config.NumberColumn(format="localized"),
    )


def _per_customer(cac: float, few: bool, cost: float) -> str:
    if cost != cost:
        return "no cost data"
    return "too few to say" if few or cac != cac else hkd(cac)


def _times(row, few: bool) -> str:
    if few or pd.isna(row.cac) or not row.cac or pd.isna(row.revenue_per_acquired):
        return ""
    return f"{row.revenue_per_acquired / row.cac:.1f}"
