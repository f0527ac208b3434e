"""The one filter bar. Its values stand in the address, so a view is its link; what the address says is checked here."""

from collections.abc import Callable, Sequence

import streamlit as st

from metrics.attribution.campaign_names import named
from metrics.definitions.scope import PERIODS, Scope, period_named
from pages.components import data
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import AccessRefused
from warehouse.schema import plain

_OFFERED_BY = {
    "channel": "leads",
    "product": "leads",
    "segment": "customers_at_start",
    "campaign": "leads",
    "rep": "leads",
}
"""The metric whose breakdown tells which values a filter offers."""

EVERY = "every"
ALL = "All"
WIDTH = 165
"""In pixels: two filters fit beside each other on a phone."""


def bar(dimensions: Sequence[str], viewer: Viewer, *, cohort: bool = False, compares: bool = True) -> Scope:
    """Draw the bar and return the scope it says. An unknown value in the address counts as none.

    A `cohort` page asks who joined in a period, not what happened in it: another question, so another word in the
    address, and a longer period to begin with. A page that `compares` says with what.
    """
    as_of = data.as_of(viewer)
    label, key, first = ("Customers who joined", "joined", "12m") if cohort else ("Period", "period", "90d")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(
            label,
            list(PERIODS),
            index=list(PERIODS).index(first),
            format_func=PERIODS.__getitem__,
            key=key,
            bind="query-params",
            width=WIDTH,
        )
        period = period_named(name if name in PERIODS else first, as_of)
        chosen = []
        for dimension in dimensions:
            options = values(dimension, viewer)
            if not options:
                continue
            value = st.selectbox(
                dimension.capitalize(),
                [EVERY, *options],
                format_func=label_of(dimension, viewer),
                key=dimension,
                bind="query-params",
                width=WIDTH,
            )
            if value in options:
                chosen.append((dimension, (value,)))
        compared = f", compared with the {period.days} days before" if compares and not cohort else ""
        st.caption(f"{period.in_words()}{compared}")
    return Scope(period, tuple(chosen))


def label_of(dimension: str, viewer: Viewer) -> Callable[[str], str]:
    """How a value is shown: a campaign by its name, a colleague as written, any other as people say it."""
    if dimension == "campaign":
        names = data.cached(viewer, campaigns_apart)
        return lambda v: names.get(v, v) if v != EVERY else ALL
    if dimension == "rep":
        return lambda v: v if v != EVERY else ALL
    return lambda v: plain(v).capitalize() if v != EVERY else ALL


def campaigns_apart(reader: Reader) -> dict[str, str]:
    """Campaign code → its name, or the code where two campaigns have one name: the address must still say which."""
    campaigns = reader.frame(named())
    alone = campaigns["name"].where(campaigns["name"].notna() & ~campaigns["name"].duplicated(keep=False))
    return dict(zip(campaigns["campaign_id"], alone.fillna(campaigns["campaign_id"]), strict=True))


def values(dimension: str, viewer: Viewer) -> tuple[str, ...]:
    """The values that occur in the longest period on offer, most frequent first."""
    return data.until_changed(viewer, values_that_occur, dimension)


def values_that_occur(viewer: Viewer, dimension: str) -> tuple[str, ...]:
    """The same, worked out."""
    metric = _OFFERED_BY[dimension]
    scope = Scope(period_named("24m", data.as_of(viewer)))
    try:
        answer = data.ask(viewer, [metric], scope, [dimension], [scope.period])
    except AccessRefused:
        return ()
    answer = answer.dropna(subset=[dimension]).sort_values(metric, ascending=False)
    return tuple(str(v) for v in answer[dimension])
