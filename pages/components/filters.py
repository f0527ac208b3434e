"""The one filter bar. Its values stand in the address, so a view is its link; what the address says is checked here."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

from metrics.attribution.campaign_names import named
from metrics.catalogue.customer_value import net_revenue
from metrics.definitions.scope import (
    BETWEEN,
    NOT_KNOWN,
    PERIODS,
    PERIODS_BY_MONTH,
    Against,
    Period,
    Scope,
    days_chosen,
    parts_by_month,
    period_named,
)
from metrics.query.report_query import OFFERED_BY
from pages.components import address, data, forms
from pages.components.typed_text import escaped
from warehouse.access.reader import Reader, Viewer
from warehouse.errors import AccessRefused
from warehouse.schema import plain

_LABELLED = {label: word for labels in (PERIODS, PERIODS_BY_MONTH) for word, label in labels.items()}
"""Older links name a period as it stands on screen."""
DAYS = "days"
"""As a period: the days that the reader chooses herself."""
ALL = "All"
AGAINST = "against"
"""In the address: what the period is compared with."""
UNKNOWN = "not-known"
"""In the address: the rows for which a dimension is not recorded."""
NOT_RECORDED = "Not known"
ALL_BUT = "all-but"
"""Among the values of a filter and in the address: the others count, those beside it do not."""
AGAINST_WORDS: Mapping[Against, str] = {
    "before": "The span before",
    "year": "A year before",
    "plan": "The plan",
    "nothing": "Nothing",
}
BY_MONTH = (
    ". Your role counts people in whole months that are over: periods a day apart would give away the few between "
    "them."
)
ONE_FILTER = "Your role filters people by one thing at a time."
EARLIEST = date(2000, 1, 1)
"""Before the first day of any bank's data."""
WIDTH = 165
"""In pixels: two filters fit beside each other on a phone."""


def bar(
    dimensions: Sequence[str],
    viewer: Viewer,
    *,
    cohort: bool = False,
    compares: bool = True,
    source: str = "The link",
) -> Scope:
    """Draw the bar and return the scope it says. A value of the address that is not on offer is said and left out.

    A `cohort` page asks who joined in a period, not what happened in it: another question, so another word in the
    address, and a longer period to begin with. A page that `compares` says with what. `source` named the values.
    """
    key = "joined" if cohort else "period"
    by_month = data.by_month(viewer) or (cohort and data.hidden_below(viewer, net_revenue) is not None)
    left_out: list[str] = []
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="filter-bar"):
        period = _period(key, viewer, left_out, by_month=by_month)
        _unfold(dimensions, compares=compares and not cohort)
        chosen: list[tuple[str, tuple[str, ...]]] = []
        for dimension in dimensions:
            if options := _offered(dimension, viewer):
                if picked := _chosen(dimension, options, dimensions, viewer, left_out):
                    chosen.append((dimension, picked))
            elif gone := st.query_params.get_all(dimension):
                left_out.append(f"names a {dimension}, “{escaped(gone[0][:40])}”, that is not on offer here.")
        against = _against(left_out) if compares and not cohort else "before"
        if chosen or {key, AGAINST} & set(st.query_params):
            st.button(
                "Clear filters",
                icon=":material/filter_alt_off:",
                type="tertiary",
                key="clear-filters",
                on_click=address.clear,
                args=(key, AGAINST, *dimensions),
            )
        compared = ""
        if compares and not cohort and against != "nothing":
            compared = f", compared with {before_in_words(viewer, Scope(period, against=against))}"
        st.caption(f"{period.in_words()}{compared}{BY_MONTH if by_month else ''}")
    for sentence in left_out:
        st.caption(f":material/warning: {source} {sentence}")
    if data.by_month(viewer) and len(chosen) > 1:
        st.caption(f":material/warning: {ONE_FILTER} Only the {chosen[0][0]} is applied.")
        chosen = chosen[:1]
    return Scope(period, tuple(chosen), against)


def _unfold(dimensions: Sequence[str], *, compares: bool) -> None:
    """On a phone, whose screen the filters would fill, the way to them; elsewhere they all show (`theme`)."""
    given = sum(bool(st.session_state.get(d) or st.query_params.get_all(d)) for d in dimensions)
    if dimensions or compares:
        st.toggle(f"Filters ({given} set)" if given else "Filters", key="show-filters")


