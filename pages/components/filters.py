"""The one filter bar. Its values stand in the address, so a view is its link; what the address says is checked here."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from metrics.attribution.campaign_names import named
from metrics.catalogue.customer_value import net_revenue
from metrics.definitions.scope import (
    PERIODS,
    PERIODS_BY_MONTH,
    Period,
    Scope,
    parts_by_month,
    period_named,
)
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
BY_MONTH = (
    ". Your role counts people in whole months that are over: periods a day apart would give away the few between "
    "them."
)
ONE_FILTER = "Your role filters people by one thing at a time."
WIDTH = 165
"""In pixels: two filters fit beside each other on a phone."""


def bar(dimensions: Sequence[str], viewer: Viewer, *, cohort: bool = False, compares: bool = True) -> Scope:
    """Draw the bar and return the scope it says. An unknown value in the address counts as none.

    A `cohort` page asks who joined in a period, not what happened in it: another question, so another word in the
    address, and a longer period to begin with. A page that `compares` says with what.
    """
    label, key, first = ("Customers who joined", "joined", "12m") if cohort else ("Period", "period", "90d")
    by_month = data.by_month(viewer) or (cohort and data.hidden_below(viewer, net_revenue) is not None)
    offered = PERIODS_BY_MONTH if by_month else PERIODS
    _take_over(key, offered)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.selectbox(
            label,
            list(offered),
            index=list(offered).index(first),
            format_func=offered.__getitem__,
            key=key,
            bind="query-params",
            width=WIDTH,
        )
        period = period_named(name if name in offered else first, data.as_of(viewer), by_month=by_month)
        chosen: list[tuple[str, tuple[str, ...]]] = []
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
                disabled=data.by_month(viewer) and _is_beside_another(dimension, dimensions),
                help=ONE_FILTER if data.by_month(viewer) else None,
            )
            if value in options:
                chosen.append((dimension, (value,)))
        compared = f", compared with {before_in_words(viewer, period)}" if compares and not cohort else ""
        st.caption(f"{period.in_words()}{compared}{BY_MONTH if by_month else ''}")
    if data.by_month(viewer) and len(chosen) > 1:
        st.caption(f":material/warning: {ONE_FILTER} Only the {chosen[0][0]} is applied.")
        chosen = chosen[:1]
    return Scope(period, tuple(chosen))


def _take_over(key: str, offered: Mapping[str, str]) -> None:
    """A link from a colleague who counts days, or months, opens the nearest period on offer here."""
    linked = st.query_params.get(key)
    words = {label: word for labels in (PERIODS, PERIODS_BY_MONTH) for word, label in labels.items()}
    if linked in words and linked not in offered.values():
        st.session_state[key] = words[linked] if words[linked] in offered else "month"


def _is_beside_another(dimension: str, dimensions: Sequence[str]) -> bool:
    """Whether no value of a dimension is chosen and one of another is."""
    given = {d for d in dimensions if st.session_state.get(d, st.query_params.get(d, EVERY)) != EVERY}
    return bool(given) and dimension not in given


def periods(viewer: Viewer) -> Mapping[str, str]:
    """The periods on offer: word in the address → words on screen."""
    return PERIODS_BY_MONTH if data.by_month(viewer) else PERIODS


def before_in_words(viewer: Viewer, period: Period) -> str:
    """`the 90 days before`, `the 3 months before`, `the month before`."""
    before = data.before(viewer, period)
    if before == period.before():
        return f"the {period.days} days before"
    count = len(parts_by_month(before))
    return "the month before" if count == 1 else f"the {count} months before"


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
    scope = Scope(data.period_of(viewer, "24m"))
    try:
        answer = data.ask(viewer, [metric], scope, [dimension], [scope.period])
    except AccessRefused:
        return ()
    answer = answer.dropna(subset=[dimension]).sort_values(metric, ascending=False)
    return tuple(str(v) for v in answer[dimension])
