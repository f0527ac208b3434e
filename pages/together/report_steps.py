"""The three steps of a report: what, which part, how. Offered is what goes together and what the viewer may see."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from metrics.catalogue import CATALOGUE
from metrics.definitions.scope import Filters
from metrics.query.missing_reasons import not_given_for
from metrics.query.query import absent
from metrics.query.report_query import (
    CHARTS,
    MONTH,
    SavedReport,
    acrosses,
    charts_of,
    may_ask,
    misfit,
    refusal,
    values_of,
    ways_for,
)
from pages.components import data, filters
from pages.components.typed_text import escaped
from pages.together.report_words import by_in_words, definition
from reports.exports.dictionary_text import figures, text_of
from warehouse.access.data_coverage import AvailableColumns
from warehouse.access.reader import Reader, Viewer

FOUND = 8
"""Figures shown for a search."""
ONLY = "only-"
"""A filter in the address: `only-channel=Email`."""


def offered(viewer: Viewer) -> tuple[str, ...]:
    """The metrics that the viewer's role includes and this bank has data of, those that everybody knows first."""
    available = data.available_columns(viewer)
    return data.cached(viewer, _offered, available)


def _offered(reader: Reader, available: AvailableColumns) -> tuple[str, ...]:
    return tuple(n for n in figures() if may_ask(n, reader.viewer) and not absent(n, available))


def values(name: str, dimension: str, viewer: Viewer) -> tuple[str, ...]:
    """What a filter of this figure offers to this viewer."""
    return values_of(dimension, data.as_of(viewer), lambda s, b, p: data.ask(viewer, [name], s, b, p))


def choose(viewer: Viewer) -> tuple[SavedReport, DeltaGenerator] | None:
    """Draw the steps and give what they say, with the room left in the third; None for who has no figure at all."""
    names = offered(viewer)
    if not names:
        return None
    for words in _strange_in_address(viewer, names):
        st.warning(words, icon=":material/link_off:")
    what, which, how = st.columns([5, 5, 4], gap="small")
    with what.container(border=True, height="stretch"):
        name = _what(names)
    with which.container(border=True, height="stretch"):
        breakdown, across, chosen, period = _which(name, viewer)
    room = how.container(border=True, height="stretch")
    with room:
        chart = _how(breakdown)
    report = SavedReport(
        metric=name, breakdown=breakdown, across=across, filters=chosen, period=period, chart=chart
    )
    return report, room


def _what(names: tuple[str, ...]) -> str:
    st.markdown("**1 · What**")
    words = st.text_input(
        "Search by any department’s word",
        key="report-word",
        max_chars=60,
        placeholder="account, close rate, tickets …",
        live=True,
    )
    search = (words or "").lower().split()
    if search:
        matches = [n for n in names if all(w in text_of(n) for w in search)][:FOUND]
        st.pills(
            "Found",
            matches,
            format_func=lambda n: CATALOGUE[n].label,
            key="report-found",
            on_change=_take_found,
            label_visibility="collapsed",
        )
        if not matches:
            st.caption("No figure of yours has this name in any department. Try a shorter word.")
    # All of them, whatever was searched: the address leaves out the first, which so must always be the same.
    name = st.selectbox(
        "Figure", names, format_func=lambda n: CATALOGUE[n].label, key="metric", bind="query-params"
    )
    name = name if name in names else names[0]
    metric = CATALOGUE[name]
    synonyms = [f"{who} says “{word}”" for who, word in metric.synonyms.items()]
    st.caption(definition(metric), help=". ".join(synonyms) or None)
    return name


def _take_found() -> None:
    """What was found becomes the figure, and the search is over."""
    if chosen := st.session_state.get("report-found"):
        st.session_state["metric"] = chosen
        st.session_state["report-word"] = ""


