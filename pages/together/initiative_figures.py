"""The figures an initiative should move, before it began and now, and what those of its decisions moved in HKD."""

from __future__ import annotations

import streamlit as st

from metrics.catalogue import CATALOGUE
from metrics.comparison.words import hkd
from pages.components import data
from pages.components.typed_text import escaped
from warehouse.access.reader import Viewer
from warehouse.stores import connect
from workflow.collaboration import initiative_plans, initiative_worth, pinned_figures, record_reading
from workflow.collaboration.record_kind import Record


def show(record: Record, viewer: Viewer) -> None:
    """A line for each linked figure; then HKD before against after, or that nothing says it yet."""
    once, reader = data.once(viewer), data.reader(viewer)
    names = initiative_plans.figures(record)
    if names:
        st.subheader("The figures it should move")
        before, now = initiative_worth.spans(record, data.as_of(viewer))
        if now is None:
            st.caption(initiative_worth.TOO_EARLY)
        for name in names:
            metric = CATALOGUE[name]
            then = pinned_figures.slice_asked(once, reader, name, before)
            latest = pinned_figures.slice_asked(once, reader, name, now) if now is not None else None
            with st.container(border=True, gap="xxsmall"):
                st.markdown(
                    f"**{escaped(metric.label)}**: {escaped(initiative_worth.moved(metric, then, latest))}"
                )
                if then is not None:
                    st.caption(
                        escaped(f"{before.period.in_words()}: {pinned_figures.in_words(metric, then)}")
                    )
                if now is not None and latest is not None:
                    st.caption(escaped(f"{now.period.in_words()}: {pinned_figures.in_words(metric, latest)}"))
        st.caption("That it moved since does not say that the initiative moved it.")
    decisions = [r for r in record_reading.records_of(reader, "decision") if r.came_from == record.record_id]
    gained = initiative_worth.gained(
        reader,
        decisions,
        connect.here().now().date(),
        lambda door, name, scope: pinned_figures.slice_asked(once, door, name, scope),
    )
    if gained is None:
        st.caption(
            f"**In money, before against after:** not enough data yet. {initiative_worth.NOTHING_SAYS}"
        )
        return
    cost = record.contents.get("spent", record.contents.get("cost"))
    after = "its cost was not given" if cost is None else f"{hkd(gained - float(cost))} after its cost"
    better = "better" if gained >= 0 else "worse"
    st.markdown(f"**In money, before against after:** {hkd(abs(gained))} {better}; {after}.")
    st.caption(
        "By the figures of the decisions that did what was expected, over as many days as were pinned; an amount per "
        "person counts for all people of the days after. That it moved does not say that the initiative moved it."
    )