def _against(left_out: list[str]) -> Against:
    """The box for what the period is compared with."""

    def read(linked: Sequence[str]) -> Against:
        if linked and linked[0] not in AGAINST_WORDS:
            left_out.append(f"compares with “{escaped(linked[0][:40])}”, which is not on offer here.")
        return next((word for word in AGAINST_WORDS if word in linked), "before")

    address.take_over(AGAINST, read)
    against = st.selectbox(
        "Compared with", list(AGAINST_WORDS), format_func=AGAINST_WORDS.__getitem__, key=AGAINST, width=WIDTH
    )
    address.write(AGAINST, [against] if against != "before" else [])
    return against


def _period(key: str, viewer: Viewer, left_out: list[str], *, by_month: bool) -> Period:
    """The box for the period, with two days to choose where the reader names them herself."""
    offered, as_of = PERIODS_BY_MONTH if by_month else PERIODS, data.as_of(viewer)
    first, label = ("12m", "Customers who joined") if key == "joined" else ("90d", "Period")
    days = f"{key}-{DAYS}"

    def read(words: Sequence[str]) -> str:
        if not words:
            return first
        named = _LABELLED.get(words[0], words[0])
        if named in offered:
            return named
        if span := days_chosen(named):
            st.session_state[days] = (span.start, min(span.end, as_of))
            return DAYS
        if named in PERIODS:
            # A colleague who counts days sent the link: the nearest months stand in the place of hers.
            return "month"
        left_out.append(f"names a period, “{escaped(words[0][:40])}”, that is not on offer here.")
        return first

    address.take_over(key, read)
    if st.session_state[key] not in (*offered, DAYS):
        st.session_state[key] = first
    name = st.selectbox(
        label,
        [*offered, DAYS],
        format_func=lambda word: offered.get(word, "Days I choose"),
        key=key,
        width=WIDTH,
    )
    if name == DAYS:
        name = _days_named(days, first, viewer, as_of)
    address.write(key, [name] if name != first else [])
    return period_named(name, as_of, by_month=by_month)


def _days_named(key: str, first: str, viewer: Viewer, as_of: date) -> str:
    """The two days that were chosen, as a word of the address."""
    if key not in st.session_state:
        begun = data.period_of(viewer, first)
        st.session_state[key] = (begun.start, begun.end)
    forms.date_input("From and to", key, last=as_of, width=2 * WIDTH)
    span = st.session_state[key]
    both = span if isinstance(span, tuple) else (span,)
    if len(both) < 2:
        # The second day is still to come: so far it is the last there is.
        both = (*both, as_of) if both else (as_of, as_of)
    return f"{both[0].isoformat()}{BETWEEN}{both[1].isoformat()}"


def _chosen(
    dimension: str, options: Sequence[str], dimensions: Sequence[str], viewer: Viewer, left_out: list[str]
) -> tuple[str, ...]:
    """The box for the values of a dimension; none chosen is all."""
    label = label_of(dimension, viewer)
    in_words = {label(v).casefold(): v for v in options} | {v.casefold(): v for v in options}
    in_words |= {UNKNOWN: NOT_KNOWN} if NOT_KNOWN in options else {}
    in_words[ALL_BUT] = ALL_BUT

    def read(words: Sequence[str]) -> list[str]:
        for word in words:
            if word.casefold() not in {*in_words, ALL.casefold()}:
                left_out.append(f"names a {dimension}, “{escaped(word[:40])}”, that is not on offer here.")
        return [in_words[w.casefold()] for w in dict.fromkeys(words) if w.casefold() in in_words]

    address.take_over(dimension, read)
    kept = [v for v in st.session_state[dimension] if v in (*options, ALL_BUT)]
    st.session_state[dimension] = sorted(kept, key=lambda v: v != ALL_BUT)
    picked = st.multiselect(
        dimension.capitalize(),
        [*options, ALL_BUT],
        format_func=lambda v: "All but" if v == ALL_BUT else label(v),
        key=dimension,
        placeholder=ALL,
        width=WIDTH if len(st.session_state[dimension]) < 2 else 2 * WIDTH,
        disabled=data.by_month(viewer) and _is_beside_another(dimension, dimensions),
        help=ONE_FILTER if data.by_month(viewer) else None,
    )
    address.write(dimension, [v or UNKNOWN for v in picked])
    if ALL_BUT not in picked:
        return tuple(picked)
    out = [v for v in picked if v != ALL_BUT]
    others = tuple(
        v for v in data.until_changed(viewer, values_that_ever_occurred, dimension) if v not in out
    )
    if out and not others:
        st.caption(f":material/warning: Every {dimension} is left out, so all of them are shown.")
    return others if out else ()