def _which(name: str, viewer: Viewer) -> tuple[str, str, Filters, str]:
    st.markdown("**2 · Filters**")
    dims, offered = list(ways_for(name, viewer)), filters.periods(viewer)
    with st.container(horizontal=True, gap="small"):
        by = st.selectbox(
            "Break down by",
            ["", MONTH, *dims],
            format_func=by_in_words,
            key="by",
            bind="query-params",
            width=158,
        )
        period = st.selectbox(
            "Period",
            list(offered),
            format_func=offered.__getitem__,
            key="period",
            bind="query-params",
            width=158,
        )
    by = by if by in ("", MONTH, *dims) else ""
    across = _across(by, dims, viewer)
    narrowed = st.multiselect(
        "Filter by",
        dims,
        format_func=by_in_words,
        key="filter",
        bind="query-params",
        placeholder="no filter",
    )
    chosen = []
    for dimension in narrowed:
        options = values(name, dimension, viewer)
        picked = st.multiselect(
            by_in_words(dimension),
            options,
            format_func=filters.label_of(dimension, viewer),
            key=f"{ONLY}{dimension}",
            bind="query-params",
            placeholder="all of them" if options else "none occurs",
        )
        if valid := tuple(p for p in picked if p in options):
            chosen.append((dimension, valid))
    return by, across, tuple(chosen), period if period in offered else next(iter(offered))


def _across(by: str, dims: list[str], viewer: Viewer) -> str:
    """What stands across the breakdown; a second dimension is not offered to who sees people by one thing at a time."""
    offered = acrosses(by, () if data.by_month(viewer) else dims)
    if not offered:
        return ""
    across = st.selectbox(
        "And across",
        ["", *offered],
        format_func=lambda d: by_in_words(d) if d else "Nothing",
        key="and-by",
        bind="query-params",
        help=filters.ONE_FILTER if data.by_month(viewer) else None,
    )
    return across if across in offered else ""


def _how(breakdown: str) -> str:
    st.markdown("**3 · How**")
    fit = charts_of(breakdown)
    chart = st.segmented_control(
        "Chart type",
        fit,
        default=fit[0],
        format_func=CHARTS.__getitem__,
        key="over-time" if breakdown == MONTH else "chart",
        bind="query-params",
        required=True,
    )
    return chart if chart in fit else fit[0]


def _strange_in_address(viewer: Viewer, names: tuple[str, ...]) -> list[str]:
    """What the address asks for and nobody offers, each as a sentence that says why."""
    requested = st.query_params.get("metric")
    name = _BY_LABEL.get(requested or "", "")
    if requested and name not in names:
        return [_no_figure(name, requested, viewer)]
    name = name or names[0]
    dims = ways_for(name, viewer)
    fit: dict[str, tuple[str, set[str]]] = {
        "by": ("breakdown", {by_in_words(b) for b in ("", MONTH, *dims)}),
        "filter": ("filter", {by_in_words(d) for d in dims}),
        "period": ("period", set(filters.periods(viewer).values())),
        "chart": ("chart", {CHARTS[c] for c in charts_of("")}),
        "over-time": ("chart", {CHARTS[c] for c in charts_of(MONTH)}),
    }
    for dimension in dims:
        if st.query_params.get(f"{ONLY}{dimension}"):
            label_of = filters.label_of(dimension, viewer)
            there = {label_of(v) for v in values(name, dimension, viewer)}
            fit[f"{ONLY}{dimension}"] = (by_in_words(dimension).lower(), there)
    return [
        f"The address asks for the {kind} “{escaped(word[:60])}”, which does not exist here for "
        f"“{CATALOGUE[name].label}”. It was ignored."
        for key, (kind, words) in fit.items()
        for word in st.query_params.get_all(key)
        if word and word not in words
    ]


def _no_figure(name: str, requested: str, viewer: Viewer) -> str:
    if not name:
        return f"{escaped(misfit(SavedReport(metric=requested)))} Shown instead is the first figure of your list."
    why = refusal(SavedReport(metric=name), viewer)
    missing = not_given_for([name], data.coverage_of(viewer))
    return why or f"“{CATALOGUE[name].label}” is {missing.clause if missing else 'not known'}."


_BY_LABEL = {metric.label: name for name, metric in CATALOGUE.items()}
