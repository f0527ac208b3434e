"""Audience: put one together, and read how many of it may be contacted, by which channel, and why the rest may not."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from metrics.comparison.words import day, numeral, share
from pages.components import data, tables
from warehouse.access.reader import Viewer
from warehouse.schema import SEGMENTS, plain
from workflow.customers.audience import CHANNELS, HOLDINGS, Audience, audience

NEEDED = ("customers", "customers.marketing_consent")
LONGEST_LIST = 12


def counted_for(viewer: Viewer, segments: tuple[str, ...], holdings: str) -> Audience:
    """The audience, with the viewer's rights."""
    return audience(data.reader(viewer), segments, holdings)


def headline(viewer: Viewer) -> str:
    """What the audience that is chosen now comes to, in words."""
    if missing := tables.clause(viewer, *NEEDED):
        return f"Who may be contacted is {missing}"
    one = _chosen(viewer)
    if not one.customers:
        return (
            f"Fewer than {one.steps} customers are in this audience"
            if one.steps > 1
            else "Nobody is in this audience"
        )
    return f"{_about(one)}{numeral(one.contactable)} of {numeral(one.customers)} customers may be contacted"


def _chosen(viewer: Viewer) -> Audience:
    segments = tuple(sorted(st.session_state.get("audience-segments", ())))
    holdings = str(st.session_state.get("audience-holdings") or next(iter(HOLDINGS)))
    return data.until_changed(viewer, counted_for, segments, holdings)


def view(viewer: Viewer) -> None:
    """The choice, the three figures, and the reasons."""
    if missing := tables.clause(viewer, *NEEDED):
        tables.empty(f"Who may be contacted is {missing}.")
        return
    left, right = st.columns(2, gap="small")
    with left:
        st.multiselect(
            "Segments", SEGMENTS, format_func=plain, placeholder="All segments", key="audience-segments"
        )
    with right:
        st.selectbox(
            "What they hold", list(HOLDINGS), format_func=HOLDINGS.__getitem__, key="audience-holdings"
        )
    one = _chosen(viewer)
    steps = (
        f" Numbers are rounded down to whole {numeral(one.steps)}s, for your role reads no smaller ones."
        if one.steps > 1
        else ""
    )
    st.caption(
        f"Customers with us on {day(data.loaded_until(viewer))}. Consent, open complaints, contacts of the last days by "
        f"any department, hold-outs and running tests are looked at as they stand now.{steps}"
    )
    if not one.customers:
        return
    with st.grid(3, min_column_width=215, gap="small"):
        _figure("May be contacted", one.contactable, one.customers)
        for channel, label in CHANNELS.items():
            _figure(label, one.by_channel[channel], one.customers)
    st.header("Why the others may not")
    if not one.reasons:
        tables.empty(
            "Nobody of this audience is left out." if one.steps == 1 else "Too few are left out to say why."
        )
        return
    frame = pd.DataFrame(
        {"Reason": [why for why, _ in one.reasons], "Customers": [n for _, n in one.reasons]}
    )
    number = st.column_config.NumberColumn(format="localized")
    tables.show(
        frame, "audience-reasons", called="Why customers may not be contacted", columns={"Customers": number}
    )
    st.caption(
        "Each is counted once, under the first reason that applies. Who holds both addresses counts for both channels."
    )


def _about(one: Audience) -> str:
    return "About " if one.steps > 1 else ""


def _figure(label: str, value: int, of: int) -> None:
    with st.container(border=True, height="stretch"):
        st.metric(label, numeral(value))
        st.caption(f"{share(value / of, 0)} of {numeral(of)} customers")