def _is_beside_another(dimension: str, dimensions: Sequence[str]) -> bool:
    """Whether no value of a dimension is chosen and one of another is."""
    given = {d for d in dimensions if st.session_state.get(d) or st.query_params.get_all(d)}
    return bool(given) and dimension not in given


def periods(viewer: Viewer) -> Mapping[str, str]:
    """The periods on offer: word in the address → words on screen."""
    return PERIODS_BY_MONTH if data.by_month(viewer) else PERIODS


def before_in_words(viewer: Viewer, scope: Scope) -> str:
    """`the 90 days before`, `the 3 months before`, `the month before`, `2 Apr – 30 Jun 2025`."""
    if scope.against == "plan":
        return "its plan, for figures that have one"
    before, period = data.before(viewer, scope), scope.period
    if scope.against == "year":
        return before.in_words()
    if before == period.before():
        return f"the {period.days} days before"
    count = len(parts_by_month(before))
    return "the month before" if count == 1 else f"the {count} months before"


def label_of(dimension: str, viewer: Viewer) -> Callable[[str], str]:
    """How a value is shown: a campaign by its name, a colleague as written, any other as people say it."""
    if dimension == "campaign":
        names = data.cached(viewer, campaigns_apart)
        return lambda v: names.get(v, v) if v else NOT_RECORDED
    if dimension == "rep":
        return lambda v: v or NOT_RECORDED
    return lambda v: plain(v).capitalize() if v else NOT_RECORDED


def campaigns_apart(reader: Reader) -> dict[str, str]:
    """Campaign code → its name, or the code where two campaigns have one name: the address must still say which."""
    campaigns = reader.frame(named())
    alone = campaigns["name"].where(campaigns["name"].notna() & ~campaigns["name"].duplicated(keep=False))
    return dict(zip(campaigns["campaign_id"], alone.fillna(campaigns["campaign_id"]), strict=True))


def values(dimension: str, viewer: Viewer) -> tuple[str, ...]:
    """The values that occur in the longest period on offer, most frequent first."""
    return tuple(v for v in _offered(dimension, viewer) if v)


def _offered(dimension: str, viewer: Viewer) -> tuple[str, ...]:
    """The same, and last, where some rows have none, that it is not recorded."""
    return data.until_changed(viewer, values_that_occur, dimension)


def values_that_occur(viewer: Viewer, dimension: str) -> tuple[str, ...]:
    """What a filter offers, worked out; that it is not recorded only where that is seen to occur."""
    return _values_over(viewer, dimension, data.period_of(viewer, "24m"), hidden=0)


def values_that_ever_occurred(viewer: Viewer, dimension: str) -> tuple[str, ...]:
    """The same over all that was loaded, so that what is left out of a figure is all that is named, and nothing else."""
    offered = data.period_of(viewer, "24m")
    return _values_over(viewer, dimension, Period(EARLIEST, offered.end), hidden=1)


def _values_over(viewer: Viewer, dimension: str, period: Period, *, hidden: int) -> tuple[str, ...]:
    """The values that occur in a period; a number that is hidden from the viewer counts as `hidden`."""
    metric, scope = OFFERED_BY[dimension], Scope(period)
    try:
        answer = data.ask(viewer, [metric], scope, [dimension], [scope.period])
    except AccessRefused:
        return ()
    answer = answer.sort_values(metric, ascending=False)
    recorded = answer[dimension].notna()
    unknown = answer.loc[~recorded, metric].fillna(hidden).sum() > 0
    return (*(str(v) for v in answer.loc[recorded, dimension]), *((NOT_KNOWN,) if unknown else ()))
